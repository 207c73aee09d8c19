// Polluted prototypes: what others plant on Object.prototype is not found in a cache, nor called.
//
// Row A2 of docs/reliability.md. It is about the entries: the callbacks of an operation are
// kept in ordinary arrays by `push`, which calls a setter that is planted on an index, as it does
// everywhere in the process.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { engineCases, openCache, type TestEngine } from '../support/engines.js';

/** Runs a function while Object.prototype has a `max`, and accessors for the first indices. */
function polluted<T>(indices: number, run: () => T): [result: T, setterCalls: number] {
  let setterCalls = 0;
  const accessor = {
    configurable: true,
    get: () => 'polluted',
    set: () => {
      setterCalls += 1;
    },
  };
  try {
    Object.defineProperty(Object.prototype, 'max', { value: 5, configurable: true });
    for (let i = 0; i < indices; i++) Object.defineProperty(Object.prototype, i, accessor);
    const result = run();
    return [result, setterCalls];
  } finally {
    Reflect.deleteProperty(Object.prototype, 'max');
    for (let i = 0; i < indices; i++) Reflect.deleteProperty(Object.prototype, i);
  }
}

/** Names about which a new cache gives a wrong answer, before they are set or after. */
function wrongAboutNames(cache: LRUCache<unknown, number>): Set<string> {
  const wrong = new Set<string>();
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'max', '0'];
  const isAbsent = (key: unknown) =>
    !cache.has(key) && cache.get(key) === undefined && cache.peek(key) === undefined;
  for (const name of names) if (!isAbsent(name) || cache.delete(name)) wrong.add(`no ${name}`);
  if (!isAbsent(0) || cache.max !== 20) wrong.add('no 0');
  names.forEach((name, i) => {
    cache.set(name, i);
  });
  cache.set(0, 100);
  names.forEach((name, i) => {
    if (cache.get(name) !== i) wrong.add(name);
  });
  let walked = 0;
  for (const key of cache.keys()) if (cache.has(key)) walked += 1;
  if (cache.get(0) !== 100 || walked !== 8) wrong.add('0');
  for (const name of names) if (!cache.delete(name) || !isAbsent(name)) wrong.add(`gone ${name}`);
  return wrong;
}

describe.each(engineCases)('prototypes on $name', ({ open }) => {
  const openKeys = (max: number): [LRUCache<unknown, number>, TestEngine] => {
    const engine = open();
    return [openCache<unknown, number>(engine, { max }), engine];
  };

  it('finds nothing in prototypes, also polluted ones', () => {
    const [cache] = openKeys(20);
    // No matcher may run in there: it would meet the polluted prototype itself.
    const [wrong, setterCalls] = polluted(1, () => wrongAboutNames(cache));
    expect([...wrong]).toEqual([]);
    expect(setterCalls).toBe(0);
  });

  it('loses no entry to setters that are planted on Object.prototype', () => {
    const [cache] = openKeys(40);
    const kinds = [(i: number) => i, (i: number) => `${i}`, (i: number) => i + 0.5, BigInt];
    const [lost, setterCalls] = polluted(200, () => {
      let count = 0;
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 60; i++) for (const keyOf of kinds) cache.set(keyOf(i), i);
        for (let i = 50; i < 60; i++) {
          for (const keyOf of kinds) if (cache.get(keyOf(i)) !== i) count += 1;
        }
        if (cache.size !== 40 || cache.get(49) !== undefined) count += 1;
        // Its items are new ones then, and grow again.
        if (round === 0) cache.clear();
      }
      return count;
    });
    expect([lost, setterCalls]).toEqual([0, 0]);
    expect([...cache.keys()].slice(0, 4)).toEqual([59n, 59.5, '59', 59]);
  });
});
