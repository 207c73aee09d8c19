// Shows that no sequence of commands tells a cache from the model, on any engine.
//
// Runs are random, WASM_LRU_RUNS of them. One that fails is kept as regressions.ts says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineIsOver } from '../support/collected.js';
import { type Command, command, keys, Twin } from '../support/commands.js';
import { type EngineCase, engineCases, openJs } from '../support/engines.js';
import { repeatRegressions } from '../support/regressions.js';

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 1020) / engineCases.length);
const COMMANDS_MAX = 200;

const runs = fc.record({
  max: fc.integer({ min: 1, max: 8 }),
  commands: fc.array(command, { maxLength: COMMANDS_MAX, size: 'max' }),
});
type Run = { max: number; commands: Command[] };

function runOn(engineCase: EngineCase) {
  return fc.asyncProperty(runs, async ({ max, commands }: Run) => {
    const twin = new Twin(engineCase.open(), max);
    for (const command of commands) twin.step(command);
    await engineIsOver();
  });
}

repeatRegressions('random/model', engineCases, runOn);

describe.each(engineCases)('$name', (engineCase) => {
  it(`equals the model in ${RUNS} random runs`, () => {
    return fc.assert(runOn(engineCase), { numRuns: RUNS });
  });

  it('has no newest entry that was deleted before the table moved', () => {
    const twin = new Twin(engineCase.open(), 2);
    // The walk that follows each step lowers FRESH; the memory moved to has held the table before.
    for (const name of ['0', 'a'].map((each) => keys.indexOf(each))) {
      twin.step(['set', 0, 0]);
      twin.step(['set', name, 0]);
      twin.step(['relocate']);
      twin.step(['delete', name]);
      twin.step(['relocate']);
    }
  });
});

describe('the comparison', () => {
  it('finds a cache that differs from the model', () => {
    const twin = new Twin(openJs(), 2);
    twin.step(['set', 2, 0]);
    twin.step(['set', 9, 0]);
    twin.cache.get(1);
    expect(() => twin.step(['get', 2])).not.toThrow();
    twin.model.get('a');
    expect(() => twin.step(['has', 2])).toThrow('order');
  });
});
