// Shows what a trap of WebAssembly leaves behind: caches that say so, and an engine for new ones.
//
// The release build has no instruction that traps on purpose, and no call of it is known to. Here
// the debug build traps on request, in place of the function that a cache is about to call, and the
// release build by an address that no core handed out.

import { describe, expect, it } from 'vitest';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import type { Engine } from '../../src/engine/engine.js';
import { openCache, openDebug, openJs, openRelease } from '../support/engines.js';
import { codeOf } from '../support/hand-clock.js';

type Cache = LRUCache<string | number, number>;

const { trap } = openDebug().debug;

/** Makes functions of an engine trap in place of what they do. */
function spring(engine: Engine, names: readonly (keyof Engine)[]): void {
  for (const name of names) Object.assign(engine, { [name]: trap });
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Operations that change entries, and the functions of the engine that they come by. */
const changes: readonly (readonly [string, (cache: Cache) => unknown, (keyof Engine)[]])[] = [
  ['get', (cache) => cache.get(1), ['get', 'seek']],
  ['get of a string', (cache) => cache.get('a'), ['getString', 'seekString']],
  ['set', (cache) => cache.set(2, 2), ['put']],
  ['set of a string', (cache) => cache.set('b', 2), ['putString']],
  ['set of a float', (cache) => cache.set(0.5, 2), ['put']],
  ['set with a ttl', (cache) => cache.set(1, 1, { ttl: 5 }), ['useAges', 'put']],
  ['delete', (cache) => cache.delete(1), ['find', 'remove']],
  ['pop', (cache) => cache.pop(), ['evict']],
  ['clear', (cache) => cache.clear(), ['clear']],
  ['resize', (cache) => cache.resize(1), ['evict']],
  ['memo', (cache) => cache.memo(1), ['get', 'seek']],
];

const variants: readonly (readonly [string, object])[] = [
  ['a plain cache', {}],
  ['a cache with callbacks', { dispose: () => {} }],
  ['a cache with ages', { ttl: 1000 }],
];

/** Every public method and property that has to do with entries. */
const uses: readonly (readonly [string, (cache: Cache) => unknown])[] = [
  ...changes.map(([name, act]) => [name, act] as const),
  ['size', (cache) => cache.size],
  ['calculatedSize', (cache) => cache.calculatedSize],
  ['has', (cache) => cache.has(1)],
  ['peek', (cache) => cache.peek('a')],
  ['set of undefined', (cache) => cache.set(1, undefined)],
  ['setWithEvicted', (cache) => cache.setWithEvicted(1, 1)],
  ['getOrInsert', (cache) => cache.getOrInsert(1, 1)],
  ['getOrInsertComputed', (cache) => cache.getOrInsertComputed(1, () => 1)],
  ['keys', (cache) => [...cache.keys()]],
  ['rvalues', (cache) => [...cache.rvalues()]],
  ['forEach', (cache) => cache.forEach(() => {})],
  ['find', (cache) => cache.find(() => true)],
  ['info', (cache) => cache.info(1)],
  ['dump', (cache) => cache.dump()],
  ['load', (cache) => cache.load([['a', { value: 1 }]])],
  ['purgeStale', (cache) => cache.purgeStale()],
  ['getRemainingTTL', (cache) => cache.getRemainingTTL(1)],
];

function open(engine: ReturnType<typeof openDebug>, options: object): Cache {
  const cache = openCache<string | number, number>(engine, {
    ...{ max: 9, memoMethod: () => 1 },
    ...options,
  });
  return cache.set(1, 1).set('a', 1) as Cache;
}

describe.each(variants)('a trap in %s', (_, options) => {
  it.each(changes)(
    'during %s is thrown, and poisons every cache of the engine',
    (__, act, names) => {
      const engine = openDebug();
      const [cache, neighbour, plain] = [
        open(engine, options),
        open(engine, options),
        open(engine, {}),
      ];
      spring(engine.engine, names);
      const trapped = thrownBy(() => act(cache));
      expect(trapped).toBeInstanceOf(WebAssembly.RuntimeError);
      for (const poisoned of [cache, neighbour, plain]) {
        for (const [name, use] of uses) {
          const error = thrownBy(() => use(poisoned));
          expect(error, name).toMatchObject({ code: 'ENGINE_POISONED', cause: trapped });
        }
        expect(poisoned.engine).toBe('wasm');
      }
    },
  );
});

describe('a poisoned engine', () => {
  it('makes fetch reject', async () => {
    const engine = openDebug();
    const cache = openCache<number, number>(engine, { max: 9, fetchMethod: () => 1 });
    spring(engine.engine, ['get']);
    await expect(cache.fetch(1)).rejects.toBeInstanceOf(WebAssembly.RuntimeError);
    await expect(cache.fetch(1)).rejects.toMatchObject({ code: 'ENGINE_POISONED' });
    await expect(cache.fetch(2)).rejects.toMatchObject({ code: 'ENGINE_POISONED' });
  });

  it('comes of a trap while a table is made or freed, too', () => {
    for (const name of ['createTable', 'destroyTable'] as const) {
      const engine = openDebug();
      const cache = open(engine, {});
      spring(engine.engine, [name]);
      const act = () => (name === 'createTable' ? open(engine, {}) : cache[Symbol.dispose]());
      expect(act).toThrow(WebAssembly.RuntimeError);
      if (name === 'createTable') expect(codeOf(() => cache.get(1))).toBe('ENGINE_POISONED');
      expect(open(engine, {}).engine, 'what is next').toBe('pure');
    }
  });

  it('is left to the caches it has: others do not notice, new ones get another', () => {
    const old = new LRUCache<number, number>({ max: 3 });
    const { engine } = entriesOf(old).lease;
    const [elsewhere, js] = [openRelease(), openJs()].map((other) =>
      openCache<number, number>(other, { max: 3 }).set(1, 1),
    ) as [LRUCache<number, number>, LRUCache<number, number>];
    old.set(1, 1);
    // A real trap of the release build: far beyond its memory.
    const { get } = engine;
    Object.assign(engine, { get: (_: unknown, word: number) => get(0x7fff_0000 as never, word) });
    expect(() => old.get(1)).toThrow(WebAssembly.RuntimeError);
    expect(codeOf(() => old.get(1))).toBe('ENGINE_POISONED');
    expect([elsewhere.get(1), js.get(1)]).toEqual([1, 1]);

    const next = new LRUCache<number, number>({ max: 3 });
    expect(entriesOf(next).lease.engine).not.toBe(engine);
    expect([next.engine, next.set(1, 2).get(1)]).toEqual(['wasm', 2]);
  });

  it('is no other error: what a cache throws before a change poisons nothing', () => {
    const engine = openDebug();
    const cache = openCache<number, number>(engine, { max: 9, maxSize: 9 });
    expect(codeOf(() => cache.set(1, 1))).toBe('INVALID_SIZE');
    expect(cache.size).toBe(0);
  });
});
