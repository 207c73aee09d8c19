// Shows that nobody can change the values of a cache with `freeze`, though everyone tries to:
// against the model of loads in any order of events, and for the rest of the interface against a
// cache of numbers. What tries is in vandal.ts. Runs are random, WASM_LRU_RUNS of them.

import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { type Program, program } from '../loads/program.js';
import { drain, Run } from '../loads/run.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { expectValid } from '../support/validate.js';
import { vandalizedBy } from '../support/vandal.js';

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 2100) / plainCases.length);
const REST_RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 600) / plainCases.length);
/** What a run of a slow engine on a slow machine may take. */
const MS_PER_RUN = 200;

const ways = [
  ['deep', 'deep'],
  ['a copy', structuredClone],
] as const satisfies readonly (readonly [string, LRUCache.Freeze<unknown>])[];

type Open = typeof openCache;
type Cache = LRUCache<string, number>;
type Act = (cache: Cache, key: string, keys: string[], value: number) => unknown;

const acts: Readonly<Record<string, Act>> = {
  set: (cache, key, _, value) => cache.set(key, value).size,
  setWithEvicted: (cache, key, _, value) => cache.setWithEvicted(key, value),
  setMany: (cache, _, keys, value) =>
    cache.setMany(keys.map((key, i) => [key, value + i / 10])).size,
  get: (cache, key) => cache.get(key),
  peek: (cache, key) => cache.peek(key),
  getMany: (cache, _, keys) => cache.getMany(keys),
  getOrInsert: (cache, key, _, value) => cache.getOrInsert(key, value),
  getOrInsertComputed: (cache, key, _, value) => cache.getOrInsertComputed(key, () => value),
  memo: (cache, key) => cache.memo(key),
  'memo, refreshed': (cache, key) => cache.memo(key, { forceRefresh: true }),
  find: (cache, key) => cache.find((_, other) => other === key),
  info: (cache, key) => cache.info(key)?.value,
  deleteWhere: (cache, _, keys, value) =>
    cache.deleteWhere((other) => other < value - keys.length * 3),
  pop: (cache) => cache.pop(),
  values: (cache) => [[...cache.values()], [...cache.rvalues()]],
  entries: (cache) => [[...cache.entries()], [...cache.rentries()], [...cache]],
  forEach: (cache) => {
    const seen: unknown[] = [];
    cache.forEach((value, key) => void seen.push(value, key));
    cache.rforEach((value, key) => void seen.push(value, key));
    return seen;
  },
  reload: (cache) => {
    // Without the times, which are those of the host's clock.
    const dump = contentsOf(cache);
    cache.load(dump);
    return dump;
  },
  advance: () => undefined,
};

const key = fc.constantFrom('a', 'b', 'c', 'd');
const command = fc.record({
  name: fc.constantFrom(...Object.keys(acts)),
  key,
  keys: fc.array(key, { maxLength: 4 }),
});

/** The ttl of the caches, or none; each command takes a part of it. */
const ttl = fc.constantFrom(0, 5);

function equalsNumbers(engine: TestEngine, openVandalized: Open) {
  return fc.property(ttl, fc.array(command, { maxLength: 40, size: 'max' }), (ttl, commands) => {
    let now = 1;
    const told: unknown[][] = [[], []];
    const [plain, vandalized] = [openCache, openVandalized].map((open, i) =>
      open<string, number>(engine, {
        ...{ max: 3, ttl, allowStale: true, ttlResolution: 0, perf: { now: () => now } },
        memoMethod: (text, stale = 0) => stale + text.charCodeAt(0) / 1000,
        dispose: (...args) => void told[i]?.push(args),
        disposeAfter: (...args) => void told[i]?.push(args),
        onInsert: (value, key) => void told[i]?.push([value, key]),
      }),
    ) as [Cache, Cache];
    for (const [i, { name, key, keys }] of commands.entries()) {
      const act = acts[name] as Act;
      expect(act(vandalized, key, keys, i), name).toEqual(act(plain, key, keys, i));
      expect(contentsOf(vandalized), name).toEqual(contentsOf(plain));
      expect(told[1], name).toEqual(told[0]);
      expectValid(vandalized);
      if (name === 'advance') now += 2;
    }
  });
}

/** A dump, but for the times at which ttls began. */
function contentsOf(cache: Cache): [string, LRUCache.Entry<number>][] {
  return cache.dump().map(([key, { value, ttl = 0 }]) => [key, { value, ttl }]);
}

function equalsLoads(engine: TestEngine, openVandalized: Open) {
  const property = async (scheduler: Scheduler, program: Program) => {
    const run = new Run(engine, scheduler, program, new Set(), openVandalized);
    try {
      for (const each of program.commands) await run.step(each);
      await run.finish();
    } finally {
      await drain();
    }
  };
  return fc.asyncProperty(fc.scheduler(), program, property);
}

describe.each(ways)('freeze: %s', (_, freeze) => {
  const open = vandalizedBy(freeze);
  describe.each(plainCases)('on $name', (engineCase) => {
    it(
      `equals the model of loads in ${RUNS} random schedules`,
      () => fc.assert(equalsLoads(engineCase.open(), open), { numRuns: RUNS }),
      60_000 + RUNS * MS_PER_RUN,
    );

    it(`equals a cache of numbers in ${REST_RUNS} random runs`, () => {
      fc.assert(equalsNumbers(engineCase.open(), open), { numRuns: REST_RUNS });
    });
  });
});

describe('the comparison', () => {
  it('finds that values are changed', () => {
    const unsafe = vandalizedBy((value) => value);
    expect(() => fc.assert(equalsNumbers(plainCases[0]?.open() as TestEngine, unsafe))).toThrow();
    const shallow = vandalizedBy('shallow');
    expect(() => fc.assert(equalsNumbers(plainCases[0]?.open() as TestEngine, shallow))).toThrow();
  });
});
