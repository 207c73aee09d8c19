// The engines: their interface is one, on both sides of the boundary, and what a table costs.
//
// That they do the same, and what a model does, is in machine.test.ts. Here: the two halves of the
// seam, what the core exports and imports, bytes, the arena, and a refusal at each allocation.

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ARENA_FIRST,
  BLOCK_HEADER_BYTES,
  EVICTED,
  INSERTED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  UPDATED,
  WEIGHT_MAX,
} from '../../assembly/layout.js';
import { entriesOf } from '../../src/api/lru.js';
import { disposedEngine } from '../../src/engine/dead.js';
import type { Engine, Table } from '../../src/engine/engine.js';
import { createJsEngine } from '../../src/engine/js.js';
import { compileCore, createWasmEngine, STUBS } from '../../src/engine/wasm.js';
import { openCache, openDebug, openJs, openRelease, plainCases } from '../support/engines.js';
import { imageOf } from '../support/image.js';
import { Scarcity } from '../support/scarcity.js';
import { expectArena, expectTable } from '../support/validate.js';

const readCore = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
const releaseBytes = readCore('core.wasm');
const debugBytes = readCore('core.debug.wasm');

const assembly = new URL('../../assembly/', import.meta.url);
const sourceOf = (name: string) => readFileSync(new URL(name, assembly), 'utf8');
const sorted = (names: Iterable<string>) => [...names].sort();

/** The functions that a source exports, and how many parameters each has. */
function functionsOf(source: string): Map<string, number> {
  const found = source.matchAll(/^export (?:declare )?function (\w+)\(([^)]*)\)/gm);
  const count = (list: string) => list.split(',').filter((part) => part.trim() !== '').length;
  return new Map([...found].map(([, name, list]) => [name as string, count(list as string)]));
}

/** All that a source exports: functions, types and classes. */
const exportsOf = (source: string) =>
  new Set(
    [...source.matchAll(/^export .*?(?:function|type|class) (\w+)/gm)].map(([, name]) => name),
  );

/** What a source imports from a file. */
function importsFrom(source: string, file: string): string[] {
  const found = source.matchAll(/^import \{([^}]*)\} from '([^']+)';/gm);
  const lists = [...found].filter(([, , from]) => from === `./${file}.js`).map(([, list]) => list);
  const names = lists.join().split(',');
  return names.map((name) => name.replace(/ as .*/s, '').trim()).filter((name) => name !== '');
}

const files = [...readdirSync(assembly), 'debug/contract.ts', 'debug/contract.wasm.ts'];
const seam = files.filter((name) => name.endsWith('.wasm.ts')).map((name) => name.slice(0, -8));
const halves = seam.filter((name) => files.includes(`${name}.ts`));
const shared = files.filter(
  (name) =>
    /^\w+\.ts$/.test(name) && name !== 'portable.d.ts' && !halves.includes(name.slice(0, -3)),
);

describe('the seam', () => {
  it('is these files', () => {
    const wanted = ['arith', 'buckets', 'debug/contract', 'imports', 'slots', 'storage'];
    expect(sorted(halves)).toEqual(wanted);
    expect(sorted(shared)).toEqual([
      ...['columns.ts', 'hash.ts', 'index.ts', 'layout.ts', 'order.ts', 'table.ts'],
    ]);
  });

  it.each(halves)('has in both halves of %s what shared files use', (name) => {
    const used = shared.flatMap((file) => importsFrom(sourceOf(file), name));
    expect(used.length).toBeGreaterThan(0);
    for (const half of [`${name}.ts`, `${name}.wasm.ts`]) {
      const there = exportsOf(sourceOf(half));
      expect(
        used.filter((each) => !there.has(each)),
        half,
      ).toEqual([]);
    }
  });

  it.each(halves)('has functions in both halves of %s that take the same', (name) => {
    const [js, wasm] = [`${name}.ts`, `${name}.wasm.ts`].map((half) => functionsOf(sourceOf(half)));
    const common = [...(js ?? [])].filter(([each]) => wasm?.has(each));
    expect(common.length).toBeGreaterThan(0);
    for (const [each, parameters] of common)
      expect([each, wasm?.get(each)]).toEqual([each, parameters]);
  });
});

