// The WebAssembly core: the interface of both engines, and what only a core with a linear memory
// of its own has to offer.

import { bytesInUse as bytesInUseOfArena, openArena } from './arena.js';
import { find } from './buckets.js';
import { expectBare, expectClosed, expectLive, expectTable } from './debug/contract.js';
import { NIL } from './layout.js';
import { touch } from './order.js';
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

/**
 * As `find`, of the first `count` words of the batch, which the slots replace. The searches do not
 * wait for one another, so that a host waits for the memory of many at once.
 */
export function findMany(table: Table, count: u32): void {
  expectTable(table);
  for (let i: u32 = 0; i < count; i++) setBatchWordAt(i, find(table, batchWordAt(i)));
}

/** As `touch`, of the first `count` slots of the batch, in turn; NIL is passed over. */
export function touchMany(table: Table, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const slot = batchWordAt(i);
    if (slot == NIL) continue;
    expectLive(table, slot);
    touch(table, slot);
  }
}

/** Makes the index of a table anew from its records. */
export function reindex(table: Table): void {
  expectTable(table);
  reindexTable(table);
}
