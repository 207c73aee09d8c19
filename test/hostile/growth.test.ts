// Shows that growth of memory is never seen from outside, and that a refused growth is survived.
//
//   granted   The memory grows and every block of a table moves before every single operation.
//   refused   The first k growths pass and all later ones are refused, for k = 0, 1, 2, … until a
//             run meets no refusal. After each operation the cache is valid; it goes on at the size
//             it has, or, empty, throws OUT_OF_MEMORY; given memory and a `clear` or a `resize`, it
//             reaches its max again. `Twin` (commands.ts) compares all of that with the model.
//   denied    The host itself refuses: pages of WebAssembly memory, or address space.

import { describe, expect, it } from 'vitest';
import { entriesOf } from '../../src/api/lru.js';
import { runChild } from '../support/child.js';
import { keyOf, keys, randomOf, Twin } from '../support/commands.js';
import { engineCases, openCache, openDebug, openJs, shake } from '../support/engines.js';
import { figure } from '../support/figures.js';
import { imageOf } from '../support/image.js';
import { Scarcity } from '../support/scarcity.js';
import { expectArena, expectTable } from '../support/validate.js';

/** One random operation, most often a `set`. */
function operate(twin: Twin, random: (below: number) => number, keyCount: number): void {
  const dice = random(1000);
  const key = keyOf(random(keyCount));
  if (dice < 1) twin.clear();
  else if (dice < 3) twin.resize({ max: 20 + random(100) });
  else if (dice < 60) twin.delete(key);
  else if (dice < 300) twin.get(key);
  else twin.set(key, dice);
  twin.expectTold();
}

const debugCases = [
  { name: 'wasm debug', open: () => openDebug() },
  {
    name: 'wasm debug, constant hash',
    open: () => openDebug({ constantHash: true }),
  },
];

describe.each(debugCases)('granted: $name', ({ open }) => {
  it('equals the model though memory grows and blocks move before every operation', () => {
    const OPERATIONS = 1000;
    const engine = open();
    const twin = new Twin(engine, { max: 120 });
    const { table } = entriesOf(twin.cache).lease;
    const random = randomOf(1);
    let moves = 0;
    for (let i = 0; i < OPERATIONS; i++) {
      engine.growMemory();
      moves += engine.debug.relocate(table);
      operate(twin, random, 160);
      twin.expectOrder();
      expectTable({ engine: engine.engine, table });
      expectArena(engine.debug.memory);
      if (i % 100 === 0) twin.expectSame();
    }
    twin.expectSame();
    expect(moves, 'tables with a free slot are not moved, most have none').toBeGreaterThan(100);
    const pages = engine.debug.memory.buffer.byteLength / 65536;
    expect(pages).toBeGreaterThan(OPERATIONS);
  });
});

describe.each(engineCases)('granted: $name', ({ open }) => {
  it('keeps the order of a walk while memory grows and blocks move', () => {
    const engine = open();
    const cache = openCache<unknown, number>(engine, { max: 100 });
    for (let i = 1; i <= 100; i++) cache.set(keyOf(i), i);
    const before = [...cache];
    const walked: [unknown, number][] = [];
    for (const entry of cache) {
      shake(engine, cache);
      walked.push(entry);
    }
    expect(walked).toEqual(before);
    expect([...cache]).toEqual(before);
  });

  it('keeps the order of a walk while the table grows under it', () => {
    const engine = open();
    const cache = openCache<unknown, number>(engine, { max: 1000 });
    for (let i = 1; i <= 15; i++) cache.set(keyOf(i), i);
    const { capacity } = imageOf(entriesOf(cache).lease);
    const before = [...cache];
    const walked: [unknown, number][] = [];
    for (const entry of cache) {
      walked.push(entry);
      // What is added between the first step and the second is visited too (walk.ts).
      if (walked.length === 1) continue;
      for (let i = 0; i < 20; i++) cache.set(keyOf(1000 + cache.size), i + 1);
    }
    expect(walked).toEqual(before);
    expect(imageOf(entriesOf(cache).lease).capacity).toBeGreaterThan(capacity * 4);
    expect([...cache].slice(-15)).toEqual(before);
  });
});

const SWEEP_OPERATIONS = 1200;
const SWEEP_MAX = 2500;
/** No run has as many growths, so that a sweep ends. */
const GROWTHS_MAX = 200;

/** Runs the operations on caches of an engine that refuses growth; returns how often it did. */
function runRefused(twins: readonly Twin[]): number {
  const random = randomOf(2);
  let refusals = 0;
  for (let i = 0; i < SWEEP_OPERATIONS; i++) {
    const dice = random(100);
    for (const twin of twins) {
      let refused = false;
      if (dice < 5) twin.delete(keyOf(random(i + 1)));
      else if (dice < 15) twin.get(keyOf(random(i + 1)));
      else refused = twin.set(keyOf(i), i);
      twin.expectTold();
      if (refused) {
        refusals += 1;
        twin.expectSame();
      }
      if (i % 100 === 0) expectTable(entriesOf(twin.cache).lease);
    }
  }
  return refusals;
}

