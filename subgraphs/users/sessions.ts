import type { Session, User } from '../../prisma/generated/client.ts';
import type { Tx } from '../shared/db.ts';
import { expired, notFound } from '../shared/errors.ts';
import { type Actor, type NewEvent, publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { transaction } from '../shared/subgraph.ts';
import { issueAccessToken } from './accessTokens.ts';
import { audit } from './audit.ts';
import type { Context, UserContext } from './context.ts';
import { deviceAtSignIn, type SignInDevice } from './devices.ts';
import { limitAttempts } from './rateLimits.ts';
import { exchangeRefreshToken, firstRefreshToken, idleMs } from './refreshTokens.ts';

/** A session ends 30 days after sign-in, however often it is refreshed; and sooner when it is not (`idleMs`). */
const lifetimeMs = 30 * 24 * 60 * 60_000;

/** The tokens of a session, with whose it is. */
export interface Tokens {
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  user: User;
}

/** What signing in has found out. */
export interface SignIn {
  user: User;
  method: 'apple' | 'development';
  device: SignInDevice | null | undefined;
  /** What happened to the account on the way, told together with the session. */
  events: NewEvent[];
}

/**
 * Opens a session: the last step of every way to sign in. `find` finds or makes the account in the same transaction,
 * whose context it is given. Nothing else is asked of the database meanwhile: many who sign in at once would wait for
 * each other's connections.
 * @throws whatever `find` throws, after the rollback.
 */
export async function openSession(ctx: Context, find: (inner: Context) => Promise<SignIn>): Promise<Tokens> {
  const { user, sessionId, refreshToken } = await transaction(ctx.root, async (tx) => {
    const inner: Context = { ...ctx, db: tx };
    return insertSession(inner, await find(inner));
  });
  ctx.afterCommit(() => ctx.bus.publish('events', user.id));
  const access = await issueAccessToken({ ...ctx, db: ctx.root }, { userId: user.id, sessionId });
  return { accessToken: access.token, accessTokenExpiresAt: access.expiresAt, refreshToken, user };
}

async function insertSession(ctx: Context, { user, method, device, events }: SignIn) {
  const { db } = ctx;
  const now = ctx.now();
  const found = device ? await deviceAtSignIn(db, user.id, device, now) : null;
  const session = await db.session.create({
    data: {
      userId: user.id,
      id: newId('session', now),
      method,
      deviceId: found?.id ?? null,
      userAgent: ctx.request.userAgent?.slice(0, 500) ?? null,
      ip: ctx.request.ip,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + lifetimeMs),
    },
  });
  const refreshToken = await firstRefreshToken(db, session);
  const as = ownerOf(ctx, user.id);
  await audit(as, 'session.created', session.id, { method });
  const deviceEvents = found?.event ? [found.event] : [];
  await publish(as, ...events, ...deviceEvents, { type: 'session.created', subjectId: session.id, data: {} });
  return { user, sessionId: session.id, refreshToken };
}

/**
 * Exchanges a refresh token for the next one and a new access token. It manages its transaction itself: that a token was
 * used again must end the session although the answer is an error.
 * @throws UserErrors EXPIRED, the same whatever is wrong with the token.
 */
export async function refreshSession(ctx: Context, input: { refreshToken: string }): Promise<Tokens> {
  const token = input.refreshToken.slice(0, 200);
  await limitAttempts(ctx, 'refresh', token);
  const now = ctx.now();
  const outcome = await transaction(ctx.root, async (tx) => {
    const exchange = await exchangeRefreshToken(tx, ctx.config, token, now);
    if (exchange.kind === 'unknown') return null;
    const { userId, sessionId } = exchange;
    if (exchange.kind === 'reused') {
      const ended = await endSessions(ownerOf({ ...ctx, db: tx }, userId, 'system'), { id: sessionId }, 'reuse');
      return { reused: { userId, ended } };
    }
    const session = await tx.session.findUnique({ where: { userId_id: { userId, id: sessionId } } });
    const user = await tx.user.findUnique({ where: { id: userId } });
    if (!session || session.revokedAt || !user || user.suspendedAt) return null;
    await tx.session.update({
      where: { userId_id: { userId, id: sessionId } },
      data: { lastUsedAt: now, ip: ctx.request.ip },
    });
    if (session.deviceId) {
      await tx.device.updateMany({ where: { userId, id: session.deviceId }, data: { lastSeenAt: now } });
    }
    return { refreshToken: exchange.refreshToken, sessionId, user };
  });
  if (outcome?.reused) {
    const { userId, ended } = outcome.reused;
    if (ended.length > 0) ctx.log.warn({ userId, sessionId: ended[0] }, 'a refresh token was used twice');
    tell(ctx, userId, ended);
  }
  if (!outcome?.user) throw expired(['refreshToken'], 'This session has ended. Sign in again.');
  const { user, sessionId, refreshToken } = outcome;
  const access = await issueAccessToken({ ...ctx, db: ctx.root }, { userId: user.id, sessionId });
  return { accessToken: access.token, accessTokenExpiresAt: access.expiresAt, refreshToken, user };
}

