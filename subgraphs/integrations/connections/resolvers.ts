import { signedIn } from '../../shared/context.ts';
import type { EventData, LoggedEvent } from '../../shared/events.ts';
import { kindOf } from '../../shared/ids.ts';
import type { Context } from '../context.ts';
import type { Resolvers, SyncState } from '../generated.ts';
import { addressOf } from '../incoming/hooks.ts';
import { newestFirst, readPage } from '../page.ts';
import { nameOf, providers, unavailableReason } from '../providers/providers.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');

export const connectionResolvers = {
  IntegrationProvider: {
    name: (provider, _args, ctx) => nameOf(provider, ctx.config),
    available: (provider, _args, ctx) => unavailableReason(provider, ctx.config) === null,
    unavailableReason: (provider, _args, ctx) => unavailableReason(provider, ctx.config),
    settings: ({ settingsSchema }) =>
      Object.entries(settingsSchema.shape).map(([name, member]) => ({ name, description: member.description ?? name })),
  },
  Connection: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.connection.load(ref.id),
    provider: (row) => providers.get(row.provider)!,
    device: (row) => (kindOf(row.account) === 'device' ? { id: row.account } : null),
    incomingAddress: async (row, _args, ctx) => {
      const address = (await ctx.loaders.connectionSync.load(row.id))?.incomingAddress;
      return address == null ? null : addressOf(ctx.config, providers.get(row.provider)!, address);
    },
    scopes: async (row, _args, ctx) => (await ctx.loaders.connectionSync.load(row.id))?.scopes ?? [],
    lastFullSyncAt: async (row, _args, ctx) => (await ctx.loaders.connectionSync.load(row.id))?.lastFullSyncAt ?? null,
    nextSyncAt: async (row, _args, ctx) =>
      row.status === 'PAUSED' || row.status === 'NEEDS_REAUTH'
        ? null
        : ((await ctx.loaders.connectionSync.load(row.id))?.nextSyncAt ?? null),
    syncing: async (row, _args, ctx) => {
      const sync = await ctx.loaders.connectionSync.load(row.id);
      return sync?.leaseUntil != null && sync.leaseUntil > ctx.now();
    },
    log: (row, args, ctx) => {
      const where = { userId: row.userId, connectionId: row.id };
      return readPage((page) => ctx.db.connectionLogEntry.findMany(page), where, newestFirst('at'), args);
    },
  },
} satisfies Partial<Resolvers>;

const states: Partial<Record<LoggedEvent['type'], SyncState>> = {
  'sync.started': 'STARTED',
  'sync.progressed': 'PROGRESSED',
  'sync.finished': 'FINISHED',
  'sync.failed': 'FAILED',
};

export const connectionSubscriptions = {
  syncStatus: async (event: LoggedEvent, _args: unknown, ctx: Context) => {
    const data = event.data as Partial<EventData<'sync.finished'> & EventData<'sync.failed'>>;
    return {
      event,
      connection: await reading(ctx).loaders.connection.load(event.subjectId),
      state: states[event.type],
      received: data.received ?? 0,
      changed: data.changed ?? 0,
      deleted: data.deleted ?? 0,
      failure: data.failure ?? null,
    };
  },
};
