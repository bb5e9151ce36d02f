import type { Redis } from 'ioredis';
import { BoundedMap } from '../boundedMap.ts';

import { sha256 } from './sha256.ts';

/** Texts that trusted clients registered, by their SHA-256. */
export interface AutomaticOperations {
  get(hash: string): string | undefined | Promise<string | undefined>;
  set(hash: string, text: string): void;
}

export interface AutomaticOptions {
  /** Texts to keep in memory, least recently used first out; their weight is theirs in UTF-16. */
  readonly entries?: number;
  readonly weight?: number;
  /** Milliseconds that a registration holds. */
  readonly ttl?: number;
  readonly now: () => number;
  /** Shared between processes, where there is one. */
  readonly store?: Pick<Redis, 'get' | 'set'>;
  /** Names the schema in the store's keys, such as a hash of its SDL: another schema starts without registrations. */
  readonly schema: string;
}

/** For a Redis client on the way of requests: one that is gone or hangs costs a moment, and clients register again. */
export const requestPathRedis = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 300,
} as const;

/** Keeps registrations in memory, and in Redis where there is one. A failing Redis means "not found". */
export function createAutomaticOperations({
  entries = 1_000,
  weight = 8_000_000,
  ttl = 24 * 60 * 60 * 1_000,
  now,
  store,
  schema,
}: AutomaticOptions): AutomaticOperations {
  const memory = new BoundedMap<{ readonly text: string; readonly until: number }>({
    entries,
    weight,
    largest: weight / 4,
  });
  const keyOf = (hash: string) => `apq:${schema}:${hash}`;
  const keep = (hash: string, text: string) => memory.set(hash, { text, until: now() + ttl }, 2 * text.length);

  const ask = async (redis: Pick<Redis, 'get'>, hash: string): Promise<string | undefined> => {
    const text = await redis.get(keyOf(hash)).catch(() => null);
    // Whoever can write to Redis must not decide what a hash means.
    if (text === null || sha256(text) !== hash) return undefined;
    keep(hash, text);
    return text;
  };

  return {
    get(hash) {
      const known = memory.get(hash);
      if (known && known.until > now()) return known.text;
      if (known) memory.delete(hash);
      return store && ask(store, hash);
    },
    set(hash, text) {
      keep(hash, text);
      store?.set(keyOf(hash), text, 'PX', ttl).catch(() => undefined);
    },
  };
}
