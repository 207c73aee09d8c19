// NumberLRU: the public class for numbers, a float under each int32, all in linear memory.
//
// It owns the interface: arguments, ttls and statistics. The engine knows where the value of a key
// is, and in which order keys were used; table.ts does what the engine leaves to its wrapper.
//
// I1  Nothing in here calls a public method of the cache, so that a subclass may override any.
// I2  The clock is the only user code. It is read before an operation looks at the table, since it
//     may change the table.
// I3  Operations on a table without ages and statistics are one call into the core (`path` of
//     table.ts).
// I4  The class does not refer to itself by name in its body: the bundler would give it a second
//     name there.

/// <reference lib="esnext.disposable" preserve="true" />

import { NIL } from '../../assembly/layout.js';
import { checkAge, checkMax } from '../common/check.js';
import { keepName, LRUCacheError } from '../common/errors.js';
import type { Count, EngineKind, Milliseconds } from '../common/types.js';
import { isEviction, isUpdate, slotOf } from '../entries/outcome.js';
import { ageAt, Clock } from '../expiry/clock.js';
import {
  checkArrays,
  checkNumber,
  checkNumberOptions,
  isInt32,
  type NumberLRUOptions,
  numberHostFor,
  refuseKey,
} from './options.js';
import { NumberTable, PATH_PLAIN, PATH_SLOW } from './table.js';

/** The counts of a `NumberLRU` with `recordStats`. */
export interface NumberStats {
  /** Keys that `get` and `getMany` found. */
  hits: number;
  /** Keys that `get` and `getMany` did not find, or found stale. */
  misses: number;
  /** Values stored under new keys. */
  sets: number;
  /** Values stored under keys that were already there, including by `increment`. */
  updates: number;
  /** Entries removed on request. */
  deletes: number;
  /** Entries removed to make room, or by `pop` or `resize`. */
  evictions: number;
  /** Entries removed because they were stale. */
  expirations: number;
}

function newNumberStats(): NumberStats {
  return { hits: 0, misses: 0, sets: 0, updates: 0, deletes: 0, evictions: 0, expirations: 0 };
}

/**
 * A cache from integers to numbers, which evicts the least recently used entry when it is full.
 * Keys are whole numbers from -2^31 to 2^31 - 1; values are any numbers. All entries are in linear
 * memory, with at most 28 bytes per entry in a full cache: the garbage collector sees a few
 * objects, however many entries there are. There are no callbacks.
 *
 * An invalid key throws `INVALID_KEY`, and a value that is not a number `INVALID_VALUE`; nothing is
 * changed. Every operation on one key takes constant time.
 *
 * @example
 * ```ts
 * import { NumberLRU } from 'wasm-lru/numbers';
 *
 * const scores = new NumberLRU({ max: 100_000 });
 * scores.set(7, 0.5);
 * console.log(scores.get(7), scores.get(8), scores.get(8, 0)); // 0.5 NaN 0
 * ```
 */
export class NumberLRU implements Iterable<[number, number]> {
  static {
    keepName(this, 'NumberLRU');
  }

  readonly #table: NumberTable;
  readonly #clock: Clock;
  readonly #ttl: number;
  readonly #ttlResolution: number;
  readonly #stats: NumberStats | undefined;
  /** The name of the class, as `Object.prototype.toString` shows it. */
  [Symbol.toStringTag] = 'NumberLRU';

  /** The engine of new caches on this host: `wasm`, or `pure` if the host refuses WebAssembly. */
  static get engine(): EngineKind {
    return numberHostFor().kind;
  }

  /**
   * An empty cache. It takes memory as it fills.
   *
   * Throws `LRUCacheTypeError` or `LRUCacheRangeError` with code `INVALID_OPTIONS`, `INVALID_MAX`,
   * `INVALID_TTL` or `ENGINE_UNAVAILABLE`, before anything is allocated.
   */
  constructor(options: NumberLRUOptions) {
    const { host, max, ttl, ttlResolution, perf, recordStats } = checkNumberOptions(options);
    this.#stats = recordStats ? newNumberStats() : undefined;
    this.#ttl = ttl;
    this.#ttlResolution = ttlResolution;
    this.#clock = new Clock(perf, (wrong, now) => this.#restartAges(wrong, now));
    this.#table = new NumberTable(host, max, recordStats);
    if (ttl !== 0) this.#table.useAges();
  }

