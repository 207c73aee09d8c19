// The WebAssembly core of numbers: the interface of both engines, and what only a core with a
// linear memory of its own has to offer, many keys at once.

import { open as openCore } from '../core.js';
import { expectBatch } from '../debug/contract.js';
import { ELSEWHERE, NIL, NO_ROOM, NUMBERS_BUCKET_LOAD, OUTCOME_MASK } from '../layout.js';
import { touch } from '../order.js';
import {
  batchValueAt,
  batchWordAt,
  setBatchValueAt,
  Table,
  weightOf,
  weightsOf,
} from '../slots.js';
import { setBucketLoad } from '../storage.js';
import { put } from './index.js';

export { bytesInUse, findMany, reindex, reserve } from '../core.js';
export * from './index.js';

/** Prepares the instance. Must be called once, before anything else. */
export function open(): void {
  openCore();
  setBucketLoad(NUMBERS_BUCKET_LOAD);
}

/**
 * As `get`, of the keys of the batch from `first` up to `count`, for which `findMany` was called:
 * puts the value of each into the batch, up to one that the wrapper's Map may have. Returns the
 * number of that one, or `count`, and how many were found: `number << 16 | found`.
 */
export function useMany(table: Table, first: u32, count: u32, missing: f64): u32 {
  expectBatch(table, count);
  let found: u32 = 0;
  for (let i = first; i < count; i++) {
    const slot = batchWordAt(i);
    if (slot == ELSEWHERE) return (i << 16) | found;
    if (slot != NIL) {
      touch(table, slot);
      setBatchValueAt(i, weightOf(weightsOf(table), slot));
      found++;
    } else {
      setBatchValueAt(i, missing);
    }
  }
  return (count << 16) | found;
}

/**
 * As `put`, of the first `count` keys of the batch, in a table without MAPPED entries; returns the
 * number of the first one that was not put, of which the wrapper takes care, or `count`.
 */
export function putMany(table: Table, count: u32): u32 {
  expectBatch(table, count);
  for (let i: u32 = 0; i < count; i++) {
    const code = put(table, batchWordAt(i), batchValueAt(i));
    if ((code & OUTCOME_MASK) >= NO_ROOM) return i;
  }
  return count;
}
