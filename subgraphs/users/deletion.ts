import type { User } from '../../prisma/generated/client.ts';
import { expired, forbidden, invalid } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { type AuditContext, audit } from './audit.ts';
import type { UserContext } from './context.ts';
import { lockUser } from './profile.ts';
import { revokeOtherSessions } from './sessions.ts';

const day = 24 * 3600_000;
/** Between confirming and erasing, in milliseconds. */
const grace = 14 * day;
/** How long a challenge is accepted, in milliseconds. */
const challengeLife = 10 * 60_000;

/** What a challenge says; sealed, so that only we can have written it. */
interface Challenge {
  sessionId: string;
  /** Of the profile. It grows when a deletion is confirmed or cancelled: a challenge works once. */
  version: number;
  expires: number;
}

const place = (userId: string) => `users|deletion challenge|${userId}`;

/**
 * First step of deleting the account: a text that the same session sends back within 10 minutes.
 * @throws GraphQLError FORBIDDEN for an API key; UserErrors INVALID when a deletion is scheduled already.
 */
export async function requestDeletion(ctx: UserContext): Promise<string> {
  onlySessions(ctx);
  const user = await lockUser(ctx);
  if (user.deletionScheduledAt) throw invalid([], 'The deletion of this account is scheduled already.');
  const challenge: Challenge = {
    sessionId: ctx.viewer.credentialId,
    version: user.version,
    expires: ctx.now().getTime() + challengeLife,
  };
  await audit(ctx, 'deletion.requested', user.id);
  return ctx.secrets.seal(JSON.stringify(challenge), place(user.id));
}

/**
 * Second step: schedules the erasure in 14 days, ends every other session and stops API keys.
 * @throws GraphQLError FORBIDDEN for an API key; UserErrors INVALID for what is no challenge of this session, EXPIRED for
 * one that is too old, was used, or was given out before the profile changed.
 */
export async function confirmDeletion(ctx: UserContext, input: { challenge: string }): Promise<User> {
  onlySessions(ctx);
  const challenge = openChallenge(ctx, input.challenge);
  if (challenge?.sessionId !== ctx.viewer.credentialId) throw invalid(['challenge'], 'This is not the challenge.');
  const user = await lockUser(ctx);
  if (challenge.expires <= ctx.now().getTime() || challenge.version !== user.version) {
    throw expired(['challenge'], 'The challenge does not hold any more. Ask for a new one.');
  }
  await revokeOtherSessions(ctx, 'deletion');
  const scheduled = await scheduleDeletion(ctx);
  ctx.afterCommit(() => ctx.bus.publish('identity', user.id));
  return scheduled;
}

/**
 * Schedules the erasure in 14 days; one that is scheduled already stays as it is. API keys do not work from then on, so
 * after the commit everybody who remembers one must be told, by the topic `identity`.
 * @throws UserErrors NOT_FOUND when there is no such account.
 */
export async function scheduleDeletion(ctx: AuditContext): Promise<User> {
  const user = await lockUser(ctx);
  if (user.deletionScheduledAt) return user;
  const now = ctx.now();
  const deletionScheduledAt = new Date(now.getTime() + grace);
  const scheduled = await ctx.db.user.update({
    where: { id: user.id },
    data: { deletionRequestedAt: now, deletionScheduledAt, version: { increment: 1 }, updatedAt: now },
  });
  await audit(ctx, 'deletion.scheduled', user.id, { scheduledAt: deletionScheduledAt.toISOString() });
  await publish(ctx, { type: 'user.deletionScheduled', subjectId: user.id, data: {} });
  return scheduled;
}

/**
 * Keeps the account after all. Nothing happens when no deletion is scheduled.
 * @throws UserErrors EXPIRED when the erasure has begun.
 */
export async function cancelDeletion(ctx: UserContext): Promise<User> {
  const user = await lockUser(ctx);
  if (!user.deletionScheduledAt) return user;
  if ((await ctx.db.erasure.count({ where: { userId: user.id } })) > 0) {
    throw expired([], 'The account is being erased already.');
  }
  const kept = await ctx.db.user.update({
    where: { id: user.id },
    data: { deletionRequestedAt: null, deletionScheduledAt: null, version: { increment: 1 }, updatedAt: ctx.now() },
  });
  await audit(ctx, 'deletion.cancelled', user.id);
  await publish(ctx, { type: 'user.deletionCancelled', subjectId: user.id, data: {} });
  return kept;
}

/** The deletion of a person's account that is under way, or null. */
export function deletionOf({ deletionRequestedAt, deletionScheduledAt }: User) {
  if (!deletionRequestedAt || !deletionScheduledAt) return null;
  return { requestedAt: deletionRequestedAt, scheduledAt: deletionScheduledAt };
}

/** A key may be in other hands than the person's: it does not delete accounts, whatever its scopes. */
function onlySessions({ viewer }: UserContext): void {
  if (viewer.kind !== 'session') throw forbidden('Only a person who is signed in can delete the account.');
}

function openChallenge(ctx: UserContext, text: string): Challenge | null {
  try {
    return JSON.parse(ctx.secrets.open(text, place(ctx.userId))) as Challenge;
  } catch {
    return null;
  }
}
