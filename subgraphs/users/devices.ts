import type { Device } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';
import { limit, notFound } from '../shared/errors.ts';
import { type NewEvent, type Publisher, publish } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { audit } from './audit.ts';
import type { UserContext } from './context.ts';
import type { DevicePlatform, RegisterDeviceInput } from './generated.ts';

/** More than anybody has; whoever reaches it makes up ids. */
const mostDevices = 50;

/** The device that signs in. */
export interface SignInDevice {
  id?: string | null | undefined;
  name: string;
  platform: DevicePlatform;
  appVersion?: string | null | undefined;
}

export function checkSignInDevice(checks: Checks, device: SignInDevice | null | undefined): void {
  if (device) checkDevice(checks, ['device'], device);
}

function checkDevice(checks: Checks, path: string[], device: SignInDevice): void {
  checks.newId([...path, 'id'], 'device', device.id);
  checks.text([...path, 'name'], device.name, 100);
  checks.text([...path, 'appVersion'], device.appVersion, 50);
}

/**
 * The device of a sign-in, registered or seen again. It keeps its push token. Nobody is kept from signing in by too many
 * devices: then the session simply has none.
 */
export async function deviceAtSignIn(
  tx: Tx,
  userId: string,
  device: SignInDevice,
  now: Date,
): Promise<{ id: string; event: NewEvent | null } | null> {
  const id = device.id ?? newId('device', now);
  const data = { name: device.name, platform: device.platform, appVersion: device.appVersion ?? null };
  const existing = device.id ? await lockDevice(tx, userId, id) : null;
  if (existing) {
    const same =
      existing.name === data.name && existing.platform === data.platform && existing.appVersion === data.appVersion;
    await tx.device.update({
      where: { userId_id: { userId, id } },
      data: same ? { lastSeenAt: now } : { ...data, inputHash: null, lastSeenAt: now, ...nextVersion(now) },
    });
    return { id, event: same ? null : { type: 'device.updated', subjectId: id, data: {} } };
  }
  if (await isFull(tx, userId)) return null;
  const rows = [{ userId, id, ...data, lastSeenAt: now, createdAt: now, updatedAt: now }];
  const { count } = await tx.device.createMany({ data: rows, skipDuplicates: true });
  return { id, event: count === 1 ? { type: 'device.registered', subjectId: id, data: {} } : null };
}

/**
 * Makes a device known, or brings what is known of it up to date. A push token belongs to one device: whoever had it
 * before gives it up, since it names the phone itself, whoever is signed in on it. Registering the same again changes
 * nothing but when it was seen.
 * @throws UserErrors INVALID, REQUIRED, LIMIT.
 */
export async function registerDevice(ctx: UserContext, input: RegisterDeviceInput): Promise<{ device: Device }> {
  const checks = new Checks();
  checkDevice(checks, [], input);
  const pushToken = input.pushToken?.toLowerCase() ?? null;
  if (pushToken !== null) {
    checks.that(
      /^(?:[0-9a-f]{2}){16,100}$/.test(pushToken),
      ['pushToken'],
      '"pushToken" must be 32 to 200 hexadecimal digits.',
    );
    checks.required(['pushEnvironment'], input.pushEnvironment);
  }
  checks.done();
  const { db, userId } = ctx;
  const { id } = input;
  const now = ctx.now();
  const push = {
    pushToken,
    pushEnvironment: pushToken === null ? null : (input.pushEnvironment ?? null),
    // Registered anew each time: APNs calls a token dead as of an instant, and this one is alive now.
    pushRegisteredAt: pushToken === null ? null : now,
  };
  const data = { name: input.name, platform: input.platform, appVersion: input.appVersion ?? null };
  const inputHash = sha256(canonical({ ...data, pushToken, pushEnvironment: push.pushEnvironment }));
  const losers = pushToken === null ? [] : await takePushToken(ctx, pushToken, id);
  const existing = await lockDevice(db, userId, id);
  let device: Device;
  let event: NewEvent | null = null;
  if (existing) {
    const same = existing.inputHash === inputHash && existing.pushToken === pushToken;
    device = await db.device.update({
      where: { userId_id: { userId, id } },
      data: { ...data, ...push, inputHash, lastSeenAt: now, ...(!same && nextVersion(now)) },
    });
    if (!same) event = { type: 'device.updated', subjectId: id, data: {} };
  } else {
    if (await isFull(db, userId)) throw limit(['id'], `There are ${mostDevices} devices already; remove one first.`);
    const values = { ...data, ...push, inputHash, lastSeenAt: now };
    // Two registrations at once: the second one finds the row of the first, and brings it up to date.
    device = await db.device.upsert({
      where: { userId_id: { userId, id } },
      create: { userId, id, ...values, createdAt: now, updatedAt: now },
      update: values,
    });
    event = { type: 'device.registered', subjectId: id, data: {} };
    await audit(ctx, 'device.registered', id);
  }
  for (const { loser, events } of losers) {
    const actor = { kind: 'system' as const, id: 'devices' };
    await publish(loser === userId ? ctx : { db, userId: loser, actor, now: ctx.now }, ...events);
    if (loser !== userId) ctx.afterCommit(() => ctx.bus.publish('events', loser));
  }
  if (event) await publish(ctx, event);
  return { device };
}

