import type { Webhook } from '../../../prisma/generated/client.ts';
import type { Tx } from '../../shared/db.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import { type Claim, endClaim, type Next } from './claims.ts';
import { disable } from './deliveries.ts';
import { webhookMetrics } from './metrics.ts';
import { longestFailing, nextAttempt, restUntil } from './schedule.ts';

/** What came of sending a delivery once. */
export interface Attempt {
  at: Date;
  milliseconds: number;
  status: number | null;
  retryAfter: Date | null;
  response: string | null;
  /** Why it failed; null when the address took it. */
  problem: string | null;
}

const gone = 'The address answered 410: it wants no more deliveries.';

/** Writes down an attempt, what becomes of the delivery, and how the address is doing: together, and only under the lease. */
export async function recordAttempt(
  { db, now, bus }: Platform,
  claim: Claim,
  attempt: Attempt,
  random: () => number,
): Promise<void> {
  const { userId, id: deliveryId, webhookId, attempts } = claim.delivery;
  const { retryAfter, ...logged } = attempt;
  const { problem, status, milliseconds } = attempt;
  webhookMetrics.attempted(problem === null ? 'taken' : status === null ? 'unreachable' : 'refused', milliseconds);
  const done = await transaction(db, async (tx) => {
    // The webhook first, as whoever changes it does.
    await tx.$executeRaw`SELECT 1 FROM webhooks WHERE user_id = ${userId} AND id = ${webhookId} FOR NO KEY UPDATE`;
    const webhook = await tx.webhook.findUnique({ where: { userId_id: { userId, id: webhookId } } });
    if (!webhook) return null;
    // Those that were broken off on our side are no fault of the address.
    const earlier = problem === null ? 0 : await tx.webhookAttempt.count({ where: { userId, deliveryId } });
    const next = nextOf(claim, webhook, { ...attempt, number: earlier + 1 }, now(), random);
    if (!(await endClaim(tx, claim, now(), next, status))) return null;
    await tx.webhookAttempt.createMany({ data: [{ userId, deliveryId, number: attempts, ...logged }] });
    const isDisabled = await rate({ tx, now }, webhook, attempt, random);
    return { state: next.state, isDisabled };
  });
  if (!done) return;
  if (done.state !== 'PENDING') webhookMetrics.ended(done.state);
  if (done.isDisabled) bus.publish('events', userId);
}

function nextOf(
  { delivery }: Claim,
  webhook: Webhook,
  { problem, status, retryAfter, number }: Attempt & { number: number },
  now: Date,
  random: () => number,
): Next {
  if (problem === null) return { state: 'SUCCEEDED', outcome: `The address answered ${status}.` };
  if (status === 410) return { state: 'FAILED', outcome: gone };
  // A test tells at once.
  if (delivery.eventId === null) return { state: 'FAILED', outcome: problem };
  if (!webhook.active) return { state: 'DISCARDED', outcome: 'The webhook was switched off.' };
  const dueAt = nextAttempt({ attempts: number, createdAt: delivery.createdAt, now, retryAfter }, random);
  return dueAt ? { state: 'PENDING', dueAt, outcome: problem } : { state: 'FAILED', outcome: problem };
}

/** Keeps count of how an address does: it rests after failures, and is given up at last. Tells whether it was switched off. */
async function rate(
  { tx, now }: { tx: Tx; now: () => Date },
  webhook: Webhook,
  { problem, status, retryAfter }: Attempt,
  random: () => number,
): Promise<boolean> {
  const { userId, id, failingSince } = webhook;
  const where = { userId_id: { userId, id } };
  if (problem === null) {
    if (webhook.failures > 0)
      await tx.webhook.update({ where, data: { failures: 0, failingSince: null, restingUntil: null } });
    return false;
  }
  const at = now();
  const failures = webhook.failures + 1;
  const since = failingSince ?? at;
  const restingUntil = restUntil(failures, at, retryAfter, random);
  await tx.webhook.update({ where, data: { failures, failingSince: since, restingUntil } });
  const isGivenUp = at.getTime() - since.getTime() >= longestFailing;
  if (!webhook.active || (status !== 410 && !isGivenUp)) return false;
  const reason = status === 410 ? gone : `Nothing has got through for three days. The last attempt: ${problem}`;
  await disable({ db: tx, userId, now, actor: { kind: 'system', id } }, webhook, reason);
  return true;
}
