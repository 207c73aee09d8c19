// Each condition of the debug build's contract (assembly/debug/contract.wasm.ts) refuses what it is
// there for, under its own name, and lets pass what is next to it. The release build has none of
// it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  CAPACITY_MAX,
  NIL,
  OUTCOME_BITS,
  SLOT_FIRST,
  STAMP_MAX,
  TABLE_RECORDS,
  VISIT_RENEW,
  WEIGHT_MAX,
} from '../../assembly/layout.js';
import { closedCore, RawCore } from '../support/raw-core.js';
import { expectTable } from '../support/validate.js';

type Call = readonly [name: string, ...given: unknown[]];

/** Tables of a raw core. */
class Scene {
  readonly raw = new RawCore();
  /** Without columns: words 1 to 5 are in slots 2 to 6; slot 6 is free again. */
  readonly plain = this.#open(5);
  /** With both columns, and the same words, each of weight 1. */
  readonly aged = this.#open(5, 'useAges', 'useWeights');
  readonly empty = this.#open(0, 'useAges');
  readonly freed = this.#open(0);

  constructor() {
    for (const table of [this.plain, this.aged]) this.call('remove', table, SLOT_FIRST + 4);
    this.call('destroy', this.freed);
  }

  /** A call that is to be made before the one that is refused. */
  call(...[name, ...given]: Call): number {
    return this.raw.expectResult(name, ...given);
  }

  /** Address of the records of a table. */
  records(table: number): number {
    return new DataView(this.raw.debug.memory.buffer).getUint32(table + TABLE_RECORDS, true);
  }

  #open(words: number, ...columns: string[]): number {
    const table = this.call('create', 100);
    for (const column of columns) this.call(column, table);
    if (words > 0) this.call('grow', table);
    for (let word = 1; word <= words; word++) {
      const slot = this.call('put', table, word) >> OUTCOME_BITS;
      if (columns.length > 0) this.call('write', table, slot, 1, 0, 9, 0);
    }
    return table;
  }
}

type Mistake = readonly [condition: string, what: string, call: (scene: Scene) => Call];

const tables: readonly Mistake[] = [
  ['expectTable', 'a handle of 0', () => ['size', 0]],
  ['expectTable', 'a handle that is 4 bytes off', ({ plain }) => ['size', plain + 4]],
  ['expectTable', 'a handle that is 16 bytes off', ({ plain }) => ['size', plain - 16]],
  ['expectTable', 'a handle past the memory', () => ['size', -16]],
  ['expectTable', 'a handle at the end of the arena', ({ raw }) => ['size', raw.end - 16]],
  ['expectTable', 'the address of records', (scene) => ['size', scene.records(scene.plain)]],
  ['expectTable', 'a freed handle', ({ freed }) => ['put', freed, 1]],
  ['expectTable', 'a freed handle, freed again', ({ freed }) => ['destroy', freed]],
  ['expectTable', 'a freed handle, moved', ({ freed }) => ['relocate', freed]],
  ['expectTable', 'a freed handle, indexed', ({ freed }) => ['reindex', freed]],
  ['expectClosed', 'an instance opened twice', () => ['open']],
  ['expectLimit', 'a limit of 0', () => ['create', 0]],
  ['expectLimit', 'a limit past 2^25', ({ plain }) => ['setLimit', plain, CAPACITY_MAX + 1]],
  ['expectBare', 'storage for a table that has some', ({ plain }) => ['reserve', plain, 50, 0, 0]],
  ['expectBare', 'no storage', ({ empty }) => ['reserve', empty, 0, 1, 0]],
  ['expectBare', 'too much storage', ({ empty }) => ['reserve', empty, CAPACITY_MAX + 1, 1, 0]],
  ['expectBare', 'storage without a column in use', ({ empty }) => ['reserve', empty, 9, 0, 1]],
  ['expectClock', 'a clock of a table with entries', ({ plain }) => ['startClock', plain, 2]],
  ['expectClock', 'an odd clock', ({ empty }) => ['startClock', empty, 3]],
  ['expectClock', 'a clock past its end', ({ empty }) => ['startClock', empty, STAMP_MAX + 2]],
];

