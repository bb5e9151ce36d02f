import { randomBytes } from 'node:crypto';
import type { Connection } from '../../../prisma/generated/client.ts';
import { Prisma, type Tx } from '../../shared/db.ts';
import { type NewEvent, type Publisher, publish } from '../../shared/events.ts';
import { LeaseLost } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import type { FaultKind, Page, Position, Provider } from '../providers/provider.ts';
import { type Counts, writeLog } from './log.ts';
import type { WriteDelivery } from './means.ts';
import { askToConnectAgain } from './news.ts';

/**
 * Who syncs a connection, and what they may store. One at a time has the lease; every page is stored with the position after it, in one
 * transaction and only under the lease. So a sync whose worker was killed goes on after the last page that was stored, and a worker that comes
 * back late, or whose connection was paused or ended meanwhile, stores nothing.
 */

/** Whoever was silent for so long has lost the lease, in milliseconds. */
export const leaseMs = 10_000;
const minute = 60_000;
const usualPause = 15;
/** Failures in a row after which the person is told that something is wrong. */
const failuresUntilError = 5;
const firstWait = 30_000;
const longestWait = 6 * 60 * minute;

/** The right to sync one connection. */
export interface SyncLease {
  readonly userId: string;
  readonly connection: Connection;
  readonly token: string;
  readonly position: Position | null;
}

/** What a sync can fail by: a fault of the provider's, or of ours. */
export interface Failure {
  kind: Exclude<FaultKind, 'EXPIRED'> | 'INTERNAL';
  message: string;
  /** Seconds that the provider asked for. */
  retryAfter: number | null;
}

const publisher = (tx: Tx, { now }: Pick<Platform, 'now'>, userId: string): Publisher => ({
  db: tx,
  userId,
  now,
  actor: { kind: 'system', id: 'integrations.sync' },
});

interface TakenRow {
  user_id: string;
  position: Position | null;
  is_new: boolean;
}

/** Takes up a sync that is due, or whose worker has died. Null when there is nothing to do here. */
export async function takeUp(platform: Platform, connectionId: string): Promise<SyncLease | null> {
  const { db, now, bus } = platform;
  const token = randomBytes(12).toString('hex');
  const taken = await transaction(db, async (tx) => {
    const at = now();
    const due = Prisma.sql`(
      (sync.lease IS NULL AND sync.next_sync_at <= ${at}::timestamptz) OR sync.lease_until < ${at}::timestamptz)`;
    // An app may have made the same id for another person: then one of them is taken, and the other comes with the next round.
    const [found] = await tx.$queryRaw<TakenRow[]>`
      SELECT sync.user_id, sync.position, sync.started_at IS NULL AS is_new FROM connection_syncs sync
      JOIN connections connection ON connection.user_id = sync.user_id AND connection.id = sync.connection_id
      WHERE sync.connection_id = ${connectionId} AND connection.status IN ('ACTIVE', 'ERROR') AND ${due}
      LIMIT 1 FOR UPDATE OF sync SKIP LOCKED`;
    if (!found) return null;
    const userId = found.user_id;
    const connection = await tx.connection.findUnique({ where: { userId_id: { userId, id: connectionId } } });
    if (!connection) return null;
    await tx.connectionSync.update({
      where: { userId_connectionId: { userId, connectionId } },
      data: {
        lease: token,
        leaseUntil: new Date(at.getTime() + leaseMs),
        nextSyncAt: null,
        ...(found.position === null && { readsAll: true }),
        ...(found.is_new && { startedAt: at, received: 0, changed: 0, deleted: 0 }),
      },
    });
    if (found.is_new) {
      await publish(publisher(tx, platform, userId), { type: 'sync.started', subjectId: connectionId, data: {} });
    }
    return { userId, connection, token, position: found.position };
  });
  if (taken) bus.publish('events', taken.userId);
  return taken;
}

