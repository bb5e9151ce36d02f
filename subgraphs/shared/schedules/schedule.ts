import { Temporal } from 'temporal-polyfill';
import { type Recurrence, readRecurrence } from './recurrence.ts';

/** When something is done again and again: a rule on the wall clock of a place. */
export interface Schedule {
  kind: 'CRON' | 'RRULE';
  text: string;
  timeZone: string;
  /** `YYYY-MM-DD` */
  startDate: string;
  /** `HH:MM` */
  startTime: string;
}

/** One time that a schedule names. */
export interface ScheduledRun {
  at: Date;
  localDate: string;
  localTime: string;
  offset: string;
}

/** How often a schedule falls is checked over so many occurrences of so long a time. */
const occurrencesChecked = 100;
const timeChecked = 10 * 366 * 86_400_000;
const day = 86_400_000;

const wallOf = (date: Temporal.PlainDateTime) => date.toZonedDateTime('UTC').epochMilliseconds;
export const localAt = (instant: Date, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);

/**
 * The next instants that a schedule names, strictly after `after`, ascending, each once. A wall-clock time in the gap of a
 * spring change falls as much later as clocks jump; one that comes twice in autumn falls the first time (RFC 5545, section
 * 3.3.5; Temporal's `compatible`).
 * @returns at most `count`; fewer when the rule ends before.
 */
export function nextRuns(schedule: Schedule, after: Date, count: number): ScheduledRun[] {
  return runsOf(readRecurrence(schedule), schedule.timeZone, after, count);
}

/** Those that it names after one instant, up to and including another. */
export function runsBetween(schedule: Schedule, after: Date, until: Date): ScheduledRun[] {
  return runsOf(readRecurrence(schedule), schedule.timeZone, after, Number.POSITIVE_INFINITY, until);
}

/** The time on the wall clock that a run stands for, `YYYY-MM-DDTHH:MM`. No two runs of a schedule have the same. */
export const localOccurrence = ({ localDate, localTime }: ScheduledRun) => `${localDate}T${localTime}`;

function runsOf(recurrence: Recurrence, timeZone: string, after: Date, count: number, until?: Date): ScheduledRun[] {
  let runs: Temporal.ZonedDateTime[] = [];
  // A time of yesterday's gap may still lie ahead: gaps are up to a day long (Samoa skipped 30 December 2011).
  const from = wallOf(localAt(after, timeZone).toPlainDateTime()) - day;
  // In autumn, later wall-clock times may be earlier instants.
  const to = until ? wallOf(localAt(until, timeZone).toPlainDateTime()) + day : Number.POSITIVE_INFINITY;
  for (const wall of seekable(recurrence, from)) {
    if (wall > to) break;
    // Instants never lie before their wall-clock times: once those are past the last run, nothing can come before it.
    if (runs.length >= count && wall > wallOf(runs[count - 1]!.toPlainDateTime())) break;
    const run = Temporal.Instant.fromEpochMilliseconds(wall)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
      .toZonedDateTime(timeZone, { disambiguation: 'compatible' });
    if (run.epochMilliseconds <= after.getTime()) continue;
    if (until && run.epochMilliseconds > until.getTime()) continue;
    if (runs.some((other) => other.epochMilliseconds === run.epochMilliseconds)) continue;
    runs = [...runs, run].sort((a, b) => a.epochMilliseconds - b.epochMilliseconds);
  }
  return runs.slice(0, count).map((run) => ({
    at: new Date(run.epochMilliseconds),
    localDate: run.toPlainDate().toString(),
    localTime: run.toPlainTime().toString({ smallestUnit: 'minute' }),
    offset: run.offset,
  }));
}

/** A rule that finds nothing for very long has ended. */
function* seekable(recurrence: Recurrence, from: number): Generator<number> {
  try {
    yield* recurrence.after(from);
  } catch (error) {
    if (!/iterations|evaluations/i.test((error as Error).message)) throw error;
  }
}

/** What a schedule means, in English. */
export const describe = (schedule: Schedule): string => readRecurrence(schedule).describe();

/** What is wrong with a schedule: it cannot be read, names no time from now on, or falls too often. */
export type ScheduleProblem = 'UNREADABLE' | 'NEVER' | 'TOO_OFTEN';

/**
 * Checks a schedule.
 * @param shortest milliseconds on the wall clock that two occurrences must be apart
 * @returns null when it can be used; else what is wrong, with a sentence where the rule cannot be read
 */
export function problemOf(
  schedule: Schedule,
  now: Date,
  shortest: number,
): { problem: ScheduleProblem; message: string } | null {
  let recurrence: Recurrence;
  try {
    recurrence = readRecurrence(schedule);
  } catch (error) {
    return { problem: 'UNREADABLE', message: (error as Error).message };
  }
  if (runsOf(recurrence, schedule.timeZone, now, 1).length === 0)
    return { problem: 'NEVER', message: 'This schedule names no time from now on.' };
  const start = Date.parse(`${schedule.startDate}T00:00:00Z`);
  let previous = Number.NEGATIVE_INFINITY;
  let seen = 0;
  for (const wall of seekable(recurrence, start - 1)) {
    if (wall - previous < shortest) return { problem: 'TOO_OFTEN', message: 'This schedule falls too often.' };
    previous = wall;
    if (++seen === occurrencesChecked || wall > start + timeChecked) break;
  }
  return null;
}
