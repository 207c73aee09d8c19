// Storage: the typed arrays that hold a table.
//
// `layOut` replaces all arrays by longer ones, or none: a refusal of memory is a return value
// (false), and the old arrays stay.
//
// Part of the JavaScript engine only; storage.wasm.ts is the WebAssembly core's.

import { BIN_SLOTS_LOG2, RECORD_BYTES, SLOT_FIRST } from './layout.js';
import { hasAges, hasWeights, noColumn, noWords, setRefused, Table } from './slots.js';
import { reindex, resetEntries } from './table.js';

/**
 * Called before the arrays of a table are allocated; throws what a host throws when it refuses
 * memory.
 */
let grant: () => void = () => {};

/** Replaces what grants memory, for tests. */
export function setGrant(replacement: () => void): void {
  grant = replacement;
}

/** log2 of the number of chains: two at least, short of the capacity by a sixteenth at most. */
export function chainsLog2For(capacity: number): number {
  return 32 - Math.clz32((capacity - (capacity >>> 4) - 1) | 1);
}

/** The arrays of a table that has room for `capacity` entries. Throws if memory is refused. */
function arraysFor(capacity: number, isAged: boolean, isWeighed: boolean) {
  const slots = capacity + SLOT_FIRST;
  const binCount = (capacity >>> BIN_SLOTS_LOG2) + 1;
  return {
    records: new Int32Array(slots * (RECORD_BYTES >> 2)),
    heads: new Int32Array(1 << chainsLog2For(capacity)),
    links: new Int32Array(slots),
    queue: new Int32Array(capacity),
    bins: new Int32Array(binCount + 1),
    binCount,
    ages: isAged ? new Float64Array(slots * 2) : noColumn(),
    weights: isWeighed ? new Float64Array(slots) : noColumn(),
  };
}

/** Gives a table storage for `capacity` entries, no fewer than before; false if refused. */
export function layOut(
  table: Table,
  capacity: number,
  isAged: boolean,
  isWeighed: boolean,
): boolean {
  let arrays: ReturnType<typeof arraysFor>;
  try {
    grant();
    arrays = arraysFor(capacity, isAged, isWeighed);
  } catch {
    return false;
  }
  arrays.records.set(table.records);
  arrays.ages.set(table.ages);
  arrays.weights.set(table.weights);
  table.records = arrays.records;
  table.heads = arrays.heads;
  table.links = arrays.links;
  table.queue = arrays.queue;
  table.bins = arrays.bins;
  table.binCount = arrays.binCount;
  table.ages = arrays.ages;
  table.weights = arrays.weights;
  table.isAged = isAged;
  table.isWeighed = isWeighed;
  table.headShift = 32 - chainsLog2For(capacity);
  table.capacity = capacity;
  reindex(table);
  return true;
}

/** Puts ages in use, none of which is ever stale yet; false if memory is refused. */
export function useAges(table: Table): boolean {
  setRefused(table, 0);
  if (hasAges(table)) return true;
  if (table.capacity > 0) return layOut(table, table.capacity, true, hasWeights(table));
  table.isAged = true;
  return true;
}

/** Puts weights in use, all 0 yet; false if memory is refused. */
export function useWeights(table: Table): boolean {
  setRefused(table, 0);
  if (hasWeights(table)) return true;
  if (table.capacity > 0) return layOut(table, table.capacity, hasAges(table), true);
  table.isWeighed = true;
  return true;
}

/** A new table that evicts at `limit` entries. */
export function createTable(limit: number): Table {
  return new Table(limit);
}

/** Removes every entry and drops the arrays. */
export function clear(table: Table): void {
  table.records = noWords();
  table.heads = noWords();
  table.links = noWords();
  table.headShift = 31;
  table.asked = undefined;
  table.queue = noWords();
  table.bins = noWords();
  table.binCount = 1;
  table.ages = noColumn();
  table.weights = noColumn();
  table.capacity = 0;
  resetEntries(table);
}

/** As `clear`; the collector does the rest. */
export function destroyTable(table: Table): void {
  clear(table);
}

/** Bytes of the arrays of a table. */
export function bytesHeld(table: Table): number {
  if (table.capacity === 0) return 0;
  const { records, heads, links, queue, bins, ages, weights } = table;
  let bytes = 0;
  for (const { byteLength } of [records, heads, links, queue, bins, ages, weights]) {
    bytes += byteLength;
  }
  return bytes;
}
