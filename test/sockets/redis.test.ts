// The caches for Redis against a Redis: what changes elsewhere goes, a lost connection empties, and
// nothing grows. Beside them, the cache that node-redis brings.

import { Redis } from 'ioredis';
import * as redis from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientSideCache, pooledClientSideCache, trackedCache } from 'wasm-lru/redis';
import { RedisServer, until } from './server.js';

let server: RedisServer;
let elsewhere: Redis;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  server = await RedisServer.create();
});
afterAll(() => server.stop());

beforeEach(async () => {
  elsewhere = new Redis(server.port, '127.0.0.1');
  await elsewhere.flushall();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  elsewhere.disconnect();
});

async function connected(cache: redis.BasicClientSideCache) {
  const url = `redis://127.0.0.1:${server.port}`;
  const client = redis.createClient({ url, RESP: 3, clientSideCache: cache });
  client.on('error', () => {});
  await client.connect();
  closing.push(() => client.destroy());
  return client;
}

describe('node-redis', () => {
  it('reads from the cache what was read before', async () => {
    const cache = clientSideCache(redis, { max: 10 });
    const client = await connected(cache);
    await elsewhere.set('a', '1');
    expect([await client.get('a'), await client.get('a'), await client.get('none')]).toEqual([
      '1',
      '1',
      null,
    ]);
    expect(await client.get('none')).toBeNull();
    const { hitCount, missCount, loadSuccessCount, loadFailureCount } = cache.stats();
    expect([hitCount, missCount, loadSuccessCount, loadFailureCount]).toEqual([2, 2, 2, 0]);
  });

  it('drops what changed elsewhere, and answers what is there', async () => {
    const cache = clientSideCache(redis, { max: 10 });
    const client = await connected(cache);
    await elsewhere.set('a', '1');
    await Promise.all([client.get('a'), client.mGet(['a', 'b'])]);
    expect([cache.size(), [...cache.keySetEntries()].length]).toEqual([2, 2]);
    await elsewhere.set('a', '2');
    await until(() => cache.size() === 0, 'the change arrived');
    expect([...cache.keySetEntries()]).toEqual([]);
    expect([await client.get('a'), await client.mGet(['a', 'b'])]).toEqual(['2', ['2', null]]);
  });

  it('drops everything when all is flushed, and when the connection is lost', async () => {
    const cache = clientSideCache(redis, { max: 10 });
    const client = await connected(cache);
    await elsewhere.set('a', '1');
    await client.get('a');
    await elsewhere.flushall();
    await until(() => cache.size() === 0, 'the flush arrived');
    await elsewhere.set('a', '2');
    expect([await client.get('a'), cache.size()]).toEqual(['2', 1]);
    await elsewhere.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() => cache.size() === 0, 'the loss was noticed');
    await elsewhere.set('a', '3');
    expect(await client.get('a')).toBe('3');
    await elsewhere.set('a', '4');
    await until(async () => (await client.get('a')) === '4', 'it tracked again');
  });

  it('keeps bytes of keys apart, which node-redis’s own cache does not', async () => {
    const keys = [Buffer.from([0xff]), Buffer.from([0xfe])] as const;
    await elsewhere.set(keys[0], 'ff');
    await elsewhere.set(keys[1], 'fe');
    const read = async (cache: redis.BasicClientSideCache) => {
      const client = await connected(cache);
      return [await client.get(keys[0]), await client.get(keys[1])];
    };
    expect(await read(new redis.BasicClientSideCache())).toEqual(['ff', 'ff']);
    expect(await read(clientSideCache(redis, { max: 10 }))).toEqual(['ff', 'fe']);
  });

  it('bounds its index of keys, which node-redis’s own cache does not', async () => {
    const [theirs, ours] = [
      new redis.BasicClientSideCache({ maxEntries: 10 }),
      clientSideCache(redis, { max: 10 }),
    ];
    for (const cache of [theirs, ours]) {
      const client = await connected(cache);
      await Promise.all(Array.from({ length: 500 }, (_, i) => client.get(`key ${i}`)));
    }
    expect([theirs.size(), [...theirs.keySetEntries()].length]).toEqual([10, 500]);
    expect([ours.size(), [...ours.keySetEntries()].length]).toEqual([10, 10]);
    expect(ours.stats().evictionCount).toBe(490);
  });

  it('gives copies of what can be changed', async () => {
    const client = await connected(clientSideCache(redis, { max: 10 }));
    await elsewhere.hset('hash', { a: '1' });
    await elsewhere.rpush('list', 'x', 'y');
    const [hash, list] = [await client.hGetAll('hash'), await client.lRange('list', 0, -1)];
    Object.assign(hash, { a: 'changed' });
    list.push('z');
    expect(await client.hGetAll('hash')).toEqual({ a: '1' });
    expect(await client.lRange('list', 0, -1)).toEqual(['x', 'y']);
  });

  it('asks once for what many want, and stores no failure', async () => {
    const cache = clientSideCache(redis, { max: 10 });
    const client = await connected(cache);
    await elsewhere.set('a', 'text');
    const before = Number(
      /cmdstat_get:calls=(\d+)/.exec(await elsewhere.info('commandstats'))?.[1] ?? 0,
    );
    await Promise.all(Array.from({ length: 10 }, () => client.get('a')));
    const after = Number(/cmdstat_get:calls=(\d+)/.exec(await elsewhere.info('commandstats'))?.[1]);
    expect(after - before).toBe(1);
    await expect(client.lRange('a', 0, 1)).rejects.toThrow('WRONGTYPE');
    expect([cache.size(), cache.stats().loadFailureCount]).toEqual([1, 1]);
    cache.clear();
    expect([cache.size(), cache.stats().hitCount, cache.stats().loadSuccessCount]).toEqual([
      0, 0, 0,
    ]);
  });

  it('sends commands in the order in which they are called', async () => {
    const client = await connected(clientSideCache(redis, { max: 10 }));
    expect(await Promise.all([client.get('a'), client.set('a', '1'), client.get('a')])).toEqual([
      null,
      'OK',
      null,
    ]);
    await until(async () => (await client.get('a')) === '1', 'its own change arrived');
  });

  it('lets replies go after their ttl, and refuses large ones', async () => {
    const time = { now: 1 };
    const cache = clientSideCache(redis, {
      maxSize: 20,
      sizeCalculation: (reply) => `${reply}`.length,
      ttl: 1000,
      perf: { now: () => time.now },
      recordStats: false,
    });
    const client = await connected(cache);
    await elsewhere.mset({ small: 'x', large: 'x'.repeat(100) });
    await Promise.all([client.get('small'), client.get('large')]);
    expect([...cache.keySetEntries()].map(([key]) => key)).toEqual(['small']);
    time.now += 1001;
    await client.get('small');
    expect(cache.size()).toBe(1);
    expect(cache.stats()).toMatchObject({ hitCount: 0, missCount: 0, loadSuccessCount: 0 });
  });

  it('serves a pool', async () => {
    const cache = pooledClientSideCache(redis, { max: 10 });
    const url = `redis://127.0.0.1:${server.port}`;
    const pool = redis.createClientPool({ url, RESP: 3 }, { clientSideCache: cache, minimum: 2 });
    pool.on('error', () => {});
    await pool.connect();
    closing.push(() => pool.destroy());
    await elsewhere.set('a', '1');
    expect([await pool.get('a'), await pool.get('a'), cache.size()]).toEqual(['1', '1', 1]);
    await elsewhere.set('a', '2');
    await until(() => cache.size() === 0, 'the change arrived');
    cache.disable();
    expect([await pool.get('a'), cache.size()]).toEqual(['2', 0]);
    cache.enable();
    expect([await pool.get('a'), cache.size()]).toEqual(['2', 1]);
  });
});

