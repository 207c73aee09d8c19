// The engine of a disposed cache: every function throws DISPOSED.
//
// A cache gets it in place of its own when it is disposed, so that no operation of a living cache
// has to test whether it still lives.

import type { Engine } from './engine.js';
import { LRUCacheTypeError } from './errors.js';

const refuse = (): never => {
  throw new LRUCacheTypeError('DISPOSED', 'This cache was disposed of and cannot be used any more');
};

/** The one disposed engine. */
export const disposedEngine: Engine = {
  kind: 'pure',
  jsString: false,
  hashFloat: refuse,
  createTable: refuse,
  destroyTable: refuse,
  bytesHeld: refuse,
  memoryBytes: refuse,
  order: refuse,
  image: refuse,
  clear: refuse,
  grow: refuse,
  setLimit: refuse,
  size: refuse,
  newest: refuse,
  oldest: refuse,
  wordOf: refuse,
  find: refuse,
  findString: refuse,
  findNext: refuse,
  get: refuse,
  getString: refuse,
  put: refuse,
  putString: refuse,
  putMissed: refuse,
  insert: refuse,
  take: refuse,
  takeString: refuse,
  remove: refuse,
  evict: refuse,
  touch: refuse,
  untouch: refuse,
  restore: refuse,
};
