import { Prisma } from '../../shared/db.ts';
import { type NewEvent, type Publisher, publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { readClock } from '../../shared/personalClock.ts';
import { shorten } from '../../shared/storable.ts';
import type { MappingSource } from '../generated.ts';
import { markDays } from '../mapping/days.ts';
import type { Delivery, Item, Removed, Reset } from './item.ts';
import { dayOf, itemTables, rowOf } from './tables.ts';

/** How many received events of one delivery are told one by one; more than these came with a history, not as news. */
const mostToldOneByOne = 500;
/** How many rows go to the database in one statement. */
const rowsAtOnce = 1_000;

type ItemType = Item['type'];

/** Which mappings an item concerns; nobody counts e-mails. */
const mappedBy: Record<ItemType, MappingSource | null> = {
  calendarEvent: 'CALENDAR',
  mail: null,
  transaction: 'TRANSACTIONS',
  task: 'TASKS',
  received: 'RECEIVED',
};

/** The connection that a delivery came by. */
export interface DeliveryConnection {
  id: string;
  provider: string;
}

/** What a delivery came to: how many items were in it, how many of them were new or different, how many rows went. */
export interface Written {
  received: number;
  changed: number;
  deleted: number;
}

/** What changed of one type. */
interface Changes {
  changed: number;
  deleted: number;
  /** Every local day on which something is different now. */
  days: Set<string>;
  /** New rows, in the order in which they were given. */
  created: { id: string; name: string }[];
  /** What became of what is different now, by the ids there. */
  outcomes: Map<string, 'CREATED' | 'UPDATED'>;
}

/** One row that a statement changed. */
interface Touched {
  id: string;
  external_id: string;
  created: boolean;
  day: string | null;
  old_day: string | null;
}

/**
 * Stores what came in by a connection, in the transaction of whoever also moves the connection's position: resets, removals, items. The
 * same delivery again changes nothing and tells nothing; of two changes with numbers the greater stands, whatever their order.
 *
 * One event for each type that changed (`items.changed`), however many items there were; received events are told one by one besides
 * (`received.created`), since rules wait for them.
 */
export const writeDelivery = async (
  ctx: Publisher,
  connection: DeliveryConnection,
  delivery: Delivery,
): Promise<Written> => (await deliver(ctx, connection, delivery)).written;

/** The same, told item by item. */
export async function deliver(
  ctx: Publisher,
  connection: DeliveryConnection,
  delivery: Delivery,
): Promise<{ written: Written; outcomeOf(item: Item): 'CREATED' | 'UPDATED' | 'UNCHANGED' }> {
  const all = new Map<ItemType, Changes>();
  const of = (type: ItemType): Changes => {
    const known = all.get(type) ?? {
      changed: 0,
      deleted: 0,
      days: new Set<string>(),
      created: [],
      outcomes: new Map(),
    };
    all.set(type, known);
    return known;
  };
  const clock = await readClock(ctx.db, ctx.userId);
  // In the order of the types, so that two deliveries never wait for each other crosswise.
  for (const type of Object.keys(itemTables) as ItemType[]) {
    const items = newest(delivery.items.filter((item) => item.type === type));
    const resets = delivery.resets.filter((reset) => reset.type === type);
    if (resets.length > 0) await reset(ctx, connection, resets, items, of(type));
    const removed = delivery.removed.filter((gone) => gone.type === type);
    if (removed.length > 0) await remove(ctx, connection, type, removed, of(type));
    const rows = items.map((item) => ({ ...rowOf(item), day: dayOf(item, clock) }));
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      await upsert(ctx, connection, type, rows.slice(start, start + rowsAtOnce), of(type));
    }
  }
  for (const [type, { days }] of all) await markDays(ctx, { source: mappedBy[type] }, [...days]);
  const news = [...all].flatMap(([type, changes]) => newsOf(connection, type, changes));
  await publish(ctx, ...news);
  const sum = (name: 'changed' | 'deleted') => [...all.values()].reduce((total, changes) => total + changes[name], 0);
  return {
    written: { received: delivery.items.length, changed: sum('changed'), deleted: sum('deleted') },
    outcomeOf: ({ type, externalId }) => all.get(type)?.outcomes.get(externalId) ?? 'UNCHANGED',
  };
}

function newsOf(connection: DeliveryConnection, type: ItemType, changes: Changes): NewEvent[] {
  if (changes.changed + changes.deleted === 0) return [];
  const { changed, deleted, days, created } = changes;
  const one = {
    type: 'items.changed' as const,
    subjectId: connection.id,
    data: { itemType: type, changed, deleted, firstDay: [...days].sort()[0] ?? null },
  };
  const each = (type === 'received' ? created.slice(-mostToldOneByOne) : []).map(({ id, name }) => ({
    type: 'received.created' as const,
    subjectId: connection.id,
    data: { itemId: id, name },
  }));
  return [one, ...each];
}

