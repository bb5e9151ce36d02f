import type { Connection } from '../../../prisma/generated/client.ts';
import type { UserContext } from '../../shared/context.ts';
import { invalid, limit, taken } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import { passOnSources } from '../device/sources.ts';
import type { ConnectDeviceProviderInput, UpdateConnectionInput } from '../generated.ts';
import { keepLogged } from '../mapping/days.ts';
import type { Provider } from '../providers/provider.ts';
import { providers } from '../providers/providers.ts';
import { checkReferences } from '../references.ts';
import { readCredentials } from './credentials.ts';
import { writeLog } from './log.ts';
import { handOver, syncSoon } from './queue.ts';
import { putAside } from './revocations.ts';

/** How many connections one person may have. */
export const mostConnections = 50;
const longestSettings = 10_000;

/**
 * Connects a provider whose data a device sends.
 * @throws UserErrors INVALID, NOT_FOUND (device), TAKEN (provider and device), CONFLICT (id), LIMIT.
 */
export async function connectDeviceProvider(ctx: UserContext, input: ConnectDeviceProviderInput): Promise<Connection> {
  const provider = providers.get(input.provider)!;
  const checks = new Checks();
  checks.newId(['id'], 'connection', input.id);
  checks.text(['label'], input.label, 100);
  checks.that(provider.kind === 'DEVICE', ['provider'], `${provider.name} is not connected through a device.`);
  if (input.deviceId != null) {
    const path = ['deviceId'];
    await checkReferences(checks, ctx.db, ctx.userId, [{ id: input.deviceId, path }], 'device');
  }
  const settings = checkSettings(checks, provider, input.settings ?? {});
  checks.done();

  const hash = inputHash(input);
  const now = ctx.now();
  const id = input.id ?? newId('connection', now);
  const account = input.deviceId ?? '';
  const { userId } = ctx;
  const row: Connection = {
    userId,
    id,
    provider: provider.id,
    account,
    label: input.label ?? provider.name,
    status: 'ACTIVE',
    statusReason: null,
    settings,
    lastSyncAt: null,
    accountLabel: null,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const { count } = await ctx.db.connection.createMany({ data: [{ ...row, settings }], skipDuplicates: true });
  if (count === 0) {
    const existing = await ctx.db.connection.findUnique({ where: { userId_id: { userId, id } } });
    if (existing) return sameCreation(existing, hash);
    throw taken(
      input.deviceId == null ? ['provider'] : ['deviceId'],
      `${provider.name} is already connected${input.deviceId == null ? '' : ' on this device'}.`,
    );
  }
  const having = await ctx.db.connection.count({ where: { userId } });
  if (having > mostConnections) throw limit([], `One may have at most ${mostConnections} connections.`);
  await writeLog(ctx, id, 'CONNECTED');
  await publish(ctx, { type: 'connection.created', subjectId: id, data: {} });
  return row;
}

/**
 * Pauses, resumes, renames or sets a connection.
 * @throws UserErrors INVALID, NOT_FOUND, CONFLICT with the current connection.
 */
export async function updateConnection(ctx: UserContext, input: UpdateConnectionInput): Promise<Connection> {
  await lockRow(ctx, 'connection', input.id, 'connection');
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const current = await ctx.db.connection.findUniqueOrThrow({ where });
  expectVersion(current.version, input.expectedVersion, { connection: current });
  const provider = providers.get(current.provider)!;
  const checks = new Checks();
  checks.text(['label'], input.label, 100);
  const settings = input.settings == null ? undefined : checkSettings(checks, provider, input.settings);
  const status = nextStatus(checks, current.status, input.paused);
  checks.done();

  const changes = changesOf(current, { label: input.label ?? undefined, settings, status });
  if (Object.keys(changes).length === 0) return current;
  const data = { ...changes, version: current.version + 1, updatedAt: ctx.now() };
  const changed = await ctx.db.connection.update({ where, data });
  if (changes.status) await writeLog(ctx, input.id, changes.status === 'PAUSED' ? 'PAUSED' : 'RESUMED');
  if (changes.status === 'ACTIVE' || changes.settings) await syncSoon(ctx, input.id);
  await publish(ctx, { type: 'connection.updated', subjectId: input.id, data: {} });
  return changed;
}

/** The status after pausing or resuming: only what works can be paused, and only what is paused goes on. */
function nextStatus(checks: Checks, status: string, paused: boolean | null | undefined): string | undefined {
  if (paused == null) return undefined;
  if (!paused) return status === 'PAUSED' ? 'ACTIVE' : undefined;
  checks.that(status === 'ACTIVE' || status === 'PAUSED', ['paused'], 'Only a connection that works can be paused.');
  return 'PAUSED';
}

/**
 * Ends a connection: it goes with its log, its credentials and what came from it, and the access is given back at the provider. Progress that was
 * logged from it stays.
 * @throws UserErrors NOT_FOUND.
 */
export async function disconnect(ctx: UserContext, id: string): Promise<void> {
  const { db, userId, secrets } = ctx;
  await lockRow(ctx, 'connection', id, 'connection');
  const connection = await db.connection.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
  const held = await readCredentials(db, secrets, { userId, connectionId: id });
  if (held && !(await isShared(ctx, connection))) {
    await putAside(db, ctx, userId, connection.provider, held.credentials);
    ctx.afterCommit(() => ctx.jobs.add('integrations.giveBack', {}));
  }
  await db.connection.delete({ where: { userId_id: { userId, id } } });
  const data = providers.get(connection.provider)?.data ?? [];
  await keepLogged(ctx, data);
  if (data.includes('HEALTH')) await passOnSources(ctx);
  await publish(ctx, { type: 'connection.deleted', subjectId: id, data: {} });
}

/** Whether another connection of the account stands on the same agreement at the provider: it would end with this one. */
async function isShared({ db, userId }: UserContext, { id, provider, account }: Connection): Promise<boolean> {
  const grant = providers.get(provider)?.connect?.grant;
  if (grant === undefined) return false;
  const others = [...providers.values()].filter(({ connect }) => connect?.grant === grant).map((other) => other.id);
  const where = { userId, account, provider: { in: others }, id: { not: id } };
  return (await db.connection.count({ where })) > 0;
}

/** How soon a person may ask for another sync, in seconds. */
const askingPause = 15;

/**
 * Has a connection synced now. While a sync is under way, another follows it.
 * @throws UserErrors NOT_FOUND, INVALID where there is nothing to fetch, LIMIT when it is too soon.
 */
export async function syncConnection(ctx: UserContext, id: string): Promise<Connection> {
  const { db, userId } = ctx;
  await lockRow(ctx, 'connection', id, 'connection');
  const connection = await db.connection.findUniqueOrThrow({
    where: { userId_id: { userId, id } },
    include: { sync: true },
  });
  const { sync, status } = connection;
  if (!sync) throw invalid(['id'], 'Its data is sent to Jarvis: there is nothing to fetch.');
  if (status === 'PAUSED') throw invalid(['id'], 'It is paused.');
  if (status === 'NEEDS_REAUTH') throw invalid(['id'], 'It has to be connected again.');
  const now = ctx.now();
  const { askedAt, notBefore } = sync;
  const soonest = Math.max(askedAt ? askedAt.getTime() + askingPause * 1_000 : 0, notBefore?.getTime() ?? 0);
  const wait = Math.ceil((soonest - now.getTime()) / 1_000);
  if (wait > 0) throw limit(['id'], `It can be synced again in ${wait} s.`);
  await db.connectionSync.update({
    where: { userId_connectionId: { userId, connectionId: id } },
    data: { askedAt: now },
  });
  await syncSoon(ctx, id);
  ctx.afterCommit(() => handOver(ctx, id));
  return connection;
}

/** Settings as the provider wants them; what is wrong with them is noted. */
export function checkSettings(checks: Checks, provider: Provider, settings: unknown): Record<string, string[]> {
  const size = JSON.stringify(settings)?.length ?? 0;
  if (size > longestSettings) {
    checks.add('LIMIT', ['settings'], `"settings" may have at most ${longestSettings} characters.`);
    return {};
  }
  const result = provider.settingsSchema.safeParse(settings);
  for (const issue of result.error?.issues ?? []) {
    checks.add('INVALID', ['settings', ...issue.path.map(String)], `${provider.name}: ${issue.message}.`);
  }
  return (result.data ?? {}) as Record<string, string[]>;
}
