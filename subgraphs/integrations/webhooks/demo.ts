import { newId } from '../../shared/ids.ts';
import type { DemoAccount } from '../../shared/subgraph.ts';
import { newSecret } from '../signingSecrets.ts';
import { bodyOf, messageIdOf, placeOf } from './messages.ts';
import { readable } from './rights.ts';

const document = 'subscription { progressUpdated { event { id at } goal { id } } }';
const busy = { status: 503, response: 'Try again soon.', problem: 'The address answered 503.' };
const taken = { status: 200, response: 'Thank you.', problem: null };

/** An integrator's webhook with what it was sent, some at the second attempt. It is switched off: the demo calls nobody. */
export async function demoWebhooks({ db, userId, now, random, secrets }: DemoAccount): Promise<void> {
  const webhookId = newId('webhook', now);
  await db.webhook.create({
    data: {
      userId,
      id: webhookId,
      url: 'https://hooks.example.com/jarvis',
      host: 'hooks.example.com',
      description: 'A spreadsheet that follows all progress; switched off.',
      document,
      variables: {},
      filters: [],
      active: false,
      scopes: [...readable],
      sealedSecret: secrets.seal(newSecret(), placeOf(userId, webhookId)),
      rotatedAt: now,
      inputHash: 'demo',
      version: 1,
      createdAt: now,
      updatedAt: now,
    },
  });
  const events = await db.event.findMany({
    where: { userId, type: 'progress.logged' },
    orderBy: { seq: 'desc' },
    take: 20,
  });
  const rows = events.map(({ id: eventId, type: eventType, at, data }) => {
    const { goalId } = data as { goalId: string };
    const told = { eventId, eventType, eventAt: at };
    const attempts = random() < 0.2 ? [busy, taken] : [taken];
    const delivery = {
      ...told,
      userId,
      id: newId('delivery', at),
      webhookId,
      messageId: messageIdOf(userId, webhookId, eventId),
      round: 1,
      state: 'SUCCEEDED',
      attempts: attempts.length,
      payload: bodyOf(told, {
        kind: 'DATA',
        data: { progressUpdated: { event: { id: eventId, at: at.toISOString() }, goal: { id: goalId } } },
        errors: [],
      }),
      scopes: [...readable],
      lastStatus: taken.status,
      outcome: 'The address answered 200.',
      createdAt: at,
      endedAt: at,
    };
    return { delivery, attempts };
  });
  await db.webhookDelivery.createMany({ data: rows.map(({ delivery }) => delivery) });
  await db.webhookAttempt.createMany({
    data: rows.flatMap(({ delivery: { id: deliveryId, createdAt: at }, attempts }) =>
      attempts.map((attempt, i) => ({
        ...attempt,
        userId,
        deliveryId,
        number: i + 1,
        milliseconds: 80 + Math.floor(random() * 200),
        at,
      })),
    ),
  });
}
