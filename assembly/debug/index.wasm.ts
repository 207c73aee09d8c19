// The debug build's interface: the core's, with asserts, and what tests and tools need to look
// inside and to make rare events common. Nothing here is in the release build.

import { capacityOf, hasAges, hasWeights, setClock, Table } from '../slots.js';
import { layOut } from '../storage.js';
import { expectClock, expectTable } from './contract.js';

export * from '../core.js';
export { refuseGrowthAfter } from './fault.js';

/** Lets the clock of an empty table start later. */
export function startClock(table: Table, clock: u32): void {
  expectClock(table, clock);
  setClock(table, clock);
}

/** Lays a table out anew with the same capacity, which moves its block if it can be moved. */
export function relocate(table: Table): bool {
  expectTable(table);
  const capacity = capacityOf(table);
  return capacity > 0 && layOut(table, capacity, hasAges(table), hasWeights(table));
}

/** Traps, as a broken core might. */
export function trap(): void {
  unreachable();
}
