// What a disposed cache runs on: every function throws DISPOSED.
//
// A cache gets it in place of its own when it is disposed, so that no operation of a living cache
// has to test whether it still lives.

import type { Engine } from './engine.js';
import { LRUCacheTypeError } from './errors.js';

/** Throws `DISPOSED`. */
export function throwDisposed(): never {
  throw new LRUCacheTypeError('DISPOSED', 'This cache was disposed of and cannot be used any more');
}

/** What a disposed cache has in place of its Map of keys that no engine knows. */
export const disposedOthers = { get: throwDisposed, set: throwDisposed, delete: throwDisposed };

/** The one disposed engine. */
export const disposedEngine: Engine = {
  get kind() {
    return throwDisposed();
  },
  jsString: false,
  hashFloat: throwDisposed,
  hashString: throwDisposed,
  createTable: throwDisposed,
  destroyTable: throwDisposed,
  bytesHeld: throwDisposed,
  memoryBytes: throwDisposed,
  order: throwDisposed,
  image: throwDisposed,
  clear: throwDisposed,
  grow: throwDisposed,
  nextSlot: throwDisposed,
  rehash: throwDisposed,
  setLimit: throwDisposed,
  size: throwDisposed,
  newest: throwDisposed,
  oldest: throwDisposed,
  wordOf: throwDisposed,
  find: throwDisposed,
  findString: throwDisposed,
  findNext: throwDisposed,
  get: throwDisposed,
  getString: throwDisposed,
  put: throwDisposed,
  putString: throwDisposed,
  putMissed: throwDisposed,
  insert: throwDisposed,
  take: throwDisposed,
  takeString: throwDisposed,
  remove: throwDisposed,
  evict: throwDisposed,
  touch: throwDisposed,
  untouch: throwDisposed,
  restore: throwDisposed,
  useAges: throwDisposed,
  useWeights: throwDisposed,
  setBudget: throwDisposed,
  total: throwDisposed,
  startOf: throwDisposed,
  ttlOf: throwDisposed,
  weightOf: throwDisposed,
  visit: throwDisposed,
  seek: throwDisposed,
  seekString: throwDisposed,
  write: throwDisposed,
  unwrite: throwDisposed,
  putWith: throwDisposed,
  putStringWith: throwDisposed,
  putMissedWith: throwDisposed,
  insertWith: throwDisposed,
  shed: throwDisposed,
  nextStale: throwDisposed,
  nextDeadline: throwDisposed,
};
