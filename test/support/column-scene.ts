// A scene for re-entrancy: a cache whose every hook into user code may use it, and its ledger.
//
// The cache holds three entries, the oldest of them stale: 1 by its ttl, then 'b' and 3n. It has
// room for three, and for a size of six. Values are texts that never repeat; what a value weighs is
// told by its first letter.

import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { expectEqual } from './commands.js';
import { openCache, type TestEngine } from './engines.js';
import { type Key, outcomeOf } from './queued-model.js';
import { expectValid } from './validate.js';

/** Everything of a cache that calls user code, but for status objects. */
export const hooks = [
  ...(['sizeCalculation', 'clock', 'fetchMethod', 'memoMethod', 'compute'] as const),
  ...(['option of set', 'option of get', 'entry of load', 'forEach', 'iterator'] as const),
  ...(['dispose', 'onInsert', 'disposeAfter'] as const),
];
export type Hook = (typeof hooks)[number];

/** Something that is done to a scene; what it gives back is compared between engines. */
export type Act = readonly [name: string, act: (scene: Scene, key: Key) => unknown];

const HEIR_KEYS: readonly Key[] = [1, 2, 'b', 3n];
const WEIGHTS: Record<string, number> = { light: 1, heavy: 5, huge: 7 };

/** A cache, the clock it is on, and what came into it and left it. */
export class Scene {
  readonly cache: LRUCache<Key, string>;
  readonly log: string[] = [];
  /** How often the hook under test goes on calling, and what. */
  callsLeft = 0;
  time = 0;
  readonly #engine: TestEngine;
  readonly #hook: Hook;
  readonly #call: Act;
  /** How often each value came into the cache, less how often it left. */
  readonly #present = new Map<string, number>();
  readonly #promises: Promise<unknown>[] = [];
  readonly #heirs: LRUCache<Key, string>[] = [];
  #count = 0;

  constructor(engine: TestEngine, hook: Hook, call: Act) {
    this.#engine = engine;
    this.#hook = hook;
    this.#call = call;
    this.cache = openCache<Key, string>(engine, {
      max: 3,
      maxSize: 6,
      ttlResolution: 0,
      perf: {
        now: () => {
          this.run('clock', 'b');
          return this.time;
        },
      },
      sizeCalculation: (value, key) => {
        this.run('sizeCalculation', key);
        return WEIGHTS[value.split(' ')[0] as string] as number;
      },
      fetchMethod: async (key) => {
        this.run('fetchMethod', key);
        return this.value();
      },
      memoMethod: (key) => {
        this.run('memoMethod', key);
        return this.value();
      },
      dispose: (value, key, reason) => {
        this.#tell('dispose', value, key, reason);
        this.#countIn(value, -1);
        this.run('dispose', key);
      },
      disposeAfter: (value, key, reason) => {
        this.#tell('disposeAfter', value, key, reason);
        this.run('disposeAfter', key);
      },
      onInsert: (value, key, reason) => {
        this.#tell('onInsert', value, key, reason);
        if (reason !== 'update') this.#countIn(value, 1);
        this.run('onInsert', key);
      },
    });
    this.cache.set(1, this.value(), { ttl: 2 }).set('b', this.value());
    this.cache.set(3n, this.value(), { ttl: 100 });
    this.time = 5;
    this.log.length = 0;
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.time += ms;
  }

