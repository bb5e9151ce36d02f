import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { eventTypes, log, makeGoal, makeHabit, mutate, read, told } from './fixtures/graph.ts';

beginGraph();

const stepsGoal = (person: Person, titles: string[], input = {}) =>
  makeGoal(
    person,
    { kind: 'MILESTONE', targetValue: null, milestones: titles.map((title) => ({ title })), ...input },
    'goal { id milestones { id title } }',
  );
const update = (person: Person, input: object) =>
  mutate(
    person,
    'updateMilestone',
    input,
    'milestone { title position reached reachedOn version } goal { status percent currentValue }',
  );
const order = async (person: Person, id: string) =>
  (await read(person, id, 'milestones { title position }')).milestones
    .map(({ title }: { title: string }) => title)
    .join('');
const achievements = async (person: Person, id: string) =>
  (await read(person, id, 'achievements { name }')).achievements.map(({ name }: { name: string }) => name).sort();

describe('milestones', () => {
  test('count toward their goal, and the last one completes it', async () => {
    const bob = await graph.person();
    const goal = await stepsGoal(bob, ['a', 'b', 'c', 'd']);
    const [a, b, c, d] = goal.milestones;
    expect(await update(bob, { id: a.id, reached: true })).toEqual({
      milestone: { title: 'a', position: 0, reached: true, reachedOn: '2026-03-10', version: 2 },
      goal: { status: 'ACTIVE', percent: 25, currentValue: '1' },
      errors: [],
    });
    await update(bob, { id: b.id, reached: true, reachedOn: '2026-03-01' });
    expect((await update(bob, { id: a.id, reached: false })).goal.percent).toBe(25);
    await update(bob, { id: a.id, reached: true });
    await update(bob, { id: c.id, reached: true });
    expect((await update(bob, { id: d.id, reached: true })).goal).toEqual({
      status: 'COMPLETED',
      percent: 100,
      currentValue: '4',
    });
    expect(await achievements(bob, goal.id)).toEqual(['GOAL_COMPLETED', 'HALFWAY']);
    expect((await eventTypes(graph, bob)).filter((type) => type === 'milestone.reached')).toHaveLength(5);
  });

  test('keep their order when one is added, moved or deleted', async () => {
    const goal = await stepsGoal(ana, ['a', 'b', 'c']);
    const add = (input: object) =>
      mutate(ana, 'createMilestone', { goalId: goal.id, title: 'x', ...input }, 'milestone { id position dueDate }');
    expect((await add({ title: 'd', dueDate: '2026-05-01' })).milestone).toMatchObject({
      position: 3,
      dueDate: '2026-05-01',
    });
    const { milestone } = await add({ title: 'e', position: 1 });
    expect(await order(ana, goal.id)).toBe('aebcd');
    await update(ana, { id: milestone.id, position: 4 });
    expect(await order(ana, goal.id)).toBe('abcde');
    await update(ana, { id: milestone.id, position: 99 });
    await update(ana, { id: goal.milestones[2].id, position: 0 });
    expect(await order(ana, goal.id)).toBe('cabde');
    await mutate(ana, 'deleteMilestone', { id: goal.milestones[0].id }, 'deletedId');
    expect(await order(ana, goal.id)).toBe('cbde');
    const rows = await read(ana, goal.id, 'milestones { position }');
    expect(rows.milestones).toEqual([0, 1, 2, 3].map((position) => ({ position })));
  });

  test('are made once for the same id, and refuse what is wrong', async () => {
    const goal = await stepsGoal(ana, ['a']);
    const input = { id: newId('milestone'), goalId: goal.id, title: 'once' };
    const make = (more = {}) => mutate(ana, 'createMilestone', { ...input, ...more }, 'milestone { id version }');
    const payloads = await Promise.all(Array.from({ length: 10 }, () => make()));
    expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
    expect(told(await make({ title: 'other' }))).toEqual(['CONFLICT id']);
    expect(told(await make({ id: null, title: '' }))).toEqual(['INVALID title']);
    expect(told(await make({ id: null, position: -1 }))).toEqual(['INVALID position']);
    expect(told(await make({ id: null, goalId: newId('goal') }))).toEqual(['NOT_FOUND goalId']);
    expect(told(await update(ana, { id: input.id, reachedOn: '2026-03-10' }))).toEqual(['INVALID reachedOn']);
    expect(told(await update(ana, { id: input.id, reached: true, reachedOn: '2026-03-12' }))).toEqual([
      'INVALID reachedOn',
    ]);
    const conflict = await update(ana, { id: input.id, title: 'z', expectedVersion: 7 });
    expect(told(conflict)).toEqual(['CONFLICT expectedVersion']);
    expect(conflict.milestone).toMatchObject({ title: 'once' });
    expect(told(await mutate(ana, 'deleteMilestone', { id: newId('milestone') }, 'deletedId'))).toEqual([
      'NOT_FOUND id',
    ]);
  });
});