/** Functions of the interface that an engine offers in another form. */
const ADAPTED = ['create', 'destroy', 'arrange', 'arrangeStale'];
const OWN = [
  ...[
    'createTable',
    'destroyTable',
    'order',
    'staleOrder',
    'refused',
    'findMany',
    'hashString',
    'hashFloat',
  ],
];
const CORE_ONLY = ['open', 'bytesInUse', 'reserve', 'reindex', 'findMany', 'memory'];
const DEBUG_ONLY = ['refuseGrowthAfter', 'startClock', 'relocate', 'trap'];

const interfaceNames = [...functionsOf(sourceOf('index.ts')).keys()];
const engineNames = [...interfaceNames.filter((name) => !ADAPTED.includes(name)), ...OWN];
const wasmExports = (bytes: Uint8Array<ArrayBuffer>) =>
  WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);

/** Whether this host has the js-string builtins: whether it checks the type of such an import. */
function hasBuiltins(): boolean {
  // (module (import "wasm:js-string" "length" (func (param i32)))): no builtin has this type.
  const wrong = [
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 2, 25, 1, 14],
    ...[...'wasm:js-string'].map((letter) => letter.charCodeAt(0)),
    ...[6, ...[...'length'].map((letter) => letter.charCodeAt(0)), 0, 0],
  ];
  const validate = WebAssembly.validate as (bytes: Uint8Array, options?: object) => boolean;
  expect(validate(new Uint8Array(wrong)), 'a module').toBe(true);
  return !validate(new Uint8Array(wrong), { builtins: ['js-string'] });
}