  /** Disposes of the cache, and makes another one, of stale entries, in the memory it had. */
  beget(): void {
    this.cache[Symbol.dispose]();
    const perf = { now: () => this.time };
    const heir = openCache<Key, string>(this.#engine, { max: 5, maxSize: 5, ttl: 1, perf });
    for (const key of HEIR_KEYS) heir.set(key, `of ${String(key)}`, { size: 1 });
    this.time += 2;
    this.#heirs.push(heir);
  }

  /** A new value, light if not said otherwise. */
  value(weight = 'light'): string {
    this.#count += 1;
    return `${weight} ${this.#count}`;
  }

  /** A new key, of each kind in turn. */
  key(): Key {
    this.#count += 1;
    const n = this.#count;
    return [n, `k${n}`, BigInt(n), n + 0.5][n % 4] as Key;
  }

  /** A key that is there, and is not this one. */
  other(key: Key): Key {
    return [...this.cache.keys()].find((other) => other !== key) ?? 'none';
  }

  /** Remembers a promise, so that the scene ends when it is settled. */
  async(promise: Promise<unknown>): string {
    this.#promises.push(promise);
    return 'a promise';
  }

  /** Called by each hook; the one under test makes its call. */
  run(hook: Hook, key: Key): void {
    if (hook !== this.#hook || this.callsLeft === 0) return;
    this.callsLeft -= 1;
    const [name, call] = this.#call;
    this.log.push(
      `${hook}: ${name}`,
      outcomeOf(() => call(this, key)),
    );
  }

  /** Does it, with the hook under test calling up to `times` times; waits for what is begun. */
  async play([name, act]: Act, times: number): Promise<void> {
    this.callsLeft = times;
    this.log.push(
      name,
      outcomeOf(() => act(this, 'b')),
    );
    // Ends, since a settled promise makes no other one but through the hook, which runs dry.
    for (let promise = this.#promises.pop(); promise; promise = this.#promises.pop()) {
      this.log.push(await promise.then(String, (error) => `rejects ${error.code ?? error}`));
    }
    this.callsLeft = 0;
  }

  /** Whether the cache was disposed of. */
  get isDisposed(): boolean {
    return outcomeOf(() => this.cache.size) === 'throws DISPOSED';
  }

  /** Fails unless the cache is valid, each value accounted for, and everything works. */
  expectSound(): void {
    const { cache } = this;
    for (const heir of this.#heirs) {
      expectValid(heir);
      expectEqual(keysOf(heir), HEIR_KEYS.map(String).join(), 'the heir is as it was');
    }
    if (this.isDisposed) {
      expectEqual(this.#unaccounted(), '', 'the ledger of a disposed cache');
      expectEqual(
        outcomeOf(() => cache.set('x', 'light')),
        'throws DISPOSED',
        'set',
      );
      expectEqual(
        outcomeOf(() => cache.purgeStale()),
        'throws DISPOSED',
        'purgeStale',
      );
      return;
    }
    this.#expectValid();
    cache.resize({ max: 3, maxSize: 6 });
    this.time += 1000;
    cache.purgeStale();
    for (const key of ['x', 7, 8n, 'y', 0.5]) cache.set(key, this.value(), { ttl: 10 });
    expectEqual(keysOf(cache), '8,y,0.5', 'after evictions by number');
    cache.set('z', this.value('heavy'), { ttl: 5 });
    expectEqual(keysOf(cache), '0.5,z', 'after evictions by size');
    this.time += 6;
    expectEqual(cache.get('z'), undefined, 'a stale entry');
    expectEqual(cache.get(0.5) === undefined, false, 'a fresh entry');
    expectEqual(keysOf(cache), '0.5', 'after an expiry');
    this.#expectValid();
    cache.clear();
    expectEqual(this.#unaccounted(), '', 'the ledger after clear');
  }

  #expectValid(): void {
    const { cache } = this;
    expectValid(cache);
    const entries = entriesOf(cache);
    const live = [...entries.order()].map((slot) => entries.valueAt(slot));
    const wanted = live.map((value) => `${value}: 1`).sort();
    expectEqual(this.#unaccounted(), wanted.join(), 'the ledger');
  }

  /** Values that came more often than they left, or less. */
  #unaccounted(): string {
    const values = [...this.#present].filter(([, count]) => count !== 0);
    return values
      .map(([value, count]) => `${value}: ${count}`)
      .sort()
      .join();
  }

  #countIn(value: string, change: number): void {
    this.#present.set(value, (this.#present.get(value) ?? 0) + change);
  }

  #tell(kind: string, value: string, key: Key, reason: string): void {
    this.log.push(`${kind} ${value} ${String(key)} ${reason}`);
  }
}

/** The keys of all entries, the stale ones, too; oldest first. */
function keysOf(cache: LRUCache<Key, string>): string {
  const entries = entriesOf(cache);
  const slots = [...entries.order()];
  return slots.map((slot) => String(entries.keyAt(slot))).join();
}

const dumped = (scene: Scene): string =>
  scene.cache
    .dump()
    .map(([key]) => String(key))
    .join();

/** Every use of a cache there is, from inside. */
export const calls: readonly Act[] = [
  ['get', ({ cache }, key) => cache.get(key)],
  ['get stale', ({ cache }) => cache.get(1)],
  ['has, renewing', ({ cache }, key) => cache.has(key, { updateAgeOnHas: true })],
  ['info', ({ cache }, key) => cache.info(key)?.value],
  [
    'set the same value',
    ({ cache }, key) => cache.set(key, cache.peek(key) ?? `light ${String(key)}`).size,
  ],
  ['set the same key', (scene, key) => scene.cache.set(key, scene.value()).size],
  ['set a new key', (scene) => scene.cache.set(scene.key(), scene.value()).size],
  ['set heavy', (scene) => scene.cache.set(scene.key(), scene.value('heavy')).size],
  ['set the same heavy', (scene, key) => scene.cache.set(key, scene.value('heavy')).size],
  ['set huge', (scene, key) => scene.cache.set(key, scene.value('huge')).size],
  ['set with ttl', (scene, key) => scene.cache.set(key, scene.value(), { ttl: 1 }).size],
  ['delete the same', ({ cache }, key) => cache.delete(key)],
  ['delete another', (scene, key) => scene.cache.delete(scene.other(key))],
  ['clear', ({ cache }) => cache.clear()],
  ['purgeStale', ({ cache }) => cache.purgeStale()],
  ['pop', ({ cache }) => cache.pop()],
  ['resize max', ({ cache }) => cache.resize({ max: 1 })],
  ['resize maxSize', ({ cache }) => cache.resize({ maxSize: 2 })],
  ['iterate', ({ cache }) => [...cache].join()],
  ['dump', (scene) => dumped(scene)],
  ['load', (scene) => scene.cache.load([['l', { value: scene.value(), ttl: 3 }]])],
  ['fetch', (scene) => scene.async(scene.cache.fetch(scene.key()))],
  ['fetch the same', (scene, key) => scene.async(scene.cache.fetch(key, { forceRefresh: true }))],
  ['pass time', (scene) => scene.pass(200)],
  ['Symbol.dispose', ({ cache }) => cache[Symbol.dispose]()],
  ['Symbol.dispose, and make another', (scene) => scene.beget()],
];

/** Options of which each is read by a getter that runs a hook. */
function withGetters<T extends object>(scene: Scene, hook: Hook, key: Key, options: T): T {
  const getters = Object.entries(options).map(([name, value]) => {
    const get = () => {
      scene.run(hook, key);
      return value;
    };
    return [name, { get, enumerable: true }] as const;
  });
  return Object.defineProperties({}, Object.fromEntries(getters)) as T;
}

/** What is done from outside; each of them runs some of the hooks. */
export const triggers: readonly Act[] = [
  ['add', (scene) => scene.cache.set('new', scene.value()).size],
  ['add with ttl', (scene) => scene.cache.set('new', scene.value(), { ttl: 7 }).size],
  ['add heavy', (scene) => scene.cache.set('new', scene.value('heavy')).size],
  ['add huge', (scene) => scene.cache.set('new', scene.value('huge')).size],
  ['overwrite', (scene, key) => scene.cache.set(key, scene.value()).size],
  ['overwrite with heavy', (scene, key) => scene.cache.set(key, scene.value('heavy')).size],
  ['overwrite with huge', (scene, key) => scene.cache.set(key, scene.value('huge')).size],
  ['overwrite stale', (scene) => scene.cache.set(1, scene.value(), { ttl: 4 }).size],
  ['set with evicted', (scene) => scene.cache.setWithEvicted('new', scene.value()).join()],
  [
    'set with getters',
    (scene) => {
      const options = { ttl: 4, size: 2, start: 5, noUpdateTTL: false, noDisposeOnSet: false };
      return scene.cache.set(3n, scene.value(), withGetters(scene, 'option of set', 3n, options))
        .size;
    },
  ],
  ['get stale', ({ cache }) => cache.get(1)],
  ['get stale, allowed', ({ cache }) => cache.get(1, { allowStale: true })],
  ['get renewing', ({ cache }) => cache.get(3n, { updateAgeOnGet: true })],
  [
    'get stale with getters',
    (scene) => {
      const options = { updateAgeOnGet: true, noDeleteOnStaleGet: false, allowStale: true };
      return scene.cache.get(1, withGetters(scene, 'option of get', 1, options));
    },
  ],
  ['has renewing', ({ cache }) => cache.has(3n, { updateAgeOnHas: true })],
  ['peek', ({ cache }) => cache.peek(1)],
  ['delete', ({ cache }, key) => cache.delete(key)],
  ['pop', ({ cache }) => cache.pop()],
  ['clear', ({ cache }) => cache.clear()],
  ['purgeStale', ({ cache }) => cache.purgeStale()],
  ['resize max', ({ cache }) => cache.resize({ max: 1 })],
  ['resize maxSize', ({ cache }) => cache.resize({ maxSize: 2 })],
  ['dump', (scene) => dumped(scene)],
  ['info', ({ cache }) => cache.info(3n)?.value],
  ['remaining', ({ cache }) => cache.getRemainingTTL(3n)],
  [
    'load',
    (scene) => {
      const entry = { value: scene.value(), ttl: 9, size: 2, start: Date.now() };
      return scene.cache.load([
        ['p', { value: scene.value('heavy') }],
        ['q', withGetters(scene, 'entry of load', 'p', entry)],
      ]);
    },
  ],
  ['fetch', (scene) => scene.async(scene.cache.fetch('new'))],
  ['fetch stale', (scene) => scene.async(scene.cache.fetch(1))],
  ['fetch again', (scene, key) => scene.async(scene.cache.fetch(key, { forceRefresh: true }))],
  ['memo', ({ cache }) => cache.memo('new')],
  ['memo stale', ({ cache }) => cache.memo(1)],
  [
    'getOrInsertComputed',
    (scene) =>
      scene.cache.getOrInsertComputed('new', (key) => {
        scene.run('compute', key);
        return scene.value();
      }),
  ],
  ['forEach', (scene) => scene.cache.forEach((_, key) => void scene.run('forEach', key))],
  [
    'iterate',
    (scene) => {
      for (const key of scene.cache.rkeys()) scene.run('iterator', key);
    },
  ],
];