/** Keeps the lease; false when it is lost. */
export async function renew({ db, now }: Platform, { userId, connection, token }: SyncLease): Promise<boolean> {
  const { count } = await db.connectionSync.updateMany({
    where: { userId, connectionId: connection.id, lease: token, connection: { status: { in: ['ACTIVE', 'ERROR'] } } },
    data: { leaseUntil: new Date(now().getTime() + leaseMs) },
  });
  return count > 0;
}

/** Locks a connection that still works and its sync, which is still ours. @throws LeaseLost */
async function lock(tx: Tx, { userId, connection: { id }, token }: SyncLease): Promise<Connection> {
  // In this order, as whoever pauses or ends it does.
  await tx.$executeRaw`SELECT 1 FROM connections WHERE user_id = ${userId} AND id = ${id} FOR UPDATE`;
  const connection = await tx.connection.findUnique({ where: { userId_id: { userId, id } } });
  const [held] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM connection_syncs WHERE user_id = ${userId} AND connection_id = ${id} AND lease = ${token} FOR UPDATE`;
  if (!connection || !held || !['ACTIVE', 'ERROR'].includes(connection.status)) {
    throw new LeaseLost('The connection was paused or ended, or another worker syncs it.');
  }
  return connection;
}

/** What a page that was stored has come to. */
export interface Stored {
  /** Whether another sync is wanted at once. */
  again: boolean;
}

/**
 * Stores a page, with the position after it; with the last one, the sync ends.
 * @param tells whether to tell of it, unless it is the last
 * @throws LeaseLost
 */
export async function storePage(
  platform: Platform,
  lease: SyncLease,
  { page, provider, write, tells }: { page: Page; provider: Provider; write: WriteDelivery; tells: boolean },
): Promise<Stored> {
  const { db, now, bus } = platform;
  const { userId } = lease;
  const again = await transaction(db, async (tx) => {
    const connection = await lock(tx, lease);
    const at = now();
    const ctx = publisher(tx, platform, userId);
    const isEmpty = page.items.length + page.removed.length + page.resets.length === 0;
    const written = isEmpty ? { received: 0, changed: 0, deleted: 0 } : await write(ctx, connection, page);
    const where = { userId_connectionId: { userId, connectionId: connection.id } };
    const sync = await tx.connectionSync.update({
      where,
      data: {
        leaseUntil: new Date(at.getTime() + leaseMs),
        received: { increment: written.received },
        changed: { increment: written.changed },
        deleted: { increment: written.deleted },
        ...((page.durable || !page.more) && { position: page.position as Prisma.InputJsonObject }),
      },
    });
    const counts = { received: sync.received, changed: sync.changed, deleted: sync.deleted };
    if (page.more) {
      if (tells) await publish(ctx, { type: 'sync.progressed', subjectId: connection.id, data: counts });
      return false;
    }
    const next = new Date(at.getTime() + (provider.every ?? usualPause) * minute);
    await tx.connectionSync.update({
      where,
      data: {
        ...released,
        // What was asked for meanwhile comes first.
        nextSyncAt: sync.nextSyncAt ?? next,
        notBefore: null,
        failures: 0,
        ...(sync.readsAll && { readsAll: false, lastFullSyncAt: at }),
      },
    });
    await endSync(ctx, connection, { counts, at });
    return sync.nextSyncAt !== null && sync.nextSyncAt <= at;
  });
  if (tells || !page.more) bus.publish('events', userId);
  return { again };
}

const released = { lease: null, leaseUntil: null, startedAt: null };

async function endSync(ctx: Publisher, connection: Connection, { counts, at }: { counts: Counts; at: Date }) {
  const { id, userId, status } = connection;
  const isHealed = status === 'ERROR';
  await ctx.db.connection.update({
    where: { userId_id: { userId, id } },
    data: {
      lastSyncAt: at,
      ...(isHealed && { status: 'ACTIVE', statusReason: null, version: { increment: 1 }, updatedAt: at }),
    },
  });
  await writeLog(ctx, id, 'SYNCED', { counts });
  const news: NewEvent[] = [{ type: 'sync.finished', subjectId: id, data: { ...counts } }];
  if (isHealed) news.push({ type: 'connection.updated', subjectId: id, data: {} });
  await publish(ctx, ...news);
}

/**
 * Everything is to be read anew: the position is forgotten.
 * @throws LeaseLost
 */
export async function startAnew({ db }: Platform, lease: SyncLease): Promise<void> {
  await transaction(db, async (tx) => {
    const { id: connectionId, userId } = await lock(tx, lease);
    const where = { userId_connectionId: { userId, connectionId } };
    await tx.connectionSync.update({ where, data: { position: Prisma.DbNull, readsAll: true } });
  });
}

/**
 * Ends a sync that failed, and says when it is tried again: soon at first, then ever more rarely; not before the person has connected again where
 * the provider wants that.
 * @param random between 0 and 1, so that not all try again at the same moment
 * @throws LeaseLost
 */
export async function fail(platform: Platform, lease: SyncLease, failure: Failure, random: number): Promise<void> {
  const { db, now, bus } = platform;
  const { userId } = lease;
  await transaction(db, async (tx) => {
    const connection = await lock(tx, lease);
    const { id } = connection;
    const at = now();
    const ctx = publisher(tx, platform, userId);
    const where = { userId_connectionId: { userId, connectionId: id } };
    const { failures } = await tx.connectionSync.update({ where, data: { ...released, failures: { increment: 1 } } });
    const { kind, message, retryAfter } = failure;
    const retryAt = kind === 'REAUTH' ? null : new Date(at.getTime() + waitOf(failure, failures, random));
    const notBefore = retryAfter === null ? null : new Date(at.getTime() + retryAfter * 1_000);
    await tx.connectionSync.update({ where, data: { nextSyncAt: retryAt, notBefore } });
    await writeLog(ctx, id, 'FAILED', { message });
    const status = statusAfter(failure, failures, connection.status);
    const changes = status !== connection.status || (status !== 'ACTIVE' && message !== connection.statusReason);
    let version = connection.version;
    if (changes) {
      version += 1;
      const statusReason = status === 'ACTIVE' ? null : message;
      await tx.connection.update({
        where: { userId_id: { userId, id } },
        data: { status, statusReason, version, updatedAt: at },
      });
    }
    if (status === 'NEEDS_REAUTH') {
      await askToConnectAgain(ctx, { ...connection, version }, message);
    }
    const news: NewEvent[] = [{ type: 'sync.failed', subjectId: id, data: { failure: kind } }];
    if (changes) news.push({ type: 'connection.updated', subjectId: id, data: {} });
    await publish(ctx, ...news);
  });
  bus.publish('events', userId);
}

function statusAfter({ kind }: Failure, failures: number, before: string): string {
  if (kind === 'REAUTH') return 'NEEDS_REAUTH';
  return kind === 'REFUSED' || failures >= failuresUntilError ? 'ERROR' : before;
}

/** How long to wait, in milliseconds: it doubles with each failure, half of it by chance, and is at least what the provider asked for. */
function waitOf({ kind, retryAfter }: Failure, failures: number, random: number): number {
  const doubled = kind === 'REFUSED' ? longestWait : Math.min(firstWait * 2 ** (failures - 1), longestWait);
  const jittered = doubled * (0.5 + random / 2);
  return Math.round(retryAfter === null ? jittered : retryAfter * 1_000 + random * firstWait);
}

/** Gives a sync back, for another worker to go on with. @throws LeaseLost */
export async function handBack({ db, now }: Platform, lease: SyncLease): Promise<void> {
  const { count } = await db.connectionSync.updateMany({
    where: { userId: lease.userId, connectionId: lease.connection.id, lease: lease.token },
    data: { lease: null, leaseUntil: null, nextSyncAt: now() },
  });
  if (count === 0) throw new LeaseLost('Another worker syncs the connection.');
}
