/** A queue of many accounts, each in its own order. They take turns, so that whoever sends most does not wait least. */
export class FairQueue<Item> {
  /** In the order of their turns. */
  readonly #accounts = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  waiting(account: string): number {
    return this.#accounts.get(account)?.length ?? 0;
  }

  add(account: string, item: Item): void {
    const items = this.#accounts.get(account);
    if (items) items.push(item);
    else this.#accounts.set(account, [item]);
    this.#size++;
  }

  /** The oldest item of the first account in turn for which that may be. */
  take(mayTake: (account: string) => boolean): Item | undefined {
    for (const [account, items] of this.#accounts)
      if (mayTake(account)) {
        const item = items.shift();
        this.#size--;
        this.#accounts.delete(account);
        if (items.length) this.#accounts.set(account, items);
        return item;
      }
    return undefined;
  }

  /** Removes from each account the oldest items that are over. */
  takeOver(isOver: (item: Item) => boolean): Item[] {
    const over: Item[] = [];
    for (const [account, items] of this.#accounts) {
      const first = items.findIndex((item) => !isOver(item));
      const count = first < 0 ? items.length : first;
      over.push(...items.splice(0, count));
      if (!items.length) this.#accounts.delete(account);
    }
    this.#size -= over.length;
    return over;
  }

  /** Removes the newest item of the account that has most, if that is more than `least`. */
  takeFromLongest(least: number): Item | undefined {
    let longest: Item[] | undefined;
    for (const items of this.#accounts.values()) if (items.length > (longest?.length ?? least)) longest = items;
    if (!longest) return undefined;
    this.#size--;
    return longest.pop();
  }
}
