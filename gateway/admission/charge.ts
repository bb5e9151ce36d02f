import type { Bucket, Budget, Standing } from './budget.ts';

/** `rateLimit` of the graph: how a caller stands after what the request may cost was taken. */
export interface RateLimit {
  readonly limit: number;
  readonly cost: number;
  readonly remaining: number;
  /** When all points are back if none is spent until then; RFC 3339. */
  readonly resetAt: string;
}

/** `extensions.cost` of an answer. */
export interface CostExtension {
  readonly requested: number;
  readonly actual: number;
  readonly remaining: number;
  readonly resetAt: string;
}

/** What was taken for one operation. Without `settle` all of it stays taken. */
export class Charge {
  readonly requested: number;
  readonly #budget: Budget;
  readonly #account: string;
  readonly #bucket: Bucket;
  readonly #standing: Standing;
  /** What the operation costs whatever the answer holds. */
  readonly #certain: number;
  readonly #now: () => number;
  #remaining: number;
  #actual: number | undefined;

  constructor(
    budget: Budget,
    account: string,
    bucket: Bucket,
    standing: Standing,
    { requested, certain }: { readonly requested: number; readonly certain: number },
    now: () => number,
  ) {
    this.requested = requested;
    this.#budget = budget;
    this.#account = account;
    this.#bucket = bucket;
    this.#standing = standing;
    this.#certain = certain;
    this.#now = now;
    this.#remaining = standing.remaining;
  }

  /** For `Query.rateLimit`. */
  rateLimit(): RateLimit {
    return {
      limit: this.#bucket.capacity,
      cost: Math.min(Math.ceil(this.requested), largestInt),
      remaining: shown(this.#remaining),
      resetAt: this.#resetAt(),
    };
  }

  /** `RateLimit` and `RateLimit-Policy` as they are now (draft-ietf-httpapi-ratelimit-headers). */
  headers(): Record<string, string> {
    const { capacity, restorePerSecond } = this.#bucket;
    const seconds = (points: number) => Math.ceil(points / restorePerSecond);
    return {
      'ratelimit-policy': `"cost";q=${capacity};w=${seconds(capacity)}`,
      ratelimit: `"cost";r=${shown(this.#remaining)};t=${seconds(capacity - this.#remaining)}`,
    };
  }

  /**
   * Gives back what the answer did not use. The first call counts.
   * @param weight of the answer, as the executor tells it; undefined where nobody weighed it, and then the estimate stands.
   */
  settle(weight: number | undefined): { readonly requested: number; readonly actual: number } {
    const { requested } = this;
    if (this.#actual === undefined) {
      const actual = weight === undefined ? requested : this.#certain + weight;
      this.#actual = actual;
      if (this.#standing.granted) {
        this.#budget.settle(this.#account, this.#standing, { charged: requested, actual }, this.#bucket);
        // Others of the same account may have spent meanwhile; this is what this request knows.
        this.#remaining = Math.min(this.#bucket.capacity, this.#remaining + requested - actual);
      }
    }
    return { requested, actual: this.#actual };
  }

  /** For the answer, once it is settled. */
  extension(): CostExtension {
    return {
      requested: this.requested,
      actual: this.#actual ?? this.requested,
      remaining: shown(this.#remaining),
      resetAt: this.#resetAt(),
    };
  }

  #resetAt(): string {
    const seconds = (this.#bucket.capacity - this.#remaining) / this.#bucket.restorePerSecond;
    return new Date(this.#now() + seconds * 1000).toISOString();
  }
}

/** Points for people: whole, and no debts. */
export const shown = (points: number): number => Math.max(0, Math.floor(points));

/** Of GraphQL's Int. */
const largestInt = 2 ** 31 - 1;
