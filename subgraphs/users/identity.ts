import { type Scope, scopes, type Viewer } from '../shared/context.ts';
import { sha256 } from '../shared/crypto.ts';
import type { Db } from '../shared/db.ts';
import { unauthenticated } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';
import { findTaskToken, taskTokenPrefix } from '../shared/taskTokens.ts';
import { clockSkewSeconds, verifyAccessToken } from './accessTokens.ts';
import { findApiKey } from './apiKeys.ts';

/** Who sends a request, and until when that holds: the end of the token or key, null when it has none. */
export interface Identity {
  viewer: Viewer;
  expiresAt: Date | null;
}

/** What ended is refused after this at the latest, even when the bus lost the message that says so. */
const cacheMs = 5_000;
const cacheSize = 10_000;
/** `lastUsedAt` of a session is exact to within this. */
const sessionTouchMs = 2 * 60_000;

interface Cache {
  /** By the hash of the bearer: the cache must not hold what opens an account. */
  entries: Map<string, { identity: Identity; checkedAt: number }>;
  /** Grows with each message; what was read before it is not kept. */
  generation: number;
}
const caches = new WeakMap<Db, Cache>();

/**
 * Says who is behind a bearer: an access token, an API key by its prefix `jrv_`, or a task token by its prefix `jtt_`. Remembered for 5 seconds and forgotten
 * at once when the bus says that the session, key or user has changed.
 * @throws GraphQLError UNAUTHENTICATED when it is not valid, or not any more.
 */
export async function identify(platform: Platform, bearer: string): Promise<Identity> {
  // Used a few times, and by nobody but us: nothing to remember, and no telling of the session behind it.
  if (bearer.startsWith(taskTokenPrefix)) return identifyTask(platform, bearer);
  const cache = cacheOf(platform);
  const hash = sha256(bearer);
  const now = platform.now().getTime();
  const known = cache.entries.get(hash);
  if (known) {
    const age = now - known.checkedAt;
    if (age >= 0 && age < cacheMs && !hasEnded(known.identity, now)) return known.identity;
    cache.entries.delete(hash);
  }
  const { generation } = cache;
  const identity = await lookUp(platform, bearer);
  if (cache.generation === generation) {
    if (cache.entries.size >= cacheSize) cache.entries.delete(cache.entries.keys().next().value!);
    cache.entries.set(hash, { identity, checkedAt: now });
  }
  return identity;
}

function lookUp(platform: Platform, bearer: string): Promise<Identity> {
  if (bearer.startsWith('jrv_')) return identifyApiKey(platform, bearer);
  return identifySession(platform, bearer);
}

async function identifyTask({ db, now }: Platform, token: string): Promise<Identity> {
  const found = await findTaskToken(db, token, now());
  if (!found) throw unauthenticated('The task token is not valid, or not any more.');
  return found;
}

/** Access tokens are accepted a little longer, as where they are verified; API keys have only our clock. */
function hasEnded({ viewer, expiresAt }: Identity, now: number): boolean {
  const tolerance = viewer.kind === 'session' ? clockSkewSeconds * 1_000 : 0;
  return expiresAt !== null && now >= expiresAt.getTime() + tolerance;
}

async function identifySession(platform: Platform, token: string): Promise<Identity> {
  const claims = await verifyAccessToken(platform, token);
  const { userId, sessionId } = claims;
  const now = platform.now();
  const [row] = await platform.db.$queryRaw<{ roles: Viewer['roles']; last_used_at: Date }[]>`
    SELECT u.roles, s.last_used_at FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.user_id = ${userId} AND s.id = ${sessionId} AND s.revoked_at IS NULL
      AND s.expires_at > ${now}::timestamptz AND u.suspended_at IS NULL`;
  if (!row) throw unauthenticated('This session has ended. Sign in again.');
  if (now.getTime() - row.last_used_at.getTime() >= sessionTouchMs) {
    const write = platform.db.session.updateMany({
      where: { userId, id: sessionId, lastUsedAt: { lt: now } },
      data: { lastUsedAt: now },
    });
    write.catch((error) => platform.log.warn({ error }, 'the last use of a session was not written'));
  }
  const viewer: Viewer = {
    userId,
    kind: 'session',
    credentialId: sessionId,
    scopes: claims.scopes,
    roles: row.roles,
  };
  return { viewer, expiresAt: claims.expiresAt };
}

async function identifyApiKey(platform: Platform, key: string): Promise<Identity> {
  const found = await findApiKey(platform, key);
  if (!found) throw unauthenticated('The API key is not valid, or not any more.');
  const viewer: Viewer = {
    userId: found.userId,
    kind: 'apiKey',
    credentialId: found.id,
    // Whatever stands in the row: a key never manages the account it belongs to.
    scopes: scopes.filter((scope: Scope) => scope !== 'account:manage' && found.scopes.includes(scope)),
    // A key is for the data of its owner, not for running the installation.
    roles: ['USER'],
  };
  return { viewer, expiresAt: found.expiresAt };
}

function cacheOf(platform: Platform): Cache {
  const existing = caches.get(platform.db);
  if (existing) return existing;
  const cache: Cache = { entries: new Map(), generation: 0 };
  caches.set(platform.db, cache);
  platform.bus.listen('identity', (text) => {
    cache.generation++;
    for (const [hash, { identity }] of cache.entries) {
      const { userId, credentialId } = identity.viewer;
      if (text === '*' || text === credentialId || text === userId) cache.entries.delete(hash);
    }
  });
  return cache;
}
