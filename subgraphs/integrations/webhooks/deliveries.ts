import type { Webhook, WebhookDelivery } from '../../../prisma/generated/client.ts';
import { Prisma, type Tx } from '../../shared/db.ts';
import { type LoggedEvent, type Publisher, publish, subscriptionEvents } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import type { Watch } from '../../shared/reactions.ts';
import { notify } from '../notifications/notifications.ts';
import { wants } from './matching.ts';
import { messageIdOf } from './messages.ts';

/** The delivery of an event, to be sent at once. */
export function deliveryOf({ userId, id, scopes }: Webhook, event: LoggedEvent, now: Date, round = 1) {
  return {
    userId,
    id: newId('delivery', now),
    webhookId: id,
    messageId: messageIdOf(userId, id, event.id),
    eventId: event.id,
    eventType: event.type as string,
    eventAt: event.at,
    round,
    state: 'PENDING',
    dueAt: now,
    scopes,
    createdAt: now,
  };
}

/** Writes down what is to be delivered of an event, in the transaction that moves on in the log: once. */
async function deliver(event: LoggedEvent, ctx: Publisher): Promise<void> {
  const { db, userId } = ctx;
  // What happened before a webhook was there is for its replay.
  const webhooks = await db.webhook.findMany({ where: { userId, active: true, createdAt: { lte: event.at } } });
  const now = ctx.now();
  const data = webhooks.filter((webhook) => wants(webhook, event)).map((webhook) => deliveryOf(webhook, event, now));
  if (data.length > 0) await db.webhookDelivery.createMany({ data, skipDuplicates: true });
}

const delivered = [...new Set(Object.values(subscriptionEvents).flat())];

/** Events that webhooks wait for: those of people who have one that is switched on. */
export const watchWebhooks: Watch = {
  types: (userId) => Prisma.sql`
    SELECT unnest(${[...delivered, 'apiKey.revoked']}::text[])
    WHERE EXISTS (SELECT 1 FROM webhooks WHERE user_id = ${userId} AND active)`,
  async react(event, ctx) {
    if (event.type !== 'apiKey.revoked') return deliver(event, ctx);
    const { userId, subjectId: keyId } = event;
    const webhooks = await ctx.db.webhook.findMany({ where: { userId, keyId, active: true } });
    for (const webhook of webhooks) await disable(ctx, webhook, keyEnded);
  },
};

export const keyEnded = 'The API key that it was registered with has ended.';

/** Switches a webhook off, and tells the person why. Its row should be locked. */
export async function disable(ctx: Publisher, { id, url, version }: Webhook, reason: string): Promise<void> {
  const { db, userId } = ctx;
  const now = ctx.now();
  const data = { active: false, disabledReason: reason, version: { increment: 1 }, updatedAt: now };
  const { count } = await db.webhook.updateMany({ where: { userId, id, active: true }, data });
  if (count === 0) return;
  await discardWaiting(ctx, id, reason);
  const { hostname } = new URL(url);
  await notify(ctx, {
    kind: 'ALERT',
    title: `The webhook to ${hostname} was switched off`.slice(0, 200),
    body: reason,
    subjectId: id,
    cause: `webhook:${id}:${version}`,
  });
  await publish(ctx, { type: 'webhook.updated', subjectId: id, data: {} });
}

/** Nobody wants what waits for a webhook that was switched off. Tests are sent all the same. */
export async function discardWaiting(ctx: { db: Tx; userId: string; now: () => Date }, webhookId: string, why: string) {
  await ctx.db.webhookDelivery.updateMany({
    where: { userId: ctx.userId, webhookId, state: 'PENDING', eventId: { not: null } },
    data: { state: 'DISCARDED', dueAt: null, endedAt: ctx.now(), outcome: why },
  });
}

/** How many deliveries each of these webhooks has in which state. */
export async function countDeliveries(db: Tx, userId: string, webhookIds: readonly string[]) {
  const rows = await db.webhookDelivery.groupBy({
    by: ['webhookId', 'state'],
    where: { userId, webhookId: { in: [...webhookIds] } },
    _count: true,
  });
  return webhookIds.map((id) => {
    const of = (...states: WebhookDelivery['state'][]) =>
      rows
        .filter((row) => row.webhookId === id && states.includes(row.state))
        .reduce((sum, row) => sum + row._count, 0);
    return {
      waiting: of('PENDING', 'SENDING'),
      succeeded: of('SUCCEEDED'),
      failed: of('FAILED'),
      discarded: of('DISCARDED'),
    };
  });
}
