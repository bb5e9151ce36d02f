import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import { logSoon } from '../mapping/jobs.ts';
import type { PayloadResolvers } from '../payload.ts';
import { ingestCalendarEvents, ingestReminders } from './eventKit.ts';
import { ingestHealthSamples } from './health.ts';
import { setMetricSource } from './series.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

/** What devices send; what mappings make of it follows after the commit. */
export const deviceMutations: PayloadResolvers<
  'ingestHealthSamples' | 'ingestCalendarEvents' | 'ingestReminders' | 'setMetricSource'
> = {
  ingestHealthSamples: (_, { input }, ctx) => {
    logSoon(ctx);
    return ingestHealthSamples(writing(ctx), input);
  },
  ingestCalendarEvents: (_, { input }, ctx) => {
    logSoon(ctx);
    return ingestCalendarEvents(writing(ctx), input);
  },
  ingestReminders: (_, { input }, ctx) => {
    logSoon(ctx);
    return ingestReminders(writing(ctx), input);
  },
  setMetricSource: async (_, { input }, ctx) => {
    logSoon(ctx);
    return { healthMetric: await setMetricSource(writing(ctx), input) };
  },
};
