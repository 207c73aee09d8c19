// SharedLRU in several threads: whole values, a linear history of each key, and threads that die.
//
// The threads run dist/shared.js, and this file src/: they are one build, or the handle is refused.

import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { SharedLRU } from '../../src/shared.js';
import { isLinear, type Operation } from './linear.js';
import { validateShards } from './validate.js';

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 0);
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

describe('values that check themselves', () => {
  it.each([1, 4])('are never torn and never of another key, with %d shards', async (shards) => {
    const cache = new SharedLRU({ maxBytes: 4 * MIB, shards, maxEntryBytes: MIB / 2 });
    const count = RUNS > 0 ? RUNS * 1000 : 20_000;
    const threads = [1, 2, 3, 4].map((seed) =>
      start(cache, { task: 'churn', keys: 20_000 / shards, count, seed }),
    );
    const reports = (await Promise.all(threads.map(({ report }) => report))) as Churn[];
    for (const { torn, foreign, hits } of reports) {
      expect({ torn, foreign }).toEqual({ torn: 0, foreign: 0 });
      expect(hits).toBeGreaterThan(100);
    }
    expect(cache.stats().evictions).toBeGreaterThan(0);
    expect(cache.stats().reaped).toBe(0);
    validateShards(cache);
  });
});

describe('histories of three threads', () => {
  it('are linear for each key', async () => {
    const cache = new SharedLRU({ maxBytes: MIB, shards: 2 });
    const rounds = RUNS > 0 ? RUNS : 12;
    let all = 0;
    for (let round = 0; round < rounds; round++) {
      cache.clear();
      const clock = new SharedArrayBuffer(8);
      const threads = [1, 2, 3].map((i) =>
        start(cache, {
          task: 'history',
          keys: 8,
          count: 60,
          seed: round * 3 + i,
          clock,
          threads: 3,
        }),
      );
      const histories = (await Promise.all(threads.map(({ report }) => report))) as Operation[][];
      const operations = histories.flat();
      for (const key of new Set(operations.map((operation) => operation.key))) {
        const own = operations.filter((operation) => operation.key === key);
        all += own.length;
        expect(isLinear(own), JSON.stringify(own)).toBe(true);
      }
    }
    expect(all).toBe(rounds * 180);
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

describe('a thread that dies', () => {
  it('anywhere, again and again, stops nobody', async () => {
    const cache = new SharedLRU({
      maxBytes: 4 * MIB,
      shards: 2,
      threads: 8,
      maxEntryBytes: MIB / 2,
    });
    const seconds = RUNS > 0 ? RUNS : 5;
    const survivors = [1, 2].map((seed) =>
      start(cache, { task: 'churn', keys: 4000, seconds: seconds + 1, seed }),
    );
    await Promise.all(survivors.map(({ ready }) => ready));
    const end = performance.now() + seconds * 1000;
    let kills = 0;
    while (performance.now() < end) {
      const victim = start(cache, { task: 'churn', keys: 4000, seconds: 60 });
      await victim.ready;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await victim.worker.terminate();
      kills += 1;
    }
    const reports = (await Promise.all(survivors.map(({ report }) => report))) as Churn[];
    for (const { torn, foreign, gets, hits } of reports) {
      expect({ torn, foreign }).toEqual({ torn: 0, foreign: 0 });
      expect(gets).toBeGreaterThan(1000);
      expect(hits).toBeGreaterThan(100);
    }
    expect(kills).toBeGreaterThan(5);
    await Promise.all(survivors.map(({ exit }) => exit));
    validateShards(cache);
    // Every frame that a dead thread had is free again, and so is every lock.
    cache.clear();
    for (let i = 0; i < 7; i++) SharedLRU.attach(cache.handle).set(`${i}`, Uint8Array.of(i));
    expect(cache.size).toBe(7);
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
    expect([...cache.keys()]).toEqual([]);
    expect(await cache.getOrLoad('a', () => 'loaded')).toBe('loaded');
    await worker.terminate();
    expect(cache.stats().reaped).toBe(1);
    expect(cache.size).toBe(0);
    expect(cache.set('a', 'd')).toBe(true);
    expect(cache.get('a')).toBe('d');
    validateShards(cache);
  });
});
