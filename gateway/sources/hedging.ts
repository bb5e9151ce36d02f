export interface HedgingOptions {
  /** Milliseconds after which a query is asked a second time, or the time in which 95 of 100 were answered of late. */
  readonly delay: number | 'p95';
}

const remembered = 256;
/** Fewer answers than this are no measure. */
const enough = 64;
/** Answers after which the measure is taken anew. */
const refreshed = 32;

/** When a query has waited long enough that a second call is likely to answer first. */
export class HedgeDelay {
  readonly #fixed: number | undefined;
  readonly #durations: number[] = [];
  #next = 0;
  #slow: number | undefined;

  constructor({ delay }: HedgingOptions) {
    this.#fixed = delay === 'p95' ? undefined : delay;
  }

  /** In milliseconds; undefined while too little is known. */
  get milliseconds(): number | undefined {
    return this.#fixed ?? this.#slow;
  }

  /** Learns from an answer how long answers take. */
  observe(milliseconds: number): void {
    if (this.#fixed !== undefined) return;
    this.#durations[this.#next % remembered] = milliseconds;
    this.#next++;
    if (this.#next < enough || this.#next % refreshed) return;
    const sorted = this.#durations.toSorted((a, b) => a - b);
    this.#slow = sorted[Math.floor(sorted.length * 0.95)];
  }
}
