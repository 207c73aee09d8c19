// The subclasses: what a class that extends LRUCache may override, and what of it is called.
//
// Row B6 of docs/reliability.md. A method is called by who uses the cache, never by another
// method; in lru-cache, three are.

import { LRUCache as TheirCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { plainCases } from '../support/engines.js';
import { uses, walks } from '../support/uses.js';

type Cache = LRUCache<unknown, number>;
describe.each(plainCases)('a subclass on $name', ({ open }) => {
  it('may override everything, and nothing inside notices', () => {
    class Hostile extends LRUCache<unknown, number> {}
    const refuse = () => {
      throw new Error('an overridden member was used');
    };
    const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(LRUCache.prototype);
    const names = Reflect.ownKeys(members);
    for (const name of [...walks, 'fetch', 'get', 'size', 'dispose', 'maxAge', Symbol.iterator]) {
      expect(names).toContain(name);
    }
    for (const name of names) {
      const isGetter = (members as PropertyDescriptorMap)[name as string]?.get !== undefined;
      Object.defineProperty(
        Hostile.prototype,
        name,
        isGetter ? { get: refuse } : { value: refuse },
      );
    }
    const told: [unknown[], unknown[]] = [[], []];
    const engine = open();
    const [plain, hostile] = [LRUCache, Hostile].map((Cache, i) => {
      const note = (...args: unknown[]) => void told[i]?.push(args);
      const callbacks = { dispose: note, disposeAfter: note, onInsert: note, memoMethod: () => 5 };
      return new Cache({ max: 2, ...callbacks, engine: engine.host as never });
    }) as [Cache, Hostile];
    // Binds a property of LRUCache itself to the hostile cache: super's view of it.
    const own = new Proxy(hostile, {
      get: (target, name) => {
        const member = Reflect.get(LRUCache.prototype, name, target) as unknown;
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    expect(() => hostile.size).toThrow('overridden');
    expect(() => hostile.keys()).toThrow('overridden');
    for (const key of [1, 'a', 2.5, {}, 'a', 1]) {
      for (const cache of [plain, own]) cache.set(key, 7);
      for (const [name, use] of uses) {
        const [expected, actual] = [plain, own].map((cache) => use(cache, key));
        if (typeof expected !== 'function') expect(actual, name).toEqual(expected);
        expect(Reflect.get(LRUCache.prototype, 'size', hostile), name).toBe(plain.size);
      }
      for (const cache of [plain, own]) cache.set(key, 8);
    }
    for (const cache of [plain, own]) cache[Symbol.dispose]();
    expect(told[1]).toEqual(told[0]);
    expect(told[0].length).toBeGreaterThan(50);
  });
});

describe('a method that another one is explained by', () => {
  const explained = [
    ['delete', 'set of undefined', (cache: Cache) => cache.set('a', undefined)],
    ['clear', 'load', (cache: Cache) => cache.load([])],
    ['entries', 'an iteration', (cache: Cache) => [...cache]],
  ] as const;

  it.each(explained)('%s is called by %s in lru-cache, and not here', (name, _, use) => {
    const called = [TheirCache, LRUCache].map((Class: new (options: never) => object) => {
      const cache = new Class({ max: 2 } as never) as Cache;
      const method = (cache[name] as () => unknown).bind(cache);
      let calls = 0;
      const value = () => {
        calls += 1;
        return method();
      };
      Object.defineProperty(cache, name, { value });
      use(cache.set('a', 1));
      return calls;
    });
    expect(called).toEqual([1, 0]);
  });
});
