// LRUCache: the public class, after lru-cache 11.
//
// It owns the interface: signatures, their documentation, the options that are properties, and the
// fast paths of `get`, `set` and `delete`. Everything else is a call of one function: cache/ does
// the operations and reports them, loads/ loads values, and entries/ finds the slot of a key.
//
// L1  Nothing in here calls a public method of the cache, so that a subclass may override any.
// L2  A cache without ttl, sizes, callbacks, loads and statistics uses its entries directly; so
//     does a `get` of any cache without a ttl, which also counts if there are statistics. `get` and
//     `set` contain no more than that: V8 inlines them, and everything they call, into a loop of
//     the caller only if they are small.
// L3  Objects that callers pass are only read, each property once, except `status`, which is
//     written.
// L4  The class does not refer to itself by name in its body: the bundler would give it a second
//     name there, which errors and heap snapshots would show.
// L5  The options that may be changed are plain properties, as in lru-cache: a subclass may declare
//     them again. They are checked where they are used. The others belong to the part that uses
//     them, and getters here read them from it.

/// <reference lib="esnext.disposable" preserve="true" />

import { NIL } from '../../assembly/layout.js';
import { clear, deleteWhere, invalidateTag, pop, purge, resize } from '../cache/bulk.js';
import { metrics } from '../cache/channels.js';
import { deleteMany, getMany, hasMany, setMany } from '../cache/many.js';
import { dumpOf, infoOf, remainingTtlOf, restore } from '../cache/snapshot.js';
import { countGet, countsOf, newStats } from '../cache/stats.js';
import { getByStore, getFound, hasByStore, peekByStore, setByStore } from '../cache/status.js';
import { Store } from '../cache/store.js';
import { visitAll, walkAll, walkEntries, walkKeys, walkValues } from '../cache/walk.js';
import { checkCallOptions, checkFunction, checkMax, checkMaxSize } from '../common/check.js';
import { keepName, LRUCacheTypeError } from '../common/errors.js';
import type * as options from '../common/options.js';
import type * as types from '../common/types.js';
import { warnUnbounded } from '../common/warning.js';
import { hostFor } from '../engine/lifetime.js';
import { type Entries, PATH_FAST, PATH_SLOW } from '../entries/entries.js';
import { hostClock } from '../expiry/host-time.js';
import { fetchMany, fetchOne, forceFetchOne } from '../loads/fetching.js';
import { Loads } from '../loads/loads.js';
import { getOrInsert, getOrInsertComputed, memo } from '../loads/memo.js';
import { checkOptions } from './check-options.js';
import { customInspect, type Inspect, inspected } from './inspect.js';

type FetchArgument<K, V, FC> = unknown extends FC
  ? types.FetchOptions<K, V, FC>
  : FC extends undefined | void
    ? types.FetchOptionsNoContext<K, V, FC>
    : types.FetchOptionsWithContext<K, V, FC>;

type FetchManyArgument<K, V, FC> = unknown extends FC
  ? types.FetchManyOptions<K, V, FC>
  : FC extends undefined | void
    ? types.FetchManyOptions<K, V, FC>
    : types.FetchManyOptionsWithContext<K, V, FC>;

type MemoArgument<K, V, FC> = unknown extends FC
  ? types.MemoOptions<K, V, FC>
  : FC extends undefined | void
    ? types.MemoOptionsNoContext<K, V, FC>
    : types.MemoOptionsWithContext<K, V, FC>;

/** `T` if the context is optional, otherwise `never`. */
type WithoutContext<FC, T> = unknown extends FC ? T : FC extends undefined | void ? T : never;

/** The function that `forEach` and `find` call with the value, the key and the cache. */
type Visitor<K, V, C, T> = (value: V, key: K, cache: C) => T;

/** @internal The store behind a cache, for the checkers of the test suite. */
export let storeOf: <K, V, FC>(cache: LRUCache<K, V, FC>) => Store<K, V, FC>;

/** @internal The entries behind a cache, for the checkers of the test suite. */
export function entriesOf<K, V, FC>(cache: LRUCache<K, V, FC>): Entries<K, V> {
  return storeOf(cache).entries;
}

/** Warns of a cache without a bound, with a stack that ends at its `new`. */
function warnOfNoBound(): void {
  warnUnbounded(LRUCache);
}

