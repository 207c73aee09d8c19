// The settings: the options of a cache, as its properties.
//
// Those that may be changed stand in for options that a call does not give, from then on. They are
// plain properties, as in lru-cache, and are checked where they are used. The others are read only.
// What each means stands in options.ts. All of them together make another cache of the same kind.

import type { CheckedOptions, FreshnessOptions } from '../common/options.js';
import type {
  BatchFetcher,
  Disposer,
  Fetcher,
  Freeze,
  Inserter,
  KeyOf,
  Memoizer,
  Milliseconds,
  Perf,
  Size,
  SizeCalculator,
  TtlCalculator,
} from '../common/types.js';
import { hostClock } from '../expiry/host-time.js';

/** The properties of a cache that are options. */
export class Settings<K, V, FC> {
  /**
   * For how many milliseconds an entry is fresh, or 0 for ever. Applies to values set from now on.
   */
  ttl: Milliseconds;
  /** For how many milliseconds one reading of the clock may be used. */
  ttlResolution: Milliseconds;
  /** Whether stale entries are removed by a timer. */
  ttlAutopurge: boolean;
  /** Whether `get` and `fetch` restart the ttl of the entry that they return. */
  updateAgeOnGet: boolean;
  /** Whether `has` restarts the ttl of the entry that it finds. */
  updateAgeOnHas: boolean;
  /** Whether stale values are returned. */
  allowStale: boolean;
  /** Whether `get` keeps the stale entries that it meets. */
  noDeleteOnStaleGet: boolean;
  /** Whether overwriting a value leaves the ttl of its key as it is. */
  noUpdateTTL: boolean;
  /** Whether `dispose` and `disposeAfter` are left out for values that are overwritten. */
  noDisposeOnSet: boolean;
  /** The largest size of one entry, or 0 if there is no bound. */
  maxEntrySize: Size;
  /** Returns the size of an entry. */
  sizeCalculation?: SizeCalculator<K, V>;
  /** Without effect: a load in flight has no size. */
  backgroundFetchSize: Size;
  /** Whether a stale value stays stored when loading a new one fails. */
  noDeleteOnFetchRejection: boolean;
  /** Whether `fetch` resolves to the stale value when loading fails. */
  allowStaleOnFetchRejection: boolean;
  /** Whether `fetch` resolves to the stale value as soon as the load is aborted. */
  allowStaleOnFetchAbort: boolean;
  /** Whether an aborted load goes on, and its result is stored. */
  ignoreFetchAbort: boolean;
  readonly #dispose: Disposer<K, V> | undefined;
  readonly #disposeAfter: Disposer<K, V> | undefined;
  readonly #onInsert: Inserter<K, V> | undefined;
  readonly #fetchMethod: Fetcher<K, V, FC> | undefined;
  readonly #fetchManyMethod: BatchFetcher<K, V, FC> | undefined;
  readonly #memoMethod: Memoizer<K, V, FC> | undefined;
  readonly #keyOf: KeyOf<K> | undefined;
  readonly #freeze: Freeze<V> | undefined;
  readonly #perf: Perf | undefined;
  readonly #recordStats: boolean;
  readonly #freshness: FreshnessOptions<K, V> | undefined;

  /** @internal */
  constructor(options: CheckedOptions<K, V, FC>) {
    this.ttl = options.ttl;
    this.ttlResolution = options.ttlResolution;
    this.ttlAutopurge = options.ttlAutopurge;
    this.updateAgeOnGet = options.updateAgeOnGet;
    this.updateAgeOnHas = options.updateAgeOnHas;
    this.allowStale = options.allowStale;
    this.noDeleteOnStaleGet = options.noDeleteOnStaleGet;
    this.noUpdateTTL = options.noUpdateTTL;
    this.noDisposeOnSet = options.noDisposeOnSet;
    this.maxEntrySize = options.maxEntrySize;
    this.sizeCalculation = options.sizeCalculation as SizeCalculator<K, V>;
    this.backgroundFetchSize = options.backgroundFetchSize;
    this.noDeleteOnFetchRejection = options.noDeleteOnFetchRejection;
    this.allowStaleOnFetchRejection = options.allowStaleOnFetchRejection;
    this.allowStaleOnFetchAbort = options.allowStaleOnFetchAbort;
    this.ignoreFetchAbort = options.ignoreFetchAbort;
    this.#dispose = options.dispose;
    this.#disposeAfter = options.disposeAfter;
    this.#onInsert = options.onInsert;
    this.#fetchMethod = options.fetchMethod;
    this.#fetchManyMethod = options.fetchManyMethod;
    this.#memoMethod = options.memoMethod;
    this.#keyOf = options.keyOf;
    this.#freeze = options.freeze;
    this.#perf = options.perf;
    this.#recordStats = options.recordStats;
    this.#freshness = options.freshness;
  }

  /** Called for every value that has left the cache. */
  get dispose(): Disposer<K, V> | undefined {
    return this.#dispose;
  }

  /** Called for every value that has left the cache, after every `dispose`. */
  get disposeAfter(): Disposer<K, V> | undefined {
    return this.#disposeAfter;
  }

  /** Called for every value that was stored. */
  get onInsert(): Inserter<K, V> | undefined {
    return this.#onInsert;
  }

  /** Loads the value of a key for `fetch`. */
  get fetchMethod(): Fetcher<K, V, FC> | undefined {
    return this.#fetchMethod;
  }

  /** Loads the values of many keys for `fetchMany`. */
  get fetchManyMethod(): BatchFetcher<K, V, FC> | undefined {
    return this.#fetchManyMethod;
  }

  /** Computes the value of a key for `memo`. */
  get memoMethod(): Memoizer<K, V, FC> | undefined {
    return this.#memoMethod;
  }

  /** Returns what a key is found by. */
  get keyOf(): KeyOf<K> | undefined {
    return this.#keyOf;
  }

  /** How values are kept from being changed. */
  get freeze(): Freeze<V> | undefined {
    return this.#freeze;
  }

  /** The clock: the one that was given, or the one that the host has now. */
  get perf(): Perf {
    return this.#perf ?? hostClock();
  }

  /** Returns the ttl of a value. */
  get ttlCalculation(): TtlCalculator<K, V> | undefined {
    return this.#freshness?.ttlCalculation;
  }

  /** The largest age of a value in milliseconds, whatever its use; 0 if there is no bound. */
  get maxAge(): Milliseconds {
    return this.#freshness?.maxAge ?? 0;
  }

  /** For how many milliseconds past its ttl a value is returned while a new one is loaded. */
  get staleWhileRevalidate(): Milliseconds {
    return this.#freshness?.staleWhileRevalidate ?? 0;
  }

  /** For how many milliseconds past its ttl a value is returned if loading a new one fails. */
  get staleIfError(): Milliseconds {
    return this.#freshness?.staleIfError ?? 0;
  }

  /** The last part of a ttl in which a hit starts to load a new value. */
  get refreshAhead(): number {
    return this.#freshness?.refreshAhead ?? 0;
  }

  /** For how many milliseconds a load may go on; 0 if there is no bound. */
  get loadTimeout(): Milliseconds {
    return this.#freshness?.loadTimeout ?? 0;
  }

  /** Called with a promise for every load that begins. */
  get waitUntil(): ((promise: Promise<void>) => void) | undefined {
    return this.#freshness?.waitUntil;
  }

  /** @internal Whether any of the seven options above was given. */
  get hasFreshness(): boolean {
    return this.#freshness !== undefined;
  }

  /** Whether the cache counts for `stats`. */
  get recordStats(): boolean {
    return this.#recordStats;
  }
}
