import { Temporal } from 'temporal-polyfill';
import { dateText, instantAt, localDateAt } from '../../timeZone.ts';

/**
 * The next time that a weekly schedule falls, strictly after `now`; null when it has no days.
 * @param timeOfDay `HH:MM` on the wall clock of `timeZone`.
 * @param weekdays ISO days of the week.
 */
export function nextOnWeekdays(
  now: Date,
  timeZone: string,
  timeOfDay: string,
  weekdays: readonly number[],
): Date | null {
  const today = localDateAt(now, timeZone);
  // A week always holds the answer, but for a time that today has already passed: then it is the eighth day.
  for (let days = 0; days <= 8; days++) {
    const date = today.add({ days });
    if (!weekdays.includes(date.dayOfWeek)) continue;
    const instant = instantAt(date, timeOfDay, timeZone);
    if (instant > now) return instant;
  }
  return null;
}

/** When a reminder on one day falls; null when that instant is not after `now`. */
export function nextOnce(now: Date, timeZone: string, timeOfDay: string, date: Date): Date | null {
  const instant = instantAt(Temporal.PlainDate.from(dateText(date)), timeOfDay, timeZone);
  return instant > now ? instant : null;
}

/** When a reminder `days` before a deadline falls; null when there is no deadline or that instant is not after `now`. */
export function nextBeforeDeadline(
  now: Date,
  timeZone: string,
  timeOfDay: string,
  days: number,
  deadline: string | null | undefined,
): Date | null {
  if (!deadline) return null;
  const instant = instantAt(Temporal.PlainDate.from(deadline).subtract({ days }), timeOfDay, timeZone);
  return instant > now ? instant : null;
}
