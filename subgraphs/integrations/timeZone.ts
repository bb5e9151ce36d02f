import { Temporal } from 'temporal-polyfill';

/** Which day it is in `timeZone` at an instant. */
export const localDateAt = (instant: Date, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();

/** The same as PostgreSQL's `date` goes in and comes out: midnight UTC. */
export const storedDateAt = (instant: Date, timeZone: string): Date =>
  new Date(localDateAt(instant, timeZone).toString());

/** Such a stored date, `YYYY-MM-DD`. */
export const dateText = (stored: Date): string => stored.toISOString().slice(0, 10);

/** What the wall clock in `timeZone` shows at an instant, `HH:MM`. */
export function localTimeAt(instant: Date, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return local.toPlainTime().toString({ smallestUnit: 'minute' });
}

/** True for a local time as the graph has it, `HH:MM` from 00:00 to 23:59. */
export const isTimeOfDay = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

/**
 * The instant of a wall-clock time, `HH:MM`: in a spring gap as much later as the clock jumps; of an autumn pair the first (RFC 5545), or the
 * second with `later`.
 */
export const instantAt = (
  date: Temporal.PlainDate,
  timeOfDay: string,
  timeZone: string,
  disambiguation: 'compatible' | 'later' = 'compatible',
): Date => new Date(date.toPlainDateTime(timeOfDay).toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds);
