import type { Connection } from '../../../prisma/generated/client.ts';
import type { UserContext } from '../../shared/context.ts';
import { type UserError, UserErrors } from '../../shared/errors.ts';
import { Checks } from '../../shared/input.ts';
import { lockRow } from '../../shared/stored.ts';
import { writeLog } from '../connections/log.ts';
import type { IngestCounts, IngestOutcome } from '../generated.ts';

/** What the batches of devices have in common. */

export interface Result {
  outcome: IngestOutcome;
  errors: UserError[];
}

/** What became of a batch. */
export interface Ingested {
  connection: Connection;
  results: Result[];
  counts: IngestCounts;
  anchor: string | null;
}

export const rejected = (checks: Checks): Result => ({ outcome: 'REJECTED', errors: [...checks.errors] });
export const became = (outcome: IngestOutcome): Result => ({ outcome, errors: [] });

const longestAnchor = 10_000;

/**
 * The connection of a batch, locked until the transaction ends: batches of one connection follow each other.
 * @throws UserErrors NOT_FOUND, INVALID for one of another provider, LIMIT, CONFLICT for one that is paused.
 */
export async function lockConnection(
  ctx: UserContext,
  { connectionId, anchor }: { connectionId: string; anchor?: string | null | undefined },
  provider: 'APPLE_HEALTH' | 'APPLE_CALENDAR' | 'APPLE_REMINDERS',
): Promise<Connection> {
  await lockRow(ctx, 'connection', connectionId, 'connection', ['connectionId']);
  const where = { userId_id: { userId: ctx.userId, id: connectionId } };
  const connection = await ctx.db.connection.findUniqueOrThrow({ where });
  const checks = new Checks();
  checks.that(connection.provider === provider, ['connectionId'], 'This connection brings other data.');
  checks.text(['anchor'], anchor, longestAnchor);
  checks.done();
  if (connection.status === 'PAUSED') {
    const message = 'The connection is paused: nothing is taken in. Send this again when it goes on.';
    throw new UserErrors([{ code: 'CONFLICT', path: ['connectionId'], message }]);
  }
  return connection;
}

/** Stores how far the device has got, when it last sent something, and a line in the log when something changed. */
export async function finishBatch(
  ctx: UserContext,
  connection: Connection,
  batch: { type: string; anchor: string | null | undefined; results: Result[]; deleted: number },
): Promise<Ingested> {
  const { db, userId } = ctx;
  const now = ctx.now();
  const anchor = batch.anchor ?? null;
  if (anchor !== null) {
    const key = { userId, connectionId: connection.id, type: batch.type };
    await db.deviceAnchor.upsert({
      where: { userId_connectionId_type: key },
      create: { ...key, anchor, at: now },
      update: { anchor, at: now },
    });
  }
  const where = { userId_id: { userId, id: connection.id } };
  const changed = await db.connection.update({ where, data: { lastSyncAt: now } });
  const of = (outcome: IngestOutcome) => batch.results.filter((result) => result.outcome === outcome).length;
  const counts: IngestCounts = {
    created: of('CREATED'),
    updated: of('UPDATED'),
    unchanged: of('UNCHANGED'),
    deleted: batch.deleted,
    rejected: of('REJECTED'),
  };
  if (counts.created + counts.updated + counts.deleted > 0) {
    const { length: received } = batch.results;
    const logged = { received, changed: counts.created + counts.updated, deleted: counts.deleted };
    await writeLog(ctx, connection.id, 'SYNCED', { counts: logged });
  }
  return { connection: changed, results: batch.results, counts, anchor };
}
