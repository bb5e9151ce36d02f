import { z } from 'zod';
import type { CalendarEventItem, Removed } from '../../items/item.ts';
import {
  type Changes,
  lacksMicrosoft,
  microsoftConnect,
  microsoftUrl,
  readChanges,
  readMicrosoft,
  removedId,
} from '../microsoft.ts';
import type { Page, Position, Provider, ProviderCall } from '../provider.ts';
import { type EventRow, eventRow, readEvent, saysAll } from './events.ts';

const day = 86_400_000;
/** The window of time that is read, and how old it may become before another takes its place. */
const daysBack = 30;
const daysAhead = 365;
const windowLife = 7 * day;
const prefer = ['odata.maxpagesize=100', 'outlook.timezone="UTC"', 'IdType="ImmutableId"'];
/** Pages of one series that are read when its master has changed. */
const mostPages = 20;

/**
 * Graph's rounds of changes are bound to a window of time. `FIRST` reads a window, `CHANGES` what has changed in it. When it is old, `NEWER` reads
 * another window while the old round's link is kept, and `LAST` reads what has changed in the old one up to then: so what was deleted in
 * between is heard of, and nothing has to be void meanwhile.
 */
interface CalendarPosition extends Position {
  phase: 'FIRST' | 'CHANGES' | 'NEWER' | 'LAST';
  link: string;
  /** The day on which the window was chosen. */
  chosen: string;
  /** Whether `link` begins a round. */
  rests: boolean;
  /** NEWER: where the old window's next round begins; LAST: where the new one's does. */
  other: string | null;
}

/** The calendar of a Microsoft account, repeating events as their occurrences. */
export const outlookCalendar: Provider = {
  id: 'OUTLOOK_CALENDAR',
  name: 'Outlook calendar',
  kind: 'OAUTH',
  data: ['CALENDAR_EVENTS'],
  settingsSchema: z.strictObject({}),
  lacks: lacksMicrosoft,
  connect: microsoftConnect('Calendars.Read'),
  async pull(call, position): Promise<Page> {
    const known = position as CalendarPosition | null;
    const at =
      known === null ? begin(call, 'FIRST', null) : isOld(call, known) ? begin(call, 'NEWER', known.link) : known;
    const changes = await readChanges(call, at.link, prefer);
    const next = follow(at, changes);
    return {
      resets: known === null ? [{ type: 'calendarEvent' }] : [],
      ...(await readRows(call, changes.rows, {
        isNew: at.phase === 'FIRST' || at.phase === 'NEWER',
        window: at.chosen,
      })),
      position: next,
      more: !next.rests,
      durable: true,
    };
  },
};

const isOld = ({ now }: ProviderCall, { rests, chosen }: CalendarPosition) =>
  rests && now().getTime() - Date.parse(chosen) >= windowLife;

function begin(call: ProviderCall, phase: 'FIRST' | 'NEWER', other: string | null): CalendarPosition {
  const chosen = call.now().toISOString().slice(0, 10);
  const link = microsoftUrl(call.config, '/me/calendarView/delta', windowOf(chosen));
  return { phase, link, chosen, rests: false, other };
}

function windowOf(chosen: string) {
  const dayAt = (days: number) => `${new Date(Date.parse(chosen) + days * day).toISOString().slice(0, 19)}Z`;
  return { startDateTime: dayAt(-daysBack), endDateTime: dayAt(daysAhead) };
}

function follow(at: CalendarPosition, { next, end }: Changes): CalendarPosition {
  if (next !== null) return { ...at, link: next, rests: false };
  if (at.phase === 'NEWER') return { ...at, phase: 'LAST', link: at.other!, other: end };
  const link = at.phase === 'LAST' ? at.other! : end!;
  return { ...at, phase: 'CHANGES', link, rests: true, other: null };
}

async function readRows(call: ProviderCall, rows: readonly unknown[], round: { isNew: boolean; window: string }) {
  const removed: Removed[] = [];
  const found: EventRow[] = [];
  for (const row of rows) {
    const gone = removedId(row);
    const read = gone === null ? eventRow.safeParse(row).data : undefined;
    if (gone !== null) removed.push({ type: 'calendarEvent', externalId: gone });
    else if (read) found.push(read);
  }
  const masters = new Map<string, EventRow | null>();
  for (const row of found) if (row.type === 'seriesMaster') masters.set(row.id, row);
  // What has changed for the whole series has changed for its occurrences, of which a round may say nothing.
  if (!round.isNew) for (const id of [...masters.keys()]) found.push(...(await readSeries(call, id, round.window)));
  const items = new Map<string, CalendarEventItem>();
  for (const row of found) {
    if (row.type === 'seriesMaster') continue;
    const item = readEvent(row, saysAll(row) ? null : await findMaster(call, masters, row));
    if (item) items.set(item.externalId, item);
  }
  return { removed, items: [...items.values()] };
}

/** The master of an occurrence that says little about itself; for any other event that event as it is now. Null when it is gone. */
async function findMaster(
  call: ProviderCall,
  masters: Map<string, EventRow | null>,
  row: EventRow,
): Promise<EventRow | null> {
  const id = row.seriesMasterId ?? row.id;
  const held = masters.get(id);
  if (held !== undefined) return held;
  const answer = await call.ask(microsoftUrl(call.config, `/me/events/${encodeURIComponent(id)}`), {
    headers: { prefer: prefer.slice(1).join(', ') },
  });
  const master = answer.status === 404 ? null : readMicrosoft(eventRow, answer, call.now());
  masters.set(id, master);
  return master;
}

const instancesPage = z.object({ value: z.array(z.unknown()).default([]), '@odata.nextLink': z.string().optional() });

/** The occurrences of a series within the window. */
async function readSeries(call: ProviderCall, id: string, window: string): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  const start = microsoftUrl(call.config, `/me/events/${encodeURIComponent(id)}/instances`, windowOf(window));
  let url: string | undefined = start;
  for (let page = 0; url !== undefined && page < mostPages; page++) {
    if (new URL(url).origin !== new URL(start).origin) break;
    const answer = await call.ask(url, { headers: { prefer: prefer.join(', ') } });
    if (answer.status === 404) break;
    const read = readMicrosoft(instancesPage, answer, call.now());
    rows.push(...read.value.flatMap((row) => eventRow.safeParse(row).data ?? []));
    url = read['@odata.nextLink'];
  }
  return rows;
}