/** Gives the memory back, and shows that the cache takes it. */
function expectRecovery(twin: Twin, recover: (twin: Twin) => void): void {
  recover(twin);
  twin.expectSame();
  for (let i = 0; i < SWEEP_MAX + 10; i++) {
    twin.cache.set(i, i + 1);
    twin.model.set(i, i + 1);
  }
  expect(twin.cache.size).toBe(SWEEP_MAX);
  twin.expectTold();
  twin.expectOrder();
}

const sweeps = [
  { name: 'wasm debug', open: () => openDebug(), caches: 4, growthsMin: 3 },
  { name: 'js', open: () => openJs(), caches: 1, growthsMin: 6 },
];

describe.each(sweeps)('refused: $name', ({ open, caches, growthsMin }) => {
  it('survives a refusal at every growth, and recovers', () => {
    let growths = 0;
    let refusals = 1;
    while (refusals > 0) {
      const engine = open();
      const twins = Array.from({ length: caches }, () => new Twin(engine, { max: SWEEP_MAX }));
      for (const twin of twins) twin.scarcity.isActive = true;
      engine.refuseGrowthAfter(growths);
      refusals = runRefused(twins);
      for (const twin of twins) twin.expectSame();
      engine.refuseGrowthAfter(-1);
      twins.forEach((twin, i) => {
        twin.scarcity.isActive = false;
        expectRecovery(
          twin,
          (i + growths) % 2 === 0 ? () => twin.clear() : () => twin.resize({ max: SWEEP_MAX }),
        );
      });
      growths += 1;
      expect(growths, 'a run with no refusal').toBeLessThan(GROWTHS_MAX);
    }
    expect(growths, 'the sweep refuses something').toBeGreaterThan(growthsMin);
    figure('growths refused in turn', growths - 1);
  });

  it('throws OUT_OF_MEMORY for a first entry of any kind, changes nothing, and recovers', () => {
    const twin = new Twin(open(), { max: 20 });
    twin.scarcity.begin();
    for (const key of keys) {
      expect(twin.set(key, 1), 'refused').toBe(true);
      twin.get(key);
      twin.delete(key);
      twin.expectSame();
    }
    twin.scarcity.end();
    for (const key of keys) {
      expect(twin.set(key, 1), 'refused').toBe(false);
      twin.expectSame();
    }
  });

  it('goes on at the size it has, until it is cleared or resized', () => {
    const twin = new Twin(open(), { max: 100 });
    for (let i = 0; i < 14; i++) twin.set(i, i);
    twin.scarcity.begin();
    expect(twin.set(14, 14)).toBe(true);
    twin.expectSame();
    expect(twin.cache.size).toBe(14);
    expect([twin.cache.has(0), twin.cache.has(14)]).toEqual([false, true]);
    twin.scarcity.end();
    twin.set(16, 16);
    expect(twin.cache.size).toBe(14);
    twin.resize({ max: 100 });
    for (let i = 0; i < 100; i++) twin.set(i, i);
    expect(twin.cache.size).toBe(100);
    twin.expectSame();
  });
});

it('makes a cache on the JavaScript engine if memory for an empty table is refused', () => {
  const engine = openDebug();
  const scarcity = new Scarcity(engine);
  scarcity.begin();
  const late = openCache<unknown, number>(engine, { max: 8 });
  scarcity.end();
  expect(late.engine).toBe('pure');
  keys.forEach((key, i) => {
    late.set(key, i + 1);
    expect(late.get(key)).toBe(i + 1);
  });
});

interface FillReport {
  readonly engine: string;
  readonly size: number;
  readonly exact?: number;
  readonly validLookups?: number;
  readonly code?: string;
}

const FILL_COUNT = 2 ** 20;

describe('denied by the host', () => {
  const args = [`${FILL_COUNT}`, `${FILL_COUNT}`];

  it.each([1, 2, 4, 16, 64])('is an exact LRU of what fits into %i pages', (pages) => {
    const flags = [`--wasm-max-mem-pages=${pages}`];
    const { status, stderr, report } = runChild<FillReport>('fill.mjs', { flags, args });
    expect(status, stderr).toBe(0);
    const size = report?.size ?? 0;
    expect(report).toEqual({ engine: 'wasm', size, exact: size, validLookups: FILL_COUNT });
    // An entry takes 20 to 24 bytes, and a table as much again and half that while it grows.
    expect(size).toBeGreaterThanOrEqual(pages * 512);
    expect(size).toBeLessThanOrEqual(pages * 4096);
  });

  it('holds everything in the pages that everything takes', () => {
    const flags = ['--wasm-max-mem-pages=1024'];
    const { status, stderr, report } = runChild<FillReport>('fill.mjs', { flags, args });
    expect(status, stderr).toBe(0);
    const size = FILL_COUNT;
    expect(report).toEqual({ engine: 'wasm', size, exact: size, validLookups: size });
  });

  it.runIf(process.platform === 'linux')('works under a limit of address space', () => {
    const conditions = { addressSpaceKiB: 6_000_000, args };
    const { status, stderr, report } = runChild<FillReport>('fill.mjs', conditions);
    expect(status, stderr).toBe(0);
    // Where the host reserves address space for guards, as Node 20 does, it is the pure engine.
    expect(['wasm', 'pure']).toContain(report?.engine);
    const size = FILL_COUNT;
    expect(report).toMatchObject({ size, exact: size, validLookups: size });
  });
});
