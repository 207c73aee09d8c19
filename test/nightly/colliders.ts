// Ten million keys of each family that is made to collide: what they cost, counted and not timed.
//
// test/gears.test.ts does this with 2^17 of them, and looks closer. The engine has the seed that
// the families know. A chain may be as long as the patience of a table at its last rehash.

import { readFileSync } from 'node:fs';
import { CHAIN_SLOT, NIL, SLOT_CHAIN } from '../../assembly/layout.js';
import { hostileFamilies, SEED_KNOWN } from '../../bench/hostile-keys.js';
import type { Engine, TableImage } from '../../src/engine/engine.js';
import { SharedEngine } from '../../src/engine/lifetime.js';
import { compileCore, createWasmEngine } from '../../src/engine/wasm.js';
import { entriesOf, LRUCache } from '../../src/lru.js';
import { figure, note } from '../figures.js';

const COUNT = 1e7;
const CHAIN_MAX = 64;
const REHASHES_MAX = 8;

const core = compileCore(new Uint8Array(readFileSync('build/core.wasm')));

function longestChain({ heads, slots }: TableImage): number {
  let longest = 0;
  for (const head of heads) {
    let length = 0;
    for (let slot = head; slot !== NIL && length <= COUNT; length++) {
      slot = (slots[slot * 4 + SLOT_CHAIN / 4] as number) & CHAIN_SLOT;
    }
    longest = Math.max(longest, length);
  }
  return longest;
}

/** Puts the keys of a family into a cache; returns the cost, or throws if it is high. */
function run(name: string, keyAt: (i: number) => number | string) {
  const engine = createWasmEngine(core, { seed: SEED_KNOWN });
  let rehashes = 0;
  const rehash: Engine['rehash'] = (table, words, multiplier) => {
    rehashes += 1;
    return engine.rehash(table, words, multiplier);
  };
  const shared = new SharedEngine({ ...engine, rehash });
  // The constructor takes an engine object, too; that is not in its public type.
  const cache = new LRUCache<unknown, number>({ max: COUNT, engine: shared as never });
  for (let i = 0; i < COUNT; i++) cache.set(keyAt(i), i);
  const entries = entriesOf(cache);
  const chain = longestChain(entries.engine.image(entries.table));
  if (rehashes > REHASHES_MAX) throw new Error(`${name}: ${rehashes} rehashes`);
  if (chain > CHAIN_MAX) throw new Error(`${name}: a chain of ${chain}`);
  // Ints wrap, so that some come again; NaN is one key however it is made.
  for (let i = COUNT - 1000; i < COUNT; i++) {
    const key = keyAt(i);
    const isLost = !Number.isNaN(key) && cache.peek(key) !== i;
    if (isLost) throw new Error(`${name}: key ${i} is lost`);
  }
  const { size } = cache;
  cache[Symbol.dispose]();
  return { rehashes, chain, size };
}

let worst = { rehashes: 0, chain: 0 };
for (const { name, keyAt } of hostileFamilies) {
  const { rehashes, chain, size } = run(name, keyAt);
  console.log(`${name}: ${size} keys, ${rehashes} rehashes, longest chain ${chain}`);
  figure('hostile keys', size);
  worst = {
    rehashes: Math.max(worst.rehashes, rehashes),
    chain: Math.max(worst.chain, chain),
  };
}
note(`rehashes of a family: ${worst.rehashes} at most; longest chain: ${worst.chain}`);
