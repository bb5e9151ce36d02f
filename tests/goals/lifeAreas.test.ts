import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { eventTypes, makeGoal, mutate, read, told } from './fixtures/graph.ts';

beginGraph();

const fields =
  'lifeArea { id kind name description color icon active position version customFields { key label type options { value label } } }';
const create = (person: Person, input: Record<string, unknown>) =>
  mutate(person, 'createLifeArea', { kind: 'HEALTH', name: 'Area', ...input }, fields);
const names = async (person: Person, args = 'first: 100') =>
  (await person.data(`{ viewer { lifeAreas(${args}) { nodes { name } } } }`)).viewer.lifeAreas.nodes.map(
    ({ name }: { name: string }) => name,
  );

test('keeps areas of all six kinds in the order they were made, and pages through them', async () => {
  const bob = await graph.person();
  const kinds = ['HEALTH', 'FINANCE', 'LEARNING', 'WORK', 'GOALS', 'PRODUCTIVITY'];
  for (const [i, kind] of kinds.entries()) {
    const { lifeArea } = await create(bob, { kind, name: kind, color: '#3a7bd5', active: kind !== 'WORK' });
    expect(lifeArea).toMatchObject({ kind, color: '#3A7BD5', position: i, version: 1, customFields: [] });
  }
  expect(await names(bob)).toEqual(kinds);
  expect(await names(bob, 'active: false')).toEqual(['WORK']);
  const page = (await bob.data('{ viewer { lifeAreas(first: 2) { totalCount pageInfo { endCursor hasNextPage } } } }'))
    .viewer.lifeAreas;
  expect(page).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true } });
  expect(await names(bob, `first: 2, after: "${page.pageInfo.endCursor}"`)).toEqual(['LEARNING', 'WORK']);
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['an empty name', { name: '' }, ['INVALID name']],
  ['a long name', { name: 'x'.repeat(101) }, ['LIMIT name']],
  ['a colour that is none', { color: 'red' }, ['INVALID color']],
  ['an id of another kind', { id: newId('goal') }, ['INVALID id']],
  [
    '51 fields',
    { customFields: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, label: 'L', type: 'TEXT' })) },
    ['LIMIT customFields'],
  ],
  [
    'a key used twice',
    { customFields: [1, 2].map(() => ({ key: 'k', label: 'L', type: 'TEXT' })) },
    ['TAKEN customFields.1.key'],
  ],
  ['a key that is none', { customFields: [{ key: '1 k', label: 'L', type: 'TEXT' }] }, ['INVALID customFields.0.key']],
  [
    'a choice of nothing',
    { customFields: [{ key: 'k', label: 'L', type: 'SELECT' }] },
    ['REQUIRED customFields.0.options'],
  ],
])('refuses %s, and stores nothing', async (_, input, errors) => {
  const before = await graph.db.lifeArea.count();
  expect(told(await create(ana, input))).toEqual(errors);
  expect(await graph.db.lifeArea.count()).toBe(before);
});

test('the same id with the same input gives the first result; other input is a CONFLICT', async () => {
  const input = { id: newId('area'), name: 'Once' };
  const payloads = await Promise.all(Array.from({ length: 10 }, () => create(ana, input)));
  expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
  expect(told(await create(ana, { ...input, name: 'Other' }))).toEqual(['CONFLICT id']);
});

test('changes what is given; an old version is a CONFLICT with the area as it is', async () => {
  const { lifeArea } = await create(ana, { description: 'd', icon: 'i' });
  const update = (input: object) => mutate(ana, 'updateLifeArea', { id: lifeArea.id, ...input }, fields);
  expect((await update({ name: 'New', description: null, active: false })).lifeArea).toMatchObject({
    name: 'New',
    description: null,
    icon: 'i',
    active: false,
    version: 2,
  });
  const conflict = await update({ name: 'Late', expectedVersion: 1 });
  expect(told(conflict)).toEqual(['CONFLICT expectedVersion']);
  expect(conflict.lifeArea).toMatchObject({ name: 'New', version: 2 });
  expect(told(await update({ name: null }))).toEqual(['REQUIRED name']);
  expect(told(await mutate(ana, 'updateLifeArea', { id: newId('area'), name: 'x' }, fields))).toEqual(['NOT_FOUND id']);
});

describe('reorderLifeAreas', () => {
  test('puts areas into a new order in one step; those left out follow', async () => {
    const bob = await graph.person();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push((await create(bob, { name })).lifeArea.id);
    const reorder = (list: unknown[]) =>
      mutate(bob, 'reorderLifeAreas', { ids: list }, 'lifeAreas { name position version }');
    expect((await reorder([ids[3], ids[1]])).lifeAreas).toEqual([
      { name: 'd', position: 0, version: 2 },
      { name: 'b', position: 1, version: 1 },
      { name: 'a', position: 2, version: 2 },
      { name: 'c', position: 3, version: 2 },
    ]);
    expect(await names(bob)).toEqual(['d', 'b', 'a', 'c']);
    expect(told(await reorder([ids[0], newId('area'), ids[0]]))).toEqual(['NOT_FOUND ids.1', 'INVALID ids.2']);
    expect(told(await reorder([]))).toEqual(['REQUIRED ids']);
    expect(told(await reorder(Array.from({ length: 10_000 }, () => ids[0])))).toEqual(['LIMIT ids']);
    expect((await eventTypes(graph, bob)).filter((type) => type === 'lifeArea.updated')).toHaveLength(3);
    await Promise.all(Array.from({ length: 10 }, (_, i) => reorder(i % 2 ? [...ids] : [...ids].reverse())));
    const positions = await graph.db.lifeArea.findMany({ where: { userId: bob.userId }, orderBy: { position: 'asc' } });
    expect(positions.map((area) => area.position)).toEqual([0, 1, 2, 3]);
  });
});

