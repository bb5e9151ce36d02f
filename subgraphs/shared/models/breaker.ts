import type { Clock } from '../clock.ts';

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures?: number;
  /** Milliseconds that it stays open. */
  readonly openFor?: number;
}

/** How a request ended, as far as the breaker cares. Neutral: it says nothing about the provider's health. */
export type BreakerOutcome = 'answered' | 'failed' | 'neutral';

/**
 * Stops asking a provider that fails again and again, so that nobody waits for it. After a while one request tries it: an answer
 * closes the breaker, a failure opens it again. A person's requests are few, so failures in a row count, not shares.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #options: Required<BreakerOptions>;
  #failures = 0;
  #openUntil: number | null = null;
  #isProbing = false;
  /** Counts openings and closings: requests that began before the last one say nothing any more. */
  #turn = 1;

  constructor(clock: Clock, options: BreakerOptions = {}) {
    this.#clock = clock;
    this.#options = { failures: 3, openFor: 30_000, ...options };
  }

  /** Lets a request pass, or returns 0. What it returns is handed to `settle` when the request ends. */
  admit(): number {
    if (this.#openUntil === null) return this.#turn;
    if (this.#isProbing || this.#clock.elapsed() < this.#openUntil) return 0;
    this.#isProbing = true;
    return this.#turn;
  }

  /** Milliseconds until it lets a request pass again; 0 while it does. */
  get admitsIn(): number {
    return this.#openUntil === null ? 0 : Math.max(0, this.#openUntil - this.#clock.elapsed());
  }

  settle(pass: number, outcome: BreakerOutcome): void {
    if (pass !== this.#turn) return;
    this.#isProbing = false;
    if (outcome === 'answered') {
      this.#failures = 0;
      if (this.#openUntil !== null) this.#turn++;
      this.#openUntil = null;
    } else if (outcome === 'failed') {
      this.#failures++;
      if (this.#openUntil === null && this.#failures < this.#options.failures) return;
      this.#openUntil = this.#clock.elapsed() + this.#options.openFor;
      this.#turn++;
    }
  }
}
