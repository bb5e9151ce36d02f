import { createHmac } from 'node:crypto';
import type { SignedCall } from './plaid.ts';

/** An event as Stripe sends it. */
export const stripeEvent = (id: string, type: string, object: Record<string, unknown>, created = 1_773_144_000) => ({
  id,
  object: 'event',
  api_version: '2026-01-28',
  created,
  livemode: true,
  type,
  data: { object },
});

/** A call of an endpoint at an instant, signed with one or several secrets. */
export function stripeCall(event: unknown, secrets: readonly string[], at: Date): SignedCall {
  const body = JSON.stringify(event, null, 2);
  const timestamp = Math.floor(at.getTime() / 1_000);
  const v1 = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`);
  const signature = [`t=${timestamp}`, ...v1, 'v0=ignored'].join(',');
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
}
