// LRUCache: the class people use, after lru-cache 11.
//
// It owns what an operation means: options, callbacks, return values. Where a key's slot is, and
// what is in it, is entries.ts; which slot was used when is the engine's.
//
// L1  An operation checks its arguments, then changes the entries, then tells the callbacks. It
//     throws either before the second step, or from a callback after it.
// L2  Nothing in here calls a public method of the cache, so that a subclass may override any.
// L3  A cache without callbacks pays one comparison for them; `get` and `has` pay nothing.

import { NIL, OUTCOME_BITS, OUTCOME_MASK, UPDATED } from '../assembly/layout.js';
import type { Callbacks } from './callbacks.js';
import type { EngineKind } from './engine.js';
import { disposedEngine } from './engine-disposed.js';
import { sharedEngine } from './engines.js';
import { Entries } from './entries.js';
import { checkFunction, checkMax, checkOptions, type LRUCacheOptions } from './options.js';
import { type Picker, Walk } from './walk.js';

/** The entries behind a cache, for the checkers of the test suite. Not exported by the package. */
export let entriesOf: <K, V>(cache: LRUCache<K, V>) => Entries<K, V>;

/**
 * A cache of at most `max` entries that evicts the least recently used one. `get` and `set` are
 * uses; `has`, `peek` and iteration are not.
 *
 * Keys are compared as in `Map`. A value of `undefined` cannot be stored: setting it deletes the
 * key. `get`, `set`, `has`, `peek`, `delete` and `pop` take constant time; strings are hashed in
 * time proportional to their length.
 */
export class LRUCache<K, V> implements Iterable<[K, V]> {
  readonly #entries: Entries<K, V>;
  readonly #callbacks: Callbacks<K, V> | undefined;

  static {
    entriesOf = (cache) => cache.#entries;
  }

  /** The engine caches get here: `wasm`, or `pure` where the host refuses WebAssembly. */
  static get engine(): EngineKind {
    return sharedEngine().engine.kind;
  }

