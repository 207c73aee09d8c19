// Each condition of the debug build's contract (assembly/contract.ts, undo.ts) refuses what it is
// there for, under its own name, and lets pass what is next to it.

import { describe, expect, it } from 'vitest';
import {
  KIND_HASHED,
  KIND_INT,
  MULTIPLIER,
  NIL,
  TABLE_SLOTS,
  WEIGHT_MAX,
} from '../assembly/layout.js';
import { closedCore, RawCore } from './raw-core.js';

type Call = readonly [name: string, ...given: unknown[]];

/** Tables of a raw core. */
class Scene {
  readonly raw = new RawCore();
  /** Without columns: words 1 to 5 are in slots 1 to 5, of fifteen; slot 5 is free again. */
  readonly plain = this.#open(5);
  /** With both columns, and the same words, each of weight 1. */
  readonly aged = this.#open(5, 'useAges', 'useWeights');
  /** Without columns, and all its fifteen slots in use. */
  readonly full = this.#open(15);
  readonly freed = this.#open(0);

  constructor() {
    for (const table of [this.plain, this.aged]) this.call('take', table, 5, KIND_HASHED);
    this.call('destroy', this.freed);
  }

  /** A call that is to be made before the one that is refused. */
  call(...[name, ...given]: Call): number {
    return this.raw.expectResult(name, ...given);
  }

  /** Address of the slots of a table. */
  slots(table: number): number {
    return new DataView(this.raw.debug.memory.buffer).getUint32(table + TABLE_SLOTS, true);
  }

