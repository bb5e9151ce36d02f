import type { Connection } from '../../../prisma/generated/client.ts';
import { sha256 } from '../../shared/crypto.ts';
import { isDatabaseAway, type Tx } from '../../shared/db.ts';
import { type NewEvent, type Publisher, publish } from '../../shared/events.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import { writeLog } from '../connections/log.ts';
import { createMeans, type Means } from '../connections/means.ts';
import { counted } from '../connections/metrics.ts';
import { askToConnectAgain } from '../connections/news.ts';
import { handOver, syncSoon } from '../connections/queue.ts';
import { incomingWebhook } from '../providers/incomingWebhook/incomingWebhook.ts';
import type { IncomingCall, Provider, Receive } from '../providers/provider.ts';
import { ProviderFault } from '../providers/provider.ts';
import { providers } from '../providers/providers.ts';
import { nameInAddress, openSecrets } from './hooks.ts';
import { createRates } from './rates.ts';

/** A call at the door, `POST /hooks/<service>/<address>`, as it came. */
export interface DoorCall {
  service: string;
  /** Null where a provider calls one address for all accounts. */
  address: string | null;
  headers: { [name: string]: string | undefined };
  body: Buffer;
}

/** What the caller is told: a status, and for 429 and 503 in how many seconds to come again. */
export interface DoorAnswer {
  status: 200 | 202 | 400 | 401 | 404 | 429 | 503;
  retryAfter?: number;
}

type Told = NonNullable<ReturnType<Receive['read']>>;

/** Providers that call, by what they are called in addresses. */
const callers = new Map(
  [...providers.values()].filter(({ receive }) => receive).map((one) => [nameInAddress(one), one]),
);
/** What a paused connection's log says, once. */
const whilePaused = 'It was called while it is paused: what was said is not taken in.';

/**
 * Takes in calls of providers. Nothing a call says counts before its signature is checked, with the same work whether there is such an address
 * or not. Its effect, the event and the line in the log are one transaction with the note that it was seen: a call that comes a hundred times has
 * one effect, and one that met a fault may come again.
 */
export function createIncoming(
  platform: Platform,
  means: Pick<Means, 'outside' | 'write'> = createMeans(platform),
): (call: DoorCall) => Promise<DoorAnswer> {
  const { db, secrets, now } = platform;
  const mayCall = createRates(now);
  const decoySealed = secrets.seal(`whsec_${Buffer.alloc(32, 1).toString('base64')}`, 'decoy');

  async function find(provider: Provider, { address, body }: DoorCall) {
    const account = provider.receive?.accountOf?.(body);
    if (account !== undefined) {
      const connection =
        account === null ? null : await db.connection.findFirst({ where: { provider: provider.id, account } });
      return connection && { connection, secrets: [] };
    }
    const found = await db.incomingHook.findUnique({
      where: { address: address ?? '' },
      include: { connection: true },
    });
    if (found?.connection.provider === provider.id) {
      return { connection: found.connection, secrets: openSecrets(secrets, found, now()) };
    }
    return null;
  }

  async function receive(call: DoorCall): Promise<DoorAnswer> {
    const known = callers.get(call.service);
    const provider = known ?? incomingWebhook;
    const found = await find(provider, call);
    const held = found?.secrets ?? [secrets.open(decoySealed, 'decoy')];
    const incoming: IncomingCall = {
      outside: counted(means.outside(), provider.id),
      headers: call.headers,
      body: call.body,
      secrets: held,
      connection: found?.connection ?? { userId: '', id: '', account: '', settings: {} },
    };
    const isGenuine = await provider.receive!.verify(incoming);
    if (!known || !found) return { status: 404 };
    if (!isGenuine) return { status: 401 };
    const retryAfter = mayCall(found.connection.id);
    if (retryAfter !== null) return { status: 429, retryAfter };
    const told = provider.receive!.read(incoming);
    if (!told) return { status: 400 };
    return takeIn(platform, means, found.connection, told);
  }

  return async (call) => {
    try {
      return await receive(call);
    } catch (error) {
      if (error instanceof ProviderFault) return { status: 503, retryAfter: error.retryAfter ?? 30 };
      if (isDatabaseAway(error)) return { status: 503, retryAfter: 5 };
      throw error;
    }
  };
}

