// Shows that no call of a cache in front of a store is left half done because the stack was used up
// on the way: nobody waits for ever, no write is lost, and the cache and the store agree.
//
// Every method is called with more and more stack, to the word, from where nothing can be called
// any more to beyond where it succeeds. Then everything that is under way ends, and each key has
// the value that it had before the call, or the one that the call gives it. WASM_LRU_PADDINGS is
// how many words a frame is divided into: 16 are all there are.

import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dict } from '../../src/stores/dict.js';
import { cacheBehind, isDirty, WriteBackCache } from '../../src/stores/write-back.js';
import { cacheWithin, WriteThroughCache } from '../../src/stores/write-through.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { figure } from '../support/figures.js';
import { confined, isOverflow, probe, runAt } from '../support/stack.js';

type Cache = WriteThroughCache<string, number> | WriteBackCache<string, number>;

const PADDINGS = Number(process.env.WASM_LRU_PADDINGS ?? 1);
/** With so many frames missing, every call succeeds. */
const MISSING_MAX = 1024;
/** Frames between two tries where all fail alike, and frames tried one by one where they do not. */
const STRIDE = 32;
const FINE = 32;

/** `a` is cached; `b` is cached, and dirty if it can be; `c` is in the store alone; `d` nowhere. */
const KEYS = ['a', 'b', 'c', 'd', 'e'];

/** A store over a Map that answers at once, or later. */
function openStore(isLater: boolean, hasBatches: boolean) {
  const map = new Map([
    ['a', 1],
    ['c', 3],
    ['e', 5],
  ]);
  const answer = <T>(act: () => T): T | Promise<T> => (isLater ? later(act) : act());
  const store: Dict<string, number> = {
    get: (key) => answer(() => map.get(key)),
    set: (key, value) => answer(() => map.set(key, value)),
    delete: (key) => answer(() => map.delete(key)),
    has: (key) => answer(() => map.has(key)),
    keys: () => answer(() => [...map.keys()]),
    clear: () => answer(() => map.clear()),
  };
  if (hasBatches) {
    store.getMany = (keys) => answer(() => keys.map((key) => map.get(key)));
    store.setMany = (entries) =>
      answer(() => {
        for (const [key, value] of entries) map.set(key, value);
      });
  }
  return { map, store };
}

async function later<T>(act: () => T): Promise<T> {
  await undefined;
  return act();
}

interface Scene {
  readonly cache: Cache;
  readonly map: Map<string, number>;
}

interface Kind {
  readonly name: string;
  open(engine: 'wasm' | 'pure', isLater: boolean, max: number): Promise<Scene>;
}

async function fill(cache: Cache, map: Map<string, number>): Promise<Scene> {
  await cache.get('a');
  await cache.set('b', 2);
  return { cache, map };
}

const kinds: readonly Kind[] = [
  {
    name: 'WriteThroughCache',
    open(engine, isLater, max) {
      const { map, store } = openStore(isLater, isLater);
      return fill(new WriteThroughCache({ store, max, engine }), map);
    },
  },
  {
    name: 'WriteBackCache',
    open(engine, isLater, max) {
      const { map, store } = openStore(isLater, isLater);
      return fill(new WriteBackCache({ store, max, engine, maxDirty: 2, retries: 0 }), map);
    },
  },
];

interface Operation {
  readonly name: string;
  readonly max: number;
  run(cache: Cache): unknown;
}

/** A call that runs while others, which were begun with all of the stack, are under way. */
interface Overlapping extends Operation {
  begin?(cache: Cache): void;
}

const ignore = (promise: Promise<unknown>) => void promise.catch(() => {});

async function listOf(cache: Cache) {
  for await (const key of cache.keys()) expect(KEYS).toContain(key);
}

