// The errors this library throws: built-in classes with a stable `code`.
//
// A message may be reworded in any release; a code never changes its meaning.

/**
 * Why an operation was refused. A code never changes its meaning; a message may be reworded.
 *
 * @example
 * ```ts
 * import { LRUCache, LRUCacheError } from 'wasm-lru';
 *
 * try {
 *   new LRUCache({ max: -1 });
 * } catch (error) {
 *   if (error instanceof LRUCacheError) console.log(error.code); // INVALID_MAX
 * }
 * ```
 */
export type LRUCacheErrorCode =
  /**
   * The constructor got no options object, no bound, or an option of the wrong type; or a method
   * got options that are not an object.
   */
  | 'INVALID_OPTIONS'
  /** `max` is not a whole number from 1 to 2^25. */
  | 'INVALID_MAX'
  /**
   * A size, `maxSize` or `maxEntrySize` is not a whole number above 0, or the cache keeps no sizes.
   */
  | 'INVALID_SIZE'
  /** A ttl, its start, or an option that is a span of time is not a number of milliseconds. */
  | 'INVALID_TTL'
  /** The clock returned something that is not a finite number. */
  | 'INVALID_CLOCK'
  /** The argument of `load` is not a list of entries. */
  | 'INVALID_ENTRIES'
  /**
   * `keyOf` did not return a string, number, bigint, boolean or symbol; the `key` function of a
   * memoized function returned a promise; a key of a cache of bytes is neither a string nor a
   * `Uint8Array`; or a key of a `NumberLRU` is not a whole number from -2^31 to 2^31 - 1.
   */
  | 'INVALID_KEY'
  /** A key of a cache of bytes has more than 65,535 bytes. */
  | 'KEY_TOO_LONG'
  /**
   * The value cannot be frozen, or the function `freeze` returned `undefined`; the codec of a cache
   * of bytes does not accept the value; a value of a `NumberLRU` is not a number; or the array for
   * the values of many keys is not a `Float64Array`, or is too short.
   */
  | 'INVALID_VALUE'
  /** The target of `getInto` is not a `Uint8Array`, or is too short for the value. */
  | 'INVALID_TARGET'
  /** This host, or this page, has no shared memory, or no WebAssembly with threads. */
  | 'SHARED_UNAVAILABLE'
  /**
   * The argument of `SharedLRU.attach` is not a handle, or is a handle of another version of this
   * library.
   */
  | 'INVALID_HANDLE'
  /** The argument of `adopt` is not a running worker. */
  | 'INVALID_WORKER'
  /** More threads use a shared cache than it was made for. */
  | 'TOO_MANY_THREADS'
  /** A thread holds a shard of a shared cache and does not release it. Nothing was removed. */
  | 'SHARD_STUCK'
  /** A snapshot is of another format, or of a version that this release does not know. */
  | 'SNAPSHOT_VERSION'
  /** A snapshot is truncated or damaged. */
  | 'SNAPSHOT_CORRUPT'
  /**
   * The argument of `fetchMany`, or of `getMany` and the like, is not a list of keys.
   */
  | 'INVALID_KEYS'
  /** The result of `fetchManyMethod` is not a list of values or pairs. */
  | 'INVALID_BATCH'
  /** Tags are not a list of strings, or the argument of `invalidateTag` is not a string. */
  | 'INVALID_TAGS'
  /** A callback, or the argument of `forEach`, `deleteWhere` or the like, is not a function. */
  | 'INVALID_CALLBACK'
  /** A store lacks a method that every store needs. */
  | 'INVALID_STORE'
  /** The argument of `provideCore` is not a compiled module. */
  | 'INVALID_CORE'
  /** `keys()` was called on a cache whose store has no `keys` method. */
  | 'NO_KEYS'
  /** `memo` was called on a cache without `memoMethod`. */
  | 'NO_MEMO_METHOD'
  /** `stats` or `resetStats` was called on a cache without `recordStats`. */
  | 'NO_STATS'
  /** `forceFetch` found and loaded no value. */
  | 'FETCH_UNDEFINED'
  /** `fetchMethod` called `fetch` for the key that it was about to load. */
  | 'FETCH_LOOP'
  /** A load took longer than its `loadTimeout`. */
  | 'FETCH_TIMEOUT'
  /** A load was aborted because its key was deleted. */
  | 'FETCH_DELETED'
  /** A load was aborted because its key was set. */
  | 'FETCH_REPLACED'
  /** The engine that the option `engine` names cannot run on this host; `cause` says why. */
  | 'ENGINE_UNAVAILABLE'
  /**
   * WebAssembly trapped in the engine of this cache, or of another cache that shares the engine.
   */
  | 'ENGINE_POISONED'
  /** The host refused memory for the first entry of a cache, or for its first ttl. */
  | 'OUT_OF_MEMORY'
  /**
   * The host's `Map`, which finds object keys and keys that the index refuses, accepts no more
   * keys.
   */
  | 'TOO_MANY_KEYS'
  /** Callbacks kept changing the cache and so caused one another, too often to end. */
  | 'CALLBACK_LOOP'
  /** The cache was used after `cache[Symbol.dispose]()`. */
  | 'DISPOSED';

