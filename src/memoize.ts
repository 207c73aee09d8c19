// The public names of `wasm-lru/memoize`, and nothing else: functions that remember.

export { cached, memoizedOf } from './cached.js';
export {
  type MemoizeCacheOptions,
  type Memoized,
  type MemoizeOptions,
  memoize,
  NOTHING,
  type Result,
} from './memoized.js';
