import type { Clock } from '../clock.ts';

/** A subgraph gets half of the request's budget at most, so that the gateway can still answer for it. */
export const subgraphShare = 0.5;

/** Milliseconds since the epoch until which a subgraph may answer, of a request that has until `deadline`. */
export const subgraphDeadline = (deadline: number, now: number): number =>
  now + Math.max(1, (deadline - now) * subgraphShare);

/** Something that waits, and until when (milliseconds since the epoch). */
export interface Waiting {
  readonly until: number;
  /** Called once the time is over, unless it was taken off the list before. */
  expire(): void;
}

/** How late the end of a wait may be noticed, in milliseconds. */
const precision = 10;

/**
 * Everything that waits for one subgraph. A timer for each call would cost more than the rest of its bookkeeping: one timer looks after
 * all, and runs while there are any.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #isTicking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (!this.#isTicking) this.#tick();
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  #tick(): void {
    this.#isTicking = true;
    this.#clock.after(precision, () => {
      this.#isTicking = false;
      const now = this.#clock.now();
      for (const waiting of this.#waiting)
        if (waiting.until <= now) {
          this.#waiting.delete(waiting);
          waiting.expire();
        }
      if (this.#waiting.size && !this.#isTicking) this.#tick();
    });
  }
}
