// Poison: what becomes of an engine whose WebAssembly trapped.
//
// No call of a sound core traps. One that did may have stopped half-way, and the instance would
// answer the next call as if nothing had happened. So every function of the engine is replaced, in
// the one object that all its caches hold: each of them throws ENGINE_POISONED from then on, and no
// operation of a sound engine has to ask. Caches made later get a new instance.

import type { Engine } from './engine.js';
import { LRUCacheError } from './errors.js';

const poisoned = new WeakSet<Engine>();

/** Whether an engine has trapped. */
export function isPoisoned(engine: Engine): boolean {
  return poisoned.has(engine);
}

/** Poisons an engine if this is what a trap throws, and gives the error back. */
export function poisonIfTrap(engine: Engine, error: unknown): unknown {
  const isTrap = typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
  if (!isTrap || isPoisoned(engine)) return error;
  poisoned.add(engine);
  const throwPoisoned = (): never => {
    const message =
      'WebAssembly trapped in the engine of this cache, which cannot be used any more';
    throw new LRUCacheError('ENGINE_POISONED', message, { cause: error });
  };
  const functions = engine as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value === 'function') functions[name] = throwPoisoned;
  }
  // The memory goes with the last cache, as a whole.
  functions.destroyTable = () => {};
  return error;
}
