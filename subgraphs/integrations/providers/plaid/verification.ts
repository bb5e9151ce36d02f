import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Config } from '../../../shared/config.ts';
import type { IncomingCall, Outside } from '../provider.ts';
import { askPlaid, PlaidError } from './api.ts';

/** How long a key counts before Plaid is asked again whether it still does, in milliseconds. */
const keyLife = 3_600_000;
/** Keys that are remembered, and so are names that belong to none. */
const mostKeys = 50;

const keyAnswer = z.object({
  key: z.object({
    alg: z.literal('ES256'),
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    /** Seconds, as text; null while it counts. */
    expired_at: z.string().nullish(),
  }),
});
type Key = z.infer<typeof keyAnswer>['key'];
interface Keys {
  byId: Map<string, { key: Key | null; at: number }>;
  /** When Plaid was asked lately: anybody may name keys that there are not. */
  asked: number[];
}
/** How often Plaid is asked for keys at most, in a minute. */
const mostQuestions = 10;

/** Keys of each installation's Plaid. */
const known = new WeakMap<Config, Keys>();

async function findKey(outside: Outside, kid: string): Promise<Key | null> {
  const keys = known.get(outside.config) ?? { byId: new Map(), asked: [] };
  known.set(outside.config, keys);
  const now = outside.now().getTime();
  const held = keys.byId.get(kid);
  if (held && Math.abs(now - held.at) < keyLife) return held.key;
  keys.asked = keys.asked.filter((at) => Math.abs(now - at) < 60_000);
  if (keys.asked.length >= mostQuestions) return held?.key ?? null;
  keys.asked.push(now);
  const key = await askPlaid(outside, '/webhook_verification_key/get', keyAnswer, { key_id: kid }, unknown).then(
    (answer) => answer.key,
    (error) => {
      if (error instanceof PlaidError) return null;
      throw error;
    },
  );
  keys.byId.delete(kid);
  if (keys.byId.size >= mostKeys) keys.byId.delete(keys.byId.keys().next().value as string);
  keys.byId.set(kid, { key, at: now });
  return key;
}
const unknown = ['INVALID_WEBHOOK_VERIFICATION_KEY_ID', 'INVALID_FIELD'];

/**
 * Whether a call is Plaid's: a JWT (ES256 and no other) of the last five minutes, by a key of Plaid's that has not expired, over the SHA-256 of
 * the body as it came.
 * @throws ProviderFault when Plaid's keys cannot be had: it calls again
 */
export async function isPlaidCall({ outside, headers, body }: IncomingCall): Promise<boolean> {
  const token = headers['plaid-verification'] ?? '';
  const kid = readKeyId(token);
  if (kid === null) return false;
  const key = await findKey(outside, kid);
  if (!key) return false;
  const now = outside.now();
  if (key.expired_at != null && Number(key.expired_at) * 1_000 <= now.getTime()) return false;
  try {
    const { alg, kty, crv, x, y } = key;
    const publicKey = await importJWK({ kty, crv, x, y }, alg);
    const options = { algorithms: ['ES256'], maxTokenAge: '5 min', currentDate: now, clockTolerance: 10 };
    const { payload } = await jwtVerify(token, publicKey, options);
    const stated = Buffer.from(String(payload.request_body_sha256), 'hex');
    const actual = createHash('sha256').update(body).digest();
    return stated.length === actual.length && timingSafeEqual(stated, actual);
  } catch {
    return false;
  }
}

function readKeyId(token: string): string | null {
  if (token.length > 4_000) return null;
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return alg === 'ES256' && typeof kid === 'string' && /^[\w-]{1,100}$/.test(kid) ? kid : null;
  } catch {
    return null;
  }
}
