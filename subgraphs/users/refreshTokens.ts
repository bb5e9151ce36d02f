import { createHmac, hkdfSync } from 'node:crypto';
import type { Config } from '../shared/config.ts';
import { encryptionKeys, randomToken, sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';

const prefix = 'jrt_';
/** How long after its use a refresh token still gives its successor, if that was not used: the answer may have been lost. */
export const graceMs = 10_000;

/** What using a refresh token came to. */
export type Exchange =
  | { kind: 'rotated' | 'repeated'; userId: string; sessionId: string; refreshToken: string }
  | { kind: 'reused'; userId: string; sessionId: string }
  | { kind: 'unknown' };

/** Stores the first refresh token of a session and returns it. Only its hash is kept. */
export async function firstRefreshToken(
  tx: Tx,
  session: { userId: string; id: string; createdAt: Date; expiresAt: Date },
): Promise<string> {
  const token = randomToken(prefix);
  await tx.refreshToken.create({
    data: {
      hash: sha256(token),
      userId: session.userId,
      sessionId: session.id,
      createdAt: session.createdAt,
      expiresAt: session.expiresAt,
    },
  });
  return token;
}

/**
 * Exchanges a refresh token for its successor, under the lock of its row: of many at once, one makes the successor and the
 * others find it. The successor is computed from the token with a key of ours, so that a client whose answer was lost can
 * ask again within 10 seconds and gets the same one, although nothing but hashes is stored. Later, or once the successor
 * was used, the same token means that two parties have it.
 */
export async function exchangeRefreshToken(tx: Tx, config: Config, token: string, now: Date): Promise<Exchange> {
  const hash = sha256(token);
  const [row] = await tx.$queryRaw<
    { user_id: string; session_id: string; expires_at: Date; used_at: Date | null; successor_hash: string | null }[]
  >`SELECT user_id, session_id, expires_at, used_at, successor_hash FROM refresh_tokens WHERE hash = ${hash} FOR UPDATE`;
  if (!row || row.expires_at <= now) return { kind: 'unknown' };
  const whose = { userId: row.user_id, sessionId: row.session_id };
  const successors = successorsOf(config, token);
  if (row.used_at === null) {
    const refreshToken = successors[0]!;
    const successorHash = sha256(refreshToken);
    await tx.refreshToken.create({
      data: { hash: successorHash, ...whose, createdAt: now, expiresAt: row.expires_at },
    });
    await tx.refreshToken.update({ where: { hash }, data: { usedAt: now, successorHash } });
    return { kind: 'rotated', ...whose, refreshToken };
  }
  const refreshToken = successors.find((successor) => sha256(successor) === row.successor_hash);
  const fresh = now.getTime() - row.used_at.getTime() <= graceMs;
  if (refreshToken && fresh && (await isUnused(tx, row.successor_hash!))) {
    return { kind: 'repeated', ...whose, refreshToken };
  }
  return { kind: 'reused', ...whose };
}

async function isUnused(tx: Tx, hash: string): Promise<boolean> {
  return (await tx.refreshToken.count({ where: { hash, usedAt: null } })) === 1;
}

const derivationKeys = new WeakMap<Config, Buffer[]>();

/** By the current encryption key first, then by older ones: the key may have been replaced within the grace. */
function successorsOf(config: Config, token: string): string[] {
  let keys = derivationKeys.get(config);
  if (!keys) {
    keys = encryptionKeys(config).map((key) => Buffer.from(hkdfSync('sha256', key, '', 'jarvis/refresh-tokens', 32)));
    derivationKeys.set(config, keys);
  }
  return keys.map((key) => `${prefix}${createHmac('sha256', key).update(token).digest('base64url')}`);
}
