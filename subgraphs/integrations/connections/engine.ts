import { isDatabaseAway } from '../../shared/db.ts';
import { BrokenOff, workUnderLease } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Page, Position, Provider, ProviderCall } from '../providers/provider.ts';
import { ProviderFault } from '../providers/provider.ts';
import { providers } from '../providers/providers.ts';
import { openCalls } from './calls.ts';
import type { Means } from './means.ts';
import { counted, syncsEnded } from './metrics.ts';
import { handOver } from './queue.ts';
import { type Failure, fail, handBack, leaseMs, renew, type SyncLease, startAnew, storePage, takeUp } from './syncs.ts';

/** Progress of a sync is told at most so often, in milliseconds. */
const tellingPause = 1_000;

/**
 * Syncs a connection that is due, page after page, until nothing more is there. Does nothing when somebody else is at it.
 * @param closing aborted when this process is about to end
 */
export async function syncNow(
  platform: Platform,
  means: Means,
  connectionId: string,
  closing: AbortSignal,
): Promise<void> {
  const lease = await takeUp(platform, connectionId);
  if (!lease) return;
  const again = await workUnderLease({
    platform,
    id: connectionId,
    closing,
    time: means.turn,
    lease: { ms: leaseMs, renew: () => renew(platform, lease) },
    work: (signal) => readPages(platform, means, lease, signal),
    conclude: (cause) => conclude(platform, means, lease, cause),
  });
  if (again) await handOver(platform, connectionId);
}

/**
 * @returns whether another sync is wanted at once
 * @throws LeaseLost, ProviderFault, BrokenOff, and whatever goes wrong on our side
 */
async function readPages(platform: Platform, means: Means, lease: SyncLease, signal: AbortSignal): Promise<boolean> {
  const provider = providers.get(lease.connection.provider);
  if (!provider?.pull) throw new ProviderFault('REFUSED', 'Jarvis does not fetch from this service any more.');
  const call = await openCalls(platform, lease, provider, counted(means.outside(signal), provider.id));
  let { position } = lease;
  let isAnew = false;
  let toldAt = platform.now().getTime();
  for (;;) {
    signal.throwIfAborted();
    const page = await pull(provider, call, position).catch(async (error) => {
      if (!(error instanceof ProviderFault && error.kind === 'EXPIRED')) throw error;
      if (isAnew) throw new ProviderFault('REFUSED', `${provider.name} does not let us read on.`);
      isAnew = true;
      await startAnew(platform, lease);
      return null;
    });
    if (page === null) {
      position = null;
      continue;
    }
    signal.throwIfAborted();
    const at = platform.now().getTime();
    const tells = at - toldAt >= tellingPause;
    if (tells) toldAt = at;
    const { again } = await storePage(platform, lease, { page, provider, write: means.write, tells });
    if (!page.more) {
      syncsEnded.inc({ provider: provider.id, outcome: 'DONE' });
      return again;
    }
    position = page.position;
  }
}

const pull = async (provider: Provider, call: ProviderCall, position: Position | null): Promise<Page> =>
  provider.pull!(call, position);

/** What a failure means for the sync. @throws LeaseLost, and what another attempt may not meet */
async function conclude(platform: Platform, means: Means, lease: SyncLease, cause: unknown): Promise<boolean> {
  // Others have their turn, or this process ends.
  if (cause instanceof BrokenOff) {
    await handBack(platform, lease);
    return true;
  }
  // Our own trouble, with the database for instance: once the lease has run out, somebody goes on where this one was.
  if ((cause as Error).name?.startsWith('PrismaClient') || isDatabaseAway(cause)) throw cause;
  const failure = toFailure(cause);
  await fail(platform, lease, failure, means.random());
  syncsEnded.inc({ provider: lease.connection.provider, outcome: failure.kind });
  if (!(cause instanceof ProviderFault)) {
    platform.log.error({ connectionId: lease.connection.id, error: cause }, 'a sync failed');
  }
  return false;
}

function toFailure(cause: unknown): Failure {
  if (!(cause instanceof ProviderFault)) {
    return { kind: 'INTERNAL', message: 'Something went wrong on our side.', retryAfter: null };
  }
  const { kind, message, retryAfter } = cause;
  return { kind: kind === 'EXPIRED' ? 'REFUSED' : kind, message, retryAfter };
}
