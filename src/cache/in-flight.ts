// The loads in flight, as far as operations on entries have to know of them (loads/ has them).
//
// A load of a key is not an entry. But a set or delete of its key takes it out and aborts it, and a
// get or peek tells whether there is one. It is found by the id of its key (keys.ts).

import type { LRUCacheErrorCode } from '../common/errors.js';

/** One load. */
export interface LoadInFlight<K> {
  /** What its key is found by. */
  readonly id: K;
  /** When it began, if loads are timed or it has a ttl. */
  readonly startedAt: number;
  /** The ttl that was asked for when it began; 0 means that it has no age. */
  readonly ttl: number;
  /** Tells the loader and all that wait that the load is not wanted any more. */
  abort(code: LRUCacheErrorCode, message: string): void;
}

/** The loads of one cache. */
export interface LoadsInFlight<K> {
  /** Whether a key is being loaded. */
  has(id: K): boolean;
  /** The load of a key. */
  get(id: K): LoadInFlight<K> | undefined;
  /** Whether a key is being loaded, for longer than the ttl that the load was begun with. */
  isStale(id: K): boolean;
  /** Takes the load of a key out; the caller aborts it when its operation is complete. */
  take(id: K): LoadInFlight<K> | undefined;
  /** Takes every load out. */
  takeAll(): LoadInFlight<K>[];
  /** Undoes `take`, for an operation that was refused. */
  putBack(load: LoadInFlight<K>): void;
}
