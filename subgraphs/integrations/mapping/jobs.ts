import type { Context } from '../../shared/context.ts';
import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import { logDueDays } from './log.ts';

/** What is due stands in the database; the sweep finds what the queue lost, and days that have come meanwhile. */
export function mappingJobs(platform: Platform): JobDefinition[] {
  return [
    { name: 'integrations.logMapped', run: (_, closing) => logDueDays(platform, closing) },
    { name: 'integrations.sweepMapped', every: 5_000, run: (_, closing) => logDueDays(platform, closing) },
  ];
}

/** Hurries what a mutation has marked, once it has committed. Without a queue the sweep does it. */
export function logSoon(ctx: Pick<Context<never>, 'afterCommit' | 'jobs' | 'log'>): void {
  ctx.afterCommit(() => ctx.jobs.add('integrations.logMapped', {}));
}
