// What callbacks are told: which, of what, in what order, and in what state the cache is then.
//
// Directed cases name each rule once. The properties hold random runs against the model, which
// also says what the cache holds while a callback runs, and against lru-cache itself, as far as it
// calls after the operation, too: disposeAfter and onInsert.

import fc from 'fast-check';
import { LRUCache as Peer } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { engineCases, openCache, plainCases, type TestEngine } from '../support/engines.js';
import { CacheModel, type Told } from '../support/model.js';
import { expectValid } from '../support/validate.js';

type Key = string | number | bigint | symbol | object;
type Listened<K, V> = { cache: LRUCache<K, V>; told: Told<K, V>[] };

/** A cache of which every call of a callback is collected. */
function listen<K, V>(engine: TestEngine, max: number, onTold = () => {}): Listened<K, V> {
  const told: Told<K, V>[] = [];
  const note = (kind: Told<K, V>[0]) => (value: V, key: K, reason: string) => {
    told.push([kind, value, key, reason]);
    onTold();
  };
  const cache = openCache<K, V>(engine, {
    max,
    dispose: note('dispose'),
    disposeAfter: note('disposeAfter'),
    onInsert: note('onInsert'),
  });
  return { cache, told };
}

/** A full cache of three, newest last: a, b, c. Nothing told yet. */
function listenFull(engine: TestEngine): Listened<string, number> {
  const listened = listen<string, number>(engine, 3);
  ['a', 'b', 'c'].forEach((key, i) => {
    listened.cache.set(key, i);
  });
  listened.told.length = 0;
  return listened;
}

type Case = [name: string, act: (cache: LRUCache<string, number>) => unknown, told: unknown[]];

/** What each operation on a, b, c tells. */
const directed: Case[] = [
  [
    'set of a new key at max evicts, then adds',
    (cache) => cache.set('d', 3),
    [
      ['dispose', 0, 'a', 'evict'],
      ['onInsert', 3, 'd', 'add'],
      ['disposeAfter', 0, 'a', 'evict'],
    ],
  ],
  [
    'set of another value replaces',
    (cache) => cache.set('b', 9),
    [
      ['dispose', 1, 'b', 'set'],
      ['onInsert', 9, 'b', 'replace'],
      ['disposeAfter', 1, 'b', 'set'],
    ],
  ],
  ['set of the same value updates', (cache) => cache.set('b', 1), [['onInsert', 1, 'b', 'update']]],
  [
    'delete',
    (cache) => cache.delete('b'),
    [
      ['dispose', 1, 'b', 'delete'],
      ['disposeAfter', 1, 'b', 'delete'],
    ],
  ],
  ['delete of an absent key', (cache) => cache.delete('z'), []],
  [
    'set of undefined deletes',
    (cache) => cache.set('b', undefined),
    [
      ['dispose', 1, 'b', 'delete'],
      ['disposeAfter', 1, 'b', 'delete'],
    ],
  ],
  ['set of undefined for an absent key', (cache) => cache.set('z', undefined), []],
  [
    'clear, oldest first',
    (cache) => cache.clear(),
    ['dispose', 'disposeAfter'].flatMap((kind) => [
      [kind, 0, 'a', 'delete'],
      [kind, 1, 'b', 'delete'],
      [kind, 2, 'c', 'delete'],
    ]),
  ],
  [
    'Symbol.dispose, oldest first',
    (cache) => cache[Symbol.dispose](),
    ['dispose', 'disposeAfter'].flatMap((kind) => [
      [kind, 0, 'a', 'delete'],
      [kind, 1, 'b', 'delete'],
      [kind, 2, 'c', 'delete'],
    ]),
  ],
  [
    'pop',
    (cache) => cache.pop(),
    [
      ['dispose', 0, 'a', 'evict'],
      ['disposeAfter', 0, 'a', 'evict'],
    ],
  ],
  [
    'resize to fewer, oldest first',
    (cache) => cache.resize(1),
    ['dispose', 'disposeAfter'].flatMap((kind) => [
      [kind, 0, 'a', 'evict'],
      [kind, 1, 'b', 'evict'],
    ]),
  ],
  ['resize to more', (cache) => cache.resize(9), []],
  [
    'reading',
    (cache) => [
      cache.get('a'),
      cache.get('z'),
      cache.has('b'),
      cache.peek('c'),
      [...cache.rentries()],
      cache.find((value) => value === 1),
      cache.size,
    ],
    [],
  ],
  ['a refused resize', (cache) => expect(() => cache.resize(0)).toThrow(RangeError), []],
];

