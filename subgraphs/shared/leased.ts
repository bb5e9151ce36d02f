import type { Platform } from './platform.ts';

/**
 * Work that one worker at a time does: who has its lease may store what comes of it. Each kind of work keeps leases of its own in its table; what all
 * of them have in common is here.
 */

/** The work was ended or paused, or another worker has it: whoever has the lease now answers for it. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** The work is broken off, to be gone on with or given up: it took its time, or the process ends. */
export class BrokenOff extends Error {
  override name = 'BrokenOff';
  readonly why: 'TIME' | 'CLOSING';

  constructor(why: 'TIME' | 'CLOSING') {
    super(why);
    this.why = why;
  }
}

export interface LeasedWork<T> {
  platform: Pick<Platform, 'bus' | 'log'>;
  /** What it is about: when the bus says `stops` of it, the lease is looked at. */
  id: string;
  /** Aborted when this process is about to end. */
  closing: AbortSignal;
  /** Milliseconds that this stretch of work may take. */
  time: number;
  lease: {
    /** Whoever was silent for so many milliseconds has lost it. */
    ms: number;
    /** Keeps it; false when it is lost. */
    renew(): Promise<boolean>;
  };
  /** The work itself; the signal ends whatever is under way. */
  work(signal: AbortSignal): Promise<T>;
  /** What becomes of it when it failed or was broken off. */
  conclude(cause: unknown): Promise<T>;
}

/**
 * Does a stretch of work under its lease, which is renewed meanwhile.
 * @returns what came of it; null when the lease was lost
 * @throws what `conclude` throws, but for LeaseLost
 */
export async function workUnderLease<T>(options: LeasedWork<T>): Promise<T | null> {
  const { platform, id, closing, time, lease, work, conclude } = options;
  const ending = new AbortController();
  const look = async () => {
    if (!(await lease.renew())) ending.abort(new LeaseLost('The work was ended, paused or taken over.'));
  };
  const keep = () =>
    void look().catch((error) => platform.log.warn({ id, error: error.message }, 'a lease was not renewed'));
  const close = () => ending.abort(new BrokenOff('CLOSING'));
  const unlisten = platform.bus.listen('stops', (stopped) => stopped === id && keep());
  const renewal = setInterval(keep, lease.ms / 3);
  const timer = setTimeout(() => ending.abort(new BrokenOff('TIME')), time);
  closing.addEventListener('abort', close, { once: true });
  if (closing.aborted) close();
  try {
    return await work(ending.signal).catch((error) => {
      const cause = ending.signal.aborted ? ending.signal.reason : error;
      if (cause instanceof LeaseLost) throw cause;
      return conclude(cause);
    });
  } catch (error) {
    if (error instanceof LeaseLost) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(renewal);
    unlisten();
    closing.removeEventListener('abort', close);
    // Whatever is still under way need not be.
    ending.abort(new LeaseLost('The work has ended.'));
  }
}
