// The passes over caches of JavaScript objects: the loops that are timed.
//
// A process runs one of them only, over caches of one library and keys of one kind, so that what
// V8 knows of its calls is what it would know in a program. Every value that comes back is used:
// its id goes into the checksum, and is compared with the id that was asked for.

import type { Store, Value } from './adapters/store.js';
import type { Keys } from './keys.js';
import type { Outcome } from './oracle.js';
import { inParts } from './parts.js';
import { ACTION_GET, ACTION_SET, type Batch } from './requests.js';
import type { WorkloadName } from './results.js';

/** What a pass came to. */
export interface PassOutcome extends Outcome {
  /** Lookups, which hits are counted of. */
  readonly gets: number;
  /** Not 0 if a value was not that of its key. */
  readonly strangerBits: number;
}

/** A part of a pass over caches that are used in turn; their number is a power of two. */
type Part = (
  stores: readonly Store[],
  keys: Keys,
  batch: Batch,
  from: number,
  to: number,
) => PassOutcome;

const gets: Part = (stores, keys, { ids, idMask }, from, to) => {
  const mask = stores.length - 1;
  let hits = 0;
  let checksum = 0;
  let strangerBits = 0;
  for (let i = from; i < to; i++) {
    const value = (stores[i & mask] as Store).get(keys.at(i));
    if (value !== undefined) {
      hits += 1;
      checksum = (checksum + value.id) | 0;
      strangerBits |= (value.id ^ (ids[i] as number)) & idMask;
    }
  }
  return { gets: to - from, hits, checksum, strangerBits };
};

const readsThrough: Part = (stores, keys, batch, from, to) => {
  const { ids, idMask, tag } = batch;
  const mask = stores.length - 1;
  let hits = 0;
  let checksum = 0;
  let strangerBits = 0;
  for (let i = from; i < to; i++) {
    const store = stores[i & mask] as Store;
    const key = keys.at(i);
    const id = ids[i] as number;
    const value = store.get(key);
    if (value === undefined) {
      store.set(key, { id: id | tag });
    } else {
      hits += 1;
      checksum = (checksum + value.id) | 0;
      strangerBits |= (value.id ^ id) & idMask;
    }
  }
  return { gets: to - from, hits, checksum, strangerBits };
};

const sets: Part = (stores, keys, { ids, tag }, from, to) => {
  const mask = stores.length - 1;
  for (let i = from; i < to; i++) {
    (stores[i & mask] as Store).set(keys.at(i), { id: (ids[i] as number) | tag });
  }
  return { gets: 0, hits: 0, checksum: 0, strangerBits: 0 };
};

const mixes: Part = (stores, keys, batch, from, to) => {
  const { ids, actions, idMask, tag } = batch;
  const mask = stores.length - 1;
  let lookups = 0;
  let hits = 0;
  let checksum = 0;
  let strangerBits = 0;
  for (let i = from; i < to; i++) {
    const store = stores[i & mask] as Store;
    const key = keys.at(i);
    const id = ids[i] as number;
    const action = actions[i];
    if (action === ACTION_GET) {
      lookups += 1;
      const value = store.get(key);
      if (value === undefined) continue;
      hits += 1;
      checksum = (checksum + value.id) | 0;
      strangerBits |= (value.id ^ id) & idMask;
    } else if (action === ACTION_SET) {
      store.set(key, { id: id | tag });
    } else {
      store.delete(key);
    }
  }
  return { gets: lookups, hits, checksum, strangerBits };
};

const parts: Readonly<Record<WorkloadName, Part>> = {
  hit: gets,
  zipf: readsThrough,
  churn: sets,
  mix: mixes,
  replay: readsThrough,
};

/** A pass of a workload. */
export function runPass(
  workload: WorkloadName,
  stores: readonly Store[],
  keys: Keys,
  batch: Batch,
): PassOutcome {
  const part = parts[workload];
  const outcome = { gets: 0, hits: 0, checksum: 0, strangerBits: 0 };
  inParts(batch.ids.length, (from, to) => {
    const { gets, hits, checksum, strangerBits } = part(stores, keys, batch, from, to);
    outcome.gets += gets;
    outcome.hits += hits;
    outcome.checksum = (outcome.checksum + checksum) | 0;
    outcome.strangerBits |= strangerBits;
  });
  return outcome;
}

/** Puts the values under the keys, one in each cache in turn. */
export function fill(
  stores: readonly Store[],
  keys: readonly Parameters<Store['set']>[0][],
  values: readonly Value[],
): void {
  const mask = stores.length - 1;
  for (const [i, key] of keys.entries()) (stores[i & mask] as Store).set(key, values[i] as Value);
}

function build(keys: Keys, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (keys.at(i) as string).length;
  return sum;
}

/** Builds the keys of a pass and does nothing else; the sum of something of each. */
export function buildOnly(keys: Keys, { ids }: Batch): number {
  let sum = 0;
  inParts(ids.length, (from, to) => {
    sum += build(keys, from, to);
  });
  return sum;
}
