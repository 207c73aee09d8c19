// The public names of the package, and nothing else.

export type { EngineKind } from './engine.js';
export {
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from './errors.js';
export { LRUCache } from './lru.js';
export type { Perf } from './types.js';
