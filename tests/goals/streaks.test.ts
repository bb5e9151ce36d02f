import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, type Frequency } from '../../subgraphs/goals/calendar.ts';
import { habitPeriods, streaks } from '../../subgraphs/goals/streaks.ts';
import { anyFrequency, booleanHistory, days, habitGoal } from './fixtures/goals.ts';

const DAILY: Frequency = { times: 1, period: 'DAY' };
const states = (...args: Parameters<typeof habitPeriods>) => habitPeriods(...args).map((p) => p.state);

describe('periods of a habit', () => {
  test('a week is met by enough days in any order, and missed only once it is over', () => {
    const goal = habitGoal({ times: 2, period: 'WEEK' });
    const series = days('2024-01-01', [1, null, null, null, null, null, 1, 1]);
    expect(states(goal, series, '2024-01-14')).toEqual(['MET', 'RUNNING']);
    expect(states(goal, series, '2024-01-15')).toEqual(['MET', 'MISSED', 'RUNNING']);
  });

  test('several entries on one day are one day', () => {
    const goal = habitGoal({ times: 2, period: 'WEEK' });
    expect(habitPeriods(goal, days('2024-01-01', [5]), '2024-01-01')[0]).toMatchObject({ done: 1, state: 'RUNNING' });
  });

  test('a week excused in part asks for its share', () => {
    const goal = habitGoal({ times: 3, period: 'WEEK' });
    const oneSkip = days('2024-01-01', ['s', 1, 1, null, null, null, null]);
    const fiveSkips = days('2024-01-01', ['s', 's', 's', 's', 's', 1, null]);
    expect(habitPeriods(goal, oneSkip, '2024-01-08')[0]).toMatchObject({ required: 3, state: 'MISSED' });
    expect(habitPeriods(goal, fiveSkips, '2024-01-08')[0]).toMatchObject({ required: 1, state: 'MET' });
  });

  test('a habit begun in mid-week is asked for the days that were left', () => {
    const goal = habitGoal({ times: 7, period: 'WEEK' }, { startDate: '2024-01-05' });
    expect(habitPeriods(goal, days('2024-01-05', [1, 1, 1]), '2024-01-07')[0]).toMatchObject({
      required: 3,
      activeDays: 3,
      state: 'MET',
    });
  });

  test('history from before the start counts', () => {
    const goal = habitGoal(DAILY, { startDate: '2024-01-10' });
    expect(streaks(goal, days('2024-01-08', [1, 1, 1]), '2024-01-10').current).toMatchObject({
      start: '2024-01-08',
      length: 3,
    });
  });

  test('a deadline ends the habit', () => {
    const goal = habitGoal({ times: 1, period: 'WEEK' }, { deadline: '2024-01-09' });
    expect(states(goal, days('2024-01-01', [1]), '2024-01-09')).toEqual(['MET', 'RUNNING']);
    expect(states(goal, days('2024-01-01', [1]), '2024-01-10')).toEqual(['MET', 'MISSED']);
    expect(states(goal, [], '2023-12-31')).toEqual([]);
  });

  test('a limit is kept when the period ends within it, and broken at once beyond it', () => {
    const goal = habitGoal(DAILY, { direction: 'AT_MOST', targetValue: 2 });
    expect(states(goal, days('2024-01-01', [2, 3, null, 1]), '2024-01-04')).toEqual([
      'MET',
      'MISSED',
      'MET',
      'RUNNING',
    ]);
    expect(states(goal, days('2024-01-01', [3]), '2024-01-01')).toEqual(['MISSED']);
  });

  test('where silence is not zero, a period without data is neither met nor missed', () => {
    const limit = habitGoal(DAILY, { direction: 'AT_MOST', targetValue: 2, missingMeans: 'NO_DATA' });
    const steps = habitGoal(DAILY, { targetValue: 10, missingMeans: 'NO_DATA' });
    expect(states(limit, days('2024-01-01', [2, null, 1]), '2024-01-04')).toEqual(['MET', 'NO_DATA', 'MET', 'RUNNING']);
    expect(states(steps, days('2024-01-01', [12, null, 1]), '2024-01-04')).toEqual([
      'MET',
      'NO_DATA',
      'MISSED',
      'RUNNING',
    ]);
  });

  test('pauses are excused like skips', () => {
    const goal = habitGoal(DAILY, { pauses: [{ start: '2024-01-02', end: null }] });
    expect(states(goal, days('2024-01-01', [1]), '2024-01-04')).toEqual(['MET', 'SKIPPED', 'SKIPPED', 'SKIPPED']);
  });
});