/**
 * A cache that evicts the least recently used entry when it is full. Entries are bounded by number
 * (`max`), by the sum of their sizes (`maxSize`), and in age (`ttl`). `get` and `set` use an entry;
 * `has`, `peek` and iteration do not.
 *
 * Keys are compared as in a `Map`. `undefined` cannot be stored as a value: setting it deletes the
 * key. `get`, `set`, `has`, `peek`, `delete` and `pop` take constant time, apart from hashing a
 * string. `FC` is the type of the context of `fetch` and `memo`.
 *
 * @example
 * ```ts
 * import { LRUCache } from 'wasm-lru';
 *
 * const cache = new LRUCache<string, number>({ max: 2 });
 * cache.set('a', 1).set('b', 2);
 * cache.get('a');
 * cache.set('c', 3);
 * console.log([...cache.keys()]); // [ 'c', 'a' ]
 * ```
 */
export class LRUCache<K = NonNullable<unknown>, V = NonNullable<unknown>, FC = unknown> {
  static {
    keepName(this, 'LRUCache');
    storeOf = (cache) => cache.#store;
  }

  /**
   * How long an entry is fresh, in milliseconds, or 0 for no limit. Applies to values set from now
   * on.
   */
  ttl: types.Milliseconds;
  /** How long one reading of the clock is used to find stale entries, in milliseconds. */
  ttlResolution: types.Milliseconds;
  /** Whether a timer removes stale entries. */
  ttlAutopurge: boolean;
  /** Whether `get` and `fetch` restart the ttl of the entry that they return. */
  updateAgeOnGet: boolean;
  /** Whether `has` restarts the ttl of the entry that it finds. */
  updateAgeOnHas: boolean;
  /** Whether stale values are returned. */
  allowStale: boolean;
  /** Whether `get` keeps the stale entries that it finds. */
  noDeleteOnStaleGet: boolean;
  /** Whether overwriting a value keeps the running ttl of its key. */
  noUpdateTTL: boolean;
  /** Whether `dispose` and `disposeAfter` are not called for values that are overwritten. */
  noDisposeOnSet: boolean;
  /** The largest size of one entry, or 0 if there is no bound. */
  maxEntrySize: types.Size;
  /** The function that returns the size of an entry, or `undefined`. */
  sizeCalculation?: types.SizeCalculator<K, V>;
  /** Has no effect: a load in flight has no size. */
  backgroundFetchSize: types.Size;
  /** Whether a stale value stays stored when loading a new one fails. */
  noDeleteOnFetchRejection: boolean;
  /** Whether `fetch` resolves to the stale value when loading fails. */
  allowStaleOnFetchRejection: boolean;
  /** Whether `fetch` resolves to the stale value as soon as the load is aborted. */
  allowStaleOnFetchAbort: boolean;
  /** Whether an aborted load goes on, and its result is stored. */
  ignoreFetchAbort: boolean;
  /** The name of the class, as `Object.prototype.toString` shows it. */
  [Symbol.toStringTag] = 'LRUCache';
  readonly #store: Store<K, V, FC>;
  readonly #entries: Entries<K, V>;
  readonly #stats: types.Stats | undefined;
  readonly #loads: Loads<K, V, FC> | undefined;
  readonly #memoMethod: types.Memoizer<K, V, FC> | undefined;

  /** The engine of new caches on this host: `wasm`, or `pure` if the host refuses WebAssembly. */
  static get engine(): types.EngineKind {
    return hostFor().kind;
  }

  /**
   * An empty cache with the given options, or with the options of another cache. It takes memory as
   * it fills, whatever its `max` is.
   *
   * Throws `LRUCacheTypeError` or `LRUCacheRangeError` with code `INVALID_OPTIONS`, `INVALID_MAX`,
   * `INVALID_SIZE`, `INVALID_TTL`, `INVALID_CALLBACK` or `ENGINE_UNAVAILABLE`, before anything is
   * allocated.
   */
  constructor(given: options.Options<K, V, FC> | LRUCache<K, V, FC>) {
    const construction = checkOptions<K, V, FC>(given as options.OptionsBase<K, V, FC>);
    const checked = construction.options;
    // One by one: a loop over their names takes a tenth of the time that making a cache takes.
    this.ttl = checked.ttl;
    this.ttlResolution = checked.ttlResolution;
    this.ttlAutopurge = checked.ttlAutopurge;
    this.updateAgeOnGet = checked.updateAgeOnGet;
    this.updateAgeOnHas = checked.updateAgeOnHas;
    this.allowStale = checked.allowStale;
    this.noDeleteOnStaleGet = checked.noDeleteOnStaleGet;
    this.noUpdateTTL = checked.noUpdateTTL;
    this.noDisposeOnSet = checked.noDisposeOnSet;
    this.maxEntrySize = checked.maxEntrySize;
    this.sizeCalculation = checked.sizeCalculation as types.SizeCalculator<K, V>;
    this.backgroundFetchSize = checked.backgroundFetchSize;
    this.noDeleteOnFetchRejection = checked.noDeleteOnFetchRejection;
    this.allowStaleOnFetchRejection = checked.allowStaleOnFetchRejection;
    this.allowStaleOnFetchAbort = checked.allowStaleOnFetchAbort;
    this.ignoreFetchAbort = checked.ignoreFetchAbort;
    this.#memoMethod = checked.memoMethod;
    this.#store = new Store(this, construction);
    this.#entries = this.#store.entries;
    this.#stats = this.#store.stats;
    if ((checked.fetchMethod ?? checked.fetchManyMethod) !== undefined) {
      this.#loads = new Loads(this.#store, checked.fetchMethod, checked.fetchManyMethod);
      this.#store.useLoads(this.#loads);
    }
    if (checked.max === 0 && checked.maxSize === 0 && !checked.ttlAutopurge) warnOfNoBound();
  }

