// Ten million keys of each family that is made to collide: that each is found, and what it costs,
// counted and not timed.
//
// The index bounds a search by eight buckets, or a chain of sixteen, and refuses what is beyond;
// the Map of the cache finds those keys. test/unit/crowding.test.ts does this with 2^17 of them.

import { readFileSync } from 'node:fs';
import {
  MAPPED,
  RECORD_BYTES,
  SLOT_FIRST,
  TABLE_FRESH,
  TABLE_RECORDS,
} from '../../assembly/layout.js';
import { hostileFamilies } from '../../bench/hostile-keys.js';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import { type Lease, TableHost } from '../../src/engine/lifetime.js';
import { compileCore, createWasmEngine, type WasmEngine } from '../../src/engine/wasm.js';
import { figure, note } from '../../test/support/figures.js';

const COUNT = 1e7;

const core = compileCore(new Uint8Array(readFileSync('build/core.wasm')));
const memories = new WeakMap<object, WebAssembly.Memory>();

function open(): WasmEngine {
  const wasm = createWasmEngine(core);
  memories.set(wasm.engine, wasm.core.memory);
  return wasm;
}

/** Entries that the index refused, read in place: an image of so large a table is a copy. */
function countMapped({ engine, table }: Lease): number {
  const { buffer } = memories.get(engine) as WebAssembly.Memory;
  const view = new DataView(buffer, (table as unknown as number) >>> 0);
  const fresh = view.getUint32(TABLE_FRESH, true);
  const words = fresh * (RECORD_BYTES / 4);
  const records = new Int32Array(buffer, view.getUint32(TABLE_RECORDS, true), words);
  let mapped = 0;
  for (let slot = SLOT_FIRST; slot < fresh; slot++) {
    mapped += (records[slot * 2 + 1] as number) & MAPPED;
  }
  return mapped;
}

/** Puts the keys of a family into a cache; returns how many are mapped. Throws if one is lost. */
function run(name: string, keyAt: (i: number) => number | string) {
  const host = new TableHost(open);
  host.prepare();
  // The constructor takes an engine object, too; that is not in its public type.
  const cache = new LRUCache<unknown, number>({ max: COUNT, engine: host as never });
  for (let i = 0; i < COUNT; i++) cache.set(keyAt(i), i);
  const mapped = countMapped(entriesOf(cache).lease);
  // Ints wrap, so that some come again; NaN is one key however it is made.
  for (let i = COUNT - 1000; i < COUNT; i++) {
    const key = keyAt(i);
    const isLost = !Number.isNaN(key) && cache.peek(key) !== i;
    if (isLost) throw new Error(`${name}: key ${i} is lost`);
  }
  const { size } = cache;
  cache[Symbol.dispose]();
  return { mapped, size };
}

let most = 0;
for (const { name, keyAt } of hostileFamilies) {
  const { mapped, size } = run(name, keyAt);
  console.log(`${name}: ${size} keys, ${mapped} of them in the Map`);
  figure('hostile keys', size);
  most = Math.max(most, mapped);
}
note(`keys of a family that the Map had to find: ${most} at most`);
