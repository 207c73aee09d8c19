// The debug build's interface: the core's, guarded, and what tests and tools need to look inside
// and to make rare events common. Nothing here is in the release build.

import { expectEmpty, expectTable } from './contract';
import { CAPACITY_MAX, NIL } from './layout';
import { capacityOf, freeOf, setMultiplier, setPatience } from './slots';
import { resizeTo } from './table';

export { refuseGrowthAfter } from './fault';
export * from './guard';
export { validateArena, validateTable } from './validate';

/** Sends every word of an empty table to one bucket, and lets it. */
export function collide(table: usize): void {
  expectEmpty(table);
  setMultiplier(table, 0);
  setPatience(table, CAPACITY_MAX + 1);
}

/** Moves a table to other blocks of the same capacity, if none of its slots is free. */
export function relocate(table: usize): bool {
  expectTable(table);
  const capacity = capacityOf(table);
  return capacity > 0 && freeOf(table) == NIL && resizeTo(table, capacity);
}

/** Traps, as a broken core might. */
export function trap(): void {
  unreachable();
}
