// The core's checker can fail: every code of assembly/validate.ts is seen for the damage it names.
//
// Each case damages a healthy table or arena of the debug build by hand, through a view of its
// memory, and nothing else: the code must be the one of that damage.

import { describe, expect, it } from 'vitest';
import {
  ARENA_MAP,
  BLOCK_HEADER_BYTES,
  EMPTY,
  KIND_INT,
  SLOT_BYTES,
  SLOT_CHAIN,
  SLOT_NEWER,
  SLOT_OLDER,
  SLOT_WORD,
  TABLE_AGES,
  TABLE_BUDGET,
  TABLE_CAPACITY,
  TABLE_FREE,
  TABLE_FRESH,
  TABLE_HEADS,
  TABLE_LIMIT,
  TABLE_SLOTS,
  TABLE_TOTAL,
  TABLE_WEIGHTS,
} from '../assembly/layout.js';
import { openDebug } from './support.js';

/** A table of the debug build with a few entries, one of its slots free, and what damages it. */
function openTable(entries = 6) {
  const { shared, debug } = openDebug({ oneBucket: true });
  const { engine } = shared;
  const table = engine.createTable(100) ?? expect.fail('no memory for a table');
  if (entries > 0) engine.grow(table);
  for (let key = 1; key <= entries; key++) engine.put(table, key, KIND_INT);
  if (entries > 0) engine.take(table, entries, KIND_INT);
  const address = table as unknown as number;
  const words = () => new Int32Array(debug.memory.buffer);
  const at = (offset: number) => words()[offset >> 2] as number;
  return {
    debug,
    engine,
    table,
    address,
    set: (offset: number, value: number) => {
      words()[offset >> 2] = value;
    },
    header: (field: number) => address + field,
    slot: (slot: number, field: number) => at(address + TABLE_SLOTS) + slot * SLOT_BYTES + field,
    head: () => at(address + TABLE_HEADS),
  };
}

type Opened = ReturnType<typeof openTable>;

const tableDamage: readonly [code: number, what: string, damage: (t: Opened) => void][] = [
  [1, 'a size over the limit', (t) => t.set(t.header(TABLE_LIMIT), 2)],
  [2, 'a fresh slot of number 0', (t) => t.set(t.header(TABLE_FRESH), 0)],
  [3, 'blocks too small', (t) => t.set(t.header(TABLE_CAPACITY), 1 << 20)],
  [4, 'a list that leads out', (t) => t.set(t.slot(0, SLOT_OLDER), 1000)],
  [5, 'links that are not inverse', (t) => t.set(t.slot(3, SLOT_NEWER), 3)],
  [
    6,
    'a list that is too short',
    (t) => {
      t.set(t.slot(4, SLOT_OLDER), 2);
      t.set(t.slot(2, SLOT_NEWER), 4);
    },
  ],
  [
    7,
    'a slot that is listed and not chained',
    (t) => {
      t.set(t.slot(4, SLOT_CHAIN), 6);
      t.set(t.slot(6, SLOT_CHAIN), 2);
    },
  ],
  [8, 'chains that are too short', (t) => t.set(t.head(), 0)],
  [10, 'a free list that leads out', (t) => t.set(t.header(TABLE_FREE), 1000)],
  [11, 'a slot that is neither live nor free', (t) => t.set(t.header(TABLE_FREE), 0)],
  [16, 'heads that do not follow the slots', (t) => t.set(t.header(TABLE_HEADS), t.address)],
];

const arenaDamage: readonly [code: number, what: string, damage: (t: Opened) => void][] = [
  [20, 'a wrong size of the left block', (t) => t.set(t.address - BLOCK_HEADER_BYTES, 16)],
  [21, 'two free neighbours', (t) => t.set(t.address - 4, 80 | 1)],
  [22, 'a block without size', (t) => t.set(t.address - 4, 0)],
  [23, 'a bin that is marked and empty', (t) => t.set(ARENA_MAP, 1)],
  [24, 'writes into the shared zeroes', (t) => t.set(EMPTY, 1)],
];

