import { Temporal } from 'temporal-polyfill';
import type { Checks } from '../shared/input.ts';
import type { ResearchScheduleInput, ScheduleKind } from './generated.ts';
import { type Recurrence, readRecurrence } from './recurrence.ts';
import type { CategoryRow } from './rows.ts';

/** When a category is looked into, as it is stored. */
export interface Schedule {
  kind: ScheduleKind;
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

/** Shortest time between two runs, in milliseconds on the wall clock; checked over so many occurrences of so long a time. */
const shortestInterval = 3_600_000;
const occurrencesChecked = 100;
const timeChecked = 10 * 366 * 86_400_000;
const day = 86_400_000;

const wallOf = (date: Temporal.PlainDateTime) => date.toZonedDateTime('UTC').epochMilliseconds;
const localAt = (instant: Date, timeZone: string) =>
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

function runsOf(recurrence: Recurrence, timeZone: string, after: Date, count: number): ScheduledRun[] {
  let runs: Temporal.ZonedDateTime[] = [];
  // A time of yesterday's gap may still lie ahead: gaps are up to a day long (Samoa skipped 30 December 2011).
  const from = wallOf(localAt(after, timeZone).toPlainDateTime()) - day;
  for (const wall of seekable(recurrence, from)) {
    // Instants never lie before their wall-clock times: once those are past the last run, nothing can come before it.
    if (runs.length >= count && wall > wallOf(runs[count - 1]!.toPlainDateTime())) break;
    const run = Temporal.Instant.fromEpochMilliseconds(wall)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
      .toZonedDateTime(timeZone, { disambiguation: 'compatible' });
    if (run.epochMilliseconds <= after.getTime()) continue;
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

/**
 * Turns input into a schedule and checks it: a rule that can be read, comes at most once an hour, and comes at all.
 * @returns null when a check failed.
 */
export function readSchedule(checks: Checks, path: string[], input: ResearchScheduleInput, now: Date): Schedule | null {
  const today = localAt(now, input.timeZone).toPlainDate();
  const startDate = input.startDate ?? today.toString();
  const startTime = input.startTime ?? '07:00';
  const years = Math.abs(today.until(startDate, { largestUnit: 'years' }).total({ unit: 'years', relativeTo: today }));
  const wellFormed = [
    checks.text([...path, 'text'], input.text, 500),
    checks.that(years <= 10, [...path, 'startDate'], 'This must be within ten years of today.'),
    checks.that(
      /^([01]\d|2[0-3]):[0-5]\d$/.test(startTime),
      [...path, 'startTime'],
      'This must be HH:MM, 00:00 to 23:59.',
    ),
  ];
  if (wellFormed.includes(false)) return null;
  const schedule = { kind: input.kind, text: input.text.trim(), timeZone: input.timeZone, startDate, startTime };
  const problem = problemOf(schedule, now);
  return problem === null || checks.add('INVALID', [...path, 'text'], problem) ? schedule : null;
}

function problemOf(schedule: Schedule, now: Date): string | null {
  let recurrence: Recurrence;
  try {
    recurrence = readRecurrence(schedule);
  } catch (error) {
    return (error as Error).message;
  }
  if (runsOf(recurrence, schedule.timeZone, now, 1).length === 0) return 'This schedule names no time from now on.';
  const start = Date.parse(`${schedule.startDate}T00:00:00Z`);
  let previous = Number.NEGATIVE_INFINITY;
  let seen = 0;
  for (const wall of seekable(recurrence, start - 1)) {
    if (wall - previous < shortestInterval) return 'Research runs at most once an hour.';
    previous = wall;
    if (++seen === occurrencesChecked || wall > start + timeChecked) break;
  }
  return null;
}

/** The schedule of a category; null when it is looked into only by hand. */
export function scheduleOf(category: CategoryRow): Schedule | null {
  const { scheduleKind, scheduleText, scheduleZone, scheduleDate, scheduleTime } = category;
  if (scheduleKind === null) return null;
  return {
    kind: scheduleKind as ScheduleKind,
    text: scheduleText!,
    timeZone: scheduleZone!,
    startDate: scheduleDate!.toISOString().slice(0, 10),
    startTime: scheduleTime!,
  };
}

/** A schedule as the columns of a category. */
export const scheduleColumns = (schedule: Schedule | null) => ({
  scheduleKind: schedule?.kind ?? null,
  scheduleText: schedule?.text ?? null,
  scheduleZone: schedule?.timeZone ?? null,
  scheduleDate: schedule ? new Date(`${schedule.startDate}T00:00:00Z`) : null,
  scheduleTime: schedule?.startTime ?? null,
});
