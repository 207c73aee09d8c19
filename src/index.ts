// The public names of the package, and nothing else.

/**
 * The cache: `import { LRUCache } from 'wasm-lru'`. The entries `wasm-lru/pure` and `wasm-lru/edge`
 * export the same names.
 *
 * @module wasm-lru
 */

export { LRUCache } from './api/lru.js';
export {
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from './common/errors.js';
export type { EngineKind, Perf } from './common/types.js';
export { provideCore } from './engine/provide.js';
