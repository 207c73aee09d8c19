// Engines with a known seed, and caches that count what collisions cost them.

import { readFileSync } from 'node:fs';
import { CHAIN_SLOT, NIL, SLOT_CHAIN } from '../assembly/layout.js';
import { SEED_KNOWN as SEED } from '../bench/hostile-keys.js';
import type { Engine, TableImage } from '../src/engine/engine.js';
import { SharedEngine } from '../src/engine/lifetime.js';
import { compileCore, createWasmEngine } from '../src/engine/wasm.js';
import { createPureEngine } from '../src/engine-pure.js';
import { hashString } from '../src/hash.js';
import { entriesOf, LRUCache } from '../src/lru.js';

const core = compileCore(
  new Uint8Array(readFileSync(new URL('../build/core.wasm', import.meta.url))),
);
/** Engines whose seed is known, on which hashes collide at will. */
export const engines: readonly [name: string, open: () => Engine][] = [
  ['wasm', () => createWasmEngine(core, { seed: SEED })],
  [
    'wasm that hashes in JavaScript',
    () => {
      const hash = (text: string, seed: number) => hashString(text, seed, SEED);
      return createWasmEngine(core, { seed: SEED, hashString: hash });
    },
  ],
  ['pure', () => createPureEngine({ seed: SEED })],
];

/** Entries in the fullest bucket of a table. */
export function longestChain(image: TableImage): number {
  let longest = 0;
  for (const head of image.heads) {
    let length = 0;
    for (let slot = head; slot !== NIL; length++) {
      slot = (image.slots[slot * 4 + SLOT_CHAIN / 4] as number) & CHAIN_SLOT;
    }
    longest = Math.max(longest, length);
  }
  return longest;
}

/** A cache whose engine counts what collisions cost. */
export function openCounting(engine: Engine, max: number, options: object = {}, refuses = false) {
  const count = { detours: 0, rehashes: 0, growths: 0 };
  const findNext: Engine['findNext'] = (table, slot) => {
    count.detours += 1;
    return engine.findNext(table, slot);
  };
  const rehash: Engine['rehash'] = (table, words, multiplier) => {
    count.rehashes += 1;
    return refuses && words !== undefined ? 0 : engine.rehash(table, words, multiplier);
  };
  const grow: Engine['grow'] = (table) => {
    count.growths += 1;
    return engine.grow(table);
  };
  const shared = new SharedEngine({ ...engine, findNext, rehash, grow });
  const cache = new LRUCache<unknown, number>({ max, ...options, engine: shared as never });
  return { cache, count, image: () => engine.image(entriesOf(cache).table) };
}
