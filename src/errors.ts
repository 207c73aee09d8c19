// The errors this library throws: built-in classes with a stable `code`.
//
// A message may be reworded in any release; a code never changes its meaning.

/** Why an operation was refused. */
export type LRUCacheErrorCode =
  /** The constructor got no options object, or an option of the wrong type. */
  | 'INVALID_OPTIONS'
  /** `max` is not a whole number from 1 to 2^25. */
  | 'INVALID_MAX'
  /** A callback, or the argument of `forEach`, `rforEach` or `find`, is not a function. */
  | 'INVALID_CALLBACK'
  /** The engine asked for by name cannot run here; `cause` says why. */
  | 'ENGINE_UNAVAILABLE'
  /** The host refused memory for the first entry of a cache. */
  | 'OUT_OF_MEMORY'
  /** Callbacks kept changing the cache from inside one another, too deep to end. */
  | 'CALLBACK_LOOP'
  /** The cache was used after `cache[Symbol.dispose]()`. */
  | 'DISPOSED';

/** A `TypeError` with a stable `code`: a value of the wrong type. */
export class LRUCacheTypeError extends TypeError {
  override readonly name = 'LRUCacheTypeError';
  readonly code: LRUCacheErrorCode;

  constructor(code: LRUCacheErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A `RangeError` with a stable `code`: a limit of the cache, the host or the language. */
export class LRUCacheRangeError extends RangeError {
  override readonly name = 'LRUCacheRangeError';
  readonly code: LRUCacheErrorCode;

  constructor(code: LRUCacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
