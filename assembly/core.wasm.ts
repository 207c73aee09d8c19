// The WebAssembly core: the interface of both engines, and what only a core with a linear memory
// of its own has to offer.

import { bytesInUse as bytesInUseOfArena, openArena } from './arena.js';
import { find, glance } from './buckets.js';
import { expectBare, expectBatch, expectClosed, expectTable } from './debug/contract.js';
import { BATCH_AHEAD } from './layout.js';
import { batchWordAt, setBatchWordAt, Table } from './slots.js';
import { layOut } from './storage.js';
import { reindex as reindexTable } from './table.js';

export * from './index.js';

/** Prepares the instance. Must be called once, before anything else. */
export function open(): void {
  expectClosed();
  openArena();
}

/** Bytes of the blocks in use, of all tables. */
export function bytesInUse(): u32 {
  return bytesInUseOfArena();
}

/**
 * Gives an empty table the storage of one with this capacity and these columns, which the wrapper
 * copies into it from another instance; then it calls `reindex`. False if memory is refused.
 */
export function reserve(table: Table, capacity: u32, isAged: bool, isWeighed: bool): bool {
  expectBare(table, capacity, isAged, isWeighed);
  return layOut(table, capacity, isAged, isWeighed);
}

/** Makes the index of a table anew from its records. */
export function reindex(table: Table): void {
  expectTable(table);
  reindexTable(table);
}

/**
 * As `find`, of the first `count` words of the batch: its slot replaces each. What a search reads
 * first is read so many searches before, so that the host waits for the memory of many at once. The
 * result means nothing; without it, the compiler would leave those reads out.
 */
export function findMany(table: Table, count: u32): u32 {
  expectBatch(table, count);
  let seen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    // Beyond the batch, whatever stands there: a word like any other.
    seen = glance(table, batchWordAt(i + BATCH_AHEAD), seen);
    setBatchWordAt(i, find(table, batchWordAt(i)));
  }
  return seen;
}
