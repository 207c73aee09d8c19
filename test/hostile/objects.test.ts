// Callers' objects that throw, or use the cache, when they are read or written.
//
// A status is written before its operation begins and when it is complete, options are read before
// anything is changed. So whatever their setters and getters do: an operation is done or not done,
// its result and its report are those of an ordinary status, and every value that has come into the
// cache is there or was disposed of, once.

import { tracingChannel } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { engineCases, openCache, plainCases, type TestEngine } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

expectNothingUnhandled();

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 60);
const TTL = 100;
const MAX = 4;

type Cache = LRUCache<string, number>;
type Status = LRUCache.Status<string, number>;

/** Values that came into a cache and those that left it. */
class Ledger {
  readonly came = new Set<number>();
  readonly left: number[] = [];
  #last = 0;

  /** A value like no other. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Fails unless every value is in the cache, or has left it once. */
  check(present: readonly number[]): void {
    const accounted = [...this.left, ...present].sort((a, b) => a - b);
    expect(accounted).toEqual([...this.came].sort((a, b) => a - b));
  }
}

interface Scene {
  readonly cache: Cache;
  readonly ledger: Ledger;
  readonly clock: HandClock;
  readonly engine: TestEngine;
}

/** A full cache: `old` is stale, and the oldest; `a` is the newest. */
function openScene(engine: TestEngine): Scene {
  const ledger = new Ledger();
  const clock = new HandClock(1000);
  const cache = openCache<string, number>(engine, {
    ...{ max: MAX, ttl: TTL, ttlResolution: 0, perf: clock, maxSize: 20, maxEntrySize: 10 },
    sizeCalculation: () => 2,
    onInsert: (value) => void ledger.came.add(value),
    dispose: (value) => void ledger.left.push(value),
    memoMethod: () => ledger.next(),
    fetchMethod: async () => ledger.next(),
    recordStats: true,
  });
  cache.set('old', ledger.next(), { ttl: 1 });
  clock.pass(2);
  for (const key of ['c', 'b', 'a']) cache.set(key, ledger.next());
  return { cache, ledger, clock, engine };
}

const contentsOf = (cache: Cache) => cache.dump().map(([key, { value }]) => `${key}=${value}`);

function isDisposed(cache: Cache): boolean {
  try {
    return cache.size < 0;
  } catch {
    return true;
  }
}

function expectSound({ cache, ledger }: Scene): void {
  if (isDisposed(cache)) {
    ledger.check([]);
    return;
  }
  expectValid(cache);
  ledger.check(cache.dump().map(([, { value }]) => value));
}

type Call = readonly [name: string, call: (scene: Scene, options: never) => unknown];

/** Every synchronous method that takes options, in every outcome. */
const calls: readonly Call[] = [
  ['get, hit', ({ cache }, options) => cache.get('b', options)],
  ['get, miss', ({ cache }, options) => cache.get('absent', options)],
  ['get, stale', ({ cache }, options) => cache.get('old', options)],
  ['has, hit', ({ cache }, options) => cache.has('b', options)],
  ['has, stale', ({ cache }, options) => cache.has('old', options)],
  ['peek, hit', ({ cache }, options) => cache.peek('b', options)],
  ['peek, stale', ({ cache }, options) => cache.peek('old', options)],
  ['find', ({ cache }, options) => cache.find((_, key) => key === 'c', options)],
  ['set, add', ({ cache, ledger }, options) => void cache.set('new', ledger.next(), options)],
  ['set, replace', ({ cache, ledger }, options) => void cache.set('b', ledger.next(), options)],
  ['set, undefined', ({ cache }, options) => void cache.set('b', undefined, options)],
  [
    'set, too large',
    ({ cache, ledger }, options) =>
      void cache.set('b', ledger.next(), withSize(options as object, 11) as never),
  ],
  [
    'setWithEvicted',
    ({ cache, ledger }, options) =>
      cache.setWithEvicted('new', ledger.next(), withSize(options as object, 9) as never),
  ],
  ['memo, hit', ({ cache }, options) => cache.memo('b', options)],
  ['memo, miss', ({ cache }, options) => cache.memo('absent', options)],
];

/** The same options with a size; getters and status stay what they are. */
function withSize(options: object, size: number): object {
  return Object.create(options, { size: { value: size, enumerable: true } });
}

type Act = readonly [name: string, act: (scene: Scene) => unknown];

