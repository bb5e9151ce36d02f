import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../subgraphs/goals/calendar.ts';
import { type Forecast, forecastOf, HORIZON_DAYS, trendOf } from '../../subgraphs/goals/forecast.ts';
import { days, habitGoal, numericGoal } from './fixtures/goals.ts';

const level = numericGoal({ direction: 'AT_MOST', cumulative: false, startValue: 90, targetValue: 80 });
type OnTrend = Extract<Forecast, { kind: 'ON_TREND' }>;

describe('trendOf', () => {
  test('is the median slope with Sen’s interval, as SciPy’s theilslopes gives it', () => {
    // scipy.stats.theilslopes (1.17.1): 0.9444 [0.5, 1.5] at 95 %, [0.7143, 1.125] at 80 %. 30 is an outlier.
    const series = days('2024-01-01', [3, 5, 4, 8, 7, 7, 11, 10, 9, 30, 13, 12]);
    const trend = trendOf(series)!;
    expect(trend).toMatchObject({ low: 0.5, high: 1.5, direction: 'RISING', days: 12 });
    expect(trend.ratePerDay).toBeCloseTo(17 / 18, 12);
    const narrow = trendOf(series, { confidence: 0.8 })!;
    expect(narrow.low).toBeCloseTo(5 / 7, 12);
    expect(narrow.high).toBeCloseTo(1.125, 12);
  });

  test('needs five days of data over a week', () => {
    expect(trendOf(days('2024-01-01', [1, 2, 3, 4, 5, 6]))).toBeNull();
    expect(trendOf(days('2024-01-01', [1, 2, null, null, null, null, 3, 4]))).toBeNull();
    expect(trendOf(days('2024-01-01', [1, 2, 3, null, null, 4, 5]))).not.toBeNull();
    expect(trendOf([])).toBeNull();
  });

  test('calls steady what may be either', () => {
    expect(trendOf(days('2024-01-01', [5, 6, 5, 4, 5, 6, 5, 4, 5]))!.direction).toBe('STEADY');
    expect(trendOf(days('2024-01-01', [9, 8, 7, 6, 5, 4, 3, 2]))!.direction).toBe('FALLING');
  });

  test('thins a long history without losing its slope', () => {
    const trend = trendOf(
      days(
        '2015-01-01',
        Array.from({ length: 3000 }, (_, i) => 2 * i),
      ),
    )!;
    expect(trend.ratePerDay).toBeCloseTo(2, 12);
    expect(trend.days).toBe(400);
  });

  test('follows shift and scale, and its interval holds the slope', () => {
    const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }), (ys, shift, scale) => {
        const plain = trendOf(days('2024-01-01', ys))!;
        const moved = trendOf(
          days(
            '2024-01-01',
            ys.map((y) => scale * y + shift),
          ),
        )!;
        expect(moved.ratePerDay).toBeCloseTo(scale * plain.ratePerDay, 9);
        expect(moved.level).toBeCloseTo(scale * plain.level + shift, 8);
        expect(plain.low <= plain.ratePerDay && plain.ratePerDay <= plain.high).toBe(true);
      }),
    );
  });
});

describe('the forecast of a level', () => {
  test('finds the date on a clean trend', () => {
    // 90 falling by 0.1 a day: 80 after 100 days.
    const series = days(
      '2024-01-01',
      Array.from({ length: 31 }, (_, i) => 90 - 0.1 * i),
    );
    expect(forecastOf(level, series, '2024-01-31')).toMatchObject({
      kind: 'ON_TREND',
      date: '2024-04-10',
      earliest: '2024-04-10',
      latest: '2024-04-10',
      ratePerDay: -0.1,
      method: 'THEIL_SEN',
      days: 31,
    });
  });

  test('is not moved by one wild value', () => {
    const values = Array.from({ length: 31 }, (_, i) => (i === 30 ? 120 : 90 - 0.1 * i));
    const found = forecastOf(level, days('2024-01-01', values), '2024-01-31') as OnTrend;
    expect(found.kind).toBe('ON_TREND');
    expect(Math.abs(daysBetween('2024-04-10', found.date))).toBeLessThanOrEqual(2);
  });

  test('says when the trend leads elsewhere', () => {
    const rising = days(
      '2024-01-01',
      Array.from({ length: 20 }, (_, i) => 88 + 0.1 * i),
    );
    expect(forecastOf(level, rising, '2024-01-20')).toMatchObject({ kind: 'NOT_ON_TREND' });
    const flat = days('2024-01-01', Array(20).fill(88));
    expect(forecastOf(level, flat, '2024-01-20')).toMatchObject({ kind: 'NOT_ON_TREND', ratePerDay: 0 });
  });

  test('says what is missing, looking only at the window', () => {
    expect(forecastOf(level, days('2024-01-01', [89, 88]), '2024-01-20')).toEqual({
      kind: 'INSUFFICIENT_DATA',
      days: 2,
      span: 2,
      neededDays: 5,
      neededSpan: 7,
    });
    const old = days(
      '2023-01-01',
      Array.from({ length: 60 }, (_, i) => 90 - 0.1 * i),
    );
    expect(forecastOf(level, old, '2024-01-20')).toMatchObject({ kind: 'INSUFFICIENT_DATA', days: 0 });
  });
});

