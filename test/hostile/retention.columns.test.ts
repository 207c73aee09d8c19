// What has left a cache by its age, its size or a failed load is not kept alive by it; nor is what
// came along with a load that is over, or with a status that was dropped.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { collectGarbage, stillAlive } from '../support/collected.js';
import { type EngineCase, openCache, openJs, openRelease, plainCases } from '../support/engines.js';
import { expectValid } from '../support/validate.js';

type Refs = Record<string, WeakRef<WeakKey>>;
type Value = { large: number[]; size?: number };
type Cache = LRUCache<object, Value>;

/** How a load of the stage ends: `wait` never does. */
type Ending = 'give' | 'fail' | 'wait';

/** A cache, its clock, and how its next load ends. */
interface Stage {
  readonly cache: Cache;
  time: number;
  ending: Ending;
}

const ignore = () => {};
const callbackSets = [
  ['no callbacks', {}],
  ['all callbacks', { dispose: ignore, disposeAfter: ignore, onInsert: ignore }],
] as const;

const newValue = (size = 1): Value => ({ large: new Array(100).fill(0), size });

function openStage(
  { open }: Pick<EngineCase, 'open'>,
  given: Partial<LRUCache.OptionsBase<object, Value, unknown>>,
): Stage {
  const stage = { time: 0, ending: 'give' as Ending };
  const cache = openCache<object, Value>(open(), {
    max: 5,
    maxSize: 9,
    sizeCalculation: (value) => value.size ?? 1,
    ttl: 10,
    ttlResolution: 0,
    perf: { now: () => stage.time },
    fetchMethod: async () => {
      if (stage.ending === 'fail') throw new Error('on purpose');
      if (stage.ending === 'wait') await new Promise(() => {});
      return newValue();
    },
    ...given,
  });
  return Object.assign(stage, { cache });
}

/** Adds an entry that nobody else holds, and makes it leave. */
async function leave(
  stage: Stage,
  act: (stage: Stage, key: () => object) => unknown,
): Promise<Refs> {
  const key = { key: true };
  const value = newValue();
  stage.cache.set(key, value);
  const refs = { key: new WeakRef(key), value: new WeakRef(value) };
  await act(stage, () => key);
  return refs;
}

const causes: [name: string, act: (stage: Stage, key: () => object) => unknown][] = [
  [
    'get of a stale one',
    (stage, key) => {
      stage.time = 11;
      stage.cache.get(key());
    },
  ],
  [
    'get of a stale one, allowed',
    (stage, key) => {
      stage.time = 11;
      expect(stage.cache.get(key(), { allowStale: true })).toBeDefined();
    },
  ],
  [
    'purgeStale',
    (stage) => {
      stage.time = 11;
      stage.cache.purgeStale();
    },
  ],
  ['eviction by size', ({ cache }) => cache.set({}, newValue(9))],
  ['an overwrite that sheds it', ({ cache }) => shedBy(cache)],
  ['a value that is too large', ({ cache }, key) => cache.set(key(), newValue(10))],
  ['resize of maxSize', ({ cache }) => cache.set({}, newValue(2)).resize({ maxSize: 2 })],
  ['setWithEvicted', ({ cache }) => void cache.setWithEvicted({}, newValue(9))],
  ['load', ({ cache }) => cache.load([[{}, { value: newValue() }]])],
  ['dump, then delete', ({ cache }, key) => [cache.dump(), cache.delete(key())].length],
  [
    'a refresh that fails',
    async (stage, key) => {
      stage.ending = 'fail';
      await failed(stage.cache.fetch(key(), { forceRefresh: true }), 'purpose');
    },
  ],
  [
    'delete while it is loaded',
    async (stage, key) => {
      stage.ending = 'wait';
      const loaded = stage.cache.fetch(key(), { forceRefresh: true });
      stage.cache.delete(key());
      await failed(loaded, 'deleted');
    },
  ],
  [
    'clear while it is loaded',
    async (stage, key) => {
      stage.ending = 'wait';
      const loaded = stage.cache.fetch(key(), { forceRefresh: true });
      stage.cache.clear();
      await failed(loaded, 'deleted');
    },
  ],
  [
    'an abort of its refresh',
    async (stage, key) => {
      stage.ending = 'wait';
      const aborter = new AbortController();
      const loaded = stage.cache.fetch(key(), { forceRefresh: true, signal: aborter.signal });
      aborter.abort(new Error('enough'));
      await failed(loaded, 'enough');
    },
  ],
  [
    'delete after a load',
    async (stage, key) => {
      await stage.cache.fetch(key(), { forceRefresh: true });
      stage.cache.delete(key());
    },
  ],
];

