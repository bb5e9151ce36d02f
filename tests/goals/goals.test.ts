import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { eventTypes, log, makeGoal, makeHabit, mutate, read, told } from './fixtures/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
});
afterAll(() => graph?.stop());

const basic = 'goal { id title status version }';
const create = (input: Record<string, unknown>, fields = basic) => mutate(ana, 'createGoal', input, fields);

describe('createGoal', () => {
  test.each([
    [
      { kind: 'NUMERIC', targetValue: '10' },
      { direction: 'AT_LEAST', cumulative: true, aggregation: 'SUM', autoComplete: true },
    ],
    [
      { kind: 'NUMERIC', startValue: '80', targetValue: '75' },
      { direction: 'AT_MOST', cumulative: false, aggregation: 'LAST', autoComplete: true },
    ],
    [
      { kind: 'HABIT', frequency: { times: 3, period: 'WEEK' } },
      { direction: 'AT_LEAST', cumulative: false, aggregation: 'SUM', autoComplete: false },
    ],
    [{ kind: 'MILESTONE' }, { direction: 'AT_LEAST', cumulative: true, aggregation: 'SUM', autoComplete: true }],
    [{ kind: 'CUSTOM' }, { direction: 'AT_LEAST', cumulative: false, aggregation: 'LAST', autoComplete: true }],
  ])('gives %j the primitives of its kind', async (input, expected) => {
    const payload = await create(
      { title: 'Preset', ...input },
      'goal { direction cumulative aggregation autoComplete }',
    );
    expect(payload).toEqual({ goal: expected, errors: [] });
  });

  test.each([
    [
      { targetValue: '100', deadline: '2026-03-20' },
      { targetValue: '100', deadline: '2026-03-20', ratePerDay: '10' },
    ],
    [
      { targetValue: '100', rate: { amount: '5', period: 'DAY' } },
      { targetValue: '100', deadline: '2026-03-30', ratePerDay: '5' },
    ],
    [
      { deadline: '2026-03-20', rate: { amount: '14', period: 'WEEK' } },
      { targetValue: '20', deadline: '2026-03-20', ratePerDay: '2' },
    ],
  ])('derives the third of deadline, target and rate from %j', async (input, line) => {
    const payload = await create(
      { title: 'Line', kind: 'NUMERIC', startDate: '2026-03-10', ...input },
      'goal { line { targetValue deadline ratePerDay } }',
    );
    expect(payload.goal.line).toEqual(line);
  });

  test('measures against a target that follows from rate and deadline', async () => {
    const goal = await makeGoal(ana, {
      targetValue: null,
      deadline: '2026-03-20',
      startDate: '2026-03-10',
      rate: { amount: '1', period: 'DAY' },
    });
    const { goal: after } = await log(ana, { goalId: goal.id, value: '5' });
    expect(after).toMatchObject({ percent: 50 });
  });

  const habit = { kind: 'HABIT', frequency: { times: 1, period: 'DAY' } };
  test.each<[string, Record<string, unknown>, string[]]>([
    ['an empty title', { title: ' ' }, ['INVALID title']],
    ['a title of 1 MB', { title: 'x'.repeat(1_000_000) }, ['LIMIT title']],
    ['a NUL character', { title: 'a\0b' }, ['INVALID title']],
    ['an id of another kind', { id: newId('area') }, ['INVALID id']],
    ['a malformed id', { id: 'goal_1; DROP TABLE goals' }, ['INVALID id']],
    ['no target', { targetValue: null }, ['REQUIRED targetValue']],
    ['a target of zero for what adds up', { targetValue: '0', cumulative: true }, ['INVALID targetValue']],
    ['a target beyond bounds', { targetValue: '1000000000001' }, ['INVALID targetValue']],
    [
      'deadline, target and rate together',
      { deadline: '2027-01-01', rate: { amount: '1', period: 'DAY' } },
      ['INVALID rate'],
    ],
    ['a rate of zero', { rate: { amount: '0', period: 'DAY' } }, ['INVALID rate.amount']],
    ['a rate that leads away', { rate: { amount: '-1', period: 'DAY' } }, ['INVALID rate']],
    [
      'a rate that takes more than a century',
      { targetValue: '1000', rate: { amount: '1', period: 'YEAR' } },
      ['INVALID rate'],
    ],
    ['a deadline before the start', { startDate: '2026-03-10', deadline: '2026-03-09' }, ['INVALID deadline']],
    ['a deadline beyond a century', { deadline: '2199-12-31' }, ['INVALID deadline']],
    ['a start before 1970', { startDate: '1969-12-31' }, ['INVALID startDate']],
    ['a habit without frequency', { kind: 'HABIT', targetValue: null }, ['REQUIRED frequency']],
    [
      'a frequency of zero',
      { ...habit, targetValue: null, frequency: { times: 0, period: 'DAY' } },
      ['INVALID frequency.times'],
    ],
    [
      'a negative interval',
      { ...habit, targetValue: null, frequency: { times: 1, period: 'DAY', interval: -1 } },
      ['INVALID frequency.interval'],
    ],
    ['a habit with a rate', { ...habit, targetValue: null, rate: { amount: '1', period: 'DAY' } }, ['INVALID rate']],
    ['a habit that completes itself', { ...habit, targetValue: null, autoComplete: true }, ['INVALID autoComplete']],
    ['a habit of nothing', { ...habit, targetValue: '0' }, ['INVALID targetValue']],
    ['a number with a frequency', { frequency: { times: 1, period: 'DAY' } }, ['INVALID frequency']],
    ['milestones with a value', { kind: 'MILESTONE', targetValue: '3' }, ['INVALID targetValue']],
    [
      'a pause that ends before it begins',
      { pauses: [{ start: '2026-05-02', end: '2026-05-01' }] },
      ['INVALID pauses.0.end'],
    ],
    ["somebody else's area", { lifeAreaId: newId('area') }, ['NOT_FOUND lifeAreaId']],
    ['a field without an area', { customFields: [{ key: 'x', text: 'y' }] }, ['NOT_FOUND customFields.0']],
    [
      'several mistakes at once',
      { title: '', unit: 'u'.repeat(51), targetValue: null },
      ['INVALID title', 'LIMIT unit', 'REQUIRED targetValue'],
    ],
    ['101 milestones', { milestones: Array.from({ length: 101 }, () => ({ title: 'm' })) }, ['LIMIT milestones']],
  ])('refuses %s, and stores nothing', async (_, input, errors) => {
    const before = await graph.db.goal.count();
    const payload = await create({ title: 'Bad', kind: 'NUMERIC', targetValue: '10', ...input });
    expect(told(payload)).toEqual(errors);
    expect(payload.goal).toBeNull();
    expect(await graph.db.goal.count()).toBe(before);
  });

  test.each([
    ['NaN', { targetValue: 'NaN' }],
    ['Infinity', { targetValue: 'Infinity' }],
    ['a date that does not exist', { deadline: '2026-02-30' }],
    ['a year out of range', { deadline: '12026-01-01' }],
    ['an unknown kind', { kind: 'WISH' }],
  ])('refuses %s as bad input of the operation', async (_, input) => {
    const { errors } = await ana.run(
      'mutation($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } } }',
      {
        input: { title: 'Bad', kind: 'NUMERIC', targetValue: '1', ...input },
      },
    );
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('gives the first result again for the same id and input, and CONFLICT for other input', async () => {
    const input = { id: newId('goal'), title: 'Once', kind: 'NUMERIC', targetValue: '10' };
    const first = await create(input);
    expect(await create(input)).toEqual(first);
    expect(told(await create({ ...input, title: 'Twice' }))).toEqual(['CONFLICT id']);
    expect(await graph.db.event.count({ where: { subjectId: input.id } })).toBe(1);
  });

  test('makes one goal of fifty parallel calls with the same id', async () => {
    const input = { id: newId('goal'), title: 'Parallel', kind: 'NUMERIC', targetValue: '10' };
    const payloads = await Promise.all(Array.from({ length: 50 }, () => create(input)));
    expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
    expect(await graph.db.event.count({ where: { subjectId: input.id } })).toBe(1);
  });

  test('does its work once under an idempotency key, and refuses the key for other input', async () => {
    const bob = await graph.person();
    const run = (title: string) => mutate(bob, 'createGoal', { title, kind: 'CUSTOM' }, basic, 'k-1');
    const payloads = await Promise.all(Array.from({ length: 20 }, () => run('Keyed')));
    expect(new Set(payloads.map((payload) => payload.goal.id)).size).toBe(1);
    expect(await graph.db.goal.count({ where: { userId: bob.userId } })).toBe(1);
    expect(told(await run('Other'))).toEqual(['CONFLICT']);
  });

  test('stores the values of its area’s fields, typed, and refuses those that do not fit', async () => {
    const area = await mutate(
      ana,
      'createLifeArea',
      {
        kind: 'HEALTH',
        name: 'Fields',
        customFields: [
          { key: 'effort', label: 'Effort', type: 'SELECT', required: true, options: [{ value: 'low', label: 'Low' }] },
          { key: 'pulse', label: 'Pulse', type: 'NUMBER', unit: 'bpm' },
          { key: 'since', label: 'Since', type: 'DATE' },
        ],
      },
      'lifeArea { id customFields { key type unit required options { value } } }',
    );
    const lifeAreaId = area.lifeArea.id;
    const fields = 'goal { id customFields { key text number boolean date } }';
    const given = [
      { key: 'effort', text: 'low' },
      { key: 'pulse', number: '61.50' },
      { key: 'since', date: '2026-01-01' },
    ];
    const { goal } = await create({ title: 'F', kind: 'CUSTOM', lifeAreaId, customFields: given }, fields);
    expect(goal.customFields).toEqual([
      { key: 'effort', text: 'low', number: null, boolean: null, date: null },
      { key: 'pulse', text: null, number: '61.5', boolean: null, date: null },
      { key: 'since', text: null, number: null, boolean: null, date: '2026-01-01' },
    ]);
    const refused = async (customFields: unknown) =>
      told(await create({ title: 'F', kind: 'CUSTOM', lifeAreaId, customFields }));
    expect(await refused([])).toEqual(['REQUIRED customFields']);
    expect(await refused([{ key: 'effort', text: 'huge' }])).toEqual(['INVALID customFields.0']);
    expect(await refused([given[0], { key: 'nope', text: 'x' }])).toEqual(['NOT_FOUND customFields.1']);
    expect(await refused([given[0], { key: 'pulse', number: '1', text: 'x' }])).toContain('INVALID customFields.1');
    const changed = await mutate(ana, 'updateGoal', { id: goal.id, customFields: [{ key: 'pulse' }] }, fields);
    expect(changed.goal.customFields.map((field: { key: string }) => field.key)).toEqual(['effort', 'since']);
  });
});

describe('updateGoal', () => {
  test('changes what is given, keeps what is not, and takes away what is null', async () => {
    const goal = await makeGoal(ana, { description: 'why', unit: 'km', deadline: '2026-12-31' });
    const payload = await mutate(
      ana,
      'updateGoal',
      { id: goal.id, title: 'New', description: null },
      'goal { title description unit deadline version }',
    );
    expect(payload).toEqual({
      goal: { title: 'New', description: null, unit: 'km', deadline: '2026-12-31', version: 2 },
      errors: [],
    });
    expect(told(await mutate(ana, 'updateGoal', { id: goal.id, title: null }, basic))).toContain('REQUIRED title');
    expect(told(await mutate(ana, 'updateGoal', { id: goal.id, targetValue: null, rate: null }, basic))).toEqual([
      'REQUIRED targetValue',
    ]);
  });

  test('answers CONFLICT with the current goal when it was changed meanwhile', async () => {
    const goal = await makeGoal(ana, {});
    await mutate(ana, 'updateGoal', { id: goal.id, title: 'Theirs', expectedVersion: 1 }, basic);
    for (const mutation of ['updateGoal', 'completeGoal', 'reopenGoal', 'deleteGoal']) {
      const payload = await mutate(ana, mutation, { id: goal.id, expectedVersion: 1 }, basic);
      expect(told(payload)).toEqual(['CONFLICT expectedVersion']);
      expect(payload.goal).toMatchObject({ title: 'Theirs', version: 2 });
    }
  });

  test('of parallel changes that expect the same version lets one through', async () => {
    const goal = await makeGoal(ana, {});
    const payloads = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        mutate(ana, 'updateGoal', { id: goal.id, title: `T${i}`, expectedVersion: 1 }, basic),
      ),
    );
    expect(payloads.filter((payload) => payload.errors.length === 0)).toHaveLength(1);
  });

  test('counts the total anew when the aggregation changes', async () => {
    const goal = await makeGoal(ana, {});
    for (const value of ['3', '5', '4']) await log(ana, { goalId: goal.id, value });
    const change = (aggregation: string) =>
      mutate(ana, 'updateGoal', { id: goal.id, aggregation }, 'goal { currentValue }');
    expect((await change('MAX')).goal.currentValue).toBe('5');
    expect((await change('MEAN')).goal.currentValue).toBe('4');
    expect((await change('SUM')).goal.currentValue).toBe('12');
  });
});

