// The types of the interface: what methods take, return and report. After lru-cache 11.
//
// Users reach every name as `LRUCache.Name` (lru.ts). Options of the constructor are in options.ts.
// An option that is `undefined` is treated as if it had been left out.

/**
 * The types of arguments and results. TypeScript programs reach the names as `LRUCache.Status` and
 * so on.
 *
 * @module types
 */

import type { LRUCache } from '../api/lru.js';
import type { OptionsBase } from './options.js';

/** The size of an entry, which counts towards `maxSize`: a whole number above 0. */
export type Size = number;
/** Milliseconds: a time span, or a point in time on the clock of the cache. */
export type Milliseconds = number;
/** A number of entries. */
export type Count = number;

/**
 * The implementation of index and order that a cache runs on: WebAssembly (`'wasm'`), or the same
 * algorithm in JavaScript (`'pure'`).
 */
export type EngineKind = 'wasm' | 'pure';

/** A clock: `performance`, `Date`, or any object whose `now()` returns milliseconds. */
export interface Perf {
  /** The time in milliseconds. It may start anywhere, also at 0. */
  now(): number;
}

/**
 * Why a value left the cache.
 *
 * - `evict`: the cache was full, or `pop` or `resize` was called
 * - `set`: a new value replaced it, or the new value was refused as too large
 * - `delete`: `delete`, `clear`, `load`, `cache[Symbol.dispose]()`, or `set` with `undefined`
 * - `expire`: it was stale
 * - `fetch`: a load that was to refresh it failed or was aborted
 */
export type DisposeReason = 'evict' | 'set' | 'delete' | 'expire' | 'fetch';
/** Receives a value that has left the cache, its key and the reason. `this` is the cache. */
export type Disposer<K, V> = (value: V, key: K, reason: DisposeReason) => void;

/**
 * How a value was stored: under a new key (`add`), the same value again (`update`), or in place of
 * another value (`replace`).
 */
export type InsertReason = 'add' | 'update' | 'replace';
/** Receives a value that has been stored, its key and the reason. `this` is the cache. */
export type Inserter<K, V> = (value: V, key: K, reason: InsertReason) => void;

/**
 * Returns what a key is found by: a string, number, bigint, boolean or symbol. Keys for which it
 * returns the same are one key.
 */
export type KeyOf<K> = (key: K) => string | number | bigint | boolean | symbol;

/**
 * How values are kept from being changed: `'shallow'` freezes them, `'deep'` also the arrays and
 * plain objects in them, and a function returns the copy that is stored, and those that are given.
 */
export type Freeze<V> = 'shallow' | 'deep' | ((value: V) => V);

/** Returns the size of an entry: a whole number above 0. */
export type SizeCalculator<K, V> = (value: V, key: K) => Size;

/** Returns the ttl of an entry in ms: 0 for none, or `undefined` for that of the cache. */
export type TtlCalculator<K, V> = (value: V, key: K) => Milliseconds | undefined;

/**
 * What a load needs of a signal. It takes the place of `AbortSignal` in a program without that
 * type.
 */
