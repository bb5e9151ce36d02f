import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import { workOffTriggers } from './due.ts';
import { workOnRun } from './engine.ts';
import { forgetOldRuns, sweepRuns } from './queue.ts';

const second = 1_000;
/** Runs that one process works on at the same time: they wait for others most of the time. */
const runsAtOnce = 16;

export function ruleJobs(platform: Platform): JobDefinition[] {
  return [
    { name: 'integrations.watchRules', every: 5 * second, run: () => workOffTriggers(platform) },
    {
      name: 'integrations.runRule',
      concurrency: runsAtOnce,
      run: ({ runId }, closing) => workOnRun(platform, runId!, closing),
    },
    { name: 'integrations.sweepRuleRuns', every: 5 * second, run: () => sweepRuns(platform) },
    { name: 'integrations.forgetRuleRuns', every: 3_600 * second, run: () => forgetOldRuns(platform) },
  ];
}