describe('the states of a goal', () => {
  test('a pause asks nothing and leaves the streak as it was', async () => {
    const bob = await graph.person();
    graph.clock.set('2026-03-05T12:00:00Z');
    const habit = await makeHabit(bob, { times: 1, period: 'DAY' });
    await log(bob, { goalId: habit.id });
    graph.clock.set('2026-03-06T12:00:00Z');
    const paused = await mutate(
      bob,
      'updateGoal',
      { id: habit.id, status: 'PAUSED' },
      'goal { status pauses { start end } pace { status } }',
    );
    expect(paused.goal).toEqual({
      status: 'PAUSED',
      pauses: [{ start: '2026-03-06', end: null }],
      pace: { status: 'PAUSED' },
    });
    graph.clock.set('2026-03-10T12:00:00Z');
    const resumed = await mutate(
      bob,
      'updateGoal',
      { id: habit.id, status: 'ACTIVE' },
      'goal { pauses { start end } streak { current } }',
    );
    expect(resumed.goal).toEqual({ pauses: [{ start: '2026-03-06', end: '2026-03-09' }], streak: { current: 1 } });
    await log(bob, { goalId: habit.id });
    expect(await read(bob, habit.id, 'streak { current best }')).toEqual({ streak: { current: 2, best: 2 } });
  });

  test('completes, reopens, cancels and comes back, each with its event', async () => {
    const bob = await graph.person();
    const goal = await makeGoal(bob, {});
    const states: string[] = [];
    const step = async (name: string, input = {}) => {
      const payload = await mutate(bob, name, { id: goal.id, ...input }, 'goal { status completedAt }');
      states.push(payload.errors.length > 0 ? told(payload).join() : payload.goal.status);
      return payload.goal;
    };
    expect((await step('completeGoal')).completedAt).toBe(graph.clock.now().toISOString());
    await step('completeGoal');
    await step('updateGoal', { status: 'PAUSED' });
    expect((await step('reopenGoal')).completedAt).toBeNull();
    await step('updateGoal', { status: 'COMPLETED' });
    await step('updateGoal', { status: 'CANCELLED' });
    await step('completeGoal');
    await step('updateGoal', { status: 'PAUSED' });
    await step('updateGoal', { status: 'ACTIVE' });
    await step('updateGoal', { status: 'PAUSED' });
    await step('reopenGoal');
    expect(states).toEqual([
      'COMPLETED',
      'COMPLETED',
      'INVALID status',
      'ACTIVE',
      'INVALID status',
      'CANCELLED',
      'INVALID id',
      'INVALID status',
      'ACTIVE',
      'PAUSED',
      'INVALID id',
    ]);
    expect(await eventTypes(graph, bob)).toEqual([
      'goal.created',
      'goal.completed',
      'achievement.earned',
      'goal.reopened',
      'goal.updated',
      'goal.reopened',
      'goal.updated',
    ]);
  });

  test('deleteGoal takes its entries, days, milestones and achievements with it', async () => {
    const bob = await graph.person();
    const goal = await makeGoal(bob, { milestones: [{ title: 'One' }] });
    await log(bob, { goalId: goal.id, value: '60' });
    expect(await mutate(bob, 'deleteGoal', { id: goal.id }, 'deletedId')).toEqual({ deletedId: goal.id, errors: [] });
    const where = { where: { userId: bob.userId } };
    const { db } = graph;
    const left = await Promise.all([
      db.goal.count(where),
      db.progressEntry.count(where),
      db.goalDay.count(where),
      db.milestone.count(where),
      db.achievement.count(where),
    ]);
    expect(left).toEqual([0, 0, 0, 0, 0]);
    expect(await read(bob, goal.id, 'id')).toBeNull();
    expect(told(await mutate(bob, 'deleteGoal', { id: goal.id }, 'deletedId'))).toEqual(['NOT_FOUND id']);
  });
});