/** Of several items with one id the one with the greatest version, else the last. */
function newest(items: readonly Item[]): Item[] {
  const kept = new Map<string, Item>();
  const versionOf = (item: Item | undefined) => (item && 'version' in item ? item.version : null);
  for (const item of items) {
    const before = versionOf(kept.get(item.externalId));
    const now = versionOf(item);
    if (before !== null && now !== null && now < before) continue;
    kept.set(item.externalId, item);
  }
  return [...kept.values()];
}

/** Deletes what is void; what comes anew in the same delivery keeps its row. */
async function reset(
  ctx: Publisher,
  connection: DeliveryConnection,
  resets: readonly Reset[],
  items: readonly Item[],
  changes: Changes,
): Promise<void> {
  const { type } = resets[0]!;
  const calendars = resets.flatMap(({ calendarId }) => (calendarId === undefined ? [] : [calendarId]));
  const everything = type !== 'calendarEvent' || calendars.length < resets.length;
  const kept = items.map(({ externalId }) => externalId);
  const which = everything ? Prisma.empty : Prisma.sql`AND calendar_id = ANY(${calendars})`;
  await removeWhere(ctx, connection, type, Prisma.sql`external_id <> ALL(${kept}) ${which}`, changes);
}

const remove = (
  ctx: Publisher,
  connection: DeliveryConnection,
  type: ItemType,
  removed: readonly Removed[],
  changes: Changes,
) => {
  const ids = removed.map(({ externalId }) => externalId);
  return removeWhere(ctx, connection, type, Prisma.sql`external_id = ANY(${ids})`, changes);
};

async function removeWhere(
  { db, userId }: Publisher,
  connection: DeliveryConnection,
  type: ItemType,
  where: Prisma.Sql,
  changes: Changes,
): Promise<void> {
  const rows = await db.$queryRaw<{ day: string | null }[]>`
    DELETE FROM ${Prisma.raw(itemTables[type].name)}
    WHERE user_id = ${userId} AND connection_id = ${connection.id} AND ${where} RETURNING local_date::text AS day`;
  changes.deleted += rows.length;
  for (const { day } of rows) if (day !== null) changes.days.add(day);
}

async function upsert(
  ctx: Publisher,
  connection: DeliveryConnection,
  type: ItemType,
  rows: readonly Record<string, unknown>[],
  changes: Changes,
): Promise<void> {
  const { db, userId } = ctx;
  const now = ctx.now();
  const { name, columns, versioned } = itemTables[type];
  const table = Prisma.raw(name);
  const stored: typeof columns = versioned ? [...columns, ['source_version', 'bigint']] : columns;
  const list = (form: (column: string) => string) => Prisma.raw(stored.map(([column]) => form(column)).join(', '));
  const given = rows
    .map((row): Record<string, unknown> => ({ ...row, id: newId('item', now) }))
    // Rows are locked in this order by everybody.
    .sort((a, b) => (String(a.external_id) < String(b.external_id) ? -1 : 1));
  const touched = await db.$queryRaw<Touched[]>`
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS row (
        id text, external_id text, day date, ${Prisma.raw(stored.map(([column, kind]) => `${column} ${kind}`).join(', '))})
    ), old AS (
      SELECT external_id, local_date FROM ${table}
      WHERE user_id = ${userId} AND connection_id = ${connection.id} AND external_id IN (SELECT external_id FROM given)
    ), written AS (
      INSERT INTO ${table} AS present (user_id, id, connection_id, external_id, local_date, created_at, updated_at, ${list((column) => column)})
      SELECT ${userId}, id, ${connection.id}, external_id, day, ${now}::timestamptz, ${now}::timestamptz, ${list((column) => column)}
      FROM given
      ON CONFLICT (user_id, connection_id, external_id) DO UPDATE SET
        ${list((column) => `${column} = EXCLUDED.${column}`)}, local_date = EXCLUDED.local_date, updated_at = EXCLUDED.updated_at
      WHERE (${list((column) => `present.${column}`)}) IS DISTINCT FROM (${list((column) => `EXCLUDED.${column}`)})
        ${Prisma.raw(versioned ? 'AND (EXCLUDED.source_version >= present.source_version) IS NOT FALSE' : '')}
      RETURNING id, external_id, local_date
    )
    SELECT written.id, written.external_id, written.local_date::text AS day, old.local_date::text AS old_day,
      old.external_id IS NULL AS created
    FROM written LEFT JOIN old USING (external_id)`;
  changes.changed += touched.length;
  for (const { external_id, created, day, old_day } of touched) {
    changes.outcomes.set(external_id, created ? 'CREATED' : 'UPDATED');
    for (const one of [day, old_day]) if (one !== null) changes.days.add(one);
  }
  if (type !== 'received') return;
  const byExternalId = new Map(touched.map((row) => [row.external_id, row]));
  for (const row of rows) {
    const made = byExternalId.get(String(row.external_id));
    if (made?.created) changes.created.push({ id: made.id, name: shorten(String(row.name), 200) });
  }
}
