import type { Clock } from '../clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** How a call ended, as far as the breaker cares. Abandoned: nobody waited for its end. */
export type Outcome = 'answered' | 'failed' | 'abandoned';

export interface BreakerOptions {
  /** Milliseconds that calls are remembered. */
  readonly window?: number;
  /** Fewer calls than this in the window say nothing. */
  readonly leastCalls?: number;
  /** Share of failures that opens it. */
  readonly failureShare?: number;
  /** Milliseconds that it stays open. */
  readonly openFor?: number;
  /** Calls at a time that try whether the subgraph is well again. */
  readonly probes?: number;
  /** Answers to such calls that close it. */
  readonly successes?: number;
}

/**
 * Stops asking a subgraph that mostly fails, so that requests do not wait for it and it can recover. After a while a few calls try it:
 * enough answers close the breaker, one failure opens it again.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #options: Required<BreakerOptions>;
  readonly #counts: RollingCounts;
  #state: BreakerState = 'closed';
  /** Counts changes of state: calls that began in an earlier one say nothing about this one. */
  #turn = 1;
  #openUntil = 0;
  #probing = 0;
  #answered = 0;

  constructor(clock: Clock, options: BreakerOptions = {}) {
    this.#clock = clock;
    this.#options = {
      window: 60_000,
      leastCalls: 20,
      failureShare: 0.5,
      openFor: 30_000,
      probes: 5,
      successes: 3,
      ...options,
    };
    this.#counts = new RollingCounts(this.#options.window);
  }

  get state(): BreakerState {
    return this.#state === 'open' && this.#clock.elapsed() >= this.#openUntil ? 'half-open' : this.#state;
  }

  /** Lets a call pass, or returns 0. What it returns is handed to `settle` when the call ends. */
  admit(): number {
    if (this.#state === 'closed') return this.#turn;
    if (this.#state === 'open') {
      if (this.#clock.elapsed() < this.#openUntil) return 0;
      this.#enter('half-open');
    }
    if (this.#probing >= this.#options.probes) return 0;
    this.#probing++;
    return this.#turn;
  }

  settle(pass: number, outcome: Outcome, at = this.#clock.elapsed()): void {
    if (pass !== this.#turn) return;
    if (this.#state === 'half-open') this.#settleProbe(outcome);
    else if (outcome !== 'abandoned') {
      const { leastCalls, failureShare } = this.#options;
      this.#counts.add(at, outcome === 'failed');
      if (outcome === 'answered' || this.#counts.calls < leastCalls) return;
      if (this.#counts.failures >= this.#counts.calls * failureShare) this.#enter('open');
    }
  }

  #settleProbe(outcome: Outcome): void {
    this.#probing--;
    if (outcome === 'failed') this.#enter('open');
    else if (outcome === 'answered' && ++this.#answered >= this.#options.successes) this.#enter('closed');
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#turn++;
    this.#probing = 0;
    this.#answered = 0;
    if (state === 'open') this.#openUntil = this.#clock.elapsed() + this.#options.openFor;
    if (state === 'closed') this.#counts.clear();
  }
}

const slots = 12;

/** Calls and failures of the last while, forgotten a twelfth of it at a time. */
class RollingCounts {
  calls = 0;
  failures = 0;
  readonly #slotLength: number;
  readonly #calls = new Array<number>(slots).fill(0);
  readonly #failures = new Array<number>(slots).fill(0);
  #slot = 0;

  constructor(window: number) {
    this.#slotLength = window / slots;
  }

  add(at: number, isFailure: boolean): void {
    const slot = Math.floor(at / this.#slotLength);
    if (slot !== this.#slot) this.#forgetUntil(slot);
    const index = slot % slots;
    this.calls++;
    this.#calls[index]!++;
    if (!isFailure) return;
    this.failures++;
    this.#failures[index]!++;
  }

  clear(): void {
    this.calls = this.failures = 0;
    this.#calls.fill(0);
    this.#failures.fill(0);
  }

  #forgetUntil(slot: number): void {
    if (slot - this.#slot >= slots) this.clear();
    else
      for (let old = this.#slot + 1; old <= slot; old++) {
        const index = old % slots;
        this.calls -= this.#calls[index]!;
        this.failures -= this.#failures[index]!;
        this.#calls[index] = this.#failures[index] = 0;
      }
    this.#slot = slot;
  }
}
