import { randomBytes } from 'node:crypto';
import type { Webhook, WebhookDelivery } from '../../../prisma/generated/client.ts';
import type { Tx } from '../../shared/db.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import { discardWaiting } from './deliveries.ts';

/**
 * Who sends what. A delivery that is being sent is leased: `due_at` says until when that counts, and whoever was silent for so long has lost it
 * to another worker. A worker that comes back late can record nothing.
 */

/** Longer than making the body and sending it may take. */
export const leaseMs = 20_000;
/** Of one webhook, and to one host, at once. A webhook that fails is tried with one at a time. */
const mostAtOnce = 2;

/** The right to send one delivery. */
export interface Claim {
  delivery: WebhookDelivery;
  webhook: Webhook;
  lease: string;
}

/**
 * Takes deliveries that are due, in turns: one of each webhook, then the next of each, so that no backlog and no dead address keeps others
 * waiting. Claims follow each other, so that the limits hold over all processes.
 */
export async function claimDue({ db, now }: Pick<Platform, 'db' | 'now'>, room: number): Promise<Claim[]> {
  const lease = randomBytes(12).toString('hex');
  const at = now();
  const until = new Date(at.getTime() + leaseMs);
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('webhook claims', 0))`;
    const rows = await tx.$queryRaw<{ user_id: string; id: string }[]>`
      WITH busy AS MATERIALIZED (
        SELECT delivery.user_id, delivery.webhook_id, webhook.host FROM webhook_deliveries delivery
        JOIN webhooks webhook ON webhook.user_id = delivery.user_id AND webhook.id = delivery.webhook_id
        WHERE delivery.lease IS NOT NULL AND delivery.due_at > ${at}::timestamptz
      ), ready AS (
        SELECT webhook.host, due.* FROM webhooks webhook CROSS JOIN LATERAL (
          SELECT user_id, id, due_at, row_number() OVER (ORDER BY due_at, id) AS turn FROM webhook_deliveries
          WHERE user_id = webhook.user_id AND webhook_id = webhook.id AND due_at <= ${at}::timestamptz
            AND (webhook.active OR event_id IS NULL)
          ORDER BY due_at, id
          LIMIT greatest(0, CASE WHEN webhook.failures > 0 THEN 1 ELSE ${mostAtOnce}::int END - (
            SELECT count(*) FROM busy WHERE busy.user_id = webhook.user_id AND busy.webhook_id = webhook.id))
        ) due
        WHERE webhook.resting_until IS NULL OR webhook.resting_until <= ${at}::timestamptz
      ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY host ORDER BY turn, due_at, id) AS place FROM ready
      ), chosen AS (
        SELECT user_id, id FROM placed
        WHERE place <= ${mostAtOnce}::int - (SELECT count(*) FROM busy WHERE busy.host = placed.host)
        ORDER BY turn, due_at, id LIMIT ${room}::int
      )
      UPDATE webhook_deliveries delivery
      SET state = 'SENDING', lease = ${lease}, due_at = ${until}::timestamptz, attempts = delivery.attempts + 1
      FROM chosen WHERE delivery.user_id = chosen.user_id AND delivery.id = chosen.id
      RETURNING delivery.user_id, delivery.id`;
    if (rows.length === 0) return [];
    const where = { OR: rows.map(({ user_id: userId, id }) => ({ userId, id })) };
    const found = await tx.webhookDelivery.findMany({ where, include: { webhook: true } });
    return found.map(({ webhook, ...delivery }) => ({ webhook, delivery, lease }));
  });
}

const rowOf = ({ delivery: { userId, id }, lease }: Claim) => ({ userId, id, lease });

/** Keeps the body before it is first sent, and the lease for the time of sending. False when the lease is lost. */
export async function keepBody({ db, now }: Pick<Platform, 'db' | 'now'>, claim: Claim, payload: string) {
  const data = { payload, dueAt: new Date(now().getTime() + leaseMs) };
  return (await db.webhookDelivery.updateMany({ where: rowOf(claim), data })).count > 0;
}

/** What is to become of a delivery. */
export type Next =
  | { state: 'PENDING'; dueAt: Date; outcome: string }
  | { state: 'SUCCEEDED' | 'FAILED' | 'DISCARDED'; outcome: string };

/** Ends a claim. False when the lease is lost. */
export async function endClaim(tx: Tx, claim: Claim, now: Date, next: Next, lastStatus?: number | null) {
  const data = {
    lease: null,
    ...(next.state === 'PENDING' ? next : { ...next, dueAt: null, endedAt: now }),
    ...(lastStatus !== undefined && { lastStatus }),
  };
  return (await tx.webhookDelivery.updateMany({ where: rowOf(claim), data })).count > 0;
}

/** Gives a delivery back that was not sent, for no reason of its address: the process ends, or the body could not be made. */
export async function handBack(
  { db, now }: Pick<Platform, 'db' | 'now'>,
  claim: Claim,
  later?: { dueAt: Date; outcome: string },
): Promise<void> {
  await db.webhookDelivery.updateMany({
    where: rowOf(claim),
    data: { state: 'PENDING', lease: null, dueAt: now(), attempts: { decrement: 1 }, ...later },
  });
}

/** Deliveries, with their logs, are kept for so long. */
const keptMs = 30 * 24 * 3_600_000;

/** Deletes what is old, and ends what was being sent by a worker that died when its webhook was switched off. */
export async function tidyDeliveries({ db, now }: Platform): Promise<void> {
  const at = now();
  await db.webhookDelivery.deleteMany({ where: { endedAt: { lt: new Date(at.getTime() - keptMs) } } });
  await db.webhookDelivery.updateMany({
    where: { lease: { not: null }, dueAt: { lt: at }, eventId: { not: null }, webhook: { active: false } },
    data: { state: 'PENDING', lease: null },
  });
  const left = await db.webhookDelivery.findMany({
    where: { state: 'PENDING', eventId: { not: null }, webhook: { active: false } },
    select: { userId: true, webhookId: true },
    distinct: ['userId', 'webhookId'],
    take: 1_000,
  });
  for (const { userId, webhookId } of left) {
    await discardWaiting({ db, userId, now }, webhookId, 'The webhook was switched off.');
  }
}
