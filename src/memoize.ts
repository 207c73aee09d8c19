// The public names of `wasm-lru/memoize`, and nothing else: functions that remember.

/**
 * Functions and methods that remember their results: `import { memoize } from 'wasm-lru/memoize'`.
 *
 * @module memoize
 */

export { type CachedDecorator, cached, memoizedOf } from './memoize/cached.js';
export {
  type AnyFunction,
  type ArgumentsOf,
  type MemoizeCacheOptions,
  type Memoized,
  type MemoizeOptions,
  type Memory,
  memoize,
  NOTHING,
  type Result,
  type ResultOf,
} from './memoize/memoized.js';
