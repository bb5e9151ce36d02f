/** Requests of which the budget remembers what they earned: so many retries may come at once after a quiet time. */
const remembered = 100;

/**
 * How many calls may be made beyond the requests that ask for them. Each request earns a share of a call, and each extra call takes a
 * whole one: a subgraph that fails altogether gets hardly more load than one that is well.
 */
export class RetryBudget {
  /** Requests that pay for one extra call. Whole numbers: a tenth added ten times is not one. */
  readonly #price: number;
  #earned = 0;

  constructor(share = 0.1) {
    this.#price = Math.ceil(1 / share);
  }

  earn(): void {
    if (this.#earned < remembered) this.#earned++;
  }

  /** Takes an extra call, or says that there is none. */
  spend(): boolean {
    if (this.#earned < this.#price) return false;
    this.#earned -= this.#price;
    return true;
  }
}
