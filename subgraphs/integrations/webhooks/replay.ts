import type { Webhook, WebhookDelivery } from '../../../prisma/generated/client.ts';
import { limit } from '../../shared/errors.ts';
import { readSpan } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { lockRow } from '../../shared/stored.ts';
import type { UserContext } from '../context.ts';
import type { RedeliverWebhookInput } from '../generated.ts';
import { deliveryOf } from './deliveries.ts';
import { typesOf, wants } from './matching.ts';
import { messageIdOf } from './messages.ts';

/** Events that one replay looks at. */
const mostEvents = 1_000;
/** Deliveries that are shown at once. */
const mostShown = 100;
/** Of one webhook may wait at once. */
const mostWaiting = 10_000;

export interface Replayed {
  count: number;
  deliveries: WebhookDelivery[];
  continueFrom: Date | null;
}

/**
 * Delivers again. A delivery that still waits is sent at once instead; for one that is over there is another round, with the same `webhook-id`
 * and, where one was sent, the same payload: who has taken the event can tell, who has not takes it now.
 * @throws UserErrors INVALID, NOT_FOUND, LIMIT.
 */
export async function redeliver(ctx: UserContext, input: RedeliverWebhookInput): Promise<Replayed> {
  const { db, userId } = ctx;
  const now = ctx.now();
  const { id, deliveryIds, from, to, states } = input;
  const checks = new Checks();
  const isEither = checks.that((deliveryIds == null) !== (from == null), [], 'Give either "deliveryIds" or "from".');
  if (isEither && deliveryIds) {
    checks.list(['deliveryIds'], deliveryIds, 100, 1);
    checks.that(
      to == null && states == null,
      ['deliveryIds'],
      'Deliveries that are named need no "to" and no "states".',
    );
  }
  checks.that(!from || !to || from <= to, ['to'], '"to" must not be before "from".');
  checks.done();

  await lockRow(ctx, 'webhook', id, 'webhook');
  const webhook = await db.webhook.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
  checks.that(webhook.active, ['id'], 'The webhook is switched off: switch it on first.');
  checks.done();
  const waiting = await db.webhookDelivery.count({ where: { userId, webhookId: id, dueAt: { not: null } } });
  if (waiting + mostEvents > mostWaiting) throw limit([], 'Too many deliveries of this webhook wait already.');
  const { again, fresh, continueFrom } = deliveryIds
    ? { again: await named(ctx, id, deliveryIds), fresh: [], continueFrom: null }
    : await ofSpan(ctx, webhook, from!, to ?? now, states);

  const sooner = again.filter(({ state }) => state === 'PENDING');
  await db.webhookDelivery.updateMany({
    where: { userId, id: { in: sooner.map((row) => row.id) }, state: 'PENDING' },
    data: { dueAt: now },
  });
  const rounds = again.filter(({ endedAt }) => endedAt !== null).map((row) => nextRound(row, webhook, now));
  await db.webhookDelivery.createMany({ data: [...rounds, ...fresh] });
  // Somebody says that it is worth trying now.
  await db.webhook.update({ where: { userId_id: { userId, id } }, data: { restingUntil: null } });
  const ids = [...sooner, ...rounds, ...fresh].map((row) => row.id);
  const deliveries = await db.webhookDelivery.findMany({
    where: { userId, id: { in: ids.slice(0, mostShown) } },
    orderBy: [{ eventAt: 'asc' }, { id: 'asc' }],
  });
  return { count: ids.length, deliveries, continueFrom };
}

/** The latest round of each delivery that is named. @throws UserErrors NOT_FOUND */
async function named({ db, userId }: UserContext, webhookId: string, ids: readonly string[]) {
  const found = await db.webhookDelivery.findMany({ where: { userId, webhookId, id: { in: [...ids] } } });
  const known = new Set(found.map(({ id }) => id));
  const checks = new Checks();
  ids.forEach((id, i) => {
    checks.that(known.has(id), ['deliveryIds', i], 'The webhook has no such delivery.', 'NOT_FOUND');
  });
  checks.done();
  return latestOf(
    db.webhookDelivery.findMany({ where: { userId, webhookId, messageId: { in: found.map((row) => row.messageId) } } }),
  );
}

async function latestOf(rows: PromiseLike<WebhookDelivery[]>): Promise<WebhookDelivery[]> {
  const latest = new Map<string, WebhookDelivery>();
  for (const row of await rows) {
    const other = latest.get(row.messageId);
    if (!other || other.round < row.round) latest.set(row.messageId, row);
  }
  return [...latest.values()];
}

/** The events of a span: those whose latest delivery is to be repeated, and those that have none. */
async function ofSpan(
  { db, userId, now }: UserContext,
  webhook: Webhook,
  from: Date,
  to: Date,
  states: RedeliverWebhookInput['states'],
) {
  const read = await readSpan(db, userId, { from, to, types: typesOf(webhook), limit: mostEvents + 1 });
  const events = read.slice(0, mostEvents).filter((event) => wants(webhook, event));
  const messageIds = events.map((event) => messageIdOf(userId, webhook.id, event.id));
  const where = { userId, webhookId: webhook.id, messageId: { in: messageIds } };
  const latest = await latestOf(db.webhookDelivery.findMany({ where }));
  const delivered = new Set(latest.map(({ messageId }) => messageId));
  const wanted = new Set<string>(states ?? ['PENDING', 'FAILED', 'DISCARDED']);
  return {
    again: latest.filter(({ state }) => wanted.has(state)),
    fresh: states
      ? []
      : events.filter((_, i) => !delivered.has(messageIds[i]!)).map((event) => deliveryOf(webhook, event, now())),
    continueFrom: read[mostEvents]?.at ?? null,
  };
}

/** What was sent is sent again as it was; what never was is made anew. */
function nextRound(row: WebhookDelivery, webhook: Webhook, now: Date) {
  const { userId, webhookId, messageId, eventId, eventType, eventAt, payload, round } = row;
  return {
    ...{ userId, webhookId, messageId, eventId, eventType, eventAt, payload },
    id: newId('delivery', now),
    round: round + 1,
    state: 'PENDING',
    dueAt: now,
    scopes: payload === null ? webhook.scopes : row.scopes,
    createdAt: now,
  };
}

/**
 * Sends a test, to see whether the address takes what is sent there. It is sent once, and counts like everything else.
 * @throws UserErrors NOT_FOUND, LIMIT
 */
export async function ping(ctx: UserContext, id: string): Promise<WebhookDelivery> {
  const { db, userId } = ctx;
  const now = ctx.now();
  await lockRow(ctx, 'webhook', id, 'webhook');
  const waiting = await db.webhookDelivery.count({
    where: { userId, webhookId: id, eventId: null, dueAt: { not: null } },
  });
  if (waiting >= 5) throw limit([], 'Five tests of this webhook wait already.');
  await db.webhook.update({ where: { userId_id: { userId, id } }, data: { restingUntil: null } });
  const deliveryId = newId('delivery', now);
  return db.webhookDelivery.create({
    data: {
      userId,
      id: deliveryId,
      webhookId: id,
      messageId: messageIdOf(userId, id, deliveryId),
      eventType: 'webhook.ping',
      eventAt: now,
      round: 1,
      state: 'PENDING',
      dueAt: now,
      scopes: [],
      createdAt: now,
    },
  });
}
