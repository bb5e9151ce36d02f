import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Goal } from '../../prisma/generated/client.ts';
import { addDays } from '../../subgraphs/goals/calendar.ts';
import { readHistories } from '../../subgraphs/goals/days.ts';
import { forecastOf } from '../../subgraphs/goals/forecast.ts';
import { paceOf } from '../../subgraphs/goals/pace.ts';
import { progressFraction } from '../../subgraphs/goals/percent.ts';
import { currentValue } from '../../subgraphs/goals/series.ts';
import { shapeOf } from '../../subgraphs/goals/shape.ts';
import { streaks } from '../../subgraphs/goals/streaks.ts';
import { strengthOf } from '../../subgraphs/goals/strength.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { log, makeGoal, makeHabit, mutate, read } from './fixtures/graph.ts';

const today = '2026-03-10';
beginGraph();

const figures =
  'currentValue percent strength streak { current best currentStart } forecast { kind date days } pace { status safeDays failureDate dueText daysLeft urgencyKey }';

describe('computed fields', () => {
  const line = {
    startDate: fc.integer({ min: 0, max: 60 }).map((ago) => addDays(today, -ago)),
    deadline: fc.integer({ min: -5, max: 60 }).map((n) => addDays(today, n)),
  };
  const anyGoal: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
    fc.record({ kind: fc.constant('NUMERIC'), targetValue: fc.constant('40'), ...line }),
    fc.record({ kind: fc.constant('NUMERIC'), startValue: fc.constant('20'), targetValue: fc.constant('5'), ...line }),
    fc.record({
      kind: fc.constant('NUMERIC'),
      direction: fc.constant('AT_MOST'),
      cumulative: fc.constant(true),
      targetValue: fc.constant('30'),
      ...line,
    }),
    fc.record({
      kind: fc.constant('CUSTOM'),
      aggregation: fc.constantFrom('MEAN', 'MAX'),
      targetValue: fc.constant('6'),
      ...line,
    }),
    fc.record({
      kind: fc.constant('HABIT'),
      frequency: fc.record({
        times: fc.integer({ min: 1, max: 3 }),
        period: fc.constantFrom('DAY', 'WEEK', 'MONTH'),
        interval: fc.integer({ min: 1, max: 3 }),
      }),
      direction: fc.constantFrom('AT_LEAST', 'AT_MOST'),
      targetValue: fc.constantFrom(null, '4'),
      startDate: line.startDate,
      deadline: fc.oneof(fc.constant(null), line.deadline),
    }),
  );
  const anyDay = fc.record({
    ago: fc.integer({ min: -1, max: 70 }),
    value: fc.constantFrom(null, '0', '1', '3', '7.5'),
  });

  test('are what the mathematics says of the whole history, though they read little of it', async () => {
    await fc.assert(
      fc.asyncProperty(anyGoal, fc.array(anyDay, { maxLength: 25 }), async (input, days) => {
        const deadline = input.deadline as string | null;
        fc.pre(!deadline || deadline >= (input.startDate as string));
        const goal = await makeGoal(ana, { targetValue: null, autoComplete: false, ...input });
        const entries = days
          .filter((day) => day.value !== null)
          .map((day) => ({ goalId: goal.id, value: day.value, localDate: addDays(today, -day.ago) }));
        if (entries.length > 0) await mutate(ana, 'logProgressBatch', { entries }, 'results { errors { code } }');
        for (const day of days) {
          if (day.value === null)
            await mutate(ana, 'skipDay', { goalId: goal.id, localDate: addDays(today, -day.ago) }, 'entry { id }');
        }
        const row = (await graph.db.goal.findFirst({ where: { id: goal.id } })) as Goal;
        const shape = shapeOf(row);
        const [history] = await readHistories(graph.db, ana.userId, [row]);
        const { series } = history!;
        const shown = await read(ana, goal.id, figures);
        const pace = paceOf(shape, series, today);
        const fraction = progressFraction(shape, series, today);
        const forecast = forecastOf(shape, series, today);
        expect(shown).toMatchObject({
          percent: fraction === null ? null : Number((fraction * 100).toFixed(4)),
          strength: shape.kind === 'HABIT' ? strengthOf(shape, series, today) : null,
          forecast: { kind: forecast.kind, date: 'date' in forecast ? forecast.date : null },
          pace: {
            status: pace.status,
            safeDays: pace.safeDays,
            failureDate: pace.failureDate,
            dueText: pace.due?.text ?? null,
            daysLeft: pace.daysLeft,
            urgencyKey: pace.urgencyKey,
          },
        });
        if (shape.kind === 'HABIT') {
          const { current, best } = streaks(shape, series, today);
          expect(shown.streak).toEqual({
            current: current?.length ?? 0,
            best: best?.length ?? 0,
            currentStart: current?.start ?? null,
          });
        } else {
          expect(shown.streak).toBeNull();
          expect(Number(shown.currentValue)).toBeCloseTo(currentValue(shape, series, today), 9);
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('follow each change at once, though histories are remembered', async () => {
    const habit = await makeHabit(ana, { times: 1, period: 'DAY' }, { startDate: '2026-03-08' });
    const now = async () => (await read(ana, habit.id, 'streak { current } percent')) as object;
    await log(ana, { goalId: habit.id, localDate: '2026-03-08' });
    expect(await now()).toEqual({ streak: { current: 0 }, percent: 50 });
    const { entry } = await log(ana, { goalId: habit.id, localDate: '2026-03-09' });
    expect(await now()).toEqual({ streak: { current: 2 }, percent: 100 });
    await mutate(ana, 'deleteProgressEntry', { id: entry.id }, 'deletedId');
    expect(await now()).toEqual({ streak: { current: 0 }, percent: 50 });
    await mutate(ana, 'updateGoal', { id: habit.id, startDate: '2026-03-09' }, 'goal { id }');
    expect(await now()).toEqual({ streak: { current: 0 }, percent: 50 });
    graph.clock.set('2026-03-11T12:00:00Z');
    expect((await read(ana, habit.id, 'percent')).percent).toBeCloseTo(33.3333);
    graph.clock.set('2026-03-10T12:00:00Z');
  });

  test('follow the first day of the person’s week', async () => {
    const bob = await graph.person();
    const habit = await makeHabit(bob, { times: 2, period: 'WEEK' }, { startDate: '2026-03-01' });
    // 2026-03-08 is a Sunday.
    for (const localDate of ['2026-03-07', '2026-03-08']) await log(bob, { goalId: habit.id, localDate });
    expect(await read(bob, habit.id, 'currentValue streak { best }')).toEqual({
      currentValue: '0',
      streak: { best: 1 },
    });
    await graph.db.user.update({ where: { id: bob.userId }, data: { weekStart: 7 } });
    expect(await read(bob, habit.id, 'currentValue streak { best }')).toEqual({
      currentValue: '1',
      streak: { best: 0 },
    });
  });

  test('Goal.series refuses a stretch that is reversed or longer than ten years', async () => {
    const goal = await makeGoal(ana, {});
    for (const args of ['from: "2026-03-02", to: "2026-03-01"', 'from: "2000-01-01"']) {
      const { errors } = await ana.run(`{ goal(id: "${goal.id}") { series(${args}) { value } } }`);
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('the dashboard', () => {
  const ask = async (person: Person) =>
    (
      await person.data(`{ viewer { dashboard { urgencyLoad activeGoalCount activeLifeAreaCount
        dueToday { title } behind { title } goals(first: 2) { title } recentAchievements(first: 1) { name }
        todayProgress { localDate dueCount doneCount fraction entryCount } } } }`)
    ).viewer.dashboard;

  test('says what is due, what is behind, and how far today has come', async () => {
    const bob = await graph.person();
    expect(await ask(bob)).toEqual({
      urgencyLoad: 0,
      activeGoalCount: 0,
      activeLifeAreaCount: 0,
      dueToday: [],
      behind: [],
      goals: [],
      recentAchievements: [],
      todayProgress: { localDate: today, dueCount: 0, doneCount: 0, fraction: null, entryCount: 0 },
    });
    const tea = await makeHabit(bob, { times: 1, period: 'DAY' }, { title: 'tea' });
    await makeHabit(bob, { times: 1, period: 'DAY' }, { title: 'walk' });
    await makeGoal(bob, { title: 'late', startDate: '2026-01-01', deadline: '2026-03-20' });
    await makeGoal(bob, { title: 'calm', deadline: '2027-03-10', targetValue: '365' });
    await makeGoal(bob, { title: 'steps', kind: 'MILESTONE', targetValue: null, milestones: [{ title: 'm' }] });
    await mutate(bob, 'createLifeArea', { kind: 'WORK', name: 'W' }, 'lifeArea { id }');
    const paused = await makeHabit(bob, { times: 1, period: 'DAY' }, { title: 'paused' });
    await mutate(bob, 'updateGoal', { id: paused.id, status: 'PAUSED' }, 'goal { id }');
    await log(bob, { goalId: tea.id });
    await log(bob, { goalId: tea.id });
    const shown = await ask(bob);
    expect(shown).toMatchObject({
      activeGoalCount: 5,
      activeLifeAreaCount: 1,
      behind: [{ title: 'late' }],
      goals: [{ title: 'late' }, { title: 'walk' }],
      recentAchievements: [{ name: 'FIRST_ENTRY' }],
      todayProgress: { localDate: today, dueCount: 3, doneCount: 1, fraction: 1 / 3, entryCount: 2 },
    });
    expect(shown.dueToday.map(({ title }: { title: string }) => title)).toEqual(['late', 'walk']);
    expect(shown.urgencyLoad).toBeGreaterThan(7);
  });

  test('is nobody else’s, and refuses unreasonable lists', async () => {
    const { errors } = await ana.run('{ viewer { dashboard { goals(first: 51) { id } } } }');
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
