// Shows that no sequence of commands tells a cache from the model, with ttls and sizes or without.
//
// Runs are random, on every engine, plain and hostile; WASM_LRU_RUNS sets their number. One that
// fails is kept as regressions.ts says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineIsOver } from '../support/collected.js';
import { type Command, command, keys, plainCommand, Twin, values } from '../support/commands.js';
import { type EngineCase, engineCases, openJs } from '../support/engines.js';
import { type Bounds, type Settings, settingsOff } from '../support/model.js';
import { repeatRegressions } from '../support/regressions.js';

const runsOf = (count: number): number =>
  Math.ceil(Number(process.env.WASM_LRU_RUNS ?? count) / engineCases.length);
const lengths = { maxLength: 200, size: 'max' } as const;

const sizes = { maxSize: fc.integer({ min: 1, max: 24 }), maxEntrySize: fc.constantFrom(0, 0, 4) };
const max = fc.integer({ min: 1, max: 8 });
const bounds: fc.Arbitrary<Bounds> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ max, ...sizes }) },
  { weight: 1, arbitrary: fc.record({ ...sizes, max: fc.constant(0) }) },
  { weight: 2, arbitrary: max.map((bound) => ({ max: bound, maxSize: 0, maxEntrySize: 0 })) },
  { weight: 1, arbitrary: max.map((bound) => ({ max: bound, maxSize: 0, maxEntrySize: 3 })) },
);

const settings: fc.Arbitrary<Settings> = fc.record({
  ttl: fc.constantFrom(0, 0, 2, 6),
  updateAgeOnGet: fc.boolean(),
  updateAgeOnHas: fc.boolean(),
  allowStale: fc.boolean(),
  noDeleteOnStaleGet: fc.boolean(),
  noUpdateTTL: fc.boolean(),
  noDisposeOnSet: fc.boolean(),
});

interface Run {
  readonly bounds: Bounds;
  readonly settings: Settings;
  readonly commands: readonly Command[];
}

const plainRuns: fc.Arbitrary<Run> = fc
  .record({ max, commands: fc.array(plainCommand, lengths) })
  .map(({ max, commands }) => ({ bounds: { max }, settings: settingsOff, commands }));
const columnRuns: fc.Arbitrary<Run> = fc.record({
  bounds,
  settings,
  commands: fc.array(command, lengths),
});

/** What is run: each engine, with either kind of runs. */
interface Case extends EngineCase {
  readonly kind: 'plain' | 'ttls and sizes';
  readonly runs: fc.Arbitrary<Run>;
  readonly count: number;
}

const cases: readonly Case[] = engineCases.flatMap(({ name, open }) => [
  { name, open, kind: 'plain', runs: plainRuns, count: runsOf(1020) },
  {
    name: `${name}, ttls and sizes`,
    ...{ open, kind: 'ttls and sizes', runs: columnRuns, count: runsOf(1800) },
  },
]);

function runOn({ open, runs }: Case) {
  return fc.asyncProperty(runs, async ({ bounds, settings, commands }) => {
    const twin = new Twin(open(), bounds, settings);
    for (const command of commands) twin.step(command);
    await engineIsOver();
  });
}

repeatRegressions('random/model', cases, runOn);

describe.each(cases)('$name', (each) => {
  it(`equals the model in ${each.count} random runs, ${each.kind}`, () => {
    return fc.assert(runOn(each), { numRuns: each.count });
  });
});

describe.each(engineCases)('$name', ({ open }) => {
  it('has no newest entry that was deleted before the table moved', () => {
    const twin = new Twin(open(), { max: 2 });
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
  it('finds a use that the model did not see', () => {
    const twin = new Twin(openJs(), { max: 2 });
    twin.step(['set', keys.indexOf(1), values.indexOf(1)]);
    twin.step(['set', keys.indexOf('a'), values.indexOf(1)]);
    twin.cache.get(1);
    expect(() => twin.step(['get', keys.indexOf(1)])).not.toThrow();
    twin.model.get('a');
    expect(() => twin.step(['has', keys.indexOf(1)])).toThrow('order');
  });

  const openTwin = () => {
    const twin = new Twin(openJs(), { max: 4, maxSize: 9 });
    twin.step(['set', keys.indexOf(1), values.indexOf('a'), { ttl: 5 }]);
    twin.step(['set', keys.indexOf('a'), values.indexOf('bb'), { size: 1 }]);
    return twin;
  };
  const reverse = ({ model }: Twin) => {
    model.rows = model.rows.reverse();
  };

  it.each([
    ['order', reverse, 'order'],
    ['age', (twin: Twin) => twin.model.has(1, { updateAgeOnHas: true }), 'entries'],
    ['size', (twin: Twin) => twin.model.set('a', 'bb', { size: 2 }), 'told'],
    ['total', (twin: Twin) => Object.assign(twin.model.rows[0] ?? {}, { size: 5 }), 'calc'],
    ['ttl', (twin: Twin) => Object.assign(twin.model.rows[1] ?? {}, { ttl: 6 }), 'entries'],
    ['bound', (twin: Twin) => twin.model.resize({ maxSize: 8 }), 'maxSize'],
  ])('finds another %s', (_, change, told) => {
    const twin = openTwin();
    twin.step(['advance', 1]);
    change(twin);
    expect(() => twin.step(['remaining', 0])).toThrow(told);
  });
});
