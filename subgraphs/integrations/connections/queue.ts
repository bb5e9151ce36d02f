import type { Context } from '../../shared/context.ts';
import type { Publisher } from '../../shared/events.ts';
import type { Platform } from '../../shared/platform.ts';

/** Which connections are handed to the job queue. The table is the truth: what the queue loses is handed over again. */

/** Hands a connection to the workers. It does nothing where the table says that no sync is due. */
export const handOver = ({ jobs }: Pick<Context | Platform, 'jobs'>, connectionId: string): Promise<void> =>
  jobs.add('integrations.sync', { connectionId });

/**
 * Has a connection synced as soon as may be: after a call of its provider, for instance. While a sync is under way, another follows it. Call it in
 * the transaction of the cause; workers find it within seconds, or at once by `handOver` after the commit.
 * @param options.fresh begins to sync a connection, or forgets what held it up
 */
export async function syncSoon(
  { db, userId, now }: Pick<Publisher, 'db' | 'userId' | 'now'>,
  connectionId: string,
  { fresh = false } = {},
): Promise<void> {
  const at = now();
  if (fresh) {
    await db.connectionSync.upsert({
      where: { userId_connectionId: { userId, connectionId } },
      create: { userId, connectionId, nextSyncAt: at },
      update: { nextSyncAt: at, notBefore: null, failures: 0 },
    });
    return;
  }
  await db.$executeRaw`
    UPDATE connection_syncs SET next_sync_at = greatest(${at}::timestamptz, not_before)
    WHERE user_id = ${userId} AND connection_id = ${connectionId}`;
}

/** Connections that one round hands over at most; the next comes soon. */
const mostAtOnce = 1_000;

/** Hands over what is due, and what a worker that died has left. */
export async function sweepSyncs({ db, jobs, now }: Platform): Promise<void> {
  const at = now();
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT sync.connection_id AS id FROM connection_syncs sync
    JOIN connections connection ON connection.user_id = sync.user_id AND connection.id = sync.connection_id
    WHERE connection.status IN ('ACTIVE', 'ERROR')
      AND ((sync.lease IS NULL AND sync.next_sync_at <= ${at}::timestamptz) OR sync.lease_until < ${at}::timestamptz)
    ORDER BY sync.next_sync_at NULLS FIRST LIMIT ${mostAtOnce}`;
  // Not the same id for ever: the queue remembers a job that failed for a day, and would take no other.
  const round = Math.floor(at.getTime() / 10_000);
  for (const { id: connectionId } of rows) {
    await jobs.add('integrations.sync', { connectionId }, { id: `integrations.sync.${connectionId}.${round}` });
  }
}