describe('the forecast of a total', () => {
  const pages = numericGoal({ targetValue: 300, deadline: null });

  test('of a steady habit is exact', () => {
    expect(forecastOf(pages, days('2024-01-01', Array(20).fill(10)), '2024-01-20')).toMatchObject({
      kind: 'ON_TREND',
      date: '2024-01-30',
      earliest: '2024-01-30',
      latest: '2024-01-30',
      ratePerDay: 10,
      method: 'DRIFT',
    });
  });

  test('has the prediction interval of a random walk with drift', () => {
    // Twenty days of 0, 20, 0, 20 …: mean 10, variance 100 * 20 / 19, t(0.9; 19) = 1.3277.
    const series = days(
      '2024-01-01',
      Array.from({ length: 20 }, (_, i) => (i % 2) * 20),
    );
    const found = forecastOf({ ...pages, targetValue: 1200 }, series, '2024-01-20') as OnTrend;
    expect(found).toMatchObject({ date: '2024-04-29' });
    const spread = 1.327728 ** 2 * ((100 * 20) / 19);
    const edge = (h: number, sign: number) => 10 * h + sign * Math.sqrt(spread * h * (1 + h / 20)) - 1000;
    const early = daysBetween('2024-01-20', found.earliest);
    const late = daysBetween('2024-01-20', found.latest!);
    expect(edge(early, 1) >= 0 && edge(early - 1, 1) < 0).toBe(true);
    expect(edge(late, -1) >= 0 && edge(late - 1, -1) < 0).toBe(true);
  });

  test('leaves out excused days and an empty today, and counts other empty days as nothing', () => {
    const series = days('2024-01-01', [10, 10, 's', 's', null, 10, 10, 10, 10, 10]);
    expect(forecastOf(pages, series, '2024-01-11')).toMatchObject({ kind: 'ON_TREND', ratePerDay: 8.75, days: 7 });
  });

  test('has no latest date when the drift may be nothing', () => {
    const series = days('2024-01-01', [50, -40, 60, -45, 30, -20, 25, -30]);
    expect(forecastOf(pages, series, '2024-01-08')).toMatchObject({ kind: 'ON_TREND', latest: null });
  });

  test('of nothing done leads nowhere', () => {
    expect(forecastOf(pages, days('2024-01-01', Array(10).fill(0)), '2024-01-10')).toMatchObject({
      kind: 'NOT_ON_TREND',
      ratePerDay: 0,
    });
    expect(forecastOf(pages, [], '2024-01-10')).toMatchObject({ kind: 'INSUFFICIENT_DATA', days: 0 });
  });
});

describe('laws of forecasts', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 10, maxLength: 80 });

  test('the interval holds the date, and a wider one holds a narrower', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (values, cumulative) => {
        const goal = numericGoal({ targetValue: 5000, deadline: null, cumulative });
        const today = addDays('2024-01-01', values.length - 1);
        const wide = forecastOf(goal, days('2024-01-01', values), today, { confidence: 0.95 });
        const narrow = forecastOf(goal, days('2024-01-01', values), today, { confidence: 0.5 });
        expect(wide.kind).toBe(narrow.kind);
        if (wide.kind !== 'ON_TREND' || narrow.kind !== 'ON_TREND') return;
        expect(wide.earliest <= narrow.earliest && narrow.earliest <= narrow.date).toBe(true);
        expect(narrow.date).toBe(wide.date);
        if (narrow.latest) expect(narrow.date <= narrow.latest).toBe(true);
        if (wide.latest) expect(narrow.latest !== null && narrow.latest <= wide.latest).toBe(true);
        expect(daysBetween(today, wide.date)).toBeLessThanOrEqual(HORIZON_DAYS);
      }),
    );
  });

  test('a farther target is never reached sooner', () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 2500, max: 9000 }),
        fc.integer({ min: 0, max: 3000 }),
        (values, target, more) => {
          const today = addDays('2024-01-01', values.length - 1);
          const at = (targetValue: number) =>
            forecastOf(numericGoal({ targetValue, deadline: null }), days('2024-01-01', values), today);
          const [near, far] = [at(target), at(target + more)];
          if (near.kind === 'ON_TREND' && far.kind === 'ON_TREND') expect(near.date <= far.date).toBe(true);
          else expect(far.kind).toBe('NOT_ON_TREND');
        },
      ),
    );
  });
});

test('what is reached, or has nowhere to arrive, has no date', () => {
  expect(forecastOf(level, days('2024-01-01', [79]), '2024-01-02')).toEqual({ kind: 'REACHED' });
  expect(forecastOf(habitGoal({ times: 1, period: 'DAY' }), [], '2024-01-02')).toEqual({ kind: 'NO_TARGET' });
  expect(forecastOf({ ...level, targetValue: null }, [], '2024-01-02')).toEqual({ kind: 'NO_TARGET' });
  expect(forecastOf({ ...level, targetValue: 95 }, [], '2024-01-02')).toEqual({ kind: 'NO_TARGET' });
});