describe('deleteLifeArea', () => {
  const remove = (person: Person, input: object) => mutate(person, 'deleteLifeArea', input, 'deletedId movedGoalCount');

  test('moves its goals to another area, or leaves them without one, and never deletes them', async () => {
    const bob = await graph.person();
    const [a, b] = [(await create(bob, {})).lifeArea.id, (await create(bob, {})).lifeArea.id];
    const goal = await makeGoal(bob, { lifeAreaId: a });
    expect(await remove(bob, { id: a, moveGoalsTo: b })).toEqual({ deletedId: a, movedGoalCount: 1, errors: [] });
    expect(await read(bob, goal.id, 'lifeArea { id }')).toEqual({ lifeArea: { id: b } });
    expect(await remove(bob, { id: b })).toEqual({ deletedId: b, movedGoalCount: 1, errors: [] });
    expect(await read(bob, goal.id, 'title lifeArea { id } version')).toEqual({
      title: 'Goal',
      lifeArea: null,
      version: 3,
    });
    expect(await eventTypes(graph, bob)).toEqual([
      'lifeArea.created',
      'lifeArea.created',
      'goal.created',
      'goal.updated',
      'lifeArea.deleted',
      'goal.updated',
      'lifeArea.deleted',
    ]);
  });

  test('brings the area as it is now when its version is another', async () => {
    const bob = await graph.person();
    const { id } = (await create(bob, { name: 'Body' })).lifeArea;
    const answer = await mutate(
      bob,
      'deleteLifeArea',
      { id, expectedVersion: 7 },
      'deletedId lifeArea { id name version }',
    );
    expect(answer).toMatchObject({ deletedId: null, lifeArea: { id, name: 'Body', version: 1 } });
    expect(answer.errors).toMatchObject([{ code: 'CONFLICT', path: ['expectedVersion'] }]);
  });

  test('refuses a target that is absent, or the area itself, and then changes nothing', async () => {
    const { lifeArea } = await create(ana, {});
    expect(told(await remove(ana, { id: lifeArea.id, moveGoalsTo: newId('area') }))).toEqual(['NOT_FOUND moveGoalsTo']);
    expect(told(await remove(ana, { id: lifeArea.id, moveGoalsTo: lifeArea.id }))).toEqual(['INVALID moveGoalsTo']);
    expect(told(await remove(ana, { id: lifeArea.id, expectedVersion: 9 }))).toEqual(['CONFLICT expectedVersion']);
    expect(told(await remove(ana, { id: newId('area') }))).toEqual(['NOT_FOUND id']);
    expect(await graph.db.lifeArea.count({ where: { id: lifeArea.id } })).toBe(1);
  });

  test('loses no goal that is made at the same moment', async () => {
    const bob = await graph.person();
    const area = (await create(bob, {})).lifeArea.id;
    const made = Array.from({ length: 8 }, () =>
      mutate(bob, 'createGoal', { title: 'G', kind: 'CUSTOM', lifeAreaId: area }, 'goal { id }'),
    );
    const [removed, ...payloads] = await Promise.all([remove(bob, { id: area }), ...made]);
    expect(removed.errors).toEqual([]);
    const stored = payloads.filter((payload) => payload.errors.length === 0).length;
    for (const payload of payloads)
      if (payload.errors.length > 0) expect(told(payload)).toEqual(['NOT_FOUND lifeAreaId']);
    expect(await graph.db.goal.count({ where: { userId: bob.userId, lifeAreaId: null } })).toBe(stored);
  });
});

test('LifeArea.goals pages, filters by state, and counts', async () => {
  const bob = await graph.person();
  const area = (await create(bob, {})).lifeArea.id;
  for (const title of ['a', 'b', 'c']) {
    graph.clock.advance(1000);
    await makeGoal(bob, { title, lifeAreaId: area });
  }
  const ask = async (args: string) =>
    (
      await bob.data(
        `{ viewer { lifeAreas { nodes { activeGoalCount goals(${args}) { totalCount nodes { title lifeArea { name } } pageInfo { endCursor startCursor hasNextPage } } } } } }`,
      )
    ).viewer.lifeAreas.nodes[0];
  const first = await ask('first: 2');
  expect(first).toMatchObject({
    activeGoalCount: 3,
    goals: { totalCount: 3, nodes: [{ title: 'a' }, { title: 'b' }], pageInfo: { hasNextPage: true } },
  });
  expect((await ask(`first: 2, after: "${first.goals.pageInfo.endCursor}"`)).goals.nodes).toEqual([
    { title: 'c', lifeArea: { name: 'Area' } },
  ]);
  expect((await ask('last: 1')).goals.nodes).toMatchObject([{ title: 'c' }]);
  expect((await ask('first: 5, status: [PAUSED]')).goals).toMatchObject({ totalCount: 0, nodes: [] });
});
