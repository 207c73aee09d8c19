// Every interface in the namespace `LRUCache`, written out: names, types, what is optional.

import type { LRUCache, Perf } from 'lru-cache';
import type { Flat, Proof, Same } from './same.js';

interface Page {
  html: string;
}
interface Context {
  user: string;
}

interface Status {
  op?: 'get' | 'set' | 'memo' | 'fetch' | 'delete' | 'has' | 'peek';
  set?: 'add' | 'update' | 'replace' | 'miss' | 'deleted';
  delete?: LRUCache.DisposeReason;
  peek?: 'hit' | 'miss' | 'stale';
  memo?: 'hit' | 'miss';
  context?: unknown;
  ttl?: number;
  start?: number;
  now?: number;
  remainingTTL?: number;
  entrySize?: number;
  totalCalculatedSize?: number;
  maxEntrySizeExceeded?: true;
  key?: string;
  value?: Page;
  oldValue?: Page;
  has?: 'hit' | 'stale' | 'miss';
  fetch?: 'get' | 'inflight' | 'miss' | 'hit' | 'stale' | 'refresh';
  forceRefresh?: boolean;
  fetchDispatched?: true;
  fetchUpdated?: true;
  fetchError?: Error;
  fetchAborted?: true;
  fetchAbortIgnored?: true;
  fetchResolved?: true;
  fetchRejected?: true;
  get?: 'stale' | 'hit' | 'miss' | 'fetching' | 'stale-fetching';
  returnedStale?: true;
  trace?: boolean;
  cache?: LRUCache<string, Page, Context>;
}

interface Stale {
  allowStale?: boolean;
  updateAgeOnGet?: boolean;
  noDeleteOnStaleGet?: boolean;
}
interface Store {
  sizeCalculation?: LRUCache.SizeCalculator<string, Page>;
  ttl?: number;
  noDisposeOnSet?: boolean;
  noUpdateTTL?: boolean;
}
interface Failure {
  noDeleteOnFetchRejection?: boolean;
  allowStaleOnFetchRejection?: boolean;
  ignoreFetchAbort?: boolean;
  allowStaleOnFetchAbort?: boolean;
}
interface Limits {
  max?: number;
  maxSize?: number;
  maxEntrySize?: number;
  ttlResolution?: number;
  ttlAutopurge?: boolean;
  updateAgeOnHas?: boolean;
  backgroundFetchSize?: number;
  perf?: Perf;
}
interface Functions {
  dispose?: LRUCache.Disposer<string, Page>;
  disposeAfter?: LRUCache.Disposer<string, Page>;
  onInsert?: LRUCache.Inserter<string, Page>;
  fetchMethod?: LRUCache.Fetcher<string, Page, Context>;
  memoMethod?: LRUCache.Memoizer<string, Page, Context>;
}
interface WithStatus {
  status?: LRUCache.Status<string, Page, Context>;
}
interface WithoutContext {
  status?: LRUCache.Status<string, Page, undefined>;
  context?: undefined;
}

type Fetcher = Stale & Store & Failure & { size?: number };
type Fetch = Fetcher & { forceRefresh?: boolean; signal?: AbortSignal };
type Memo = Stale & Store & Failure & { forceRefresh?: boolean };
type Base = Flat<Stale & Store & Failure & Limits & Functions>;
type Needs<P extends keyof Base> = Flat<Omit<Base, P> & { [Q in P]: NonNullable<Base[Q]> }>;

/** What callbacks are given. */
export type Given = [
  Proof<Same<LRUCache.Status<string, Page, Context>, Status>>,
  Proof<
    Same<
      LRUCache.FetcherOptions<string, Page, Context>,
      {
        signal: AbortSignal;
        options: LRUCache.FetcherFetchOptions<string, Page, Context>;
        context: Context;
      }
    >
  >,
  Proof<
    Same<
      LRUCache.MemoizerOptions<string, Page, Context>,
      { options: LRUCache.MemoizerMemoOptions<string, Page, Context>; context: Context }
    >
  >,
  Proof<
    Same<Theirs<LRUCache.FetcherFetchOptions<string, Page, Context>>, Flat<Fetcher & WithStatus>>
  >,
  Proof<
    Same<
      Theirs<LRUCache.MemoizerMemoOptions<string, Page, Context>>,
      Flat<Stale & Store & WithStatus & { size?: number; start?: number }>
    >
  >,
];

/** Options without those that only ours has. */
type Theirs<T> = Flat<
  Omit<
    T,
    | ('recordStats' | 'engine' | 'fetchManyMethod' | 'ttlCalculation' | 'maxAge')
    | ('keyOf' | 'freeze')
    | ('staleWhileRevalidate' | 'staleIfError' | 'refreshAhead' | 'loadTimeout' | 'waitUntil')
    | ('born' | 'tags')
  >
>;

/** What methods take. */
export type Taken = [
  Proof<
    Same<
      LRUCache.HasOptions<string, Page, Context>,
      Flat<WithStatus & { updateAgeOnHas?: boolean }>
    >
  >,
  Proof<Same<LRUCache.GetOptions<string, Page, Context>, Flat<WithStatus & Stale>>>,
  Proof<
    Same<LRUCache.PeekOptions<string, Page, Context>, Flat<WithStatus & { allowStale?: boolean }>>
  >,
  Proof<
    Same<
      Theirs<LRUCache.SetOptions<string, Page, Context>>,
      Flat<WithStatus & Store & { size?: number; start?: number }>
    >
  >,
  Proof<
    Same<
      Theirs<LRUCache.FetchOptions<string, Page, Context>>,
      Flat<WithStatus & Fetch & { context?: Context }>
    >
  >,
  Proof<
    Same<
      Theirs<LRUCache.FetchOptionsWithContext<string, Page, Context>>,
      Flat<WithStatus & Fetch & { context: Context }>
    >
  >,
  Proof<Same<Theirs<LRUCache.FetchOptionsNoContext<string, Page>>, Flat<WithoutContext & Fetch>>>,
  Proof<
    Same<
      Theirs<LRUCache.MemoOptions<string, Page, Context>>,
      Flat<WithStatus & Memo & { context?: Context }>
    >
  >,
  Proof<
    Same<
      Theirs<LRUCache.MemoOptionsWithContext<string, Page, Context>>,
      Flat<WithStatus & Memo & { context: Context }>
    >
  >,
  Proof<Same<Theirs<LRUCache.MemoOptionsNoContext<string, Page>>, Flat<WithoutContext & Memo>>>,
];

/** What the constructor takes, and what `dump` gives. */
export type Constructed = [
  Proof<Same<Theirs<LRUCache.OptionsBase<string, Page, Context>>, Base>>,
  Proof<Same<Theirs<LRUCache.OptionsMaxLimit<string, Page, Context>>, Needs<'max'>>>,
  Proof<Same<Theirs<LRUCache.OptionsSizeLimit<string, Page, Context>>, Needs<'maxSize'>>>,
  Proof<
    Same<Theirs<LRUCache.OptionsTTLLimit<string, Page, Context>>, Needs<'ttl' | 'ttlAutopurge'>>
  >,
  Proof<
    Same<
      LRUCache.Options<string, Page, Context>,
      | LRUCache.OptionsMaxLimit<string, Page, Context>
      | LRUCache.OptionsSizeLimit<string, Page, Context>
      | LRUCache.OptionsTTLLimit<string, Page, Context>
    >
  >,
  Proof<
    Same<Theirs<LRUCache.Entry<Page>>, { value: Page; ttl?: number; size?: number; start?: number }>
  >,
];