/** What a caller's setter or getter may do. */
const acts: readonly Act[] = [
  ['get', ({ cache }) => cache.get('c')],
  ['get of the stale', ({ cache }) => cache.get('old')],
  ['has', ({ cache }) => cache.has('b', { updateAgeOnHas: true })],
  ['peek', ({ cache }) => cache.peek('b')],
  ['set of the same', ({ cache, ledger }) => cache.set('b', ledger.next())],
  ['set of another', ({ cache, ledger }) => cache.set('other', ledger.next())],
  ['setWithEvicted', ({ cache, ledger }) => cache.setWithEvicted('x', ledger.next(), { size: 9 })],
  ['delete of the same', ({ cache }) => cache.delete('b')],
  ['delete of another', ({ cache }) => cache.delete('a')],
  ['memo', ({ cache }) => cache.memo('memo')],
  ['fetch', ({ cache }) => void cache.fetch('b', { forceRefresh: true }).catch(() => {})],
  ['fetch of the absent', ({ cache }) => void cache.fetch('absent').catch(() => {})],
  ['pop', ({ cache }) => cache.pop()],
  ['clear', ({ cache }) => cache.clear()],
  ['resize down', ({ cache }) => cache.resize({ max: 1, maxSize: 3 })],
  ['resize up', ({ cache }) => cache.resize({ max: 9, maxSize: 90 })],
  ['purgeStale', ({ cache }) => cache.purgeStale()],
  ['load', ({ cache }) => cache.load([])],
  ['walk', ({ cache }) => [...cache]],
  ['time', ({ clock }) => clock.pass(TTL + 1)],
  ['dispose', ({ cache }) => cache[Symbol.dispose]()],
];

const FIRST_FIELDS = ['op', 'key', 'cache'];

interface Written {
  readonly status: Status;
  readonly fields: Map<string, unknown>;
}

/** A status that runs something at each write, before it takes the field. */
function statusThat(act: (field: string) => void): Written {
  const fields = new Map<string, unknown>();
  const status = new Proxy({} as Status, {
    set: (_, field, value) => {
      act(String(field));
      fields.set(String(field), value);
      return true;
    },
  });
  return { status, fields };
}

interface Ended {
  readonly result?: unknown;
  readonly error?: unknown;
}

function endOf(run: () => unknown): Ended {
  try {
    return { result: run() };
  } catch (error) {
    return { error };
  }
}

/** What a call comes to with an ordinary status, and in which order that is written. */
function ordinary(engine: TestEngine, call: Call[1]) {
  const scene = openScene(engine);
  const before = contentsOf(scene.cache);
  const { status, fields } = statusThat(() => {});
  const { result, error } = endOf(() => call(scene, { status } as never));
  expect(error).toBe(undefined);
  expectSound(scene);
  const after = contentsOf(scene.cache);
  const names = [...fields.keys()];
  fields.delete('cache');
  return { result, before, after, fields, names };
}

describe.each(engineCases)("callers' objects on $name", ({ open }) => {
  it.each(calls)('%s is done or not done if its status throws', (name, call) => {
    const engine = open();
    const wanted = ordinary(engine, call);
    for (const field of wanted.names) {
      const scene = openScene(engine);
      const thrown = new Error(field);
      const { status } = statusThat((written) => {
        if (written === field) throw thrown;
      });
      expect(endOf(() => call(scene, { status } as never)).error, field).toBe(thrown);
      const isFirst = FIRST_FIELDS.includes(field);
      expect(contentsOf(scene.cache), field).toEqual(isFirst ? wanted.before : wanted.after);
      expectSound(scene);
    }
    const names = wanted.names.filter((field) => !FIRST_FIELDS.includes(field));
    const isReported = names.length > 0;
    expect(isReported, 'something is written when it is done').toBe(true);
    const kinds = [Object.freeze({}), Object.seal({}), Object.preventExtensions({})];
    for (const status of kinds) {
      const scene = openScene(engine);
      expect(endOf(() => call(scene, { status } as never)).error).toBeInstanceOf(TypeError);
      // The `get` of a `find` has no first fields.
      const { before, after } = wanted;
      expect(contentsOf(scene.cache)).toEqual(name === 'find' ? after : before);
      expectSound(scene);
    }
    const half = Object.seal({ op: undefined, key: undefined, cache: undefined });
    const scene = openScene(engine);
    const options = { status: half } as never;
    expect(endOf(() => call(scene, options)).error).toBeInstanceOf(TypeError);
    expect(contentsOf(scene.cache)).toEqual(wanted.after);
    expectSound(scene);
  });

  it.each(calls)('%s says and gives the same whatever its status does meanwhile', (_, call) => {
    const engine = open();
    const wanted = ordinary(engine, call);
    for (const [actName, act] of acts) {
      for (const field of wanted.names) {
        const scene = openScene(engine);
        let isActing = false;
        const { status, fields } = statusThat((written) => {
          if (written !== field || isActing) return;
          isActing = true;
          act(scene);
        });
        const { result, error } = endOf(() => call(scene, { status } as never));
        fields.delete('cache');
        const what = `${actName} at ${field}`;
        expectSound(scene);
        if (FIRST_FIELDS.includes(field)) {
          if (error !== undefined) expect(error, what).toHaveProperty('code', 'DISPOSED');
        } else {
          expect({ result, error }, what).toEqual({ result: wanted.result, error: undefined });
          expect(fields, what).toEqual(wanted.fields);
        }
      }
    }
  });
});

