import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { daysBetween } from '../../subgraphs/goals/calendar.ts';
import { DAY_START_MINUTES, localDateAt, startOfDay, todayOf } from '../../subgraphs/shared/personalClock.ts';

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

describe('startOfDay', () => {
  const clock = (timeZone: string, dayStartMinutes: number) => ({ timeZone, dayStartMinutes, weekStart: 1 }) as const;

  test('is read off the wall clock, in a night of 23 or 25 hours too', () => {
    const berlin = clock('Europe/Berlin', 180);
    const startAt = (at: string) => startOfDay(berlin, new Date(at)).toISOString();
    expect(startAt('2024-03-05T02:30:00Z')).toBe('2024-03-05T02:00:00.000Z');
    expect(startAt('2024-03-05T01:30:00Z')).toBe('2024-03-04T02:00:00.000Z');
    expect(startAt('2024-03-31T12:00:00Z')).toBe('2024-03-31T01:00:00.000Z');
    expect(startAt('2024-10-27T12:00:00Z')).toBe('2024-10-27T02:00:00.000Z');
  });

  test('is never to come, and never more than a day and a change of the clocks ago', () => {
    fc.assert(
      fc.property(instant, zone, dayStart, (at, timeZone, start) => {
        const hours = (at.getTime() - startOfDay(clock(timeZone, start), at).getTime()) / 3_600_000;
        expect(hours).toBeGreaterThanOrEqual(0);
        expect(hours).toBeLessThanOrEqual(timeZone === 'Pacific/Apia' ? 49 : 26);
      }),
    );
  });

  test('belongs to the day that it begins, where the clock shows it', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom('UTC', 'Asia/Kathmandu'), dayStart, (at, timeZone, start) => {
        const days = clock(timeZone, start);
        expect(todayOf(days, startOfDay(days, at))).toBe(todayOf(days, at));
        expect(todayOf(days, new Date(startOfDay(days, at).getTime() - 1))).not.toBe(todayOf(days, at));
      }),
    );
  });
});
