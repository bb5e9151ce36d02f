import { z } from 'zod';
import type { Reset } from '../../items/item.ts';
import { googleConnect, googleUrl, lacksGoogle, readGoogle } from '../google.ts';
import type { Page, Position, Provider, ProviderCall } from '../provider.ts';
import { isGone, readEvent, rowOfEvent } from './events.ts';

/** How far back the first sync reads; ahead it reads everything that Google gives. */
const firstDays = 30;
const pageSize = 250;
const mostCalendars = 50;

const settings = z.strictObject({
  calendars: z
    .array(z.string().min(1).max(300))
    .max(mostCalendars)
    .optional()
    .describe('Ids of the calendars to read, as Google has them; at most 50. Left out: all of them.'),
});
const primary = z.object({ id: z.string() });
const calendarList = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        accessRole: z.string().default('reader'),
        deleted: z.boolean().default(false),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});
const eventsPage = z.object({
  items: z.array(rowOfEvent).default([]),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});

/** How far one calendar is: without a token, it is read anew. */
interface CalendarPosition {
  id: string;
  token: string | null;
  page: string | null;
}

interface GooglePosition extends Position {
  calendars: CalendarPosition[];
  /** Which calendar comes next; null at the beginning of a sync. */
  at: number | null;
}

/**
 * Appointments of all calendars of a Google account, repeating ones as their occurrences. Each calendar has a sync token of its own, and is read
 * anew by itself when Google no longer takes it.
 */
export const googleCalendar: Provider = {
  id: 'GOOGLE_CALENDAR',
  name: 'Google Calendar',
  kind: 'OAUTH',
  data: ['CALENDAR_EVENTS'],
  settingsSchema: settings,
  lacks: lacksGoogle,
  connect: googleConnect(
    [
      'https://www.googleapis.com/auth/calendar.events.readonly',
      'https://www.googleapis.com/auth/calendar.calendarlist.readonly',
      'https://www.googleapis.com/auth/calendar.calendars.readonly',
    ],
    async (outside, headers) => {
      const answer = await outside.fetch(googleUrl(outside.config, '/calendar/v3/calendars/primary'), { headers });
      const { id } = readGoogle(primary, answer, outside.now());
      return { id: id.toLowerCase(), label: id };
    },
  ),
  async pull(call, position) {
    const known = position as GooglePosition | null;
    if (known === null || known.at === null) return readCalendars(call, known);
    return readEvents(call, known, known.at);
  },
};

/** Which calendars there are now. What came from one that is no more goes. */
async function readCalendars(call: ProviderCall, known: GooglePosition | null): Promise<Page> {
  const wanted = settings.safeParse(call.settings).data?.calendars;
  const ids: string[] = [];
  for (let pageToken: string | undefined; ; ) {
    const answer = await call.ask(
      googleUrl(call.config, '/calendar/v3/users/me/calendarList', { maxResults: pageSize, pageToken }),
    );
    const { items, nextPageToken } = readGoogle(calendarList, answer, call.now());
    for (const { id, accessRole, deleted } of items) {
      // Of some, one only sees when somebody is busy.
      const readable = !deleted && accessRole !== 'freeBusyReader' && (!wanted || wanted.includes(id));
      if (readable && ids.length < mostCalendars && !ids.includes(id)) ids.push(id);
    }
    pageToken = nextPageToken;
    if (pageToken === undefined) break;
  }
  const before = new Map(known?.calendars.map((calendar) => [calendar.id, calendar]));
  const calendars = ids.map((id) => before.get(id) ?? { id, token: null, page: null });
  const ended = [...before.keys()].filter((id) => !ids.includes(id));
  const resets: Reset[] =
    known === null
      ? [{ type: 'calendarEvent' }]
      : ended.map((calendarId) => ({ type: 'calendarEvent' as const, calendarId }));
  return pageOf({ resets }, calendars, 0);
}

/** A page of one calendar's events. */
async function readEvents(call: ProviderCall, { calendars }: GooglePosition, at: number): Promise<Page> {
  const calendar = calendars[at]!;
  const { id, token, page } = calendar;
  const since = new Date(call.now().getTime() - firstDays * 86_400_000);
  const answer = await call.ask(
    googleUrl(call.config, `/calendar/v3/calendars/${encodeURIComponent(id)}/events`, {
      // The same in every call, or the token does not count.
      singleEvents: 'true',
      maxResults: pageSize,
      syncToken: token,
      timeMin: token === null ? toDay(since) : null,
      pageToken: page,
    }),
  );
  const reset: Reset = { type: 'calendarEvent', calendarId: id };
  const next = (changed: CalendarPosition | null, to: number, what: Partial<Page>) =>
    pageOf(what, changed ? calendars.with(at, changed) : calendars.toSpliced(at, 1), to);
  // 410: the token is too old; 400: the page's is. This calendar alone is read anew.
  if (answer.status === 410 || (answer.status === 400 && (page !== null || token !== null))) {
    return next({ id, token: null, page: null }, at, { resets: [reset] });
  }
  if (answer.status === 404) return next(null, at, { resets: [reset] });
  const read = readGoogle(eventsPage, answer, call.now());
  const what: Partial<Page> = {
    resets: token === null && page === null ? [reset] : [],
    removed: read.items.filter(isGone).map((event) => ({ type: 'calendarEvent', externalId: `${id}/${event.id}` })),
    items: read.items.filter((event) => !isGone(event)).flatMap((event) => readEvent(id, event) ?? []),
  };
  // However few came: only where no page follows, the token is there.
  if (read.nextPageToken !== undefined) return next({ id, token, page: read.nextPageToken }, at, what);
  return next({ id, token: read.nextSyncToken ?? null, page: null }, at + 1, what);
}

function pageOf(what: Partial<Page>, calendars: CalendarPosition[], at: number): Page {
  const more = at < calendars.length;
  const position: GooglePosition = { calendars, at: more ? at : null };
  return { resets: [], removed: [], items: [], ...what, position, more, durable: true };
}

/** Midnight, so that pages of one first sync ask for the same, whenever they are asked for. */
const toDay = (at: Date) => `${at.toISOString().slice(0, 10)}T00:00:00Z`;