  /**
   * An empty cache. It takes memory as it fills, not for its `max`.
   *
   * Throws `LRUCacheTypeError` or `LRUCacheRangeError` with code `INVALID_OPTIONS`,
   * `INVALID_MAX`, `INVALID_CALLBACK` or `ENGINE_UNAVAILABLE`, before anything is allocated.
   */
  constructor(options: LRUCacheOptions<K, V>) {
    const { max, callbacks, engine } = checkOptions(options);
    this.#callbacks = callbacks;
    this.#entries = new Entries(engine, max);
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** Largest number of entries. */
  get max(): number {
    return this.#entries.max;
  }

  /** The engine this cache runs on. */
  get engine(): EngineKind {
    return this.#entries.engine.kind;
  }

  get [Symbol.toStringTag](): string {
    return 'LRUCache';
  }

  /** The value of a key, which becomes the most recently used; `undefined` if absent. */
  get(key: K): V | undefined {
    const entries = this.#entries;
    return entries.items[entries.touch(key) * 2 + 1] as V | undefined;
  }

  /**
   * Stores a value under a key, which becomes the most recently used; at `max`, the least recently
   * used entry is evicted. `undefined` deletes the key instead.
   *
   * Throws `OUT_OF_MEMORY` if the host refuses memory for the first entry. Refused later, it
   * makes the cache evict at the size it has, until `clear` or `resize`.
   */
  set(key: K, value: V | undefined): this {
    if (value === undefined) {
      this.#delete(key);
    } else if (this.#callbacks !== undefined) {
      this.#setAndTell(key, value, this.#callbacks);
    } else {
      const entries = this.#entries;
      entries.write(entries.put(key), key, value);
    }
    return this;
  }

  /** Whether a key is there. The order stays. */
  has(key: K): boolean {
    return this.#entries.find(key) !== NIL;
  }

  /** The value of a key, or `undefined`. The order stays. */
  peek(key: K): V | undefined {
    const entries = this.#entries;
    return entries.items[entries.find(key) * 2 + 1] as V | undefined;
  }

  /** Removes a key; returns whether it was there. */
  delete(key: K): boolean {
    return this.#delete(key);
  }

  /** Removes the least recently used entry and returns its value; `undefined` if empty. */
  pop(): V | undefined {
    const callbacks = this.#callbacks;
    callbacks?.begin();
    const value = this.#evict();
    callbacks?.commit();
    return value;
  }

  /** Removes every entry. `dispose` is told of the least recently used first. O(size) with it. */
  clear(): void {
    const entries = this.#entries;
    const callbacks = this.#callbacks;
    callbacks?.begin();
    if (callbacks !== undefined) this.#noteAllRemoved(callbacks);
    entries.clear();
    callbacks?.commit();
  }

  /**
   * Changes `max`. A smaller one evicts the least recently used entries at once.
   * Throws with code `INVALID_MAX`, with nothing changed. O(entries evicted).
   */
  resize(max: number): void {
    const entries = this.#entries;
    const callbacks = this.#callbacks;
    checkMax(max);
    callbacks?.begin();
    for (let excess = entries.size - max; excess > 0; excess--) this.#evict();
    entries.resize(max);
    callbacks?.commit();
  }

  /** The keys, most recently used first. As all iterations, safe against any change (walk.ts). */
  keys(): IterableIterator<K> {
    return new Walk(this.#entries, true, pickKey as Picker<K, V, K>);
  }

  /** The values, most recently used first. */
  values(): IterableIterator<V> {
    return new Walk(this.#entries, true, pickValue as Picker<K, V, V>);
  }

  /** The entries, most recently used first. */
  entries(): IterableIterator<[K, V]> {
    return this.#walk(true);
  }

  /** The entries, most recently used first. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#walk(true);
  }

  /** The keys, least recently used first. */
  rkeys(): IterableIterator<K> {
    return new Walk(this.#entries, false, pickKey as Picker<K, V, K>);
  }

  /** The values, least recently used first. */
  rvalues(): IterableIterator<V> {
    return new Walk(this.#entries, false, pickValue as Picker<K, V, V>);
  }

  /** The entries, least recently used first. */
  rentries(): IterableIterator<[K, V]> {
    return this.#walk(false);
  }

  /**
   * Calls a function for every entry, most recently used first. What it throws ends the walk.
   * Throws `INVALID_CALLBACK` if it is no function.
   */
  forEach(fn: (value: V, key: K, cache: this) => void, thisArg: unknown = this): void {
    checkFunction('fn', fn);
    for (const [key, value] of this.#walk(true)) fn.call(thisArg, value, key, this);
  }

  /**
   * Calls a function for every entry, least recently used first. What it throws ends the walk.
   * Throws `INVALID_CALLBACK` if it is no function.
   */
  rforEach(fn: (value: V, key: K, cache: this) => void, thisArg: unknown = this): void {
    checkFunction('fn', fn);
    for (const [key, value] of this.#walk(false)) fn.call(thisArg, value, key, this);
  }

  /**
   * The value of the first entry, most recently used first, for which a function returns a truthy
   * result; that entry becomes the most recently used. `undefined` if there is none.
   */
  find(fn: (value: V, key: K, cache: this) => boolean): V | undefined {
    checkFunction('fn', fn);
    for (const [key, value] of this.#walk(true)) {
      if (fn(value, key, this)) {
        const slot = this.#entries.touch(key);
        return this.#entries.valueAt(slot);
      }
    }
    return undefined;
  }

  /**
   * Removes every entry, telling `dispose`, and frees all memory now instead of when the cache is
   * collected. Any later use, but for `max`, throws with code `DISPOSED`; disposing again does
   * nothing.
   */
  [Symbol.dispose](): void {
    const entries = this.#entries;
    if (entries.engine === disposedEngine) return;
    const callbacks = this.#callbacks;
    callbacks?.begin();
    if (callbacks !== undefined) this.#noteAllRemoved(callbacks);
    entries.close();
    callbacks?.commit();
  }

  #walk(newestFirst: boolean): Walk<K, V, [K, V]> {
    return new Walk(this.#entries, newestFirst, pickEntry as Picker<K, V, [K, V]>);
  }

  #noteAllRemoved(callbacks: Callbacks<K, V>): void {
    const entries = this.#entries;
    for (const slot of entries.engine.order(entries.table).reverse()) {
      callbacks.removed(entries.valueAt(slot) as V, entries.keyAt(slot), 'delete');
    }
  }

  #setAndTell(key: K, value: V, callbacks: Callbacks<K, V>): void {
    callbacks.begin();
    const entries = this.#entries;
    const code = entries.put(key);
    const slot = code >> OUTCOME_BITS;
    const isUpdate = (code & OUTCOME_MASK) === UPDATED;
    const old = entries.valueAt(slot);
    if (isUpdate ? old !== value : old !== undefined) {
      callbacks.removed(old as V, entries.keyAt(slot), isUpdate ? 'set' : 'evict');
    }
    entries.write(code, key, value);
    const updateReason = old === value ? 'update' : 'replace';
    callbacks.inserted(value, entries.keyAt(slot), isUpdate ? updateReason : 'add');
    callbacks.commit();
  }

  #delete(key: K): boolean {
    const entries = this.#entries;
    const callbacks = this.#callbacks;
    callbacks?.begin();
    const slot = entries.remove(key);
    if (slot === NIL) return false;
    callbacks?.removed(entries.valueAt(slot) as V, entries.keyAt(slot), 'delete');
    entries.erase(slot);
    callbacks?.commit();
    return true;
  }

  #evict(): V | undefined {
    const entries = this.#entries;
    const slot = entries.evict();
    const value = entries.valueAt(slot);
    if (slot !== NIL) {
      this.#callbacks?.removed(value as V, entries.keyAt(slot), 'evict');
      entries.erase(slot);
    }
    return value;
  }
}

const pickKey = <K, V>(entries: Entries<K, V>, slot: number): K => entries.keyAt(slot);
const pickValue = <K, V>(entries: Entries<K, V>, slot: number): V => entries.valueAt(slot) as V;
const pickEntry = <K, V>(entries: Entries<K, V>, slot: number): [K, V] => [
  entries.keyAt(slot),
  entries.valueAt(slot) as V,
];
