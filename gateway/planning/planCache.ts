/** What a cache has done since it was made. */
export interface CacheStatistics {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  /** What the entries weigh together. */
  readonly size: number;
}

/** A map that forgets what was used longest ago once it holds `capacity` entries, or entries that together weigh more than `room`. */
export class PlanCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly size: number }>();
  readonly #capacity: number;
  readonly #room: number;
  /** The key that was used last. */
  #youngest: string | undefined;
  #size = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(capacity: number, room = Number.POSITIVE_INFINITY) {
    this.#capacity = Math.max(1, capacity);
    this.#room = room;
  }

  /** The value stored under the key, which becomes the most recently used. Without one this is a miss. */
  get(key: string): Value | undefined {
    const value = this.find(key);
    if (value === undefined) this.#misses++;
    return value;
  }

  /** As `get`, for those who ask with `get` afterwards. */
  find(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps insertion order: taking the entry out and in again makes it the youngest.
    if (key !== this.#youngest) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.#youngest = key;
    }
    this.#hits++;
    return entry.value;
  }

  /** Stores a value, which stays at least until the next one is stored. */
  set(key: string, value: Value, size = 0): void {
    this.#forget(key);
    this.#entries.set(key, { value, size });
    this.#youngest = key;
    this.#size += size;
    while (this.#entries.size > this.#capacity || (this.#size > this.#room && this.#entries.size > 1)) {
      this.#forget(this.#entries.keys().next().value as string);
      this.#evictions++;
    }
  }

  #forget(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }

  get statistics(): CacheStatistics {
    return {
      entries: this.#entries.size,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      size: this.#size,
    };
  }
}
