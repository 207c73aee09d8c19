// The public names of `wasm-lru/numbers`, and nothing else: a cache of numbers.

/**
 * A cache of numbers in linear memory: `import { NumberLRU } from 'wasm-lru/numbers'`.
 *
 * @module numbers
 */

export {
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from './common/errors.js';
export { NumberLRU, type NumberStats } from './numbers/number-lru.js';
export type { NumberLRUOptions } from './numbers/options.js';