const operations: readonly Overlapping[] = [
  { name: 'get of what is cached', max: 3, run: (cache) => cache.get('a') },
  { name: 'get of what is set', max: 3, run: (cache) => cache.get('b') },
  { name: 'get that reads', max: 3, run: (cache) => cache.get('c') },
  { name: 'get that evicts', max: 2, run: (cache) => cache.get('c') },
  {
    name: 'get of what is being read',
    max: 3,
    begin: (cache) => ignore(cache.get('c')),
    run: (cache) => cache.get('c'),
  },
  { name: 'refresh', max: 3, run: (cache) => cache.refresh('a') },
  { name: 'getMany', max: 3, run: (cache) => cache.getMany(['a', 'b', 'c', 'd', 'e']) },
  { name: 'has', max: 3, run: (cache) => cache.has('c') },
  { name: 'peek', max: 3, run: (cache) => cache.peek('b') },
  { name: 'keys', max: 3, run: listOf },
  { name: 'size', max: 3, run: (cache) => cache.size },
  { name: 'set that adds', max: 3, run: (cache) => cache.set('d', 4) },
  { name: 'set that updates', max: 3, run: (cache) => cache.set('a', 4) },
  { name: 'set of what is set', max: 3, run: (cache) => cache.set('b', 4) },
  { name: 'set that evicts', max: 2, run: (cache) => cache.set('d', 4) },
  {
    name: 'set that evicts, and waits for room',
    max: 1,
    begin: (cache) => ignore(cache.set('e', 6)),
    run: (cache) => cache.set('d', 4),
  },
  {
    name: 'set of what is being read',
    max: 3,
    begin: (cache) => ignore(cache.get('c')),
    run: (cache) => cache.set('c', 4),
  },
  { name: 'set of undefined', max: 3, run: (cache) => cache.set('a', undefined as never) },
  { name: 'delete of what is cached', max: 3, run: (cache) => cache.delete('a') },
  { name: 'delete of what is set', max: 3, run: (cache) => cache.delete('b') },
  {
    name: 'delete of what is being read',
    max: 3,
    begin: (cache) => ignore(cache.get('c')),
    run: (cache) => cache.delete('c'),
  },
  {
    name: 'delete behind another call',
    max: 3,
    begin: (cache) => ignore(cache.delete('a')),
    run: (cache) => cache.delete('a'),
  },
  { name: 'clear', max: 3, run: (cache) => cache.clear() },
  { name: 'sync', max: 3, run: (cache) => cache instanceof WriteBackCache && cache.sync() },
  { name: 'flush', max: 3, run: (cache) => cache instanceof WriteBackCache && cache.flush() },
  { name: 'disposal', max: 3, run: (cache) => cache[Symbol.asyncDispose]() },
];

/** What every key is, whether or not it has been written. */
function truthOf({ cache, map }: Scene): string {
  const isOwed = (key: string) => cache instanceof WriteBackCache && isDirty(cache, key);
  return KEYS.map((key) => `${key}=${isOwed(key) ? cache.peek(key) : map.get(key)}`).join(' ');
}

/** Fails unless what is cached is what will be read, and all that waits has come to an end. */
async function expectAlive(scene: Scene): Promise<void> {
  const { cache, map } = scene;
  const within = cache instanceof WriteBackCache ? cacheBehind(cache) : cacheWithin(cache);
  expect([...within.keys()], 'the keys in the cache').toHaveLength(within.size);
  for (const [key, value] of within.entries()) {
    if (cache instanceof WriteBackCache && isDirty(cache, key)) continue;
    expect(map.get(key), `${key} in the store, which is cached`).toBe(value);
  }
  const truth = truthOf(scene);
  if (cache instanceof WriteBackCache) expect(await cameTo(cache.sync())).toBe(undefined);
  expect(KEYS.map((key) => `${key}=${map.get(key)}`).join(' '), 'the store').toBe(truth);
  // A chain of calls for each key, none of which may wait for ever.
  const goOn = async (key: string) => {
    const given = [await cache.get(key)];
    await cache.set(key, 7);
    given.push(await cache.get(key));
    await cache.delete(key);
    return [...given, await cache.get(key)];
  };
  const wanted = KEYS.map((key) => [map.get(key), 7, undefined]);
  expect(await cameTo(Promise.all(KEYS.map(goOn)))).toEqual(wanted);
  expect(await cameTo(cache.clear().then(() => cache[Symbol.asyncDispose]()))).toBe(undefined);
  expect(map.size).toBe(0);
}

