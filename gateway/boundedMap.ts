/** What a bounded map may hold. */
export interface Bounds {
  readonly entries: number;
  /** Of all weights together. */
  readonly weight?: number;
  /** What weighs more is not kept at all. Without it what was stored last is kept, whatever it weighs. */
  readonly largest?: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly weight: number;
}

/** A map from strings that forgets what was used longest ago once it holds too much. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #bounds: Required<Bounds>;
  /** What was used last. */
  #youngest: Entry<Value> | undefined;
  #weight = 0;
  #evictions = 0;

  constructor({ entries, weight = Number.POSITIVE_INFINITY, largest = Number.POSITIVE_INFINITY }: Bounds) {
    this.#bounds = { entries: Math.max(1, entries), weight, largest };
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of all entries together. */
  get weight(): number {
    return this.#weight;
  }

  /** Entries that made room for others. */
  get evictions(): number {
    return this.#evictions;
  }

  /** The value under the key, which becomes the most recently used. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps insertion order: taking the entry out and in again makes it the youngest.
    if (entry !== this.#youngest) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.#youngest = entry;
    }
    return entry.value;
  }

  set(key: string, value: Value, weight = 0): void {
    this.delete(key);
    if (weight > this.#bounds.largest) return;
    const entry = { value, weight };
    this.#entries.set(key, entry);
    this.#youngest = entry;
    this.#weight += weight;
    const { entries: most, weight: room } = this.#bounds;
    while (this.size > most || (this.#weight > room && this.size > 1)) {
      this.delete(this.#entries.keys().next().value as string);
      this.#evictions++;
    }
  }

  delete(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
