import type { User } from '../../prisma/generated/client.ts';
import { allowsDevelopmentSignIn, type Config } from '../shared/config.ts';
import type { Tx } from '../shared/db.ts';
import { refused } from '../shared/errors.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { Checks } from '../shared/input.ts';
import type { Platform } from '../shared/platform.ts';
import { transaction } from '../shared/subgraph.ts';
import { createAccount, rolesOf } from './accounts.ts';
import type { Context } from './context.ts';
import { checkSignInDevice, type SignInDevice } from './devices.ts';
import { limitAttempts } from './rateLimits.ts';
import { openSession, type Tokens } from './sessions.ts';

export interface SignInForDevelopment {
  email: string;
  timeZone?: string | null | undefined;
  device?: SignInDevice | null | undefined;
}

/**
 * Signs in by an address alone, and makes the account when there is none.
 * @throws UserErrors FORBIDDEN where an Apple client is configured, in production, and for suspended accounts.
 */
export async function signInForDevelopment(ctx: Context, input: SignInForDevelopment): Promise<Tokens> {
  if (!allowsDevelopmentSignIn(ctx.config)) throw refused([], 'Development sign-in is switched off here.');
  const checks = new Checks();
  checks.text(['email'], input.email, 254);
  checkSignInDevice(checks, input.device);
  checks.done();
  await limitAttempts(ctx, 'development', input.email.toLowerCase());
  return openSession(ctx, async ({ db }) => {
    const { user, created } = await findOrCreate(db, ctx.config, input, ctx.now());
    if (user.suspendedAt) throw refused(['email'], 'This account is suspended.');
    const events: NewEvent[] = created ? [{ type: 'user.created', subjectId: user.id, data: {} }] : [];
    return { user, method: 'development', device: input.device, events };
  });
}

/** The account of a development address, made when there is none: for the demo data. */
export async function ensureDevelopmentUser(platform: Platform, email: string): Promise<string> {
  const { user } = await transaction(platform.db, async (tx) => {
    const found = await findOrCreate(tx, platform.config, { email }, platform.now());
    if (found.created) {
      const { id } = found.user;
      const ctx = { db: tx, userId: id, actor: { kind: 'user' as const, id }, now: platform.now };
      await publish(ctx, { type: 'user.created', subjectId: id, data: {} });
    }
    return found;
  });
  platform.bus.publish('events', user.id);
  return user.id;
}

async function findOrCreate(
  tx: Tx,
  config: Config,
  input: SignInForDevelopment,
  now: Date,
): Promise<{ user: User; created: boolean }> {
  const email = input.email.toLowerCase();
  const existing = await tx.user.findUnique({ where: { developmentEmail: email } });
  if (existing) return { user: existing, created: false };
  const account = {
    email,
    emailVerified: false,
    developmentEmail: email,
    timeZone: input.timeZone,
    // Nobody verified the address, but this way to sign in does not exist where that would matter.
    roles: rolesOf(config, email),
  };
  const created = await createAccount(tx, account, now);
  if (created) return { user: created, created: true };
  return { user: await tx.user.findUniqueOrThrow({ where: { developmentEmail: email } }), created: false };
}