describe('ioredis', () => {
  async function tracked() {
    const client = new Redis(server.port, '127.0.0.1');
    client.on('error', () => {});
    const cache = trackedCache(client, { max: 10, ttl: 60_000 });
    closing.push(
      () => client.disconnect(),
      () => cache[Symbol.asyncDispose](),
    );
    await until(() => cache.isTracking, 'it tracked');
    return { cache, get: (key: string) => cache.get(key, () => client.get(key)), client };
  }

  it('drops what changed elsewhere, and answers what is there', async () => {
    const { cache, get } = await tracked();
    await elsewhere.set('a, with a comma', '1');
    expect([await get('a, with a comma'), await get('a, with a comma')]).toEqual(['1', '1']);
    expect([cache.size, cache.keyCount]).toEqual([1, 1]);
    await elsewhere.set('a, with a comma', '2');
    await until(() => cache.size === 0, 'the change arrived');
    expect([await get('a, with a comma'), cache.keyCount]).toEqual(['2', 1]);
    await elsewhere.flushall();
    await until(() => cache.size === 0, 'the flush arrived');
    expect(await get('a, with a comma')).toBeNull();
  });

  it.each(['normal', 'pubsub'])('forgets all when the %s connection is lost', async (type) => {
    const { cache, get } = await tracked();
    await elsewhere.set('a', '1');
    await get('a');
    await elsewhere.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    await until(() => cache.size === 0, 'the loss was noticed');
    await elsewhere.set('a', '2');
    expect(await get('a')).toBe('2');
    await until(() => cache.isTracking, 'it tracked again');
    expect([await get('a'), cache.size]).toEqual(['2', 1]);
    await elsewhere.set('a', '3');
    await until(async () => (await get('a')) === '3', 'the change arrived');
  });

  it('reads through while the server is away, and caches when it is back', async () => {
    const { cache, get } = await tracked();
    await get('a');
    await server.stop();
    await until(() => !cache.isTracking, 'the loss was noticed');
    await server.start();
    await until(() => cache.isTracking, 'it tracked again');
    expect([await get('a'), cache.size]).toEqual([null, 1]);
  });

  it('stores no failure, and lets go in the end', async () => {
    const { cache, client } = await tracked();
    await expect(cache.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(
      cache.get('a', () => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    expect([cache.size, cache.keyCount]).toEqual([0, 0]);
    await cache[Symbol.asyncDispose]();
    expect([cache.isTracking, await cache.get('a', async () => 5), cache.size]).toEqual([
      false,
      5,
      0,
    ]);
    expect(`${await client.call('CLIENT', 'TRACKINGINFO')}`).toContain('off');
  });
});
