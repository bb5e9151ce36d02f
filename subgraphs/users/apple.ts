import { z } from 'zod';
import type { AppleAccount, User } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';
import { expired, invalid, refused } from '../shared/errors.ts';
import type { NewEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import type { Platform } from '../shared/platform.ts';
import { transaction } from '../shared/subgraph.ts';
import { createAccount, rolesOf } from './accounts.ts';
import {
  type AppleClaims,
  exchangeCode,
  hasAppleKey,
  matchesNonce,
  revokeGrant,
  verifyAppleJwt,
  verifyIdentityToken,
} from './appleTokens.ts';
import { audit } from './audit.ts';
import type { Context } from './context.ts';
import { scheduleDeletion } from './deletion.ts';
import { checkSignInDevice } from './devices.ts';
import type { SignInWithAppleInput } from './generated.ts';
import { limitAttempts } from './rateLimits.ts';
import { endSessions, openSession, type Tokens, tell } from './sessions.ts';

const place = (sub: string, userId: string) => `apple_accounts|${sub}|${userId}`;
const refusal = () => invalid(['identityToken'], 'This is not a valid identity token from Apple for this app.');

/**
 * Signs in with Apple: checks the identity token and its nonce, exchanges the authorization code when there is one and a
 * key is configured, and finds or makes the account by Apple's `sub`, never by an address. No transaction is open
 * while Apple is asked.
 * @throws UserErrors INVALID for the token or the code, EXPIRED for a nonce that was used, FORBIDDEN for suspended accounts.
 * @throws GraphQLError UPSTREAM_FAILED when Apple cannot be reached; RATE_LIMITED.
 */
export async function signInWithApple(ctx: Context, input: SignInWithAppleInput): Promise<Tokens> {
  const { config } = ctx;
  if (config.APPLE_CLIENT_IDS.length === 0) throw refused([], 'Sign in with Apple is not set up here.');
  const checks = new Checks();
  checks.text(['nonce'], input.nonce, 500);
  checks.text(['authorizationCode'], input.authorizationCode, 2_000);
  checks.text(['name'], input.name, 100, 0);
  checkSignInDevice(checks, input.device);
  checks.done();
  await limitAttempts(ctx, 'apple', input.identityToken);
  const house = { ...ctx, db: ctx.root };
  const claims = await verifyIdentityToken(house, input.identityToken);
  if (!claims || !matchesNonce(claims.nonce, input.nonce)) throw refusal();
  const nonceHash = sha256(`apple|${claims.nonce}`);
  const used = () => expired(['identityToken'], 'This identity token was used already. Sign in with Apple again.');
  if (await ctx.root.usedNonce.findUnique({ where: { hash: nonceHash } })) throw used();
  const grant = await exchange(ctx, claims, input.authorizationCode);

  return openSession(ctx, async (inner) => {
    // Kept somewhat longer than the token is accepted.
    const expiresAt = new Date((claims.exp + 600) * 1_000);
    const row = { hash: nonceHash, expiresAt };
    const { count } = await inner.db.usedNonce.createMany({ data: [row], skipDuplicates: true });
    if (count === 0) throw used();
    const { user, events } = await findOrCreate(inner, claims, input, grant);
    if (user.suspendedAt) throw refused(['identityToken'], 'This account is suspended.');
    return { user, method: 'apple', device: input.device, events };
  });
}

/** Apple's refresh token, which an erasure needs to revoke what was granted; null without a code or a key to ask with. */
async function exchange(ctx: Context, claims: AppleClaims, code: string | null | undefined): Promise<string | null> {
  if (!code || !hasAppleKey(ctx.config)) return null;
  const house = { ...ctx, db: ctx.root };
  const { refresh_token: grant, id_token: identityToken } = await exchangeCode(house, claims.aud, code);
  const whose = identityToken === undefined ? claims : await verifyIdentityToken(house, identityToken);
  if (whose?.sub !== claims.sub) throw invalid(['authorizationCode'], 'This authorization code is somebody else’s.');
  return grant;
}

async function findOrCreate(
  ctx: Context,
  claims: AppleClaims,
  input: SignInWithAppleInput,
  grant: string | null,
): Promise<{ user: User; events: NewEvent[] }> {
  const { db } = ctx;
  const now = ctx.now();
  const email = claims.email ?? null;
  const emailVerified = email !== null && claims.email_verified === true;
  const roles = rolesOf(ctx.config, emailVerified ? email : null);
  const name = input.name?.trim() || null;
  const known = {
    clientId: claims.aud,
    ...(claims.is_private_email !== undefined && { isPrivateEmail: claims.is_private_email }),
    updatedAt: now,
  };
  const sealed = (userId: string) =>
    grant === null ? {} : { refreshToken: ctx.secrets.seal(grant, place(claims.sub, userId)) };

  const transferSub = await followTransfer(ctx, claims);
  const account = await claimAccount(db, claims.sub, newId('user', now), known.clientId, now);
  const { userId } = account;
  await db.appleAccount.update({
    where: { sub: claims.sub },
    data: { ...known, ...(transferSub && { transferSub }), ...sealed(userId) },
  });
  const before = await db.user.findUnique({ where: { id: userId } });
  if (!before) {
    const created = await createAccount(
      db,
      { id: userId, email, emailVerified, name, timeZone: input.timeZone, roles },
      now,
    );
    return { user: created!, events: [{ type: 'user.created', subjectId: userId, data: {} }] };
  }
  // What Apple says now holds; what it does not say this time stays.
  const changes = {
    ...(email !== null &&
      (email !== before.email || emailVerified !== before.emailVerified) && { email, emailVerified }),
    ...(email !== null && roles.join() !== before.roles.join() && { roles }),
    ...(name !== null && before.name === null && { name }),
  };
  if (Object.keys(changes).length === 0) return { user: before, events: [] };
  const data = { ...changes, version: { increment: 1 }, updatedAt: now };
  const user = await db.user.update({ where: { id: userId }, data });
  const fields = Object.keys(changes).join(' ');
  await audit({ ...ctx, userId, actor: { kind: 'system', id: 'apple' } }, 'profile.updated', userId, { fields });
  return { user, events: [{ type: 'user.updated', subjectId: userId, data: {} }] };
}

/**
 * While an app moves to another developer team, people come with a new `sub`, and with a transfer id that both teams
 * know. An account that is known by that id alone gets the new `sub`.
 * @returns the transfer id to note with the account of `sub`; null when there is none, or when another account has it.
 */
async function followTransfer(ctx: Context, { sub, transfer_sub: transferSub }: AppleClaims): Promise<string | null> {
  const { db, now } = ctx;
  if (!transferSub) return null;
  // Everybody with this transfer id, one after the other: nobody's look is outdated when they write.
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`apple transfer|${transferSub}`}, 0))`;
  const holder = await db.appleAccount.findUnique({ where: { transferSub } });
  if (!holder || holder.sub === sub) return transferSub;
  const { userId } = holder;
  if ((await db.appleAccount.count({ where: { sub } })) > 0) {
    ctx.log.warn({ userId }, 'two Apple accounts claim one transfer id: both stay as they are');
    return null;
  }
  // What is sealed is bound to its row.
  const grant = holder.refreshToken && ctx.secrets.open(holder.refreshToken, place(holder.sub, userId));
  await db.appleAccount.update({
    where: { sub: holder.sub },
    data: { sub, refreshToken: grant && ctx.secrets.seal(grant, place(sub, userId)), updatedAt: now() },
  });
  await audit({ ...ctx, userId, actor: { kind: 'system', id: 'apple' } }, 'apple.moved', userId);
  return transferSub;
}

/** The link between Apple's `sub` and an account; of two first sign-ins at once, the second waits here for the first. */
async function claimAccount(db: Tx, sub: string, userId: string, clientId: string, now: Date): Promise<AppleAccount> {
  const row = { sub, userId, clientId, createdAt: now, updatedAt: now };
  await db.appleAccount.createMany({ data: [row], skipDuplicates: true });
  return db.appleAccount.findUniqueOrThrow({ where: { sub } });
}

/**
 * Revokes at Apple what this account granted to us, for its deletion.
 * @returns false when there is nothing that could be revoked from here.
 * @throws GraphQLError UPSTREAM_FAILED: try again later.
 */
export async function revokeAppleTokens(platform: Platform, userId: string): Promise<boolean> {
  const account = await platform.db.appleAccount.findUnique({ where: { userId } });
  if (!account?.refreshToken || !hasAppleKey(platform.config)) return false;
  const grant = platform.secrets.open(account.refreshToken, place(account.sub, userId));
  await revokeGrant(platform, account.clientId, grant);
  await platform.db.appleAccount.updateMany({
    where: { userId, refreshToken: account.refreshToken },
    data: { refreshToken: null },
  });
  return true;
}

const notification = z.object({
  type: z.enum(['email-disabled', 'email-enabled', 'consent-revoked', 'account-delete']),
  sub: z.string(),
  /** Milliseconds, or seconds in older texts. */
  event_time: z.number(),
});

/**
 * Takes a server-to-server notification from Apple. That consent was withdrawn ends the sessions; that the Apple account
 * was deleted also schedules the deletion of the account here. Safe to repeat: what happened after the event's time
 * stays, so a duplicate neither ends a session that was opened since nor deletes an account that was kept since.
 * @returns false when it is not a valid notification; true also for people and kinds that are not known here.
 * @throws GraphQLError UPSTREAM_FAILED when Apple's keys cannot be had.
 */
export async function handleAppleNotification(platform: Platform, jws: string): Promise<boolean> {
  const payload = await verifyAppleJwt(platform, jws);
  if (!payload) return false;
  const event = notification.safeParse(parse(payload.events)).data;
  if (!event) return true;
  const at = new Date(event.event_time < 1e11 ? event.event_time * 1_000 : event.event_time);
  const account = await platform.db.appleAccount.findUnique({ where: { sub: event.sub } });
  if (!account) return true;
  const { userId, sub } = account;
  if (event.type === 'email-disabled' || event.type === 'email-enabled') {
    await platform.db.appleAccount.update({ where: { sub }, data: { emailEnabled: event.type === 'email-enabled' } });
    return true;
  }
  const ended = await transaction(platform.db, async (tx) => {
    await tx.appleAccount.updateMany({ where: { sub, updatedAt: { lte: at } }, data: { refreshToken: null } });
    const ctx = { db: tx, userId, actor: { kind: 'system' as const, id: 'apple' }, now: platform.now };
    const sessions = await endSessions(ctx, { createdAt: { lte: at } }, event.type);
    const isBack = (await tx.session.count({ where: { userId, createdAt: { gt: at } } })) > 0;
    if (event.type === 'account-delete' && !isBack) await scheduleDeletion(ctx);
    return sessions;
  });
  tell(platform, userId, ended);
  if (event.type === 'account-delete') platform.bus.publish('identity', userId);
  return true;
}

function parse(events: unknown): unknown {
  if (typeof events !== 'string') return events;
  try {
    return JSON.parse(events);
  } catch {
    return null;
  }
}
