import { type Clock, systemClock } from '../clock.ts';
import { Call, type Line } from './call.ts';
import { type BreakerOptions, CircuitBreaker } from './circuitBreaker.ts';
import { Deadlines } from './deadlines.ts';
import { HedgeDelay, type HedgingOptions } from './hedging.ts';
import { RetryBudget } from './retryBudget.ts';
import type { Source } from './source.ts';
import { Statistics, type SubgraphReport } from './statistics.ts';

export interface ResilienceOptions {
  /** One more call for a query that failed on its way; on unless told otherwise. */
  readonly retry?: boolean;
  /** Share of the requests that retries and hedges may add in calls. */
  readonly budget?: number;
  /** False for a subgraph in this process, which is not away when it fails. */
  readonly breaker?: BreakerOptions | false;
  /** One more call for a query that is slow; off unless given. */
  readonly hedging?: HedgingOptions;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** A subgraph's source that others can live with, and what happened to it. */
export interface ResilientSource extends Source {
  report(): SubgraphReport;
}

/**
 * Keeps a subgraph's troubles its own. From the outside in, a request meets
 *
 * 1. its deadline: the subgraph's share of the time that is left, kept even if the source never settles;
 * 2. hedge or retry: a query is sent a second time when it is slow or failed on its way, whichever comes first, never more, and only
 *    while the budget of extra calls lasts. So a retry has the time that is left and no time of its own;
 * 3. the circuit breaker: it counts every call, first or second, and holds either back.
 *
 * Mutations and the events of subscriptions are sent once: a second time only when nobody was reached at all. A healthy call costs no timer and, unless hedged, no signal of its own: the source
 * keeps the deadline that the request carries, and whoever does not is not waited for.
 */
export function withResilience(source: Source, options: ResilienceOptions = {}): ResilientSource {
  const { retry = true, breaker, hedging, clock = systemClock, random = Math.random } = options;
  const statistics = new Statistics();
  const line: Line = {
    source,
    clock,
    random,
    statistics,
    deadlines: new Deadlines(clock),
    breaker: breaker === false ? undefined : new CircuitBreaker(clock, breaker),
    budget: new RetryBudget(options.budget),
    retries: retry,
    hedgeDelay: hedging && new HedgeDelay(hedging),
  };
  return {
    execute: (request) => new Promise((resolve, reject) => void new Call(line, request, resolve, reject)),
    report: () => ({
      ...statistics,
      buckets: [...statistics.buckets],
      breaker: line.breaker?.state ?? 'closed',
    }),
  };
}
