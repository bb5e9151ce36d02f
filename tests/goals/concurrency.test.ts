import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { log, makeGoal, mutate, read } from './fixtures/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  // A burst is hard enough for one process without what others do about its events.
  for (const subgraph of graph.subgraphs.values()) await subgraph.stop();
  ana = await graph.person();
});
afterAll(() => graph?.stop());

test('a hundred parallel entries of one goal give the right total, and gapless events', async () => {
  const bob = await graph.person();
  const goal = await makeGoal(bob, { targetValue: '100000' });
  const payloads = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      log(bob, { goalId: goal.id, value: String(i + 1), localDate: `2026-03-0${1 + (i % 5)}` }, 'entry { id }'),
    ),
  );
  expect(payloads.every((payload) => payload.errors.length === 0)).toBe(true);
  expect(await read(bob, goal.id, 'currentValue entryCount')).toEqual({ currentValue: '5050', entryCount: 100 });
  const events = await graph.db.event.findMany({ where: { userId: bob.userId }, orderBy: { seq: 'asc' } });
  expect(events.map((event) => Number(event.seq))).toEqual(events.map((_, i) => i + 1));
  expect(events.filter((event) => event.type === 'progress.logged')).toHaveLength(100);
});

test('exactly one of many parallel entries completes the goal', async () => {
  const goal = await makeGoal(ana, { targetValue: '10' });
  await Promise.all(Array.from({ length: 20 }, () => log(ana, { goalId: goal.id, value: '1' }, 'entry { id }')));
  expect(await graph.db.event.count({ where: { subjectId: goal.id, type: 'goal.completed' } })).toBe(1);
  expect(await graph.db.achievement.count({ where: { goalId: goal.id, name: 'GOAL_COMPLETED' } })).toBe(1);
});

test('batches over the same goals in opposite orders, single entries, changes and deletions do not lock each other out', async () => {
  const goals = await Promise.all(Array.from({ length: 6 }, () => makeGoal(ana, { targetValue: '100000' })));
  const ids = goals.map((goal) => goal.id);
  const batch = (order: string[]) =>
    mutate(
      ana,
      'logProgressBatch',
      { entries: order.map((goalId) => ({ goalId, value: '1' })) },
      'results { entry { id } }',
    );
  const work = Array.from({ length: 12 }, (_, i) => [
    batch(i % 2 ? ids : [...ids].reverse()),
    log(ana, { goalId: ids[i % 6], value: '1' }, 'entry { id }'),
    mutate(ana, 'skipDay', { goalId: ids[(i + 3) % 6], localDate: '2026-03-01' }, 'entry { id }'),
    mutate(ana, 'updateGoal', { id: ids[(i + 1) % 6], title: `T${i}` }, 'goal { id }'),
  ]).flat();
  for (const payload of await Promise.all(work)) expect(payload.errors).toEqual([]);
  const rows = await graph.db.goal.findMany({ where: { id: { in: ids } } });
  expect(rows.reduce((sum, row) => sum + row.total.toNumber(), 0)).toBe(12 * 6 + 12);
  expect(await graph.db.progressEntry.count({ where: { goalId: { in: ids }, skip: true } })).toBe(6);
});

test('parallel upserts of one external id leave one entry, with the content of one of them', async () => {
  const goal = await makeGoal(ana, { targetValue: '100000' });
  await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      log(ana, { goalId: goal.id, value: String(i), externalId: 'x' }, 'entry { id }'),
    ),
  );
  const [entry, ...more] = await graph.db.progressEntry.findMany({ where: { goalId: goal.id } });
  expect(more).toEqual([]);
  expect((await read(ana, goal.id, 'currentValue')).currentValue).toBe(entry!.value.toFixed());
});
