import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { PayloadResolvers } from '../payload.ts';
import { logSoon } from './jobs.ts';
import { createMapping, deleteMapping, updateMapping } from './mappings.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

/** Mappings, as a person sets them. */
export const mappingMutations: PayloadResolvers<
  'createProgressMapping' | 'updateProgressMapping' | 'deleteProgressMapping'
> = {
  createProgressMapping: async (_, { input }, ctx) => {
    logSoon(ctx);
    return { progressMapping: await createMapping(writing(ctx), input) };
  },
  updateProgressMapping: async (_, { input }, ctx) => {
    logSoon(ctx);
    return { progressMapping: await updateMapping(writing(ctx), input) };
  },
  deleteProgressMapping: async (_, { input }, ctx) => {
    await deleteMapping(writing(ctx), input.id);
    return { progressMappingId: input.id };
  },
};
