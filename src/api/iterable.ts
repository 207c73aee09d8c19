// The iterable cache: everything that goes over the entries of a cache in order of recency.
//
// Every walk is safe against any change (walk.ts), and passes over stale entries unless the cache
// has `allowStale`. None is a use of an entry, but for what `find` finds.

import { Callbacks } from '../cache/callbacks.js';
import { Settings } from '../cache/settings.js';
import { newStats } from '../cache/stats.js';
import { getFound } from '../cache/status.js';
import { Store } from '../cache/store.js';
import { type Picker, Walk } from '../cache/walk.js';
import { checkCallOptions, checkFunction, limitFor } from '../common/check.js';
import type { GetOptions } from '../common/types.js';
import { Entries } from '../entries/entries.js';
import type { Construction } from './check-options.js';
import { customInspect, type Inspect, inspected } from './inspect.js';

/** @internal The store behind a cache. */
export let storeOf: <K, V, FC>(cache: IterableCache<K, V, FC>) => Store<K, V, FC>;

/** What `forEach` and `find` call: with the value, the key and the cache. */
type Visitor<K, V, C, T> = (value: V, key: K, cache: C) => T;

/** A cache as something to iterate over: a base of `LRUCache`. */
export abstract class IterableCache<K, V, FC> extends Settings<K, V, FC> {
  readonly #store: Store<K, V, FC>;

  static {
    storeOf = (cache) => cache.#store;
  }

  /** @internal */
  constructor(options: Construction<K, V, FC>) {
    super(options);
    const { engine, max, perf, dispose, disposeAfter, onInsert } = options;
    const hasCallback = (dispose ?? disposeAfter ?? onInsert) !== undefined;
    const callbacks = hasCallback
      ? new Callbacks(this, dispose, disposeAfter, onInsert)
      : undefined;
    const stats = options.recordStats ? newStats() : undefined;
    const entries = new Entries<K, V>(engine, limitFor(max));
    this.#store = new Store({ entries, settings: this, callbacks, stats, bounds: options, perf });
  }

  /** @internal What consoles show. */
  [customInspect](depth: number, options: object, inspect: Inspect): string {
    return inspected(this.constructor.name, this.#store, depth, options, inspect);
  }

  /** Iterates over the keys, most recently used first. The cache may change meanwhile. */
  keys(): Generator<K, void, unknown> {
    return this.#walk(true, pickKey as Picker<K, V, K>);
  }

  /** Iterates over the values, most recently used first. The cache may change meanwhile. */
  values(): Generator<V, void, unknown> {
    return this.#walk(true, pickValue as Picker<K, V, V>);
  }

  /** Iterates over the entries, most recently used first. The cache may change meanwhile. */
  entries(): Generator<[K, V], void, unknown> {
    return this.#walk(true, pickEntry as Picker<K, V, [K, V]>);
  }

  /** Iterates over the entries, most recently used first. The cache may change meanwhile. */
  [Symbol.iterator](): Generator<[K, V], void, unknown> {
    return this.#walk(true, pickEntry as Picker<K, V, [K, V]>);
  }

  /** Iterates over the keys, least recently used first. The cache may change meanwhile. */
  rkeys(): Generator<K, void, unknown> {
    return this.#walk(false, pickKey as Picker<K, V, K>);
  }

  /** Iterates over the values, least recently used first. The cache may change meanwhile. */
  rvalues(): Generator<V, void, unknown> {
    return this.#walk(false, pickValue as Picker<K, V, V>);
  }

  /** Iterates over the entries, least recently used first. The cache may change meanwhile. */
  rentries(): Generator<[K, V], void, unknown> {
    return this.#walk(false, pickEntry as Picker<K, V, [K, V]>);
  }

  /**
   * Calls a function with the value, the key and the cache for every entry, most recently used
   * first. An error that it throws ends the walk. Throws `INVALID_CALLBACK` if the argument is not
   * a function.
   */
  forEach(fn: Visitor<K, V, this, unknown>, thisArg: unknown = this): void {
    this.#visitAll(true, fn, thisArg);
  }

  /**
   * Calls a function with the value, the key and the cache for every entry, least recently used
   * first. An error that it throws ends the walk. Throws `INVALID_CALLBACK` if the argument is not
   * a function.
   */
  rforEach(fn: Visitor<K, V, this, unknown>, thisArg: unknown = this): void {
    this.#visitAll(false, fn, thisArg);
  }

  /**
   * Returns the value of the first entry for which a function returns something truthy, searching
   * from the most recently used, or `undefined` if there is none. Uses the entry as `get` does with
   * the given options.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const ages = new LRUCache<string, number>({ max: 100 });
   * ages.set('ada', 36).set('grace', 85);
   * console.log(ages.find((age) => age < 40)); // 36
   * ```
   */
  find(fn: Visitor<K, V, this, boolean>, getOptions?: GetOptions<K, V, FC>): V | undefined {
    checkFunction('fn', fn);
    const options = checkCallOptions(getOptions);
    for (const [id, key, value] of this.#walk(true, pickAll as Picker<K, V, [K, K, V]>)) {
      if (fn(value, key, this)) return getFound(this.#store, key, id, options);
    }
    return undefined;
  }

  #visitAll(isNewestFirst: boolean, fn: Visitor<K, V, this, unknown>, thisArg: unknown): void {
    checkFunction('fn', fn);
    for (const [key, value] of this.#walk(isNewestFirst, pickEntry as Picker<K, V, [K, V]>)) {
      fn.call(thisArg, value, key, this);
    }
  }

  #walk<T>(isNewestFirst: boolean, pick: Picker<K, V, T>): Generator<T, void, unknown> {
    // A walk behaves as a generator, but is not one: see walk.ts.
    return new Walk(this.#store, isNewestFirst, pick) as unknown as Generator<T, void, unknown>;
  }
}

const pickKey: Picker<unknown, unknown, unknown> = ({ entries }, slot) => entries.keyAt(slot);
const pickValue: Picker<unknown, unknown, unknown> = (store, slot) => store.valueAt(slot);
const pickEntry: Picker<unknown, unknown, [unknown, unknown]> = (store, slot) => [
  store.entries.keyAt(slot),
  store.valueAt(slot),
];
const pickAll: Picker<unknown, unknown, [unknown, unknown, unknown]> = (store, slot) => [
  store.entries.idAt(slot),
  store.entries.keyAt(slot),
  // The last: it may be user code.
  store.valueAt(slot),
];