/** Waits for a failure. An error whose stack is not asked for holds what was on the stack. */
async function failed(promise: Promise<unknown>, message: string): Promise<void> {
  const text = await promise.then(
    () => 'no failure',
    (error: Error) => `${error.stack} ${error.message}`,
  );
  if (!text.includes(message)) expect(text).toContain(message);
}

function shedBy(cache: Cache): void {
  const other = {};
  cache.set(other, newValue(1)).set(other, newValue(9));
}

describe.each(plainCases)('what has left: $name', ({ open }) => {
  describe.each(callbackSets)('%s', (_, callbacks) => {
    it('the key and the value, whichever way they left', async () => {
      const stages: Stage[] = [];
      const refs: Refs = {};
      for (const [name, act] of causes) {
        const engine = open();
        const stage = openStage({ open: () => engine }, callbacks);
        stages.push(stage);
        for (const [part, ref] of Object.entries(await leave(stage, act))) {
          refs[`${part}: ${name}`] = ref;
        }
        expectValid(stage.cache);
      }
      expect(await stillAlive(refs)).toEqual([]);
      expect(stages).toHaveLength(causes.length);
    });
  });

  it('an entry that is there is kept alive: the probe can tell', async () => {
    const stage = openStage({ open }, {});
    const refs = await leave(stage, () => stage.cache.purgeStale());
    expect(await stillAlive(refs)).toEqual(['key', 'value']);
    expect(stage.cache.size).toBe(1);
  });

  it('what the autopurge removed, and then the cache', async () => {
    const engine = open();
    const caches: Cache[] = [];
    const refs = await (async () => {
      const cache = openCache<object, Value>(engine, { max: 5, ttl: 1, ttlAutopurge: true });
      caches.push(cache);
      const [key, value] = [{}, newValue()];
      cache.set(key, value);
      return { key: new WeakRef(key), value: new WeakRef(value), cache: new WeakRef(cache) };
    })();
    for (let round = 0; round < 1000 && caches[0]?.size !== 0; round++) await collectGarbage();
    expect(caches[0]?.size, 'purged').toBe(0);
    caches.pop();
    expect(await stillAlive(refs)).toEqual([]);
  });
});

const twoCases = [
  { name: 'wasm release', open: openRelease },
  { name: 'js', open: openJs },
];