  /** Number of entries. Stale entries are counted; loads in flight are not. */
  get size(): number {
    return this.#store.entries.size;
  }

  /** Largest number of entries, or 0 if there is no bound. */
  get max(): number {
    return this.#store.max;
  }

  /** Largest sum of the sizes of all entries, or 0 if there is no bound. */
  get maxSize(): number {
    return this.#store.maxSize;
  }

  /** Sum of the sizes of all entries, or 0 if the cache keeps no sizes. */
  get calculatedSize(): number {
    return this.#store.entries.total;
  }

  /** The engine that this cache runs on. */
  get engine(): types.EngineKind {
    return this.#store.entries.kind;
  }

  /**
   * Returns the value of a key, which becomes the most recently used, or `undefined` if the key is
   * absent or stale. A stale entry is removed; with `allowStale`, its value is returned once.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100 });
   * cache.set('a', 1);
   * console.log(cache.get('a'), cache.get('b')); // 1 undefined
   * ```
   */
  get(key: K, getOptions?: types.GetOptions<K, V, FC>): V | undefined {
    const entries = this.#entries;
    if (getOptions === undefined && entries.path !== PATH_SLOW && !metrics.hasSubscribers) {
      try {
        const slot = entries.touch(key);
        if (this.#stats !== undefined) countGet(this.#stats, slot);
        return entries.items[slot * 2 + 1] as V | undefined;
      } catch (error) {
        throw entries.failed(error);
      }
    }
    return getByStore(this.#store, key, getOptions);
  }

  /**
   * Stores a value under a key, which becomes the most recently used. The least recently used
   * entries are evicted to stay within `max` and `maxSize`. `undefined` deletes the key instead,
   * and so does a value that is larger than `maxEntrySize`.
   *
   * Throws `INVALID_SIZE`, `INVALID_TTL`, `INVALID_CLOCK`, or `OUT_OF_MEMORY` if the host refuses
   * memory for the first entry or ttl, and changes nothing. If the host refuses memory later, the
   * cache evicts at the number of entries that it has, until `clear` or `resize`.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, string>({ max: 100 });
   * cache.set('session', 'ada', { ttl: 60_000 }).set('theme', 'dark');
   * console.log(cache.size, cache.getRemainingTTL('theme')); // 2 Infinity
   * ```
   */
  set(key: K, value: V | undefined, setOptions?: types.SetOptions<K, V, FC>): this {
    const entries = this.#entries;
    if (
      setOptions === undefined &&
      value !== undefined &&
      entries.path === PATH_FAST &&
      this.ttl === 0 &&
      this.sizeCalculation === undefined &&
      !metrics.hasSubscribers
    ) {
      try {
        entries.write(entries.put(key), key, value);
      } catch (error) {
        entries.failure = error;
        entries.path = PATH_SLOW;
        throw entries.failed(error);
      }
    } else {
      setByStore(this.#store, key, value, setOptions);
    }
    return this;
  }

  /**
   * Stores a value as `set` does, and returns the entries that were evicted for it, the least
   * recently used first.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 1 });
   * cache.set('a', 1);
   * console.log(cache.setWithEvicted('b', 2)); // [ [ 'a', 1 ] ]
   * ```
   */
  setWithEvicted(key: K, value: V, setOptions?: types.SetOptions<K, V, FC>): [K, V][] {
    const evicted: [K, V][] = [];
    setByStore(this.#store, key, value, setOptions, evicted);
    return evicted;
  }

  /**
   * Whether a key is stored and fresh. Does not use the entry; with `updateAgeOnHas`, its ttl
   * restarts.
   */
  has(key: K, hasOptions?: types.HasOptions<K, V, FC>): boolean {
    return hasByStore(this.#store, key, hasOptions);
  }

  /**
   * Returns the value of a key without using the entry, or `undefined` if the key is absent. A
   * stale value is returned only with `allowStale`.
   */
  peek(key: K, peekOptions?: types.PeekOptions<K, V, FC>): V | undefined {
    return peekByStore(this.#store, key, peekOptions);
  }

  /** Removes a key and aborts its load. Returns whether there was an entry or a load. */
  delete(key: K): boolean {
    const entries = this.#entries;
    if (entries.path !== PATH_FAST || metrics.hasSubscribers) {
      return this.#store.delete(key, 'delete');
    }
    try {
      const slot = entries.find(key);
      if (slot === NIL) return false;
      entries.remove(slot);
      entries.erase(slot);
      return true;
    } catch (error) {
      entries.failure = error;
      entries.path = PATH_SLOW;
      throw entries.failed(error);
    }
  }

  /**
   * Returns the values of many keys, in their order: the same as a `get` of each, with the same
   * options. If a `get` throws, so does this, and the keys before it are done.
   *
   * In a large cache without a ttl, the numbers among many keys are found together, which takes
   * less time than a loop of `get`. In other caches, and for other keys, it is a loop that also
   * makes an array of the keys and one of the values, and takes more time than a loop of `get`.
   *
   * Throws `INVALID_KEYS` if `keys` is not a list; a string is refused.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const names = new LRUCache<number, string>({ max: 100 });
   * names.set(1, 'ada').set(2, 'grace');
   * console.log(names.getMany([2, 3, 1])); // [ 'grace', undefined, 'ada' ]
   * ```
   */
  getMany(keys: Iterable<K>, getOptions?: types.GetOptions<K, V, FC>): (V | undefined)[] {
    return getMany(this.#store, keys, getOptions);
  }

  /**
   * Stores many values, in their order: the same as a `set` of each pair, with the same options. If
   * a `set` throws, so does this, and the pairs before it are stored.
   *
   * Throws `INVALID_KEYS` if `entries` is not a list, or `INVALID_ENTRIES` if an item of it is not
   * a pair, and changes nothing.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const names = new LRUCache<number, string>({ max: 100 });
   * names.setMany([[1, 'ada'], [2, 'grace']]);
   * console.log(names.size); // 2
   * ```
   */
  setMany(
    entries: Iterable<readonly [K, V | undefined]>,
    setOptions?: types.SetOptions<K, V, FC>,
  ): this {
    setMany(this.#store, entries, setOptions);
    return this;
  }

  /**
   * Whether each of many keys is stored and fresh, in their order: the same as a `has` of each.
   * Throws `INVALID_KEYS` if `keys` is not a list.
   */
  hasMany(keys: Iterable<K>, hasOptions?: types.HasOptions<K, V, FC>): boolean[] {
    return hasMany(this.#store, keys, hasOptions);
  }

  /**
   * Removes many keys and aborts their loads, in their order: the same as a `delete` of each.
   * Returns the number of keys that were there. Throws `INVALID_KEYS` if `keys` is not a list.
   */
  deleteMany(keys: Iterable<K>): number {
    return deleteMany(this.#store, keys);
  }

  /**
   * Removes the least recently used entry, stale or not, and returns its value, or `undefined` if
   * the cache is empty.
   */
  pop(): V | undefined {
    return pop(this.#store);
  }

  /**
   * Removes every entry and aborts every load. `dispose` is called for the least recently used
   * entry first.
   */
  clear(): void {
    clear(this.#store);
  }

  /**
   * Removes every entry that was stored with a tag, and aborts the loads of such keys and all loads
   * with that tag. If a load began before and names the tag only with its result, the result is not
   * stored. Returns the number of removed entries. Takes time in proportion to that number.
   *
   * Throws `INVALID_TAGS` if the tag is not a string.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const pages = new LRUCache<string, string>({ max: 100 });
   * pages.set('/ada', 'Ada', { tags: ['user:1'] });
   * pages.set('/', 'Home', { tags: ['user:1', 'user:2'] });
   * pages.set('/grace', 'Grace', { tags: ['user:2'] });
   * console.log(pages.invalidateTag('user:1'), [...pages.keys()]); // 2 [ '/grace' ]
   * ```
   */
  invalidateTag(tag: string): number {
    return invalidateTag(this.#store, tag);
  }

  /**
   * Removes every entry, stale or not, for whose value and key a function returns something truthy,
   * and aborts its load. Returns the number of removed entries. If the function throws, so does
   * this, and nothing is removed. Takes time in proportion to `size`.
   *
   * Throws `INVALID_CALLBACK` if the argument is not a function.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100 });
   * cache.set('a:1', 1).set('a:2', 2).set('b:1', 3);
   * console.log(cache.deleteWhere((_, key) => key.startsWith('a:')), cache.size); // 2 1
   * ```
   */
  deleteWhere(predicate: (value: V, key: K) => unknown): number {
    checkFunction('predicate', predicate);
    return deleteWhere(this.#store, predicate);
  }

  /**
   * Removes every stale entry, the least recently used first. Returns whether there was one. Takes
   * time in proportion to `size`.
   */
  purgeStale(): boolean {
    return purge(this.#store);
  }

  /**
   * Changes `max`, `maxSize` or both. A smaller bound evicts the least recently used entries at
   * once. If `maxEntrySize` was not given to the constructor, it changes with `maxSize`.
   *
   * Throws `INVALID_MAX` or `INVALID_SIZE`, and changes nothing. Takes time in proportion to the
   * number of entries that are evicted.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 3 });
   * cache.set('a', 1).set('b', 2).set('c', 3);
   * cache.resize(2);
   * console.log([...cache.keys()], cache.max); // [ 'c', 'b' ] 2
   * ```
   */
  resize(bounds: number | { max?: number; maxSize?: number }): void {
    const { max, maxSize } =
      typeof bounds === 'object' && bounds !== null ? bounds : { max: bounds };
    const isSized = maxSize !== undefined;
    if (max !== undefined || !isSized) checkMax(max);
    if (isSized) checkMaxSize('maxSize', maxSize);
    if (isSized && !this.#entries.isWeighed) {
      throw new LRUCacheTypeError('INVALID_SIZE', 'This cache was made without maxSize');
    }
    resize(this.#store, max ?? this.#store.max, maxSize ?? this.#store.maxSize);
  }

  /**
   * Returns value, size and age of a key, stale or not, or `undefined` if the key is absent. Its
   * `ttl` is the remaining time, negative if the entry is stale, and its `start` is now. Does not
   * use the entry.
   */
  info(key: K): types.Entry<V> | undefined {
    return infoOf(this.#store, key);
  }

  /**
   * Returns the remaining ttl of a key, in ms: negative if the entry is stale, `Infinity` if it has
   * no ttl, and 0 if the key is absent.
   */
  getRemainingTTL(key: K): types.Milliseconds {
    return remainingTtlOf(this.#store, key);
  }

  /**
   * Returns every entry, stale or not, in the form that `load` takes, the least recently used
   * first. Times are as in `Date.now()`, so that another process can load them. Takes time in
   * proportion to `size`.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100 });
   * cache.set('a', 1).set('b', 2);
   * const copy = new LRUCache<string, number>({ max: 100 });
   * copy.load(cache.dump());
   * console.log([...copy]); // [ [ 'b', 2 ], [ 'a', 1 ] ]
   * ```
   */
  dump(): [K, types.Entry<V>][] {
    return dumpOf(this.#store);
  }

  /**
   * Replaces all entries by those of a dump, in their order: the last one becomes the most recently
   * used. Throws `INVALID_ENTRIES`, and changes nothing, if the argument is not a dump. If storing
   * an entry throws as `set` does, the entries before it are loaded.
   */
  load(dump: Iterable<readonly [K, types.Entry<V>]>): void {
    restore(this.#store, dump);
  }

  /** Iterates over the keys, most recently used first. The cache may change meanwhile. */
  keys(): Generator<K, void, unknown> {
    return walkKeys(this.#store, true);
  }

  /** Iterates over the values, most recently used first. The cache may change meanwhile. */
  values(): Generator<V, void, unknown> {
    return walkValues(this.#store, true);
  }

  /** Iterates over the entries, most recently used first. The cache may change meanwhile. */
  entries(): Generator<[K, V], void, unknown> {
    return walkEntries(this.#store, true);
  }

  /** Iterates over the entries, most recently used first. The cache may change meanwhile. */
  [Symbol.iterator](): Generator<[K, V], void, unknown> {
    return walkEntries(this.#store, true);
  }

  /** Iterates over the keys, least recently used first. The cache may change meanwhile. */
  rkeys(): Generator<K, void, unknown> {
    return walkKeys(this.#store, false);
  }

  /** Iterates over the values, least recently used first. The cache may change meanwhile. */
  rvalues(): Generator<V, void, unknown> {
    return walkValues(this.#store, false);
  }

  /** Iterates over the entries, least recently used first. The cache may change meanwhile. */
  rentries(): Generator<[K, V], void, unknown> {
    return walkEntries(this.#store, false);
  }

  /**
   * Calls a function with the value, the key and the cache for every entry, most recently used
   * first. An error that it throws ends the walk. Throws `INVALID_CALLBACK` if the argument is not
   * a function.
   */
  forEach(fn: Visitor<K, V, this, unknown>, thisArg: unknown = this): void {
    visitAll(this.#store, true, fn, thisArg, this);
  }

  /**
   * Calls a function with the value, the key and the cache for every entry, least recently used
   * first. An error that it throws ends the walk. Throws `INVALID_CALLBACK` if the argument is not
   * a function.
   */
  rforEach(fn: Visitor<K, V, this, unknown>, thisArg: unknown = this): void {
    visitAll(this.#store, false, fn, thisArg, this);
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
  find(fn: Visitor<K, V, this, boolean>, getOptions?: types.GetOptions<K, V, FC>): V | undefined {
    checkFunction('fn', fn);
    const options = checkCallOptions(getOptions);
    for (const [id, key, value] of walkAll(this.#store, true)) {
      if (fn(value, key, this)) return getFound(this.#store, key, id, options);
    }
    return undefined;
  }

  /**
   * Returns the value of a key as `get` does. If there is none, stores and returns the given value.
   */
  getOrInsert(key: K, value: V): V {
    return getOrInsert(this.#store, key, value);
  }

  /**
   * Returns the value of a key as `get` does. If there is none, calls `compute` with the key, and
   * stores and returns the result.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const squares = new LRUCache<number, number>({ max: 100 });
   * console.log(squares.getOrInsertComputed(4, (n) => n * n), squares.get(4)); // 16 16
   * ```
   */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    return getOrInsertComputed(this.#store, key, compute);
  }

  /**
   * Returns the value of a key, and loads it by `fetchMethod` if it is absent or stale. Without a
   * `fetchMethod`, it does what `get` does. One load of a key runs at a time, with the options of
   * the call that started it, and takes no room in the cache. A `signal` cancels only its own call;
   * the load is aborted when every call that waits for it has been cancelled.
   *
   * Rejects with the error of `fetchMethod`, with the reason of an aborted `signal`, or with code
   * `FETCH_DELETED` or `FETCH_REPLACED` if the key is deleted or set during the load.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * let loads = 0;
   * const users = new LRUCache<number, string>({
   *   max: 100,
   *   fetchMethod: async (id) => {
   *     loads += 1;
   *     return `user ${id}`;
   *   },
   * });
   * const [name] = await Promise.all([users.fetch(1), users.fetch(1)]);
   * console.log(name, loads); // user 1 1
   * ```
   */
  fetch(key: K, fetchOptions: FetchArgument<K, V, FC>): Promise<V | undefined>;
  fetch(
    key: WithoutContext<FC, K>,
    fetchOptions?: WithoutContext<FC, FetchArgument<K, V, FC>>,
  ): Promise<V | undefined>;
  fetch(key: K, fetchOptions?: types.FetchOptions<K, V, FC>): Promise<V | undefined> {
    return fetchOne(this.#store, this.#loads, key, fetchOptions);
  }

  /**
   * Returns the value of a key as `fetch` does, and rejects with code `FETCH_UNDEFINED` if there is
   * no value.
   */
  forceFetch(key: K, fetchOptions: FetchArgument<K, V, FC>): Promise<V>;
  forceFetch(
    key: WithoutContext<FC, K>,
    fetchOptions?: WithoutContext<FC, FetchArgument<K, V, FC>>,
  ): Promise<V>;
  forceFetch(key: K, fetchOptions?: types.FetchOptions<K, V, FC>): Promise<V> {
    return forceFetchOne(this.#store, this.#loads, key, fetchOptions);
  }

  /**
   * Returns the values of many keys, and loads all that are absent or stale with one call of
   * `fetchManyMethod`. Keys that are already being loaded are not loaded again; the call waits for
   * their loads. Without `fetchManyMethod`, `fetchMethod` is called for each key.
   *
   * The Map contains the keys that have a value, each once, in the given order. If loads fail,
   * rejects with the first error; the results of the others are stored. A key that is deleted or
   * set during its load fails, unless `ignoreFetchAbort` or `allowStaleOnFetchAbort` is given.
   * Rejects with `INVALID_KEYS` if the keys are not a list, and with `INVALID_BATCH` if the result
   * of `fetchManyMethod` is not a list of values or pairs.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const users = new LRUCache<number, string>({
   *   max: 100,
   *   fetchManyMethod: async (ids) => new Map(ids.map((id) => [id, `user ${id}`])),
   * });
   * console.log(await users.fetchMany([1, 2])); // Map(2) { 1 => 'user 1', 2 => 'user 2' }
   * ```
   */
  fetchMany(keys: Iterable<K>, fetchOptions: FetchManyArgument<K, V, FC>): Promise<Map<K, V>>;
  fetchMany(
    keys: WithoutContext<FC, Iterable<K>>,
    fetchOptions?: WithoutContext<FC, FetchManyArgument<K, V, FC>>,
  ): Promise<Map<K, V>>;
  fetchMany(
    keys: Iterable<K>,
    fetchOptions?: types.FetchManyOptions<K, V, FC>,
  ): Promise<Map<K, V>> {
    return fetchMany(this.#store, this.#loads, keys, fetchOptions);
  }

  /**
   * Returns the value of a key as `get` does. If there is none, calls `memoMethod`, and stores and
   * returns its result. Throws `NO_MEMO_METHOD` without a `memoMethod`, and what `memoMethod`
   * throws.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const squares = new LRUCache<number, number>({ max: 100, memoMethod: (n) => n * n });
   * console.log(squares.memo(4)); // 16
   * ```
   */
  memo(key: K, memoOptions: MemoArgument<K, V, FC>): V;
  memo(key: WithoutContext<FC, K>, memoOptions?: WithoutContext<FC, MemoArgument<K, V, FC>>): V;
  memo(key: K, memoOptions?: types.MemoOptions<K, V, FC>): V {
    return memo(this.#store, this.#memoMethod, key, memoOptions);
  }

  /**
   * Returns the counts since the cache was made, or since `resetStats` was called. Throws
   * `NO_STATS` without the option `recordStats`.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100, recordStats: true });
   * cache.set('a', 1);
   * cache.get('a');
   * cache.get('b');
   * const { hits, misses } = cache.stats();
   * console.log(hits, misses); // 1 1
   * ```
   */
  stats(): types.Stats {
    return { ...countsOf(this.#stats) };
  }

  /** Sets all counts to 0. Throws `NO_STATS` without the option `recordStats`. */
  resetStats(): void {
    Object.assign(countsOf(this.#stats), newStats());
  }

  /**
   * Removes every entry, calling `dispose`, aborts every load, and frees the memory of the cache
   * now instead of when the cache is collected. Any later use of the entries, including `size`,
   * throws `DISPOSED`. Disposing again does nothing.
   */
  [Symbol.dispose](): void {
    if (!this.#store.isDisposed) clear(this.#store, true);
  }

  /** Called for every value that has left the cache. */
  get dispose(): types.Disposer<K, V> | undefined {
    return this.#store.callbacks?.dispose;
  }

  /** Called for every value that has left the cache, after every `dispose`. */
  get disposeAfter(): types.Disposer<K, V> | undefined {
    return this.#store.callbacks?.disposeAfter;
  }

  /** Called for every value that was stored. */
  get onInsert(): types.Inserter<K, V> | undefined {
    return this.#store.callbacks?.onInsert;
  }

  /** The function that loads the value of a key for `fetch`, or `undefined`. */
  get fetchMethod(): types.Fetcher<K, V, FC> | undefined {
    return this.#loads?.fetchMethod;
  }

  /** The function that loads the values of many keys for `fetchMany`, or `undefined`. */
  get fetchManyMethod(): types.BatchFetcher<K, V, FC> | undefined {
    return this.#loads?.fetchManyMethod;
  }

  /** The function that computes the value of a key for `memo`, or `undefined`. */
  get memoMethod(): types.Memoizer<K, V, FC> | undefined {
    return this.#memoMethod;
  }

  /** Returns what a key is found by. */
  get keyOf(): types.KeyOf<K> | undefined {
    return this.#store.keyOf;
  }

  /** How values are protected from changes. */
  get freeze(): types.Freeze<V> | undefined {
    return this.#store.freeze;
  }

  /** The clock: the given one, or the present one of the host. */
  get perf(): types.Perf {
    return this.#store.perf ?? hostClock();
  }

  /** The function that returns the ttl of a value, or `undefined`. */
  get ttlCalculation(): types.TtlCalculator<K, V> | undefined {
    return this.#store.freshness?.ttlCalculation;
  }

  /** The largest age of a value in milliseconds, whatever its use; 0 if there is no bound. */
  get maxAge(): types.Milliseconds {
    return this.#store.freshness?.maxAge ?? 0;
  }

  /** How long after its ttl a value is returned while a new one is loaded, in milliseconds. */
  get staleWhileRevalidate(): types.Milliseconds {
    return this.#store.freshness?.staleWhileRevalidate ?? 0;
  }

  /** How long after its ttl a value is returned if loading a new one fails, in milliseconds. */
  get staleIfError(): types.Milliseconds {
    return this.#store.freshness?.staleIfError ?? 0;
  }

  /** The last fraction of a ttl in which a hit starts to load a new value. */
  get refreshAhead(): number {
    return this.#store.freshness?.refreshAhead ?? 0;
  }

  /** The longest time that a load may take, in milliseconds; 0 for no limit. */
  get loadTimeout(): types.Milliseconds {
    return this.#store.freshness?.loadTimeout ?? 0;
  }

  /** The function that is called with a promise for every load that begins, or `undefined`. */
  get waitUntil(): ((promise: Promise<void>) => void) | undefined {
    return this.#store.freshness?.waitUntil;
  }

  /** Whether the cache counts for `stats`. */
  get recordStats(): boolean {
    return this.#stats !== undefined;
  }

  /** @internal What consoles show of the cache. */
  [customInspect](depth: number, options: object, inspect: Inspect): string {
    return inspected(this.constructor.name, this.#store, depth, options, inspect);
  }
}

/** The types of the interface, under the names that they have in lru-cache. */
export declare namespace LRUCache {
  export type Size = types.Size;
  export type Milliseconds = types.Milliseconds;
  export type Count = types.Count;
  export type DisposeReason = types.DisposeReason;
  export type Disposer<K, V> = types.Disposer<K, V>;
  export type InsertReason = types.InsertReason;
  export type Inserter<K, V> = types.Inserter<K, V>;
  export type KeyOf<K> = types.KeyOf<K>;
  export type Freeze<V> = types.Freeze<V>;
  export type SizeCalculator<K, V> = types.SizeCalculator<K, V>;
  export type TtlCalculator<K, V> = types.TtlCalculator<K, V>;
  export type Fetcher<K, V, FC = unknown> = types.Fetcher<K, V, FC>;
  export type FetcherOptions<K, V, FC = unknown> = types.FetcherOptions<K, V, FC>;
  export type FetcherFetchOptions<K, V, FC = unknown> = types.FetcherFetchOptions<K, V, FC>;
  export type FetchOptions<K, V, FC> = types.FetchOptions<K, V, FC>;
  export type FetchOptionsWithContext<K, V, FC> = types.FetchOptionsWithContext<K, V, FC>;
  export type FetchOptionsNoContext<
    K,
    V,
    FC extends undefined | void = undefined,
  > = types.FetchOptionsNoContext<K, V, FC>;
  export type BatchResult<K, V> = types.BatchResult<K, V>;
  export type BatchFetcher<K, V, FC = unknown> = types.BatchFetcher<K, V, FC>;
  export type BatchFetcherOptions<K, V, FC = unknown> = types.BatchFetcherOptions<K, V, FC>;
  export type FetchManyOptions<K, V, FC> = types.FetchManyOptions<K, V, FC>;
  export type FetchManyOptionsWithContext<K, V, FC> = types.FetchManyOptionsWithContext<K, V, FC>;
  export type Memoizer<K, V, FC = unknown> = types.Memoizer<K, V, FC>;
  export type MemoizerOptions<K, V, FC = unknown> = types.MemoizerOptions<K, V, FC>;
  export type MemoizerMemoOptions<K, V, FC = unknown> = types.MemoizerMemoOptions<K, V, FC>;
  export type MemoOptions<K, V, FC = unknown> = types.MemoOptions<K, V, FC>;
  export type MemoOptionsWithContext<K, V, FC> = types.MemoOptionsWithContext<K, V, FC>;
  export type MemoOptionsNoContext<
    K,
    V,
    FC extends undefined | void = undefined,
  > = types.MemoOptionsNoContext<K, V, FC>;
  export type GetOptions<K, V, FC> = types.GetOptions<K, V, FC>;
  export type PeekOptions<K, V, FC> = types.PeekOptions<K, V, FC>;
  export type HasOptions<K, V, FC> = types.HasOptions<K, V, FC>;
  export type SetOptions<K, V, FC> = types.SetOptions<K, V, FC>;
  export type Status<K, V, FC = unknown> = types.Status<K, V, FC>;
  export type Stats = types.Stats;
  export type Entry<V> = types.Entry<V>;
  export type OptionsBase<K, V, FC> = options.OptionsBase<K, V, FC>;
  export type OptionsMaxLimit<K, V, FC> = options.OptionsMaxLimit<K, V, FC>;
  export type OptionsTTLLimit<K, V, FC> = options.OptionsTTLLimit<K, V, FC>;
  export type OptionsSizeLimit<K, V, FC> = options.OptionsSizeLimit<K, V, FC>;
  export type Options<K, V, FC> = options.Options<K, V, FC>;
}