const slots: readonly Mistake[] = [
  ['expectLive', 'no slot', ({ plain }) => ['touch', plain, NIL]],
  ['expectLive', 'a slot that was never used', ({ plain }) => ['remove', plain, 7]],
  ['expectLive', 'a slot past 2^31', ({ aged }) => ['weightOf', aged, -1]],
  ['expectLive', 'an age of no slot', ({ aged }) => ['startOf', aged, 2 ** 28]],
  ['expectLive', 'a touch of a free slot', ({ plain }) => ['touch', plain, 6]],
  ['expectLive', 'a removal of a free slot', ({ plain }) => ['remove', plain, 6]],
  ['expectLive', 'a word for a free slot', ({ plain }) => ['reword', plain, 6, 77]],
  ['expectLive', 'a visit of a free slot', ({ aged }) => ['visit', aged, 6, 0, 0]],
  ['expectLive', 'a write to a free slot', ({ aged }) => ['write', aged, 6, 1, 0, 9, 0]],
  ['expectAbsent', 'an insertion of what is there', ({ plain }) => ['insert', plain, 3]],
];

const values: readonly Mistake[] = [
  ['expectOffset', 'a sample past the end', ({ plain }) => ['findString', plain, '', -1]],
  [
    'expectOffset',
    'a sample far before the start',
    ({ plain }) => ['getString', plain, '', 65_536],
  ],
  ['expectAges', 'ages that are not in use', ({ plain }) => ['ttlOf', plain, 2]],
  ['expectAges', 'a visit without ages', ({ plain }) => ['visit', plain, 2, 0, 0]],
  ['expectAges', 'deadlines without ages', ({ plain }) => ['nextDeadline', plain]],
  ['expectAges', 'stale entries without ages', ({ plain }) => ['arrangeStale', plain, 0]],
  ['expectWeights', 'weights that are not in use', ({ plain }) => ['weightOf', plain, 2]],
  ['expectBatch', 'more keys than cross at once', ({ plain }) => ['findMany', plain, 257]],
  ['expectVisit', 'a time of NaN', ({ aged }) => ['visit', aged, 2, Number.NaN, 0]],
  ['expectVisit', 'an endless time', ({ aged }) => ['seek', aged, 2, Number.POSITIVE_INFINITY]],
  ['expectVisit', 'a mode that is none', ({ aged }) => ['visit', aged, 2, 0, 4]],
  ['expectColumns', 'half a weight', ({ aged }) => ['write', aged, 2, 0.5, 0, 9, 0]],
  ['expectColumns', 'a weight below 0', ({ aged }) => ['write', aged, 2, -1, 0, 9, 0]],
  ['expectColumns', 'a weight of NaN', ({ aged }) => ['write', aged, 2, Number.NaN, 0, 9, 0]],
  [
    'expectColumns',
    'too heavy a weight',
    ({ aged }) => ['write', aged, 2, WEIGHT_MAX + 1, 0, 9, 0],
  ],
  ['expectColumns', 'a start of NaN', ({ aged }) => ['write', aged, 2, 1, Number.NaN, 9, 0]],
  ['expectColumns', 'an endless start', ({ aged }) => ['write', aged, 2, 1, -Infinity, 9, 0]],
  ['expectColumns', 'a ttl of NaN', ({ aged }) => ['write', aged, 2, 1, 0, Number.NaN, 0]],
  ['expectBudget', 'a budget of NaN', ({ aged }) => ['setBudget', aged, Number.NaN]],
  ['expectBudget', 'half a budget', ({ aged }) => ['setBudget', aged, 0.5]],
  [
    'expectColumns',
    'a write before what is too heavy is shed',
    (scene) => {
      scene.call('setBudget', scene.aged, 3);
      return ['write', scene.aged, 2, 1, 0, 9, 0];
    },
  ],
];

/** An undoing, and what else happened before. */
function undone(...calls: Call[]): (scene: Scene) => Call {
  return (scene) => {
    const [last, ...before] = calls
      .map(([name, table, ...given]): Call => {
        return [name, scene[table as 'plain' | 'aged'], ...given];
      })
      .reverse();
    for (const call of before.reverse()) scene.call(...call);
    return last as Call;
  };
}

