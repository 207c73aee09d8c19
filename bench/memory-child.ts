// What caches of ints hold, in a process of its own: seen from outside, by what the process grows.
//
// Linear memory is counted in `external`, typed arrays in `arrayBuffers`, and references to
// keys and values in `heapUsed`. Keys and values themselves take nothing: they are small ints.
//
// There are so many caches that pages of 64 KiB, and what a process needs once, hardly count.

import type { LRUCache } from '../src/index.js';
import { Failure } from './failure.js';
import { importOwn } from './packages.js';

const own = await importOwn('index');

/** What to measure: caches of `capacity` entries, filled or empty. */
export interface MemoryJob {
  readonly capacity: number;
  readonly isFilled: boolean;
}

/** What came out, in bytes: per entry if the caches are filled, else per cache. */
export type MemoryJobResult =
  | { readonly linearBytes: number; readonly heapBytes: number; readonly hintBytes: number }
  | { readonly error: string };

/** Entries over all filled caches, at least. */
const ENTRIES = 500_000;
/** As many as there may be at once over one memory. */
const EMPTY_CACHES = 4000;

function makeCache(max: number): LRUCache<number, number> {
  const cache = new own.LRUCache<number, number>({ max });
  if (cache.engine !== 'wasm') throw new Failure(`a cache got the ${cache.engine} engine`);
  return cache;
}

function usage(): NodeJS.MemoryUsage {
  // What a first collection frees may let go of more.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}

function measure({ capacity, isFilled }: MemoryJob): MemoryJobResult {
  // So that the engine is there, with nothing in it: a large cache may be alone.
  const first = makeCache(1).set(0, 0);
  first[Symbol.dispose]();
  const count = isFilled ? Math.ceil(ENTRIES / capacity) : EMPTY_CACHES;
  const caches = new Array<LRUCache<number, number>>(count).fill(first);
  const before = usage();
  for (let i = 0; i < count; i++) {
    const cache = makeCache(capacity);
    if (isFilled) for (let key = 0; key < capacity; key++) cache.set(key, 0);
    caches[i] = cache;
  }
  const after = usage();
  if (isFilled) for (const cache of caches) for (let key = 0; key < capacity; key++) cache.get(key);
  const hit = usage();
  const held = caches.reduce((sum, { size }) => sum + size, 0);
  if (held !== (isFilled ? count * capacity : 0)) throw new Failure(`${held} entries are held`);
  const shares = isFilled ? held : count;
  return {
    linearBytes: (after.external - before.external) / shares,
    heapBytes: (after.heapUsed - before.heapUsed) / shares,
    hintBytes: (hit.arrayBuffers - after.arrayBuffers) / shares,
  };
}

function main(): MemoryJobResult {
  try {
    return measure(JSON.parse(process.argv[2] ?? '') as MemoryJob);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(main()));
