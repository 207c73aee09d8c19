// The types of the interface: what methods take, give back and report. After lru-cache 11.
//
// Every name is reached as `LRUCache.Name` (lru.ts). Options of the constructor are in options.ts.
// Leaving an option out and giving undefined are the same when it is read.

import type { LRUCache } from './lru.js';
import type { OptionsBase } from './options.js';

/** A whole number above 0: what an entry counts towards `maxSize`. */
export type Size = number;
/** A time span, or a point in time on the cache's clock, in milliseconds. */
export type Milliseconds = number;
/** A number of entries. */
export type Count = number;

/** Which implementation of the index and the order a cache is on. */
export type EngineKind = 'wasm' | 'pure';

/** A clock: `performance`, `Date`, or any object with `now()` in milliseconds. */
export interface Perf {
  now(): number;
}

/**
 * Why a value left the cache.
 *
 * - `evict`: the cache was full, or `pop` or `resize` was called
 * - `set`: a new value took its place, or was refused as too large
 * - `delete`: `delete`, `clear`, `load`, `cache[Symbol.dispose]()`, or `set` with `undefined`
 * - `expire`: it was stale
 * - `fetch`: its refresh failed, or was aborted
 */
export type DisposeReason = 'evict' | 'set' | 'delete' | 'expire' | 'fetch';
/** Called with a value that has left the cache; `this` is the cache. */
export type Disposer<K, V> = (value: V, key: K, reason: DisposeReason) => void;

/** How a value came into the cache: a new key, the same value again, or another value. */
export type InsertReason = 'add' | 'update' | 'replace';
/** Called with a value that has come into the cache; `this` is the cache. */
export type Inserter<K, V> = (value: V, key: K, reason: InsertReason) => void;

/** The size of an entry: a whole number above 0. */
export type SizeCalculator<K, V> = (value: V, key: K) => Size;

