import { sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';
import { rateLimited } from '../shared/errors.ts';
import type { Context } from './context.ts';

const windowMs = 60_000;
/** Attempts a minute for one account from one address: a person who mistypes needs far fewer. */
const perAccount = {
  apple: 20,
  development: 20,
  // An app and its extensions may refresh the same token at once, and again after a lost connection.
  refresh: 100,
};
/** Attempts a minute from one address, behind which a whole office may sit. */
const perAddress = 300;

/**
 * Counts an attempt to sign in or to refresh. Call it before any transaction: refused attempts count too.
 * @param account whom or what the attempt is about; only a hash of it is stored.
 * @throws GraphQLError RATE_LIMITED with `retryAfter` in seconds.
 */
export async function limitAttempts(ctx: Context, what: keyof typeof perAccount, account: string): Promise<void> {
  const ip = ctx.request.ip ?? 'unknown';
  const now = ctx.now();
  const [ofAddress, ofAccount] = await countAttempts(ctx.root, [`attempt|${ip}`, `${what}|${ip}|${account}`], now);
  if (ofAddress! > perAddress || ofAccount! > perAccount[what]) {
    const retryAfter = Math.ceil((windowMs - (now.getTime() % windowMs)) / 1_000);
    throw rateLimited(`Too many attempts. Try again in ${retryAfter} seconds.`, retryAfter);
  }
}

/** Adds one to each counter of this minute and returns their counts, in the order of the keys. */
async function countAttempts(db: Tx, keys: readonly string[], now: Date): Promise<number[]> {
  const hashes = keys.map((key) => sha256(key));
  const windowStart = new Date(now.getTime() - (now.getTime() % windowMs));
  // In the order of their keys, so that two statements never wait for each other.
  const rows = await db.$queryRaw<{ key: string; count: number }[]>`
    INSERT INTO rate_limits (key, window_start, count)
    SELECT key, ${windowStart}::timestamptz, 1 FROM unnest(${[...hashes].sort()}::text[]) AS key
    ON CONFLICT (key, window_start) DO UPDATE SET count = rate_limits.count + 1
    RETURNING key, count`;
  return hashes.map((hash) => rows.find((row) => row.key === hash)!.count);
}
