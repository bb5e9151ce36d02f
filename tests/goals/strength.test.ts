import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../subgraphs/goals/calendar.ts';
import {
  nextStrength,
  type StrengthDay,
  type StrengthRule,
  strengthHistory,
  strengthOf,
  strengthPath,
  strengthRule,
} from '../../subgraphs/goals/strength.ts';
import { anyFrequency, booleanHistory, days, habitGoal } from './fixtures/goals.ts';

const DAILY: StrengthRule = { numeric: false, atMost: false, numerator: 1, denominator: 1, target: 0 };
const path = (values: StrengthDay[], rule: Partial<StrengthRule> = {}) => strengthPath(values, { ...DAILY, ...rule });

/** m of a daily habit, written out: the thirteenth root of one half. */
const M = 0.9480775143;

describe('the formula of Loop Habit Tracker', () => {
  test('has a multiplier of 0.5 ^ (sqrt(frequency) / 13)', () => {
    expect(nextStrength(1, 1, 0)).toBeCloseTo(M, 9);
    expect(nextStrength(1, 0, 1)).toBeCloseTo(1 - M, 9);
    // Three times in seven days: sqrt(3 / 7) = 0.654653670708; 0.5 ^ (0.654653670708 / 13) = 0.965696...
    expect(nextStrength(3 / 7, 1, 0)).toBeCloseTo(Math.exp((-Math.LN2 * 0.654653670708) / 13), 10);
  });

  test('a daily habit kept perfectly is at a half after 13 days and at 0.798 after 30', () => {
    const scores = path(Array(30).fill(1));
    expect(scores[12]).toBeCloseTo(0.5, 12);
    expect(scores[25]).toBeCloseTo(0.75, 12);
    expect(scores[29]).toBeCloseTo(1 - M ** 30, 9);
  });

  test('a lapse after a long run hardly matters, and a skip not at all', () => {
    const run = Array<StrengthDay>(100).fill(1);
    const before = path(run).at(-1)!;
    expect(path([...run, 0]).at(-1)).toBeCloseTo(before * M, 9);
    expect(path([...run, 'SKIP']).at(-1)).toBe(before);
  });

  test('a weekly yes-or-no habit is counted as twice in two weeks', () => {
    // Done on days 0 and 9: the sum over 14 days is 1 from day 0, 2 from day 9 to 13, then 1 again.
    const values = Array<StrengthDay>(15).fill(0);
    values[0] = 1;
    values[9] = 1;
    const m = Math.exp((-Math.LN2 * Math.sqrt(1 / 7)) / 13);
    let expected = 0;
    const expectedPath = values.map((_, i) => {
      const completed = i < 9 ? 1 / 2 : i < 14 ? 1 : 1 / 2;
      expected = expected * m + completed * (1 - m);
      return expected;
    });
    path(values, { denominator: 7 }).forEach((score, i) => {
      expect(score).toBeCloseTo(expectedPath[i]!, 12);
    });
  });

  test('a numeric habit counts its rolling sum against the target, at most fully', () => {
    const scores = path([5, 20, 0], { numeric: true, target: 10 });
    expect(scores[0]).toBeCloseTo(0.5 * (1 - M), 9);
    expect(scores[1]).toBeCloseTo(0.5 * (1 - M) * M + (1 - M), 9);
    expect(scores[2]).toBeCloseTo((0.5 * (1 - M) * M + (1 - M)) * M, 9);
    const weekly = path([7, 0, 0, 0, 0, 0, 0, 0], { numeric: true, target: 7, denominator: 7 });
    const m = Math.exp((-Math.LN2 * Math.sqrt(1 / 7)) / 13);
    expect(weekly[6]).toBeCloseTo(1 - m ** 7, 12);
    expect(weekly[7]).toBeCloseTo((1 - m ** 7) * m, 12);
  });

  test('a limit begins at 1 and loses by how far it is exceeded', () => {
    const rule = { numeric: true, atMost: true, target: 10 };
    expect(path([10, 0], rule)).toEqual([1, 1]);
    expect(path([15], rule)[0]).toBeCloseTo(M + 0.5 * (1 - M), 9);
    expect(path([20], rule)[0]).toBeCloseTo(M, 9);
    expect(path([500], rule)[0]).toBeCloseTo(M, 9);
    expect(path([0, 1], { ...rule, target: 0 })[1]).toBeCloseTo(M, 9);
    expect(path([0], { numeric: true, target: 0 })[0]).toBeCloseTo(1 - M, 9);
  });
});

describe('the strength of a goal', () => {
  test('reads the goal in Loop’s terms', () => {
    expect(strengthRule(habitGoal({ times: 3, period: 'WEEK' }))).toEqual({ ...DAILY, numerator: 3, denominator: 7 });
    expect(strengthRule(habitGoal({ times: 8, period: 'DAY' }))).toEqual({ ...DAILY, numeric: true, target: 8 });
    expect(strengthRule(habitGoal({ times: 1, period: 'MONTH' }, { targetValue: 100, cumulative: true }))).toEqual({
      ...DAILY,
      numeric: true,
      target: 100,
      denominator: 30,
    });
    expect(strengthRule(habitGoal({ times: 1, period: 'DAY' }, { targetValue: 2, direction: 'AT_MOST' }))).toEqual({
      ...DAILY,
      numeric: true,
      atMost: true,
      target: 2,
    });
  });

  test('has a point for each day, and leaves skipped and paused days unchanged', () => {
    const goal = habitGoal({ times: 1, period: 'DAY' }, { pauses: [{ start: '2024-01-04', end: '2024-01-05' }] });
    const points = strengthHistory(goal, days('2024-01-01', [1, 1, 's']), '2024-01-06');
    expect(points.map((p) => p.localDate)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `2024-01-0${n}`));
    expect(new Set(points.slice(1, 5).map((p) => p.strength)).size).toBe(1);
    expect(points[5]!.strength).toBeCloseTo(points[1]!.strength * M, 9);
  });

  test('is unknown before the first day, and includes imported history', () => {
    const goal = habitGoal({ times: 1, period: 'DAY' });
    expect(strengthOf(goal, [], '2023-12-31')).toBeNull();
    expect(strengthHistory(goal, days('2023-12-30', [1]), '2024-01-01')).toHaveLength(3);
  });

  test('lies between 0 and 1, grows with what is done, and an extra skip changes nothing', () => {
    fc.assert(
      fc.property(anyFrequency, booleanHistory, fc.nat(119), (frequency, history, i) => {
        fc.pre(history.length > 0);
        const goal = habitGoal(frequency);
        const today = addDays('2024-01-01', history.length - 1);
        const score = strengthOf(goal, days('2024-01-01', history), today)!;
        expect(score >= 0 && score <= 1).toBe(true);
        const at = i % history.length;
        if (history[at] === null) {
          expect(strengthOf(goal, days('2024-01-01', history.with(at, 1)), today)!).toBeGreaterThanOrEqual(score);
        }
        const skipped = strengthOf(goal, days('2024-01-01', [...history, 's']), addDays(today, 1));
        expect(skipped).toBe(score);
      }),
    );
  });
});
