import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated.ts';
import { listMetrics, readSeries } from './series.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');
const dayOf = (date: string | Date): string => (typeof date === 'string' ? date : date.toISOString().slice(0, 10));

/** What devices measured. */
export const deviceResolvers = {
  User: {
    healthMetrics: (_, _args, ctx) => listMetrics(reading(ctx)),
    healthSeries: (_, { type, from, to, aggregation }, ctx) =>
      readSeries(reading(ctx), { type, from: dayOf(from), to: dayOf(to), aggregation: aggregation ?? null }) as never,
  },
  HealthMetric: {
    connection: ({ owner }, _args, ctx) => owner && ctx.loaders.connection.load(owner.connectionId),
    source: ({ owner }) => owner?.source ?? '',
  },
  HealthMetricSource: {
    connection: ({ connectionId }, _args, ctx) => ctx.loaders.connection.load(connectionId) as never,
  },
} satisfies Resolvers;
