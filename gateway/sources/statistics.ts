import type { BreakerState } from './circuitBreaker.ts';

/** Upper bounds of the latency buckets, in seconds. */
export const latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What happened to one subgraph since the start: numbers that only grow. */
export class Statistics {
  /** What the executor asked for. */
  requests = 0;
  /** What was sent to the subgraph for that: more by retries and hedges, fewer by what the breaker held back. */
  calls = 0;
  /** Calls that brought no answer, timeouts among them. Errors in an answer are none of these. */
  failures = 0;
  timeouts = 0;
  /** Calls that the breaker held back. */
  heldBack = 0;
  /** Calls whose client left, or that another call overtook. */
  abandoned = 0;
  retries = 0;
  hedges = 0;
  /** Sum of the time that answered calls took, in seconds. */
  seconds = 0;
  /** Answered calls by the first bound of `latencyBounds` that they did not exceed; the last are beyond all. */
  readonly buckets: number[] = new Array(latencyBounds.length + 1).fill(0);

  answered(seconds: number): void {
    this.seconds += seconds;
    let index = 0;
    while (index < latencyBounds.length && seconds > latencyBounds[index]!) index++;
    this.buckets[index]!++;
  }
}

/** What metrics read of one subgraph. */
export interface SubgraphReport extends Readonly<Omit<Statistics, 'answered'>> {
  readonly breaker: BreakerState;
}
