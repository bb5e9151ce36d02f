/** What a cache has done since it was made. */
export interface CacheStatistics {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** A map that forgets what was used longest ago once it holds `capacity` entries. */
export class PlanCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #capacity: number;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  /** The value stored under the key, which becomes the most recently used. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) {
      this.#misses++;
      return undefined;
    }
    // A Map keeps insertion order: taking the entry out and in again makes it the youngest.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#hits++;
    return value;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#capacity) {
      const oldest = this.#entries.keys().next().value as string;
      this.#entries.delete(oldest);
      this.#evictions++;
    }
  }

  get statistics(): CacheStatistics {
    return { entries: this.#entries.size, hits: this.#hits, misses: this.#misses, evictions: this.#evictions };
  }
}