describe('validateTable', () => {
  it('finds nothing in a healthy table, full or empty', () => {
    for (const { debug, table } of [openTable(), openTable(0)]) {
      expect(debug.validateTable(table)).toBe(0);
    }
  });

  it.each(tableDamage)('gives %i for %s', (code, _, damage) => {
    const opened = openTable();
    damage(opened);
    expect(opened.debug.validateTable(opened.table)).toBe(code);
  });

  it('gives 9 for a slot in a bucket that its word does not select', () => {
    const { shared, debug } = openDebug();
    const table = shared.engine.createTable(100) ?? expect.fail('no memory for a table');
    shared.engine.grow(table);
    shared.engine.put(table, 1, KIND_INT);
    const view = new Int32Array(debug.memory.buffer);
    const slots = view[((table as unknown as number) + TABLE_SLOTS) >> 2] as number;
    view[(slots + SLOT_BYTES + SLOT_WORD) >> 2] = 2;
    expect(debug.validateTable(table)).toBe(9);
  });

  it('gives 12 for a table without memory that claims a capacity', () => {
    const opened = openTable(0);
    opened.set(opened.header(TABLE_CAPACITY), 5);
    expect(opened.debug.validateTable(opened.table)).toBe(12);
  });
});

/** A table as above with ages and weights: five entries that weigh 1, 2, 3, 4 and 5. */
function openColumns(entries = 5) {
  const opened = openTable(entries === 0 ? 0 : 1);
  const { debug, table, engine } = opened;
  expect([engine.useAges(table), engine.useWeights(table)]).toEqual([1, 1]);
  for (let key = 1; key <= entries; key++) engine.putWith(table, key, KIND_INT, key, 0, 9, 0);
  const floats = () => new Float64Array(debug.memory.buffer);
  const address = (field: number) =>
    new Uint32Array(debug.memory.buffer)[opened.header(field) >> 2] as number;
  return {
    ...opened,
    setFloat: (offset: number, value: number) => {
      floats()[offset >> 3] = value;
    },
    weight: (slot: number) => address(TABLE_WEIGHTS) + slot * 8,
  };
}

type Columns = ReturnType<typeof openColumns>;

const columnDamage: readonly [code: number, what: string, damage: (t: Columns) => void][] = [
  // The table's own block is shorter than either column.
  [13, 'ages that are too short', (t) => t.set(t.header(TABLE_AGES), t.address)],
  [13, 'weights that are too short', (t) => t.set(t.header(TABLE_WEIGHTS), t.address)],
  [13, 'ages without memory', (t) => t.set(t.header(TABLE_AGES), EMPTY)],
  [13, 'weights without memory', (t) => t.set(t.header(TABLE_WEIGHTS), EMPTY)],
  [14, 'a total that is too high', (t) => t.setFloat(t.header(TABLE_TOTAL), 16)],
  [14, 'a total that is too low', (t) => t.setFloat(t.header(TABLE_TOTAL), 14)],
  [14, 'a weight that was not counted', (t) => t.setFloat(t.weight(3), 4)],
  [14, 'a total of no weights', (t) => t.set(t.header(TABLE_WEIGHTS), 0)],
  [15, 'a total over the budget', (t) => t.setFloat(t.header(TABLE_BUDGET), 14)],
];

describe('validateTable, of columns', () => {
  it('finds nothing in a healthy table, full, at its budget, or empty', () => {
    for (const { debug, table, engine } of [openColumns(), openColumns(0)]) {
      engine.setBudget(table, engine.total(table));
      expect(debug.validateTable(table)).toBe(0);
    }
  });

  it.each(columnDamage)('gives %i for %s', (code, _, damage) => {
    const opened = openColumns();
    expect(opened.debug.validateTable(opened.table)).toBe(0);
    damage(opened);
    expect(opened.debug.validateTable(opened.table)).toBe(code);
  });

  it('gives 13 for an empty table with a column of its own', () => {
    for (const field of [TABLE_AGES, TABLE_WEIGHTS]) {
      const opened = openColumns(0);
      opened.set(opened.header(field), opened.address);
      expect(opened.debug.validateTable(opened.table)).toBe(13);
    }
  });
});

describe('validateArena', () => {
  it('finds nothing in a healthy arena', () => {
    expect(openTable().debug.validateArena()).toBe(0);
  });

  it.each(arenaDamage)('gives %i for %s', (code, _, damage) => {
    const opened = openTable(0);
    damage(opened);
    expect(opened.debug.validateArena()).toBe(code);
  });
});