describe.each(twoCases)('what came along: $name', ({ open }) => {
  it('status objects, of every operation', async () => {
    const stage = openStage({ open }, { recordStats: true });
    const { cache } = stage;
    const refs: Refs = {};
    const status = (name: string): LRUCache.Status<object, Value> => {
      const made = {};
      refs[name] = new WeakRef(made);
      return made;
    };
    await (async () => {
      const keys = [{}, {}, {}];
      for (const key of keys) cache.set(key, newValue(), { status: status('set') });
      const [key = {}] = keys;
      cache.get(key, { status: status('get') });
      cache.has(key, { status: status('has') });
      cache.peek(key, { status: status('peek') });
      cache.setWithEvicted({}, newValue(9), { status: status('setWithEvicted') });
      cache.set({}, newValue(10), { status: status('too large') });
      await cache.fetch({}, { status: status('fetch') });
      stage.ending = 'fail';
      await cache.fetch({}, { status: status('failed fetch') }).catch(ignore);
      stage.time = 99;
      cache.get(key, { status: status('stale get') });
    })();
    expect(Object.keys(refs)).toHaveLength(9);
    expect(await stillAlive(refs)).toEqual([]);
    expect(cache.size).toBeGreaterThan(0);
  });

  it('of a load that is over, all but its result: who waited holds no key', async () => {
    const stage = openStage({ open }, {});
    const held: Promise<unknown>[] = [];
    const refs: Refs = {};
    await (async () => {
      const [key, context] = [{}, { large: 1 }];
      const stale = newValue();
      stage.cache.set(key, stale);
      const aborter = new AbortController();
      const signals = { signal: aborter.signal };
      held.push(stage.cache.fetch(key, { ...signals, forceRefresh: true, context }));
      held.push(stage.cache.fetch(key));
      Object.assign(refs, {
        key: new WeakRef(key),
        stale: new WeakRef(stale),
        context: new WeakRef(context),
        signal: new WeakRef(aborter.signal),
      });
      await Promise.all(held);
      stage.cache.delete(key);
    })();
    expect(await stillAlive(refs)).toEqual([]);
    expect(held).toHaveLength(2);
  });

  it('a signal of the caller that lives on holds no load that is over, and no cache', async () => {
    const aborter = new AbortController();
    const refs = await (async () => {
      const stage = openStage({ open }, {});
      const key = {};
      const value = await stage.cache.fetch(key, { signal: aborter.signal });
      const { cache } = stage;
      return {
        key: new WeakRef(key),
        value: new WeakRef(value as Value),
        cache: new WeakRef(cache),
      };
    })();
    expect(await stillAlive(refs)).toEqual([]);
    expect(aborter.signal.aborted).toBe(false);
  });

  it('a signal that fetchMethod keeps holds no load that is over, and no cache', async () => {
    const kept: AbortSignal[] = [];
    const refs = await (async () => {
      const cache = openCache<object, Value>(open(), {
        max: 5,
        fetchMethod: (_, __, { signal }) => {
          kept.push(signal);
          return newValue();
        },
      });
      const [key, stale] = [{}, newValue()];
      cache.set(key, stale);
      await cache.fetch(key, { forceRefresh: true });
      return { key: new WeakRef(key), stale: new WeakRef(stale), cache: new WeakRef(cache) };
    })();
    expect(await stillAlive(refs)).toEqual([]);
    expect(kept).toHaveLength(1);
  });

  it('a promise of a loader that goes on after an abort, once it is settled', async () => {
    const given: Promise<Value>[] = [];
    const finish: (() => void)[] = [];
    const refs = await (async () => {
      const cache = openCache<object, Value>(open(), {
        max: 5,
        fetchMethod: () => {
          given.push(new Promise((resolve) => finish.push(() => resolve(newValue()))));
          return given.at(-1) as Promise<Value>;
        },
      });
      const [key, stale] = [{}, newValue()];
      cache.set(key, stale);
      const loaded = cache.fetch(key, { forceRefresh: true });
      cache.clear();
      await failed(loaded, 'deleted');
      return { key: new WeakRef(key), stale: new WeakRef(stale), cache: new WeakRef(cache) };
    })();
    for (const end of finish) end();
    expect(await stillAlive(refs)).toEqual([]);
    expect(given).toHaveLength(1);
  });

  it('a dropped cache goes, with loads in flight and the timer of its clock set', async () => {
    const refs = (() => {
      const cache = openCache<object, Value>(open(), {
        max: 5,
        ttl: 10,
        ttlResolution: 2 ** 31,
        fetchMethod: () => new Promise<Value>(ignore),
      });
      const [key, value, loading] = [{}, newValue(), {}];
      cache.set(key, value).get(key);
      cache.fetch(loading).catch(ignore);
      return {
        key: new WeakRef(key),
        value: new WeakRef(value),
        loading: new WeakRef(loading),
        cache: new WeakRef(cache),
      };
    })();
    expect(await stillAlive(refs)).toEqual([]);
  });
});
