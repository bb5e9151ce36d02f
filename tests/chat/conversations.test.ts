import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, bob, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { create, importTree, remove, shown, update } from './support.ts';

beginGraph();

const eventsOf = async (person: Person) =>
  (await graph.db.event.findMany({ where: { userId: person.userId }, orderBy: { seq: 'asc' } })).map(
    ({ type }) => type,
  );

describe('a conversation', () => {
  test('is created, renamed, archived and deleted, each with an event', async () => {
    const eva = await graph.person();
    const goalId = newId('goal');
    const { conversation, errors } = await create(eva, { title: 'Running', contextIds: [goalId, goalId] });
    expect(errors).toEqual([]);
    expect(conversation).toMatchObject({
      title: 'Running',
      contextIds: [goalId],
      messageCount: 0,
      version: 1,
      currentMessage: null,
    });
    const renamed = await update(eva, {
      id: conversation.id,
      title: 'Spring running',
      archived: true,
      expectedVersion: 1,
    });
    expect(renamed.conversation).toMatchObject({ title: 'Spring running', archived: true, version: 2 });
    const unchanged = await update(eva, { id: conversation.id, title: 'Spring running' });
    expect(unchanged.conversation.version).toBe(2);
    expect((await remove(eva, { id: conversation.id })).deletedId).toBe(conversation.id);
    expect(
      (await eva.data('query ($id: ID!) { conversation(id: $id) { id } }', { id: conversation.id })).conversation,
    ).toBeNull();
    expect(await eventsOf(eva)).toEqual(['conversation.created', 'conversation.updated', 'conversation.deleted']);
  });

  test('made twice with the same id is one; with other input it is a conflict', async () => {
    const input = { id: newId('conversation'), title: 'Offline' };
    const first = await create(ana, input);
    const again = await create(ana, input);
    expect(again).toEqual(first);
    const other = await create(ana, { ...input, title: 'Other' });
    expect(other).toMatchObject({ conversation: null, errors: [{ code: 'CONFLICT', path: ['id'] }] });
    const bobs = await create(bob, { ...input, title: 'Bob may use the same id' });
    expect(bobs.errors).toEqual([]);
  });

  test('made by many at the same moment with one id is one', async () => {
    const input = { id: newId('conversation'), title: 'At once' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(ana, input)));
    expect(answers.every(({ errors }) => errors.length === 0)).toBe(true);
    const created = await graph.db.event.count({ where: { subjectId: input.id, type: 'conversation.created' } });
    expect(created).toBe(1);
  });

  test('that was changed meanwhile answers with what it is now', async () => {
    const { conversation } = await create(ana, { title: 'One' });
    await update(ana, { id: conversation.id, title: 'Two' });
    const late = await update(ana, { id: conversation.id, title: 'Three', expectedVersion: 1 });
    expect(late).toMatchObject({
      conversation: { title: 'Two', version: 2 },
      errors: [{ code: 'CONFLICT', path: ['expectedVersion'] }],
    });
    const lateDelete = await remove(ana, { id: conversation.id, expectedVersion: 1 });
    expect(lateDelete).toMatchObject({ deletedId: null, conversation: { version: 2 }, errors: [{ code: 'CONFLICT' }] });
  });

  test('shows the branch through whichever message one chooses, to its newest end', async () => {
    const talk = await importTree(ana, [
      'u1: hi',
      'a1 < u1: hello',
      'a2 < u1: good day',
      'u2 < a1: thanks',
      'u3 < a2: bye',
      'u4 < a1: cheers',
    ]);
    expect(await shown(ana, talk.id)).toEqual(['hi', 'hello', 'cheers']);
    await update(ana, { id: talk.id, currentMessageId: talk.idOf('good day') });
    expect(await shown(ana, talk.id)).toEqual(['hi', 'good day', 'bye']);
    await update(ana, { id: talk.id, currentMessageId: talk.idOf('thanks') });
    expect(await shown(ana, talk.id)).toEqual(['hi', 'hello', 'thanks']);
    const other = await importTree(ana, ['u1: elsewhere']);
    const wrong = await update(ana, { id: talk.id, currentMessageId: other.idOf('elsewhere') });
    expect(wrong.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['currentMessageId'] }]);
  });

  test('pages its branch and all its messages, forwards and backwards', async () => {
    const lines = Array.from({ length: 25 }, (_, i) => (i === 0 ? 'u0: m0' : `u${i} < u${i - 1}: m${i}`));
    const talk = await importTree(ana, [...lines, 'u99 < u3: side'], { currentKey: 'u24' });
    for (const field of ['messages', 'allMessages']) {
      const read = async (args: string) =>
        (
          await ana.data(
            `query ($id: ID!) { conversation(id: $id) { ${field}(${args}) { nodes { content } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
            { id: talk.id },
          )
        ).conversation[field];
      const all = Array.from({ length: 25 }, (_, i) => `m${i}`).concat(field === 'allMessages' ? ['side'] : []);
      const forwards: string[] = [];
      for (let after = ''; ; ) {
        const page = await read(`first: 10${after}`);
        forwards.push(...page.nodes.map((m: { content: string }) => m.content));
        if (!page.pageInfo.hasNextPage) break;
        after = `, after: "${page.pageInfo.endCursor}"`;
      }
      expect(forwards).toEqual(all);
      const backwards: string[] = [];
      for (let before = ''; ; ) {
        const page = await read(`last: 10${before}`);
        backwards.unshift(...page.nodes.map((m: { content: string }) => m.content));
        if (!page.pageInfo.hasPreviousPage) break;
        before = `, before: "${page.pageInfo.startCursor}"`;
      }
      expect(backwards).toEqual(all);
    }
  });

  test('refuses cursors that it did not give out, and pages that are too large', async () => {
    const talk = await importTree(ana, ['u1: hi']);
    for (const args of [
      'after: "x"',
      'first: 101',
      'first: -1',
      'first: 1, last: 1',
      `after: "${Buffer.from('["a"]').toString('base64url')}"`,
      `after: "${Buffer.from('[1e99]').toString('base64url')}"`,
    ]) {
      for (const field of ['messages', 'allMessages']) {
        const { errors } = await ana.run(
          `query ($id: ID!) { conversation(id: $id) { ${field}(${args}) { nodes { id } } } }`,
          { id: talk.id },
        );
        expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
      }
    }
  });
});

describe('bad input', () => {
  test.each([
    ['an empty title', { title: '' }, ['INVALID title']],
    ['a title of blanks', { title: ' \n ' }, ['INVALID title']],
    ['a title of 201 characters', { title: 'é'.repeat(201) }, ['LIMIT title']],
    ['a title of 1 MB', { title: 'x'.repeat(1_000_000) }, ['LIMIT title']],
    ['a NUL', { title: 'a\0b' }, ['INVALID title']],
    ['an id of another kind', { title: 'x', id: newId('message') }, ['INVALID id']],
    ['a malformed id', { title: 'x', id: 'conversation_1' }, ['INVALID id']],
    ['21 things in context', { title: 'x', contextIds: Array(21).fill(newId('goal')) }, ['LIMIT contextIds']],
    ['10,000 things in context', { title: 'x', contextIds: Array(10_000).fill('x') }, ['LIMIT contextIds']],
  ])('%s is refused with its path', async (_, input, expected) => {
    const before = await graph.db.conversation.count();
    const { conversation, errors } = await create(ana, input);
    expect(conversation).toBeNull();
    expect(errors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`)).toEqual(
      expected,
    );
    expect(await graph.db.conversation.count()).toBe(before);
  });
});

test('ten conversations with their branches, children and siblings take as many statements as one', async () => {
  const eva = await graph.person();
  const ids: string[] = [];
  for (let i = 0; i < 10; i++)
    ids.push((await importTree(eva, ['u1: q', 'a1 < u1: x', 'a2 < u1: y', 'u2 < a2: z'])).id);
  const fields =
    'messages { nodes { content parent { id } children { id } siblings { id } conversation { title } } } allMessages { nodes { id } } currentMessage { content } forkedFrom { id }';
  const query = (some: string[]) =>
    `{ ${some.map((id, i) => `c${i}: conversation(id: "${id}") { ${fields} }`).join(' ')} }`;
  await eva.data(query(ids.slice(0, 1)));
  const one = await graph.countQueries(() => eva.data(query(ids.slice(0, 1))));
  const ten = await graph.countQueries(() => eva.data(query(ids)));
  expect(ten.count).toBe(one.count);
  expect(one.count).toBeLessThanOrEqual(8);
});