/** The user's sessions that have not ended, most recently used first, at most 100. */
export function listSessions(ctx: UserContext): Promise<Session[]> {
  return ctx.db.session.findMany({
    where: { userId: ctx.userId, ...live(ctx.now()) },
    orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
    take: 100,
  });
}

/** Ends the session that asks. */
export async function signOut(ctx: UserContext): Promise<void> {
  await revoke(ctx, { id: ctx.viewer.credentialId }, 'signOut');
}

/**
 * Ends one session. Ending one that has ended already is no mistake.
 * @throws UserErrors NOT_FOUND.
 */
export async function revokeSession(ctx: UserContext, { id }: { id: string }): Promise<{ id: string }> {
  const session = await ctx.db.session.findUnique({ where: { userId_id: { userId: ctx.userId, id } } });
  if (!session) throw notFound(['id'], 'session');
  await revoke(ctx, { id }, 'revoked');
  return { id };
}

/** Ends every session but the one that asks, and says how many those were. `reason` goes into their events. */
export async function revokeOtherSessions(ctx: UserContext, reason = 'revoked'): Promise<{ count: number }> {
  const ended = await revoke(ctx, { id: { not: ctx.viewer.credentialId } }, reason);
  return { count: ended.length };
}

async function revoke(ctx: UserContext, which: Which, reason: string): Promise<string[]> {
  const ended = await endSessions(ctx, which, reason);
  ctx.afterCommit(() => tell(ctx, ctx.userId, ended));
  return ended;
}

type Which = { id?: string | { not: string }; createdAt?: { lte: Date } };

/** Who acts when a session is opened or refreshed: there is no viewer yet. */
interface Owner {
  db: Tx;
  userId: string;
  actor: Actor;
  now: () => Date;
  requestId?: string;
  request?: { ip: string | null };
}

function ownerOf(ctx: Context, userId: string, kind: 'user' | 'system' = 'user'): Owner {
  const { db, now, requestId, request } = ctx;
  return { db, userId, actor: { kind, id: kind === 'user' ? userId : 'sessions' }, now, requestId, request };
}

/**
 * Marks live sessions as ended in the transaction `ctx.db`, with audit and events. After the commit, `tell` must follow.
 * @returns their ids.
 */
export async function endSessions(ctx: Owner, which: Which, reason: string): Promise<string[]> {
  const rows = await ctx.db.session.updateManyAndReturn({
    where: { userId: ctx.userId, ...which, ...live(ctx.now()) },
    data: { revokedAt: ctx.now(), revokeReason: reason },
    select: { id: true },
  });
  for (const { id } of rows) await audit(ctx, 'session.revoked', id, { reason });
  await publish(ctx, ...rows.map(({ id }): NewEvent => ({ type: 'session.revoked', subjectId: id, data: { reason } })));
  return rows.map(({ id }) => id);
}

/** Tells every process that these sessions have ended. */
export function tell(ctx: Pick<Context, 'bus'>, userId: string, sessionIds: readonly string[]): void {
  for (const id of sessionIds) ctx.bus.publish('identity', id);
  if (sessionIds.length > 0) ctx.bus.publish('events', userId);
}

/** Where a session has not ended: neither by itself, nor because it was left alone for too long. */
export const live = (now: Date) => ({
  revokedAt: null,
  expiresAt: { gt: now },
  lastUsedAt: { gt: new Date(now.getTime() - idleMs) },
});
