import type { Checks } from '../shared/input.ts';
import { localAt, localOccurrence, nextRuns, problemOf, type Schedule } from '../shared/schedules/schedule.ts';
import type { ResearchScheduleInput, ScheduleKind } from './generated.ts';
import type { CategoryRow } from './rows.ts';

/** Shortest time between two runs, in milliseconds on the wall clock. */
export const shortestInterval = 3_600_000;

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
  const found = problemOf(schedule, now, shortestInterval);
  if (found === null) return schedule;
  const message = found.problem === 'TOO_OFTEN' ? 'Research runs at most once an hour.' : found.message;
  checks.add('INVALID', [...path, 'text'], message);
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

/** When a schedule is due next, as the columns of a category: what the scheduler goes by. */
export function nextColumns(schedule: Schedule | null, active: boolean, after: Date) {
  const [next] = schedule && active ? nextRuns(schedule, after, 1) : [];
  return { nextRunAt: next?.at ?? null, nextLocal: next ? localOccurrence(next) : null };
}

/** A schedule as the columns of a category. */
export const scheduleColumns = (schedule: Schedule | null) => ({
  scheduleKind: schedule?.kind ?? null,
  scheduleText: schedule?.text ?? null,
  scheduleZone: schedule?.timeZone ?? null,
  scheduleDate: schedule ? new Date(`${schedule.startDate}T00:00:00Z`) : null,
  scheduleTime: schedule?.startTime ?? null,
});
