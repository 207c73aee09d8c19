// Shows that caches may be many: alive at once, or made and dropped without end.
//
// What a process needs for them is measured in processes of their own (children/churn.mjs). There
// the size of V8's young generation is fixed to the one Node 20 has: newer ones let it grow to
// several times that under this load, whoever allocates, and the figures would show nothing else.
// Caches with more entries are in memory-of-many.test.ts.

import { describe, expect, it } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { runChild } from '../support/child.js';
import { openCache, openRelease } from '../support/engines.js';

const MAX = 100;
const LIVE_COUNT = 6000;
const TABLES_MAX = 4096;
const DROPPED_COUNT = 100_000;
const MIB = 2 ** 20;

/** Sets more keys than fit; what stays are the last `MAX`, as values that tell the cache. */
function fill(cache: LRUCache<number | string, string>, name: number): void {
  for (let i = 0; i < MAX + 20; i++) cache.set(i % 3 === 0 ? `${i}` : i, `${name}:${i}`);
}

/** Whether a filled cache holds what it should, looking at a few of its entries. */
function isIntact(cache: LRUCache<number | string, string>, name: number): boolean {
  return (
    cache.size === MAX &&
    cache.peek(19) === undefined &&
    cache.peek(20) === `${name}:20` &&
    cache.peek('69') === `${name}:69` &&
    cache.peek(MAX + 18) === `${name}:${MAX + 18}` &&
    cache.keys().next().value === MAX + 19
  );
}

describe.each(['wasm', 'pure'] as const)('six thousand caches on %s', (engine) => {
  it('all work at once, also when every second one has been replaced', () => {
    const caches = Array.from({ length: LIVE_COUNT }, (_, name) => {
      const cache = new LRUCache<number | string, string>({ max: MAX, engine });
      fill(cache, name);
      return cache;
    });
    // Of small ones, 4,096 share the memory of an instance; the others have their own arrays.
    const count = caches.filter((cache) => cache.engine === 'wasm').length;
    expect(count).toBe(engine === 'wasm' ? TABLES_MAX : 0);
    expect(caches.filter((cache, name) => !isIntact(cache, name))).toHaveLength(0);

    for (let name = 0; name < LIVE_COUNT; name += 2) {
      caches[name]?.[Symbol.dispose]();
      const cache = new LRUCache<number | string, string>({ max: MAX, engine });
      fill(cache, name);
      caches[name] = cache;
    }
    expect(caches.filter((cache, name) => !isIntact(cache, name))).toHaveLength(0);
  });
});

interface ChurnReport {
  /** Caches that held what was put in. */
  readonly good: number;
  /** Growth of the resident set, at its highest and after collection. */
  readonly peakBytes: number;
  readonly keptBytes: number;
  /** Tables of the shared instance, at their highest and after collection. */
  readonly tablesMax: number;
  readonly tables: number;
}

function churn(entryCount: number, mode: 'sync' | 'turns'): ChurnReport {
  const flags = ['--expose-gc', '--max-semi-space-size=16'];
  const args = [`${DROPPED_COUNT}`, `${entryCount}`, mode];
  const { status, stderr, report } = runChild<ChurnReport>('churn.mjs', { flags, args });
  expect(status, stderr).toBe(0);
  expect(report?.good).toBe(DROPPED_COUNT);
  return report as ChurnReport;
}

const loads = [
  { entryCount: 0, mibMax: 96 },
  { entryCount: 10, mibMax: 160 },
];

describe('a hundred thousand caches, dropped', () => {
  it.each(loads)('take at most $mibMax MiB, with $entryCount entries, in one job', (load) => {
    const { peakBytes, keptBytes, tables, tablesMax } = churn(load.entryCount, 'sync');
    expect(tablesMax, 'no table is freed in a job').toBe(TABLES_MAX);
    expect(peakBytes / MIB, 'MiB at the highest').toBeLessThan(load.mibMax);
    // The peak is sampled, and may miss what came between two samples.
    expect(keptBytes, 'bytes kept').toBeLessThanOrEqual(peakBytes + MIB);
    expect(tables, 'tables not freed').toBe(0);
  });

  it.each(loads)('take at most $mibMax MiB, with $entryCount entries, over turns', (load) => {
    const { peakBytes, tablesMax, tables } = churn(load.entryCount, 'turns');
    expect(peakBytes / MIB, 'MiB at the highest').toBeLessThan(load.mibMax);
    expect(tablesMax, 'tables at once').toBeLessThanOrEqual(TABLES_MAX);
    expect(tables, 'tables not freed').toBe(0);
  });

  it('leave nothing in the engine if each is disposed of by hand', () => {
    const engine = openRelease();
    const useOne = (name: number) => {
      const cache = openCache<number | string, string>(engine, { max: MAX });
      fill(cache, name);
      const intact = isIntact(cache, name);
      cache[Symbol.dispose]();
      return intact;
    };
    expect(useOne(0)).toBe(true);
    const bytes = engine.memoryBytes();
    let intact = 1;
    for (let name = 1; name < LIVE_COUNT; name++) if (useOne(name)) intact += 1;
    expect(intact).toBe(LIVE_COUNT);
    expect(engine.memoryBytes()).toBe(bytes);
    expect(engine.host.tables).toBe(0);
  });
});
