import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { PayloadResolvers } from '../payload.ts';
import { connectDeviceProvider, disconnect, syncConnection, updateConnection } from './connections.ts';
import { beginConnection, completeConnection } from './signIns.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

export const connectionMutations: PayloadResolvers<
  | 'connectDeviceProvider'
  | 'beginConnection'
  | 'completeConnection'
  | 'syncConnection'
  | 'updateConnection'
  | 'disconnect'
> = {
  connectDeviceProvider: async (_, { input }, ctx) => ({
    connection: await connectDeviceProvider(writing(ctx), input),
  }),
  beginConnection: (_, { input }, ctx) => beginConnection(writing(ctx), input),
  completeConnection: async (_, { input }, ctx) => ({ connection: await completeConnection(writing(ctx), input) }),
  syncConnection: async (_, { input }, ctx) => ({
    connection: await syncConnection(writing(ctx), input.id),
  }),
  updateConnection: async (_, { input }, ctx) => ({ connection: await updateConnection(writing(ctx), input) }),
  disconnect: async (_, { input }, ctx) => {
    await disconnect(writing(ctx), input.id);
    return { connectionId: input.id };
  },
};

/** These speak to providers, for which no transaction may wait. */
export const outsideTransactions = ['beginConnection', 'completeConnection'];
