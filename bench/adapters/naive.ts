// The LRU cache everyone can write: a Map, whose order of insertion is the order of use.
//
// A hit deletes its key and sets it again, so that it comes last; the first key is the oldest.
//
// A deletion leaves a hole in V8's Map until the whole table is made anew. The way to the first key
// leads over all the holes before it, so an eviction takes O(size) where most sets evict.

import type { Cache, Key, Value } from './index.js';

/** A Map that deletes and sets again. */
export class NaiveLRU<K = Key> implements Cache<K> {
  readonly #max: number;
  readonly #map = new Map<K, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The value of a key, which comes last from now on. */
  get(key: K): Value | undefined {
    const value = this.#map.get(key);
    if (value === undefined) return undefined;
    this.#map.delete(key);
    this.#map.set(key, value);
    return value;
  }

  /** Stores a value, which comes last; the first entry makes room. */
  set(key: K, value: Value): void {
    const map = this.#map;
    if (!map.delete(key) && map.size === this.#max) map.delete(map.keys().next().value as K);
    map.set(key, value);
  }

  /** Number of entries. */
  get size(): number {
    return this.#map.size;
  }

  /** Removes a key; whether it was there. */
  delete(key: K): boolean {
    return this.#map.delete(key);
  }
}
