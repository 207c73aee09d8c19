// Growth of memory and its refusal, as in growth.test.ts, for caches with ttls and sizes.
//
//   granted   The memory grows and every block of a table moves before every single operation.
//   refused   The first k growths pass and all later ones are refused, for k = 0, 1, 2, … until a
//             run meets no refusal; and memory runs out before each operation that needs some.
//             Ages come into use late, so that they are refused, too.

import { describe, expect, it } from 'vitest';
import { entriesOf } from '../../src/api/lru.js';
import { keyOf, keys, randomOf, Twin } from '../support/commands.js';
import {
  engineCases,
  openCache,
  openDebug,
  openJs,
  shake,
  type TestEngine,
} from '../support/engines.js';
import { figure } from '../support/figures.js';
import { settingsOff } from '../support/model.js';
import { expectArena, expectTable } from '../support/validate.js';

const values = ['', 'a', 'bb', 'ccc', 'eeeee'];
const settings = { ...settingsOff, updateAgeOnHas: true };

/** One random operation, most often a `set`; from `timedAfter` on some of them with a ttl. */
function operate(twin: Twin, random: (below: number) => number, keyCount: number): boolean {
  const dice = random(1000);
  const key = keyOf(random(keyCount));
  let isRefused = false;
  twin.time += random(3);
  if (dice < 2) twin.clear();
  else if (dice < 4) twin.step(['resize', { max: 20 + random(100), maxSize: 100 + random(200) }]);
  else if (dice < 14) twin.step(['purge']);
  else if (dice < 60) twin.delete(key);
  else if (dice < 160) twin.has(key);
  else if (dice < 300) twin.get(key);
  else {
    const options = dice % 3 === 0 ? { ttl: random(60) } : {};
    isRefused = twin.set(key, values[random(values.length)], options);
  }
  twin.expectTold();
  return isRefused;
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
    const engine = open();
    const twin = new Twin(engine, { max: 120, maxSize: 250, maxEntrySize: 0 }, settings);
    const { table } = entriesOf(twin.cache).lease;
    const random = randomOf(1);
    let moves = 0;
    for (let i = 0; i < 600; i++) {
      engine.growMemory();
      moves += engine.debug.relocate(table);
      operate(twin, random, 160);
      twin.expectEntries();
      expectTable({ engine: engine.engine, table });
      expectArena(engine.debug.memory);
      if (i % 100 === 0) twin.expectSame();
    }
    twin.expectSame();
    expect(entriesOf(twin.cache).isTimed).toBe(true);
    expect(moves, 'tables with a free slot are not moved').toBeGreaterThan(10);
  });
});

describe.each(engineCases)('granted: $name', ({ open }) => {
  it('keeps the entries of a walk while memory grows, blocks move and ages come into use', () => {
    const engine = open();
    let time = 0;
    const perf = { now: () => time };
    const cache = openCache<unknown, number>(engine, { max: 100, maxSize: 200, perf });
    for (let i = 1; i <= 100; i++) cache.set(keyOf(i), i, { size: 2 });
    const before = [...cache];
    const walked: [unknown, number][] = [];
    for (const entry of cache) {
      shake(engine, cache);
      time += 1;
      // Of the second half, every other one is stale when its turn comes.
      if (walked.length === 50) {
        for (const key of [2, 4, 6, 8]) cache.set(keyOf(key), key, { size: 1, ttl: 5, start: -9 });
      }
      walked.push(entry);
    }
    expect(walked).toEqual(before.filter(([, value]) => ![2, 4, 6, 8].includes(value)));
  });
});

const SWEEP_OPERATIONS = 450;
/** Operations before ages come into use. */
const UNTIMED_OPERATIONS = 60;
const sweepBounds = { max: 2000, maxSize: 900 };
/** No run has as many growths, so that a sweep ends. */
const GROWTHS_MAX = 200;

/** Operation number `i` of the sweep; returns whether memory was refused. */
function sweepStep(twin: Twin, i: number, random: (below: number) => number): boolean {
  const dice = random(100);
  const key = keyOf(dice < 15 ? random(i + 1) : i);
  let isRefused = false;
  if (i % 10 === 0) twin.time += 1;
  if (dice < 5) twin.delete(key);
  else if (dice < 15) twin.get(key);
  else {
    const hasTtl = i >= UNTIMED_OPERATIONS && dice % 4 === 0;
    isRefused = twin.set(key, values[dice % values.length], hasTtl ? { ttl: dice } : {});
  }
  twin.expectTold();
  if (isRefused) twin.expectSame();
  else if (i % 100 === 0) expectTable(entriesOf(twin.cache).lease);
  return isRefused;
}

/** Shows that the cache takes memory that it is given, ages and all. */
function expectRecovery(twin: Twin, recover: (twin: Twin) => void): void {
  recover(twin);
  twin.expectSame();
  for (let i = 0; i < 150; i++) expect(twin.set(keyOf(i), 'a', { ttl: 1000 })).toBe(false);
  twin.expectSame();
  expect(entriesOf(twin.cache).isTimed).toBe(true);
  expect(twin.cache.size).toBeGreaterThanOrEqual(150);
}

