// Shows that no sequence of commands tells a cache from the model, on any engine.
//
// Runs are random, WASM_LRU_RUNS of them, and shrink to a shortest failing one. fast-check then
// prints a seed and a path. Add { "engine": "<case's name>", "seed": <seed>, "path": "<path>" } to
// regressions.json, and that very run is repeated first from then on. A path belongs to the
// generator in commands.ts: whoever changes the generator first turns what is in the file into
// tests of their own.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, command, Twin } from './commands.js';
import { type EngineCase, engineCases } from './support.js';

interface Regression {
  /** Set in entries of other suites. */
  readonly suite?: string;
  readonly engine: string;
  readonly seed: number;
  readonly path: string;
}

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 1020) / engineCases.length);
const COMMANDS_MAX = 200;

const regressions = (
  JSON.parse(readFileSync(new URL('regressions.json', import.meta.url), 'utf8')) as Regression[]
).filter(({ suite }) => suite === undefined);

const runs = fc.record({
  max: fc.integer({ min: 1, max: 8 }),
  commands: fc.array(command, { maxLength: COMMANDS_MAX, size: 'max' }),
});

function runOn(engineCase: EngineCase) {
  return fc.property(runs, ({ max, commands }: { max: number; commands: Command[] }) => {
    const twin = new Twin(engineCase.open(), max);
    for (const command of commands) twin.step(command);
  });
}

function caseNamed(name: string): EngineCase {
  const found = engineCases.find((engineCase) => engineCase.name === name);
  if (found === undefined) throw new Error(`regressions.json names no engine case: ${name}`);
  return found;
}

describe('regressions', () => {
  it('is a list of runs that once failed, each of which passes', () => {
    expect(Array.isArray(regressions)).toBe(true);
    for (const { engine, seed, path } of regressions) {
      fc.assert(runOn(caseNamed(engine)), { seed, path, endOnFailure: true });
    }
  });
});

describe.each(engineCases)('$name', (engineCase) => {
  it(`equals the model in ${RUNS} random runs`, () => {
    fc.assert(runOn(engineCase), { numRuns: RUNS });
  });
});

describe('the comparison', () => {
  it('finds a cache that differs from the model', () => {
    const twin = new Twin(caseNamed('pure').open(), 2);
    twin.step(['set', 2, 0]);
    twin.step(['set', 9, 0]);
    twin.cache.get(1);
    expect(() => twin.step(['get', 2])).not.toThrow();
    twin.model.get('a');
    expect(() => twin.step(['has', 2])).toThrow('order');
  });
});
