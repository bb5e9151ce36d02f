import type { Clock } from '../../gateway/clock.ts';

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #elapsed = 0;
  readonly #epoch: number;
  readonly #waiting = new Set<{ at: number; work: () => void }>();

  constructor(epoch = 1_800_000_000_000) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, work: () => void): () => void {
    const waiting = { at: this.#elapsed + milliseconds, work };
    this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  /** How many wait to be called back. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Moves on, calling back whom it passes in their order, with promises settled in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      await settled();
      const next = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#waiting.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.work();
    }
    this.#elapsed = end;
    await settled();
  }
}

/** Waits until no promise has anything left to do. */
export const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
