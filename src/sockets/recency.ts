// The order in which hashes were used, and the place of each in it, found in O(log n) steps;
// searching an array from the front would take O(n).
//
// RE1  Each use takes the next point in time. A point holds the hash whose latest use it is, or
//      none; a Fenwick tree counts the hashes up to a point. So the place of a hash is the number
//      of hashes at later points.
// RE2  There are twice as many points as hashes. When all are used up, the hashes move together.
// RE3  The index finds the point of a hash: open addressing with linear probing, half empty.

/** Places between 0, the most recently used, and a largest number, at most 32,767. */
export class Recency {
  /** Largest number of hashes. */
  readonly max: number;
  #length = 0;
  #now = 0;
  /** There is no hash before this point. */
  #oldest = 1;
  /** For each point, from 1 on: a hash + 1, or 0. */
  readonly #hashes: Uint32Array;
  readonly #tree: Uint16Array;
  /** The points of hashes, or 0. */
  readonly #index: Uint16Array;
  readonly #mask: number;

  /** An empty order, with room for a number of hashes. */
  constructor(max: number) {
    this.max = max;
    this.#hashes = new Uint32Array(2 * max + 1);
    this.#tree = new Uint16Array(2 * max + 1);
    const cells = 2 ** Math.ceil(Math.log2(2 * max));
    this.#index = new Uint16Array(cells);
    this.#mask = cells - 1;
  }

  /** Number of hashes. */
  get length(): number {
    return this.#length;
  }

  /** Makes a hash the first; returns the place that it had, or -1 if it is not there. */
  use(hash: number): number {
    if (this.#now === 2 * this.max) this.keepBelow(Number.POSITIVE_INFINITY);
    const cell = this.#cellOf(hash);
    const point = this.#index[cell] as number;
    if (point === 0) return -1;
    const place = this.#length - this.#upTo(point);
    if (place > 0) {
      this.#erase(point);
      this.#index[cell] = this.#note(hash);
    }
    return place;
  }

  /** Adds a hash that is not there as the first; there must be room. */
  add(hash: number): void {
    if (this.#now === 2 * this.max) this.keepBelow(Number.POSITIVE_INFINITY);
    this.#index[this.#cellOf(hash)] = this.#note(hash);
    this.#length += 1;
  }

  /** Removes a hash, if it is there. */
  remove(hash: number): void {
    const cell = this.#cellOf(hash);
    const point = this.#index[cell] as number;
    if (point === 0) return;
    this.#erase(point);
    this.#empty(cell);
    this.#length -= 1;
  }

  /** Removes the last one; there must be one. */
  removeLast(): void {
    while (this.#hashes[this.#oldest] === 0) this.#oldest += 1;
    this.remove((this.#hashes[this.#oldest] as number) - 1);
  }

  /** Removes all hashes except those below a limit. O(n). */
  keepBelow(limit: number): void {
    const kept = this.#hashes
      .subarray(1, this.#now + 1)
      .filter((hash) => hash > 0 && hash <= limit);
    this.clear();
    for (const hash of kept) this.add(hash - 1);
  }

  /** Removes all. O(n). */
  clear(): void {
    this.#hashes.fill(0);
    this.#tree.fill(0);
    this.#index.fill(0);
    this.#length = 0;
    this.#now = 0;
    this.#oldest = 1;
  }

  /** Puts a hash at the next point, which is returned. */
  #note(hash: number): number {
    this.#now += 1;
    this.#hashes[this.#now] = hash + 1;
    this.#count(this.#now, 1);
    return this.#now;
  }

  #erase(point: number): void {
    this.#hashes[point] = 0;
    this.#count(point, -1);
  }

  #count(point: number, change: number): void {
    const tree = this.#tree;
    for (let i = point; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + change;
  }

  #upTo(point: number): number {
    let sum = 0;
    for (let i = point; i > 0; i -= i & -i) sum += this.#tree[i] as number;
    return sum;
  }

  /** The cell of a hash, or the empty one where it would be. */
  #cellOf(hash: number): number {
    let cell = hash & this.#mask;
    for (;;) {
      const point = this.#index[cell] as number;
      if (point === 0 || this.#hashes[point] === hash + 1) return cell;
      cell = (cell + 1) & this.#mask;
    }
  }

  /** Empties a cell, and moves those up that were probed past it. */
  #empty(cell: number): void {
    let hole = cell;
    for (let next = (hole + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      const point = this.#index[next] as number;
      if (point === 0) break;
      const home = ((this.#hashes[point] as number) - 1) & this.#mask;
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      this.#index[hole] = point;
      hole = next;
    }
    this.#index[hole] = 0;
  }
}
