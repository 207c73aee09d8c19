// The public names of `wasm-lru/stores`, and nothing else: caches in front of a store.

/**
 * Caches in front of a store: `import { WriteThroughCache } from 'wasm-lru/stores'`.
 *
 * @module stores
 */

export type { Dict } from './stores/dict.js';
export type { CacheOptions, StoreCacheOptions } from './stores/read-through.js';
export { WriteBackCache, type WriteBackOptions } from './stores/write-back.js';
export { WriteThroughCache, type WriteThroughOptions } from './stores/write-through.js';
