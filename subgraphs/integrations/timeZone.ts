import { Temporal } from 'temporal-polyfill';
import type { Tx } from '../shared/db.ts';

/**
 * A person's IANA time zone; UTC for somebody who is no more. The one fact of a profile that this domain needs where there
 * is no graph to ask: in reactions, for quiet hours.
 */
export async function readTimeZone(db: Tx, userId: string): Promise<string> {
  const rows = await db.$queryRaw<{ time_zone: string }[]>`SELECT time_zone FROM users WHERE id = ${userId}`;
  return rows[0]?.time_zone ?? 'UTC';
}

/** What the wall clock in `timeZone` shows at an instant, `HH:MM`. */
export function localTimeAt(instant: Date, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return local.toPlainTime().toString({ smallestUnit: 'minute' });
}

/** True for a local time as the graph has it, `HH:MM` from 00:00 to 23:59. */
export const isTimeOfDay = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
