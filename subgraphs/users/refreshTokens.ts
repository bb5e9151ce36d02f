import { createHmac, hkdfSync } from 'node:crypto';
import type { Config } from '../shared/config.ts';
import { encryptionKeys, randomToken, sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';

const prefix = 'jrt_';
/** A refresh token that is not used for so long ends, and its session with it (RFC 9700, section 4.14.2), in milliseconds. */
export const idleMs = 14 * 24 * 60 * 60_000;
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
      expiresAt: endOf(session.createdAt, session.expiresAt),
    },
  });
  return token;
}

const endOf = (createdAt: Date, sessionEnd: Date) =>
  new Date(Math.min(createdAt.getTime() + idleMs, sessionEnd.getTime()));

/**
 * Exchanges a refresh token for its successor, under the lock of its row: of many at once, one makes the successor and the
 * others find it. The successor is computed from the token with a key of ours, so that a client whose answer was lost can
 * ask again within 10 seconds and gets the same one, although nothing but hashes is stored. Later, or once the successor
 * was used, the same token means that two parties have it.
 */
export async function exchangeRefreshToken(tx: Tx, config: Config, token: string, now: Date): Promise<Exchange> {
  const hash = sha256(token);
  const [row] = await tx.$queryRaw<
    {
      user_id: string;
      session_id: string;
      expires_at: Date;
      used_at: Date | null;
      successor_hash: string | null;
      session_end: Date;
    }[]
  >`SELECT t.user_id, t.session_id, t.expires_at, t.used_at, t.successor_hash, s.expires_at AS session_end
    FROM refresh_tokens t JOIN sessions s ON s.user_id = t.user_id AND s.id = t.session_id
    WHERE t.hash = ${hash} FOR UPDATE OF t`;
  if (!row || row.expires_at <= now) return { kind: 'unknown' };
  const whose = { userId: row.user_id, sessionId: row.session_id };
  const successors = successorsOf(config, token);
  if (row.used_at === null) {
    const refreshToken = successors[0]!;
    const successorHash = sha256(refreshToken);
    await tx.refreshToken.create({
      data: { hash: successorHash, ...whose, createdAt: now, expiresAt: endOf(now, row.session_end) },
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
