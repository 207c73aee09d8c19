// The public names of `wasm-lru/stores`, and nothing else: caches in front of a store.

/**
 * Caches in front of a store: `import { WriteThroughCache } from 'wasm-lru/stores'`.
 *
 * @module stores
 */

export type { Dict } from './dict.js';
export type { CacheOptions, StoreCacheOptions } from './read-through.js';
export { WriteBackCache, type WriteBackOptions } from './write-back.js';
export { WriteThroughCache, type WriteThroughOptions } from './write-through.js';
