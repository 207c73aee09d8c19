// The oracle: what an exact LRU cache does with a trace.
//
// It is kept apart from every cache that is measured, and works as none of them does: keys are
// numbers from 0 up, given out beforehand, so that nothing is hashed or looked up. It owns the
// recency list of all keys, as two arrays. Every operation is O(1).

/** What a replay comes to; equal for any two exact LRU caches. */
export interface Outcome {
  readonly hits: number;
  /** Sum of the values of all hits, modulo 2^32. A value is the index of the set's request. */
  readonly checksum: number;
}

/** The value of a key that is not there. */
export const ABSENT = -1;

/** An exact LRU cache for keys 0 to `keys` - 1 and values that are not negative. */
export class ExactLru {
  readonly #capacity: number;
  /** The element after the last key: the end of the list on either side. */
  readonly #end: number;
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  readonly #values: Int32Array;
  #size = 0;

  constructor(keys: number, capacity: number) {
    this.#capacity = capacity;
    this.#end = keys;
    this.#older = new Int32Array(keys + 1);
    this.#newer = new Int32Array(keys + 1);
    this.#values = new Int32Array(keys).fill(ABSENT);
    this.#older[keys] = keys;
    this.#newer[keys] = keys;
  }

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** The value of a key, which is the newest from now on, or ABSENT. */
  get(id: number): number {
    const value = this.#values[id] as number;
    if (value !== ABSENT) {
      this.#unlink(id);
      this.#linkNewest(id);
    }
    return value;
  }

  /** Stores a value under a key, which is the newest from now on; the oldest makes room. */
  set(id: number, value: number): void {
    if (this.#values[id] !== ABSENT) this.#unlink(id);
    else if (this.#size === this.#capacity) this.delete(this.#newer[this.#end] as number);
    if (this.#values[id] === ABSENT) this.#size += 1;
    this.#values[id] = value;
    this.#linkNewest(id);
  }

  /** Removes a key, if it is there. */
  delete(id: number): void {
    if (this.#values[id] === ABSENT) return;
    this.#unlink(id);
    this.#values[id] = ABSENT;
    this.#size -= 1;
  }

  #unlink(id: number): void {
    const left = this.#older[id] as number;
    const right = this.#newer[id] as number;
    this.#newer[left] = right;
    this.#older[right] = left;
  }

  #linkNewest(id: number): void {
    const left = this.#older[this.#end] as number;
    this.#older[id] = left;
    this.#newer[id] = this.#end;
    this.#newer[left] = id;
    this.#older[this.#end] = id;
  }
}

/**
 * Replays requests for keys 0 to `uniques` - 1 through an exact LRU cache that is empty first:
 * get, and on a miss set.
 */
export function replayExactly(ids: Int32Array, uniques: number, capacity: number): Outcome {
  const cache = new ExactLru(uniques, capacity);
  let hits = 0;
  let checksum = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    const value = cache.get(id);
    if (value === ABSENT) {
      cache.set(id, i);
    } else {
      hits += 1;
      checksum = (checksum + value) | 0;
    }
  }
  return { hits, checksum };
}
