// Loads of a shared cache: one for each key over all threads, as far as that can be had.
//
// SL1  A load is recorded in the shard of its key, under its lock, by the look that found no entry.
//      So of all threads that look at once, one loads.
// SL2  Whoever stores, deletes or clears the key ends the load: its result goes to those who asked
//      for it, but is not stored, or it would bring back what is outdated. Who renews an entry
//      waits for a load as if there were no entry: if the load has failed, the entry that is there
//      is the outdated one, and its number tells.
// SL3  In one thread, all who ask for a key have the same promise, and the same error. An error
//      does not pass to another thread: that one loads by itself.
// SL4  Another thread looks again after a pause that grows with the time it has waited, until the
//      load has ended. After `loadWaitMs`, it takes the load over. A thread that has died cannot
//      say so, and a thread that is blocked or whose loader hangs will not: nobody waits for either
//      without end.
// SL5  A load that is taken over does not end: of all threads that have owned it, the first that
//      has a result stores it, so a loader that is slower than `loadWaitMs` still fills the cache.
//      Only the last owner ends it without a result. Who waits begins to wait anew when the owner
//      changes: so one load is begun in `loadWaitMs`, and one in each thread.

import { FOUND } from '../../assembly/bytes/layout.js';
import { CLAIMED, IN_FLIGHT, RENEWS_ALL, RENEWS_NONE } from '../../assembly/shared/layout.js';
import type { LoadRecord } from './access.js';

const PAUSE_MAX_MS = 16;

/** What loads need of the cache. */
export interface LoadingCache<V> {
  /**
   * Looks, and claims the load if there is no entry, or an outdated one; also one that is in
   * flight, if it is the one which is late. The first look for a caller is counted.
   */
  look(isFirst: boolean, late: LoadRecord | undefined, renews: number): Look<V>;
  /** Stores the result of a load. */
  store(value: V, record: LoadRecord): void;
  /** Ends a load without a result. */
  settle(record: LoadRecord): void;
}

/** What a look has found. */
export interface Look<V> {
  readonly code: number;
  readonly value: V | undefined;
  readonly record: LoadRecord;
  /** Which entry is still outdated when the load that is in flight has ended. */
  readonly renewed: number;
}

interface Flight<V> {
  readonly key: string;
  readonly ended: number;
  readonly promise: Promise<V>;
}

function isSame(a: LoadRecord, b: LoadRecord): boolean {
  return a.load === b.load && a.ended === b.ended && a.owner === b.owner;
}

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** The loads of one thread. */
export class SharedLoads<V> {
  readonly #waitMs: number;
  /** Those of this thread, by their records. */
  readonly #flights = new Map<number, Flight<V>>();

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /**
   * The value of a key, from the cache unless that is to be renewed, from a load in flight, or from
   * a load of its own.
   */
  async get(
    key: string,
    cache: LoadingCache<V>,
    load: () => V | Promise<V>,
    isForced: boolean,
  ): Promise<V> {
    let renews = isForced ? RENEWS_ALL : RENEWS_NONE;
    let look = cache.look(true, undefined, renews);
    for (let waited = 0; look.code === IN_FLIGHT; ) {
      const { record } = look;
      const flight = this.#flights.get(record.load);
      if (flight !== undefined && flight.ended === record.ended) {
        if (flight.key === key) return flight.promise;
        // Another key of the same word.
        return load();
      }
      if (renews === RENEWS_ALL) renews = look.renewed;
      const ms = Math.min(Math.max(1, waited / 8), PAUSE_MAX_MS);
      await pause(ms);
      waited += ms;
      const late = waited >= this.#waitMs ? record : undefined;
      look = cache.look(false, late, renews);
      if (!isSame(look.record, record)) waited = 0;
    }
    if (look.code === CLAIMED) return this.#begin(key, look.record, cache, load);
    if (look.code === FOUND) return look.value as V;
    // Too many loads are in flight, or the shard cannot be had: the result is not stored.
    return load();
  }

  #begin(
    key: string,
    record: LoadRecord,
    cache: LoadingCache<V>,
    load: () => V | Promise<V>,
  ): Promise<V> {
    const run = async () => {
      try {
        const value = await load();
        cache.store(value, record);
        return value;
      } catch (error) {
        cache.settle(record);
        throw error;
      } finally {
        if (this.#flights.get(record.load)?.ended === record.ended) {
          this.#flights.delete(record.load);
        }
      }
    };
    // The loader runs when the flight can be found.
    const promise = Promise.resolve().then(run);
    this.#flights.set(record.load, { key, ended: record.ended, promise });
    return promise;
  }
}
