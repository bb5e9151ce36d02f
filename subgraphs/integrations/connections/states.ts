import type { Tx } from '../../shared/db.ts';

/** What the graph shows of a connection's syncs and of what its provider lets Jarvis do. */
export interface ConnectionState {
  scopes: string[];
  nextSyncAt: Date | null;
  lastFullSyncAt: Date | null;
  leaseUntil: Date | null;
  /** Of a service that calls Jarvis: the last part of the address it calls. */
  incomingAddress: string | null;
}

/** One statement for many connections of a person. */
export async function loadStates(db: Tx, userId: string, ids: readonly string[]): Promise<(ConnectionState | null)[]> {
  const rows = await db.$queryRaw<(ConnectionState & { id: string })[]>`
    SELECT connection.id, coalesce(held.scopes, '{}') AS scopes, sync.next_sync_at AS "nextSyncAt",
           sync.last_full_sync_at AS "lastFullSyncAt", sync.lease_until AS "leaseUntil", hook.address AS "incomingAddress"
    FROM connections connection
    LEFT JOIN connection_credentials held ON held.user_id = connection.user_id AND held.connection_id = connection.id
    LEFT JOIN connection_syncs sync ON sync.user_id = connection.user_id AND sync.connection_id = connection.id
    LEFT JOIN incoming_hooks hook ON hook.user_id = connection.user_id AND hook.connection_id = connection.id
    WHERE connection.user_id = ${userId} AND connection.id = ANY(${[...ids]})`;
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}
