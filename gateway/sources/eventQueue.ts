/**
 * Events that wait for their reader, at most so many: a reader who does not keep up is told so and loses what waits, and nobody's memory
 * fills. Ending the iterator calls `onReturn` at once, even while its reader waits.
 */
export class EventQueue<Event> implements AsyncIterableIterator<Event> {
  readonly #limit: number;
  readonly #tooSlow: () => Error;
  readonly #onReturn: () => void;
  readonly #events: Event[] = [];
  #reader: { resolve(result: IteratorResult<Event>): void; reject(error: Error): void } | undefined;
  #failure: Error | undefined;
  #isOver = false;

  constructor(options: { limit: number; tooSlow(): Error; onReturn(): void }) {
    this.#limit = options.limit;
    this.#tooSlow = options.tooSlow;
    this.#onReturn = options.onReturn;
  }

  push(event: Event): void {
    if (this.#isOver) return;
    const reader = this.#reader;
    if (reader) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: event });
    } else if (this.#events.length < this.#limit) {
      this.#events.push(event);
    } else {
      this.#events.length = 0;
      this.end(this.#tooSlow());
      this.#onReturn();
    }
  }

  /** No more events come: the reader gets those that wait, then the error, if there is one. */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = error;
    const reader = this.#reader;
    if (!reader) return;
    this.#reader = undefined;
    this.next().then(reader.resolve, reader.reject);
  }

  async next(): Promise<IteratorResult<Event>> {
    if (this.#events.length) return { done: false, value: this.#events.shift()! };
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    if (this.#isOver) return { done: true, value: undefined };
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<Event>> {
    this.#events.length = 0;
    this.#failure = undefined;
    this.end();
    this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
