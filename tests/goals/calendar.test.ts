import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  dateOfDay,
  dateRange,
  dayNumber,
  daysBetween,
  type Frequency,
  isLocalDate,
  nextPeriod,
  type PeriodUnit,
  periodOf,
  periodsIn,
  previousPeriod,
  type Weekday,
  weekdayOf,
} from '../../subgraphs/goals/calendar.ts';

const date = fc.integer({ min: dayNumber('1900-01-01'), max: dayNumber('2200-12-31') }).map(dateOfDay);
const frequency: fc.Arbitrary<Frequency> = fc.record({
  times: fc.integer({ min: 1, max: 10 }),
  period: fc.constantFrom<PeriodUnit>('DAY', 'WEEK', 'MONTH', 'YEAR'),
  interval: fc.integer({ min: 1, max: 5 }),
});
const options = fc.record({ weekStart: fc.integer({ min: 1, max: 7 }).map((n) => n as Weekday), anchor: date });

describe('day numbers', () => {
  test('agree with Temporal on dates, weekdays and sums', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -40_000, max: 40_000 }), (day, days) => {
        const plain = Temporal.PlainDate.from(day);
        expect(weekdayOf(day)).toBe(plain.dayOfWeek);
        expect(addDays(day, days)).toBe(plain.add({ days }).toString());
        expect(dateOfDay(dayNumber(day))).toBe(day);
        expect(daysBetween(day, addDays(day, days))).toBe(days);
      }),
    );
  });

  test.each(['2023-02-29', '2024-13-01', '2024-00-10', '2024-01-32', '2024-1-1', '0000-01-01', '20240101', ''])(
    '%p is not a local date',
    (text) => {
      expect(isLocalDate(text)).toBe(false);
      expect(() => dayNumber(text)).toThrow(RangeError);
    },
  );

  test('a range gives both ends, and nothing when it is turned around', () => {
    expect([...dateRange('2024-02-28', '2024-03-01')]).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect([...dateRange('2024-03-01', '2024-02-28')]).toEqual([]);
  });
});

describe('periods', () => {
  test('weeks begin on the day the user chose', () => {
    const weekly: Frequency = { times: 3, period: 'WEEK' };
    expect(periodOf('2024-02-01', weekly)).toEqual({
      key: 'WEEK/2024-01-29',
      start: '2024-01-29',
      end: '2024-02-04',
      days: 7,
    });
    expect(periodOf('2024-02-01', weekly, { weekStart: 7 }).start).toBe('2024-01-28');
    expect(periodOf('2024-01-28', weekly, { weekStart: 7 }).start).toBe('2024-01-28');
  });

  test('months and years are those of the calendar', () => {
    expect(periodOf('2024-02-15', { times: 1, period: 'MONTH' })).toMatchObject({ start: '2024-02-01', days: 29 });
    expect(periodOf('2023-12-31', { times: 1, period: 'YEAR' })).toMatchObject({ start: '2023-01-01', days: 365 });
    expect(nextPeriod(periodOf('2023-12-31', { times: 1, period: 'MONTH' }), { times: 1, period: 'MONTH' }).start).toBe(
      '2024-01-01',
    );
  });

  test('periods of several units are counted from the anchor', () => {
    const everyTwoWeeks: Frequency = { times: 2, period: 'WEEK', interval: 2 };
    expect(periodOf('2024-02-07', everyTwoWeeks, { anchor: '2024-01-31' })).toMatchObject({
      key: 'WEEK*2/2024-01-29',
      start: '2024-01-29',
      end: '2024-02-11',
    });
    expect(periodOf('2024-02-07', everyTwoWeeks, { anchor: '2024-02-05' }).start).toBe('2024-02-05');
    expect(periodOf('1969-11-30', { times: 1, period: 'MONTH', interval: 5 }).start).toBe('1969-08-01');
  });

  test('refuses an interval that is not a whole number from 1', () => {
    for (const interval of [0, -1, 1.5]) {
      expect(() => periodOf('2024-01-01', { times: 1, period: 'DAY', interval })).toThrow(RangeError);
    }
  });

  test('each date lies in its period, and every date of a period names the same one', () => {
    fc.assert(
      fc.property(date, frequency, options, fc.double({ min: 0, max: 1, noNaN: true }), (day, freq, opts, part) => {
        const period = periodOf(day, freq, opts);
        expect(period.start <= day && day <= period.end).toBe(true);
        expect(daysBetween(period.start, period.end) + 1).toBe(period.days);
        const inside = addDays(period.start, Math.floor(part * (period.days - 1)));
        expect(periodOf(inside, freq, opts)).toEqual(period);
      }),
    );
  });

  test('periods follow one another without a gap or an overlap', () => {
    fc.assert(
      fc.property(date, frequency, options, (day, freq, opts) => {
        const period = periodOf(day, freq, opts);
        const next = nextPeriod(period, freq, opts);
        expect(next.start).toBe(addDays(period.end, 1));
        expect(previousPeriod(next, freq, opts)).toEqual(period);
      }),
    );
  });

  test('the periods of a range cover it', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: 0, max: 800 }), frequency, options, (start, length, freq, opts) => {
        const end = addDays(start, length);
        const periods = [...periodsIn({ start, end }, freq, opts)];
        expect(periods[0]).toEqual(periodOf(start, freq, opts));
        expect(periods.at(-1)).toEqual(periodOf(end, freq, opts));
        for (let i = 1; i < periods.length; i++) expect(periods[i]!.start).toBe(addDays(periods[i - 1]!.end, 1));
      }),
    );
  });

  test('the anchor’s unit begins a period', () => {
    fc.assert(
      fc.property(frequency, options, (freq, opts) => {
        const unit = periodOf(opts.anchor, { ...freq, interval: 1 }, opts);
        expect(periodOf(opts.anchor, freq, opts).start).toBe(unit.start);
      }),
    );
  });
});
