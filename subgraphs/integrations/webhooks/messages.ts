import { createHmac } from 'node:crypto';
import type { Webhook } from '../../../prisma/generated/client.ts';
import { type Secrets, sha256 } from '../../shared/crypto.ts';
import { countingSecrets, keyOf } from '../signingSecrets.ts';
import type { Answered } from './answers.ts';

/** What goes over the wire, as Standard Webhooks has it: a JSON body, and headers that prove where it is from. */

/** Largest body, in bytes. */
export const largestBody = 64_000;

/** The header `webhook-id` of an event: the same in every attempt, replay and process, so that a receiver can tell repetitions. */
export const messageIdOf = (userId: string, webhookId: string, eventId: string): string =>
  `msg_${sha256(`${userId}|${webhookId}|${eventId}`).slice(0, 32)}`;

interface Told {
  eventId: string | null;
  eventType: string;
  eventAt: Date;
}

/** The body for an event: what the subscription says of it, with what happened and when. */
export function bodyOf({ eventId, eventType, eventAt }: Told, answer: Extract<Answered, { kind: 'DATA' }>): string {
  const errors = answer.errors.map(({ message, path, extensions }) => ({ message, path, code: extensions?.code }));
  return JSON.stringify({
    type: eventType,
    timestamp: eventAt.toISOString(),
    event: eventId,
    data: answer.data,
    ...(errors.length > 0 && { errors }),
  });
}

/** What a sealed secret is bound to: on another row it does not open. */
export const placeOf = (userId: string, id: string) => `webhooks|${id}|${userId}`;

/** The headers of an attempt, signed with every secret that counts now. */
export function headersOf(secrets: Secrets, webhook: Webhook, messageId: string, body: string, now: Date) {
  const { userId, id } = webhook;
  const timestamp = Math.floor(now.getTime() / 1_000).toString();
  const signatures = countingSecrets(webhook, now).map((one) =>
    sign(secrets.open(one, placeOf(userId, id)), `${messageId}.${timestamp}.${body}`),
  );
  return {
    'content-type': 'application/json; charset=utf-8',
    'webhook-id': messageId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

const sign = (secret: string, content: string): string =>
  `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`;
