// Shows that a cache with `keyOf` is, for all that can be seen, a cache whose keys are what its
// keys are found by: against the models of plain caches, of those with ttls and sizes, and of loads
// in any order of events; and for the rest of the interface, against a cache without.
//
// The boxes are checked by boxed.ts. Runs are random, WASM_LRU_RUNS of them.

import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { type Program, program } from '../loads/program.js';
import { drain, Run } from '../loads/run.js';
import { openBoxed } from '../support/boxed.js';
import { engineIsOver } from '../support/collected.js';
import { command, plainCommand, Twin } from '../support/commands.js';
import { type EngineCase, engineCases, openCache, plainCases } from '../support/engines.js';
import { settingsOff } from '../support/model.js';
import { expectValid } from '../support/validate.js';

const runsOf = (count: number, cases: readonly EngineCase[]): number =>
  Math.ceil(Number(process.env.WASM_LRU_RUNS ?? count) / cases.length);
const RUNS = runsOf(420, engineCases);
const LOAD_RUNS = runsOf(2100, plainCases);
const REST_RUNS = runsOf(600, plainCases);
/** What a run of a slow engine on a slow machine may take. */
const MS_PER_RUN = 100;

const max = fc.integer({ min: 1, max: 8 });
const plainRuns = fc.record({
  max,
  commands: fc.array(plainCommand, { maxLength: 100, size: 'max' }),
});
const bounds = fc.record({ max, maxSize: fc.constantFrom(0, 9), maxEntrySize: fc.constant(0) });
const columnRuns = fc.record({
  bounds,
  ttl: fc.constantFrom(0, 5),
  commands: fc.array(command, { maxLength: 100, size: 'max' }),
});

function equalsPlain(engineCase: EngineCase) {
  return fc.asyncProperty(plainRuns, async ({ max, commands }) => {
    const twin = new Twin(engineCase.open(), { max }, settingsOff, openBoxed);
    for (const each of commands) twin.step(each);
    await engineIsOver();
  });
}

function equalsColumns(engineCase: EngineCase) {
  return fc.asyncProperty(columnRuns, async ({ bounds, ttl, commands }) => {
    const settings = { ...settingsOff, ttl };
    const twin = new Twin(engineCase.open(), bounds, settings, openBoxed);
    for (const each of commands) twin.step(each);
    await engineIsOver();
  });
}

function equalsLoads(engineCase: EngineCase) {
  const engine = engineCase.open();
  const property = async (scheduler: Scheduler, program: Program) => {
    const run = new Run(engine, scheduler, program, new Set(), openBoxed);
    try {
      for (const each of program.commands) await run.step(each);
      await run.finish();
    } finally {
      await drain();
    }
  };
  return fc.asyncProperty(fc.scheduler(), program, property);
}

describe.each(engineCases)('$name', (engineCase) => {
  it(`equals the model in ${RUNS} random runs`, () => {
    return fc.assert(equalsPlain(engineCase), { numRuns: RUNS });
  });

  it(`equals the model with ttls and sizes in ${RUNS} random runs`, () => {
    return fc.assert(equalsColumns(engineCase), { numRuns: RUNS });
  });
});

describe.each(plainCases)('loads on $name', (engineCase) => {
  it(
    `equal the model in ${LOAD_RUNS} random schedules`,
    () => fc.assert(equalsLoads(engineCase), { numRuns: LOAD_RUNS }),
    60_000 + LOAD_RUNS * MS_PER_RUN,
  );
});

// The rest of the interface: what the models do not know.

type Cache = LRUCache<unknown, number>;
type Act = (cache: Cache, key: string, others: string[], value: number) => unknown;

const TAGS = ['x', 'y'];
const acts: Readonly<Record<string, Act>> = {
  set: (cache, key, others, value) =>
    cache.set(key, value, { tags: TAGS.slice(others.length % 3) }).size,
  getOrInsert: (cache, key, _, value) => cache.getOrInsert(key, value),
  getOrInsertComputed: (cache, key, _, value) => cache.getOrInsertComputed(key, () => value),
  memo: (cache, key) => cache.memo(key),
  'memo, refreshed': (cache, key) => cache.memo(key, { forceRefresh: true }),
  getMany: (cache, _, others) => cache.getMany(others),
  hasMany: (cache, _, others) => cache.hasMany(new Set(others)),
  setMany: (cache, _, others, value) => cache.setMany(others.map((key) => [key, value])).size,
  deleteMany: (cache, _, others) => cache.deleteMany(others),
  deleteWhere: (cache, key) => cache.deleteWhere((_, other) => other === key),
  invalidateTag: (cache, _, others) => cache.invalidateTag(TAGS[others.length % 2] as string),
  info: (cache, key) => cache.info(key),
  reload: (cache, key) => {
    const dump = cache.dump();
    const others = dump.filter(([other]) => other !== key);
    cache.load([...others.slice(1), [key, { value: -1, tags: ['x'] }]]);
    return dump;
  },
  get: (cache, key) => statusOf(cache, (status) => cache.get(key, { status } as never)),
  peek: (cache, key) => statusOf(cache, (status) => cache.peek(key, { status } as never)),
  delete: (cache, key) => cache.delete(key),
  'delete by set': (cache, key) => cache.set(key, undefined).size,
};

/** What came of a call, and of its status, but for the key. */
function statusOf(cache: Cache, call: (status: object) => unknown): unknown {
  const status: LRUCache.Status<unknown, number> = {};
  const came = call(status);
  expect(status.cache).toBe(cache);
  delete status.cache;
  delete status.key;
  return [came, status];
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const act = fc.record({
  name: fc.constantFrom(...Object.keys(acts)),
  key,
  others: fc.array(key, { maxLength: 5 }),
});

describe.each(plainCases)('the rest on $name', (engineCase) => {
  it(`does what a cache without does, in ${REST_RUNS} random runs`, () => {
    const engine = engineCase.open();
    const property = fc.property(fc.array(act, { maxLength: 40, size: 'max' }), (commands) => {
      const told: unknown[][] = [[], []];
      const [plain, boxed] = [openCache, openBoxed].map((open, i) =>
        open<unknown, number>(engine, {
          max: 3,
          memoMethod: (text, stale = 0) => stale + String(text).charCodeAt(0),
          dispose: (...args) => void told[i]?.push(args),
          disposeAfter: (...args) => void told[i]?.push(args),
        }),
      ) as [Cache, Cache];
      for (const [i, { name, key, others }] of commands.entries()) {
        const run = acts[name] as Act;
        expect(run(boxed, key, others, i), name).toEqual(run(plain, key, others, i));
        expect(boxed.dump(), name).toEqual(plain.dump());
        expect(told[1], name).toEqual(told[0]);
        expectValid(boxed);
      }
    });
    fc.assert(property, { numRuns: REST_RUNS });
  });
});