describe('completing by itself', () => {
  test('a total that reaches its target, once', async () => {
    const bob = await graph.person();
    const goal = await makeGoal(bob, { targetValue: '10' });
    expect((await log(bob, { goalId: goal.id, value: '9.9' })).goal.status).toBe('ACTIVE');
    expect((await log(bob, { goalId: goal.id, value: '0.1' })).goal).toMatchObject({
      status: 'COMPLETED',
      currentValue: '10',
    });
    expect((await log(bob, { goalId: goal.id, value: '5' })).goal.status).toBe('COMPLETED');
    expect((await eventTypes(graph, bob)).filter((type) => type === 'goal.completed')).toHaveLength(1);
  });

  test('a level that comes down to its target, by its latest day', async () => {
    const goal = await makeGoal(ana, { startValue: '80', targetValue: '75' });
    expect((await log(ana, { goalId: goal.id, value: '74', localDate: '2026-03-09' })).goal.status).toBe('COMPLETED');
    const other = await makeGoal(ana, { startValue: '80', targetValue: '75' });
    await log(ana, { goalId: other.id, value: '79' });
    expect((await log(ana, { goalId: other.id, value: '74', localDate: '2026-03-01' })).goal.status).toBe('ACTIVE');
  });

  test('not a budget, not a bound, not a habit, and not where it is switched off', async () => {
    const goals = [
      await makeGoal(ana, { direction: 'AT_MOST', cumulative: true, targetValue: '5', deadline: '2026-12-31' }),
      await makeGoal(ana, { direction: 'AT_MOST', cumulative: false, startValue: '3', targetValue: '5' }),
      await makeHabit(ana, { times: 1, period: 'DAY' }, { targetValue: '5' }),
      await makeGoal(ana, { targetValue: '5', autoComplete: false }),
    ];
    for (const { id } of goals) expect((await log(ana, { goalId: id, value: '5' })).goal.status).toBe('ACTIVE');
  });

  test('by a changed entry, and by one of a batch', async () => {
    const goal = await makeGoal(ana, { targetValue: '10' });
    const { entry } = await log(ana, { goalId: goal.id, value: '1' });
    const changed = await mutate(ana, 'updateProgressEntry', { id: entry.id, value: '10' }, 'goal { status }');
    expect(changed.goal.status).toBe('COMPLETED');
    const other = await makeGoal(ana, { targetValue: '2' });
    const entries = [1, 2, 3].map(() => ({ goalId: other.id, value: '1' }));
    const payload = await mutate(ana, 'logProgressBatch', { entries }, 'goals { status currentValue }');
    expect(payload.goals).toEqual([{ status: 'COMPLETED', currentValue: '3' }]);
  });
});

describe('achievements', () => {
  test('the first entry, half of the way and the goal are earned once', async () => {
    const bob = await graph.person();
    const goal = await makeGoal(bob, { targetValue: '10' });
    await log(bob, { goalId: goal.id, value: '4' });
    expect(await achievements(bob, goal.id)).toEqual(['FIRST_ENTRY']);
    const { entry } = await log(bob, { goalId: goal.id, value: '1' });
    expect(await achievements(bob, goal.id)).toEqual(['FIRST_ENTRY', 'HALFWAY']);
    await mutate(bob, 'deleteProgressEntry', { id: entry.id }, 'deletedId');
    await log(bob, { goalId: goal.id, value: '1' });
    await log(bob, { goalId: goal.id, value: '5' });
    expect(await achievements(bob, goal.id)).toEqual(['FIRST_ENTRY', 'GOAL_COMPLETED', 'HALFWAY']);
    expect((await eventTypes(graph, bob)).filter((type) => type === 'achievement.earned')).toHaveLength(3);
    const { viewer } = await bob.data(
      '{ viewer { achievements(first: 2) { nodes { name title localDate goal { id } } pageInfo { hasNextPage } } } }',
    );
    expect(viewer.achievements).toMatchObject({ pageInfo: { hasNextPage: true } });
    expect(viewer.achievements.nodes[0].goal.id).toBe(goal.id);
  });

  test('streaks of 7, 30 and 100 periods', async () => {
    const bob = await graph.person();
    const habit = await makeHabit(bob, { times: 1, period: 'DAY' }, { startDate: '2025-01-01' });
    const fill = async (days: number) => {
      const entries = Array.from({ length: days }, (_, i) => ({
        goalId: habit.id,
        externalId: `d${i}`,
        localDate: new Date(Date.UTC(2026, 2, 10 - i)).toISOString().slice(0, 10),
      }));
      await mutate(bob, 'logProgressBatch', { entries }, 'results { errors { code } }');
      return (await achievements(bob, habit.id)).filter((name: string) => name.startsWith('STREAK'));
    };
    expect(await fill(6)).toEqual([]);
    expect(await fill(7)).toEqual(['STREAK_7']);
    expect(await fill(30)).toEqual(['STREAK_30', 'STREAK_7']);
    expect(await fill(99)).toEqual(['STREAK_30', 'STREAK_7']);
    expect(await fill(100)).toEqual(['STREAK_100', 'STREAK_30', 'STREAK_7']);
  });

  test('a comeback after two weeks without entries', async () => {
    const goal = await makeGoal(ana, {});
    await log(ana, { goalId: goal.id, value: '1', localDate: '2026-02-20' });
    await log(ana, { goalId: goal.id, value: '1', localDate: '2026-02-25' });
    expect(await achievements(ana, goal.id)).toEqual(['FIRST_ENTRY']);
    await log(ana, { goalId: goal.id, value: '1', localDate: '2026-03-10' });
    expect(await achievements(ana, goal.id)).toEqual(['FIRST_ENTRY']);
    const other = await makeGoal(ana, {});
    await log(ana, { goalId: other.id, value: '1', localDate: '2026-02-24' });
    await log(ana, { goalId: other.id, value: '1' });
    expect(await achievements(ana, other.id)).toEqual(['COMEBACK', 'FIRST_ENTRY']);
  });
});
