// What the cache is compared with on the page: two other ways to choose the entry that goes.
//
// They hold keys without values, and are for the few entries that a page can show.

/** First in, first out: a hit changes nothing. */
export class Fifo {
  readonly #keys = new Set<string>();
  #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Requests a key; whether it was there. It is stored if not. */
  request(key: string): boolean {
    if (this.#keys.has(key)) return true;
    this.#keys.add(key);
    this.#shrink();
    return false;
  }

  /** Changes how many keys it holds; those above are evicted at once. */
  resize(max: number): void {
    this.#max = max;
    this.#shrink();
  }

  #shrink(): void {
    for (const key of this.#keys) {
      if (this.#keys.size <= this.#max) return;
      this.#keys.delete(key);
    }
  }
}

/**
 * The best there can be (Belady 1966), for a cache that stores whatever it is asked for: it evicts
 * the key whose next use is farthest away. Only who knows the future can do that. O(max) per miss.
 */
export class Optimal {
  /** The position of the next use of each key. */
  readonly #nextUses = new Map<string, number>();
  #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Requests a key, and tells when it is requested next; whether it was there. */
  request(key: string, nextUse: number): boolean {
    const isHit = this.#nextUses.has(key);
    if (!isHit) this.#shrinkTo(this.#max - 1);
    this.#nextUses.set(key, nextUse);
    return isHit;
  }

  /** Changes how many keys it holds; those above are evicted at once. */
  resize(max: number): void {
    this.#max = max;
    this.#shrinkTo(max);
  }

  #shrinkTo(size: number): void {
    while (this.#nextUses.size > size) {
      let farthest: string | undefined;
      let farthestUse = -1;
      for (const [key, use] of this.#nextUses) {
        if (use > farthestUse) [farthest, farthestUse] = [key, use];
      }
      this.#nextUses.delete(farthest as string);
    }
  }
}
