import type { Connection } from '../../prisma/generated/client.ts';
import type { UserContext } from '../shared/context.ts';
import { limit, notFound, taken } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import type { ConnectDeviceProviderInput, UpdateConnectionInput } from './generated.ts';
import { type Provider, providers } from './providers.ts';
import { checkReferences } from './references.ts';

/** How many connections one person may have. */
const mostConnections = 50;
const longestSettings = 10_000;

type LogKind = 'CONNECTED' | 'PAUSED' | 'RESUMED' | 'SYNCED' | 'FAILED';

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
 * Deletes a connection with its log.
 * @throws UserErrors NOT_FOUND.
 */
export async function disconnect(ctx: UserContext, id: string): Promise<void> {
  const { count } = await ctx.db.connection.deleteMany({ where: { userId: ctx.userId, id } });
  if (count === 0) throw notFound(['id'], 'connection');
  await publish(ctx, { type: 'connection.deleted', subjectId: id, data: {} });
}

function checkSettings(checks: Checks, provider: Provider, settings: unknown): Record<string, string[]> {
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

async function writeLog(ctx: UserContext, connectionId: string, kind: LogKind): Promise<void> {
  const at = ctx.now();
  const counts = { received: 0, changed: 0, deleted: 0 };
  const data = { userId: ctx.userId, id: newId('sync', at), connectionId, kind, message: null, ...counts, at };
  await ctx.db.connectionLogEntry.create({ data });
}