// The engines made to collide take no other way than these to where options are read.
describe.each(plainCases)('options of callers on $name', ({ open }) => {
  it.each(calls)('%s is sound whatever the getters of its options do', (_, call) => {
    const engine = open();
    const given = ['allowStale', 'updateAgeOnGet', 'updateAgeOnHas', 'noDeleteOnStaleGet'];
    const more = ['noUpdateTTL', 'ttl', 'start', 'noDisposeOnSet', 'size', 'status', 'context'];
    for (const [actName, act] of acts) {
      for (const name of [...given, ...more, 'sizeCalculation', 'forceRefresh']) {
        const scene = openScene(engine);
        let reads = 0;
        const get = () => {
          reads += 1;
          if (reads === 1) act(scene);
          return undefined;
        };
        const options = Object.defineProperty({}, name, { get, enumerable: true });
        const { error } = endOf(() => call(scene, options as never));
        expect(reads, name).toBeLessThanOrEqual(1);
        const what = `${actName} at ${name}`;
        if (error !== undefined) expect(error, what).toHaveProperty('code', 'DISPOSED');
        expectSound(scene);
      }
    }
  });
});

const fetches: readonly (readonly [string, (cache: Cache, status: Status) => Promise<unknown>])[] =
  [
    ['hit', (cache, status) => cache.fetch('b', { status })],
    ['miss', (cache, status) => cache.fetch('absent', { status })],
    ['stale', (cache, status) => cache.fetch('old', { status, allowStale: true })],
    ['refresh', (cache, status) => cache.forceFetch('b', { status, forceRefresh: true })],
    [
      'abort',
      (cache, status) => {
        const promise = cache.fetch('absent', { status });
        if (!isDisposed(cache)) cache.delete('absent');
        return promise;
      },
    ],
    [
      'stale after an abort',
      (cache, status) => {
        const promise = cache.fetch('old', { status, allowStaleOnFetchAbort: true });
        if (!isDisposed(cache)) cache.delete('old');
        return promise;
      },
    ],
  ];

describe.each(engineCases)('loads and their statuses on $name', ({ open }) => {
  it.each(fetches)('%s settles, whatever its status does', async (_, fetch) => {
    const engine = open();
    const { status: ordinaryStatus, fields: ordinaryFields } = statusThat(() => {});
    await cameTo(fetch(openScene(engine).cache, ordinaryStatus));
    const fail: Act = ['throw', () => expect.fail('status')];
    for (const [actName, act] of [fail, ...acts]) {
      for (const field of ordinaryFields.keys()) {
        const scene = openScene(engine);
        let isActing = false;
        const { status } = statusThat((written) => {
          if (written !== field || isActing) return;
          isActing = true;
          act(scene);
        });
        const came = await cameTo(fetch(scene.cache, status));
        expect(came, `${actName} at ${field}`).not.toBe('pending');
        await drain();
        expectSound(scene);
        if (isDisposed(scene.cache)) continue;
        expect(await cameTo(scene.cache.fetch('absent'))).toEqual(expect.any(Number));
      }
    }
  });
});

describe.each(plainCases)('a traced fetch on $name', ({ open }) => {
  it('rejects, and nothing else, if its status cannot take the trace', async () => {
    const subscriber = Object.fromEntries(
      ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((name) => [name, () => {}]),
    );
    const channel = tracingChannel('lru-cache');
    channel.subscribe(subscriber as never);
    try {
      for (const field of ['op', 'trace']) {
        const scene = openScene(open());
        const { status } = statusThat((written) => {
          if (written === field) expect.fail(field);
        });
        const promises = [
          scene.cache.fetch('b', { status }),
          scene.cache.forceFetch('x', { status }),
        ];
        expect(await Promise.all(promises.map(cameTo))).toEqual([
          `error ${field}`,
          `error ${field}`,
        ]);
        expectSound(scene);
      }
    } finally {
      channel.unsubscribe(subscriber as never);
    }
  });
});

const command = fc.record({
  call: fc.nat(calls.length - 1),
  act: fc.nat(acts.length - 1),
  /** At which write of the status; beyond the last, at none. */
  write: fc.nat(9),
  isThrowing: fc.boolean(),
});

describe.each(engineCases)('programs on $name', ({ open }) => {
  it(`of ${RUNS} kinds lose no value and tell of none twice`, () => {
    const engine = open();
    const program = fc.array(command, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(program, (commands) => {
        const scene = openScene(engine);
        for (const { call, act, write, isThrowing } of commands) {
          if (isDisposed(scene.cache)) break;
          let writes = 0;
          const { status } = statusThat(() => {
            writes += 1;
            if (writes !== write) return;
            (acts[act] as Act)[1](scene);
            if (isThrowing) expect.fail('status');
          });
          endOf(() => (calls[call] as Call)[1](scene, { status } as never));
          expectSound(scene);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
