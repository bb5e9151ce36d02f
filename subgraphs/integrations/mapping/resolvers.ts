import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { MappingAggregation, MappingSource, Resolvers } from '../generated.ts';
import { byCreation, readPage } from '../page.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');

/** Which data becomes which goal's progress. */
export const mappingResolvers = {
  User: {
    progressMappings: (_, args, ctx) => {
      const { userId } = reading(ctx);
      return readPage((page) => ctx.db.progressMapping.findMany(page), { userId }, byCreation, args);
    },
  },
  Goal: {
    progressMappings: (row, _args, ctx) => {
      reading(ctx);
      return ctx.loaders.mappingsOfGoal.load(row.id);
    },
  },
  ProgressMapping: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.mapping.load(ref.id),
    goal: ({ goalId }) => ({ id: goalId }),
    source: ({ source }) => source as MappingSource,
    aggregation: ({ aggregation }) => aggregation as MappingAggregation,
    daysWaiting: ({ userId, id }, _args, ctx) =>
      ctx.db.progressMappingDay.count({ where: { userId, mappingId: id, dueAt: { lte: ctx.now() } } }),
  },
} satisfies Resolvers;