describe('viewer.goals', () => {
  const page = async (person: Person, args: string) =>
    (
      await person.data(
        `{ viewer { goals(${args}) { totalCount nodes { title } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } }`,
      )
    ).viewer.goals;
  const titles = (connection: { nodes: { title: string }[] }) => connection.nodes.map(({ title }) => title);

  test('filters, orders and pages in every order', async () => {
    const bob = await graph.person();
    const area = (await mutate(bob, 'createLifeArea', { kind: 'WORK', name: 'W' }, 'lifeArea { id }')).lifeArea.id;
    graph.clock.set('2026-03-10T12:00:00Z');
    await makeGoal(bob, { title: 'b safe', targetValue: '10', deadline: '2026-12-31', lifeAreaId: area });
    graph.clock.advance(1000);
    await makeGoal(bob, { title: 'A late', targetValue: '1000', startDate: '2026-01-01', deadline: '2026-03-20' });
    graph.clock.advance(1000);
    await makeHabit(bob, { times: 1, period: 'DAY' }, { title: 'c today' });
    graph.clock.advance(1000);
    await makeGoal(bob, { title: 'd 100%_', kind: 'CUSTOM', targetValue: null });
    expect(titles(await page(bob, 'first: 20'))).toEqual(['b safe', 'A late', 'c today', 'd 100%_']);
    expect(titles(await page(bob, 'orderBy: { field: URGENCY }'))).toEqual(['A late', 'c today', 'b safe', 'd 100%_']);
    expect(titles(await page(bob, 'orderBy: { field: TITLE, direction: DESC }'))).toEqual([
      'd 100%_',
      'c today',
      'b safe',
      'A late',
    ]);
    expect(titles(await page(bob, 'orderBy: { field: DEADLINE }')).slice(0, 2)).toEqual(['A late', 'b safe']);
    expect(await page(bob, `filter: { lifeAreaId: "${area}" }`)).toMatchObject({
      totalCount: 1,
      nodes: [{ title: 'b safe' }],
    });
    expect(titles(await page(bob, 'filter: { withoutLifeArea: true, kind: [HABIT, CUSTOM] }'))).toEqual([
      'c today',
      'd 100%_',
    ]);
    expect(titles(await page(bob, 'filter: { search: "0%_" }'))).toEqual(['d 100%_']);
    expect(titles(await page(bob, 'filter: { search: "A L" }'))).toEqual(['A late']);
    expect(titles(await page(bob, 'filter: { deadlineBefore: "2026-03-20" }'))).toEqual(['A late']);
    for (const field of ['CREATED_AT', 'UPDATED_AT', 'TITLE', 'DEADLINE', 'URGENCY']) {
      for (const direction of ['ASC', 'DESC']) {
        const order = `orderBy: { field: ${field}, direction: ${direction} }`;
        const all = titles(await page(bob, `first: 10, ${order}`));
        const forward: string[] = [];
        for (let after = ''; ; ) {
          const next = await page(bob, `first: 1, ${order} ${after}`);
          forward.push(...titles(next));
          if (!next.pageInfo.hasNextPage) break;
          after = `after: "${next.pageInfo.endCursor}"`;
        }
        expect(forward).toEqual(all);
        const last = await page(bob, `last: 2, ${order}`);
        expect(titles(last)).toEqual(all.slice(2));
        const before = await page(bob, `last: 2, ${order}, before: "${last.pageInfo.startCursor}"`);
        expect(titles(before)).toEqual(all.slice(0, 2));
      }
    }
  });

  test.each([
    'first: 101',
    'first: -1',
    'first: 1, last: 1',
    'after: "nonsense"',
    'after: "WzEsMl0"',
    'orderBy: { field: CREATED_AT }, after: "WyJhIiwiYiJd"',
  ])('refuses %s', async (args) => {
    const { errors } = await ana.run(`{ viewer { goals(${args}) { nodes { id } } } }`);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
