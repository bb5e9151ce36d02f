import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readToolCall } from '../../../subgraphs/chat/tools/calls.ts';
import { scopesOf } from '../../../subgraphs/chat/tools/definitions.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { importTree } from '../support.ts';
import { catalogue, everything } from './support.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person({ timeZone: 'Europe/Berlin' });
}, 60_000);
afterAll(() => graph?.stop());

/** Runs a tool as the assistant does: in the person's name, with no scope more than the call needs. */
async function run(name: string, args: Record<string, unknown> = {}): Promise<Record<string, any>> {
  const call = readToolCall(catalogue, { name, arguments: JSON.stringify(args) }, everything);
  if ('problem' in call) throw new Error(call.problem);
  const assistant = graph.as({ ...ana.viewer, scopes: scopesOf(call.tool) as never });
  return assistant.data(call.document, { ...call.variables });
}

test('the tools work together, each with its own scopes only', async () => {
  const { createGoal } = await run('CreateGoal', {
    title: 'Run',
    description: 'Along the river',
    kind: 'NUMERIC',
    unit: 'km',
    targetValue: '100',
    rate: { amount: '10', period: 'WEEK' },
  });
  expect(createGoal).toMatchObject({ goal: { title: 'Run', unit: 'km', targetValue: '100' }, errors: [] });
  const goalId: string = createGoal.goal.id;

  const { logProgress } = await run('LogProgress', { goalId, value: 5, note: 'Knee felt fine' });
  expect(logProgress).toMatchObject({
    entry: { value: '5', localDate: '2026-03-10', note: 'Knee felt fine' },
    goal: { currentValue: '5', percent: 5 },
    errors: [],
  });
  expect((await run('ListGoals', { search: 'run' })).viewer.goals).toMatchObject({
    nodes: [{ id: goalId }],
    totalCount: 1,
  });
  expect((await run('ListGoals')).viewer.goals.totalCount).toBe(1);
  expect((await run('ListGoals', { status: ['PAUSED'] })).viewer.goals.totalCount).toBe(0);
  expect((await run('GoalDetail', { goalId })).goal).toMatchObject({
    currentValue: '5',
    entries: { nodes: [{ value: '5', note: 'Knee felt fine' }] },
  });
  expect((await run('FindNotes', { query: 'knee' })).viewer.searchNotes.nodes).toMatchObject([
    { subject: { __typename: 'ProgressEntry', goal: { title: 'Run' } } },
  ]);

  const { createReminder } = await run('CreateReminder', {
    goalId,
    timeOfDay: '08:00',
    message: 'Stretch',
    weekdays: ['WEDNESDAY'],
  });
  expect(createReminder).toMatchObject({
    reminder: { weekdays: ['WEDNESDAY'], nextOccurrenceAt: '2026-03-11T07:00:00.000Z', goal: { title: 'Run' } },
    errors: [],
  });
  const single = { message: 'Call the dentist', date: '2026-03-12', timeOfDay: '09:30' };
  expect((await run('CreateReminder', single)).createReminder).toMatchObject({
    reminder: { ...single, weekdays: [], nextOccurrenceAt: '2026-03-12T08:30:00.000Z', goal: null },
    errors: [],
  });
  expect((await run('ListReminders')).viewer.reminders.nodes).toMatchObject([
    { message: 'Stretch', date: null, goal: { title: 'Run' } },
    { ...single, goal: null },
  ]);
  expect((await run('ListReminders', { past: true })).viewer.reminders.nodes).toEqual([]);
  expect((await run('Today')).viewer.dashboard).toMatchObject({
    todayProgress: { localDate: '2026-03-10', entryCount: 1 },
    upcomingReminders: [{ goal: { title: 'Run' } }, { message: 'Call the dentist', goal: null }],
    recentAchievements: [{ goal: { id: goalId } }],
  });
  expect((await run('SkipDay', { goalId, localDate: '2026-03-12' })).skipDay).toMatchObject({
    entry: { localDate: '2026-03-12' },
    errors: [],
  });
  expect((await run('CompleteGoal', { goalId })).completeGoal).toMatchObject({
    goal: { status: 'COMPLETED' },
    errors: [],
  });
});

test('a change leaves alone what it does not name, and what it names with null', async () => {
  const { createGoal } = await run('CreateGoal', {
    title: 'Swim',
    description: 'In the lake',
    kind: 'HABIT',
    frequency: { times: 2, period: 'WEEK' },
    unit: 'laps',
    targetValue: '10',
  });
  const { updateGoal } = await run('UpdateGoal', {
    goalId: createGoal.goal.id,
    title: 'Swim more',
    description: null,
    unit: null,
    frequency: null,
    deadline: null,
  });
  expect(updateGoal).toMatchObject({
    goal: {
      title: 'Swim more',
      description: 'In the lake',
      unit: 'laps',
      targetValue: '10',
      frequency: { times: 2, period: 'WEEK', interval: 1 },
    },
    errors: [],
  });
});

test('an entry of a plain habit needs no value, and its mistakes come back as errors inside the data', async () => {
  const { createGoal } = await run('CreateGoal', {
    title: 'Read',
    kind: 'HABIT',
    frequency: { times: 1, period: 'DAY' },
  });
  const { logProgress } = await run('LogProgress', { goalId: createGoal.goal.id });
  expect(logProgress).toMatchObject({ entry: { value: '1' }, goal: { streak: { current: 1 } } });
  expect((await run('LogProgress', { goalId: 'goal_unknown', value: '1' })).logProgress).toMatchObject({
    entry: null,
    errors: [{ code: expect.any(String), message: expect.any(String) }],
  });
});

test('memories, messages, life areas and research are found with their own scopes too', async () => {
  expect((await run('Remember', { text: 'Runs in the morning', kind: 'PREFERENCE' })).createMemory).toMatchObject({
    memory: { kind: 'PREFERENCE', text: 'Runs in the morning' },
    errors: [],
  });
  expect((await run('Remember', { text: 'Has a cat' })).createMemory.memory.kind).toBe('FACT');
  await importTree(ana, ['u1: The needle is in the haystack']);
  expect((await run('FindMessages', { query: 'needle' })).viewer.searchMessages.nodes).toMatchObject([
    { message: { role: 'USER', origin: 'IMPORTED', conversation: { title: 'A talk' } } },
  ]);
  expect((await run('ListLifeAreas')).viewer.lifeAreas.nodes).toEqual([]);
  expect((await run('FindResearch', { query: 'sleep' })).viewer.searchResearch.nodes).toEqual([]);
});

test('a free query reaches through node what its scopes say', async () => {
  const { createGoal } = await run('CreateGoal', { title: 'Write', kind: 'CUSTOM' });
  const query = 'query ($id: ID!) { node(id: $id) { id ... on Goal { title reminders { id } } } }';
  expect((await run('query', { query, variables: { id: createGoal.goal.id } })).node).toEqual({
    id: createGoal.goal.id,
    title: 'Write',
    reminders: [],
  });
});