/** What a genuine call leads to. */
async function takeIn(
  platform: Platform,
  { write }: Pick<Means, 'write'>,
  { userId, id }: Connection,
  told: Told,
): Promise<DoorAnswer> {
  const { now, bus } = platform;
  const outcome = await transaction(platform.db, async (tx): Promise<'GONE' | 'SEEN' | 'PAUSED' | 'TAKEN'> => {
    // Whoever changes or ends the connection, and the same call once more, wait here.
    await tx.$executeRaw`SELECT 1 FROM connections WHERE user_id = ${userId} AND id = ${id} FOR UPDATE`;
    const connection = await tx.connection.findUnique({ where: { userId_id: { userId, id } } });
    if (!connection) return 'GONE';
    const ctx: Publisher = { db: tx, userId, now, actor: { kind: 'system', id: 'integrations.incoming' } };
    if (connection.status === 'PAUSED') {
      await noteDropped(ctx, id);
      return 'PAUSED';
    }
    const seen = { userId, connectionId: id, id: sha256(told.id), at: now() };
    const { count } = await tx.incomingCall.createMany({ data: [seen], skipDuplicates: true });
    if (count === 0) return 'SEEN';
    const news: NewEvent[] = [];
    if (told.delivery) {
      const counts = await write(ctx, connection, told.delivery);
      await tx.connection.update({ where: { userId_id: { userId, id } }, data: { lastSyncAt: now() } });
      await writeLog(ctx, id, 'SYNCED', { counts });
      news.push({ type: 'sync.finished', subjectId: id, data: { ...counts } });
    }
    if (told.sync) await syncSoon(ctx, id);
    if (told.reauth !== undefined) news.push(...(await wantSignIn(ctx, connection, told.reauth)));
    if (told.isRepaired) news.push(...(await letIn(ctx, connection)));
    await publish(ctx, ...news);
    return 'TAKEN';
  });
  if (outcome === 'GONE') return { status: 404 };
  if (outcome === 'SEEN') return { status: 200 };
  if (outcome === 'TAKEN') {
    bus.publish('events', userId);
    // The table says that it is due: if this is lost, it is found there.
    if (told.sync || told.isRepaired)
      await handOver(platform, id).catch((error) => platform.log.warn({ error: error.message }, 'no queue'));
  }
  return { status: 202 };
}

/** One line, however often it is called meanwhile. */
async function noteDropped(ctx: Publisher, connectionId: string): Promise<void> {
  const last = await ctx.db.connectionLogEntry.findFirst({
    where: { userId: ctx.userId, connectionId },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
  });
  if (last?.message !== whilePaused) await writeLog(ctx, connectionId, 'FAILED', { message: whilePaused });
}

/** The person has signed in again at the provider itself: it goes on. */
async function letIn(ctx: Publisher, { id, userId, status }: Connection): Promise<NewEvent[]> {
  if (status !== 'NEEDS_REAUTH') return [];
  await ctx.db.connection.update({
    where: { userId_id: { userId, id } },
    data: { status: 'ACTIVE', statusReason: null, version: { increment: 1 }, updatedAt: ctx.now() },
  });
  await writeLog(ctx, id, 'CONNECTED');
  await syncSoon(ctx, id, { fresh: true });
  return [{ type: 'connection.updated', subjectId: id, data: {} }];
}

/** The provider says that the person has to sign in again. */
async function wantSignIn(
  ctx: Publisher & { db: Tx },
  { id, userId, status, label, version: before }: Connection,
  reason: string,
): Promise<NewEvent[]> {
  if (status === 'NEEDS_REAUTH') return [];
  const version = before + 1;
  await ctx.db.connection.update({
    where: { userId_id: { userId, id } },
    data: { status: 'NEEDS_REAUTH', statusReason: reason, version, updatedAt: ctx.now() },
  });
  await writeLog(ctx, id, 'FAILED', { message: reason });
  await askToConnectAgain(ctx, { id, label, version }, reason);
  return [{ type: 'connection.updated', subjectId: id, data: {} }];
}
