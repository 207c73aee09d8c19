// The public names of the package, and nothing else.

export type { DisposeReason, Disposer, Inserter, InsertReason } from './callbacks.js';
export type { EngineKind } from './engine.js';
export {
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from './errors.js';
export { LRUCache } from './lru.js';
export type { LRUCacheOptions } from './options.js';
