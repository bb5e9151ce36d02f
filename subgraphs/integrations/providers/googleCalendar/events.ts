import { z } from 'zod';
import type { CalendarEventItem } from '../../items/item.ts';

const moment = z.object({ date: z.string().optional(), dateTime: z.string().optional() });

/** An event, or of a cancelled one little more than its id. */
export const rowOfEvent = z.object({
  id: z.string(),
  status: z.string().default('confirmed'),
  summary: z.string().default(''),
  location: z.string().nullish(),
  htmlLink: z.string().nullish(),
  start: moment.optional(),
  end: moment.optional(),
  updated: z.string().optional(),
});
type EventRow = z.infer<typeof rowOfEvent>;

export const isGone = ({ status }: EventRow) => status === 'cancelled';

/** Null for what has no time, which no calendar can show. */
export function readEvent(calendarId: string, event: EventRow): CalendarEventItem | null {
  const { id, status, summary, location, htmlLink, start, end, updated } = event;
  const isWholeDay = start?.date !== undefined;
  const startsAt = isWholeDay ? null : toDate(start?.dateTime);
  if (!isWholeDay && startsAt === null) return null;
  const changedAt = toDate(updated);
  return {
    type: 'calendarEvent',
    // The same event lies under the same id in the calendars of all who are invited.
    externalId: `${calendarId}/${id}`,
    calendarId,
    title: summary,
    location: location ?? null,
    startsAt,
    endsAt: isWholeDay ? null : (toDate(end?.dateTime) ?? startsAt),
    startDate: isWholeDay ? start.date! : null,
    endDate: isWholeDay ? (end?.date ?? start.date!) : null,
    status: status === 'tentative' ? 'TENTATIVE' : 'CONFIRMED',
    url: htmlLink ?? null,
    version: changedAt && BigInt(changedAt.getTime()),
  };
}

function toDate(text: string | undefined): Date | null {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at);
}
