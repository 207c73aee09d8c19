// Dead engines: the engines of caches that cannot be used any more.
//
// Each function of a dead engine throws, so no operation has to test whether its cache can still be
// used. A disposed cache gets a dead engine in place of its own. If a core traps, its engine
// becomes dead in place, in the one object that all its caches hold: no call of a correct core
// traps, and a call that did may have stopped half-way.

import { LRUCacheError, LRUCacheTypeError } from '../common/errors.js';
import type { Engine } from './engine.js';

const trapped = new WeakSet<object>();

/** Replaces each function of an engine by one that throws. */
function kill<E extends object>(engine: E, fail: () => never): E {
  const functions = engine as unknown as Record<string, unknown>;
  for (const name of Object.keys(functions)) {
    if (typeof functions[name] === 'function') functions[name] = fail;
  }
  return engine;
}

/** Throws `DISPOSED`. */
export function throwDisposed(): never {
  throw new LRUCacheTypeError('DISPOSED', 'This cache was disposed of and cannot be used any more');
}

/** A dead engine with the same functions as an engine, for disposed caches. */
export function deadLike<E extends object>(like: E): E {
  return Object.defineProperty(kill({ ...like }, throwDisposed), 'kind', { get: throwDisposed });
}

let disposed: Engine | undefined;

/** The engine of a disposed cache. */
export function disposedEngine(like: Engine): Engine {
  disposed ??= deadLike(like);
  return disposed;
}

/** The Map of keys of a disposed cache. */
export const disposedMap = {
  get: throwDisposed,
  set: throwDisposed,
  delete: throwDisposed,
} as unknown as Map<unknown, number>;

/** Whether an engine is that of disposed caches. */
export function isDisposed(engine: Engine): boolean {
  return engine === disposed;
}

/** Whether an engine has trapped. */
export function hasTrapped(engine: object): boolean {
  return trapped.has(engine);
}

/** Makes an engine dead if an error is that of a trap; returns the error to throw. */
export function killIfTrap(engine: object, error: unknown): unknown {
  const isTrap = typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
  if (!isTrap || trapped.has(engine)) return error;
  trapped.add(engine);
  kill(engine, () => {
    const message =
      'WebAssembly trapped in the engine of this cache, which cannot be used any more';
    throw new LRUCacheError('ENGINE_POISONED', message, { cause: error });
  });
  // The whole memory is freed with the last cache.
  Object.assign(engine, { destroyTable: () => {} });
  return error;
}
