import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { readSchedule } from '../../subgraphs/research/schedule.ts';
import { Checks } from '../../subgraphs/shared/input.ts';
import { nextRuns, type Schedule } from '../../subgraphs/shared/schedules/schedule.ts';

const rrule = (text: string, timeZone: string, startDate = '2026-01-01', startTime = '07:00'): Schedule => ({
  kind: 'RRULE',
  text,
  timeZone,
  startDate,
  startTime,
});
const cron = (text: string, timeZone: string, startDate = '2026-01-01'): Schedule => ({
  ...rrule(text, timeZone, startDate),
  kind: 'CRON',
});
const runs = (schedule: Schedule, after: string, count: number) =>
  nextRuns(schedule, new Date(after), count).map(
    ({ at, localDate, localTime, offset }) => `${at.toISOString().slice(0, 16)}Z ${localDate} ${localTime}${offset}`,
  );

describe.each([
  [
    'RRULE',
    (hour: number, minute: number, zone: string) => rrule(`FREQ=DAILY;BYHOUR=${hour};BYMINUTE=${minute}`, zone),
  ],
  ['CRON', (hour: number, minute: number, zone: string) => cron(`${minute} ${hour} * * *`, zone)],
])('a daily %s', (_, daily) => {
  test('keeps its wall-clock time over a clock change', () => {
    expect(runs(daily(7, 0, 'Europe/Berlin'), '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T06:00Z 2026-03-28 07:00+01:00',
      '2026-03-29T05:00Z 2026-03-29 07:00+02:00',
      '2026-03-30T05:00Z 2026-03-30 07:00+02:00',
    ]);
  });

  test('runs an hour later on the day that lacks its time, in Berlin and New York', () => {
    expect(runs(daily(2, 22, 'Europe/Berlin'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:22Z 2026-03-29 03:22+02:00',
      '2026-03-30T00:22Z 2026-03-30 02:22+02:00',
    ]);
    expect(runs(daily(2, 30, 'America/New_York'), '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:30Z 2026-03-08 03:30-04:00',
      '2026-03-09T06:30Z 2026-03-09 02:30-04:00',
    ]);
  });

  test('runs half an hour later in the half-hour gap of Lord Howe Island', () => {
    expect(runs(daily(2, 15, 'Australia/Lord_Howe'), '2026-10-03T00:00:00Z', 2)).toEqual([
      '2026-10-03T15:45Z 2026-10-04 02:45+11:00',
      '2026-10-04T15:15Z 2026-10-05 02:15+11:00',
    ]);
  });

  test('runs once, the first time, on the day that has its time twice', () => {
    expect(runs(daily(2, 30, 'Europe/Berlin'), '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z 2026-10-25 02:30+02:00',
      '2026-10-26T01:30Z 2026-10-26 02:30+01:00',
    ]);
    expect(runs(daily(1, 30, 'America/New_York'), '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-11-01T05:30Z 2026-11-01 01:30-04:00',
      '2026-11-02T06:30Z 2026-11-02 01:30-05:00',
    ]);
    expect(runs(daily(1, 45, 'Australia/Lord_Howe'), '2026-04-04T00:00:00Z', 2)).toEqual([
      '2026-04-04T14:45Z 2026-04-05 01:45+11:00',
      '2026-04-05T15:15Z 2026-04-06 01:45+10:30',
    ]);
  });

  test('does not run again in the second of two equal hours', () => {
    expect(runs(daily(2, 30, 'Europe/Berlin'), '2026-10-25T00:30:00Z', 1)).toEqual([
      '2026-10-26T01:30Z 2026-10-26 02:30+01:00',
    ]);
  });

  test('knows a time of the gap that is still ahead when the clock has already jumped', () => {
    expect(runs(daily(2, 30, 'Europe/Berlin'), '2026-03-29T01:10:00Z', 1)).toEqual([
      '2026-03-29T01:30Z 2026-03-29 03:30+02:00',
    ]);
  });

  test('counts in quarters of hours in Kathmandu', () => {
    expect(runs(daily(7, 0, 'Asia/Kathmandu'), '2026-03-10T12:00:00Z', 1)).toEqual([
      '2026-03-11T01:15Z 2026-03-11 07:00+05:45',
    ]);
  });
});

test('an hourly rule runs once an instant over a spring change, and on each wall-clock hour in autumn', () => {
  const hourly = rrule('FREQ=HOURLY', 'Europe/Berlin', '2026-01-01', '00:30');
  expect(runs(hourly, '2026-03-29T00:00:00Z', 3)).toEqual([
    '2026-03-29T00:30Z 2026-03-29 01:30+01:00',
    '2026-03-29T01:30Z 2026-03-29 03:30+02:00',
    '2026-03-29T02:30Z 2026-03-29 04:30+02:00',
  ]);
  expect(runs(hourly, '2026-10-25T00:00:00Z', 2)).toEqual([
    '2026-10-25T00:30Z 2026-10-25 02:30+02:00',
    '2026-10-25T02:30Z 2026-10-25 03:30+01:00',
  ]);
});

test('the day that Samoa skipped has its run a day later, together with that day’s own', () => {
  expect(runs(rrule('FREQ=DAILY', 'Pacific/Apia', '2011-12-01'), '2011-12-29T00:00:00Z', 3)).toEqual([
    '2011-12-29T17:00Z 2011-12-29 07:00-10:00',
    '2011-12-30T17:00Z 2011-12-31 07:00+14:00',
    '2011-12-31T17:00Z 2012-01-01 07:00+14:00',
  ]);
});

test('a rule without a time takes that of its start; UNTIL is an instant, a wall-clock time or a whole day', () => {
  const until = (text: string) =>
    runs(rrule(`FREQ=DAILY;UNTIL=${text}`, 'Asia/Kathmandu'), '2026-03-10T12:00:00Z', 5).length;
  expect(until('20260312T011500Z')).toBe(2);
  expect(until('20260312T011459Z')).toBe(1);
  expect(until('20260312T070000')).toBe(2);
  expect(until('20260312')).toBe(2);
  expect(runs(rrule('FREQ=WEEKLY;BYDAY=MO', 'UTC', '2026-01-01', '18:45'), '2026-03-10T12:00:00Z', 1)).toEqual([
    '2026-03-16T18:45Z 2026-03-16 18:45+00:00',
  ]);
});

test('COUNT counts from the start, and a cron text waits for it', () => {
  expect(runs(rrule('FREQ=DAILY;COUNT=3', 'UTC', '2026-03-09'), '2026-03-10T12:00:00Z', 5)).toEqual([
    '2026-03-11T07:00Z 2026-03-11 07:00+00:00',
  ]);
  expect(runs(cron('0 7 * * *', 'UTC', '2026-05-01'), '2026-03-10T12:00:00Z', 1)).toEqual([
    '2026-05-01T07:00Z 2026-05-01 07:00+00:00',
  ]);
});

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Casablanca',
  'America/Santiago',
  'Pacific/Chatham',
];

