// The public names of `wasm-lru/memoize`, and nothing else: functions that remember.

/**
 * Functions and methods that remember their results: `import { memoize } from 'wasm-lru/memoize'`.
 *
 * @module memoize
 */

export { cached, memoizedOf } from './cached.js';
export {
  type MemoizeCacheOptions,
  type Memoized,
  type MemoizeOptions,
  memoize,
  NOTHING,
  type Result,
} from './memoized.js';
