// The options: read once each, checked, and refused before anything is allocated.

import { CAPACITY_MAX } from '../assembly/layout.js';
import { Callbacks, type Disposer, type Inserter } from './callbacks.js';
import type { EngineKind } from './engine.js';
import { SharedEngine, sharedEngine } from './engines.js';
import { LRUCacheRangeError, LRUCacheTypeError } from './errors.js';

/** What `new LRUCache` takes. The object is only read, and may be frozen. */
export interface LRUCacheOptions<K, V> {
  /** Largest number of entries: a whole number from 1 to 2^25. */
  readonly max: number;
  /**
   * Called with every value that leaves the cache, once, after the operation is complete. It may
   * use the cache, also to put the value back. In lru-cache it runs while the cache is changing.
   */
  readonly dispose?: Disposer<K, V> | undefined;
  /** As `dispose`, after every `dispose` and `onInsert` of the same operation. */
  readonly disposeAfter?: Disposer<K, V> | undefined;
  /** Called with every value that comes into the cache, after the operation is complete. */
  readonly onInsert?: Inserter<K, V> | undefined;
  /** Engine to use instead of the host's best: for comparisons, or to avoid WebAssembly. */
  readonly engine?: EngineKind | undefined;
}

/** Options that have been checked. */
export interface CheckedOptions<K, V> {
  readonly max: number;
  /** Undefined if there is no callback, so that a cache without pays nothing for them. */
  readonly callbacks: Callbacks<K, V> | undefined;
  readonly engine: SharedEngine;
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value);
}

/**
 * A checked `max`. Throws a TypeError if it is no number, a RangeError if it is no whole number
 * from 1 to 2^25, both with code `INVALID_MAX`.
 */
export function checkMax(max: unknown): number {
  const wanted = `max must be a whole number from 1 to ${CAPACITY_MAX}, not ${show(max)}`;
  if (typeof max !== 'number') throw new LRUCacheTypeError('INVALID_MAX', wanted);
  if (!Number.isInteger(max) || max < 1 || max > CAPACITY_MAX) {
    throw new LRUCacheRangeError('INVALID_MAX', wanted);
  }
  return max;
}

/** Throws `INVALID_CALLBACK` if an argument is no function. */
export function checkFunction(name: string, argument: unknown): void {
  if (typeof argument === 'function') return;
  throw new LRUCacheTypeError(
    'INVALID_CALLBACK',
    `${name} must be a function, not ${show(argument)}`,
  );
}

function checkEngine(engine: unknown): SharedEngine {
  if (engine instanceof SharedEngine) return engine;
  if (engine === undefined || engine === 'wasm' || engine === 'pure') return sharedEngine(engine);
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `engine must be 'wasm' or 'pure', not ${show(engine)}`,
  );
}

/** Checks what `new LRUCache` was given. Throws as its docstring says. */
export function checkOptions<K, V>(options: LRUCacheOptions<K, V>): CheckedOptions<K, V> {
  if (typeof options !== 'object' || options === null) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `LRUCache needs an options object with max, not ${show(options)}`,
    );
  }
  const { max, dispose, disposeAfter, onInsert, engine } = options;
  const checkedMax = checkMax(max);
  for (const [name, callback] of Object.entries({ dispose, disposeAfter, onInsert })) {
    if (callback !== undefined) checkFunction(name, callback);
  }
  const hasCallback = (dispose ?? disposeAfter ?? onInsert) !== undefined;
  return {
    max: checkedMax,
    callbacks: hasCallback ? new Callbacks(dispose, disposeAfter, onInsert) : undefined,
    engine: checkEngine(engine),
  };
}