/** One try: how many frames are missing, and what came of the call. */
interface Attempt extends Scene {
  readonly missing: number;
  given: unknown;
  error: unknown;
}

type Open = (max: number) => Promise<Scene>;

/** Calls a method once for each number of missing frames, of a cache of its own each time. */
async function attempt(
  open: Open,
  { run, begin, max }: Overlapping,
  padding: number,
  frames: readonly number[],
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const missing of frames) {
    attempts.push({ ...(await open(max)), missing, given: undefined, error: 'pending' });
  }
  for (const { cache } of attempts) begin?.(cache);
  confined(() => {
    const depth = probe(padding);
    for (const each of attempts) {
      const call = () => {
        each.given = run(each.cache);
      };
      const thrown = runAt(depth - each.missing, padding, call);
      if (thrown !== undefined) each.given = Promise.reject(thrown);
    }
  });
  for (const each of attempts) {
    Promise.resolve(each.given).then(
      () => {
        each.error = undefined;
      },
      (error) => {
        each.error = error;
      },
    );
  }
  await drain();
  for (const { error } of attempts) expect(error, 'the promise of a call').not.toBe('pending');
  return attempts;
}

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

/**
 * The numbers of missing frames to try: all with which the call fails at once, those about the
 * first with which it succeeds, and some in between, where it asks for headroom in vain.
 */
async function framesFor(open: Open, operation: Overlapping, padding: number): Promise<number[]> {
  const coarse = await attempt(open, operation, padding, range(0, MISSING_MAX, STRIDE));
  const first = coarse.find(({ error }) => error === undefined)?.missing ?? MISSING_MAX;
  expect(first, operation.name).toBeLessThan(MISSING_MAX);
  const fine = [...range(0, FINE), ...range(first - FINE, first + FINE)];
  const between = range(FINE, first, STRIDE);
  return [...new Set([...fine, ...between])].filter((missing) => missing >= 0);
}

/** Tries one operation wherever it fails; returns how often that was. */
async function sweep(open: Open, operation: Overlapping): Promise<number> {
  const isDisposal = operation.name === 'disposal';
  const done = await open(operation.max);
  operation.begin?.(done.cache);
  await drain();
  const before = truthOf(done);
  await operation.run(done.cache);
  await drain();
  const after = isDisposal ? before : truthOf(done);
  let overflows = 0;
  for (let padding = 0; padding < PADDINGS; padding++) {
    const frames = await framesFor(open, operation, padding);
    for (const scene of await attempt(open, operation, padding, frames)) {
      const { error, missing } = scene;
      const what = `${operation.name} with ${missing} frames missing`;
      if (error !== undefined) {
        overflows += 1;
        expect(error, what).toSatisfy(isOverflow);
        expect([before, after], what).toContain(truthOf(scene));
      } else if (isDisposal) continue;
      else expect(truthOf(scene), what).toBe(after);
      await expectAlive(scene);
    }
  }
  return overflows;
}

expectNothingUnhandled();

const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);
beforeAll(() => {
  process.on('uncaughtException', note);
  // Node writes a page about every promise that is rejected where there is no stack left for its
  // own bookkeeping, and does so past `process.stderr`. Nothing is wrong then. The file that is
  // opened gets the number that has become free.
  closeSync(2);
  expect(openSync(devNull, 'w')).toBe(2);
});
afterAll(() => {
  process.off('uncaughtException', note);
});

const cases = kinds.flatMap((kind) => [
  { ...kind, engine: 'wasm', isLater: false } as const,
  { ...kind, engine: 'pure', isLater: true } as const,
]);

describe.each(cases)('out of stack: a $name on $engine, its store late: $isLater', (subject) => {
  it.each(operations)('$name is done or not done', async (operation) => {
    const open = (max: number) => subject.open(subject.engine, subject.isLater, max);
    const overflows = await sweep(open, operation);
    expect(uncaught.splice(0)).toEqual([]);
    expect(overflows).toBeGreaterThan(0);
    figure('overflows', overflows);
  });
});
