import type { Reminder } from '../../../../prisma/generated/client.ts';
import type { Checks } from '../../../shared/input.ts';
import type { ReminderRow } from '../../context.ts';
import type { Weekday } from '../../generated.ts';
import { isTimeOfDay } from '../../timeZone.ts';
import { everyDay, weekdayNumbers } from '../../weekdays.ts';
import { nextBeforeDeadline, nextOnce, nextOnWeekdays } from './occurrences.ts';

/** When a reminder is to fall, as inputs say it: of the three ways of choosing days at most one is given. */
export interface Schedule {
  timeOfDay?: string | null;
  date?: string | null;
  weekdays?: readonly Weekday[] | null;
  daysBeforeDeadline?: number | null;
}

/** The days of a reminder, as they are stored: one way of the three. */
export type Days = Pick<Reminder, 'date' | 'weekdays' | 'daysBeforeDeadline'>;

export const onEveryDay = (): Days => ({ date: null, weekdays: [...everyDay], daysBeforeDeadline: null });

export function checkSchedule(checks: Checks, { timeOfDay, date, weekdays, daysBeforeDeadline }: Schedule): void {
  checks.that(
    timeOfDay == null || isTimeOfDay(timeOfDay),
    ['timeOfDay'],
    'A local time is HH:MM, from 00:00 to 23:59.',
  );
  checks.list(['weekdays'], weekdays, 7, 1);
  checks.number(['daysBeforeDeadline'], daysBeforeDeadline, 0, 365);
  checks.that(
    weekdays == null || daysBeforeDeadline == null,
    ['daysBeforeDeadline'],
    'Give days of the week or days before the deadline, not both.',
  );
  checks.that(
    date == null || (weekdays == null && daysBeforeDeadline == null),
    ['date'],
    'Give a date for a reminder that falls once, or the days on which it repeats, not both.',
  );
}

/** What a reminder without a goal must have instead, and cannot have. */
export function checkPurpose(
  checks: Checks,
  {
    goalId,
    message,
    daysBeforeDeadline,
    followPace,
  }: Pick<Reminder, 'goalId' | 'message' | 'daysBeforeDeadline' | 'followPace'>,
): void {
  if (goalId !== null) return;
  checks.that(message !== null, ['message'], 'A reminder without a goal needs a message.', 'REQUIRED');
  checks.that(daysBeforeDeadline === null, ['goalId'], 'Days before a deadline need a goal.', 'REQUIRED');
  checks.that(!followPace, ['goalId'], 'Only a goal has a pace to follow.', 'REQUIRED');
}

/** One way of choosing days ends the others; nulls alone mean every day. */
export function newDays({ date, weekdays, daysBeforeDeadline }: Schedule): Partial<Days> {
  const none: Days = { date: null, weekdays: [], daysBeforeDeadline: null };
  if (date != null) return { ...none, date: new Date(date) };
  if (daysBeforeDeadline != null) return { ...none, daysBeforeDeadline };
  if (weekdays) return { ...none, weekdays: weekdayNumbers(weekdays) };
  return date === null || weekdays === null || daysBeforeDeadline === null ? onEveryDay() : {};
}

/** What decides when a reminder falls. */
export type Falling = Pick<ReminderRow, 'active' | 'date' | 'weekdays' | 'daysBeforeDeadline' | 'timeOfDay' | 'goal'>;

/** When a reminder falls next, in the person's zone; null for never. One before a deadline needs its goal's deadline. */
export function nextOccurrence(row: Falling, timeZone: string, now: Date): Date | null {
  if (!row.active) return null;
  if (row.date !== null) return nextOnce(now, timeZone, row.timeOfDay, row.date);
  return row.daysBeforeDeadline === null
    ? nextOnWeekdays(now, timeZone, row.timeOfDay, row.weekdays)
    : nextBeforeDeadline(now, timeZone, row.timeOfDay, row.daysBeforeDeadline, row.goal?.deadline);
}

/** When a reminder that was made or changed at `now` is to be looked at. A deadline must be asked for: that is the first thing to do then. */
export function whenDue(row: Falling, timeZone: string, now: Date): Pick<Reminder, 'occursAt' | 'dueAt'> {
  if (row.active && row.daysBeforeDeadline !== null) return { occursAt: null, dueAt: now };
  const occursAt = nextOccurrence(row, timeZone, now);
  return { occursAt, dueAt: occursAt };
}

/** Rows of reminders that fell once, on a day before `today`. */
export const past = (today: Date) => ({ date: { lt: today } });

/** Rows of all other reminders: what may fall again, and whatever is today's. */
export const notPast = (today: Date) => ({ OR: [{ date: null }, { date: { gte: today } }] });
