// Tables with columns: ages and weights, put in use at any time, on every engine.
//
// Random runs are compared with a model (table-twin.ts); the same run on the WebAssembly and on
// the pure engine gives the same structure, to the bit. What a refusal of memory leaves behind is
// what there was. Caches with columns are in columns.model.test.ts.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ARENA_FIRST,
  BLOCK_HEADER_BYTES,
  INSERTED,
  KIND_INT,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  OVERWEIGHT,
  UPDATED,
  WEIGHT_MAX,
} from '../assembly/layout.js';
import type { Engine, Table, TableImage } from '../src/engine/engine.js';
import { compileCore, createWasmEngine } from '../src/engine/wasm.js';
import { createPureEngine } from '../src/engine-pure.js';
import { Scarcity } from './scarcity.js';
import { type DebugCore, engineCases, openDebug, openPure, plainCases } from './support.js';
import { type TableCommand, tableCommand } from './table-commands.js';
import { TableTwin } from './table-twin.js';

const RUNS = 400;
const COMMANDS_MAX = 120;

const runs = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  commands: fc.array(tableCommand, { maxLength: COMMANDS_MAX, size: 'max' }),
});
type Run = { limit: number; commands: TableCommand[] };

/** All linear memory is one free block, up to the closing header. */
function expectEmptyArena({ memory, validateArena }: DebugCore): void {
  const bytes = memory.buffer.byteLength - BLOCK_HEADER_BYTES - ARENA_FIRST;
  const free = new DataView(memory.buffer).getUint32(ARENA_FIRST + 4, true);
  if (free !== (bytes | 1)) expect(free, 'bytes of the first block').toBe(bytes | 1);
  expect(validateArena()).toBe(0);
}

describe.each(engineCases)('random runs: $name', ({ open }) => {
  it(`equal the model in ${RUNS} runs`, () => {
    const run = ({ limit, commands }: Run) => {
      const { shared, debug } = open();
      const twin = new TableTwin(shared.engine, limit, debug);
      for (const command of commands) twin.step(command);
      shared.engine.destroyTable(twin.table);
      if (debug !== undefined) expectEmptyArena(debug);
    };
    fc.assert(fc.property(runs, run), { numRuns: RUNS });
  });
});

const wasmOf = (name: string): Engine => {
  const bytes = new Uint8Array(readFileSync(new URL(`../build/${name}`, import.meta.url)));
  return createWasmEngine(compileCore(bytes), { seed: 77 });
};

/** An image as text: every bit of it, also of free slots, but for what was never written. */
function written(image: TableImage): string {
  const { heads, slots, ages, weights, ...numbers } = image;
  const used = [
    heads,
    slots.slice(0, image.fresh * 4),
    ages?.slice(0, image.fresh * 2),
    weights?.slice(0, image.fresh),
  ];
  const bits = used.map((column) => column && Buffer.from(column.buffer).toString('hex'));
  return JSON.stringify([...Object.entries(numbers).sort(), bits]);
}

describe('the structure', () => {
  it('is the same to the bit on every engine after every step', () => {
    const run = ({ limit, commands }: Run) => {
      const engines = [
        wasmOf('core.wasm'),
        wasmOf('core.debug.wasm'),
        createPureEngine({ seed: 77 }),
      ];
      const twins = engines.map((engine) => new TableTwin(engine, limit));
      for (const command of commands) {
        const [first, ...others] = twins.map((twin, i) => {
          twin.step(command);
          return written((engines[i] as Engine).image(twin.table));
        });
        for (const other of others) if (other !== first) expect(other).toBe(first);
      }
    };
    fc.assert(fc.property(runs, run), { numRuns: 120 });
  });
});

const ENTRIES = 15;
const LIMIT = 31;

/** A full table, about to grow; its entries weigh 1 and are fresh for 10 ms. */
function openTable(engine: Engine, columns: readonly string[], limit = LIMIT): Table {
  const table = engine.createTable(limit) ?? expect.fail('no memory for a table');
  engine.grow(table);
  if (columns.includes('ages')) expect(engine.useAges(table)).toBe(1);
  if (columns.includes('weights')) expect(engine.useWeights(table)).toBe(1);
  for (let key = 0; key < Math.min(ENTRIES, limit); key++) {
    if (columns.length === 0) engine.put(table, key, KIND_INT);
    else engine.putWith(table, key, KIND_INT, 1, key, 10, 0);
  }
  return table;
}

const columnSets = [[], ['ages'], ['weights'], ['ages', 'weights']];

