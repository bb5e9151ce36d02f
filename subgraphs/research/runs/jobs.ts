import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import { workOnRun } from './engine.ts';
import type { Means } from './means.ts';
import { sweepRuns } from './queue.ts';
import { scheduleDueRuns } from './scheduler.ts';
import { sweepSnapshots } from './snapshots.ts';
import { type Budget, usualBudget } from './work.ts';

const second = 1_000;
/** Runs that one process works on at the same time: they wait for servers most of the time. */
const runsAtOnce = 16;

export function researchJobs(platform: Platform, means: Means, budget: Budget = usualBudget): JobDefinition[] {
  return [
    { name: 'research.schedule', every: 20 * second, run: () => scheduleDueRuns(platform) },
    {
      name: 'research.run',
      concurrency: runsAtOnce,
      run: ({ runId }, closing) => workOnRun(platform, means, budget, runId!, closing),
    },
    { name: 'research.sweepRuns', every: 5 * second, run: () => sweepRuns(platform) },
    { name: 'research.sweepSnapshots', every: 3_600 * second, run: () => sweepSnapshots(platform) },
  ];
}
