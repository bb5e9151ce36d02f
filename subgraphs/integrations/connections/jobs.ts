import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import { syncNow } from './engine.ts';
import { trimLogs } from './log.ts';
import { createMeans, type Means } from './means.ts';
import { sweepSyncs } from './queue.ts';
import { giveBackDue } from './revocations.ts';

const second = 1_000;
const hour = 3_600 * second;
/** Connections that one process syncs at the same time: they wait for servers most of the time. */
const syncsAtOnce = 8;

export function connectionJobs(platform: Platform, means: Means = createMeans(platform)): JobDefinition[] {
  return [
    {
      name: 'integrations.sync',
      concurrency: syncsAtOnce,
      run: ({ connectionId = '' }, closing) => syncNow(platform, means, connectionId, closing),
    },
    { name: 'integrations.sweepSyncs', every: 5 * second, run: () => sweepSyncs(platform) },
    { name: 'integrations.giveBack', every: 10 * second, run: () => giveBackDue(platform, means.outside()) },
    { name: 'integrations.trimLogs', every: hour, run: () => trimConnections(platform) },
  ];
}

/** Forgets old lines of logs, and sign-ins that nobody completed. */
async function trimConnections(platform: Platform): Promise<void> {
  await platform.db.connectionSignIn.deleteMany({ where: { expiresAt: { lte: platform.now() } } });
  await trimLogs(platform);
}