describe.each(plainCases)('columns on $name', ({ open }) => {
  it('come into use in the middle of life, and change nothing else', () => {
    for (const entries of [0, 3, ENTRIES]) {
      const { engine } = open().shared;
      const table = engine.createTable(LIMIT) ?? expect.fail('no memory');
      if (entries > 0) engine.grow(table);
      for (let key = 0; key < entries; key++) engine.put(table, key, KIND_INT);
      engine.take(table, 1, KIND_INT);
      const before = engine.image(table);
      expect([engine.useAges(table), engine.useWeights(table)]).toEqual([1, 1]);
      const { ages, weights, ...rest } = engine.image(table);
      expect({ ...rest, ages: undefined, weights: undefined }).toEqual(before);
      expect(ages).toEqual(new Float64Array((before.capacity + 1) * 2));
      expect(weights).toEqual(new Float64Array(before.capacity + 1));
      expect([engine.total(table), engine.nextDeadline(table)]).toEqual([0, Infinity]);
      expect(engine.nextStale(table, NIL, 1e9)).toBe(NIL);
    }
  });

  it('stay as they are when they are put in use again', () => {
    const { engine } = open().shared;
    const table = openTable(engine, ['ages', 'weights']);
    const before = engine.image(table);
    expect([engine.useAges(table), engine.useWeights(table)]).toEqual([1, 1]);
    expect(engine.image(table)).toEqual(before);
  });

  it('are gone after a clear, and in use still', () => {
    const { engine } = open().shared;
    const table = openTable(engine, ['ages', 'weights']);
    engine.setBudget(table, 20);
    engine.clear(table);
    const { size, total, budget, ages, weights } = engine.image(table);
    expect({ size, total, budget }).toEqual({ size: 0, total: 0, budget: 20 });
    expect([ages, weights]).toEqual([new Float64Array(2), new Float64Array(1)]);
    expect(engine.shed(table)).toBe(NIL);
    expect(engine.putWith(table, 1, KIND_INT, 21, 0, 5, 0)).toBe(NO_ROOM);
    expect(engine.total(table)).toBe(0);
    engine.grow(table);
    const code = engine.putWith(table, 1, KIND_INT, 21, 0, 5, 0);
    expect(code).toBe((1 << OUTCOME_BITS) | INSERTED | OVERWEIGHT);
    expect([engine.ttlOf(table, 1), engine.total(table)]).toEqual([5, 21]);
    expect([engine.shed(table), engine.shed(table)]).toEqual([1, NIL]);
    expect(engine.total(table)).toBe(0);
  });

  it('have an image that is a copy', () => {
    const { engine } = open().shared;
    const table = openTable(engine, ['ages', 'weights']);
    const image = engine.image(table);
    const kept = structuredClone(image);
    engine.putWith(table, 0, KIND_INT, 5, 99, 77, 0);
    expect(image).toEqual(kept);
    image.ages?.fill(-1);
    image.weights?.fill(-1);
    const slot = engine.find(table, 0, KIND_INT);
    const cells = [engine.startOf(table, slot), engine.ttlOf(table, slot)];
    expect([...cells, engine.weightOf(table, slot)]).toEqual([99, 77, 5]);
  });

  it('take 16 and 8 bytes an entry, and give them back', () => {
    const { engine } = open().shared;
    const bytes = columnSets.map((columns) => engine.bytesHeld(openTable(engine, columns)));
    const [plain = 0, ages = 0, weights = 0, both = 0] = bytes;
    // A block of linear memory has a header, and is a multiple of 16.
    const spare = engine.kind === 'wasm' ? 16 : 0;
    expect(ages - plain).toBe((ENTRIES + 1) * 16 + spare);
    expect(weights - plain).toBe((ENTRIES + 1) * 8 + spare);
    expect(both - plain).toBe(ages - plain + weights - plain);
    const empties = columnSets.map((columns) => {
      const table = openTable(engine, columns);
      engine.clear(table);
      const empty = engine.bytesHeld(table);
      engine.destroyTable(table);
      return empty;
    });
    const column = engine.kind === 'wasm' ? 0 : 8;
    const [empty = 0] = empties;
    expect(empties).toEqual([empty, empty + 2 * column, empty + column, empty + 3 * column]);
  });

  it('add up exactly to the largest sum there is', () => {
    const { engine } = open().shared;
    const table = openTable(engine, ['weights'], 3);
    for (const key of [1, 2]) engine.take(table, key, KIND_INT);
    const put = (key: number, weight: number) =>
      engine.putWith(table, key, KIND_INT, weight, 0, 0, 0);
    expect(put(0, WEIGHT_MAX - 1) & OVERWEIGHT).toBe(0);
    expect(put(1, 1) & OVERWEIGHT).toBe(0);
    expect(engine.total(table)).toBe(WEIGHT_MAX);
    // The heaviest there is takes the place of the oldest; with the other it is 2^52 + 1.
    expect(put(2, WEIGHT_MAX) & OVERWEIGHT).toBe(OVERWEIGHT);
    expect(engine.total(table)).toBe(WEIGHT_MAX + 1);
    expect(engine.shed(table)).not.toBe(NIL);
    expect([engine.total(table), engine.shed(table)]).toEqual([WEIGHT_MAX, NIL]);
    // An overwrite of the heaviest by the heaviest.
    expect(put(2, WEIGHT_MAX)).toBe((engine.newest(table) << OUTCOME_BITS) | UPDATED);
    expect(put(1, 1) & OVERWEIGHT, 'a light one in its place').toBe(0);
    expect([engine.total(table), engine.size(table)]).toEqual([1, 1]);
  });
});

