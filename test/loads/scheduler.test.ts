// Shows that no order of events tells a cache that loads from its model: whatever settles, in
// whatever turn of the microtask queue, and whatever is called meanwhile.
//
// fast-check's scheduler picks which loader settles next. WASM_LRU_RUNS sets the number of runs.
// One that fails is kept as regressions.ts says.

import fc, { type Scheduler } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineCase, plainCases } from '../support/engines.js';
import { repeatRegressions } from '../support/regressions.js';
import { type Program, program } from './program.js';
import { drain, Run, type Seen } from './run.js';

const RUNS_DEFAULT = 2100;
const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? RUNS_DEFAULT) / plainCases.length);
/** What a run of a slow engine on a slow machine may take. */
const MS_PER_RUN = 100;
/** So many runs, from a given seed, come to every event there is. */
const RUNS_TO_SEE = 500;

const EVENTS = [
  'a batch aborted in part',
  'a batch aborted whole',
  'a batch of several',
  'a batch of some of the keys',
  'a caller who leaves the others waiting',
  'a fresh value of a key being loaded',
  'a load beside one that is not wanted',
  'a load invalidated',
  'a load joined',
  'a loader that fetches its own key',
  'a refresh ahead',
  'a result in spite of an abort',
  'a result of before an invalidation',
  'a result that is not wanted',
  'a stale value dropped',
  'a stale value for an error',
  'a stale value kept for a window',
  'a stale value within its window',
  'an abort after the loader has settled',
  'an abort before the loader is called',
  'an abort while the loader is being called',
  'an aborted load joined',
  'an overdue load ended',
  'evict of a key being loaded',
  'expire of a key being loaded',
];

let unhandled = 0;
const count = () => {
  unhandled += 1;
};
beforeAll(() => {
  process.on('unhandledRejection', count);
});
afterAll(() => {
  process.off('unhandledRejection', count);
});

function equals(engineCase: EngineCase, seen: Seen = new Set()) {
  // One engine for all runs, as opening one costs more than a run.
  const engine = engineCase.open();
  const property = async (scheduler: Scheduler, program: Program) => {
    unhandled = 0;
    const run = new Run(engine, scheduler, program, seen);
    try {
      for (const command of program.commands) await run.step(command);
      await run.finish();
    } finally {
      // What a run that failed leaves behind must not be taken for a failure of the next.
      await drain();
    }
    expect(unhandled).toBe(0);
  };
  return fc.asyncProperty(fc.scheduler(), program, property);
}

repeatRegressions('loads/scheduler', plainCases, (engineCase) => equals(engineCase));

describe.each(plainCases)('$name', (engineCase) => {
  it(
    `equals the model in ${RUNS} random schedules`,
    () => fc.assert(equals(engineCase), { numRuns: RUNS }),
    60_000 + RUNS * MS_PER_RUN,
  );
});

describe('the schedules', () => {
  it('come to every event', async () => {
    const seen: Seen = new Set();
    const engineCase = plainCases.at(-1) as EngineCase;
    await fc.assert(equals(engineCase, seen), { numRuns: RUNS_TO_SEE, seed: 1 });
    expect([...seen].sort()).toEqual(EVENTS);
  });

  it('show a rejection that nobody hears', async () => {
    unhandled = 0;
    void Promise.reject(new Error('unheard'));
    await drain();
    expect(unhandled).toBe(1);
  });
});
