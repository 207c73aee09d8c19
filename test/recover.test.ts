// What becomes of a change that the host interrupts half-way: every entry is given up, `dispose` is
// told of each value once, and the cache goes on. stack.test.ts shows it at every depth of the stack.

import { describe, expect, it } from 'vitest';
import type { Engine } from '../src/engine/engine.js';
import type { LRUCache } from '../src/lru.js';
import { codeOf } from './hand-clock.js';
import { openCache, plainCases } from './support.js';
import { expectValid } from './validate.js';

type Cache = LRUCache<number, number>;

const changes: readonly (readonly [string, keyof Engine, (cache: Cache) => unknown])[] = [
  ['set', 'put', (cache) => cache.set(9, 9)],
  ['delete', 'remove', (cache) => cache.delete(1)],
  ['pop', 'evict', (cache) => cache.pop()],
  ['resize', 'setLimit', (cache) => cache.resize(2)],
  ['purgeStale', 'staleOrder', (cache) => cache.purgeStale()],
];

/** Makes a function of an engine fail once, as when the stack is used up. */
function interrupt(engine: Engine, name: keyof Engine): void {
  const functions = engine as unknown as Record<string, unknown>;
  const whole = functions[name];
  functions[name] = () => {
    functions[name] = whole;
    throw new RangeError('Maximum call stack size exceeded');
  };
}

describe.each(plainCases)('an interrupted change on $name', ({ open }) => {
  it.each(changes)('%s: the entries are given up, and dispose is told of each', (_, name, act) => {
    const engine = open();
    const told: unknown[] = [];
    const cache: Cache = openCache<number, number>(engine, {
      ...{ max: 3, ttl: 1000, dispose: (value: number) => void told.push(value) },
    });
    cache.set(1, 1).set(2, 2).set(3, 3);
    interrupt(engine.engine, name);
    expect(() => act(cache)).toThrow(RangeError);
    expect(cache.size).toBe(0);
    expect([...told].sort()).toEqual([1, 2, 3]);
    expectValid(cache, engine);
    expect([cache.set(4, 4).get(4), cache.size]).toEqual([4, 1]);
    expect(told).toHaveLength(3);
  });

  it('is none if it was a get, or if it was refused', () => {
    const engine = open();
    const cache: Cache = openCache<number, number>(engine, { max: 3, maxSize: 9 });
    cache.set(1, 1, { size: 1 });
    interrupt(engine.engine, 'get');
    expect(() => cache.get(1)).toThrow(RangeError);
    expect(codeOf(() => cache.set(2, 2))).toBe('INVALID_SIZE');
    expect([cache.get(1), cache.size]).toEqual([1, 1]);
    expectValid(cache, engine);
  });

  it('is recovered from in the end, though that is interrupted, too', () => {
    const engine = open();
    const told: unknown[] = [];
    const dispose = (value: number) => void told.push(value);
    const cache: Cache = openCache<number, number>(engine, { max: 3, dispose });
    cache.set(1, 1).set(2, 2);
    interrupt(engine.engine, 'put');
    expect(() => cache.set(3, 3)).toThrow(RangeError);
    interrupt(engine.engine, 'clear');
    expect(() => cache.size).toThrow(RangeError);
    expect(cache.size).toBe(0);
    expect(new Set(told)).toEqual(new Set([1, 2]));
    expectValid(cache, engine);
  });
});
