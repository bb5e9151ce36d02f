import { type CryptoKey, importJWK } from 'jose';
import { z } from 'zod';
import type { Db } from '../shared/db.ts';
import { upstreamFailed } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';

export type AppleHouse = Pick<Platform, 'config' | 'db' | 'log' | 'now'>;

/** A key that Apple has withdrawn is refused after this. */
const ttlMs = 24 * 60 * 60_000;
/** An unknown `kid` makes us ask Apple at most this often, whoever makes up how many. */
const unknownKidMs = 60_000;
/** After a failure Apple is left alone for so long. */
const pauseMs = 5_000;
const timeoutMs = 3_000;

interface KeyCache {
  keys: Map<string, CryptoKey>;
  fetchedAt: number;
  failedAt: number;
  unknownKidAt: number;
  fetching: Promise<void> | null;
}
const caches = new WeakMap<Db, KeyCache>();

const keySet = z.object({
  keys: z
    .array(
      z.object({
        kty: z.string(),
        kid: z.string(),
        use: z.string().optional(),
        n: z.string().optional(),
        e: z.string().optional(),
      }),
    )
    .max(100),
});

/**
 * Apple's public key of that name. Keys are kept for a day, and longer while Apple cannot be reached.
 * @returns null when Apple has no such key.
 * @throws GraphQLError UPSTREAM_FAILED when Apple cannot be asked and the key is not known.
 */
export async function appleKey(house: AppleHouse, kid: string): Promise<CryptoKey | null> {
  const cache = cacheOf(house.db);
  const now = house.now().getTime();
  const stale = now - cache.fetchedAt >= ttlMs;
  if (stale) await refetch(house, cache);
  let key = cache.keys.get(kid);
  if (!key && !stale && (cache.fetching || now - cache.unknownKidAt >= unknownKidMs)) {
    // Whoever comes while Apple is being asked waits for that answer: the key may be in it.
    if (!cache.fetching) cache.unknownKidAt = now;
    await refetch(house, cache);
    key = cache.keys.get(kid);
  }
  if (key) return key;
  if (cache.failedAt > cache.fetchedAt) throw upstreamFailed('Apple cannot be reached at the moment. Try again soon.');
  return null;
}

/** One request at a time, whoever waits for it; its failure leaves the keys as they are. */
async function refetch(house: AppleHouse, cache: KeyCache): Promise<void> {
  const now = house.now().getTime();
  if (!cache.fetching && now - cache.failedAt < pauseMs) return;
  cache.fetching ??= fetchKeys(house.config.APPLE_ISSUER)
    .then((keys) => {
      cache.keys = keys;
      cache.fetchedAt = now;
    })
    .catch((error: Error) => {
      cache.failedAt = now;
      house.log.warn({ error: error.message }, "Apple's keys could not be fetched");
    })
    .finally(() => {
      cache.fetching = null;
    });
  await cache.fetching;
}

async function fetchKeys(issuer: string): Promise<Map<string, CryptoKey>> {
  const response = await fetch(`${issuer}/auth/keys`, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`It answered ${response.status}.`);
  const { keys } = keySet.parse(await response.json());
  const usable = keys.filter(({ kty, use, n, e }) => kty === 'RSA' && use !== 'enc' && n && e);
  if (usable.length === 0) throw new Error('There was no key in it.');
  const imported = usable.map(async ({ kid, n, e }) => {
    return [kid, (await importJWK({ kty: 'RSA', n: n!, e: e! }, 'RS256')) as CryptoKey] as const;
  });
  return new Map(await Promise.all(imported));
}

function cacheOf(db: Db): KeyCache {
  let cache = caches.get(db);
  if (!cache) {
    cache = {
      keys: new Map(),
      fetchedAt: Number.NEGATIVE_INFINITY,
      failedAt: Number.NEGATIVE_INFINITY,
      unknownKidAt: Number.NEGATIVE_INFINITY,
      fetching: null,
    };
    caches.set(db, cache);
  }
  return cache;
}