  #open(words: number, ...columns: string[]): number {
    const table = this.call('create', 100);
    for (const column of columns) this.call(column, table);
    if (words > 0) this.call('grow', table);
    for (let word = 1; word <= words; word++) {
      if (columns.length === 0) this.call('put', table, word, KIND_HASHED);
      else this.call('putWith', table, word, KIND_HASHED, 1, 0, 9, 0);
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
  ['expectTable', 'the address of slots', (scene) => ['size', scene.slots(scene.plain)]],
  ['expectTable', 'a freed handle', ({ freed }) => ['put', freed, 1, KIND_INT]],
  ['expectTable', 'a freed handle, freed again', ({ freed }) => ['destroy', freed]],
  ['expectTable', 'a freed handle, moved', ({ freed }) => ['relocate', freed]],
  ['expectTable', 'a freed handle, checked', ({ freed }) => ['validateTable', freed]],
  ['expectClosed', 'an instance opened twice', () => ['open', 1]],
  ['expectLimit', 'a limit of 0', () => ['create', 0]],
  ['expectLimit', 'a limit past 2^25', ({ plain }) => ['setLimit', plain, 2 ** 25 + 1]],
  ['expectEmpty', 'entries that are made to collide', ({ plain }) => ['collide', plain]],
  ['expectFull', 'a growth with a free slot', ({ plain }) => ['grow', plain]],
  [
    'expectFull',
    'a growth with a slot that was never used',
    (scene) => {
      scene.call('put', scene.plain, 6, KIND_HASHED);
      return ['grow', scene.plain];
    },
  ],
  [
    'expectFull',
    'a growth at the limit',
    (scene) => {
      scene.call('setLimit', scene.full, 3);
      return ['grow', scene.full];
    },
  ],
];

const words: readonly Mistake[] = [
  ['expectCount', 'no words', () => ['reserve', 0]],
  ['expectCount', 'more words than slots', () => ['reserve', 2 ** 25 + 2]],
  ['expectCount', 'so many words that their bytes are few', () => ['reserve', 2 ** 30]],
  ['expectMultiplier', 'an even multiplier', ({ plain }) => ['rehash', plain, 0, 2]],
  ['expectWords', 'a table as words', ({ plain, full }) => ['rehash', plain, full, 1]],
  ['expectWords', 'itself as words', ({ plain }) => ['rehash', plain, plain, 1]],
  ['expectWords', 'slots as words', (scene) => ['rehash', scene.plain, scene.slots(scene.full), 1]],
  ['expectWords', 'freed words', ({ plain, freed }) => ['rehash', plain, freed, 1]],
  ['expectWords', 'words past the memory', ({ plain }) => ['rehash', plain, -16, 1]],
  [
    'expectWords',
    'fewer words than slots',
    (scene) => ['rehash', scene.full, scene.call('reserve', 10), 1],
  ],
];

const slots: readonly Mistake[] = [
  ['expectUsed', 'the sentinel', ({ plain }) => ['wordOf', plain, NIL]],
  ['expectUsed', 'a slot that was never used', ({ plain }) => ['wordOf', plain, 6]],
  ['expectUsed', 'a slot past 2^31', ({ aged }) => ['weightOf', aged, -1]],
  ['expectUsed', 'an age of no slot', ({ aged }) => ['startOf', aged, 2 ** 28]],
  ['expectUsed', 'a touch of no slot', ({ plain }) => ['touch', plain, 6]],
  ['expectUsedOrNil', 'a walk from no slot', ({ aged }) => ['nextStale', aged, 6, 0]],
  ['expectLive', 'a touch of a free slot', ({ plain }) => ['touch', plain, 5]],
  ['expectLive', 'a removal of a free slot', ({ plain }) => ['remove', plain, 5]],
  ['expectLive', 'a search after a free slot', ({ plain }) => ['findNext', plain, 5]],
  ['expectLive', 'a visit of a free slot', ({ aged }) => ['visit', aged, 5, 0, 0]],
  ['expectLive', 'a write to a free slot', ({ aged }) => ['write', aged, 5, 1, 0, 9, 0]],
  [
    'expectLive',
    'a slot that was freed as the last one',
    (scene) => {
      for (let size = 4; size > 0; size--) scene.call('evict', scene.plain);
      return ['touch', scene.plain, 4];
    },
  ],
];

const values: readonly Mistake[] = [
  ['expectKind', 'a kind that is none', ({ plain }) => ['put', plain, 1, 1]],
  ['expectSeed', 'a seed past every string', ({ plain }) => ['findString', plain, '', -(2 ** 31)]],
  ['expectPlain', 'a put without its weight', ({ aged }) => ['put', aged, 1, KIND_INT]],
  ['expectPlain', 'an insertion without its age', ({ aged }) => ['insert', aged, 1, KIND_INT]],
  ['expectAges', 'ages that are not in use', ({ plain }) => ['ttlOf', plain, 1]],
  ['expectAges', 'a visit without ages', ({ plain }) => ['visit', plain, 1, 0, 0]],
  ['expectAges', 'deadlines without ages', ({ plain }) => ['nextDeadline', plain]],
  ['expectWeights', 'weights that are not in use', ({ plain }) => ['weightOf', plain, 1]],
  ['expectVisit', 'a time of NaN', ({ aged }) => ['visit', aged, 1, Number.NaN, 0]],
  ['expectVisit', 'a mode that is none', ({ aged }) => ['visit', aged, 1, 0, 4]],
  ['expectCells', 'half a weight', ({ aged }) => ['write', aged, 1, 0.5, 0, 9, 0]],
  ['expectCells', 'a weight below 0', ({ aged }) => ['write', aged, 1, -1, 0, 9, 0]],
  ['expectCells', 'a weight of NaN', ({ aged }) => ['write', aged, 1, Number.NaN, 0, 9, 0]],
  ['expectCells', 'a weight too large', ({ aged }) => ['write', aged, 1, WEIGHT_MAX + 1, 0, 9, 0]],
  ['expectCells', 'a start of NaN', ({ aged }) => ['write', aged, 1, 1, Number.NaN, 9, 0]],
  ['expectCells', 'a ttl of NaN', ({ aged }) => ['write', aged, 1, 1, 0, Number.NaN, 0]],
  ['expectBudget', 'a budget of NaN', ({ aged }) => ['setBudget', aged, Number.NaN]],
  [
    'expectCells',
    'a put before what is too heavy is shed',
    (scene) => {
      scene.call('setBudget', scene.aged, 3);
      return ['putWith', scene.aged, 1, KIND_HASHED, 1, 0, 9, 0];
    },
  ],
];

/** A call that is undone, and what else happens before it is. */
function undone(first: Call, ...rest: Call[]): (scene: Scene) => Call {
  return (scene) => {
    const calls = [first, ...rest].map(([name, table, ...given]): Call => {
      return [name, scene[table as 'plain' | 'aged' | 'full'], ...given];
    });
    const refused = calls.pop() as Call;
    for (const call of calls) scene.call(...call);
    return refused;
  };
}

const get: Call = ['get', 'plain', 2, KIND_HASHED];
const write: Call = ['write', 'aged', 2, 1, 0, 9, 0];
const undos: readonly Mistake[] = [
  ['expectTouched', 'a touch that never was', undone(['untouch', 'plain', 2])],
  [
    'expectTouched',
    'the sentinel',
    undone(['get', 'plain', 9, KIND_HASHED], ['untouch', 'plain', 0]),
  ],
  ['expectTouched', 'another slot', undone(get, ['untouch', 'plain', 3])],
  ['expectTouched', 'another table', undone(get, ['untouch', 'full', 2])],
  ['expectTouched', 'one twice', undone(get, ['untouch', 'plain', 2], ['untouch', 'plain', 2])],
  [
    'expectTouched',
    'one before another call',
    undone(get, ['evict', 'plain'], ['untouch', 'plain', 2]),
  ],
  [
    'expectTouched',
    'one before a touch in another table',
    undone(get, ['touch', 'full', 7], ['untouch', 'plain', 2]),
  ],
  [
    'expectTouched',
    'an insertion',
    undone(['put', 'plain', 9, KIND_HASHED], ['untouch', 'plain', 5]),
  ],
  [
    'expectTouched',
    'a visit that does not touch',
    undone(['visit', 'aged', 2, 0, 2], ['untouch', 'aged', 2]),
  ],
  ['expectTouched', 'a stale visit', undone(['visit', 'aged', 2, 10, 3], ['untouch', 'aged', 2])],
  ['expectWritten', 'a write twice', undone(write, ['unwrite', 'aged', 2], ['unwrite', 'aged', 2])],
  [
    'expectWritten',
    'a write before a touch',
    undone(write, ['touch', 'aged', 3], ['unwrite', 'aged', 2]),
  ],
  ['expectWritten', 'a write of another slot', undone(write, ['unwrite', 'aged', 3])],
  ['expectWritten', 'no write', undone(['visit', 'aged', 2, 0, 1], ['unwrite', 'aged', 2])],
  [
    'expectRemoved',
    'a removal twice',
    undone(['remove', 'plain', 2], ['restore', 'plain', 2], ['restore', 'plain', 2]),
  ],
  [
    'expectRemoved',
    'a removal of an int32',
    undone(['put', 'plain', 9, KIND_INT], ['take', 'plain', 9, KIND_INT], ['restore', 'plain', 5]),
  ],
  [
    'expectRemoved',
    'a removal before another one',
    undone(['remove', 'plain', 2], ['remove', 'plain', 3], ['restore', 'plain', 2]),
  ],
];

const groups = { tables, words, slots, values, undos };

describe.each(Object.entries(groups))('%s', (_, mistakes) => {
  it.each(mistakes)('%s refuses %s', (condition, _what, makeCall) => {
    const scene = new Scene();
    const [name, ...given] = makeCall(scene);
    const { refusal } = scene.raw.call(name, ...given);
    expect(refusal?.stack).toMatch(new RegExp(`/${condition}\\b`));
    for (const table of [scene.plain, scene.aged, scene.full]) {
      const code = scene.raw.debug.validateTable(table as never);
      expect(code, 'but for bounds that were lowered').toBeOneOf([0, 1, 15]);
    }
  });
});

/** Every way to change a table, none of which touches its slot 1. */
const changes: readonly Call[] = [
  ...([
    ['clear', 'plain'],
    ['grow', 'full'],
    ['rehash', 'plain', 0, MULTIPLIER],
  ] as const),
  ...([
    ['setLimit', 'plain', 50],
    ['get', 'plain', 9, KIND_INT],
    ['getHash', 'plain', 9],
  ] as const),
  ...([
    ['getString', 'plain', 'none', 0],
    ['put', 'plain', 9, KIND_INT],
  ] as const),
  ...([
    ['putString', 'plain', 'none', 0],
    ['insert', 'plain', 9, KIND_INT],
  ] as const),
  ...([
    ['take', 'plain', 9, KIND_INT],
    ['takeString', 'plain', 'none', 0],
  ] as const),
  ...([
    ['touch', 'plain', 2],
    ['remove', 'plain', 2],
    ['evict', 'plain'],
  ] as const),
  ...([
    ['useAges', 'plain'],
    ['useWeights', 'plain'],
    ['setBudget', 'aged', 50],
  ] as const),
  ...([
    ['visit', 'aged', 2, 0, 0],
    ['seek', 'aged', 9, KIND_INT, 0, 3],
  ] as const),
  ...([
    ['seekHash', 'aged', 9, 0, 3],
    ['seekString', 'aged', 'none', 0, 0, 3],
  ] as const),
  ...([
    ['write', 'aged', 2, 1, 0, 9, 0],
    ['putWith', 'aged', 9, KIND_INT, 1, 0, 9, 0],
  ] as const),
  ...([
    ['putStringWith', 'aged', 'none', 0, 1, 0, 9, 0],
    ['shed', 'aged'],
  ] as const),
  ['insertWith', 'aged', 9, KIND_INT, 1, 0, 9],
];

describe('the guard', () => {
  it.each(changes)('takes %s of %s for a change, before which nothing is undone', (...call) => {
    const table = call[1];
    const scene = new Scene();
    const refused = undone(['touch', table, 1], call as unknown as Call, ['untouch', table, 1])(
      scene,
    );
    const { refusal } = scene.raw.call(refused[0], ...refused.slice(1));
    expect(refusal?.stack).toMatch(/expectTouched/);
  });

  it('refuses every call of an instance that is not open', () => {
    const allowed = ['open', 'refuseGrowthAfter', 'validateArena'];
    for (const [name, run] of closedCore()) {
      if (allowed.includes(name)) continue;
      expect(() => run(1984, 1, 1, 1, 1, 1, 1), name).toThrow('unreachable');
    }
  });

  it('lets pass what is next to a mistake', () => {
    const { raw, plain, aged, full } = new Scene();
    const calls: readonly Call[] = [
      ...([
        ['create', 1],
        ['create', 2 ** 25],
        ['grow', full],
        ['reserve', 1],
      ] as const),
      ...([
        ['wordOf', plain, 5],
        ['weightOf', aged, 5],
        ['nextStale', aged, 5, 0],
      ] as const),
      ...([
        ['touch', plain, 4],
        ['untouch', plain, 4],
        ['nextStale', aged, NIL, 0],
      ] as const),
      ...([
        ['findString', plain, '', 8 - 2 ** 31],
        ['rehash', plain, 0, MULTIPLIER],
      ] as const),
      ...([['write', aged, 1, WEIGHT_MAX, 0, Number.POSITIVE_INFINITY, 0]] as const),
      ...([
        ['unwrite', aged, 1],
        ['untouch', aged, 1],
        ['setBudget', aged, 0],
      ] as const),
      ...([
        ['shed', aged],
        ['clear', plain],
        ['collide', plain],
        ['relocate', full],
      ] as const),
    ];
    for (const [name, ...given] of calls) raw.expectResult(name, ...given);
    raw.expectResult('rehash', full, raw.expectResult('reserve', 16), 1);
  });
});