  /** Number of entries. Stale entries are counted. */
  get size(): number {
    return this.#ready().size;
  }

  /** Largest number of entries. */
  get max(): Count {
    return this.#table.max;
  }

  /** How long an entry that is set without a ttl is fresh, in milliseconds, or 0 for no limit. */
  get ttl(): Milliseconds {
    return this.#ttl;
  }

  /** The engine that this cache runs on. */
  get engine(): EngineKind {
    return this.#table.engine.kind;
  }

  /** Bytes of memory that the cache holds, including spare room. */
  get bytes(): number {
    return this.#ready().bytes;
  }

  /**
   * Returns the value of a key, which becomes the most recently used, or `missing` if the key is
   * absent or stale. A stale entry is removed.
   *
   * @example
   * ```ts
   * import { NumberLRU } from 'wasm-lru/numbers';
   *
   * const prices = new NumberLRU({ max: 100 });
   * prices.set(1, 9.5);
   * console.log(prices.get(1), prices.get(2, -1)); // 9.5 -1
   * ```
   */
  get(key: number, missing: number = Number.NaN): number {
    if (!isInt32(key) || typeof missing !== 'number') this.#refuse(key, missing);
    const table = this.#table;
    if (table.path === PATH_PLAIN) {
      try {
        return table.get(key, missing);
      } catch (error) {
        throw table.failed(error);
      }
    }
    const slot = this.#useCounted(key);
    return slot === NIL ? missing : table.engine.valueAt(table.handle, slot);
  }

  /**
   * Stores a value under a key, which becomes the most recently used. If the cache is full, the
   * least recently used entry is evicted. `ttlMs` is how long the entry is fresh, in milliseconds,
   * or 0 for no limit; it replaces the `ttl` of the cache.
   *
   * Throws `INVALID_TTL`, `INVALID_CLOCK`, or `OUT_OF_MEMORY` if the host refuses memory for the
   * first entry or ttl, and changes nothing. If the host refuses memory later, the cache evicts at
   * the number of entries that it has, until `clear` or `resize`.
   *
   * @example
   * ```ts
   * import { NumberLRU } from 'wasm-lru/numbers';
   *
   * const cache = new NumberLRU({ max: 2 });
   * cache.set(1, 10).set(2, 20).set(3, 30);
   * console.log([...cache]); // [ [ 3, 30 ], [ 2, 20 ] ]
   * ```
   */
  set(key: number, value: number, ttlMs?: Milliseconds): this {
    if (!isInt32(key) || typeof value !== 'number') this.#refuse(key, value);
    const table = this.#table;
    if (table.path === PATH_PLAIN && ttlMs === undefined) {
      try {
        table.put(key, value);
      } catch (error) {
        table.failure = error;
        table.path = PATH_SLOW;
        throw table.failed(error);
      }
    } else {
      this.#setSlowly(key, value, ttlMs);
    }
    return this;
  }

  /** Whether a key is stored and fresh. Does not use the entry. */
  has(key: number): boolean {
    return this.#findFresh(key) !== NIL;
  }

  /**
   * Returns the value of a key without using the entry, or `missing` if the key is absent or stale.
   */
  peek(key: number, missing: number = Number.NaN): number {
    checkNumber('missing', missing);
    const slot = this.#findFresh(key);
    const { engine, handle } = this.#table;
    return slot === NIL ? missing : engine.valueAt(handle, slot);
  }

