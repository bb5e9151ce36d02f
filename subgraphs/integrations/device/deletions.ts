import { Prisma } from '../../shared/db.ts';
import type { Publisher } from '../../shared/events.ts';
import type { Item, Removed } from '../items/item.ts';
import { itemTables } from '../items/tables.ts';

/** Items whose changes devices number. */
export type Numbered = Extract<Item, { version: bigint | null }>;

/**
 * Remembers what a batch deletes, and leaves out of its items what was deleted before: batches may come late, and more than once. A deletion is of
 * what was stored; of what has not come yet, it is of everything up to now. Without a number, an item that comes again is one that is back.
 */
export async function withoutDeleted<T extends Numbered>(
  { db, userId, now }: Publisher,
  connectionId: string,
  type: T['type'],
  items: readonly T[],
  removed: readonly Removed[],
): Promise<T[]> {
  const gone = [...new Set(removed.map(({ externalId }) => externalId))];
  if (gone.length > 0) {
    await db.$executeRaw`
      INSERT INTO item_deletions AS known (user_id, connection_id, item_type, external_id, source_version)
      SELECT ${userId}, ${connectionId}, ${type}, gone.external_id,
        CASE WHEN stored.id IS NULL THEN ${now().getTime()}::bigint ELSE stored.source_version END
      FROM unnest(${gone}::text[]) AS gone (external_id)
      LEFT JOIN ${Prisma.raw(itemTables[type].name)} stored
        ON stored.user_id = ${userId} AND stored.connection_id = ${connectionId} AND stored.external_id = gone.external_id
      WHERE stored.id IS NULL OR stored.source_version IS NOT NULL
      ON CONFLICT (user_id, connection_id, item_type, external_id)
        DO UPDATE SET source_version = greatest(known.source_version, EXCLUDED.source_version)`;
  }
  // What is deleted and sent in one batch was made anew.
  const asked = items.map(({ externalId }) => externalId).filter((id) => !gone.includes(id));
  const rows = await db.itemDeletion.findMany({
    where: { userId, connectionId, itemType: type, externalId: { in: asked } },
  });
  const deleted = new Map(rows.map(({ externalId, sourceVersion }) => [externalId, sourceVersion]));
  return items.filter(({ externalId, version }) => {
    const upTo = deleted.get(externalId);
    return upTo === undefined || version === null || version > upTo;
  });
}
