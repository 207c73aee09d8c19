// What an entry costs beside its key and value: linear memory for index and recency order, the
// array of references to keys and values, and the hints that say where numbers were found.
//
// Measured on full and on empty caches, in processes of their own (memory-child.ts), so that
// nothing of the inside of a cache has to be known.

import Table from 'cli-table3';
import { runChild } from './child.js';
import { Failure } from './failure.js';
import type { MemoryJob, MemoryJobResult } from './memory-child.js';
import { grouped, settingNow } from './report.js';
import type { MemoryRow } from './results.js';

/** Most bytes of linear memory that an entry of a full cache may cost. */
export const ENTRY_BYTES_MAX = 24;
/** Most bytes of linear memory that an empty cache may hold, whatever its max. */
const EMPTY_BYTES_MAX = 1024;

/** Capacities measured if the user names none: around a power of two, and by decades. */
export const memoryCapacities = [1000, 1024, 1025, 10_000, 100_000, 1_000_000];

/** What was measured, and whether the targets are met. */
export interface MemoryReport extends ReturnType<typeof settingNow> {
  readonly targets: { readonly linearBytes: number; readonly emptyBytes: number };
  readonly memory: readonly MemoryRow[];
  readonly met: boolean;
}

/** Measures caches of one capacity. Throws `Failure`. */
export async function measureRow(capacity: number, node: string): Promise<MemoryRow> {
  const run = (isFilled: boolean) => {
    const job: MemoryJob = { capacity, isFilled };
    return runChild<MemoryJobResult>({ node, module: 'memory-child.js', job });
  };
  const [full, empty] = [await run(true), await run(false)];
  if ('error' in full) throw new Failure(`memory of ${capacity} entries: ${full.error}`);
  if ('error' in empty) throw new Failure(`memory of an empty cache: ${empty.error}`);
  return { capacity, ...full, emptyBytes: empty.linearBytes };
}

function isMet({ emptyBytes, linearBytes }: MemoryRow): boolean {
  return linearBytes <= ENTRY_BYTES_MAX && emptyBytes <= EMPTY_BYTES_MAX;
}

/** Measures caches of these capacities. Throws `Failure`. */
export async function measureMemory(
  capacities: readonly number[],
  node: string,
): Promise<MemoryReport> {
  const memory: MemoryRow[] = [];
  for (const capacity of capacities) memory.push(await measureRow(capacity, node));
  return {
    ...settingNow(process.version),
    targets: { linearBytes: ENTRY_BYTES_MAX, emptyBytes: EMPTY_BYTES_MAX },
    memory,
    met: memory.every(isMet),
  };
}

/** The table, and how to read it. */
export function showMemory({ memory, targets, met }: MemoryReport): string {
  const table = new Table({
    head: ['entries', 'linear, an entry', 'heap, an entry', 'hints, an entry', 'empty', 'targets'],
    colAligns: ['right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const row of memory) {
    table.push([
      grouped(row.capacity),
      `${row.linearBytes.toFixed(1)} B`,
      `${row.heapBytes.toFixed(1)} B`,
      `${row.hintBytes.toFixed(1)} B`,
      `${grouped(Math.ceil(row.emptyBytes))} B`,
      isMet(row) ? 'met' : 'MISSED',
    ]);
  }
  return `${table.toString()}

Full caches with int keys. Linear memory is index and recency order. The heap is the array of
references to key and value, two of 8 bytes an entry, with what it keeps in reserve to grow, and the
object of the cache. Hints say where numbers were found, and are there once numbers are hit. Keys
and values themselves come on top: these are ints, which take no more.
Targets: at most ${targets.linearBytes} bytes of linear memory an entry, and at most \
${grouped(targets.emptyBytes)} for an empty cache, whatever its max: ${met ? 'met' : 'MISSED'}.
`;
}
