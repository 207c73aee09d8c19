// Every option of a cache, each with a value that is not its default.

import type { LRUCache } from '../../src/api/lru.js';

/** Every option but the engine, with a value that is not the default. */
export const everyOption: Required<
  Omit<LRUCache.OptionsBase<unknown, unknown, unknown>, 'engine'>
> = {
  max: 3,
  maxSize: 100,
  maxEntrySize: 50,
  sizeCalculation: () => 1,
  ttl: 1000,
  ttlResolution: 10,
  ttlAutopurge: true,
  ttlCalculation: () => 1,
  maxAge: 2000,
  staleWhileRevalidate: 100,
  staleIfError: 200,
  refreshAhead: 0.5,
  loadTimeout: 300,
  waitUntil: () => {},
  updateAgeOnGet: true,
  updateAgeOnHas: true,
  allowStale: true,
  noDeleteOnStaleGet: true,
  noUpdateTTL: true,
  noDisposeOnSet: true,
  dispose: () => {},
  disposeAfter: () => {},
  onInsert: () => {},
  fetchMethod: () => undefined,
  fetchManyMethod: () => [],
  memoMethod: () => 1,
  keyOf: () => 1,
  freeze: 'shallow',
  backgroundFetchSize: 2,
  noDeleteOnFetchRejection: true,
  allowStaleOnFetchRejection: true,
  allowStaleOnFetchAbort: true,
  ignoreFetchAbort: true,
  perf: { now: () => 1 },
  recordStats: true,
};
