// Dead engines: what a cache runs on when it cannot be used any more.
//
// Each function of a dead engine throws, so no operation of a living cache has to ask whether it
// still lives. A disposed cache is given a dead engine in place of its own. An engine whose core
// has trapped is made dead where it is, in the one object that all its caches hold: no call of a
// sound core traps, and one that did may have stopped half-way.

import { LRUCacheError, LRUCacheTypeError } from '../common/errors.js';
import type { Engine } from './engine.js';

const trapped = new WeakSet<Engine>();

/** Puts a function that throws in the place of each function of an engine. */
function kill(engine: Engine, fail: () => never): Engine {
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

let disposed: Engine | undefined;

/** What a disposed cache has in place of an engine like this. */
export function disposedEngine(like: Engine): Engine {
  disposed ??= Object.defineProperty(kill({ ...like }, throwDisposed), 'kind', {
    get: throwDisposed,
  });
  return disposed;
}

/** What a disposed cache has in place of its Map of keys. */
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
export function hasTrapped(engine: Engine): boolean {
  return trapped.has(engine);
}

/** Makes an engine dead if this is what a trap throws, and gives the error back. */
export function killIfTrap(engine: Engine, error: unknown): unknown {
  const isTrap = typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
  if (!isTrap || trapped.has(engine)) return error;
  trapped.add(engine);
  kill(engine, () => {
    const message =
      'WebAssembly trapped in the engine of this cache, which cannot be used any more';
    throw new LRUCacheError('ENGINE_POISONED', message, { cause: error });
  });
  // The memory goes with the last cache, as a whole.
  Object.assign(engine, { destroyTable: () => {} });
  return error;
}
