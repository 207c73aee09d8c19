// The settings: the options of a cache, as its properties.
//
// Those that may be changed stand in for options that a call does not give, from then on. They are
// plain properties, as in lru-cache, and are checked where they are used. The others are read only.
// What each means stands in options.ts. All of them together make another cache of the same kind.

import { hostClock } from './host-time.js';
import type { CheckedOptions } from './options.js';
import type {
  BatchFetcher,
  Disposer,
  Fetcher,
  Inserter,
  Memoizer,
  Milliseconds,
  Perf,
  Size,
  SizeCalculator,
} from './types.js';

/** The properties of a cache that are options. */
export class Settings<K, V, FC> {
  ttl: Milliseconds;
  ttlResolution: Milliseconds;
  ttlAutopurge: boolean;
  updateAgeOnGet: boolean;
  updateAgeOnHas: boolean;
  allowStale: boolean;
  noDeleteOnStaleGet: boolean;
  noUpdateTTL: boolean;
  noDisposeOnSet: boolean;
  maxEntrySize: Size;
  sizeCalculation?: SizeCalculator<K, V>;
  backgroundFetchSize: Size;
  noDeleteOnFetchRejection: boolean;
  allowStaleOnFetchRejection: boolean;
  allowStaleOnFetchAbort: boolean;
  ignoreFetchAbort: boolean;
  readonly #dispose: Disposer<K, V> | undefined;
  readonly #disposeAfter: Disposer<K, V> | undefined;
  readonly #onInsert: Inserter<K, V> | undefined;
  readonly #fetchMethod: Fetcher<K, V, FC> | undefined;
  readonly #fetchManyMethod: BatchFetcher<K, V, FC> | undefined;
  readonly #memoMethod: Memoizer<K, V, FC> | undefined;
  readonly #perf: Perf | undefined;
  readonly #recordStats: boolean;

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
    this.#perf = options.perf;
    this.#recordStats = options.recordStats;
  }

  get dispose(): Disposer<K, V> | undefined {
    return this.#dispose;
  }

  get disposeAfter(): Disposer<K, V> | undefined {
    return this.#disposeAfter;
  }

  get onInsert(): Inserter<K, V> | undefined {
    return this.#onInsert;
  }

  get fetchMethod(): Fetcher<K, V, FC> | undefined {
    return this.#fetchMethod;
  }

  get fetchManyMethod(): BatchFetcher<K, V, FC> | undefined {
    return this.#fetchManyMethod;
  }

  get memoMethod(): Memoizer<K, V, FC> | undefined {
    return this.#memoMethod;
  }

  /** The clock: the one that was given, or the one that the host has now. */
  get perf(): Perf {
    return this.#perf ?? hostClock();
  }

  /** Whether `stats` counts. */
  get recordStats(): boolean {
    return this.#recordStats;
  }
}
