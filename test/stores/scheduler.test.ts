// Shows that no order of events makes a cache and its store disagree, loses a write, or leaves
// somebody waiting: whatever the store does next, and whatever is called meanwhile.
//
// fast-check's scheduler picks which call of the store acts or answers next; some fail, by throwing
// or by a rejection, before or after they have acted, and some call the cache. WASM_LRU_RUNS sets
// the number of runs. One that fails is kept as regressions.ts says.

import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain, expectNothingUnhandled } from '../loads/tools.js';
import { repeatRegressions } from '../support/regressions.js';
import { type Command, type Program, ScheduledRun } from './scheduled-run.js';
import { type Fate, KEYS } from './scheduled-store.js';

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 1000);
/** What a run on a slow machine may take. */
const MS_PER_RUN = 100;
/** So many runs, from a given seed, come to every event there is. */
const RUNS_TO_SEE = 300;
/** What a call of the store comes to is dealt with within so many turns of the microtask queue. */
const TURNS_MAX = 12;

const EVENTS = [
  'a dirty key is deleted',
  'a dirty key is not cached',
  'a key changes while it is read',
  'a key is read while it changes',
  'a key is set while it is written',
  'a set finds no room',
  'a set waits for room',
  'a sync fails',
  'a write deletes its key',
];

const key = fc.constantFrom(...KEYS);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('get', 'get', 'get', 'refresh', 'has'), key) },
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete'), key) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('getMany' as const), fc.subarray([...KEYS])) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('sync', 'sync', 'flush', 'clear')) },
  { weight: 7, arbitrary: fc.tuple(fc.constant('settle' as const), fc.nat(TURNS_MAX)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('drain' as const)) },
);
const program: fc.Arbitrary<Program> = fc.record({
  max: fc.integer({ min: 1, max: KEYS.length }),
  maxDirty: fc.integer({ min: 1, max: KEYS.length }),
  batchSize: fc.integer({ min: 1, max: KEYS.length }),
  retries: fc.nat(1),
  hasBatches: fc.boolean(),
  fates: fc.array(
    fc.constantFrom<Fate>(
      ...(['later', 'later', 'later', 'later', 'now', 'throw', 'before', 'after'] as const),
      'deletes',
    ),
    { maxLength: 40, size: 'max' },
  ),
  commands: fc.array(command, { maxLength: 50, size: 'max' }),
});

function agrees(isBack: boolean, seen: Set<string> = new Set()) {
  const property = async (scheduler: Scheduler, program: Program) => {
    const run = new ScheduledRun(scheduler, isBack, program, seen);
    for (const command of program.commands) await run.step(command);
    await run.finish();
  };
  return fc.asyncProperty(fc.scheduler(), program, property);
}

expectNothingUnhandled();

const subjects = [
  { name: 'WriteThroughCache', isBack: false },
  { name: 'WriteBackCache', isBack: true },
] as const;

repeatRegressions('stores/scheduler', subjects, ({ isBack }) => agrees(isBack));

describe.each(subjects)('a $name', ({ isBack }) => {
  it(
    `agrees with its store in ${RUNS} random schedules`,
    () => fc.assert(agrees(isBack), { numRuns: RUNS }),
    60_000 + RUNS * MS_PER_RUN,
  );
});

it('the schedules come to every event', async () => {
  const seen = new Set<string>();
  await fc.assert(agrees(true, seen), { numRuns: RUNS_TO_SEE, seed: 1 });
  expect([...seen].sort()).toEqual(EVENTS);
  await drain();
});
