// The check of the constructor's options: read once each, and refused before anything is allocated.

import type { Construction } from '../cache/settings.js';
import { keepingOf } from '../cache/values.js';
import {
  checkFunction,
  checkMax,
  checkPerf,
  checkTtl,
  checkWindows,
  isBound,
  resolutionOf,
  show,
} from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { Freshness, FreshnessOptions, OptionsBase } from '../common/options.js';
import { checkEngine, hostFor } from '../engine/lifetime.js';

/** A checked `maxSize` or `maxEntrySize`. Throws `INVALID_SIZE`. */
export function checkMaxSize(name: string, size: unknown): number {
  if (isBound(size)) return size;
  throw new LRUCacheTypeError(
    'INVALID_SIZE',
    `${name} must be a whole number above 0, not ${show(size)}`,
  );
}

const CALLBACK_NAMES = [
  'sizeCalculation',
  'dispose',
  'disposeAfter',
  'onInsert',
  'fetchMethod',
  'fetchManyMethod',
  'memoMethod',
  'keyOf',
] as const;

/**
 * The options of freshness.ts, checked; undefined if none is given. Throws `INVALID_TTL`,
 * `INVALID_CALLBACK` or `INVALID_OPTIONS`.
 */
function checkFreshness<K, V>(options: FreshnessOptions<K, V>): Freshness<K, V> | undefined {
  const { ttlCalculation, maxAge = 0, staleWhileRevalidate = 0, staleIfError = 0 } = options;
  const { refreshAhead = 0, loadTimeout = 0, waitUntil } = options;
  const given = {
    ...{ ttlCalculation, maxAge, staleWhileRevalidate, staleIfError },
    ...{ refreshAhead, loadTimeout, waitUntil },
  };
  if (ttlCalculation !== undefined) checkFunction('ttlCalculation', ttlCalculation);
  checkWindows(given);
  return Object.values(given).some(Boolean) ? given : undefined;
}

function checkIsObject(options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `LRUCache needs an options object with max, maxSize or ttl, not ${show(options)}`,
  );
}

/**
 * Checks what `new LRUCache` was given. Throws as its docstring says. (The result is one literal:
 * a spread would grow, and be copied, property by property.)
 */
export function checkOptions<K, V, FC>(options: OptionsBase<K, V, FC>): Construction<K, V, FC> {
  checkIsObject(options);
  const { max, maxSize, maxEntrySize, sizeCalculation, ttl, perf, engine } = options;
  const { dispose, disposeAfter, onInsert, keyOf, freeze } = options;
  const { fetchMethod, fetchManyMethod, memoMethod } = options;
  const callbacks = {
    sizeCalculation,
    dispose,
    disposeAfter,
    onInsert,
    fetchMethod,
    fetchManyMethod,
    memoMethod,
    keyOf,
  };
  for (const name of CALLBACK_NAMES) {
    if (callbacks[name] !== undefined) checkFunction(name, callbacks[name]);
  }
  keepingOf(freeze);
  const checkedMax = max === undefined || max === 0 ? 0 : checkMax(max);
  const checkedMaxSize =
    maxSize === undefined || maxSize === 0 ? 0 : checkMaxSize('maxSize', maxSize);
  const checkedEntrySize =
    maxEntrySize === undefined || maxEntrySize === 0
      ? checkedMaxSize
      : checkMaxSize('maxEntrySize', maxEntrySize);
  const checkedTtl = ttl === undefined || ttl === 0 ? 0 : checkTtl(ttl);
  if (!(checkedMax || checkedMaxSize || checkedTtl)) {
    throw new LRUCacheTypeError('INVALID_OPTIONS', 'One of max, maxSize and ttl is needed');
  }
  if (sizeCalculation !== undefined && checkedEntrySize === 0) {
    throw new LRUCacheTypeError('INVALID_SIZE', 'sizeCalculation needs maxSize or maxEntrySize');
  }
  return {
    sizeCalculation,
    dispose,
    disposeAfter,
    onInsert,
    fetchMethod,
    fetchManyMethod,
    memoMethod,
    keyOf,
    freeze,
    max: checkedMax,
    maxSize: checkedMaxSize,
    maxEntrySize: checkedEntrySize,
    isEntrySizeImplied: maxEntrySize === undefined || maxEntrySize === 0,
    ttl: checkedTtl,
    ttlResolution: resolutionOf(options.ttlResolution),
    ttlAutopurge: !!options.ttlAutopurge,
    updateAgeOnGet: !!options.updateAgeOnGet,
    updateAgeOnHas: !!options.updateAgeOnHas,
    allowStale: !!options.allowStale,
    noDeleteOnStaleGet: !!options.noDeleteOnStaleGet,
    noUpdateTTL: !!options.noUpdateTTL,
    noDisposeOnSet: !!options.noDisposeOnSet,
    backgroundFetchSize: options.backgroundFetchSize ?? 1,
    noDeleteOnFetchRejection: !!options.noDeleteOnFetchRejection,
    allowStaleOnFetchRejection: !!options.allowStaleOnFetchRejection,
    allowStaleOnFetchAbort: !!options.allowStaleOnFetchAbort,
    ignoreFetchAbort: !!options.ignoreFetchAbort,
    perf: checkPerf(perf),
    recordStats: !!options.recordStats,
    freshness: checkFreshness(options),
    engine: checkEngine(engine, hostFor),
  };
}
