/** What a bounded map may hold. */
export interface Bounds {
  readonly entries: number;
  /** Of all weights together. What weighs more than a quarter of it is not kept at all. */
  readonly weight: number;
}

/** A map from strings that forgets what was used longest ago once it holds too much. */
export interface BoundedMap<Value> {
  /** The value under the key, which becomes the most recently used. */
  get(key: string): Value | undefined;
  set(key: string, value: Value, weight: number): void;
  delete(key: string): void;
  readonly size: number;
  readonly weight: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly weight: number;
}

export function createBoundedMap<Value>({ entries: capacity, weight: capacityByWeight }: Bounds): BoundedMap<Value> {
  const entries = new Map<string, Entry<Value>>();
  /** What was used last. */
  let youngest: Entry<Value> | undefined;
  let total = 0;
  const remove = (key: string) => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      // A Map keeps insertion order: taking the entry out and in again makes it the youngest.
      if (entry !== youngest) {
        entries.delete(key);
        entries.set(key, entry);
        youngest = entry;
      }
      return entry.value;
    },
    set(key, value, weight) {
      remove(key);
      if (weight > capacityByWeight / 4) return;
      youngest = { value, weight };
      entries.set(key, youngest);
      total += weight;
      while (entries.size > capacity || total > capacityByWeight) remove(entries.keys().next().value as string);
    },
    delete: remove,
    get size() {
      return entries.size;
    },
    get weight() {
      return total;
    },
  };
}