/** What a load asks of a signal: an `AbortSignal`, in a program whose types know none. */
export interface Signal {
  readonly aborted: boolean;
  /** What it was aborted with. */
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
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

/** What `fetchMethod` is given. */
export interface FetcherOptions<K, V, FC = unknown> {
  /** Aborted when the result is no longer wanted. */
  signal: HostSignal;
  /** The options of the load. What is changed here applies when the result is stored. */
  options: FetcherFetchOptions<K, V, FC>;
  context: FC;
}

/**
 * What `fetchManyMethod` gives: a Map or other iterable of pairs, or an array of values in the
 * order of the keys. (An array of pairs would be taken for one of values: make a Map of it.) A key
 * that has no value is left out, or has `undefined`; keys that were not asked for are ignored.
 */
export type BatchResult<K, V> =
  | (Iterable<readonly [K, V | undefined]> & { readonly length?: never })
  | readonly (V | undefined)[];

/** Loads the values of many different keys at once, for `fetchMany`. */
export type BatchFetcher<K, V, FC = unknown> = (
  keys: readonly K[],
  staleValues: readonly (V | undefined)[],
  options: BatchFetcherOptions<K, V, FC>,
) => Promise<BatchResult<K, V>> | BatchResult<K, V>;

/** What `fetchManyMethod` is given. */
export interface BatchFetcherOptions<K, V, FC = unknown> {
  /** Aborted when no key's result is wanted any longer. */
  signal: HostSignal;
  /**
   * The options of each load, in the order of the keys. What is changed here, a ttl or a size,
   * applies when that result is stored.
   */
  options: readonly FetcherFetchOptions<K, V, FC>[];
  context: FC;
}

/** Computes the value of a key for `memo`. */
export type Memoizer<K, V, FC = unknown> = (
  key: K,
  staleValue: V | undefined,
  options: MemoizerOptions<K, V, FC>,
) => V;

/** What `memoMethod` is given. */
export interface MemoizerOptions<K, V, FC = unknown> {
  /** The options of the call. What is changed here applies when the result is stored. */
  options: MemoizerMemoOptions<K, V, FC>;
  context: FC;
}

/** What `get` takes. */
export interface GetOptions<K, V, FC>
  extends Pick<OptionsBase<K, V, FC>, 'allowStale' | 'updateAgeOnGet' | 'noDeleteOnStaleGet'> {
  status?: Status<K, V, FC>;
}

/** What `peek` takes. */
export interface PeekOptions<K, V, FC> extends Pick<OptionsBase<K, V, FC>, 'allowStale'> {
  status?: Status<K, V, FC>;
}

/** What `has` takes. */
export interface HasOptions<K, V, FC> extends Pick<OptionsBase<K, V, FC>, 'updateAgeOnHas'> {
  status?: Status<K, V, FC>;
}

/** What `set` takes. */
export interface SetOptions<K, V, FC>
  extends Pick<
    OptionsBase<K, V, FC>,
    'sizeCalculation' | 'ttl' | 'noDisposeOnSet' | 'noUpdateTTL'
  > {
  /** The size of this entry; `sizeCalculation` is not called. */
  size?: Size;
  /** Time on the cache's clock from which the ttl counts, in place of now. */
  start?: Milliseconds;
  status?: Status<K, V, FC>;
}

/** The options of a load, as `fetchMethod` sees and may change them. */
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

/** What `fetch` and `forceFetch` take. */
export interface FetchOptions<K, V, FC> extends FetcherFetchOptions<K, V, FC> {
  /** Load even if there is a fresh value. Without effect while the key is being loaded. */
  forceRefresh?: boolean;
  /** Handed to `fetchMethod`. */
  context?: FC;
  /** Aborts the load. */
  signal?: HostSignal;
}

/** What `fetchMany` takes. */
export interface FetchManyOptions<K, V, FC> extends Omit<FetchOptions<K, V, FC>, 'status'> {
  /** Gets a report for each key, as by the `status` of a `fetch`. */
  statuses?: Map<K, Status<K, V, FC>>;
}

/** What `fetchMany` takes when `FC` asks for a context. */
export interface FetchManyOptionsWithContext<K, V, FC> extends FetchManyOptions<K, V, FC> {
  context: FC;
}

/** What `fetch` takes when `FC` asks for a context. */
export interface FetchOptionsWithContext<K, V, FC> extends FetchOptions<K, V, FC> {
  context: FC;
}

/** What `fetch` takes when `FC` is `undefined` or `void`. */
export interface FetchOptionsNoContext<K, V, FC extends undefined | void = undefined>
  extends FetchOptions<K, V, FC> {
  context?: FC;
}

/** What `memo` takes. */
export interface MemoOptions<K, V, FC = unknown>
  extends Omit<FetcherFetchOptions<K, V, FC>, 'size'> {
  /** Compute even if there is a fresh value. */
  forceRefresh?: boolean;
  /** Handed to `memoMethod`. */
  context?: FC;
}

/** What `memo` takes when `FC` asks for a context. */
export interface MemoOptionsWithContext<K, V, FC> extends MemoOptions<K, V, FC> {
  context: FC;
}

/** What `memo` takes when `FC` is `undefined` or `void`. */
export interface MemoOptionsNoContext<K, V, FC extends undefined | void = undefined>
  extends MemoOptions<K, V, FC> {
  context?: FC;
}

/** The options of a `memo` call, as `memoMethod` sees and may change them. */
export interface MemoizerMemoOptions<K, V, FC = unknown>
  extends GetOptions<K, V, FC>,
    SetOptions<K, V, FC> {}

/** An entry as `info`, `dump` and `load` have it. */
export interface Entry<V> {
  value: V;
  /** Of `info`, what is left of the ttl, negative if stale; of `dump`, the ttl. */
  ttl?: Milliseconds;
  size?: Size;
  /** Of `info`, now; of `dump`, when the ttl began to count. Both by `Date.now()`. */
  start?: Milliseconds;
}

/**
 * What an operation did. Pass an object as `status` to a method, and it fills in the fields that
 * apply: `op`, `key` and `cache` before it begins, the others when it is complete and its callbacks
 * have run. Subscribers of the diagnostics channels get one of their own.
 */
export interface Status<K, V, FC = unknown> {
  op?: 'get' | 'set' | 'memo' | 'fetch' | 'delete' | 'has' | 'peek';
  /** `miss`: too large to be stored. `deleted`: the value was undefined. */
  set?: 'add' | 'update' | 'replace' | 'miss' | 'deleted';
  delete?: DisposeReason;
  peek?: 'hit' | 'miss' | 'stale';
  memo?: 'hit' | 'miss';
  has?: 'hit' | 'stale' | 'miss';
  /** `fetching`, `stale-fetching`: the key is being loaded. */
  get?: 'stale' | 'hit' | 'miss' | 'fetching' | 'stale-fetching';
  /** `get`: there is no `fetchMethod`. `inflight`: the key is being loaded already. */
  fetch?: 'get' | 'inflight' | 'miss' | 'hit' | 'stale' | 'refresh';
  forceRefresh?: boolean;
  /** `fetchMethod` was called, or `fetchManyMethod` with this key among others. */
  fetchDispatched?: true;
  /** The result of `fetchMethod` was stored. */
  fetchUpdated?: true;
  fetchResolved?: true;
  fetchRejected?: true;
  /** What `fetchMethod` failed with, or the reason of the abort. */
  fetchError?: Error;
  fetchAborted?: true;
  fetchAbortIgnored?: true;
  returnedStale?: true;
  key?: K;
  value?: V;
  oldValue?: V;
  context?: unknown;
  ttl?: Milliseconds;
  start?: Milliseconds;
  now?: Milliseconds;
  remainingTTL?: Milliseconds;
  entrySize?: Size;
  totalCalculatedSize?: Size;
  maxEntrySizeExceeded?: true;
  /** A trace of this operation was started on the tracing channel. */
  trace?: boolean;
  cache?: LRUCache<K & {}, V & {}, FC>;
}

/** What a cache with `recordStats` has counted since it was made or `resetStats` was called. */
export interface Stats {
  /** Calls of `get`, `fetch`, `memo` and `getOrInsert` that found a fresh value. */
  hits: number;
  /** The same, that found none or a stale one. */
  misses: number;
  /** New keys stored. */
  sets: number;
  /** Values stored under a key that was there. */
  updates: number;
  /** Entries removed on request. */
  deletes: number;
  /** Entries removed to make room, or by `pop` or `resize`. */
  evictions: number;
  /** Entries removed as stale. */
  expirations: number;
  /** Calls of `fetchMethod` and `memoMethod`, and keys given to `fetchManyMethod`. */
  loads: number;
  /** Those of them that threw, rejected or were aborted. */
  loadFailures: number;
  /** Time spent in those that have ended, on the cache's clock. */
  totalLoadTimeMs: number;
}
