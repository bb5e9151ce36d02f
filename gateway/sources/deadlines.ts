import { type Clock, systemClock } from '../clock.ts';

/** A subgraph gets half of the request's budget at most, so that the gateway can still answer for it. */
export const subgraphShare = 0.5;

/** Something that must not wait longer than until a time, in milliseconds since the epoch. */
export interface Waiting {
  readonly deadline: number;
  /** Its place in the list while it waits; the list's own business, -1 before. */
  place: number;
  expire(): void;
}

/** Shortest time between two looks, so that thousands of calls that end one after the other are not looked through each time. */
const grain = 5;

/**
 * Ends what has waited too long, with one timer for all: most calls are over long before, and a timer for each would cost more than they.
 *
 * A dense list and not a Set: a Set that is added to and deleted from all the time grows new tables, each old one points to the next, and one
 * that has reached the old generation keeps all later ones from the young generation's collector, with the answers that hang on their calls.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #stopTimer: (() => void) | undefined;
  /** When the timer fires. */
  #next = Number.POSITIVE_INFINITY;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  add(waiting: Waiting, now: number): void {
    waiting.place = this.#waiting.push(waiting) - 1;
    if (waiting.deadline < this.#next) this.#wake(waiting.deadline, now);
  }

  /** Nothing waits any more for what is not in the list. */
  delete(waiting: Waiting): void {
    const { place } = waiting;
    if (place < 0) return;
    waiting.place = -1;
    const last = this.#waiting.pop() as Waiting;
    if (last === waiting) return;
    this.#waiting[place] = last;
    last.place = place;
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
    const late = this.#waiting.filter(({ deadline }) => deadline <= now);
    for (const waiting of late) {
      // One that ends may end others.
      if (waiting.place < 0) continue;
      this.delete(waiting);
      waiting.expire();
    }
    let next = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#waiting) if (deadline < next) next = deadline;
    if (next < this.#next) this.#wake(next, now);
  };
}
