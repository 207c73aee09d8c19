// The public names of `wasm-lru/memoize`, and nothing else: functions that remember.

export { type CachedDecorator, cached, memoizedOf } from './cached.js';
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
} from './memoized.js';
