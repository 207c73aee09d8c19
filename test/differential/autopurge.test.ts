// Shows that with `ttlAutopurge` the same entries are left as in lru-cache, whatever time passes.
//
// Timers are vitest's, and the clock of the runs goes on with them millisecond by millisecond.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EngineCase, plainCases } from '../support/engines.js';
import { type Args, type Command, command, type Setup, setup } from './arbitraries.js';
import { oursOn, theirs } from './cache.js';
import { fakeDate, Pair } from './pair.js';

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 600) / plainCases.length);
const SEED = process.env.WASM_LRU_SEED;
const COMMANDS_MAX = 60;
const MS_PER_RUN = 100;

const isTime = (ttl: unknown) => ttl === undefined || (Number.isInteger(ttl) && Number(ttl) >= 0);

/**
 * Whether a timer of lru-cache fires when the entry gets stale. It does not for an entry that was
 * given a `start`: it waits for the whole ttl from then on. It fires every millisecond for a ttl of
 * Infinity.
 */
function isTimely([name, { options = {}, memoTtl, property, to }]: Command): boolean {
  if (name === 'load' || name === 'loadEntries' || name === 'rebuild') return false;
  return (
    options.start === undefined &&
    isTime(options.ttl) &&
    isTime(memoTtl) &&
    (property !== 'ttl' || isTime(to))
  );
}

const purging: fc.Arbitrary<Setup> = setup.map((setup) => ({ ...setup, ttlAutopurge: true }));
const runs = fc.record({
  setup: purging,
  commands: fc.array(command.filter(isTimely), { maxLength: COMMANDS_MAX, size: 'max' }),
});

async function compare(engineCase: EngineCase): Promise<void> {
  const ours = oursOn(engineCase.open());
  const property = fc.asyncProperty(runs, async ({ setup, commands }) => {
    const pair = new Pair(theirs, ours, setup, () => vi.advanceTimersByTime(1));
    for (const command of commands) await pair.step(command);
    // Longer than any ttl: nothing with one is left.
    await pair.step(['advance', { ms: 30 } satisfies Args]);
    pair.close();
    vi.clearAllTimers();
  });
  await fc.assert(property, { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) });
}

describe.each(plainCases)('ttlAutopurge: $name', (engineCase) => {
  let restoreDate: () => void;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    restoreDate = fakeDate();
  });
  afterEach(() => {
    restoreDate();
    vi.useRealTimers();
  });

  it('removes an entry in the millisecond in which it gets stale', () => {
    for (const { open } of [theirs, oursOn(engineCase.open())]) {
      let now = 1000;
      const gone: unknown[] = [];
      const dispose = (_value: unknown, key: unknown, reason: string) => gone.push([key, reason]);
      const cache = open({
        ttl: 5,
        ttlResolution: 0,
        ttlAutopurge: true,
        perf: { now: () => now },
        dispose,
      });
      cache.set('a', 1);
      cache.set('b', 2, { ttl: 6 });
      const left: unknown[] = [];
      for (now = 1001; now < 1009; now++) {
        vi.advanceTimersByTime(1);
        left.push([now, cache.size]);
      }
      expect(left.slice(4)).toEqual([
        [1005, 2],
        [1006, 1],
        [1007, 0],
        [1008, 0],
      ]);
      expect(gone).toEqual([
        ['a', 'expire'],
        ['b', 'expire'],
      ]);
    }
  });

  it(
    `leaves the same entries as lru-cache in ${RUNS} random runs`,
    () => compare(engineCase),
    60_000 + RUNS * MS_PER_RUN,
  );
});
