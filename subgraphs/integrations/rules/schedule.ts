import { CronExpressionParser } from 'cron-parser';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import type { Checks } from '../../shared/input.ts';

type Path = (string | number)[];

const longestText = 500;
/** A schedule may not fall more often than this, in minutes. */
const leastMinutesApart = 15;
/** Occurrences that are looked at to find how often a cron schedule falls: the densest day shows itself in these. */
const looked = 100;

const number = (text: string) => new RegExp(`^(${text})(,(${text}))*$`);
const upTo59 = '[0-5]?\\d';
const dayOfMonth = '[+-]?([1-9]|[12]\\d|3[01])';
const weekday = '(MO|TU|WE|TH|FR|SA|SU)';
/** Parts of a recurrence rule and what each may say (RFC 5545, section 3.3.10), without those finer than a minute. */
const parts: Record<string, RegExp> = {
  FREQ: /^(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,4}$/,
  UNTIL: /^\d{8}T\d{6}Z$/,
  // One minute of the hour: more would fall oftener than a schedule may.
  BYMINUTE: new RegExp(`^${upTo59}$`),
  BYHOUR: number('[01]?\\d|2[0-3]'),
  BYDAY: number(`([+-]?([1-9]|[1-4]\\d|5[0-3]))?${weekday}`),
  BYMONTHDAY: number(dayOfMonth),
  BYYEARDAY: number('[+-]?([1-9]|[1-9]\\d|[12]\\d\\d|3[0-5]\\d|36[0-6])'),
  BYWEEKNO: number('[+-]?([1-9]|[1-4]\\d|5[0-3])'),
  BYMONTH: number('[1-9]|1[0-2]'),
  BYSETPOS: number('[+-]?([1-9]|[1-9]\\d|[12]\\d\\d|3[0-5]\\d|36[0-6])'),
  WKST: new RegExp(`^${weekday}$`),
};

/** Checks a recurrence rule: its form, and that it ever falls after `now`. */
export function checkRecurrence(checks: Checks, path: Path, text: string, timeZone: string, now: Date): void {
  if (!checks.text(path, text, longestText)) return;
  const seen = new Set<string>();
  for (const part of text.split(';')) {
    const [name = '', value = '', ...more] = part.split('=');
    const allowed = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (!allowed || more.length > 0 || seen.has(name) || !allowed.test(value)) {
      checks.add('INVALID', path, `"${part.slice(0, 60)}" is no part of a recurrence rule that can be used here.`);
      return;
    }
    seen.add(name);
  }
  if (!seen.has('FREQ')) return void checks.add('INVALID', path, 'A recurrence rule needs FREQ.');
  if (seen.has('COUNT') && seen.has('UNTIL')) {
    return void checks.add('INVALID', path, 'A recurrence rule has COUNT or UNTIL, not both.');
  }
  try {
    const dtstart = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
    const rule = new RRuleTemporal({ rruleString: text, dtstart, maxIterations: 1_000, temporal: Temporal });
    if (rule.next(now)) return;
  } catch {
    // What the library cannot carry out never falls either.
  }
  checks.add('INVALID', path, 'The recurrence rule never falls.');
}

/** Checks a cron schedule of five fields: its form, that it ever falls, and that it does not fall too often. */
export function checkCron(checks: Checks, path: Path, text: string, timeZone: string, now: Date): void {
  if (!checks.text(path, text, longestText)) return;
  if (text.trim().split(/\s+/).length !== 5 || !/^[\d\s*,/\-A-Za-z#L?]+$/.test(text)) {
    return void checks.add('INVALID', path, 'A cron schedule has five fields: minute, hour, day, month, day of week.');
  }
  try {
    const schedule = CronExpressionParser.parse(text, { currentDate: now, tz: timeZone });
    const times = schedule.take(looked).map((time) => time.getTime());
    const apart = times.slice(1).map((time, i) => time - times[i]!);
    if (Math.min(...apart) < leastMinutesApart * 60_000) {
      checks.add('LIMIT', path, `A schedule may fall every ${leastMinutesApart} minutes at most.`);
    }
  } catch (error) {
    checks.add('INVALID', path, `The cron schedule cannot be used: ${(error as Error).message.slice(0, 200)}`);
  }
}