describe.each(engineCases)('told by each operation: $name', ({ open }) => {
  it.each(directed)('%s', (_, act, expected) => {
    const engine = open();
    const { cache, told } = listenFull(engine);
    act(cache);
    expect(told).toEqual(expected);
    if (!entriesOf(cache).isDisposed) expectValid(cache);
  });

  it('an empty cache tells of nothing', () => {
    const { cache, told } = listen<string, number>(open(), 2);
    cache.clear();
    cache.pop();
    cache.resize(1);
    cache[Symbol.dispose]();
    cache[Symbol.dispose]();
    expect(told).toEqual([]);
  });

  it('a first set adds, and after delete adds again', () => {
    const { cache, told } = listen<string, number>(open(), 2);
    cache.set('a', 1).set('a', undefined).set('a', 1);
    expect(told.filter(([kind]) => kind === 'onInsert')).toEqual([
      ['onInsert', 1, 'a', 'add'],
      ['onInsert', 1, 'a', 'add'],
    ]);
  });

  it('NaN set over NaN is another value, as in lru-cache: each is told once', () => {
    const { cache, told } = listen<string, number>(open(), 2);
    cache.set('a', Number.NaN).set('a', Number.NaN);
    expect(told.map(([kind, , , reason]) => [kind, reason])).toEqual([
      ['onInsert', 'add'],
      ['dispose', 'set'],
      ['onInsert', 'replace'],
      ['disposeAfter', 'set'],
    ]);
  });

  it('a key given as -0 is told as 0 by every callback, as it is iterated', () => {
    const { cache, told } = listen<number, string>(open(), 2);
    cache.set(-0, 'x').set(-0, 'y').delete(-0);
    expect(told.length).toBe(6);
    for (const [kind, , key] of told) expect([kind, Object.is(key, 0)]).toEqual([kind, true]);
  });
});

describe.each(plainCases)('callbacks given alone: $name', ({ open }) => {
  it.each(['dispose', 'disposeAfter', 'onInsert'] as const)('%s', (kind) => {
    const calls: unknown[][] = [];
    const callback = (...told: unknown[]) => void calls.push(told);
    const options = { max: 1, [kind]: callback } as LRUCache.Options<string, number, unknown>;
    const cache = openCache<string, number>(open(), Object.freeze(options));
    cache.set('a', 1).set('a', 2).set('b', 3).pop();
    expect(calls).toEqual(
      kind === 'onInsert'
        ? [
            [1, 'a', 'add'],
            [2, 'a', 'replace'],
            [3, 'b', 'add'],
          ]
        : [
            [1, 'a', 'set'],
            [2, 'a', 'evict'],
            [3, 'b', 'evict'],
          ],
    );
  });
});

describe.each(plainCases)('the operation is complete when it is told: $name', ({ open }) => {
  /** What the cache looks like inside each call of a callback during `act`. */
  function seen(act: (cache: LRUCache<string, number>) => void): unknown[] {
    const states: unknown[] = [];
    const { cache } = listen<string, number>(open(), 2, () => {
      if (watching) states.push([cache.size, cache.has('a'), cache.peek('a'), [...cache.keys()]]);
    });
    let watching = false;
    cache.set('a', 1).set('b', 2);
    watching = true;
    act(cache);
    return states;
  }

  it.each([
    ['evict', (cache) => cache.set('c', 3), 3, [2, false, undefined, ['c', 'b']]],
    ['overwrite', (cache) => cache.set('a', 9), 3, [2, true, 9, ['a', 'b']]],
    ['update', (cache) => cache.set('a', 1), 1, [2, true, 1, ['a', 'b']]],
    ['delete', (cache) => cache.delete('a'), 2, [1, false, undefined, ['b']]],
    ['clear', (cache) => cache.clear(), 4, [0, false, undefined, []]],
    ['pop', (cache) => cache.pop(), 2, [1, false, undefined, ['b']]],
    ['resize', (cache) => cache.resize(1), 2, [1, false, undefined, ['b']]],
  ] as [string, (cache: LRUCache<string, number>) => void, number, unknown][])(
    '%s',
    (_, act, calls, state) => {
      expect(seen(act)).toEqual(new Array(calls).fill(state));
    },
  );
});

