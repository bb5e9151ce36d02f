import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import { log, makeGoal, mutate, told } from './fixtures/graph.ts';

beginGraph();

const create = (input: Record<string, unknown>, fields = 'goal { id title status version }') =>
  mutate(ana, 'createGoal', input, fields);

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