const get: Call = ['get', 'plain', 2];
const untouch: Call = ['untouch', 'plain', 3];
const undos: readonly Mistake[] = [
  ['expectTouched', 'a touch that never was', undone(untouch)],
  ['expectTouched', 'another slot', undone(get, ['untouch', 'plain', 2])],
  ['expectTouched', 'another table', undone(get, ['untouch', 'aged', 3])],
  ['expectTouched', 'a touch twice', undone(get, untouch, untouch)],
  ['expectTouched', 'one before another touch', undone(get, ['touch', 'plain', 2], untouch)],
  ['expectTouched', 'one before another table’s', undone(get, ['touch', 'aged', 3], untouch)],
  ['expectTouched', 'one before an insertion', undone(get, ['put', 'plain', 9], untouch)],
  ['expectTouched', 'one before it was mapped', undone(get, ['reword', 'plain', 3, 4], untouch)],
  ['expectTouched', 'an insertion', undone(['put', 'plain', 9], ['untouch', 'plain', 6])],
  [
    'expectTouched',
    'a visit that does not touch',
    undone(['visit', 'aged', 3, 0, VISIT_RENEW], ['untouch', 'aged', 3]),
  ],
  ['expectTouched', 'a stale visit', undone(['seek', 'aged', 2, 10], ['untouch', 'aged', 3])],
];

const groups = { tables, slots, values, undos };
const contract = readFileSync('assembly/debug/contract.wasm.ts', 'utf8');

describe.each(Object.entries(groups))('%s', (_, mistakes) => {
  it.each(mistakes)('%s refuses %s', (condition, _what, makeCall) => {
    const scene = new Scene();
    const [name, ...given] = makeCall(scene);
    const { refusal } = scene.raw.call(name, ...given);
    expect(refusal?.stack).toMatch(new RegExp(`\\b${condition}\\b`));
    const { engine } = scene.raw;
    for (const table of [scene.plain, scene.aged]) expectTable({ engine, table: table as never });
  });
});

describe('the contract', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });

  it('has a mistake for each of its conditions', () => {
    const names = [...contract.matchAll(/^export function (expect\w+)/gm)].map(([, name]) => name);
    const tried = new Set(Object.values(groups).flatMap((group) => group.map(([name]) => name)));
    expect([...tried].sort()).toEqual(names.sort());
  });

  it('refuses every call of an instance that is not open', () => {
    for (const [name, run] of closedCore()) {
      if (['open', 'refuseGrowthAfter', 'bytesInUse'].includes(name)) continue;
      expect(() => run(1984, 1, 1, 1, 1, 1), name).toThrow('unreachable');
    }
  });

  it('lets pass what is next to a mistake', () => {
    const { plain, aged, empty } = scene;
    const calls: readonly Call[] = [
      ...([
        ['create', 1],
        ['create', CAPACITY_MAX],
        ['grow', plain],
      ] as const),
      ...([
        ['touch', plain, 2],
        ['untouch', plain, 2],
        ['remove', plain, 5],
      ] as const),
      ...([
        ['findString', plain, '', 65_535],
        ['insert', plain, 5],
        ['insert', plain, 99],
      ] as const),
      ...([['write', aged, 2, WEIGHT_MAX, 0, Number.POSITIVE_INFINITY, 0]] as const),
      ...([
        ['shed', aged],
        ['setBudget', aged, 0],
        ['shed', aged],
        ['shed', aged],
      ] as const),
      ...([
        ['startClock', empty, STAMP_MAX],
        ['reserve', empty, 9, 1, 0],
      ] as const),
      ...([
        ['reindex', plain],
        ['clear', plain],
        ['relocate', aged],
      ] as const),
    ];
    for (const [name, ...given] of calls) scene.call(name, ...given);
  });

  it('is not in the release build, to the byte', async () => {
    const emptied = contract.replace(/^(export function \w+\([^)]*\): void) \{.*?^\}/gms, '$1 {}');
    expect([contract.includes('assert('), emptied.includes('assert(')]).toEqual([true, false]);
    const readFile = (name: string, baseDir: string) => {
      const stem = join(baseDir, name.replace(/\.js\.ts$/, ''));
      const found = [`${stem}.wasm.ts`, `${stem}.ts`, join(baseDir, name)].find(existsSync);
      if (found?.endsWith('contract.wasm.ts')) return emptied;
      return found === undefined ? null : readFileSync(found, 'utf8');
    };
    let built: Uint8Array | undefined;
    const writeFile = (name: string, content: unknown) => {
      if (name.endsWith('.wasm')) built = content as Uint8Array;
    };
    const { error } = await main(['assembly/core.wasm.ts', '--target', 'release'], {
      readFile,
      writeFile,
    });
    expect(error).toBeNull();
    expect(Buffer.from(built ?? []).equals(readFileSync('build/core.wasm'))).toBe(true);
  });
});
