import { type Clock, systemClock } from '../clock.ts';

/** A subgraph gets half of the request's budget at most, so that the gateway can still answer for it. */
export const subgraphShare = 0.5;

/** Something that must not wait longer than until a time, in milliseconds since the epoch. */
export interface Waiting {
  readonly deadline: number;
  expire(): void;
}

/** Shortest time between two looks, so that thousands of calls that end one after the other are not looked through each time. */
const grain = 5;

/** Ends what has waited too long, with one timer for all: most calls are over long before, and a timer for each would cost more than they. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #stopTimer: (() => void) | undefined;
  /** When the timer fires. */
  #next = Number.POSITIVE_INFINITY;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  add(waiting: Waiting, now: number): void {
    this.#waiting.add(waiting);
    if (waiting.deadline < this.#next) this.#wake(waiting.deadline, now);
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  #wake(at: number, now: number): void {
    this.#stopTimer?.();
    this.#next = at;
    // A timer takes at most 2^31 - 1 ms and would fire at once beyond.
    this.#stopTimer = this.#clock.after(Math.min(Math.max(at - now, grain), 2 ** 31 - 1), this.#look);
  }

  readonly #look = () => {
    this.#next = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting) {
      if (waiting.deadline <= now) {
        this.#waiting.delete(waiting);
        waiting.expire();
      } else if (waiting.deadline < next) next = waiting.deadline;
    }
    if (next < this.#next) this.#wake(next, now);
  };
}
