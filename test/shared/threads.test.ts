// SharedLRU in several threads: whole values, a linear history of each key, and threads that die.
//
// The threads run dist/shared.js, and this file src/: they are one build, or the handle is refused.

import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SharedLRU } from '../../src/shared.js';
import { figure } from '../support/figures.js';
import { isLinear, type Operation } from './linear.js';
import { validateShards } from './validate.js';

// A run is 8,000 reads, a round of histories and half a kill. The night says for how many minutes
// a thread is killed again and again while others use the cache: else KILLS times.
const RUNS = Number(process.env.WASM_LRU_RUNS ?? 40);
const KILLS = Math.max(10, RUNS / 2);
const KILL_MINUTES = Number(process.env.WASM_LRU_KILL_MINUTES ?? 0);
/** Rounds of one set of threads. */
const ROUNDS_MAX = 100;
const path = new URL('./worker.mjs', import.meta.url);

/** A thread with a task, and what it reports. */
function start<V>(cache: SharedLRU<V>, data: object) {
  const worker = new Worker(path, { workerData: { handle: cache.handle, ...data } });
  cache.adopt(worker);
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', () => resolve());
  });
  const report = new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message) => message !== 'ready' && resolve(message));
  });
  report.catch(() => {});
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  return { worker, ready, report, exit };
}

interface Churn {
  readonly gets: number;
  readonly hits: number;
  readonly torn: number;
  readonly foreign: number;
}

const MIB = 1 << 20;

const sumOf = (reports: Churn[], name: keyof Churn) =>
  reports.reduce((sum, report) => sum + report[name], 0);

