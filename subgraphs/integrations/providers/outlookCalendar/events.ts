import { z } from 'zod';
import type { CalendarEventItem } from '../../items/item.ts';
import { textOf } from '../texts.ts';

/** The calendar that `calendarView` shows: the person's own. */
export const calendarId = 'primary';

const moment = z.object({ dateTime: z.string(), timeZone: z.string().catch('UTC') });
const text = (longest: number) =>
  z
    .unknown()
    .optional()
    .transform((value) => textOf(value, longest));

/** An event. Occurrences say when they are; what they are is said by the master of their series. */
export const eventRow = z.object({
  id: z.string().min(1).max(1_000),
  type: z.string().catch('singleInstance'),
  seriesMasterId: z.string().max(1_000).nullish().catch(null),
  subject: text(1_000),
  location: z
    .object({ displayName: text(500) })
    .nullish()
    .catch(null),
  start: moment.nullish().catch(null),
  end: moment.nullish().catch(null),
  isAllDay: z.boolean().nullish().catch(null),
  isCancelled: z.boolean().nullish().catch(null),
  showAs: z.string().nullish().catch(null),
  webLink: text(2_000),
  lastModifiedDateTime: z.string().nullish().catch(null),
});
export type EventRow = z.infer<typeof eventRow>;

/** What makes an occurrence's row one that says all. */
export const saysAll = (row: EventRow) => row.isAllDay != null;

/**
 * An event with, for an occurrence that says little, the master of its series. Null for what has no time, which no calendar can show.
 */
export function readEvent(row: EventRow, master: EventRow | null): CalendarEventItem | null {
  const of =
    master && !saysAll(row)
      ? { ...master, id: row.id, start: row.start ?? master.start, end: row.end ?? master.end }
      : row;
  const { start, end, isAllDay, isCancelled, showAs, subject, location, webLink, lastModifiedDateTime } = of;
  const startsAt = toInstant(start);
  if (!start || startsAt === null) return null;
  const endsAt = toInstant(end) ?? startsAt;
  const changedAt = Date.parse(lastModifiedDateTime ?? '');
  return {
    type: 'calendarEvent',
    externalId: row.id,
    calendarId,
    title: subject ?? '',
    location: location?.displayName ?? null,
    startsAt: isAllDay ? null : startsAt,
    endsAt: isAllDay ? null : endsAt,
    startDate: isAllDay ? toDate(startsAt) : null,
    endDate: isAllDay ? toDate(endsAt) : null,
    status: isCancelled ? 'CANCELLED' : showAs === 'tentative' ? 'TENTATIVE' : 'CONFIRMED',
    url: webLink,
    // An occurrence may move without its own number: the master's says nothing about that.
    version: Number.isNaN(changedAt) || of !== row ? null : BigInt(changedAt),
  };
}

const toDate = (at: Date) => at.toISOString().slice(0, 10);

/** Graph is asked for UTC, and writes times without an offset. */
function toInstant(value: { dateTime: string; timeZone: string } | null | undefined): Date | null {
  if (!value || !/^(utc|etc\/utc|tzone:\/\/microsoft\/utc)$/i.test(value.timeZone)) return null;
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?\d*Z?$/.exec(value.dateTime);
  const at = new Date(parts ? `${parts[1]}${parts[2] ?? ''}Z` : Number.NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}
