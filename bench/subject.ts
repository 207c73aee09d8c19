// What a process measures: caches of one library, made, filled, driven and looked into.

import type { CreateStore, Store, Value } from './adapters/store.js';
import { Failure } from './failure.js';
import type { Keys } from './keys.js';
import { fill, type PassOutcome, runPass } from './passes.js';
import type { Requests } from './requests.js';
import type { Cell } from './results.js';

/** As long as no run takes: with it, entries are those of a cache without. */
const TTL_MS = 24 * 3_600_000;

/** Caches that can be filled, driven and looked into. */
export interface Subject {
  /** Makes new, empty caches. */
  renew(): void;
  /** Puts the values under the keys, one in each cache in turn. */
  fill(): void;
  /** Lets go of what the caches were filled with, so that only they hold it. */
  forget(): void;
  /** Prepares the pass that was drawn; not timed. */
  load(): void;
  /** Runs it; timed. */
  run(): PassOutcome;
  /** Entries held, over all caches; undefined if the caches cannot tell. */
  entries(): number | undefined;
  /** Throws `Failure` unless the caches hold this key with its value; a lookup. */
  mustHold(id: number): void;
}

/** What the caches of a cell are filled with, made beforehand. */
interface Filling {
  readonly keys: readonly Parameters<Store['set']>[0][];
  readonly values: readonly Value[];
}

/** Caches of a library. */
export function createStoreSubject(
  cell: Cell,
  create: CreateStore,
  keys: Keys,
  requests: Requests,
  isCounted: boolean,
): Subject {
  const { batch } = requests;
  const ttlMs = cell.ttl === true ? TTL_MS : undefined;
  let filling: Filling = {
    keys: Array.from(requests.fill, (id) => keys.keyOf(id)),
    values: Array.from(requests.fill, (id) => ({ id })),
  };
  let stores: Store[] = [];
  const storeOf = (id: number): Store => stores[requests.cacheOf(id)] as Store;

  const countEntries = (): number => {
    let count = 0;
    for (const id of requests.candidates()) {
      if (storeOf(id).has?.(keys.keyOf(id))) count += 1;
    }
    return count;
  };

  return {
    renew: () => {
      stores = Array.from({ length: cell.caches }, () =>
        create(cell.size / cell.caches, cell.keys, ttlMs),
      );
    },
    fill: () => fill(stores, filling.keys, filling.values),
    forget: () => {
      filling = { keys: [], values: [] };
    },
    load: () => keys.load(batch.ids),
    run: () => runPass(cell.workload, stores, keys, batch),
    entries: () => {
      if (isCounted) return countEntries();
      let sum = 0;
      for (const { size } of stores) sum += size ?? Number.NaN;
      return Number.isNaN(sum) ? undefined : sum;
    },
    mustHold: (id) => {
      const value = storeOf(id).get(keys.keyOf(id));
      if (value === undefined) throw new Failure('a key that was set last is not there');
      if ((value.id & batch.idMask) !== id) throw new Failure('a key has the value of another');
    },
  };
}
