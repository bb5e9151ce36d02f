import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import { eventTypes, log, makeGoal, makeHabit, mutate, read, told } from './fixtures/graph.ts';

beginGraph();

const basic = 'goal { id title status version }';

describe('createGoal', () => {
  const create = (input: Record<string, unknown>) => mutate(ana, 'createGoal', input, basic);

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
