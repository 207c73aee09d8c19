// The engines: their interface is one, on both sides of the boundary, and so is their behaviour.
//
// What the core exports and imports, what a table costs, that the arena keeps its invariants and
// gives memory back, and that WebAssembly and JavaScript build the very same structure.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ARENA_FIRST,
  BLOCK_HEADER_BYTES,
  EVICTED,
  INSERTED,
  KIND_HASHED,
  KIND_INT,
  NIL,
  OUTCOME_BITS,
  OUTCOME_MASK,
} from '../assembly/layout.js';
import type { Engine, Table, TableImage } from '../src/engine/engine.js';
import { compileCore, createWasmEngine } from '../src/engine/wasm.js';
import { disposedEngine } from '../src/engine-disposed.js';
import { createPureEngine } from '../src/engine-pure.js';
import { entriesOf } from '../src/lru.js';
import { type DebugCore, openCache, openDebug, openRelease, plainCases } from './support.js';

const SEED = 20260103;

const readCore = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../build/${name}`, import.meta.url)));
const releaseBytes = readCore('core.wasm');
const builds = [
  ['core.wasm', releaseBytes],
  ['core.debug.wasm', readCore('core.debug.wasm')],
] as const;

/** Functions of Engine that the core exports under the same name. */
const SHARED = [
  ...['bytesHeld', 'clear', 'grow', 'nextSlot', 'setLimit', 'size', 'newest', 'oldest', 'wordOf'],
  ...['find', 'findString', 'findNext', 'get', 'getString'],
  ...['put', 'putString', 'putMissed', 'insert', 'take', 'takeString', 'remove', 'evict'],
  ...['touch', 'untouch', 'restore'],
  ...['useAges', 'useWeights', 'setBudget', 'total', 'startOf', 'ttlOf', 'weightOf'],
  ...['visit', 'seek', 'seekString', 'write', 'unwrite', 'shed', 'nextStale', 'nextDeadline'],
  ...['putWith', 'putStringWith', 'putMissedWith', 'insertWith'],
];
/** Functions of Engine that the wrapper makes from the core's own, and from memory. */
const WRAPPED = [
  ...['hashFloat', 'hashString', 'createTable', 'destroyTable', 'memoryBytes', 'order', 'image'],
  'rehash',
];
const CORE_ONLY = [
  ...['open', 'create', 'destroy', 'getHash', 'seekHash', 'reserve', 'rehash', 'memory'],
];
const DEBUG_ONLY = [
  ...['collide', 'relocate', 'refuseGrowthAfter', 'trap', 'validateTable', 'validateArena'],
];

const sorted = (names: readonly string[]) => [...names].sort();
const exportsOf = (bytes: Uint8Array<ArrayBuffer>) =>
  WebAssembly.Module.exports(new WebAssembly.Module(bytes));

describe('the interface', () => {
  it('is what the release build exports', () => {
    const names = exportsOf(releaseBytes).map(({ name }) => name);
    expect(sorted(names)).toEqual(sorted([...SHARED, ...CORE_ONLY]));
    const kinds = exportsOf(releaseBytes).filter(({ kind }) => kind !== 'function');
    expect(kinds).toEqual([{ name: 'memory', kind: 'memory' }]);
  });

  it('is what the debug build exports, and what tests need', () => {
    const names = exportsOf(builds[1][1]).map(({ name }) => name);
    expect(sorted(names)).toEqual(sorted([...SHARED, ...CORE_ONLY, ...DEBUG_ONLY]));
  });

  it.each(builds)('of %s asks for the js-string builtins and nothing else', (_, bytes) => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
    const builtin = { module: 'wasm:js-string', kind: 'function' };
    expect(imports).toHaveLength(2);
    for (const name of ['length', 'charCodeAt'])
      expect(imports).toContainEqual({ ...builtin, name });
    // A host that has the builtins binds both of them; one that does not, neither.
    const left = WebAssembly.Module.imports(compileCore(bytes)).length;
    expect(left).toBe(hasBuiltins() ? 0 : 2);
    expect(createWasmEngine(compileCore(bytes)).jsString).toBe(hasBuiltins());
  });

  it('is the same of every engine', () => {
    const names = sorted([...SHARED, ...WRAPPED, 'kind', 'jsString']);
    const wasm = createWasmEngine(compileCore(releaseBytes));
    for (const engine of [wasm, createPureEngine(), disposedEngine]) {
      expect(sorted(Object.keys(engine))).toEqual(names);
      for (const name of [...SHARED, ...WRAPPED]) {
        expect(engine[name as keyof Engine], name).toBeTypeOf('function');
      }
    }
    expect([wasm.kind, createPureEngine().kind]).toEqual(['wasm', 'pure']);
    expect([createPureEngine().jsString, disposedEngine.jsString]).toEqual([false, false]);
  });

  it('refuses everything once disposed', () => {
    for (const name of [...SHARED, ...WRAPPED]) {
      const call = disposedEngine[name as keyof Engine] as () => unknown;
      expect(call, name).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
    }
    const kind = () => disposedEngine.kind;
    expect(kind).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  it('has a small core, embedded as it was built', async () => {
    expect(releaseBytes.length).toBeLessThanOrEqual(8192);
    const { coreHex } = await import('../src/core.generated.js');
    expect(Buffer.from(coreHex, 'hex').equals(releaseBytes)).toBe(true);
  });
});

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

function newTable(engine: Engine, limit: number): Table {
  return engine.createTable(limit) ?? expect.fail('no memory for a table');
}

/** Puts a word as the wrapper does: grown when there is no room. */
function put(engine: Engine, table: Table, word: number, kind: number): number {
  const code = engine.put(table, word, kind);
  if ((code & OUTCOME_MASK) <= EVICTED) return code;
  expect(engine.grow(table)).toBeTruthy();
  return engine.put(table, word, kind);
}

/** Adds an entry as the wrapper does, whether or not there is one with the same hash. */
function insert(engine: Engine, table: Table, hash: number): number {
  const code = engine.insert(table, hash, KIND_HASHED);
  if ((code & OUTCOME_MASK) <= EVICTED) return code;
  expect(engine.grow(table)).toBeTruthy();
  return engine.insert(table, hash, KIND_HASHED);
}

function fill(engine: Engine, table: Table, count: number): void {
  for (let key = 0; key < count; key++) put(engine, table, key, KIND_INT);
}

describe.each(plainCases)('a table on $name', ({ open }) => {
  const openEngine = () => open().shared.engine;

  it('is created empty, filled, cleared and destroyed', () => {
    const engine = openEngine();
    const table = newTable(engine, 100);
    const empty = engine.bytesHeld(table);
    const state = () => [engine.size(table), engine.newest(table), engine.oldest(table)];
    expect([...state(), engine.evict(table), engine.order(table).length]).toEqual([0, 0, 0, 0, 0]);
    fill(engine, table, 100);
    expect(state()).toEqual([100, 100, 1]);
    expect(engine.bytesHeld(table)).toBeGreaterThan(100 * 16);
    if (engine.kind === 'wasm') {
      expect(engine.memoryBytes()).toBeGreaterThanOrEqual(engine.bytesHeld(table));
      expect(engine.memoryBytes() % 65_536).toBe(0);
    } else {
      expect(engine.memoryBytes()).toBe(0);
    }
    engine.clear(table);
    expect([...state(), engine.bytesHeld(table)]).toEqual([0, 0, 0, empty]);
    engine.destroyTable(table);
  });

  it('gives slots and codes that no host has to box', () => {
    const engine = openEngine();
    const table = newTable(engine, 2000);
    const codes = Array.from({ length: 5000 }, (_, i) =>
      put(engine, table, Math.imul(i, 0x85ebca6b), i % 2 === 0 ? KIND_INT : KIND_HASHED),
    );
    const slots = [...codes.map((code) => code >> OUTCOME_BITS), ...engine.order(table)];
    for (const number of [...codes, ...slots]) {
      if (number !== (number & 0x3fffffff)) expect.fail(`${number}`);
    }
    expect(Math.min(...slots)).toBe(1);
    expect(Math.max(...slots)).toBe(2000);
    expect(codes.slice(0, 2000).map((code) => code & OUTCOME_MASK)).toEqual(
      Array(2000).fill(INSERTED),
    );
    expect(codes.slice(2000).map((code) => code & OUTCOME_MASK)).toEqual(Array(3000).fill(EVICTED));
  });

  it('gives words back as int32, and the order from the newest to the oldest', () => {
    const engine = openEngine();
    const table = newTable(engine, 10);
    const words = [0, -1, 0x7fffffff, -0x80000000, 5];
    for (const word of words) put(engine, table, word, KIND_INT);
    const order = engine.order(table);
    expect([...order].map((slot) => engine.wordOf(table, slot))).toEqual([...words].reverse());
    expect([order[0], order[4]]).toEqual([engine.newest(table), engine.oldest(table)]);
    engine.get(table, -1, KIND_INT);
    engine.take(table, 5, KIND_INT);
    expect([...engine.order(table)].map((slot) => engine.wordOf(table, slot))).toEqual([
      ...[-1, -0x80000000, 0x7fffffff, 0],
    ]);
    expect([...order].length, 'an order given out stays as it was').toBe(5);
  });

  it('undoes a get, a put and a remove of any slot', () => {
    const engine = openEngine();
    const table = newTable(engine, 8);
    for (const word of [1, 2, 2, 3, 4, 2]) insert(engine, table, word);
    for (const word of [1, 2, 3, 4]) {
      const before = engine.image(table);
      const links = ({ slots, heads, ...rest }: TableImage) => ({ ...rest, slots: [...slots] });
      engine.untouch(table, engine.get(table, word, KIND_HASHED));
      expect(links(engine.image(table))).toEqual(links(before));
      engine.untouch(table, engine.put(table, word, KIND_HASHED) >> OUTCOME_BITS);
      expect(links(engine.image(table))).toEqual(links(before));
      const order = [...engine.order(table)];
      engine.restore(table, engine.take(table, word, KIND_HASHED));
      expect([...engine.order(table)]).toEqual(order);
    }
    const twos = new Set<number>();
    for (
      let slot = engine.find(table, 2, KIND_HASHED);
      slot !== NIL;
      slot = engine.findNext(table, slot)
    ) {
      twos.add(slot);
    }
    expect(twos).toEqual(new Set([2, 3, 6]));
  });

  it('has an image that is a copy', () => {
    const engine = openEngine();
    const table = newTable(engine, 50);
    fill(engine, table, 40);
    const image = engine.image(table);
    const kept = structuredClone(image);
    expect([image.size, image.limit, image.fresh, image.slots.length]).toEqual([
      ...[40, 50, 41, (image.capacity + 1) * 4],
    ]);
    // In place first, since clearing would give the table other blocks.
    engine.take(table, 7, KIND_INT);
    put(engine, table, 1000, KIND_INT);
    expect(image).toEqual(kept);
    const changed = engine.image(table);
    changed.slots.fill(-1);
    changed.heads.fill(-1);
    engine.order(table).fill(-1);
    expect(engine.order(table)).toHaveLength(40);
    expect(engine.find(table, 1000, KIND_INT)).toBe(8);
    expect(engine.find(table, 39, KIND_INT)).toBe(40);
    engine.clear(table);
    fill(engine, table, 20);
    expect(image).toEqual(kept);
  });

  it.each([1, 1000, 2 ** 25])('costs next to nothing while it is empty, max %i', (max) => {
    const engine = open();
    const first = openCache(engine, { max });
    const { table } = entriesOf(first);
    expect(engine.shared.engine.bytesHeld(table)).toBeLessThanOrEqual(1024);
    const before = engine.shared.engine.memoryBytes();
    const caches = Array.from({ length: 1000 }, () => openCache(engine, { max }));
    expect(engine.shared.tables).toBe(1001);
    expect(engine.shared.engine.memoryBytes() - before).toBeLessThanOrEqual(1000 * 1024);
    expect(caches.every((cache) => cache.size === 0)).toBe(true);
  });

  // 1,093 and 69,904 are where the buckets have just been doubled: the dearest sizes.
  it.each([1000, 1024, 1025, 1093, 10_000, 69_904, 69_905, 100_000])(
    'of %i entries takes 24 bytes an entry at most',
    (max) => {
      const engine = open();
      const cache = openCache<number, number>(engine, { max });
      for (let key = 0; key < max; key++) cache.set(key, key);
      const { table } = entriesOf(cache);
      expect(cache.size).toBe(max);
      const full = engine.shared.engine.bytesHeld(table);
      expect(full / max).toBeLessThanOrEqual(24);
      for (let key = 0; key < max; key++) cache.set(-key, key);
      expect(engine.shared.engine.bytesHeld(table), 'after churn').toBe(full);
      cache.clear();
      expect(engine.shared.engine.bytesHeld(table)).toBeLessThanOrEqual(1024);
    },
  );
});

type Step = readonly [op: number, at: number, size: number];
const steps = fc.array(
  fc.tuple(fc.nat(9), fc.nat(15), fc.oneof(fc.nat(40), fc.nat(600), fc.nat(3000))),
  { minLength: 10, maxLength: 60 },
);

/** One step with one of many tables; most steps fill one to a size. */
function stepArena(engine: Engine, debug: DebugCore, tables: Table[], [op, at, n]: Step): void {
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
    const engine = openRelease();
    const cache = openCache<number, number>(engine, { max });
    for (let key = 0; key < max; key++) cache.set(key, key);
    const held = engine.shared.engine.bytesHeld(entriesOf(cache).table);
    // The first of several caches is in the way of none: it grows where it is, page by page.
    expect(engine.shared.engine.memoryBytes() - held).toBeLessThan(2 * 65_536);
  });

  it('is valid after every step of many tables, and empty after the last', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { shared, debug } = openDebug();
        const tables: Table[] = [];
        sequence.forEach((step, i) => {
          stepArena(shared.engine, debug, tables, step);
          expect(debug.validateArena(), `arena after step ${i}`).toBe(0);
          for (const table of tables) expect(debug.validateTable(table), `step ${i}`).toBe(0);
        });
        const held = tables.reduce((sum, table) => sum + shared.engine.bytesHeld(table), 0);
        expect(held).toBeLessThanOrEqual(shared.engine.memoryBytes());
        for (const table of tables) shared.engine.destroyTable(table);
        expect(debug.validateArena()).toBe(0);
        // All of it is one free block again, up to the closing header.
        const memory = new DataView(debug.memory.buffer);
        const bytes = memory.byteLength - BLOCK_HEADER_BYTES - ARENA_FIRST;
        expect(memory.getUint32(ARENA_FIRST + 4, true)).toBe(bytes | 1);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it.each(['in order', 'in reverse', 'shuffled'])(
    'does not grow when the same caches come and go 100 times, freed %s',
    (how) => {
      const { shared, debug } = openDebug();
      const { engine } = shared;
      const sizes = [3, 15, 16, 100, 1000, 1500, 10, 5000, 40, 700];
      const memory: number[] = [];
      const random = fc.sample(fc.nat(1 << 20), { seed: SEED, numRuns: 1000 });
      for (let round = 0; round < 100; round++) {
        const tables = sizes.map((size) => {
          const table = newTable(engine, size);
          fill(engine, table, size + 10);
          return table;
        });
        if (how === 'in reverse') tables.reverse();
        while (tables.length > 0) {
          const pick = how === 'shuffled' ? (random[round * 10 + tables.length - 1] as number) : 0;
          engine.destroyTable(tables.splice(pick % tables.length, 1)[0] as Table);
        }
        memory.push(engine.memoryBytes());
        expect(debug.validateArena()).toBe(0);
      }
      expect(new Set(memory), 'one size from the first round on').toEqual(new Set([memory[0]]));
    },
  );
});
