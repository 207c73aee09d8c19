// How a program passes the package a core that the host, or a tool, has compiled.
//
// It is for hosts that do not compile WebAssembly themselves. Passing a core creates no instance of
// it.

import { LRUCacheTypeError } from '../common/errors.js';
import { acceptCore } from './core.js';
import { hostFor } from './lifetime.js';

/** Whether a value is a compiled module, of this realm or another. */
function isModule(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object WebAssembly.Module]';
}

/**
 * Passes the package its core as a `WebAssembly.Module`, compiled from `wasm-lru/core.wasm`. It is
 * for hosts that compile nothing while a program runs; where the tools import such files,
 * `wasm-lru/edge` calls it. Later caches use the wasm engine, including those of `wasm-lru/stores`
 * and `wasm-lru/memoize`; earlier ones stay as they are.
 *
 * Throws `INVALID_CORE` if the argument is not a compiled module, and `ENGINE_UNAVAILABLE` in
 * `wasm-lru/pure`.
 */
export function provideCore(core: object): void {
  if (!isModule(core)) {
    throw new LRUCacheTypeError('INVALID_CORE', 'The core must be a WebAssembly.Module');
  }
  if (!acceptCore(core as WebAssembly.Module)) return;
  try {
    // By name, since a refusal holds until a cache has got the engine by name.
    hostFor('wasm');
  } catch {
    // The host still refuses it, and caches continue to use the pure engine.
  }
}
