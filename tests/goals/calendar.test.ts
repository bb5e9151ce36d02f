import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  DAY_START_MINUTES,
  dateOfDay,
  dateRange,
  dayNumber,
  daysBetween,
  type Frequency,
  isLocalDate,
  localDateAt,
  nextPeriod,
  type PeriodUnit,
  periodOf,
  periodsIn,
  previousPeriod,
  type Weekday,
  weekdayOf,
} from '../../subgraphs/goals/calendar.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
];

const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2060, 0, 1) }).map((ms) => new Date(ms));
const dayStart = fc.integer({ min: DAY_START_MINUTES.least, max: DAY_START_MINUTES.most });
const date = fc.integer({ min: dayNumber('1900-01-01'), max: dayNumber('2200-12-31') }).map(dateOfDay);
const frequency: fc.Arbitrary<Frequency> = fc.record({
  times: fc.integer({ min: 1, max: 10 }),
  period: fc.constantFrom<PeriodUnit>('DAY', 'WEEK', 'MONTH', 'YEAR'),
  interval: fc.integer({ min: 1, max: 5 }),
});
const options = fc.record({ weekStart: fc.integer({ min: 1, max: 7 }).map((n) => n as Weekday), anchor: date });

describe('localDateAt', () => {
  test('puts what happens before the day start on the day before', () => {
    expect(localDateAt('2024-03-05T02:30:00Z', 'UTC', 180)).toBe('2024-03-04');
    expect(localDateAt('2024-03-05T03:00:00Z', 'UTC', 180)).toBe('2024-03-05');
  });

  test('lets a day begin on the evening before when the day start is negative', () => {
    expect(localDateAt('2024-03-05T21:59:00Z', 'UTC', -120)).toBe('2024-03-05');
    expect(localDateAt('2024-03-05T22:00:00Z', 'UTC', -120)).toBe('2024-03-06');
  });

  test('holds at the extremes of the day start', () => {
    expect(localDateAt('2024-03-05T06:59:00Z', 'UTC', DAY_START_MINUTES.least)).toBe('2024-03-05');
    expect(localDateAt('2024-03-05T07:00:00Z', 'UTC', DAY_START_MINUTES.least)).toBe('2024-03-06');
    expect(localDateAt('2024-03-05T11:59:00Z', 'UTC', DAY_START_MINUTES.most)).toBe('2024-03-04');
    expect(localDateAt('2024-03-05T12:00:00Z', 'UTC', DAY_START_MINUTES.most)).toBe('2024-03-05');
  });

  test.each([-1021, 721, 1.5, Number.NaN])('refuses a day start of %p minutes', (minutes) => {
    expect(() => localDateAt('2024-03-05T00:00:00Z', 'UTC', minutes)).toThrow(RangeError);
  });

  test('refuses an unknown zone and a broken instant', () => {
    expect(() => localDateAt('2024-03-05T00:00:00Z', 'Mars/Olympus')).toThrow(RangeError);
    expect(() => localDateAt('yesterday', 'UTC')).toThrow(RangeError);
    expect(() => localDateAt(new Date(Number.NaN), 'UTC')).toThrow(RangeError);
  });

  test('follows the wall clock through the spring gap: the new day begins where the gap ends', () => {
    // Berlin, 2024-03-31: 02:00 CET is followed by 03:00 CEST, so 02:30 never shows.
    expect(localDateAt('2024-03-31T00:59:59Z', 'Europe/Berlin', 150)).toBe('2024-03-30');
    expect(localDateAt('2024-03-31T01:00:00Z', 'Europe/Berlin', 150)).toBe('2024-03-31');
  });

  test('follows the wall clock through the repeated autumn hour', () => {
    // Berlin, 2024-10-27: 03:00 CEST is followed by 02:00 CET. The day starts at 02:30.
    expect(localDateAt('2024-10-27T00:15:00Z', 'Europe/Berlin', 150)).toBe('2024-10-26'); // 02:15 CEST
    expect(localDateAt('2024-10-27T00:45:00Z', 'Europe/Berlin', 150)).toBe('2024-10-27'); // 02:45 CEST
    expect(localDateAt('2024-10-27T01:15:00Z', 'Europe/Berlin', 150)).toBe('2024-10-26'); // 02:15 CET
    expect(localDateAt('2024-10-27T01:45:00Z', 'Europe/Berlin', 150)).toBe('2024-10-27'); // 02:45 CET
  });

  test('knows the half-hour daylight saving of Lord Howe and the 45 minutes of Kathmandu', () => {
    // Lord Howe leaves summer time on 2024-04-07 at 02:00 (+11) for 01:30 (+10:30).
    expect(localDateAt('2024-04-06T12:59:00Z', 'Australia/Lord_Howe')).toBe('2024-04-06');
    expect(localDateAt('2024-04-06T13:00:00Z', 'Australia/Lord_Howe')).toBe('2024-04-07');
    expect(localDateAt('2024-04-07T13:29:00Z', 'Australia/Lord_Howe')).toBe('2024-04-07');
    expect(localDateAt('2024-04-07T13:30:00Z', 'Australia/Lord_Howe')).toBe('2024-04-08');
    expect(localDateAt('2024-01-01T18:14:59Z', 'Asia/Kathmandu')).toBe('2024-01-01');
    expect(localDateAt('2024-01-01T18:15:00Z', 'Asia/Kathmandu')).toBe('2024-01-02');
  });

  test('never gives the day that Apia left out', () => {
    expect(localDateAt('2011-12-30T09:59:59Z', 'Pacific/Apia')).toBe('2011-12-29');
    expect(localDateAt('2011-12-30T10:00:00Z', 'Pacific/Apia')).toBe('2011-12-31');
    // One o'clock in the morning of the 31st, with a day start of three, belongs to the last day there was.
    expect(localDateAt('2011-12-30T11:00:00Z', 'Pacific/Apia', 180)).toBe('2011-12-29');
    // Eleven in the evening of the 29th, with a day that starts at ten, is already the next day there is.
    expect(localDateAt('2011-12-30T09:00:00Z', 'Pacific/Apia', -120)).toBe('2011-12-31');
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2011, 11, 28), max: Date.UTC(2012, 0, 2) }),
        dayStart,
        (ms, start) => localDateAt(new Date(ms), 'Pacific/Apia', start) !== '2011-12-30',
      ),
    );
  });

  test('without a day start is the date the clock shows, in every zone', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const shown = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
        expect(localDateAt(at, timeZone)).toBe(shown.toString());
      }),
    );
  });

  test('is never more than one existing day from the date the clock shows, and only in the day start’s direction', () => {
    fc.assert(
      fc.property(instant, zone, dayStart, (at, timeZone, start) => {
        const moved = daysBetween(localDateAt(at, timeZone), localDateAt(at, timeZone, start));
        const far = timeZone === 'Pacific/Apia' ? 2 : 1;
        expect(start >= 0 ? moved <= 0 && moved >= -far : moved >= 0 && moved <= far).toBe(true);
      }),
    );
  });

  test('does not go back over a day of elapsed time', () => {
    fc.assert(
      fc.property(instant, zone, dayStart, (at, timeZone, start) => {
        const later = new Date(at.getTime() + 26 * 3600_000);
        expect(localDateAt(later, timeZone, start) > localDateAt(at, timeZone, start)).toBe(true);
      }),
    );
  });
});

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
