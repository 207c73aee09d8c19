// The structure: determined by the operations and the seed, on every engine alike.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME_BITS } from '../assembly/layout.js';
import type { TableImage } from '../src/engine/engine.js';
import { SharedEngine } from '../src/engine/lifetime.js';
import { compileCore, createWasmEngine } from '../src/engine/wasm.js';
import { createPureEngine } from '../src/engine-pure.js';
import { entriesOf, type LRUCache } from '../src/lru.js';
import { openCache, plainCases, type TestEngine } from './support.js';
import { expectValid } from './validate.js';

const SEED = 20260103;

const releaseBytes = new Uint8Array(readFileSync(new URL('../build/core.wasm', import.meta.url)));

const operations = fc.sample(fc.tuple(fc.nat(20), fc.nat(400)), { seed: SEED, numRuns: 6000 });

/** Drives a cache through every road: ints, strings, floats and others, growth and clearing. */
function drive(engine: TestEngine): LRUCache<unknown, number> {
  const cache = openCache<unknown, number>(engine, { max: 150 });
  const shapes = [(n: number) => n, String, (n: number) => n + 0.5, (n: number) => BigInt(n)];
  operations.forEach(([op, n], step) => {
    const key = shapes[n % 4]?.(n);
    if (op === 0 && n < 8) cache.clear();
    else if (op === 1 && n < 80) cache.resize(50 + n);
    else if (op === 2) cache.pop();
    else if (op < 6) cache.delete(key);
    else if (op < 11) cache.get(key);
    else cache.set(key, step);
  });
  return cache;
}

function imageOf(cache: LRUCache<unknown, number>): TableImage {
  const { engine, table } = entriesOf(cache);
  return engine.image(table);
}

describe('the structure', () => {
  it.each(plainCases)('is the same for the same operations on $name', ({ open }) => {
    const engines = [open(), open()] as const;
    const [first, second] = [drive(engines[0]), drive(engines[1])];
    expect(imageOf(first).size).toBeGreaterThan(20);
    expect(imageOf(first)).toEqual(imageOf(second));
    expect(entriesOf(first).engine.order(entriesOf(first).table)).toEqual(
      entriesOf(second).engine.order(entriesOf(second).table),
    );
    expectValid(first, engines[0]);
  });

  it('is the same on the wasm and the pure engine, if they have the same seed', () => {
    const wasm = createWasmEngine(compileCore(releaseBytes), { seed: 77 });
    const images = [wasm, createPureEngine({ seed: 77 })].map((engine) => {
      const shared = new SharedEngine(engine);
      return imageOf(drive({ shared, growMemory: () => {}, refuseGrowthAfter: () => {} }));
    });
    // Records that were never used are whatever the memory held before.
    const [first, second] = images.map(({ slots, ...rest }) => ({
      ...rest,
      slots: [...slots.subarray(0, rest.fresh * 4)],
    }));
    expect(first?.size).toBeGreaterThan(20);
    expect(first).toEqual(second);
  });

  it('depends on the seed', () => {
    const [first, second] = [1, 2].map((seed) => {
      const engine = createPureEngine({ seed });
      const table = engine.createTable(10) ?? expect.fail('no memory for a table');
      engine.grow(table);
      const slot = engine.putString(table, 'a', 0) >> OUTCOME_BITS;
      return engine.wordOf(table, slot);
    });
    expect(first).not.toBe(second);
  });
});
