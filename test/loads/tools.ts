// What the directed tests of loads share: a clock, loaders on demand, what promises came to.

import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, type TestEngine } from '../support/engines.js';

/** Lets everything happen that is about to, and a macrotask more: rejections are reported then. */
export const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Fails the test in which a rejection was not handled. To be called once in a file. */
export function expectNothingUnhandled(): void {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  beforeAll(() => {
    process.on('unhandledRejection', note);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
  });
  afterEach(async () => {
    await drain();
    expect(unhandled.splice(0)).toEqual([]);
  });
}

/** What a promise has come to when everything has happened; an error by its code or message. */
export async function cameTo(promise: Promise<unknown>): Promise<unknown> {
  let came: unknown = 'pending';
  promise.then(
    (value) => {
      came = value;
    },
    (error) => {
      came = `error ${error.code ?? error.message}`;
    },
  );
  await drain();
  return came;
}

/** A call of `fetchMethod`, and how to end it. */
export interface Call {
  readonly key: string;
  readonly staleValue: unknown;
  readonly signal: AbortSignal;
  readonly options: LRUCache.FetcherFetchOptions<string, unknown>;
  readonly context: unknown;
  readonly self: unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A cache whose loaders wait to be ended, and what it did. */
export interface Bench {
  readonly cache: LRUCache<string, unknown>;
  readonly calls: Call[];
  /** Every `dispose` and `onInsert`, as `reason key value`. */
  readonly told: string[];
  readonly clock: { now: number };
  /** The latest call of `fetchMethod`. */
  last(): Call;
}

type Options = LRUCache.OptionsBase<string, unknown, unknown>;

/** A cache of three with a ttl of ten, on a clock of the test's own, that loads on demand. */
export function openBench(engine: TestEngine, options: Options = {}): Bench {
  const calls: Call[] = [];
  const told: string[] = [];
  const clock = { now: 1000 };
  const tell = (value: unknown, key: string, reason: string) => {
    told.push(`${reason} ${key} ${String(value)}`);
  };
  const cache = openCache<string, unknown>(engine, {
    max: 3,
    ttl: 10,
    ttlResolution: 0,
    perf: { now: () => clock.now },
    dispose: tell,
    onInsert: tell,
    fetchMethod(this: unknown, key, staleValue, given) {
      return new Promise<unknown>((resolve, reject) => {
        calls.push({ key, staleValue, ...given, self: this, resolve, reject });
      });
    },
    ...options,
  });
  const last = () => calls.at(-1) as Call;
  return { cache, calls, told, clock, last };
}

/** The same with an entry that is stale: `k` with the value `old`; nothing told yet. */
export function openStale(engine: TestEngine, options: Options = {}): Bench {
  const bench = openBench(engine, options);
  bench.cache.set('k', 'old');
  bench.clock.now += 11;
  bench.told.length = 0;
  return bench;
}

/** The contents, stale or not, least recently used first. */
export function contentsOf(cache: LRUCache<string, unknown>): string {
  return cache
    .dump()
    .map(([key, { value }]) => `${key}=${String(value)}`)
    .join(' ');
}
