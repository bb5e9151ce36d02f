import { expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { log, makeGoal, mutate } from './fixtures/graph.ts';

beginGraph();

const progressUpdated =
  'subscription { progressUpdated { event { id at } entry { id value } goal { id title currentValue } } }';
const goalCompleted = 'subscription { goalCompleted { event { id } goal { title status percent } } }';

/** What the subgraph answers for the latest event of a type, as the gateway asks for each event. */
async function resolve(person: Person, type: string, query: string) {
  const event = await graph.db.event.findFirst({ where: { userId: ana.userId, type }, orderBy: { seq: 'desc' } });
  const request = { requestId: 'r', viewer: person.viewer, ip: null, userAgent: null, idempotencyKey: null };
  const answer = await graph.subgraphs.get('goals')!.execute({ query, request, eventId: event!.id });
  return { event: { id: event!.id, at: event!.at.toISOString() }, answer };
}

test('progressUpdated tells of entries that are logged, changed and deleted', async () => {
  const goal = await makeGoal(ana, { title: 'Read' });
  const { entry } = await log(ana, { goalId: goal.id, value: '5' });
  const logged = await resolve(ana, 'progress.logged', progressUpdated);
  const told = (event: object, value: string | null, current: string) => ({
    data: {
      progressUpdated: {
        event,
        entry: value && { id: entry.id, value },
        goal: { id: goal.id, title: 'Read', currentValue: current },
      },
    },
  });
  expect(logged.answer).toEqual(told(logged.event, '5', '5'));
  await mutate(ana, 'updateProgressEntry', { id: entry.id, value: '7' }, 'entry { id }');
  const updated = await resolve(ana, 'progress.updated', progressUpdated);
  expect(updated.answer).toEqual(told(updated.event, '7', '7'));
  await mutate(ana, 'deleteProgressEntry', { id: entry.id }, 'deletedId');
  const deleted = await resolve(ana, 'progress.deleted', progressUpdated);
  expect(deleted.answer).toEqual(told(deleted.event, null, '0'));
  await mutate(ana, 'deleteGoal', { id: goal.id }, 'deletedId');
  const gone = await resolve(ana, 'progress.logged', progressUpdated);
  expect(gone.answer.data).toMatchObject({ progressUpdated: { entry: null, goal: null } });
});

test('goalCompleted tells of goals that complete by themselves and of those declared so', async () => {
  const goal = await makeGoal(ana, { title: 'Ten', targetValue: '10' });
  await log(ana, { goalId: goal.id, value: '10' });
  const byItself = await resolve(ana, 'goal.completed', goalCompleted);
  expect(byItself.answer.data).toMatchObject({
    goalCompleted: { event: { id: byItself.event.id }, goal: { title: 'Ten', status: 'COMPLETED', percent: 100 } },
  });
  const other = await makeGoal(ana, { title: 'Enough' });
  await mutate(ana, 'completeGoal', { id: other.id }, 'goal { id }');
  expect((await resolve(ana, 'goal.completed', goalCompleted)).answer.data).toMatchObject({
    goalCompleted: { goal: { title: 'Enough' } },
  });
});

test("nobody is told of somebody else's events, nor without the scope", async () => {
  const eve = await graph.person();
  expect((await resolve(eve, 'goal.completed', goalCompleted)).answer).toEqual({ data: null });
  const { answer } = await resolve(
    graph.as({ ...ana.viewer, scopes: ['profile:read'] }),
    'goal.completed',
    goalCompleted,
  );
  expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});
