// The batch: keys that are read from a store together, by one call of its `getMany`.
//
// Each key is a read like any other; a change of its key overtakes it alone. This file has the call
// that they share, and interprets its result.

import { type LRUCache, LRUCacheTypeError } from '../index.js';
import type { Dict } from './dict.js';

/** Reads that share one call of the store. */
export class Batch<K, V> {
  readonly #store: Dict<K, V>;
  readonly #keys: K[] = [];
  #settle!: (values: PromiseLike<(V | undefined)[]>) => void;
  /** The values, in the order of the keys. */
  readonly #values = new Promise<(V | undefined)[]>((resolve) => {
    this.#settle = resolve;
  });

  constructor(store: Dict<K, V>) {
    this.#store = store;
  }

  /** Adds a key; returns the value that is read for it once `begin` has been called. */
  read(key: K): Promise<V | undefined> {
    const index = this.#keys.push(key) - 1;
    return this.#values.then((values) => values[index]);
  }

  /** Calls the store for all keys that were added. No key may be added afterwards. */
  begin(): void {
    if (this.#keys.length > 0) this.#settle(readAll(this.#store, this.#keys));
  }
}

async function readAll<K, V>(store: Dict<K, V>, keys: readonly K[]): Promise<(V | undefined)[]> {
  const result = await store.getMany?.([...keys]);
  return valuesOf(keys, result);
}

/** The values of a result, in the order of the keys. Throws `INVALID_BATCH`. */
function valuesOf<K, V>(
  keys: readonly K[],
  result: LRUCache.BatchResult<K, V> | undefined,
): (V | undefined)[] {
  if (Array.isArray(result)) {
    if (result.length === keys.length) return [...result];
    throw invalid(`an array of ${result.length} for ${keys.length} keys`);
  }
  const isIterable = typeof result === 'object' && typeof result?.[Symbol.iterator] === 'function';
  if (!isIterable) throw invalid(typeof result);
  const found = new Map(result as Iterable<readonly [K, V | undefined]>);
  return keys.map((key) => found.get(key));
}

function invalid(got: string): LRUCacheTypeError {
  return new LRUCacheTypeError(
    'INVALID_BATCH',
    `getMany of a store must give a Map, pairs, or an array with a value for each key, not ${got}`,
  );
}