  /** Removes a key. Returns whether it was there. */
  delete(key: number): boolean {
    if (!isInt32(key)) refuseKey(key);
    const table = this.#ready();
    return this.#change(() => {
      const slot = table.find(key);
      if (slot === NIL) return false;
      table.remove(slot);
      if (this.#stats !== undefined) this.#stats.deletes += 1;
      return true;
    });
  }

  /**
   * Adds to the value of a key, which becomes the most recently used, and returns the sum. A key
   * that is absent or stale is stored with `by` as its value; only then does `ttlMs` apply, as in
   * `set`. So the ttl of a counter begins with its first event: a fixed window, as for a rate
   * limiter.
   *
   * Throws as `set` does.
   *
   * @example
   * ```ts
   * import { NumberLRU } from 'wasm-lru/numbers';
   *
   * const attempts = new NumberLRU({ max: 10_000 });
   * const userId = 42;
   * attempts.increment(userId, 1, 60_000);
   * console.log(attempts.increment(userId, 1, 60_000)); // 2
   * ```
   */
  increment(key: number, by: number = 1, ttlMs?: Milliseconds): number {
    if (!isInt32(key) || typeof by !== 'number') this.#refuse(key, by);
    if (ttlMs !== undefined) checkAge(ttlMs, undefined);
    const table = this.#table;
    let slot: number;
    if (table.path === PATH_PLAIN) {
      try {
        const sum = table.engine.add(table.handle, key, by);
        // Adding to NaN a second time changes nothing.
        if (!Number.isNaN(sum)) return sum;
        slot = table.use(key);
      } catch (error) {
        throw table.failed(error);
      }
    } else {
      slot = this.#use(key);
    }
    if (slot === NIL) {
      this.#setSlowly(key, by, ttlMs);
      return by;
    }
    const { engine, handle } = table;
    const sum = engine.valueAt(handle, slot) + by;
    engine.setValueAt(handle, slot, sum);
    if (this.#stats !== undefined) this.#stats.updates += 1;
    return sum;
  }

  /**
   * Writes the values of many keys into an array, at the indexes of the keys, and `missing` for
   * keys that are absent or stale; returns how many were found. The same as a `get` of each key, in
   * less time: the keys cross into the engine together, and are looked up before any is used.
   *
   * Throws `INVALID_KEYS` or `INVALID_VALUE` if the arrays are of other types, or `values` is
   * shorter than `keys`, and changes nothing.
   *
   * @example
   * ```ts
   * import { NumberLRU } from 'wasm-lru/numbers';
   *
   * const scores = new NumberLRU({ max: 100 });
   * scores.set(1, 0.5).set(3, 1.5);
   * const values = new Float64Array(3);
   * const found = scores.getMany(Int32Array.of(1, 2, 3), values, 0);
   * console.log(found, [...values]); // 2 [ 0.5, 0, 1.5 ]
   * ```
   */
  getMany(keys: Int32Array, values: Float64Array, missing: number = Number.NaN): number {
    checkArrays(keys, values);
    checkNumber('missing', missing);
    const table = this.#table;
    if (table.path === PATH_PLAIN) {
      try {
        return table.getMany(keys, values, missing);
      } catch (error) {
        throw table.failed(error);
      }
    }
    let found = 0;
    for (let i = 0; i < keys.length; i++) {
      const slot = this.#useCounted(keys[i] as number);
      values[i] = slot === NIL ? missing : table.engine.valueAt(table.handle, slot);
      if (slot !== NIL) found += 1;
    }
    return found;
  }

  /**
   * Stores the values of many keys, in their order. The same as a `set` of each; if a `set` throws,
   * so does this, and the keys before are stored. Throws `INVALID_KEYS` or `INVALID_VALUE` if the
   * arrays are of other types, or `values` is shorter than `keys`, and changes nothing.
   *
   * @example
   * ```ts
   * import { NumberLRU } from 'wasm-lru/numbers';
   *
   * const scores = new NumberLRU({ max: 2 });
   * scores.setMany(Int32Array.of(1, 2, 3), Float64Array.of(0.5, 1, 1.5));
   * console.log([...scores.keys()]); // [ 3, 2 ]
   * ```
   */
  setMany(keys: Int32Array, values: Float64Array): void {
    checkArrays(keys, values);
    const table = this.#table;
    let i = 0;
    while (i < keys.length) {
      if (table.path === PATH_PLAIN) {
        const from = i;
        i = this.#change(() => table.putMany(keys, values, from));
        if (i === keys.length) return;
      }
      // The table has to grow first, or the index refuses the key.
      this.#setSlowly(keys[i] as number, values[i] as number, undefined);
      i += 1;
    }
  }

  /**
   * Removes the least recently used entry, stale or not, and returns its value, or `missing` if the
   * cache is empty.
   */
  pop(missing: number = Number.NaN): number {
    checkNumber('missing', missing);
    const table = this.#ready();
    return this.#change(() => {
      const { engine, handle } = table;
      const slot = engine.oldest(handle);
      return slot === NIL ? missing : this.#evict(slot);
    });
  }

  /** Removes every entry. */
  clear(): void {
    const table = this.#ready();
    if (this.#stats !== undefined) this.#stats.deletes += table.size;
    this.#change(() => table.clear());
  }

  /**
   * Changes `max`. A smaller one evicts the least recently used entries at once. Throws
   * `INVALID_MAX`, and changes nothing. Takes time in proportion to the number of entries that are
   * evicted.
   */
  resize(max: Count): void {
    checkMax(max);
    const table = this.#ready();
    this.#change(() => {
      for (let excess = table.size - max; excess > 0; excess--) {
        this.#evict(table.engine.oldest(table.handle));
      }
      table.resize(max);
    });
  }

  /**
   * Removes every stale entry. Returns whether there was one. Takes time in proportion to `size`.
   */
  purgeStale(): boolean {
    if (!this.#table.isTimed) return false;
    const now = this.#clock.read();
    const table = this.#ready();
    return this.#change(() => {
      const stale = table.engine.staleOrder(table.handle, now);
      for (const slot of stale) this.#expire(slot);
      return stale.length > 0;
    });
  }

  /**
   * Returns the remaining ttl of a key, in ms: negative if the entry is stale, `Infinity` if it has
   * no ttl, and 0 if the key is absent.
   */
  getRemainingTTL(key: number): Milliseconds {
    if (!isInt32(key)) refuseKey(key);
    const now = this.#table.isTimed ? this.#now() : 0;
    const table = this.#ready();
    const { engine, handle } = table;
    const slot = table.find(key);
    if (slot === NIL) return 0;
    const ttl = table.isTimed ? engine.ttlOf(handle, slot) : 0;
    return ttl === 0 ? Number.POSITIVE_INFINITY : ttl - ageAt(now, engine.startOf(handle, slot));
  }

  /**
   * Iterates over the keys, most recently used first: those that exist when it begins, except those
   * that are removed or stale when it reaches them. The cache may change during the iteration,
   * which takes 4 bytes per key.
   */
  *keys(): Generator<number, void, unknown> {
    for (const [key] of this.#walk()) yield key;
  }

  /**
   * Iterates over the values, most recently used first. The cache may change during the iteration.
   */
  *values(): Generator<number, void, unknown> {
    for (const [, value] of this.#walk()) yield value;
  }

  /** Iterates over keys and values, most recently used first. The cache may change meanwhile. */
  entries(): Generator<[number, number], void, unknown> {
    return this.#walk();
  }

  /** Iterates over keys and values, most recently used first. The cache may change meanwhile. */
  [Symbol.iterator](): Generator<[number, number], void, unknown> {
    return this.#walk();
  }

  /**
   * Returns the counts since the cache was made, or since `resetStats` was called. Throws
   * `NO_STATS` without the option `recordStats`.
   */
  stats(): NumberStats {
    return { ...this.#countedStats() };
  }

  /** Sets all counts to 0. Throws `NO_STATS` without the option `recordStats`. */
  resetStats(): void {
    Object.assign(this.#countedStats(), newNumberStats());
  }

  /**
   * Removes every entry and frees the memory of the cache now instead of when the cache is
   * collected. Any later use of the entries, including `size`, throws `DISPOSED`. Disposing again
   * does nothing.
   */
  [Symbol.dispose](): void {
    if (!this.#table.isDisposed) this.#table.close();
  }

  #countedStats(): NumberStats {
    if (this.#stats !== undefined) return this.#stats;
    throw new LRUCacheError('NO_STATS', 'stats needs the option recordStats');
  }

  #refuse(key: unknown, value: unknown): void {
    if (!isInt32(key)) refuseKey(key);
    checkNumber('The value', value);
  }

  /** The table, after dealing with an interrupted change. */
  #ready(): NumberTable {
    if (this.#table.failure !== undefined) this.#table.recover();
    return this.#table;
  }

  /** Runs a change; an error that escapes has interrupted it half-way (NT3 of table.ts). */
  #change<T>(run: () => T): T {
    const table = this.#table;
    try {
      return run();
    } catch (error) {
      table.failure = error;
      table.path = PATH_SLOW;
      throw table.failed(error);
    }
  }

  /** The time, exact enough to find out what is stale. */
  #now(): number {
    return this.#clock.now(this.#ttlResolution);
  }

  /** The slot of a key, which becomes the newest, or NIL. A stale one is removed. */
  #use(key: number): number {
    const now = this.#table.isTimed ? this.#now() : 0;
    const table = this.#ready();
    return this.#change(() => {
      const slot = table.isTimed ? table.seek(key, now) : table.use(key);
      if (slot >= NIL) return slot;
      this.#expire(-slot);
      return NIL;
    });
  }

  #useCounted(key: number): number {
    const slot = this.#use(key);
    if (this.#stats !== undefined) this.#stats[slot === NIL ? 'misses' : 'hits'] += 1;
    return slot;
  }

  /** The slot of a key if it is fresh, or NIL; the order stays. */
  #findFresh(key: number): number {
    if (!isInt32(key)) refuseKey(key);
    const now = this.#table.isTimed ? this.#now() : 0;
    const table = this.#ready();
    const slot = table.find(key);
    return slot !== NIL && table.isFresh(slot, now) ? slot : NIL;
  }

  #setSlowly(key: number, value: number, ttlMs: number | undefined): void {
    const ttl = ttlMs === undefined ? this.#ttl : ttlMs;
    if (ttl !== this.#ttl) checkAge(ttl, undefined);
    const start = ttl === 0 ? 0 : this.#clock.read();
    const table = this.#ready();
    this.#change(() => {
      if (ttl !== 0 && !table.isTimed) table.useAges();
      const code = table.put(key, value);
      if (table.isTimed) table.engine.setAgeAt(table.handle, slotOf(code), start, ttl);
      this.#countSet(code);
    });
  }

  #countSet(code: number): void {
    if (this.#stats === undefined) return;
    this.#stats[isUpdate(code) ? 'updates' : 'sets'] += 1;
    if (isEviction(code)) this.#stats.evictions += 1;
  }

  /** Removes the entry of a slot to make room; returns its value. */
  #evict(slot: number): number {
    const table = this.#table;
    const value = table.engine.valueAt(table.handle, slot);
    table.remove(slot);
    if (this.#stats !== undefined) this.#stats.evictions += 1;
    return value;
  }

  #expire(slot: number): void {
    this.#table.remove(slot);
    if (this.#stats !== undefined) this.#stats.expirations += 1;
  }

  *#walk(): Generator<[number, number], void, unknown> {
    const table = this.#ready();
    const keys = table.keys();
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as number;
      const slot = this.#findFresh(key);
      if (slot !== NIL) yield [key, table.engine.valueAt(table.handle, slot)];
    }
  }

  /** Restarts the ages that began after a time, which was an error of the clock. O(size). */
  #restartAges(wrong: number, now: number): void {
    const { engine, handle, isTimed, isDisposed } = this.#ready();
    if (isDisposed || !isTimed) return;
    for (const slot of engine.order(handle)) {
      const ttl = engine.ttlOf(handle, slot);
      if (engine.startOf(handle, slot) > wrong) engine.setAgeAt(handle, slot, now, ttl);
    }
  }
}
