// Loads by getOrLoad: one for each key, in one thread and over several.

import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type SharedAttachOptions, SharedLRU } from '../../src/shared.js';
import { validateShards } from './validate.js';

const make = (options: SharedAttachOptions<string> = {}) =>
  new SharedLRU<string>({ maxBytes: 1 << 20, codec: 'string', ...options });
const attach = ({ handle }: SharedLRU<string>, options: SharedAttachOptions<string> = {}) =>
  SharedLRU.attach<string>(handle, { codec: 'string', ...options });

/** A loader that waits to be told its result, and counts its calls. */
function controlled() {
  let tell: { resolve(value: string): void; reject(error: unknown): void } | undefined;
  const loader = Object.assign(
    () => {
      loader.calls += 1;
      return new Promise<string>((resolve, reject) => {
        tell = { resolve, reject };
      });
    },
    {
      calls: 0,
      resolve: (value: string) => tell?.resolve(value),
      reject: (error: unknown) => tell?.reject(error),
    },
  );
  return loader;
}

const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

describe('getOrLoad', () => {
  it('loads once for all who ask in a thread, and stores the value', async () => {
    const cache = make();
    const loader = controlled();
    const all = [cache.getOrLoad('a', loader), cache.getOrLoad('a', loader)];
    await turn();
    all.push(cache.getOrLoad('a', loader));
    await turn();
    loader.resolve('x');
    expect(await Promise.all(all)).toEqual(['x', 'x', 'x']);
    expect(loader.calls).toBe(1);
    expect(cache.get('a')).toBe('x');
    expect(await cache.getOrLoad('a', loader)).toBe('x');
    expect(loader.calls).toBe(1);
  });

  it('passes an error to all of them, stores nothing, and loads again', async () => {
    const cache = make();
    const loader = controlled();
    const all = [cache.getOrLoad('a', loader), cache.getOrLoad('a', loader)];
    await turn();
    loader.reject(new Error('no database'));
    for (const one of all) await expect(one).rejects.toThrow('no database');
    expect(cache.has('a')).toBe(false);
    expect(await cache.getOrLoad('a', () => 'y')).toBe('y');
    await expect(cache.getOrLoad('b', () => 1 as never)).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect(await cache.getOrLoad('b', () => 'z', { ttl: 10 })).toBe('z');
  });

  it('lets another thread wait, and gives it the value', async () => {
    const first = make();
    const second = attach(first);
    const loader = controlled();
    const other = controlled();
    const one = first.getOrLoad('a', loader);
    await turn();
    const two = second.getOrLoad('a', other);
    await turn(30);
    loader.resolve('x');
    expect(await Promise.all([one, two])).toEqual(['x', 'x']);
    expect([loader.calls, other.calls]).toEqual([1, 0]);
    // However often the other thread has looked.
    expect(first.stats()).toMatchObject({ hits: 0, misses: 2 });
  });

  it('lets another thread load by itself when it has waited for long', async () => {
    const first = make();
    const second = attach(first, { loadWait: 20 });
    const hanging = controlled();
    const one = first.getOrLoad('a', hanging);
    await turn();
    expect(await second.getOrLoad('a', () => 'y')).toBe('y');
    // What comes too late goes to who asked for it, and does not replace what is newer.
    hanging.resolve('x');
    expect(await one).toBe('x');
    expect(first.get('a')).toBe('y');
  });

  it('stores the first result of those who have loaded, however slow they are', async () => {
    const first = make();
    const waiting = [1, 2, 3].map(() => attach(first, { loadWait: 40 }));
    const slow = controlled();
    const others = waiting.map(controlled);
    const one = first.getOrLoad('a', slow);
    await turn();
    const all = waiting.map((cache, i) => cache.getOrLoad('a', others[i] as typeof slow));
    const begun = () => others.filter(({ calls }) => calls > 0).length;
    while (begun() === 0) await turn(1);
    // One has taken the load over, and the others wait for that one as long again.
    expect(begun()).toBe(1);
    slow.resolve('x');
    expect(await one).toBe('x');
    expect(first.get('a')).toBe('x');
    const at = others.findIndex(({ calls }) => calls > 0);
    others[at]?.resolve('y');
    expect(await Promise.all(all)).toEqual(waiting.map((_, i) => (i === at ? 'y' : 'x')));
    expect([first.get('a'), begun()]).toEqual(['x', 1]);
    validateShards(first);
  });

  it('runs a slow loader once in each thread, however long it takes', async () => {
    const first = make({ loadWait: 0 });
    const caches = [first, ...[1, 2].map(() => attach(first, { loadWait: 0 }))];
    const loaders = caches.map(controlled);
    const ask = () =>
      caches.map((cache, i) => cache.getOrLoad('a', () => loaders[i]?.() as Promise<string>));
    const all = ask();
    while (loaders.some(({ calls }) => calls === 0)) await turn(1);
    all.push(...ask());
    await turn(5);
    expect(loaders.map(({ calls }) => calls)).toEqual([1, 1, 1]);
    const settled = Promise.allSettled(all);
    // An owner that fails does not end what another has taken over.
    loaders[0]?.reject(new Error('away'));
    await turn();
    loaders[1]?.resolve('x');
    await turn();
    loaders[2]?.resolve('z');
    const rejected = (await settled).filter(({ status }) => status === 'rejected');
    expect(rejected).toHaveLength(2);
    expect(first.get('a')).toBe('x');
    validateShards(first);
  });

  it.each<[string, (cache: SharedLRU<string>) => unknown, string | undefined]>([
    ['deletes', (cache) => cache.delete('a'), undefined],
    ['sets', (cache) => cache.set('a', 'new'), 'new'],
    ['clears', (cache) => cache.clear(), undefined],
  ])('does not store what is outdated: another thread %s the key', async (_, act, expected) => {
    const first = make();
    const second = attach(first);
    const loader = controlled();
    const one = first.getOrLoad('a', loader);
    await turn();
    act(second);
    loader.resolve('old');
    expect(await one).toBe('old');
    expect(first.get('a')).toBe(expected);
    expect(await second.getOrLoad('a', () => 'later')).toBe(expected ?? 'later');
  });

  it('leaves a newer value as it is when the result of an older load is too large', async () => {
    const cache = make();
    const loader = controlled();
    const one = cache.getOrLoad('a', loader);
    await turn();
    cache.set('a', 'small');
    const large = 'x'.repeat(200_000);
    loader.resolve(large);
    expect(await one).toBe(large);
    expect(cache.get('a')).toBe('small');
  });

  it('loads anew what is there, once for all threads that ask for it', async () => {
    const first = make();
    const second = attach(first);
    first.set('a', 'old');
    const loader = controlled();
    const other = controlled();
    const forceRefresh = true;
    const all = [first.getOrLoad('a', loader, { forceRefresh })];
    await turn();
    all.push(first.getOrLoad('a', other, { forceRefresh }));
    all.push(second.getOrLoad('a', other, { forceRefresh }));
    await turn(5);
    // Whoever does not ask for a new one has the old one.
    expect([first.get('a'), await second.getOrLoad('a', other)]).toEqual(['old', 'old']);
    loader.resolve('new');
    expect(await Promise.all(all)).toEqual(['new', 'new', 'new']);
    expect([loader.calls, other.calls, second.get('a')]).toEqual([1, 0, 'new']);
    // The same without an entry, and with one that comes meanwhile.
    first.delete('a');
    const one = first.getOrLoad('a', loader, { forceRefresh });
    await turn();
    const two = second.getOrLoad('a', other, { forceRefresh });
    await turn(5);
    second.set('a', 'set');
    loader.resolve('late');
    expect([await one, await two, first.get('a')]).toEqual(['late', 'set', 'set']);
    expect([loader.calls, other.calls]).toEqual([2, 0]);
  });

  it('keeps what is there if loading it anew fails, and others load by themselves', async () => {
    const first = make();
    const second = attach(first);
    first.set('a', 'old');
    const loader = controlled();
    const one = first.getOrLoad('a', loader, { forceRefresh: true });
    await turn();
    const two = second.getOrLoad('a', () => 'new', { forceRefresh: true });
    await turn(5);
    loader.reject(new Error('no database'));
    await expect(one).rejects.toThrow('no database');
    expect(await two).toBe('new');
    const fails = () => Promise.reject(new Error('away'));
    await expect(first.getOrLoad('a', fails, { forceRefresh: true })).rejects.toThrow('away');
    expect(second.get('a')).toBe('new');
    // A value that is too large leaves none that is older.
    const long = 'x'.repeat(200_000);
    expect(await first.getOrLoad('a', () => long, { forceRefresh: true })).toBe(long);
    expect(second.has('a')).toBe(false);
  });

  it('loads without storing when too many loads are in flight', async () => {
    const cache = new SharedLRU<string>({ maxBytes: 1 << 20, shards: 1, codec: 'string' });
    const loaders = Array.from({ length: 257 }, controlled);
    const all = loaders.map((loader, i) => cache.getOrLoad(`${i}`, loader));
    await turn();
    for (const [i, loader] of loaders.entries()) loader.resolve(`${i}`);
    expect(await Promise.all(all)).toEqual(loaders.map((_, i) => `${i}`));
    expect(cache.size).toBe(256);
  });

  it.each([
    ['a Uint8Array', Uint8Array.of(97)],
    ['a Buffer', Buffer.from('a')],
  ])('takes %s for a key, which may be changed afterwards', async (_, key) => {
    const cache = make();
    const loader = controlled();
    const one = cache.getOrLoad(key, loader);
    await turn();
    key[0] = 98;
    loader.resolve('x');
    expect(await one).toBe('x');
    expect([cache.get('a'), cache.get('b')]).toEqual(['x', undefined]);
  });

  it('gives the value even if it is too large, or the cache is disposed of meanwhile', async () => {
    const cache = make();
    const long = 'x'.repeat(200_000);
    expect(await cache.getOrLoad('a', () => long)).toBe(long);
    expect(cache.has('a')).toBe(false);
    const loader = controlled();
    const one = cache.getOrLoad('b', loader);
    await turn();
    cache[Symbol.dispose]();
    loader.resolve('y');
    expect(await one).toBe('y');
  });
});

