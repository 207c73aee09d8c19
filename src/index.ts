// The public names of the package, and nothing else.

/**
 * The cache: `import { LRUCache } from 'wasm-lru'`. The entries `wasm-lru/pure` and
 * `wasm-lru/inline` export the same names.
 *
 * @module wasm-lru
 */

export {
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from './errors.js';
export { LRUCache } from './lru.js';
export { provideCore } from './provide.js';
export type { EngineKind, Perf } from './types.js';
