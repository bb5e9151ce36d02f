import { CronExpressionParser } from 'cron-parser';
import cronstrue from 'cronstrue';
import { RRuleTemporal } from 'rrule-temporal';
import { toText } from 'rrule-temporal/totext';
import { Temporal } from 'temporal-polyfill';
import type { Schedule } from './schedule.ts';

/**
 * A rule on the wall clock, free of any zone. A wall-clock time is a number here: the milliseconds since 1970 at which a clock
 * in UTC shows it. Only `schedule.ts` knows what instant it is.
 */
export interface Recurrence {
  /** Wall-clock times after this one, ascending; it ends when the rule does, or when nothing is found for very long. */
  after(wall: number): Iterable<number>;
  /** What it means, in English. */
  describe(): string;
}

/** Steps without an occurrence after which a rule counts as ended: "30 February" never comes. */
const mostSteps = 4_000;
/** Largest COUNT of a rule. */
const largestCount = 10_000;
const endOfTime = Date.UTC(2200, 0, 1);

/**
 * Reads a schedule's rule.
 * @throws Error with a sentence for people when it is not one.
 */
export const readRecurrence = (schedule: Schedule): Recurrence =>
  schedule.kind === 'RRULE' ? readRule(schedule) : readCron(schedule);

function readRule(schedule: Schedule): Recurrence {
  const parts = ruleParts(schedule.text);
  const until = parts.get('UNTIL');
  if (until !== undefined) parts.set('UNTIL', wallUntil(until, schedule.timeZone));
  let rule: RRuleTemporal<Temporal.ZonedDateTime>;
  try {
    rule = new RRuleTemporal({
      rruleString: [...parts].map(([name, value]) => `${name}=${value}`).join(';'),
      dtstart: Temporal.PlainDateTime.from(`${schedule.startDate}T${schedule.startTime}`).toZonedDateTime('UTC'),
      temporal: Temporal,
      strict: true,
      cache: false,
      maxIterations: mostSteps,
    });
  } catch (error) {
    throw new Error(`The recurrence rule is not one: ${(error as Error).message}.`);
  }
  return {
    *after(wall) {
      for (let at = wall; ; ) {
        const next = rule.next(new Date(at));
        if (!next || next.epochMilliseconds >= endOfTime) return;
        at = next.epochMilliseconds;
        yield at;
      }
    },
    describe: () => toText(rule as never, 'en', { excludeTzAbbreviation: true }),
  };
}

const list = (low: number, high: number, signed: boolean) => (value: string) =>
  value.split(',').every((item) => {
    const number = Number(item);
    const size = signed ? Math.abs(number) : number;
    return /^[+-]?\d{1,3}$/.test(item) && size >= low && size <= high && (signed || !/^[+-]/.test(item));
  });
const number = (high: number) => (value: string) =>
  /^\d{1,6}$/.test(value) && Number(value) >= 1 && Number(value) <= high;

/** The parts of RFC 5545 that are understood, and what each may be. The library itself lets wrong ones pass silently. */
const allowed: Record<string, (value: string) => boolean> = {
  FREQ: (value) => /^(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(value),
  INTERVAL: number(1_000),
  COUNT: number(largestCount),
  UNTIL: (value) => /^\d{8}(T\d{6}Z?)?$/.test(value),
  BYMINUTE: list(0, 59, false),
  BYHOUR: list(0, 23, false),
  BYDAY: (value) =>
    value.split(',').every((item) => /^([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$/.test(item)),
  BYMONTHDAY: list(1, 31, true),
  BYYEARDAY: list(1, 366, true),
  BYWEEKNO: list(1, 53, true),
  BYMONTH: list(1, 12, false),
  BYSETPOS: list(1, 366, true),
  WKST: (value) => /^(MO|TU|WE|TH|FR|SA|SU)$/.test(value),
};

function ruleParts(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.trim().toUpperCase().split(';')) {
    const [, name, value] = /^([A-Z]+)=(\S+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      throw new Error('A recurrence rule is written NAME=VALUE;NAME=VALUE, e.g. FREQ=DAILY;BYHOUR=7.');
    }
    if (!Object.hasOwn(allowed, name)) {
      throw new Error(`"${name.slice(0, 20)}" is not understood. Understood: ${Object.keys(allowed).join(', ')}.`);
    }
    if (parts.has(name)) throw new Error(`"${name}" is given twice.`);
    if (!allowed[name]!(value)) throw new Error(`"${value.slice(0, 40)}" is not possible for ${name}.`);
    parts.set(name, value);
  }
  if (!parts.has('FREQ')) throw new Error('A recurrence rule needs FREQ: HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.');
  if (parts.has('COUNT') && parts.has('UNTIL')) throw new Error('Give either COUNT or UNTIL, not both.');
  return parts;
}

/** UNTIL is an instant (…Z), a wall-clock time, or a day that is included whole; here it becomes a wall-clock time. */
function wallUntil(until: string, timeZone: string): string {
  const [, year, month, day, hour = '23', minute = '59', second = '59', utc] =
    /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/.exec(until) ?? [];
  try {
    const wall = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`, {
      overflow: 'reject',
    });
    const local = utc ? wall.toZonedDateTime('UTC').withTimeZone(timeZone).toPlainDateTime() : wall;
    return `${local.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}Z`;
  } catch {
    throw new Error(`UNTIL=${until} is not a day or time that exists.`);
  }
}

function readCron({ text, startDate }: Schedule): Recurrence {
  const fields = text.trim().split(/\s+/);
  // "H" stands for a random value in some dialects.
  if (fields.length !== 5 || !fields.every((field) => /^[\dA-Z*/,?#-]+$/i.test(field) && !/\bH\b/i.test(field))) {
    throw new Error(
      'A cron text has five fields: minute, hour, day of the month, month, day of the week; e.g. 0 7 * * 1-5.',
    );
  }
  const cron = fields.join(' ');
  const start = Date.parse(`${startDate}T00:00:00Z`) - 1;
  const parse = (wall: number) =>
    CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(Math.max(wall, start)) });
  try {
    parse(start);
  } catch (error) {
    throw new Error(`The cron text is not one: ${(error as Error).message ?? 'it is not understood'}.`);
  }
  return {
    *after(wall) {
      const occurrences = parse(wall);
      for (;;) {
        const next = nextOf(occurrences);
        if (next === null || next >= endOfTime) return;
        yield next;
      }
    },
    describe: () => cronstrue.toString(cron, { use24HourTimeFormat: true }),
  };
}

/** The parser gives up with an error when it finds nothing for long. */
function nextOf(occurrences: ReturnType<typeof CronExpressionParser.parse>): number | null {
  try {
    return occurrences.next().getTime();
  } catch {
    return null;
  }
}
