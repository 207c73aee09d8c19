// Every type in the namespace `LRUCache`: what it is equal to, or values that it takes.

import { LRUCache, type Perf } from 'lru-cache';
import type { Proof, Same } from './same.js';

interface Page {
  html: string;
}
interface Context {
  user: string;
}

/** Numbers and reasons. */
export type Simple = [
  Proof<Same<LRUCache.Size, number>>,
  Proof<Same<LRUCache.Milliseconds, number>>,
  Proof<Same<LRUCache.Count, number>>,
  Proof<Same<LRUCache.DisposeReason, 'evict' | 'set' | 'delete' | 'expire' | 'fetch'>>,
  Proof<Same<LRUCache.InsertReason, 'add' | 'update' | 'replace'>>,
  Proof<Same<Perf, { now: () => number }>>,
];

/** Callbacks: their parameters and results. */
type PageDisposer = LRUCache.Disposer<string, Page>;
type PageInserter = LRUCache.Inserter<string, Page>;
type PageFetcher = LRUCache.Fetcher<string, Page, Context>;
type PageMemoizer = LRUCache.Memoizer<string, Page, Context>;
type FetcherContext = LRUCache.FetcherOptions<string, Page, Context>;
type MemoizerContext = LRUCache.MemoizerOptions<string, Page, Context>;
type PageMemoOptions = LRUCache.MemoizerMemoOptions<string, Page, Context>;

export type Callbacks = [
  Proof<Same<Parameters<PageDisposer>, [value: Page, key: string, r: LRUCache.DisposeReason]>>,
  Proof<Same<ReturnType<PageDisposer>, void>>,
  Proof<Same<Parameters<PageInserter>, [value: Page, key: string, r: LRUCache.InsertReason]>>,
  Proof<Same<ReturnType<PageInserter>, void>>,
  Proof<Same<LRUCache.SizeCalculator<string, Page>, (value: Page, key: string) => number>>,
  Proof<Same<Parameters<PageFetcher>, [k: string, old: Page | undefined, FetcherContext]>>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a fetcher may return nothing.
  Proof<Same<ReturnType<PageFetcher>, Promise<Page | undefined | void> | Page | undefined | void>>,
  Proof<Same<Parameters<PageMemoizer>, [k: string, old: Page | undefined, MemoizerContext]>>,
  Proof<Same<ReturnType<PageMemoizer>, Page>>,
  Proof<Same<FetcherContext['signal'], AbortSignal>>,
  Proof<Same<FetcherContext['context'], Context>>,
  Proof<Same<FetcherContext['options'], LRUCache.FetcherFetchOptions<string, Page, Context>>>,
  Proof<Same<keyof FetcherContext, 'signal' | 'options' | 'context'>>,
  Proof<Same<MemoizerContext['context'], Context>>,
  Proof<Same<MemoizerContext['options'], PageMemoOptions>>,
  Proof<Same<keyof MemoizerContext, 'options' | 'context'>>,
];

export const disposer: PageDisposer = (value, key, reason) => console.log(value.html, key, reason);
export const shortDisposer: PageDisposer = (value) => value.html;
export const inserter: PageInserter = (value, key, reason) => console.log(value.html, key, reason);
export const calculator: LRUCache.SizeCalculator<string, Page> = ({ html }, key) =>
  html.length + key.length;
export const fetchers: PageFetcher[] = [
  async (key, stale, { signal, context }) =>
    signal.aborted ? stale : { html: `${key} for ${context.user}` },
  () => ({ html: '' }),
  () => undefined,
  () => {},
  async () => {},
  async (_key, _stale, { options }) => {
    options.ttl = 5;
    options.size = 1;
    options.noDisposeOnSet = true;
    options.noUpdateTTL = true;
    options.allowStale = true;
    options.updateAgeOnGet = true;
    options.noDeleteOnStaleGet = true;
    options.noDeleteOnFetchRejection = true;
    options.allowStaleOnFetchRejection = true;
    options.ignoreFetchAbort = true;
    options.allowStaleOnFetchAbort = true;
    options.sizeCalculation = calculator;
    if (options.status) options.status.fetchUpdated = true;
  },
];
export const memoizer: PageMemoizer = (key, stale, { options, context }) => {
  options.ttl = 5;
  options.size = 1;
  options.start = performance.now();
  options.allowStale = options.updateAgeOnGet = options.noDeleteOnStaleGet = false;
  options.noDisposeOnSet = options.noUpdateTTL = false;
  options.sizeCalculation = calculator;
  if (options.status) options.status.memo = 'miss';
  return stale ?? { html: key + context.user };
};
export const defaultContext: [
  LRUCache.Fetcher<string, Page>,
  LRUCache.Memoizer<string, Page>,
  unknown,
] = [
  (key, _stale, { context }: LRUCache.FetcherOptions<string, Page>) => ({ html: key + context }),
  (key, _stale, { context }: LRUCache.MemoizerOptions<string, Page>) => ({ html: key + context }),
  {} satisfies LRUCache.Status<string, Page> & LRUCache.MemoizerMemoOptions<string, Page>,
];

