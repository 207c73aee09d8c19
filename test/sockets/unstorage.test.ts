// The driver for unstorage. The suite of unstorage's drivers is not published; in its place the
// driver has to do what unstorage's own `memory` driver does, command by command.

import { createStorage, type Driver, prefixStorage, restoreSnapshot, snapshot } from 'unstorage';
import theirLru from 'unstorage/drivers/lru-cache';
import memory from 'unstorage/drivers/memory';
import { describe, expect, it } from 'vitest';
import { LRUCache } from 'wasm-lru';
import { lruDriver } from 'wasm-lru/unstorage';

type Storage = ReturnType<typeof createStorage>;

const sorted = async (keys: Promise<string[]>) => (await keys).sort();

const COMMANDS: Record<string, (storage: Storage) => unknown> = {
  'is empty at first': (s) => Promise.all([s.hasItem('a:b'), s.getItem('a:b'), s.getKeys()]),
  'stores text': (s) => s.setItem('s1:a', 'text'),
  'stores an object': (s) => s.setItem('/data/test.json', { json: 'works' }),
  'stores false, 0 and empty text': async (s) => {
    await s.setItem('no', false);
    await s.setItem('zero', 0);
    await s.setItem('empty', '');
  },
  'stores what has toJSON': (s) => s.setItem('j', { toJSON: () => 'SERIALIZED' }),
  'refuses what is no JSON': (s) => s.setItem('bad', new (class Odd {})() as never),
  'stores under a key with a query': (s) => s.setItem('s3:a?q=1', 'text'),
  'reads all': (s) =>
    Promise.all(
      ['s1:a', 'data:test.json', 'no', 'zero', 'empty', 'j', 'bad', 's3:a?q=2', 'none'].map((key) =>
        Promise.all([s.getItem(key), s.hasItem(key)]),
      ),
    ),
  'stores many': (s) =>
    s.setItems([
      { key: 't:1', value: 'one' },
      { key: 't:2', value: 'two' },
    ]),
  'reads many': (s) => s.getItems(['t:1', { key: 't:2' }, 't:3']),
  'lists keys': (s) => sorted(s.getKeys()),
  'lists keys below a base': (s) => sorted(s.getKeys('s1')),
  'lists keys by depth': (s) => sorted(s.getKeys(undefined, { maxDepth: 0 })),
  'stores and reads bytes': async (s) => {
    await s.setItemRaw('raw', new Uint8Array([1, 2, 3]));
    return Array.from((await s.getItemRaw('raw')) as Uint8Array);
  },
  'reads no bytes': (s) => s.getItemRaw('no raw'),
  'removes an item': async (s) => {
    await s.removeItem('s1:a');
    return s.hasItem('s1:a');
  },
  'has a prefix': (s) => prefixStorage(s, 't').getItem('1'),
  'clears below a base': async (s) => {
    await s.clear('t');
    return sorted(s.getKeys());
  },
  'restores a snapshot': async (s) => {
    await restoreSnapshot(s, { initial: 'works' }, 'r');
    return snapshot(s, 'r');
  },
  'clears all, twice': async (s) => {
    await s.clear();
    await s.clear();
    return s.getKeys();
  },
};

const outcome = (run: () => unknown) =>
  Promise.resolve()
    .then(run)
    .then(
      (value) => ['gives', value],
      (error: Error) => ['throws', error.message],
    );

describe('what unstorage’s memory driver does', () => {
  const theirs = createStorage({ driver: memory() });
  const ours = createStorage({ driver: lruDriver({ max: 1000 }) });

  it.each(Object.entries(COMMANDS))('%s', async (_, command) => {
    const expected = await outcome(() => command(theirs));
    expect(await outcome(() => command(ours))).toEqual(expected);
  });
});

it('has the types of a driver', () => {
  const driver: Driver = lruDriver({ max: 1 });
  expect([driver.name, driver.flags]).toEqual(['wasm-lru', { ttl: true }]);
});

describe('a ttl', () => {
  const time = { now: 1 };
  const perf = { now: () => time.now };

  it.each([
    ['unstorage’s lru-cache driver keeps the item', theirLru({ perf } as never), 'text'],
    ['ours lets it go', lruDriver({ max: 10, perf }), null],
  ])('is in seconds: %s', async (_, driver, expected) => {
    const storage = createStorage({ driver });
    await storage.setItem('a', 'text', { ttl: 60 });
    expect(await storage.getItem('a')).toBe('text');
    time.now += 60_001;
    expect(await storage.getItem('a')).toBe(expected);
  });

  it('of 0 is none, also in a cache that has a default', async () => {
    const cache = new LRUCache<string, object>({ max: 10, ttl: 1000, perf });
    const storage = createStorage({ driver: lruDriver(cache) });
    await storage.setItem('a', 'text', { ttl: 0 });
    await storage.setItem('b', 'text');
    time.now += 1001;
    expect([await storage.getItem('a'), await storage.getItem('b')]).toEqual(['text', null]);
  });

  it('that is no number is refused', async () => {
    const storage = createStorage({ driver: lruDriver({ max: 10 }) });
    await expect(storage.setItem('a', 'text', { ttl: 'soon' as never })).rejects.toMatchObject({
      code: 'INVALID_TTL',
    });
    expect(await storage.hasItem('a')).toBe(false);
  });
});

it('says the size of an item and what is left of its ttl', async () => {
  const storage = createStorage({ driver: lruDriver({ max: 10 }) });
  await storage.setItem('text', 'naïve', { ttl: 60 });
  await storage.setItemRaw('bytes', new Uint8Array(7));
  await storage.setItemRaw('object', { a: 1 });
  expect(await storage.getMeta('text')).toMatchObject({ size: 6, ttl: 60 });
  expect(await storage.getMeta('bytes')).toEqual({ size: 7 });
  expect(await storage.getMeta('object')).toEqual({});
  expect(await storage.getMeta('none')).toEqual({});
});

it.each([
  ['unstorage’s lru-cache driver shares them with their owner', theirLru({}), 9],
  ['ours does not', lruDriver({ max: 10 }), 1],
])('keeps bytes as they were: %s', async (_, driver, expected) => {
  const storage = createStorage({ driver });
  const bytes = new Uint8Array([1, 2, 3]);
  await storage.setItemRaw('a', bytes);
  bytes[0] = 9;
  expect((await storage.getItemRaw('a'))[0]).toBe(expected);
  const [read] = [(await storage.getItemRaw('a')) as Uint8Array];
  read[0] = expected === 9 ? 9 : 8;
  expect((await storage.getItemRaw('a'))[0]).toBe(expected);
});

it('evicts the least recently used item, gives the cache, and empties it in the end', async () => {
  const cache = new LRUCache<string, object>({ max: 2 });
  const driver = lruDriver(cache);
  const storage = createStorage({ driver });
  await storage.setItem('a', '1');
  await storage.setItem('b', '2');
  await storage.getItem('a');
  await storage.hasItem('b');
  await storage.setItem('c', '3');
  expect(await storage.getKeys()).toEqual(['c', 'a']);
  expect(driver.getInstance()).toBe(cache);
  await storage.dispose();
  expect(cache.size).toBe(0);
});