test('every wall-clock day has its run exactly once, whatever the zone, the time and the year', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 6000 }),
      fc.boolean(),
      (zone, hour, minute, offset, asCron) => {
        const schedule = asCron
          ? cron(`${minute} ${hour} * * *`, zone, '2012-01-02')
          : rrule(`FREQ=DAILY;BYHOUR=${hour};BYMINUTE=${minute}`, zone, '2012-01-02');
        const after = Temporal.PlainDate.from('2012-02-01').add({ days: offset });
        const found = nextRuns(schedule, new Date(after.toZonedDateTime(zone).epochMilliseconds - 1), 20);
        const wanted = Array.from({ length: 20 }, (_, i) =>
          after
            .add({ days: i })
            .toPlainDateTime({ hour, minute })
            .toZonedDateTime(zone, { disambiguation: 'compatible' })
            .toInstant()
            .toString(),
        );
        expect(found.map(({ at }) => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toString())).toEqual(wanted);
      },
    ),
    { numRuns: 150 },
  );
});

test('going from run to run finds the same as asking for all at once', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(
        'FREQ=HOURLY;INTERVAL=5',
        'FREQ=HOURLY',
        'FREQ=DAILY;BYHOUR=1,2,3',
        'FREQ=WEEKLY;BYDAY=SU;BYHOUR=2',
      ),
      fc.integer({ min: 0, max: 400 * 24 }),
      (zone, text, hours) => {
        const schedule = rrule(text, zone, '2026-01-01', '00:30');
        let after = new Date(Date.UTC(2026, 0, 2) + hours * 3_600_000);
        const all = nextRuns(schedule, after, 12).map(({ at }) => at.toISOString());
        const steps: string[] = [];
        while (steps.length < 12) {
          after = nextRuns(schedule, after, 1)[0]!.at;
          steps.push(after.toISOString());
        }
        expect(steps).toEqual(all);
      },
    ),
    { numRuns: 60 },
  );
});

