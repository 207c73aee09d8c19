// The public names of the package, and nothing else.

export {
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from './errors.js';
export { LRUCache } from './lru.js';
export { provideCore } from './provide.js';
export type { EngineKind, Perf } from './types.js';
