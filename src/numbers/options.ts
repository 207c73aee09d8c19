// The options of NumberLRU, and the checks of its arguments.

import { checkMax, checkPerf, checkTtl, resolutionOf, show } from '../common/check.js';
import { LRUCacheRangeError, LRUCacheTypeError } from '../common/errors.js';
import type { Count, EngineKind, Milliseconds, Perf } from '../common/types.js';
import { checkEngine, hostsOf, type TableHost } from '../engine/lifetime.js';
import type { NumberEngine } from './engine.js';
import { openNumberJs } from './js.js';
import { openNumberCore } from './wasm.js';

/**
 * The options of `new NumberLRU`. The object is only read, and may be frozen.
 *
 * @example
 * ```ts
 * import { NumberLRU } from 'wasm-lru/numbers';
 *
 * const requests = new NumberLRU({ max: 1_000_000, ttl: 60_000 });
 * console.log(requests.increment(42)); // 1
 * ```
 */
export interface NumberLRUOptions {
  /**
   * The largest number of entries: a whole number from 1 to 2^25. The cache takes memory as it
   * fills. `resize` changes it.
   */
  readonly max: Count;
  /**
   * How long an entry is fresh, in milliseconds: a whole number, or 0 for no limit. A stale entry
   * is treated as absent, and stays stored until it is used, evicted or purged. With a ttl, an
   * entry takes 16 bytes more.
   *
   * @default 0
   */
  readonly ttl?: Milliseconds;
  /**
   * How long, in milliseconds, one reading of the clock is used to find out whether entries are
   * stale; 0 reads the clock each time.
   *
   * @default 1
   */
  readonly ttlResolution?: Milliseconds;
  /**
   * The clock: an object whose `now()` returns milliseconds. By default, it is the host's
   * `performance` at the time of each reading.
   *
   * @default performance
   */
  readonly perf?: Perf;
  /**
   * Whether the cache counts for `stats`. Calls then take about twice as long.
   *
   * @default false
   */
  readonly recordStats?: boolean;
  /**
   * The engine, by name. By default, it is `'wasm'`, or `'pure'` where the host refuses
   * WebAssembly.
   *
   * @default undefined
   */
  readonly engine?: EngineKind;
}

/** @internal The options after their checks. */
export interface CheckedNumberOptions {
  readonly max: number;
  readonly ttl: number;
  readonly ttlResolution: number;
  readonly perf: Perf | undefined;
  readonly recordStats: boolean;
  readonly host: TableHost<NumberEngine>;
}

/** @internal The host of the next cache. */
export const numberHostFor = /* @__PURE__ */ hostsOf(openNumberCore, openNumberJs);

/** @internal Checks the options of `new NumberLRU`. Throws what its doc comment says. */
export function checkNumberOptions(options: NumberLRUOptions): CheckedNumberOptions {
  if (typeof options !== 'object' || options === null) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `NumberLRU needs an options object with max, not ${show(options)}`,
    );
  }
  const { max, ttl, ttlResolution, perf, recordStats, engine } = options;
  return {
    max: checkMax(max),
    ttl: ttl === undefined || ttl === 0 ? 0 : checkTtl(ttl),
    ttlResolution: resolutionOf(ttlResolution),
    perf: checkPerf(perf),
    recordStats: !!recordStats,
    host: checkEngine(engine, numberHostFor),
  };
}

/** @internal Whether a key is a valid key. */
export function isInt32(key: unknown): key is number {
  return typeof key === 'number' && (key | 0) === key;
}

/** @internal Throws the error for a key that is not an int32. */
export function refuseKey(key: unknown): never {
  const wanted = `A key must be a whole number from -2^31 to 2^31 - 1, not ${show(key)}`;
  if (typeof key === 'number') throw new LRUCacheRangeError('INVALID_KEY', wanted);
  throw new LRUCacheTypeError('INVALID_KEY', wanted);
}

/** @internal Throws `INVALID_VALUE` unless an argument is a number. */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value === 'number') return;
  throw new LRUCacheTypeError('INVALID_VALUE', `${name} must be a number, not ${show(value)}`);
}

// Also for an array of another realm.
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** @internal Checks the arrays of many keys and values. Throws `INVALID_KEYS`, `INVALID_VALUE`. */
export function checkArrays(keys: unknown, values: unknown): void {
  if (!ArrayBuffer.isView(keys) || tagOf(keys) !== 'Int32Array') {
    throw new LRUCacheTypeError('INVALID_KEYS', `keys must be an Int32Array, not ${show(keys)}`);
  }
  if (!ArrayBuffer.isView(values) || tagOf(values) !== 'Float64Array') {
    throw new LRUCacheTypeError(
      'INVALID_VALUE',
      `values must be a Float64Array, not ${show(values)}`,
    );
  }
  const { length: most } = values as Float64Array;
  const { length } = keys as Int32Array;
  if (most >= length) return;
  throw new LRUCacheRangeError('INVALID_VALUE', `${length} keys need more than ${most} values`);
}