describe('a schedule is refused', () => {
  const read = (input: { kind?: 'RRULE' | 'CRON'; text: string; startDate?: string; startTime?: string }) => {
    const checks = new Checks();
    const now = new Date('2026-03-10T12:00:00Z');
    const schedule = readSchedule(checks, ['schedule'], { kind: 'RRULE', timeZone: 'Europe/Berlin', ...input }, now);
    return schedule ?? checks.errors.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ');
  };

  test.each([
    ['an empty text', { text: ' ' }, /must not be empty/],
    ['no rule', { text: 'every day' }, /NAME=VALUE/],
    ['no frequency', { text: 'BYHOUR=7' }, /needs FREQ/],
    ['an unknown frequency', { text: 'FREQ=BANANA' }, /not possible for FREQ/],
    ['a rule every minute', { text: 'FREQ=MINUTELY' }, /not possible for FREQ/],
    ['a rule twice in an hour', { text: 'FREQ=DAILY;BYHOUR=7;BYMINUTE=0,30' }, /at most once an hour/],
    ['a cron text every five minutes', { kind: 'CRON' as const, text: '*/5 * * * *' }, /at most once an hour/],
    ['an unknown part', { text: 'FREQ=DAILY;FOO=1' }, /"FOO" is not understood/],
    ['seconds', { text: 'FREQ=DAILY;BYSECOND=1,2' }, /"BYSECOND" is not understood/],
    ['another calendar', { text: 'RSCALE=CHINESE;FREQ=YEARLY' }, /"RSCALE" is not understood/],
    ['the same part twice', { text: 'FREQ=DAILY;FREQ=WEEKLY' }, /given twice/],
    ['a hidden second rule', { text: 'FREQ=DAILY\nEXRULE:FREQ=WEEKLY' }, /NAME=VALUE|not possible/],
    ['hour 25', { text: 'FREQ=DAILY;BYHOUR=25' }, /not possible for BYHOUR/],
    ['a zero interval', { text: 'FREQ=DAILY;INTERVAL=0' }, /not possible for INTERVAL/],
    ['a negative interval', { text: 'FREQ=DAILY;INTERVAL=-1' }, /not possible for INTERVAL/],
    ['a huge interval', { text: 'FREQ=DAILY;INTERVAL=99999999999' }, /not possible for INTERVAL/],
    ['a huge count', { text: 'FREQ=DAILY;COUNT=1000000' }, /not possible for COUNT/],
    ['both COUNT and UNTIL', { text: 'FREQ=DAILY;COUNT=2;UNTIL=20270101' }, /either COUNT or UNTIL/],
    ['an UNTIL that does not exist', { text: 'FREQ=DAILY;UNTIL=20260231' }, /not a day or time that exists/],
    ['an UNTIL that is over', { text: 'FREQ=DAILY;UNTIL=20260101' }, /no time from now on/],
    ['an exhausted COUNT', { text: 'FREQ=DAILY;COUNT=2', startDate: '2026-01-01' }, /no time from now on/],
    ['a day that never comes', { text: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, /no time from now on/],
    ['an hour of a day that never comes', { text: 'FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30' }, /no time from now on/],
    ['a numbered weekday in a week', { text: 'FREQ=WEEKLY;BYDAY=2MO' }, /not one/],
    ['four fields', { kind: 'CRON' as const, text: '0 7 * *' }, /five fields/],
    ['six fields', { kind: 'CRON' as const, text: '0 0 7 * * *' }, /five fields/],
    ['a nickname', { kind: 'CRON' as const, text: '@daily' }, /five fields/],
    ['a random field', { kind: 'CRON' as const, text: 'H 7 * * *' }, /five fields/],
    ['minute 60', { kind: 'CRON' as const, text: '60 7 * * *' }, /not one/],
    ['30 February as cron', { kind: 'CRON' as const, text: '0 7 30 2 *' }, /not one|no time/],
    ['501 characters', { text: `FREQ=DAILY;BYHOUR=${'1,'.repeat(300)}1` }, /at most 500/],
    ['1 MB', { text: 'F'.repeat(1_000_000) }, /at most 500/],
    ['a start long ago', { text: 'FREQ=DAILY', startDate: '1900-01-01' }, /within ten years/],
    ['a start far ahead', { text: 'FREQ=DAILY', startDate: '2199-01-01' }, /within ten years/],
    ['a time that is none', { text: 'FREQ=DAILY', startTime: '24:00' }, /HH:MM/],
  ])('for %s', (_, input, message) => {
    expect(read(input)).toMatch(message);
  });

  test('never with an error, nor slowly, for any text', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc
        .array(
          fc.tuple(
            fc.constantFrom(
              'FREQ',
              'BYDAY',
              'BYHOUR',
              'BYMONTH',
              'BYMONTHDAY',
              'INTERVAL',
              'BYSETPOS',
              'UNTIL',
              'COUNT',
              'BYWEEKNO',
              'BYYEARDAY',
            ),
            fc.constantFrom(
              'DAILY',
              'WEEKLY',
              'MONTHLY',
              'YEARLY',
              'HOURLY',
              'MO,TU',
              '-1FR',
              '1',
              '-1',
              '31',
              '7,8',
              '20270101',
            ),
          ),
          { maxLength: 5 },
        )
        .map((parts) => parts.map((pair) => pair.join('=')).join(';')),
    );
    fc.assert(
      fc.property(part, fc.constantFrom('RRULE' as const, 'CRON' as const), (text, kind) => {
        const started = performance.now();
        const outcome = read({ kind, text });
        expect(['string', 'object']).toContain(typeof outcome);
        expect(performance.now() - started).toBeLessThan(3_000);
      }),
      { numRuns: 200 },
    );
  });
});
