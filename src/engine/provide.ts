// How a program gives the package a core that the host, or a tool, has compiled.
//
// It is for hosts that compile nothing themselves. Giving one opens none: a seed that is drawn
// while a worker starts could be the same in all of them.

import { LRUCacheTypeError } from '../common/errors.js';
import { acceptCore } from './core.js';
import { hostFor } from './lifetime.js';

/** Whether a value is a compiled module, of this realm or another. */
function isModule(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object WebAssembly.Module]';
}

/**
 * Gives the package its core as a `WebAssembly.Module`, compiled from `wasm-lru/core.wasm`, for
 * hosts that compile nothing while a program runs; `wasm-lru/edge` does it where the tools import
 * such files. Caches made later are on the wasm engine, those of `wasm-lru/stores` and
 * `wasm-lru/memoize` included; those made before stay as they are.
 *
 * Throws `INVALID_CORE` if it is no module, and `ENGINE_UNAVAILABLE` in `wasm-lru/pure`.
 */
export function provideCore(core: object): void {
  if (!isModule(core)) {
    throw new LRUCacheTypeError('INVALID_CORE', 'The core must be a WebAssembly.Module');
  }
  if (!acceptCore(core as WebAssembly.Module)) return;
  try {
    // By name, as a refusal holds until somebody has got the engine by name.
    hostFor('wasm');
  } catch {
    // It is refused still, and caches go on being made on the pure engine.
  }
}
