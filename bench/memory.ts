// What an entry costs: bytes of index and recency order, measured on full and on empty caches.
//
// Every cache measured gets an instance of the core of its own, so that what the instance holds
// is that cache's doing. Keys and values are not counted: they stay in a JavaScript array, at two
// references an entry, whatever the index is made of.

import Table from 'cli-table3';
import { coreHex } from '../src/core.generated.js';
import { compileCore, createWasmEngine } from '../src/engine/wasm.js';
import { SharedEngine } from '../src/engine/lifetime.js';
import { entriesOf, LRUCache } from '../src/lru.js';
import type { EngineKind } from '../src/types.js';
import { grouped, settingNow } from './report.js';

/** Most bytes an entry of a full cache may cost. */
const ENTRY_BYTES_MAX = 24;
/** Most bytes an empty cache may hold, whatever its max. */
const EMPTY_BYTES_MAX = 1024;

/** Capacities measured if the user names none: around a power of two, and by decades. */
export const memoryCapacities = [1000, 1024, 1025, 10_000, 100_000, 1_000_000];

interface MemoryRow {
  readonly capacity: number;
  /** Bytes the cache holds before its first entry. */
  readonly emptyBytes: number;
  /** Bytes it holds with `capacity` entries, per entry. */
  readonly bytesPerEntry: number;
  /** The instance's whole linear memory then, used and free, per entry. */
  readonly memoryBytesPerEntry: number;
  readonly met: boolean;
}

/** What was measured, and whether the targets are met. */
export interface MemoryReport extends ReturnType<typeof settingNow> {
  readonly targets: { readonly bytesPerEntry: number; readonly emptyBytes: number };
  readonly memory: readonly MemoryRow[];
  readonly met: boolean;
}

function measureRow(core: WebAssembly.Module, capacity: number): MemoryRow {
  const shared = new SharedEngine(createWasmEngine(core));
  // An engine object is accepted where its name is, for tests and for this.
  const cache = new LRUCache<number, number>({
    max: capacity,
    engine: shared as unknown as EngineKind,
  });
  const { engine, table } = entriesOf(cache);
  const emptyBytes = engine.bytesHeld(table);
  for (let key = 0; key < capacity; key++) cache.set(key, key);
  const bytesPerEntry = engine.bytesHeld(table) / cache.size;
  return {
    capacity,
    emptyBytes,
    bytesPerEntry,
    memoryBytesPerEntry: engine.memoryBytes() / cache.size,
    met: bytesPerEntry <= ENTRY_BYTES_MAX && emptyBytes <= EMPTY_BYTES_MAX,
  };
}

/** Measures caches of these capacities. */
export function measureMemory(capacities: readonly number[]): MemoryReport {
  const core = compileCore(new Uint8Array(Buffer.from(coreHex, 'hex')));
  const memory = capacities.map((capacity) => measureRow(core, capacity));
  return {
    ...settingNow(process.version),
    targets: { bytesPerEntry: ENTRY_BYTES_MAX, emptyBytes: EMPTY_BYTES_MAX },
    memory,
    met: memory.every((row) => row.met),
  };
}

/** The table, and how to read it. */
export function showMemory(report: MemoryReport): string {
  const table = new Table({
    head: ['entries', 'empty cache', 'bytes an entry', 'whole instance, an entry', 'targets'],
    colAligns: ['right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const row of report.memory) {
    table.push([
      grouped(row.capacity),
      `${grouped(row.emptyBytes)} B`,
      `${row.bytesPerEntry.toFixed(2)} B`,
      `${row.memoryBytesPerEntry.toFixed(2)} B`,
      row.met ? 'met' : 'MISSED',
    ]);
  }
  const { bytesPerEntry, emptyBytes } = report.targets;
  return `${table.toString()}

Index and recency order of full caches with int keys: the cache's own blocks, and the whole linear
memory of an instance that has no other cache. Keys and values are JavaScript's and not counted.
Targets: at most ${bytesPerEntry} bytes an entry, and ${grouped(emptyBytes)} bytes for an empty \
cache, whatever its max: ${report.met ? 'met' : 'MISSED'}.
`;
}