describe('getOrLoad of several threads', () => {
  const path = new URL('./worker.mjs', import.meta.url);

  it('runs one loader in all', async () => {
    const cache = make();
    const clock = new SharedArrayBuffer(8);
    const options = { loadWait: 60_000 };
    const reports = [1, 2, 3].map(async () => {
      const workerData = { handle: cache.handle, task: 'load', clock, threads: 3, options };
      const worker = new Worker(path, { workerData });
      cache.adopt(worker);
      return new Promise<{ loads: number; values: string[] }>((resolve) =>
        worker.on('message', (message) => message !== 'ready' && resolve(message)),
      );
    });
    const all = await Promise.all(reports);
    expect(all.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
    expect(new Set(all.flatMap(({ values }) => values)).size).toBe(1);
  });

  it('goes on at once when the thread that loads dies', async () => {
    const cache = make({ loadWait: 600_000 });
    const clock = new SharedArrayBuffer(8);
    const workerData = { handle: cache.handle, task: 'load', clock, threads: 1, hangs: true };
    const worker = new Worker(path, { workerData });
    cache.adopt(worker);
    await new Promise((resolve) => worker.once('message', resolve));
    await turn(50);
    const value = cache.getOrLoad('key', () => 'mine');
    await turn(50);
    await worker.terminate();
    expect(await value).toBe('mine');
  });
});