const refusing = [
  { name: 'wasm debug', open: () => openDebug() },
  { name: 'pure', open: () => openPure() },
];

describe.each(refusing)('memory is refused: $name', ({ open }) => {
  it('a column that is refused leaves everything as it was, and comes later', () => {
    for (const column of ['useAges', 'useWeights'] as const) {
      const engine = open();
      const table = openTable(engine.shared.engine, column === 'useAges' ? ['weights'] : ['ages']);
      const call = () => engine.shared.engine[column](table);
      const before = engine.shared.engine.image(table);
      const scarcity = new Scarcity(engine);
      scarcity.begin();
      expect([call(), call()]).toEqual([0, 0]);
      expect(engine.shared.engine.image(table)).toEqual(before);
      expect(engine.debug?.validateTable(table) ?? 0).toBe(0);
      scarcity.end();
      expect(call()).toBe(1);
      const { ages, weights } = engine.shared.engine.image(table);
      expect([ages?.length, weights?.length]).toEqual([32, 16]);
      expect(column === 'useAges' ? ages : weights).toEqual(
        new Float64Array(column === 'useAges' ? 32 : 16),
      );
    }
  });

  it('a column of an empty table needs no memory', () => {
    const engine = open();
    const table = engine.shared.engine.createTable(5) ?? expect.fail('no memory');
    new Scarcity(engine).begin();
    expect(engine.shared.engine.useAges(table)).toBe(1);
    expect(engine.shared.engine.useWeights(table)).toBe(1);
    expect(engine.shared.engine.grow(table)).toBe(0);
  });
});

describe('a growth is refused in the middle', () => {
  const arrays = ['slots', 'heads', 'ages', 'weights'];

  it.each([
    [0, ['ages', 'weights']],
    [1, ['ages', 'weights']],
    [2, ['ages', 'weights']],
    [3, ['ages', 'weights']],
    [2, ['ages']],
    [2, ['weights']],
  ])('pure: the array after %i others, of a table with %j', (granted, columns) => {
    const engine = openPure();
    const core = engine.shared.engine;
    const table = openTable(core, columns);
    const before = core.image(table);
    engine.refuseGrowthAfter(granted);
    expect(core.putWith(table, 99, KIND_INT, 1, 0, 0, 0), arrays[granted]).toBe(NO_ROOM);
    expect(core.grow(table)).toBe(0);
    expect(core.image(table)).toEqual(before);
    engine.refuseGrowthAfter(arrays.length);
    expect(core.grow(table)).toBe(1);
    expect(core.image(table).capacity).toBe(LIMIT);
  });

  // A table of the same shape frees the blocks that the other one needs: all but the last ones.
  it.each([
    ['slots', undefined, 0],
    ['ages', [], 0],
    ['weights', ['ages'], 0],
    ['nothing', ['ages', 'weights'], 1],
  ] as const)('wasm debug: the block of %s', (_, spareColumns, isGrown) => {
    const engine = openDebug();
    const core = engine.shared.engine;
    const table = openTable(core, ['ages', 'weights']);
    const spare = openTable(core, spareColumns ?? []);
    expect(core.grow(spare)).toBe(1);
    const before = core.image(table);
    const held = core.bytesHeld(table);
    const scarcity = new Scarcity(engine);
    scarcity.begin();
    if (spareColumns !== undefined) core.clear(spare);
    expect(core.grow(table)).toBe(isGrown);
    const after = core.image(table);
    if (isGrown === 0) expect([after, core.bytesHeld(table)]).toEqual([before, held]);
    else expect([after.capacity, after.total, after.size]).toEqual([LIMIT, ENTRIES, ENTRIES]);
    expect([engine.debug.validateTable(table), engine.debug.validateArena()]).toEqual([0, 0]);
    scarcity.end();
    if (isGrown === 0) expect(core.grow(table)).toBe(1);
    const code = core.putWith(table, 99, KIND_INT, 1, 0, 0, 0);
    expect(code & OUTCOME_MASK).toBe(INSERTED);
    expect(core.image(table).ages?.subarray(2, 32)).toEqual(before.ages?.subarray(2));
    expect(core.image(table).weights?.subarray(1, 16)).toEqual(before.weights?.subarray(1));
    expect(engine.debug.validateTable(table)).toBe(0);
    for (const each of [table, spare]) core.destroyTable(each);
    expectEmptyArena(engine.debug);
  });
});
