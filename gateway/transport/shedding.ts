import { GraphQLError } from 'graphql';
import { type Clock, systemClock } from '../clock.ts';
import { ConcurrencyLimit, type EventLoop, watchEventLoop } from './concurrencyLimit.ts';
import { FairQueue } from './fairQueue.ts';

export interface ShedderOptions {
  /** Operations that run at a time; fewer while the event loop is late. */
  readonly maxConcurrent?: number;
  /** Operations that run at a time however late it is. */
  readonly leastConcurrent?: number;
  /** Operations that wait at a time. */
  readonly queue?: number;
  /** Milliseconds that one waits at most, in a burst. */
  readonly maxWait?: number;
  /** And while others have waited for long already. */
  readonly standingWait?: number;
  /** Share of the operations that run which one account may have. */
  readonly accountShare?: number;
  /** Milliseconds by which the event loop may be late. */
  readonly lateness?: number;
  /** What tells how late it is; false for a limit that stays as it is. */
  readonly eventLoop?: EventLoop | false;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** To be called when the operation has ended, however it did. */
export type Release = () => void;

export interface Shedder {
  /**
   * Waits for a place to run an operation in. Not for health checks, and of a subscription only for its start.
   * @throws GraphQLError (RATE_LIMITED, status 503) when there is none in time.
   */
  enter(account: string): Release | Promise<Release>;
  readonly running: number;
  readonly waiting: number;
  /** Operations that may run now. */
  readonly limit: number;
  /** Operations refused since the start. */
  readonly refused: number;
  close(): void;
}

/** Made once, with their stacks: when there is too much to do, nothing should be done for those who are sent away. */
const tooMuch = [1, 2, 3].map(
  (retryAfter) =>
    new GraphQLError('Too much is going on at the moment. Try again soon.', {
      extensions: { code: 'RATE_LIMITED', retryAfter, http: { status: 503 } },
    }),
);

interface Waiter {
  readonly account: string;
  readonly since: number;
  admit(release: Release): void;
  refuse(error: GraphQLError): void;
}

/** Milliseconds between two looks at who has waited too long. */
const precision = 5;

/**
 * Refuses at once what would only make everything slow. Operations run up to a limit, and some wait a moment, which carries a burst. Those
 * who wait take turns by account, and when the queue is full whoever has most in it loses: the flood of one account is refused to that account.
 */
export function createShedder(options: ShedderOptions = {}): Shedder {
  const { maxConcurrent = 512, leastConcurrent = 16, queue: maxWaiting = 256 } = options;
  const { maxWait = 250, standingWait = 10 } = options;
  const { accountShare = 0.5, lateness = 20, clock = systemClock, random = Math.random } = options;
  const eventLoop = options.eventLoop === false ? undefined : (options.eventLoop ?? watchEventLoop());
  const limit = new ConcurrencyLimit({ most: maxConcurrent, least: leastConcurrent, target: lateness, eventLoop });
  const queue = new FairQueue<Waiter>();
  const runningOf = new Map<string, number>();
  let running = 0;
  let refused = 0;
  let lastEmpty = 0;
  let lastRefusal = Number.NEGATIVE_INFINITY;
  let stopLooking: (() => void) | undefined;

  const hasPlace = (account: string) =>
    running < limit.current && (runningOf.get(account) ?? 0) < Math.max(1, limit.current * accountShare);

  const start = (account: string): Release => {
    running++;
    runningOf.set(account, (runningOf.get(account) ?? 0) + 1);
    let isRunning = true;
    return () => {
      if (!isRunning) return;
      isRunning = false;
      running--;
      const left = runningOf.get(account)! - 1;
      if (left) runningOf.set(account, left);
      else runningOf.delete(account);
      if (queue.size) fill();
    };
  };

  const fill = () => {
    while (running < limit.current) {
      const next = queue.take(hasPlace);
      if (!next) return;
      next.admit(start(next.account));
    }
  };

  const refusal = () => {
    refused++;
    lastRefusal = clock.elapsed();
    // Not the same for all, or they would all come back together.
    return tooMuch[Math.floor(random() * tooMuch.length)] as GraphQLError;
  };

  const look = () => {
    stopLooking = undefined;
    const now = clock.elapsed();
    if (!queue.size) lastEmpty = now;
    // A queue that was not empty for so long is no burst but a load that does not fit.
    const patience = now - lastEmpty > maxWait ? standingWait : maxWait;
    for (const waiter of queue.takeOver(({ since }) => now - since >= patience)) waiter.refuse(refusal());
    if (queue.size) stopLooking = clock.after(precision, look);
  };

  const wait = (account: string, since: number): Promise<Release> => {
    if (queue.size >= maxWaiting) {
      const loser = queue.takeFromLongest(queue.waiting(account) + 1);
      if (!loser) return Promise.reject(refusal());
      loser.refuse(refusal());
    }
    // One that refusals have emptied is as good as full.
    if (!queue.size && since - lastRefusal > maxWait) lastEmpty = since;
    return new Promise((admit, refuse) => {
      queue.add(account, { account, since, admit, refuse });
      stopLooking ??= clock.after(precision, look);
    });
  };

  return {
    enter(account) {
      const now = clock.elapsed();
      const mayRun = hasPlace(account) && !queue.waiting(account);
      limit.observe(running + 1, !mayRun, now);
      return mayRun ? start(account) : wait(account, now);
    },
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
    get limit() {
      return limit.current;
    },
    get refused() {
      return refused;
    },
    close() {
      stopLooking?.();
      for (const waiter of queue.takeOver(() => true)) waiter.refuse(refusal());
      eventLoop?.close();
    },
  };
}
