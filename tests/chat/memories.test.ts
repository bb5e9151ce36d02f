import { describe, expect, test } from '@jest/globals';
import type { Prisma } from '../../prisma/generated/client.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, bob, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { errorsOf, importTree } from './support.ts';

beginGraph();

const fields = 'memory { id kind text source enabled version sourceMessage { content } }';
const mutate = async (person: Person, name: string, selection: string, input: Record<string, unknown>) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const data = await person.data(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${errorsOf} } }`,
    { input },
  );
  return data[name];
};
const create = (person: Person, input: Record<string, unknown>) => mutate(person, 'createMemory', fields, input);

describe('a memory', () => {
  test('is made, changed, switched off and deleted, each with an event', async () => {
    const eva = await graph.person();
    const made = await create(eva, { text: 'Allergic to nuts' });
    expect(made).toMatchObject({ memory: { kind: 'FACT', source: 'USER', enabled: true, version: 1 }, errors: [] });
    const { id } = made.memory;
    const off = await mutate(eva, 'updateMemory', fields, { id, enabled: false, kind: 'PREFERENCE' });
    expect(off.memory).toMatchObject({ enabled: false, kind: 'PREFERENCE', text: 'Allergic to nuts', version: 2 });
    const late = await mutate(eva, 'updateMemory', fields, { id, text: 'x', expectedVersion: 1 });
    expect(late).toMatchObject({ memory: { version: 2 }, errors: [{ code: 'CONFLICT', path: ['expectedVersion'] }] });
    expect((await mutate(eva, 'deleteMemory', 'deletedId', { id })).deletedId).toBe(id);
    expect((await mutate(eva, 'deleteMemory', 'deletedId', { id })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const events = await graph.db.event.findMany({ where: { userId: eva.userId }, orderBy: { seq: 'asc' } });
    expect(events.map(({ type }) => type)).toEqual(['memory.created', 'memory.updated', 'memory.deleted']);
  });

  test('made twice with one id is one; with other input it is a conflict', async () => {
    const input = { id: newId('memory'), text: 'Runs in the morning', kind: 'PREFERENCE' };
    expect(await create(ana, input)).toEqual(await create(ana, input));
    expect((await create(ana, { ...input, text: 'x' })).errors).toMatchObject([{ code: 'CONFLICT', path: ['id'] }]);
  });

  test('remembers its message, of one’s own only', async () => {
    graph.clock.advance(1000);
    const talk = await importTree(ana, ['u1: I am allergic']);
    const made = await create(ana, { text: 'Allergic', sourceMessageId: talk.idOf('I am allergic') });
    expect(made.memory.sourceMessage.content).toBe('I am allergic');
    const wrong = await create(bob, { text: 'Allergic', sourceMessageId: talk.idOf('I am allergic') });
    expect(wrong).toMatchObject({ memory: null, errors: [{ code: 'NOT_FOUND', path: ['sourceMessageId'] }] });
    await mutate(ana, 'deleteConversation', 'deletedId', { id: talk.id });
    const { viewer } = await ana.data('{ viewer { memories(first: 1) { nodes { text sourceMessage { id } } } } }');
    expect(viewer.memories.nodes).toEqual([{ text: 'Allergic', sourceMessage: null }]);
  });

  test('is listed newest first, by kind and by whether it may be used', async () => {
    const eva = await graph.person();
    for (const [text, kind, enabled] of [
      ['a', 'FACT', true],
      ['b', 'INSTRUCTION', false],
      ['c', 'FACT', false],
    ]) {
      graph.clock.advance(1000);
      await create(eva, { text, kind, enabled });
    }
    const list = async (filter: string) =>
      (await eva.data(`{ viewer { memories(${filter}) { nodes { text } } } }`)).viewer.memories.nodes
        .map((memory: { text: string }) => memory.text)
        .join('');
    expect(await list('first: 10')).toBe('cba');
    expect(await list('filter: { kinds: [FACT] }')).toBe('ca');
    expect(await list('filter: { enabled: false }')).toBe('cb');
    expect(await list('last: 2')).toBe('ba');
  });

  test('of someone else cannot be told from one that does not exist', async () => {
    const { memory } = await create(bob, { text: 'secret' });
    for (const id of [memory.id, newId('memory'), 'x']) {
      expect((await mutate(ana, 'updateMemory', fields, { id, text: 'x' })).errors).toMatchObject([
        { code: 'NOT_FOUND', path: ['id'] },
      ]);
      expect((await mutate(ana, 'deleteMemory', 'deletedId', { id })).errors).toMatchObject([
        { code: 'NOT_FOUND', path: ['id'] },
      ]);
    }
  });

  test.each([
    ['an empty text', { text: '' }, 'INVALID'],
    ['2,001 characters', { text: 'x'.repeat(2_001) }, 'LIMIT'],
    ['1 MB', { text: 'x'.repeat(1_000_000) }, 'LIMIT'],
    ['a NUL', { text: 'a\0' }, 'INVALID'],
  ])('with %s is refused', async (_, input, code) => {
    expect(await create(ana, input)).toMatchObject({ memory: null, errors: [{ code, path: ['text'] }] });
  });
});

describe('insights', () => {
  const insight = (userId: string, more: Partial<Prisma.InsightCreateManyInput> = {}) => ({
    userId,
    id: newId('insight', graph.clock.now()),
    kind: 'PROGRESS',
    title: '12.50 km',
    text: 'You ran 12.50 km.',
    evidence: [
      { label: 'Distance', value: '12.500', unit: 'km', from: '2026-03-01', to: '2026-03-07', objectId: null },
    ],
    origin: 'TEMPLATE',
    createdAt: graph.clock.now(),
    updatedAt: graph.clock.now(),
    ...more,
  });

  test('carry their numbers exactly, and where these come from', async () => {
    const eva = await graph.person();
    await graph.db.insight.create({ data: insight(eva.userId) });
    const { viewer } = await eva.data(
      '{ viewer { insights { nodes { title origin evidence { label value unit from to objectId } } } } }',
    );
    expect(viewer.insights.nodes[0]).toEqual({
      title: '12.50 km',
      origin: 'TEMPLATE',
      evidence: [
        { label: 'Distance', value: '12.5', unit: 'km', from: '2026-03-01', to: '2026-03-07', objectId: null },
      ],
    });
  });

  test('are read all or none, keep their first time, and are dismissed and brought back', async () => {
    const eva = await graph.person();
    const rows = [insight(eva.userId), insight(eva.userId)];
    const foreign = insight(bob.userId);
    await graph.db.insight.createMany({ data: [...rows, foreign] });
    const ids = rows.map(({ id }) => id);
    const read = (list: string[]) => mutate(eva, 'markInsightsRead', 'insights { id readAt version }', { ids: list });
    const wrong = await read([ids[0]!, foreign.id, newId('insight'), 'x']);
    expect(wrong.insights).toBeNull();
    expect(wrong.errors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`)).toEqual(
      ['NOT_FOUND ids.1', 'NOT_FOUND ids.2', 'NOT_FOUND ids.3'],
    );
    expect(await graph.db.insight.count({ where: { userId: eva.userId, readAt: { not: null } } })).toBe(0);
    const first = await read([ids[1]!]);
    graph.clock.advance(60_000);
    const both = await read(ids);
    expect(both.insights[1]).toEqual(first.insights[0]);
    expect(both.insights[0].readAt).not.toBe(first.insights[0].readAt);
    expect((await read(Array(101).fill(ids[0]))).errors).toMatchObject([{ code: 'LIMIT', path: ['ids'] }]);
    expect((await read([])).errors).toMatchObject([{ code: 'REQUIRED', path: ['ids'] }]);

    const dismiss = (id: string, dismissed: boolean) =>
      mutate(eva, 'dismissInsight', 'insight { id dismissedAt }', { id, dismissed });
    const list = async (filter: string) =>
      (await eva.data(`{ viewer { insights(${filter}) { nodes { id } } } }`)).viewer.insights.nodes.length;
    expect((await dismiss(ids[0]!, true)).insight.dismissedAt).not.toBeNull();
    expect([
      await list('first: 5'),
      await list('filter: { dismissed: true }'),
      await list('filter: { dismissed: null }'),
    ]).toEqual([1, 1, 2]);
    expect((await dismiss(ids[0]!, false)).insight.dismissedAt).toBeNull();
    expect((await dismiss(foreign.id, true)).errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
    const events = await graph.db.event.count({ where: { userId: eva.userId, type: 'insight.updated' } });
    expect(events).toBe(4);
  });
});
