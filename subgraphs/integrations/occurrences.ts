import { Temporal } from 'temporal-polyfill';

/** An instant at a wall-clock time: in a spring gap as much later as the clock jumps, of an autumn pair the first (RFC 5545). */
const instantOf = (date: Temporal.PlainDate, timeOfDay: string, timeZone: string): Date =>
  new Date(
    date.toPlainDateTime(timeOfDay).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds,
  );

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
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  // A week always holds the answer, but for a time that today has already passed: then it is the eighth day.
  for (let days = 0; days <= 8; days++) {
    const date = today.add({ days });
    if (!weekdays.includes(date.dayOfWeek)) continue;
    const instant = instantOf(date, timeOfDay, timeZone);
    if (instant > now) return instant;
  }
  return null;
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
  const instant = instantOf(Temporal.PlainDate.from(deadline).subtract({ days }), timeOfDay, timeZone);
  return instant > now ? instant : null;
}