describe('streaks', () => {
  test('count met periods over skips, and end on the last met day', () => {
    const result = streaks(habitGoal(DAILY), days('2024-01-01', ['s', 1, 's', 1, 1, 's']), '2024-01-06');
    expect(result.current).toEqual({ start: '2024-01-02', end: '2024-01-05', length: 3 });
  });

  test('the running period does not break a streak', () => {
    const goal = habitGoal(DAILY);
    const series = days('2024-01-01', [1, 1]);
    expect(streaks(goal, series, '2024-01-03').current?.length).toBe(2);
    expect(streaks(goal, series, '2024-01-04').current).toBeNull();
    expect(streaks(goal, series, '2024-01-04').best?.length).toBe(2);
  });

  test('the best of equals is the most recent', () => {
    const result = streaks(habitGoal(DAILY), days('2024-01-01', [1, 1, null, 1, 1, null, 1]), '2024-01-07');
    expect(result.best).toMatchObject({ start: '2024-01-04', length: 2 });
    expect(result.all.map((s) => s.length)).toEqual([2, 2, 1]);
  });

  test('"every second day" is counted in windows of two days from the start', () => {
    const goal = habitGoal({ times: 1, period: 'DAY', interval: 2 });
    expect(streaks(goal, days('2024-01-01', [null, 1, 1, null, null, 1]), '2024-01-06').current).toEqual({
      start: '2024-01-01',
      end: '2024-01-06',
      length: 3,
    });
  });

  test('skips at the ends change nothing', () => {
    fc.assert(
      fc.property(booleanHistory, fc.nat(20), fc.nat(20), (history, before, after) => {
        const start = '2024-02-01';
        const end = addDays(start, Math.max(0, history.length - 1));
        const plain = streaks(habitGoal(DAILY, { startDate: start }), days(start, history), end);
        const first = addDays(start, -before);
        const padded = [...Array<'s'>(before).fill('s'), ...history, ...Array<'s'>(after).fill('s')];
        const today = addDays(end, after);
        const result = streaks(habitGoal(DAILY, { startDate: first }), days(first, padded), today);
        // The last day was still running; once it is over without data it is a miss, as it is without skips.
        const settled = streaks(habitGoal(DAILY, { startDate: start }), days(start, history), addDays(end, 1));
        expect(result.all).toEqual(plain.all);
        expect(result.current).toEqual(after > 0 ? settled.current : plain.current);
      }),
    );
  });

  test('turning a miss into a skip never shortens a streak', () => {
    fc.assert(
      fc.property(anyFrequency, booleanHistory, fc.nat(119), (frequency, history, i) => {
        fc.pre(i < history.length && history[i] === null);
        const today = addDays('2024-01-01', history.length);
        const skipped = history.with(i, 's');
        const before = streaks(habitGoal(frequency), days('2024-01-01', history), today);
        const after = streaks(habitGoal(frequency), days('2024-01-01', skipped), today);
        // A period excused in full leaves the count, so only periods that stay in it are compared.
        if (frequency.period === 'DAY' && !frequency.interval) {
          expect(after.best?.length ?? 0).toBeGreaterThanOrEqual(before.best?.length ?? 0);
          expect(after.current?.length ?? 0).toBeGreaterThanOrEqual(before.current?.length ?? 0);
        } else {
          const lost = habitPeriods(habitGoal(frequency), days('2024-01-01', skipped), today).filter(
            (p) => p.state === 'SKIPPED',
          ).length;
          expect((after.best?.length ?? 0) + lost).toBeGreaterThanOrEqual(before.best?.length ?? 0);
        }
      }),
    );
  });

  test('the current streak is never longer than the best, and no streak is longer than its span', () => {
    fc.assert(
      fc.property(anyFrequency, booleanHistory, (frequency, history) => {
        const today = addDays('2024-01-01', history.length);
        const { current, best, all } = streaks(habitGoal(frequency), days('2024-01-01', history), today);
        expect(current?.length ?? 0).toBeLessThanOrEqual(best?.length ?? 0);
        const met = habitPeriods(habitGoal(frequency), days('2024-01-01', history), today).filter(
          (p) => p.state === 'MET',
        ).length;
        expect(all.reduce((sum, s) => sum + s.length, 0)).toBe(met);
        for (const streak of all) expect(streak.start <= streak.end).toBe(true);
      }),
    );
  });

  test('doing more never shortens the best streak', () => {
    fc.assert(
      fc.property(anyFrequency, booleanHistory, fc.nat(119), (frequency, history, i) => {
        fc.pre(i < history.length && history[i] === null);
        const today = addDays('2024-01-01', history.length);
        const best = (h: typeof history) =>
          streaks(habitGoal(frequency), days('2024-01-01', h), today).best?.length ?? 0;
        expect(best(history.with(i, 1))).toBeGreaterThanOrEqual(best(history));
      }),
    );
  });
});