/** The operations of the sweep that take memory. */
function needyOperations(engine: TestEngine): number[] {
  const twin = new Twin(engine, sweepBounds, settings);
  const { engine: core, table } = entriesOf(twin.cache).lease;
  const random = randomOf(3);
  const needy: number[] = [];
  for (let i = 0; i < SWEEP_OPERATIONS; i++) {
    const before = core.bytesHeld(table);
    sweepStep(twin, i, random);
    if (core.bytesHeld(table) !== before) needy.push(i);
  }
  return needy;
}

const recoveries = [
  (twin: Twin) => twin.step(['clear']),
  (twin: Twin) => twin.step(['resize', { max: sweepBounds.max }]),
];

const sweeps = [
  { name: 'wasm debug', open: () => openDebug() as TestEngine, caches: 6, growthsMin: 2 },
  { name: 'js', open: () => openJs(), caches: 1, growthsMin: 6 },
];

describe.each(sweeps)('refused: $name', ({ open, caches, growthsMin }) => {
  it('survives a refusal at every growth, and recovers', () => {
    let growths = 0;
    let refusals = 1;
    while (refusals > 0) {
      const engine = open();
      const twins = Array.from({ length: caches }, () => new Twin(engine, sweepBounds, settings));
      const random = randomOf(2);
      engine.refuseGrowthAfter(growths);
      refusals = 0;
      for (const twin of twins) twin.scarcity.isActive = true;
      for (let i = 0; i < SWEEP_OPERATIONS; i++) {
        for (const twin of twins) refusals += sweepStep(twin, i, random) ? 1 : 0;
      }
      for (const twin of twins) twin.expectSame();
      engine.refuseGrowthAfter(-1);
      twins.forEach((twin, i) => {
        twin.scarcity.isActive = false;
        expectRecovery(twin, recoveries[i % 2] as (twin: Twin) => void);
      });
      growths += 1;
      expect(growths, 'a run with no refusal').toBeLessThan(GROWTHS_MAX);
    }
    expect(growths, 'the sweep refuses something').toBeGreaterThan(growthsMin);
    figure('growths refused in turn', growths - 1);
  });

  it('survives that memory runs out before any operation that needs some', () => {
    const needy = needyOperations(open());
    // Capacity 15, 31, 63, 127, 255 and 511, and the ages.
    expect(needy.length).toBeGreaterThanOrEqual(7);
    figure('operations without memory in turn', needy.length);
    needy.forEach((first, n) => {
      const twin = new Twin(open(), sweepBounds, settings);
      const random = randomOf(3);
      for (let i = 0; i < first; i++) expect(sweepStep(twin, i, random)).toBe(false);
      twin.scarcity.begin();
      expect(sweepStep(twin, first, random), `operation ${first} is refused`).toBe(true);
      for (let i = first + 1; i < first + 10; i++) sweepStep(twin, i, random);
      twin.expectSame();
      twin.scarcity.end();
      expectRecovery(twin, recoveries[n % 2] as (twin: Twin) => void);
    });
  });

  it('throws OUT_OF_MEMORY for a first ttl of any key, changes nothing, and recovers', () => {
    for (const isNew of [true, false]) {
      const twin = new Twin(open(), { max: 40, maxSize: 90, maxEntrySize: 0 }, settings);
      for (const key of keys) twin.set(isNew ? [key] : key, 'a', {});
      twin.step(['refuse']);
      for (let at = 0; at < keys.length; at++) {
        expect(twin.set(keys[at], 'bb', { ttl: 5 }), 'refused').toBe(true);
        twin.step(['get', at, { updateAgeOnGet: true }]);
        twin.step(['remaining', at]);
        expect(entriesOf(twin.cache).isTimed).toBe(false);
      }
      twin.step(['purge']);
      twin.step(['allow']);
      for (const key of keys) expect(twin.set(key, 'bb', { ttl: 5 }), 'refused').toBe(false);
      twin.expectSame();
      twin.step(['advance', 6]);
      twin.step(['iterate']);
      twin.step(['purge']);
      expect(twin.cache.size).toBe(isNew ? keys.length : 0);
    }
  });

  it('a set that is refused aborts no load', async () => {
    const engine = open();
    const aborted: unknown[] = [];
    const loads: ((value: string) => void)[] = [];
    const cache = openCache<string, string>(engine, {
      max: 5,
      fetchMethod: (_, __, { signal }) => {
        signal.addEventListener('abort', () => void aborted.push(signal.reason));
        return new Promise((resolve) => void loads.push(resolve));
      },
    });
    const twin = new Twin(engine, { max: 5, maxSize: 0, maxEntrySize: 0 }, settingsOff);
    const fetched = cache.fetch('key');
    twin.step(['refuse']);
    expect(() => cache.set('key', 'value')).toThrow(
      expect.objectContaining({ code: 'OUT_OF_MEMORY' }),
    );
    expect(() => cache.set('key', 'value', { ttl: 1 })).toThrow('memory');
    expect(cache.size).toBe(0);
    twin.step(['allow']);
    expect(loads).toHaveLength(1);
    loads[0]?.('loaded');
    expect(await fetched).toBe('loaded');
    expect([...cache]).toEqual([['key', 'loaded']]);
    expect(aborted).toEqual([]);
  });
});
