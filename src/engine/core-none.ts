// Takes the place of core.ts in a build without WebAssembly: every cache runs on the pure engine.

import { LRUCacheRangeError } from '../common/errors.js';

const WHY = 'wasm-lru/pure has no WebAssembly';

/** Throws: this build has no core. */
export function openCore(): never {
  throw new Error(WHY);
}

/** Throws `ENGINE_UNAVAILABLE`: this build cannot use one. */
export function acceptCore(): never {
  throw new LRUCacheRangeError('ENGINE_UNAVAILABLE', WHY);
}
