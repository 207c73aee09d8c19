// Shows that no sequence of commands tells our cache from lru-cache, but for the differences that
// test/differential/differences.ts lists.
//
// WASM_LRU_RUNS sets the number of runs, WASM_LRU_SEED the seed. A run that fails is kept as
// regressions.ts says.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineCase, plainCases } from '../support/engines.js';
import { repeatRegressions } from '../support/regressions.js';
import { type Command, command, type Setup, setup } from './arbitraries.js';
import { type Library, oursOn, theirs } from './cache.js';
import { mutants } from './mutants.js';
import { fakeDate, Pair } from './pair.js';

const RUNS_DEFAULT = 2000;
const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? RUNS_DEFAULT) / plainCases.length);
const SEED = process.env.WASM_LRU_SEED;
const COMMANDS_MAX = 200;
/** What a run of a slow engine on a slow machine may take. */
const MS_PER_RUN = 100;
/** A fault is found within this many runs, or the comparison is too weak. */
const RUNS_PER_MUTANT = 300;
const MUTANT_SEED = 1;

/** What runs reached, by kind. */
type Seen = Map<string, Set<string>>;

const REACHED = {
  returns: [
    ...['assign clear delete dump fetch find forEach forceFetch get has info iterate load memo'],
    ...['peek pop purgeStale rebuild rforEach set'],
  ].join(' '),
  throws: 'forceFetch load memo rebuild set',
  ...{ dispose: 'delete evict expire set', disposeAfter: 'delete evict expire set' },
  ...{ onInsert: 'add replace update', memoMethod: 'called', sizeCalculation: 'called' },
  ...{ find: 'called', forEach: 'called', rforEach: 'called' },
  status: [
    ...['cache context entrySize fetch forceRefresh get has key maxEntrySizeExceeded memo now'],
    ...['oldValue op peek remainingTTL returnedStale set start totalCalculatedSize ttl value'],
  ].join(' '),
  ...{ 'status.get': 'hit miss stale', 'status.has': 'hit miss stale' },
  ...{ 'status.peek': 'hit miss stale', 'status.memo': 'hit miss', 'status.fetch': 'get' },
  'status.set': 'add deleted miss replace update',
};

interface Run {
  setup: Setup;
  commands: Command[];
}

const runs: fc.Arbitrary<Run> = fc.record({
  setup,
  commands: fc.array(command, { maxLength: COMMANDS_MAX, size: 'max' }),
});

function equals(subject: Library, seen?: Seen) {
  return fc.asyncProperty(runs, async ({ setup, commands }: Run) => {
    const pair = new Pair(theirs, subject, setup);
    for (const command of commands) await pair.step(command);
    for (const [kind, what] of seen === undefined ? [] : pair.seen) {
      if (!seen?.has(kind)) seen?.set(kind, new Set());
      seen?.get(kind)?.add(what);
    }
    pair.close();
  });
}

function onEngine(engineCase: EngineCase) {
  // One engine for all runs, as opening one costs more than a run.
  return equals(oursOn(engineCase.open()));
}

let restoreDate: () => void;
beforeAll(() => {
  restoreDate = fakeDate();
});
afterAll(() => restoreDate());

repeatRegressions('differential/differential', plainCases, onEngine);

describe.each(plainCases)('$name', (engineCase) => {
  const parameters = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };
  it(
    `equals lru-cache in ${RUNS} random runs`,
    () => fc.assert(onEngine(engineCase), parameters),
    60_000 + RUNS * MS_PER_RUN,
  );
});

describe('the comparison', () => {
  it('finds no difference between lru-cache and itself, and gets everywhere', async () => {
    const seen: Seen = new Map();
    await fc.assert(equals(theirs, seen), { numRuns: RUNS_PER_MUTANT, seed: MUTANT_SEED });
    const reached = [...seen].map(([kind, what]) => [kind, [...what].sort().join(' ')]);
    expect(Object.fromEntries(reached)).toEqual(REACHED);
  });

  it.each(Object.keys(mutants))('finds a cache in which %s', async (name) => {
    const subject = mutants[name] as Library;
    const { failed } = await fc.check(equals(subject), {
      numRuns: RUNS_PER_MUTANT,
      seed: MUTANT_SEED,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
