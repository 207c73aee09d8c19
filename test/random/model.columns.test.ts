// Shows that no sequence of commands tells a cache with ttls and sizes from its model.
//
// Runs are random, on every engine, plain and hostile; WASM_LRU_RUNS sets their number. One that
// fails is kept as regressions.ts says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineIsOver } from '../support/collected.js';
import {
  type Bounds,
  type ColumnCommand,
  ColumnTwin,
  columnCommand,
  settingsOff,
} from '../support/column-commands.js';
import type { ColumnSettings } from '../support/column-model.js';
import { type EngineCase, engineCases, openJs } from '../support/engines.js';
import { repeatRegressions } from '../support/regressions.js';

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 1800) / engineCases.length);
const COMMANDS_MAX = 200;

const sizes = { maxSize: fc.integer({ min: 1, max: 24 }), maxEntrySize: fc.constantFrom(0, 0, 4) };
const max = fc.integer({ min: 1, max: 8 });
const bounds: fc.Arbitrary<Bounds> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ max, ...sizes }) },
  { weight: 1, arbitrary: fc.record({ ...sizes, max: fc.constant(0) }) },
  { weight: 2, arbitrary: max.map((bound) => ({ max: bound, maxSize: 0, maxEntrySize: 0 })) },
  { weight: 1, arbitrary: max.map((bound) => ({ max: bound, maxSize: 0, maxEntrySize: 3 })) },
);

const settings: fc.Arbitrary<ColumnSettings> = fc.record({
  ttl: fc.constantFrom(0, 0, 2, 6),
  updateAgeOnGet: fc.boolean(),
  updateAgeOnHas: fc.boolean(),
  allowStale: fc.boolean(),
  noDeleteOnStaleGet: fc.boolean(),
  noUpdateTTL: fc.boolean(),
  noDisposeOnSet: fc.boolean(),
});

const runs = fc.record({
  bounds,
  settings,
  commands: fc.array(columnCommand, { maxLength: COMMANDS_MAX, size: 'max' }),
});
type Run = { bounds: Bounds; settings: ColumnSettings; commands: ColumnCommand[] };

function runOn({ open }: EngineCase) {
  return fc.asyncProperty(runs, async ({ bounds, settings, commands }: Run) => {
    const twin = new ColumnTwin(open(), bounds, settings);
    for (const command of commands) twin.step(command);
    await engineIsOver();
  });
}

repeatRegressions('random/model.columns', engineCases, runOn);

describe.each(engineCases)('$name', (engineCase) => {
  it(`equals the model in ${RUNS} random runs`, () => {
    return fc.assert(runOn(engineCase), { numRuns: RUNS });
  });
});

describe('the comparison', () => {
  const openTwin = () => {
    const twin = new ColumnTwin(openJs(), { max: 4, maxSize: 9, maxEntrySize: 0 }, settingsOff);
    twin.step(['set', 2, 1, { ttl: 5 }]);
    twin.step(['set', 9, 2, { size: 1 }]);
    return twin;
  };

  it.each([
    ['order', (twin: ColumnTwin) => twin.model.rows.reverse(), 'entries'],
    ['age', (twin: ColumnTwin) => twin.model.has(1, { updateAgeOnHas: true }), 'entries'],
    ['size', (twin: ColumnTwin) => twin.model.set('a', 'bb', { size: 2 }), 'told'],
    ['total', (twin: ColumnTwin) => Object.assign(twin.model.rows[0] ?? {}, { size: 5 }), 'calc'],
    ['ttl', (twin: ColumnTwin) => Object.assign(twin.model.rows[1] ?? {}, { ttl: 6 }), 'entries'],
    ['bound', (twin: ColumnTwin) => twin.model.resize({ maxSize: 8 }), 'maxSize'],
  ])('finds another %s', (_, change, told) => {
    const twin = openTwin();
    twin.step(['advance', 1]);
    change(twin);
    expect(() => twin.step(['remaining', 0])).toThrow(told);
  });
});
