import { z } from 'zod';
import type { IncomingCall, Provider } from '../provider.ts';
import { isRecent, isSigned, mostSignatures } from '../signedCalls.ts';
import { readStripeEvent } from './events.ts';

/** `Stripe-Signature`: `t=<seconds>,v1=<hex>,v1=<hex>`; other schemes in it do not count. */
function readHeader(header: string | undefined) {
  const pairs = (header ?? '').slice(0, 2_000).split(',');
  const valuesOf = (wanted: string) =>
    pairs.map((pair) => pair.trim().split('=')).flatMap(([name, value]) => (name === wanted && value ? [value] : []));
  const signatures = valuesOf('v1').filter((value) => /^[0-9a-f]{64}$/i.test(value));
  return { timestamp: valuesOf('t')[0], signatures: signatures.slice(0, mostSignatures) };
}

async function verify({ outside, headers, body, secrets }: IncomingCall): Promise<boolean> {
  const { timestamp, signatures } = readHeader(headers['stripe-signature']);
  const keys = secrets.map((secret) => Buffer.from(secret));
  const isGenuine = isSigned(
    [`${timestamp}.`, body],
    keys,
    signatures.map((hex) => Buffer.from(hex, 'hex')),
  );
  return isGenuine && isRecent(timestamp, outside.now());
}

/** Events of a Stripe account: what was paid, refunded, subscribed to. The person adds our address as an endpoint there. */
export const stripe: Provider = {
  id: 'STRIPE',
  name: 'Stripe',
  kind: 'WEBHOOK',
  data: ['PAYMENTS'],
  settingsSchema: z.strictObject({}),
  receive: {
    secret: { madeBy: 'PROVIDER', pattern: /^whsec_[\w+/=-]{8,200}$/ },
    verify,
    read({ body }) {
      const item = readStripeEvent(body);
      return item && { id: item.externalId, delivery: { resets: [], removed: [], items: [item] } };
    },
  },
};