describe('the interface', () => {
  it('is what the builds export, and what tests need', () => {
    const wanted = [...interfaceNames, ...CORE_ONLY];
    expect(sorted(wasmExports(releaseBytes))).toEqual(sorted(wanted));
    expect(sorted(wasmExports(debugBytes))).toEqual(sorted([...wanted, ...DEBUG_ONLY]));
  });

  it('is all bound, of every engine', () => {
    const wasm = createWasmEngine(compileCore(releaseBytes)).engine;
    const js = createJsEngine();
    for (const engine of [wasm, js, disposedEngine(js)]) {
      expect(sorted(Object.keys(engine))).toEqual(sorted([...engineNames, 'kind']));
      for (const name of engineNames) {
        expect(engine[name as keyof Engine], name).toBeTypeOf('function');
      }
    }
    expect([wasm.kind, js.kind]).toEqual(['wasm', 'pure']);
  });

  it('stands in for the builtins of a host with functions that say so if they are called', () => {
    for (const stub of Object.values(STUBS['wasm:js-string'])) {
      expect(stub).toThrow('js-string is not bound');
    }
  });

  it('refuses everything once disposed', () => {
    const engine = disposedEngine(createJsEngine());
    for (const name of engineNames) {
      const call = engine[name as keyof Engine] as () => unknown;
      expect(call, name).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
    }
    expect(() => engine.kind).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  it.each([releaseBytes, debugBytes])(
    'asks for the js-string builtins and nothing else',
    (bytes) => {
      const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
      const builtin = { module: 'wasm:js-string', kind: 'function' };
      expect(imports).toHaveLength(2);
      for (const name of ['length', 'charCodeAt']) {
        expect(imports).toContainEqual({ ...builtin, name });
      }
      // A host that has the builtins binds both of them; one that does not, neither.
      const left = WebAssembly.Module.imports(compileCore(bytes)).length;
      expect(left).toBe(hasBuiltins() ? 0 : 2);
      expect(WebAssembly.Module.imports(compileCore(bytes, false))).toHaveLength(2);
    },
  );

  it('has a small core, embedded as it was built', async () => {
    expect(releaseBytes.length).toBeLessThanOrEqual(8192);
    const { coreHex } = await import('../../src/core.generated.js');
    expect(Buffer.from(coreHex, 'hex').equals(releaseBytes)).toBe(true);
  });
});

function newTable(engine: Engine, limit: number): Table {
  return engine.createTable(limit) ?? expect.fail('no memory for a table');
}

/** Puts a word as the wrapper does: grown when there is no room. */
function put(engine: Engine, table: Table, word: number): number {
  const code = engine.put(table, word);
  if ((code & OUTCOME_MASK) !== NO_ROOM) return code;
  expect(engine.grow(table)).toBeTruthy();
  return engine.put(table, word);
}

function fill(engine: Engine, table: Table, count: number): void {
  for (let word = 0; word < count; word++) put(engine, table, word);
}

type Columns = readonly ('useAges' | 'useWeights')[];
const columnSets: readonly Columns[] = [[], ['useAges'], ['useWeights'], ['useAges', 'useWeights']];

describe.each(plainCases)('a table on $name', ({ open }) => {
  it('is created empty, filled, cleared and destroyed', () => {
    const { engine } = open();
    const table = newTable(engine, 100);
    const empty = engine.bytesHeld(table);
    const state = () => [engine.size(table), engine.newest(table), engine.oldest(table)];
    expect([...state(), engine.evict(table), engine.order(table).length]).toEqual([0, 0, 0, 0, 0]);
    fill(engine, table, 100);
    expect(state()).toEqual([100, 101, 2]);
    engine.clear(table);
    expect([...state(), engine.bytesHeld(table)]).toEqual([0, 0, 0, empty]);
    engine.destroyTable(table);
  });

  it('gives slots and codes that no host has to box', () => {
    const { engine } = open();
    const table = newTable(engine, 2000);
    const codes = Array.from({ length: 5000 }, (_, i) => put(engine, table, Math.imul(i, 7919)));
    const slots = [...codes.map((code) => code >> OUTCOME_BITS), ...engine.order(table)];
    expect([...codes, ...slots].filter((number) => number !== (number & 0x3fffffff))).toEqual([]);
    expect([Math.min(...slots), Math.max(...slots)]).toEqual([2, 2001]);
    const outcomes = codes.map((code) => code & OUTCOME_MASK);
    expect(outcomes).toEqual([...Array(2000).fill(INSERTED), ...Array(3000).fill(EVICTED)]);
  });

  it('gives an order out that stays as it was', () => {
    const { engine } = open();
    const table = newTable(engine, 50);
    fill(engine, table, 50);
    const order = engine.order(table);
    const kept = [...order];
    engine.get(table, 0);
    put(engine, table, 100);
    expect([...order]).toEqual(kept);
    order.fill(-1);
    expect([...engine.order(table)]).toEqual([...kept.slice(2), kept[0], kept[1]]);
  });

  it.each([1, 1000, 2 ** 25])('costs next to nothing while it is empty, max %i', (max) => {
    const test = open();
    const before = test.memoryBytes();
    const caches = Array.from({ length: 1000 }, () => openCache(test, { max }));
    for (const cache of caches) {
      const { engine, table } = entriesOf(cache).lease;
      expect(engine.bytesHeld(table)).toBeLessThanOrEqual(144);
    }
    expect(test.memoryBytes() - before).toBeLessThanOrEqual(3 * 65_536);
  });

  // The last of each three is where the heads of the chains have just been doubled.
  it.each([1000, 1024, 1025, 1093, 10_000, 65_536, 69_905, 100_000])(
    'of %i entries takes 24 bytes an entry at most',
    (max) => {
      const cache = openCache<number, number>(open(), { max });
      const bytes = () => entriesOf(cache).lease.engine.bytesHeld(entriesOf(cache).lease.table);
      for (let key = 0; key < max; key++) cache.set(key, key);
      const full = bytes();
      // The ends of the arrays of the JavaScript engine, which no entry has, come on top.
      const beside = cache.engine === 'pure' ? 64 : 0;
      expect([cache.size, full <= 24 * max + beside]).toEqual([max, true]);
      for (let key = 0; key < max; key++) cache.set(-key, key);
      expect(bytes(), 'after churn').toBe(full);
      cache.clear();
      expect(bytes()).toBeLessThanOrEqual(144);
    },
  );

  it('takes 16 and 8 bytes an entry for columns, and gives them back', () => {
    const { engine } = open();
    const [plain = 0, ages = 0, weights = 0, both = 0] = columnSets.map((columns) => {
      const table = newTable(engine, 1000);
      for (const column of columns) expect(engine[column](table)).toBeTruthy();
      const empty = engine.bytesHeld(table);
      fill(engine, table, 1000);
      const full = engine.bytesHeld(table);
      engine.clear(table);
      expect(engine.bytesHeld(table)).toBe(empty);
      return full;
    });
    const spare = engine.kind === 'wasm' ? 16 : 0;
    expect(Math.abs(ages - plain - 1002 * 16)).toBeLessThanOrEqual(spare);
    expect(Math.abs(weights - plain - 1002 * 8)).toBeLessThanOrEqual(spare);
    expect(Math.abs(both - plain - 1002 * 24)).toBeLessThanOrEqual(spare);
  });

  it('adds weights up exactly to the largest sum there is', () => {
    const { engine } = open();
    const table = newTable(engine, 3);
    engine.useWeights(table);
    const weigh = (word: number, weight: number) => {
      const code = put(engine, table, word);
      return !!engine.write(table, code >> OUTCOME_BITS, weight, 0, 0, false);
    };
    expect([weigh(0, WEIGHT_MAX - 1), weigh(1, 1)]).toEqual([false, false]);
    expect(engine.total(table)).toBe(WEIGHT_MAX);
    expect([weigh(2, WEIGHT_MAX), engine.total(table)]).toEqual([true, 2 * WEIGHT_MAX]);
    expect([engine.shed(table), engine.shed(table), engine.shed(table)]).toEqual([2, 3, NIL]);
    // The heaviest in the place of the heaviest; then a light one.
    expect([weigh(2, WEIGHT_MAX), weigh(2, 1), engine.total(table)]).toEqual([false, false, 1]);
    expect(engine.put(table, 2)).toBe((engine.newest(table) << OUTCOME_BITS) | UPDATED);
    expect(engine.shed(table)).toBe(NIL);
  });
});

/** A full table whose next put needs another storage. */
function openFull(engine: Engine, columns: Columns): Table {
  const table = newTable(engine, 100);
  for (const column of columns) engine[column](table);
  fill(engine, table, 14);
  expect(engine.nextSlot(table)).toBe(NIL);
  return table;
}

/** Lets a host allocate so many typed arrays more. */
function refuseArraysAfter(granted: number): void {
  vi.unstubAllGlobals();
  let left = granted;
  for (const Arrays of [Int32Array, Float64Array]) {
    const construct = (target: typeof Arrays, given: unknown[]) => {
      left -= 1;
      if (left < 0) throw new RangeError('Array buffer allocation failed');
      return Reflect.construct(target, given);
    };
    vi.stubGlobal(Arrays.name, new Proxy(Arrays, { construct }));
  }
}

describe('memory is refused', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each(columnSets.map((columns) => ({ columns })))(
    'to the JavaScript engine, at each array in turn, with $columns',
    ({ columns }) => {
      const { engine } = openJs();
      const table = openFull(engine, columns);
      const before = imageOf({ engine, table });
      const arrays = 5 + columns.length;
      for (let granted = 0; granted < arrays; granted++) {
        refuseArraysAfter(granted);
        expect([granted, engine.grow(table)]).toEqual([granted, false]);
        expect(imageOf({ engine, table })).toEqual(before);
      }
      refuseArraysAfter(arrays);
      expect(engine.grow(table)).toBe(true);
      vi.unstubAllGlobals();
      expect(expectTable({ engine, table }).image.capacity).toBe(28);
    },
  );

  it('to the debug build, for a growth and for a column, and nothing has changed', () => {
    const test = openDebug();
    const { engine } = test;
    const table = openFull(engine, ['useAges']);
    const before = imageOf({ engine, table });
    const scarcity = new Scarcity(test);
    scarcity.begin();
    expect([engine.grow(table), engine.useWeights(table), engine.createTable(5)]).toEqual([
      ...[0, 0, undefined],
    ]);
    expect(imageOf({ engine, table })).toEqual(before);
    scarcity.end();
    expect([engine.useWeights(table), engine.grow(table)]).toEqual([1, 1]);
    expectTable({ engine, table });
  });

  it.each([openDebug, openJs])('for nothing, as an empty table takes none for columns', (open) => {
    const test = open();
    const table = newTable(test.engine, 5);
    const scarcity = new Scarcity(test);
    scarcity.begin();
    expect([!!test.engine.useAges(table), !!test.engine.useWeights(table)]).toEqual([true, true]);
    expect(!!test.engine.grow(table)).toBe(false);
    scarcity.end();
  });
});

type Step = readonly [op: number, at: number, size: number];
const steps = fc.array(
  fc.tuple(fc.nat(9), fc.nat(15), fc.oneof(fc.nat(40), fc.nat(600), fc.nat(3000))),
  { minLength: 10, maxLength: 60 },
);

type Debug = ReturnType<typeof openDebug>;

/** One step with one of many tables; most steps fill one to a size. */
function stepArena({ engine, debug }: Debug, tables: Table[], [op, at, n]: Step): void {
  const index = at % (tables.length + 1);
  const table = tables[index];
  if (table === undefined || op === 0) tables.push(newTable(engine, n + 1));
  else if (op === 1) engine.destroyTable(tables.splice(index, 1)[0] as Table);
  else if (op === 2) engine.clear(table);
  else if (op === 3) debug.relocate(table);
  else if (op === 4) for (let i = 0; i < n; i++) engine.evict(table);
  else if (op === 5) engine.setLimit(table, engine.size(table) + n + 1);
  else fill(engine, table, n);
}

describe('the arena', () => {
  it.each([1025, 70_000])('holds little else than the one cache that grew to %i', (max) => {
    const test = openRelease();
    const cache = openCache<number, number>(test, { max });
    for (let key = 0; key < max; key++) cache.set(key, key);
    const { engine, table } = entriesOf(cache).lease;
    // The first of several caches is in the way of none: it grows where it is, page by page.
    expect(test.memoryBytes() - engine.bytesHeld(table)).toBeLessThan(2 * 65_536);
  });

  it('is valid after every step of many tables, and empty after the last', () => {
    const property = fc.property(steps, (sequence) => {
      const test = openDebug();
      const { engine, debug } = test;
      const tables: Table[] = [];
      for (const step of sequence) {
        stepArena(test, tables, step);
        expectArena(debug.memory);
      }
      for (const table of tables) expectTable({ engine, table });
      const held = tables.reduce((sum, table) => sum + engine.bytesHeld(table), 0);
      expect(debug.bytesInUse()).toBe(held);
      for (const table of tables) engine.destroyTable(table);
      const bytes = debug.memory.buffer.byteLength - BLOCK_HEADER_BYTES - ARENA_FIRST;
      expect([...expectArena(debug.memory)]).toEqual([[ARENA_FIRST, bytes]]);
    });
    fc.assert(property, { numRuns: 40 });
  });

  it('takes pages over that somebody else has added', () => {
    const { engine, debug, growMemory } = openDebug();
    const table = newTable(engine, 10_000);
    growMemory();
    fill(engine, table, 10_000);
    expectArena(debug.memory);
    expect(debug.memory.buffer.byteLength - engine.bytesHeld(table)).toBeLessThan(3 * 65_536);
  });
});
