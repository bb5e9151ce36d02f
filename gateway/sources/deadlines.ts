/** Something that must not wait longer than until a time, in milliseconds since the epoch. */
export interface Waiting {
  readonly deadline: number;
  expire(): void;
}

/** Shortest time between two looks, so that thousands of calls that end one after the other are not looked through each time. */
const GRAIN = 5;

/** Ends what has waited too long, with one timer for all: most calls are over long before, and a timer for each would cost more than they. */
export class Deadlines {
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #next = Number.POSITIVE_INFINITY;

  add(waiting: Waiting, now: number): void {
    this.#waiting.add(waiting);
    if (waiting.deadline < this.#next) this.#wake(waiting.deadline, now);
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  #wake(at: number, now: number): void {
    clearTimeout(this.#timer);
    this.#next = at;
    // setTimeout takes at most 2^31 - 1 ms and would fire at once beyond.
    this.#timer = setTimeout(this.#look, Math.min(Math.max(at - now, GRAIN), 2 ** 31 - 1));
    // The sockets keep the process alive as long as somebody waits.
    this.#timer.unref();
  }

  readonly #look = () => {
    this.#next = Number.POSITIVE_INFINITY;
    const now = Date.now();
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