/**
 * Forgets a device.
 * @throws UserErrors NOT_FOUND.
 */
export async function removeDevice(ctx: UserContext, { id }: { id: string }): Promise<{ id: string }> {
  const { count } = await ctx.db.device.deleteMany({ where: { userId: ctx.userId, id } });
  if (count === 0) throw notFound(['id'], 'device');
  await audit(ctx, 'device.removed', id);
  await publish(ctx, { type: 'device.removed', subjectId: id, data: {} });
  return { id };
}

/** A push token that APNs does not know any more leaves its device, unless the app has registered it anew since then. */
export async function dropPushToken(
  ctx: Publisher,
  id: string,
  { token, reason, since }: { token: string; reason: string; since: string },
): Promise<void> {
  const { db, userId } = ctx;
  const device = await lockDevice(db, userId, id);
  if (!device?.pushToken || sha256(device.pushToken) !== token) return;
  if (device.pushRegisteredAt && device.pushRegisteredAt > new Date(since)) return;
  await db.device.update({ where: { userId_id: { userId, id } }, data: { ...noPush, ...nextVersion(ctx.now()) } });
  await audit(ctx, 'device.pushTokenDropped', id, { reason });
  await publish(ctx, { type: 'device.updated', subjectId: id, data: {} });
}

/** The user's devices, most recently seen first. */
export function listDevices(ctx: UserContext): Promise<Device[]> {
  const orderBy = [{ lastSeenAt: 'desc' as const }, { id: 'desc' as const }];
  return ctx.db.device.findMany({ where: { userId: ctx.userId }, orderBy, take: mostDevices });
}

/** The one place that reaches across accounts: the token leaves whichever other device had it. */
async function takePushToken(ctx: UserContext, pushToken: string, id: string) {
  const rows = await ctx.db.device.updateManyAndReturn({
    where: { pushToken, NOT: { userId: ctx.userId, id } },
    data: {
      ...noPush,
      version: { increment: 1 },
      updatedAt: ctx.now(),
    },
    select: { userId: true, id: true },
  });
  return rows.map((row) => ({
    loser: row.userId,
    events: [{ type: 'device.updated', subjectId: row.id, data: {} } satisfies NewEvent],
  }));
}

async function lockDevice(tx: Tx, userId: string, id: string): Promise<Device | null> {
  await tx.$queryRaw`SELECT 1 FROM devices WHERE user_id = ${userId} AND id = ${id} FOR UPDATE`;
  return tx.device.findUnique({ where: { userId_id: { userId, id } } });
}

const noPush = { pushToken: null, pushEnvironment: null, pushRegisteredAt: null, inputHash: null };
const isFull = async (tx: Tx, userId: string) => (await tx.device.count({ where: { userId } })) >= mostDevices;
const nextVersion = (now: Date) => ({ version: { increment: 1 }, updatedAt: now });
