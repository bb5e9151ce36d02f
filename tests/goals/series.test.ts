import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  aggregate,
  currentValue,
  dayValues,
  excusedDays,
  habitContribution,
  habitRequirement,
  milestoneSeries,
  reaches,
  spanOf,
  tidy,
  valueSeries,
} from '../../subgraphs/goals/series.ts';
import { days, habitGoal, numericGoal } from './fixtures/goals.ts';

const value = fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100);

describe('dayValues', () => {
  test('combines the entries of a day by each aggregation', () => {
    const entries = [3, 1, 2].map((v) => ({ localDate: '2024-01-01', value: v }));
    const values = (['SUM', 'LAST', 'MIN', 'MAX', 'MEAN'] as const).map((a) => dayValues(entries, a)[0]!.value);
    expect(values).toEqual([6, 2, 1, 3, 2]);
  });

  test('adds as decimals do, without binary noise', () => {
    const entries = [0.1, 0.2].map((v) => ({ localDate: '2024-01-01', value: v }));
    expect(dayValues(entries, 'SUM')).toEqual([{ localDate: '2024-01-01', value: 0.3 }]);
  });

  test('a day is skipped only when nothing but skips was logged', () => {
    const entries = [
      { localDate: '2024-01-02', value: 0, skipped: true },
      { localDate: '2024-01-01', value: 0, skipped: true },
      { localDate: '2024-01-01', value: 5 },
    ];
    expect(dayValues(entries, 'MIN')).toEqual([
      { localDate: '2024-01-01', value: 5 },
      { localDate: '2024-01-02', value: 0, skipped: true },
    ]);
  });

  test('gives one item a day, in order, and a sum that does not depend on the order of entries', () => {
    const entry = fc.record({
      localDate: fc.integer({ min: 10, max: 28 }).map((d) => `2024-01-${d}`),
      value,
      skipped: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const result = dayValues(entries, 'SUM');
        const dates = result.map((d) => d.localDate);
        expect(dates).toEqual([...new Set(entries.map((e) => e.localDate))].sort());
        expect(dayValues([...entries].reverse(), 'SUM')).toEqual(result);
      }),
    );
  });

  test('minimum, mean and maximum of a day stand in that order', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const [min, mean, max] = (['MIN', 'MEAN', 'MAX'] as const).map((a) => aggregate(values, a));
        expect(min! <= mean! && mean! <= max!).toBe(true);
      }),
    );
    expect(() => aggregate([], 'SUM')).toThrow(RangeError);
  });
});

describe('values of a goal', () => {
  const series = days('2024-01-01', [10, null, 's', 5, 7]);

  test('a cumulative goal adds up from where it started', () => {
    const goal = numericGoal({ startValue: 100 });
    expect(currentValue(goal, series, '2024-01-04')).toBe(115);
    expect(currentValue(goal, series, '2023-12-31')).toBe(100);
    expect(valueSeries(goal, series).map((d) => d.value)).toEqual([110, 115, 122]);
  });

  test('long sums do not gather rounding errors', () => {
    const tenths = days('2024-01-01', Array(3650).fill(0.1));
    expect(currentValue(numericGoal(), tenths, '2050-01-01')).toBe(365);
    expect(currentValue(numericGoal(), days('2024-01-01', [1e15, 0.25, -1e15]), '2050-01-01')).toBe(0.25);
  });

  test('a level is the latest value, and where it started before the first one', () => {
    const goal = numericGoal({ cumulative: false, startValue: 80 });
    expect(currentValue(goal, series, '2024-01-03')).toBe(10);
    expect(currentValue(goal, series, '2023-12-31')).toBe(80);
    expect(valueSeries(goal, series).map((d) => d.value)).toEqual([10, 5, 7]);
  });

  test('milestones count on the day they were done', () => {
    const milestones = ['2024-01-05', null, '2024-01-02', '2024-01-05'].map((completedOn) => ({ completedOn }));
    expect(milestoneSeries(milestones)).toEqual([
      { localDate: '2024-01-02', value: 1 },
      { localDate: '2024-01-05', value: 2 },
    ]);
  });

  test('skips and pauses are excused, an open pause until now', () => {
    const goal = numericGoal({
      pauses: [
        { start: '2023-12-01', end: '2024-01-02' },
        { start: '2024-01-06', end: null },
      ],
    });
    expect(excusedDays(goal, series, '2024-01-07').size).toBe(2 + 1 + 2);
  });

  test('a series spans its first and last day', () => {
    expect(spanOf(series)).toEqual({ start: '2024-01-01', end: '2024-01-05' });
    expect(spanOf([])).toBeNull();
  });
});

describe('habitRequirement', () => {
  test.each([
    ['every day', habitGoal({ times: 1, period: 'DAY' }), { counts: 'DAYS', required: 1, dayThreshold: null }],
    ['3 a week', habitGoal({ times: 3, period: 'WEEK' }), { counts: 'DAYS', required: 3, dayThreshold: null }],
    [
      '10 minutes, 5 days a week',
      habitGoal({ times: 5, period: 'WEEK' }, { targetValue: 10 }),
      { counts: 'DAYS', required: 5, dayThreshold: 10 },
    ],
    [
      '20 km a week',
      habitGoal({ times: 1, period: 'WEEK' }, { targetValue: 20, cumulative: true }),
      { counts: 'AMOUNT', required: 20, dayThreshold: null },
    ],
    ['8 a day', habitGoal({ times: 8, period: 'DAY' }), { counts: 'AMOUNT', required: 8, dayThreshold: null }],
    [
      'at most 2 a day',
      habitGoal({ times: 1, period: 'DAY' }, { targetValue: 2, direction: 'AT_MOST' }),
      { counts: 'AMOUNT', required: 2, dayThreshold: null },
    ],
    [
      'above 2000 on at most one day a week',
      habitGoal({ times: 1, period: 'WEEK' }, { targetValue: 2000, direction: 'AT_MOST' }),
      { counts: 'DAYS', required: 1, dayThreshold: 2000 },
    ],
  ] as const)('reads "%s"', (_, goal, requirement) => {
    expect(habitRequirement(goal)).toEqual(requirement);
  });

  test('a habit without a frequency is refused', () => {
    expect(() => habitRequirement(numericGoal({ kind: 'HABIT' }))).toThrow(RangeError);
  });

  test('a day counts once it passes its threshold, and a lapse only beyond it', () => {
    const yoga = habitGoal({ times: 5, period: 'WEEK' }, { targetValue: 10 });
    const limit = habitGoal({ times: 1, period: 'WEEK' }, { targetValue: 10, direction: 'AT_MOST' });
    const counted = (goal: typeof yoga, v: number, skipped = false) =>
      habitContribution(goal, habitRequirement(goal), { localDate: '2024-01-01', value: v, skipped });
    expect([9, 10, 11].map((v) => counted(yoga, v))).toEqual([0, 1, 1]);
    expect([9, 10, 11].map((v) => counted(limit, v))).toEqual([0, 0, 1]);
    expect(counted(yoga, 50, true)).toBe(0);
  });
});

test('comparisons and results forgive binary noise only', () => {
  expect(tidy(0.1 + 0.2)).toBe(0.3);
  expect(reaches(0.1 + 0.2, 0.3) && reaches(0.3, 0.1 + 0.2)).toBe(true);
  expect(reaches(0.2999, 0.3)).toBe(false);
});