const keys: Key[] = [0, 1, -7, 2 ** 31, 1.5, Number.NaN, 'a', 'b', '', 9n, Symbol('s'), {}, []];
const names = ['get', 'set', 'same', 'unset', 'delete', 'clear', 'pop', 'resize'] as const;

interface Op {
  readonly name: (typeof names)[number];
  readonly key: Key;
  readonly number: number;
}

const operation: fc.Arbitrary<Op> = fc.record({
  name: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('get', 'set', 'set', 'set', 'same', 'delete') },
    { weight: 1, arbitrary: fc.constantFrom(...names) },
  ),
  key: fc.constantFrom(...keys),
  number: fc.integer({ min: 1, max: 8 }),
});

/** What the model, the cache and lru-cache have in common. */
interface Subject {
  get(key: Key): object | undefined;
  peek(key: Key): object | undefined;
  set(key: Key, value: object | undefined): unknown;
  delete(key: Key): boolean;
  clear(): void;
  pop(): object | undefined;
  resize?(max: number): void;
}

/** Applies an operation; `value` is what `set` stores, another one each time. */
function apply(subject: Subject, { name, key, number }: Op, value: object): unknown {
  if (name === 'get' || name === 'delete') return subject[name](key);
  if (name === 'clear' || name === 'pop') return subject[name]();
  if (name === 'resize') return subject.resize?.(number);
  const stored = name === 'set' ? value : name === 'same' ? subject.peek(key) : undefined;
  subject.set(key, stored);
  return undefined;
}

/** How often each value came and how often it left. */
function ledgerOf(told: readonly Told<Key, object>[]): Map<object, { came: number; left: number }> {
  const ledger = new Map<object, { came: number; left: number }>();
  for (const [kind, value, , reason] of told) {
    const account = ledger.get(value) ?? { came: 0, left: 0 };
    if (kind === 'onInsert' && reason !== 'update') account.came += 1;
    if (kind === 'dispose') account.left += 1;
    ledger.set(value, account);
  }
  return ledger;
}

describe.each(engineCases)('random runs: $name', ({ open }) => {
  it('tell what the model tells, when the cache is what the model is, each value once', () => {
    const run = (max: number, ops: Op[]) => {
      const engine = open();
      const model = new CacheModel<Key, object>({ max });
      let wrongStates = 0;
      const listened = listen<Key, object>(engine, max, () => {
        const same = model.entries().flat();
        const entries = [...cache].flat();
        if (entries.length !== same.length || cache.size * 2 !== same.length) wrongStates += 1;
        else if (entries.some((item, i) => !Object.is(item, same[i]))) wrongStates += 1;
      });
      const { cache, told } = listened;
      ops.forEach((op, id) => {
        const value = { id };
        // The model goes first: a callback of the cache must see what the model then is.
        const expected = apply(model, op, value);
        expect(apply(cache, op, value)).toBe(expected);
      });
      expect(wrongStates).toBe(0);
      expect(told).toEqual(model.told);
      expect(told.every(([, value], i) => value === model.told[i]?.[1])).toBe(true);
      const ledger = ledgerOf(told);
      for (const value of cache.values()) (ledger.get(value) as { left: number }).left += 1;
      for (const { came, left } of ledger.values()) expect([came, left]).toEqual([1, 1]);
      expectValid(cache);
    };
    const sizes = fc.integer({ min: 1, max: 8 });
    const runs = fc.array(operation, { maxLength: 60, size: 'max' });
    fc.assert(fc.property(sizes, runs, run), { numRuns: 120 });
  });

  it('tell disposeAfter and onInsert what lru-cache tells', () => {
    const run = (max: number, ops: Op[]) => {
      const engine = open();
      const { cache, told } = listen<Key, object>(engine, max);
      const expected: Told<Key, object>[] = [];
      const peer = new Peer<Key, object>({
        max,
        disposeAfter: (...call) => void expected.push(['disposeAfter', ...call]),
        onInsert: (...call) => void expected.push(['onInsert', ...call]),
      });
      ops.forEach((op, id) => {
        if (op.name === 'resize') return;
        const value = { id };
        expect(apply(cache, op, value)).toBe(apply(peer as Subject, op, value));
      });
      expect(told.filter(([kind]) => kind !== 'dispose')).toEqual(expected);
      expect([...cache]).toEqual([...peer]);
    };
    const sizes = fc.integer({ min: 1, max: 8 });
    const runs = fc.array(operation, { maxLength: 60, size: 'max' });
    fc.assert(fc.property(sizes, runs, run), { numRuns: 120 });
  });
});
