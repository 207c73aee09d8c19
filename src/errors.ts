// The errors this library throws: built-in classes with a stable `code`.
//
// A message may be reworded in any release; a code never changes its meaning.

/** Why an operation was refused. */
export type LRUCacheErrorCode =
  /** The constructor got no options object, no bound, or an option of the wrong type. */
  | 'INVALID_OPTIONS'
  /** `max` is not a whole number from 1 to 2^25. */
  | 'INVALID_MAX'
  /** A size, `maxSize` or `maxEntrySize` is not a whole number above 0, or none is kept here. */
  | 'INVALID_SIZE'
  /** A ttl or its start is not a number of milliseconds. */
  | 'INVALID_TTL'
  /** The clock returned something that is not a finite number. */
  | 'INVALID_CLOCK'
  /** What `load` was given is not a list of entries. */
  | 'INVALID_ENTRIES'
  /** The `key` function of a memoized function returned a promise. */
  | 'INVALID_KEY'
  /** What `fetchMany`, or `getMany` of a store's cache, was given is no list of keys. */
  | 'INVALID_KEYS'
  /** What `fetchManyMethod` gave is no list of values or pairs. */
  | 'INVALID_BATCH'
  /** A callback, or the argument of `forEach`, `rforEach` or `find`, is not a function. */
  | 'INVALID_CALLBACK'
  /** A store has not the methods that every store needs. */
  | 'INVALID_STORE'
  /** The keys of a store were asked for that has no method `keys`. */
  | 'NO_KEYS'
  /** `memo` was called on a cache without `memoMethod`. */
  | 'NO_MEMO_METHOD'
  /** `stats` was called on a cache without `recordStats`. */
  | 'NO_STATS'
  /** `forceFetch` got no value. */
  | 'FETCH_UNDEFINED'
  /** `fetchMethod` called `fetch` for the key it is just about to load. */
  | 'FETCH_LOOP'
  /** A load was aborted because its key was deleted. */
  | 'FETCH_DELETED'
  /** A load was aborted because its key was set. */
  | 'FETCH_REPLACED'
  /** The engine asked for by name cannot run here; `cause` says why. */
  | 'ENGINE_UNAVAILABLE'
  /** WebAssembly trapped in the engine of this cache, or of another one that shares it. */
  | 'ENGINE_POISONED'
  /** The host refused memory for the first entry of a cache, or for its first ttl. */
  | 'OUT_OF_MEMORY'
  /** Callbacks kept changing the cache from inside one another, too deep to end. */
  | 'CALLBACK_LOOP'
  /** The cache was used after `cache[Symbol.dispose]()`. */
  | 'DISPOSED';

/** @internal Gives a class the name by which `inspect` shows it, which minifiers would shorten. */
export function keepName(named: object, name: string): void {
  Object.defineProperty(named, 'name', { value: name, configurable: true });
}

/**
 * An `Error` with a stable `code`: an operation that did not come about. Every error of this
 * library is an `instanceof` it, also the two below, which extend what lru-cache throws.
 */
export class LRUCacheError extends Error {
  static {
    keepName(LRUCacheError, 'LRUCacheError');
    Object.defineProperty(LRUCacheError, Symbol.hasInstance, { value: hasInstance });
  }
  override readonly name: string = 'LRUCacheError';
  readonly code: LRUCacheErrorCode;

  constructor(code: LRUCacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A `TypeError` with a stable `code`: a value of the wrong type. */
export class LRUCacheTypeError extends TypeError {
  static {
    keepName(LRUCacheTypeError, 'LRUCacheTypeError');
  }
  override readonly name = 'LRUCacheTypeError';
  readonly code: LRUCacheErrorCode;

  constructor(code: LRUCacheErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A `RangeError` with a stable `code`: a limit of the cache, the host or the language. */
export class LRUCacheRangeError extends RangeError {
  static {
    keepName(LRUCacheRangeError, 'LRUCacheRangeError');
  }
  override readonly name = 'LRUCacheRangeError';
  readonly code: LRUCacheErrorCode;

  constructor(code: LRUCacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `instanceof LRUCacheError`, or a class that extends it, which has no others among it. */
function hasInstance(this: unknown, value: unknown): boolean {
  const isMade = Function.prototype[Symbol.hasInstance].call(this as () => void, value);
  if (isMade || this !== LRUCacheError) return isMade;
  return value instanceof LRUCacheTypeError || value instanceof LRUCacheRangeError;
}

/** @internal The error of a host that refuses memory without which nothing works. */
export function outOfMemory(): LRUCacheRangeError {
  return new LRUCacheRangeError('OUT_OF_MEMORY', 'The host refused memory for the first entry');
}