/** A status: everything in it may be set and read. */
type PageStatus = LRUCache.Status<string, Page, Context>;
export function statusOf(cache: LRUCache<string, Page, Context>): PageStatus {
  const full: Required<PageStatus> = {
    op: 'get',
    set: 'add',
    delete: 'evict',
    peek: 'hit',
    memo: 'hit',
    context: { user: 'me' },
    ttl: 1,
    start: 1,
    now: 2,
    remainingTTL: 0,
    entrySize: 1,
    totalCalculatedSize: 1,
    maxEntrySizeExceeded: true,
    key: 'a',
    value: { html: '' },
    oldValue: { html: 'old' },
    has: 'stale',
    fetch: 'inflight',
    forceRefresh: true,
    fetchDispatched: true,
    fetchUpdated: true,
    fetchError: new Error('refused'),
    fetchAborted: true,
    fetchAbortIgnored: true,
    fetchResolved: true,
    fetchRejected: true,
    get: 'stale-fetching',
    returnedStale: true,
    trace: false,
    cache,
  };
  const empty: PageStatus = {};
  return Math.random() > 1 ? full : empty;
}

/** The options of the constructor. */
type PageOptions = LRUCache.OptionsBase<string, Page, Context>;
export const everyOption: Required<
  Omit<
    PageOptions,
    | ('recordStats' | 'engine' | 'fetchManyMethod' | 'ttlCalculation' | 'maxAge')
    | ('keyOf' | 'freeze')
    | ('staleWhileRevalidate' | 'staleIfError' | 'refreshAhead' | 'loadTimeout' | 'waitUntil')
  >
> = {
  max: 10,
  ttl: 1000,
  ttlResolution: 0,
  ttlAutopurge: true,
  updateAgeOnGet: true,
  updateAgeOnHas: true,
  allowStale: true,
  dispose: disposer,
  onInsert: inserter,
  disposeAfter: disposer,
  noDisposeOnSet: true,
  noUpdateTTL: true,
  maxSize: 100,
  backgroundFetchSize: 1,
  maxEntrySize: 10,
  sizeCalculation: calculator,
  fetchMethod: async () => ({ html: '' }),
  memoMethod: memoizer,
  noDeleteOnFetchRejection: true,
  noDeleteOnStaleGet: true,
  allowStaleOnFetchRejection: true,
  allowStaleOnFetchAbort: true,
  ignoreFetchAbort: true,
  perf: performance,
};
type MaxLimit = LRUCache.OptionsMaxLimit<string, Page, Context>;
type TTLLimit = LRUCache.OptionsTTLLimit<string, Page, Context>;
type SizeLimit = LRUCache.OptionsSizeLimit<string, Page, Context>;
const byMax: MaxLimit = { max: 1 };
const bySize: SizeLimit = { maxSize: 1 };
const byAge: TTLLimit = { ttl: 1, ttlAutopurge: false };
const any: LRUCache.Options<string, Page, Context>[] = [byMax, bySize, byAge, everyOption];
export const caches: LRUCache<string, Page, Context>[] = [
  ...any.map((options) => new LRUCache(options)),
  new LRUCache(byMax),
  new LRUCache(bySize),
  new LRUCache(byAge),
  new LRUCache(everyOption),
];
export const mutated: PageOptions = {};
mutated.max = 1;
mutated.perf = { now: () => 0 };

/** What dump returns and load takes. */
export const entry: Required<Omit<LRUCache.Entry<Page>, 'born' | 'tags'>> = {
  value: { html: '' },
  ttl: 1,
  size: 1,
  start: 1,
};
export const shortEntry: LRUCache.Entry<Page> = { value: { html: '' } };