/** Waits until a thread has done something more. */
async function advance(progress: Int32Array, place: number): Promise<void> {
  const before = Atomics.load(progress, place);
  while (Atomics.load(progress, place) === before) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Starts a thread, and ends it after so many ms wherever it is. */
async function startAndKill<V>(cache: SharedLRU<V>, data: object, afterMs: number): Promise<void> {
  const { worker, ready } = start(cache, data);
  await ready;
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await worker.terminate();
}

describe('values that check themselves', () => {
  it.each([1, 4])('are never torn and never of another key, with %d shards', async (shards) => {
    const cache = new SharedLRU({ maxBytes: 4 * MIB, shards, maxEntryBytes: MIB / 2 });
    // Half of what a thread does are reads.
    const count = RUNS * 2000;
    const threads = [1, 2, 3, 4].map((seed) =>
      start(cache, { task: 'churn', keys: 20_000 / shards, count, seed }),
    );
    const reports = (await Promise.all(threads.map(({ report }) => report))) as Churn[];
    for (const { torn, foreign, hits } of reports) {
      expect({ torn, foreign }).toEqual({ torn: 0, foreign: 0 });
      expect(hits).toBeGreaterThan(100);
    }
    figure('reads by four threads, none torn or foreign', sumOf(reports, 'gets'));
    expect(cache.stats().evictions).toBeGreaterThan(0);
    expect(cache.stats().reaped).toBe(0);
    validateShards(cache);
  });
});

describe('histories of three threads', () => {
  it('are linear for each key', async () => {
    let histories = 0;
    for (let done = 0; done < RUNS; done += ROUNDS_MAX) {
      const cache = new SharedLRU({ maxBytes: 8 * MIB, shards: 2 });
      const rounds = Math.min(ROUNDS_MAX, RUNS - done);
      const clock = new SharedArrayBuffer(8);
      const how = { task: 'history', keys: 8, count: 60, rounds, clock, threads: 3 };
      const threads = [1, 2, 3].map((i) => start(cache, { ...how, seed: done * 3 + i }));
      const all = (await Promise.all(threads.map(({ report }) => report))) as Operation[][];
      const operations = new Map<string, Operation[]>();
      for (const operation of all.flat()) {
        const own = operations.get(operation.key) ?? [];
        operations.set(operation.key, own);
        own.push(operation);
      }
      for (const own of operations.values()) {
        expect(isLinear(own), JSON.stringify(own)).toBe(true);
        histories += 1;
      }
    }
    figure('histories of three threads, linear', histories);
    expect(histories).toBeGreaterThanOrEqual(RUNS * 7);
  });

  it('would not pass with a wrong result', () => {
    const set = { key: 'a', what: 'set', value: 1, begin: 0, end: 1 } as const;
    const get = { key: 'a', what: 'get', value: 0, begin: 2, end: 3 } as const;
    expect(isLinear([set, { ...get, result: 1 }])).toBe(true);
    expect(isLinear([set, { ...get, result: undefined }])).toBe(false);
    expect(
      isLinear([
        { ...set, end: 4 },
        { ...get, result: undefined },
      ]),
    ).toBe(true);
    expect(isLinear([set, { ...get, result: 2 }])).toBe(false);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a thread that dies', () => {
  it('as its host says, but runs on, keeps out of the cache until it is reaped', async () => {
    // As Deno says when it is asked to end a thread.
    vi.stubGlobal('Deno', {});
    const cache = new SharedLRU({ maxBytes: MIB, shards: 1, threads: 2 });
    const progress = new Int32Array(new SharedArrayBuffer(16));
    const how = { task: 'churn', keys: 100, progress: progress.buffer };
    const { worker, ready, report } = start(cache, how);
    await ready;
    await advance(progress, 1);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    worker.emit('exit', 1);
    await expect(report).rejects.toThrow('was disposed of');
    cache.set('a', Uint8Array.of(1));
    expect(() => SharedLRU.attach(cache.handle)).toThrow('made for 2 threads');
    vi.advanceTimersByTime(5000);
    expect(cache.get('a')).toEqual(Uint8Array.of(1));
    expect(SharedLRU.attach(cache.handle).get('a')).toEqual(Uint8Array.of(1));
    validateShards(cache);
  });

  it('as its host says, but only then begins to use the cache, is reaped as well', async () => {
    vi.stubGlobal('Deno', {});
    const cache = new SharedLRU({ maxBytes: MIB, shards: 1, threads: 2 });
    const progress = new Int32Array(new SharedArrayBuffer(16));
    const how = { task: 'churn', keys: 9, progress: progress.buffer };
    const { worker, ready, report } = start(cache, how);
    report.catch(() => {});
    let reap: unknown;
    const timeouts = vi.spyOn(globalThis, 'setTimeout').mockImplementation((later) => {
      reap = later;
      return {} as never;
    });
    // The host's own word for it comes too early.
    const once = (_: string, listener: () => void) => listener();
    cache.adopt({ threadId: worker.threadId, once } as never);
    timeouts.mockRestore();
    await ready;
    await advance(progress, 1);
    expect(() => SharedLRU.attach(cache.handle)).toThrow('made for 2 threads');
    (reap as () => void)();
    expect(SharedLRU.attach(cache.handle).get('absent')).toBe(undefined);
    await worker.terminate();
  });

  it('anywhere, again and again, stops nobody', async () => {
    const cache = new SharedLRU({
      maxBytes: 4 * MIB,
      shards: 2,
      threads: 8,
      maxEntryBytes: MIB / 2,
    });
    // A word that ends the survivors, and of each how much it has done.
    const progress = new Int32Array(new SharedArrayBuffer(16));
    const how = { task: 'churn', keys: 4000, progress: progress.buffer };
    const survivors = [1, 2].map((place) => start(cache, { ...how, place }));
    await Promise.all(survivors.map(({ ready }) => ready));
    const until = performance.now() + KILL_MINUTES * 60_000;
    let kills = 0;
    for (; KILL_MINUTES > 0 ? performance.now() < until : kills < KILLS; kills++) {
      await startAndKill(cache, { ...how, place: 3 }, 50);
      // Whoever waited for ever would end this test by its time limit.
      for (const place of [1, 2]) await advance(progress, place);
    }
    Atomics.store(progress, 0, 1);
    const reports = (await Promise.all(survivors.map(({ report }) => report))) as Churn[];
    for (const { torn, foreign, gets, hits } of reports) {
      expect({ torn, foreign }).toEqual({ torn: 0, foreign: 0 });
      expect(gets).toBeGreaterThan(kills);
      expect(hits).toBeGreaterThan(100);
    }
    figure('threads killed while others used the cache', kills);
    figure('reads meanwhile, none torn or foreign', sumOf(reports, 'gets'));
    figure('shards emptied after a kill', cache.stats().reaped);
    await Promise.all(survivors.map(({ exit }) => exit));
    validateShards(cache);
    // Every frame that a dead thread had is free again, and so is every lock.
    cache.clear();
    for (let i = 0; i < 7; i++) SharedLRU.attach(cache.handle).set(`${i}`, Uint8Array.of(i));
    expect(cache.size).toBe(7);
  });

  it('leaves a cache that is whole, each time', async () => {
    const cache = new SharedLRU({ maxBytes: MIB, shards: 1, threads: 3, maxEntryBytes: MIB / 8 });
    for (let i = 0; i < KILLS; i++) {
      // Two at a time: one may die while it waits for the other, or cleans up after it.
      const how = { task: 'churn', keys: 400 };
      await Promise.all([1, 2].map((j) => startAndKill(cache, how, (i * j) % 10)));
      validateShards(cache);
      cache.set('a', Uint8Array.of(i));
      expect(cache.get('a')).toEqual(Uint8Array.of(i));
    }
  });

  it('holding a lock leaves an empty shard to its owner', async () => {
    const cache = new SharedLRU<string>({ maxBytes: MIB, shards: 1, codec: 'string' });
    cache.set('a', 'b');
    const worker = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       const words = new Int32Array(workerData.memory.buffer);
       words[16 + 1] = require('node:worker_threads').threadId + 1;
       words[workerData.at] = 2 << 1;
       parentPort.postMessage('held');
       setInterval(() => {}, 1000);`,
      // As if it had attached as thread 2, and had stopped right after it took the lock.
      { eval: true, workerData: { ...cache.handle, at: (4160 + 32 * 65_664) / 4 } },
    );
    cache.adopt(worker);
    await new Promise((resolve) => worker.once('message', resolve));
    const begun = performance.now();
    expect(cache.get('a')).toBeUndefined();
    // At least as long as the lock waits for a holder that may be busy.
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(cache.set('a', 'c')).toBe(false);
    expect(() => cache.delete('a')).toThrow(expect.objectContaining({ code: 'SHARD_STUCK' }));
    expect(() => cache.clear()).toThrow(expect.objectContaining({ code: 'SHARD_STUCK' }));
    const isStuck = expect.objectContaining({ code: 'SHARD_STUCK' });
    expect(() => [...cache.keys()]).toThrow(isStuck);
    expect(() => cache.snapshot()).toThrow(isStuck);
    expect(await cache.getOrLoad('a', () => 'loaded')).toBe('loaded');
    await worker.terminate();
    expect(cache.stats().reaped).toBe(1);
    expect(cache.size).toBe(0);
    expect(cache.set('a', 'd')).toBe(true);
    expect(cache.get('a')).toBe('d');
    validateShards(cache);
  });
});