export interface Signal {
  /** Whether it was aborted. */
  readonly aborted: boolean;
  /** What it was aborted with. */
  readonly reason: unknown;
  /** Throws `reason` if it was aborted. */
  throwIfAborted(): void;
  /** Calls a function when it is aborted. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Stops calling the function. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The `AbortSignal` of the DOM's types or of Node's, whichever a program has. */
export type HostSignal = typeof globalThis extends { AbortSignal: { prototype: infer T } }
  ? T
  : Signal;

/** Loads the value of a key for `fetch`. */
export type Fetcher<K, V, FC = unknown> = (
  key: K,
  staleValue: V | undefined,
  options: FetcherOptions<K, V, FC>,
) => Promise<V | undefined | void> | V | undefined | void;

/** The third argument of `fetchMethod`. */
export interface FetcherOptions<K, V, FC = unknown> {
  /** Aborted when the result is no longer needed. */
  signal: HostSignal;
  /** The options of the load. Changes made here apply when the result is stored. */
  options: FetcherFetchOptions<K, V, FC>;
  /** The `context` that was given to `fetch`. */
  context: FC;
}

/**
 * The result of `fetchManyMethod`: a Map or another iterable of pairs, or an array of values in the
 * order of the keys. (An array of pairs would be read as an array of values: make a Map of it.)
 * Omit a key that has no value, or give it `undefined`. Other keys than the requested ones are
 * ignored.
 */
export type BatchResult<K, V> =
  | (Iterable<readonly [K, V | undefined]> & { readonly length?: never })
  | readonly (V | undefined)[];

/** Loads the values of many different keys in one call, for `fetchMany`. */
export type BatchFetcher<K, V, FC = unknown> = (
  keys: readonly K[],
  staleValues: readonly (V | undefined)[],
  options: BatchFetcherOptions<K, V, FC>,
) => Promise<BatchResult<K, V>> | BatchResult<K, V>;

/** The third argument of `fetchManyMethod`. */
export interface BatchFetcherOptions<K, V, FC = unknown> {
  /** Aborted when no result is needed any more. */
  signal: HostSignal;
  /**
   * The options of each load, in the order of the keys. A `ttl` or `size` set here applies when
   * that result is stored.
   */
  options: readonly FetcherFetchOptions<K, V, FC>[];
  /** The `context` that was given to `fetchMany`. */
  context: FC;
}

/** Computes the value of a key for `memo`, given the key and the stale value, if there is one. */
export type Memoizer<K, V, FC = unknown> = (
  key: K,
  staleValue: V | undefined,
  options: MemoizerOptions<K, V, FC>,
) => V;

/** The third argument of `memoMethod`. */
export interface MemoizerOptions<K, V, FC = unknown> {
  /** The options of the call. A `ttl` or `size` set here applies when the result is stored. */
  options: MemoizerMemoOptions<K, V, FC>;
  /** The `context` that was given to `memo`. */
  context: FC;
}

/** The options of `get`. */
export interface GetOptions<K, V, FC>
  extends Pick<OptionsBase<K, V, FC>, 'allowStale' | 'updateAgeOnGet' | 'noDeleteOnStaleGet'> {
  /** An object that the call fills in with what it did. */
  status?: Status<K, V, FC>;
}

/** The options of `peek`. */
export interface PeekOptions<K, V, FC> extends Pick<OptionsBase<K, V, FC>, 'allowStale'> {
  /** An object that the call fills in with what it did. */
  status?: Status<K, V, FC>;
}

/** The options of `has`. */
export interface HasOptions<K, V, FC> extends Pick<OptionsBase<K, V, FC>, 'updateAgeOnHas'> {
  /** An object that the call fills in with what it did. */
  status?: Status<K, V, FC>;
}

/** The options of `set`. */
export interface SetOptions<K, V, FC>
  extends Pick<
    OptionsBase<K, V, FC>,
    'sizeCalculation' | 'ttl' | 'noDisposeOnSet' | 'noUpdateTTL'
  > {
  /** The size of this entry; `sizeCalculation` is then not called. */
  size?: Size;
  /**
   * The tags of the value, any number of strings: `invalidateTag` removes all values with a tag.
   * Tags belong to the value: when the key gets another value, that has its own tags, or none.
   *
   * @default []
   */
  tags?: Iterable<string>;
  /**
   * The time on the cache's clock from which the ttl counts.
   *
   * @default now
   */
  start?: Milliseconds;
  /** An object that the call fills in with what it did. */
  status?: Status<K, V, FC>;
}

/** The options of a load, as `fetchMethod` receives and may change them. */
export interface FetcherFetchOptions<K, V, FC = unknown>
  extends GetOptions<K, V, FC>,
    Omit<SetOptions<K, V, FC>, 'start'>,
    Pick<
      OptionsBase<K, V, FC>,
      | 'noDeleteOnFetchRejection'
      | 'allowStaleOnFetchRejection'
      | 'ignoreFetchAbort'
      | 'allowStaleOnFetchAbort'
    > {}

/** The options of `fetch` and `forceFetch`. */
export interface FetchOptions<K, V, FC>
  extends FetcherFetchOptions<K, V, FC>,
    Pick<
      OptionsBase<K, V, FC>,
      'staleWhileRevalidate' | 'staleIfError' | 'refreshAhead' | 'loadTimeout' | 'waitUntil'
    > {
  /**
   * Whether to load even if there is a fresh value. If the key is already being loaded, the call
   * waits for that load instead.
   *
   * @default false
   */
  forceRefresh?: boolean;
  /** Passed on to `fetchMethod`. */
  context?: FC;
  /**
   * When it is aborted, the call rejects at once with its reason. The load is aborted when every
   * caller that waits for it has left.
   */
  signal?: HostSignal;
}

/** The options of `fetchMany`. */
export interface FetchManyOptions<K, V, FC> extends Omit<FetchOptions<K, V, FC>, 'status'> {
  /** A Map into which the call puts a status for each key. */
  statuses?: Map<K, Status<K, V, FC>>;
}

/** The options of `fetchMany` if the type `FC` requires a context. */
export interface FetchManyOptionsWithContext<K, V, FC> extends FetchManyOptions<K, V, FC> {
  /** Passed on to `fetchManyMethod`. */
  context: FC;
}

/** The options of `fetch` if the type `FC` requires a context. */
export interface FetchOptionsWithContext<K, V, FC> extends FetchOptions<K, V, FC> {
  /** Passed on to `fetchMethod`. */
  context: FC;
}

/** The options of `fetch` if the type `FC` is `undefined` or `void`. */
export interface FetchOptionsNoContext<K, V, FC extends undefined | void = undefined>
  extends FetchOptions<K, V, FC> {
  /** Passed on to `fetchMethod`. */
  context?: FC;
}

/** The options of `memo`. */
export interface MemoOptions<K, V, FC = unknown>
  extends Omit<FetcherFetchOptions<K, V, FC>, 'size'> {
  /**
   * Whether to compute even if there is a fresh value.
   *
   * @default false
   */
  forceRefresh?: boolean;
  /** Passed on to `memoMethod`. */
  context?: FC;
}

/** The options of `memo` if the type `FC` requires a context. */
export interface MemoOptionsWithContext<K, V, FC> extends MemoOptions<K, V, FC> {
  /** Passed on to `memoMethod`. */
  context: FC;
}

/** The options of `memo` if the type `FC` is `undefined` or `void`. */
export interface MemoOptionsNoContext<K, V, FC extends undefined | void = undefined>
  extends MemoOptions<K, V, FC> {
  /** Passed on to `memoMethod`. */
  context?: FC;
}

/** The options of a `memo` call, as `memoMethod` receives and may change them. */
export interface MemoizerMemoOptions<K, V, FC = unknown>
  extends GetOptions<K, V, FC>,
    SetOptions<K, V, FC> {}

/** An entry as `info` and `dump` return it, and `load` takes it. */
export interface Entry<V> {
  /** The value. */
  value: V;
  /** From `info`, the remaining time, negative if the entry is stale; from `dump`, the ttl. */
  ttl?: Milliseconds;
  /** The size of the entry, if the cache keeps sizes. */
  size?: Size;
  /** From `info`, now; from `dump`, the time at which the ttl started. Both as in `Date.now()`. */
  start?: Milliseconds;
  /** The tags of the entry, if it has any. */
  tags?: Iterable<string>;
  /** From `dump` with `maxAge`, the time at which the value was stored, as in `Date.now()`. */
  born?: Milliseconds;
}

/**
 * What an operation did. Pass an object as `status` to a method, and it fills in the fields that
 * apply: `op`, `key` and `cache` before it begins, the others when it is complete and its callbacks
 * have run. Subscribers of the diagnostics channels get one of their own.
 */
export interface Status<K, V, FC = unknown> {
  /** The operation. */
  op?: 'get' | 'set' | 'memo' | 'fetch' | 'delete' | 'has' | 'peek';
  /**
   * What `set` did: stored a value under a new key (`add`), the same value again (`update`) or
   * another one (`replace`), refused it as too large (`miss`), or deleted the key because the value
   * was `undefined` (`deleted`).
   */
  set?: 'add' | 'update' | 'replace' | 'miss' | 'deleted';
  /** Why a value was removed. */
  delete?: DisposeReason;
  /** What `peek` found. */
  peek?: 'hit' | 'miss' | 'stale';
  /** Whether `memo` found a fresh value. */
  memo?: 'hit' | 'miss';
  /** What `has` found. */
  has?: 'hit' | 'stale' | 'miss';
  /** What `get` found. `fetching` and `stale-fetching`: the key is being loaded. */
  get?: 'stale' | 'hit' | 'miss' | 'fetching' | 'stale-fetching';
  /**
   * What `fetch` found. `get`: the cache has no `fetchMethod`. `inflight`: the key was already
   * being loaded. `refresh`: `forceRefresh` was given.
   */
  fetch?: 'get' | 'inflight' | 'miss' | 'hit' | 'stale' | 'refresh';
  /** Whether `forceRefresh` was given. */
  forceRefresh?: boolean;
  /** Present if `fetchMethod` was called, or `fetchManyMethod` with this key among others. */
  fetchDispatched?: true;
  /** Present if the result of the load was stored. */
  fetchUpdated?: true;
  /** Present if the loader gave a result. */
  fetchResolved?: true;
  /** Present if the loader failed. */
  fetchRejected?: true;
  /** What the loader failed with, or the reason of the abort. */
  fetchError?: Error;
  /** Present if the load was aborted. */
  fetchAborted?: true;
  /** Present if the load was aborted and went on, because of `ignoreFetchAbort`. */
  fetchAbortIgnored?: true;
  /** Present if a stale value was returned. */
  returnedStale?: true;
  /** The key of the operation. */
  key?: K;
  /** The value that was found, stored or loaded. */
  value?: V;
  /** The previous value. */
  oldValue?: V;
  /** The `context` of a `fetch` or `memo`. */
  context?: unknown;
  /** The ttl of the entry. */
  ttl?: Milliseconds;
  /** The time on the cache's clock from which the ttl counts. */
  start?: Milliseconds;
  /** The time on the cache's clock. */
  now?: Milliseconds;
  /** The remaining time of the ttl, negative if the entry is stale. */
  remainingTTL?: Milliseconds;
  /** The size of the entry. */
  entrySize?: Size;
  /** The sum of the sizes of all entries. */
  totalCalculatedSize?: Size;
  /** Present if the value was refused because it is larger than `maxEntrySize`. */
  maxEntrySizeExceeded?: true;
  /** Whether a trace of this operation was started on the tracing channel. */
  trace?: boolean;
  /** The cache. */
  cache?: LRUCache<K & {}, V & {}, FC>;
}

/** The counts of a cache with `recordStats`, since it was made or `resetStats` was called. */
export interface Stats {
  /** Calls of `get`, `fetch`, `memo` and `getOrInsert` that found a fresh value. */
  hits: number;
  /** Calls of `get`, `fetch`, `memo` and `getOrInsert` that found no value, or a stale one. */
  misses: number;
  /** Values stored under new keys. */
  sets: number;
  /** Values stored under keys that were already there. */
  updates: number;
  /** Entries removed on request. */
  deletes: number;
  /** Entries removed to make room, or by `pop` or `resize`. */
  evictions: number;
  /** Entries removed because they were stale. */
  expirations: number;
  /** Calls of `fetchMethod` and `memoMethod`, and keys passed to `fetchManyMethod`. */
  loads: number;
  /** Loads that threw, rejected or were aborted. */
  loadFailures: number;
  /** The total time of finished loads, in ms on the cache's clock. */
  totalLoadTimeMs: number;
}
