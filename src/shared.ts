// The public names of `wasm-lru/shared`, and nothing else: one cache for all threads.

/**
 * One cache for all threads of a process: `import { SharedLRU } from 'wasm-lru/shared'`.
 *
 * @module shared
 */

export type { Codec, CodecName } from './bytes/codec.js';
export type { SharedAttachOptions, SharedHandle, SharedLRUOptions } from './shared/options.js';
export { type AdoptableWorker, SharedLRU, type SharedStats } from './shared/shared-lru.js';