/** The last argument of `new Error`, which the types of ES2021 and before do not know. */
interface Cause {
  /** The error that led to this one. */
  cause?: unknown;
}

/** @internal Gives a class the name by which `inspect` shows it, which minifiers would shorten. */
export function keepName(named: object, name: string): void {
  Object.defineProperty(named, 'name', { value: name, configurable: true });
}

/**
 * The prototype of an error has the name of its class here. A process may have several copies of
 * this library, such as an ES module and a CommonJS one; by this name they recognise each other's
 * errors.
 */
const BRAND = Symbol.for('wasm-lru.error');

interface ErrorClass {
  readonly prototype: object;
}

/** Makes a class recognise its errors, whichever copy of the library made them. */
function brand(named: ErrorClass, name: string): void {
  keepName(named, name);
  Object.defineProperty(named, Symbol.hasInstance, { value: hasInstance });
  Object.defineProperty(named.prototype, BRAND, { value: name });
}

/**
 * The `instanceof` of our classes. A class that extends one of them recognises only its own errors.
 */
function hasInstance(this: ErrorClass, value: unknown): boolean {
  if (Function.prototype[Symbol.hasInstance].call(this as () => void, value)) return true;
  if (!Object.hasOwn(this.prototype, BRAND)) return false;
  // A prototype has the brand, too, but no code.
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'code')) return false;
  const [wanted, found] = [brandOf(this.prototype), brandOf(value)];
  return found !== undefined && (wanted === found || wanted === 'LRUCacheError');
}

function brandOf(value: object): unknown {
  return (value as { readonly [BRAND]?: unknown })[BRAND];
}

/**
 * An `Error` with a stable `code`: an operation that was refused or failed. Every error of this
 * library is an `instanceof LRUCacheError`, including `LRUCacheTypeError` and `LRUCacheRangeError`,
 * which extend the classes that lru-cache throws.
 */
export class LRUCacheError extends Error {
  static {
    brand(this, 'LRUCacheError');
  }
  /** The name of the class. */
  override readonly name: string = 'LRUCacheError';
  /** Why the operation was refused. */
  readonly code: LRUCacheErrorCode;
  declare cause?: unknown;

  constructor(code: LRUCacheErrorCode, message: string, options?: Cause) {
    super(message, options);
    this.code = code;
  }
}

/** A `TypeError` with a stable `code`: an argument or option of the wrong type. */
export class LRUCacheTypeError extends TypeError {
  static {
    brand(this, 'LRUCacheTypeError');
  }
  /** The name of the class. */
  override readonly name = 'LRUCacheTypeError';
  /** Why the operation was refused. */
  readonly code: LRUCacheErrorCode;
  declare cause?: unknown;

  /** An error with a code and a message. */
  constructor(code: LRUCacheErrorCode, message: string, options?: Cause) {
    super(message, options);
    this.code = code;
  }
}

/** A `RangeError` with a stable `code`: a limit of the cache, the host or the language. */
export class LRUCacheRangeError extends RangeError {
  static {
    brand(this, 'LRUCacheRangeError');
  }
  /** The name of the class. */
  override readonly name = 'LRUCacheRangeError';
  /** Why the operation was refused. */
  readonly code: LRUCacheErrorCode;
  declare cause?: unknown;

  constructor(code: LRUCacheErrorCode, message: string, options?: Cause) {
    super(message, options);
    this.code = code;
  }
}

/** @internal The error for a host that refuses the memory for a first entry. */
export function outOfMemory(): LRUCacheRangeError {
  return new LRUCacheRangeError('OUT_OF_MEMORY', 'The host refused memory for the first entry');
}
