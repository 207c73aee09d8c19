// The store for undici, beside undici's own one: the cases of undici's suite for stores, which is
// not published, and its interceptor in front of a server.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Agent, cacheStores, type Dispatcher, interceptors, request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UndiciStore } from 'wasm-lru/undici';

type Theirs = InstanceType<typeof cacheStores.MemoryCacheStore>;
type Store = Pick<Theirs, 'get' | 'delete' | 'createWriteStream'>;

const ours = (bounds = {}) => new UndiciStore(bounds) as UndiciStore & Store;
const stores: Record<string, () => Store> = {
  'undici’s own': () => new cacheStores.MemoryCacheStore(),
  UndiciStore: ours,
};

const key = { origin: 'http://localhost', path: '/', method: 'GET', headers: {} };

function responseOf(lifeMs = 1000, more: object = {}) {
  const cachedAt = Date.now();
  return {
    statusCode: 200,
    statusMessage: '',
    headers: { foo: 'bar' },
    cacheControlDirectives: {},
    cachedAt,
    staleAt: cachedAt + lifeMs,
    deleteAt: cachedAt + 2 * lifeMs,
    ...more,
  };
}

/** Writes a response, chunk by chunk. */
function write(store: Store, given: typeof key, value: object, ...chunks: string[]): Writable {
  const stream = store.createWriteStream(given, value as never) as Writable;
  for (const chunk of chunks) stream.write(chunk);
  return stream.end();
}

/** The headers and the body of what is stored. */
async function read(store: Store, given: typeof key) {
  const found = (await store.get(given)) as { headers: object; body: Iterable<Buffer> } | undefined;
  return found && [found.headers, await text(Readable.from(found.body))];
}

describe.each(Object.entries(stores))('%s', (_, make) => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => vi.useRealTimers());

  it('finds what was written, by address', async () => {
    const store = make();
    expect(await store.get(key)).toBeUndefined();
    const value = responseOf();
    write(store, key, value, 'asd', '123');
    expect(await read(store, key)).toEqual([{ foo: 'bar' }, 'asd123']);
    expect(await store.get(key)).toMatchObject(value);
    expect(await store.get({ ...key, path: '/other' })).toBeUndefined();
    expect(await store.get({ ...key, origin: 'http://other' })).toBeUndefined();
    expect(await store.get({ ...key, method: 'HEAD' })).toBeUndefined();
  });

  it('has a response that is stale, until it goes', async () => {
    const store = make();
    write(store, key, responseOf(1000), 'a');
    vi.setSystemTime(Date.now() + 1500);
    expect(await read(store, key)).toEqual([{ foo: 'bar' }, 'a']);
    vi.setSystemTime(Date.now() + 500);
    expect(await store.get(key)).toBeUndefined();
  });

  it('replaces a response', async () => {
    const store = make();
    write(store, key, responseOf(), 'old');
    write(store, key, responseOf(1000, { headers: { foo: 'baz' } }), 'new');
    expect(await read(store, key)).toEqual([{ foo: 'baz' }, 'new']);
  });

  it('chooses by the headers that vary', async () => {
    const store = make();
    const keyOf = (language?: string) => ({ ...key, headers: { 'accept-language': language } });
    for (const language of ['de', 'en']) {
      const vary = { 'accept-language': language };
      write(store, keyOf(language) as never, responseOf(1000, { vary }), language);
    }
    write(store, key, responseOf(1000, { vary: { 'accept-language': null } }), 'any');
    for (const [language, body] of [
      ['de', 'de'],
      ['en', 'en'],
      [undefined, 'any'],
    ]) {
      expect((await read(store, keyOf(language) as never))?.[1]).toBe(body);
    }
    expect(await store.get(keyOf('fr') as never)).toBeUndefined();
  });

  it('has nothing of a response that is not complete, and nothing after delete', async () => {
    const store = make();
    const stream = store.createWriteStream(key, responseOf() as never) as Writable;
    stream.write('half');
    expect(await store.get(key)).toBeUndefined();
    stream.end();
    await once(stream, 'finish');
    expect((await read(store, key))?.[1]).toBe('half');
    store.delete(key);
    expect(await store.get(key)).toBeUndefined();
    store.delete(key);
  });

  it('takes no response that is too large', async () => {
    const store = make();
    const stream = store.createWriteStream(key, responseOf() as never) as Writable;
    stream.on('error', () => {});
    stream.write('x'.repeat(6 * 1024 * 1024));
    await new Promise((resolve) => stream.once('close', resolve));
    expect([stream.destroyed, await store.get(key)]).toEqual([true, undefined]);
  });
});

describe('what undici’s own store does, and UndiciStore does not', () => {
  it('counts no bytes of headers', async () => {
    const value = responseOf(1000, { headers: { big: 'x'.repeat(100_000) } });
    const [theirs, mine] = [new cacheStores.MemoryCacheStore(), ours()];
    for (const store of [theirs, mine])
      await once(write(store as Store, key, value, 'hi'), 'finish');
    expect((theirs as unknown as { size: number }).size).toBe(2);
    expect(mine.bytes).toBeGreaterThan(100_000);
  });

  it('throws half of everything away when it is full', async () => {
    const theirs = new cacheStores.MemoryCacheStore({ maxCount: 100 });
    const left: number[] = [];
    for (const store of [theirs, ours({ max: 100 })]) {
      const paths = Array.from({ length: 101 }, (_, i) => ({ ...key, path: `/${i}` }));
      for (const each of paths)
        await once(write(store as Store, each, responseOf(60_000), 'a'), 'finish');
      left.push(paths.filter((each) => store.get(each) !== undefined).length);
    }
    expect(left).toEqual([50, 100]);
  });

  it('shares the bytes of a body with who read it', async () => {
    const changed: string[] = [];
    for (const store of [new cacheStores.MemoryCacheStore(), ours()]) {
      await once(write(store as Store, key, responseOf(), 'abc'), 'finish');
      const [chunk] = [...(store.get(key) as unknown as { body: Buffer[] }).body];
      chunk?.fill('x');
      changed.push((await read(store as Store, key))?.[1] as string);
    }
    expect(changed).toEqual(['xxx', 'abc']);
  });
});

it('never holds more bytes than it may', async () => {
  const store = ours({ maxBytes: 50_000, maxEntryBytes: 5000 });
  for (let i = 0; i < 200; i++) {
    const each = { ...key, path: `/${i % 60}`, headers: { a: `${i % 3}` } };
    const value = responseOf(60_000, { vary: { a: `${i % 3}` } });
    write(store, each, value, 'x'.repeat((i * 37) % 3000));
    expect(store.bytes).toBeLessThanOrEqual(50_000);
  }
  expect(store.size).toBeGreaterThan(10);
});

describe('undici’s interceptor', () => {
  let server: Server;
  let origin: string;
  let requests = 0;

  beforeAll(async () => {
    server = createServer((incoming, response) => {
      requests += 1;
      const language = incoming.headers['accept-language'] ?? 'none';
      response.setHeader('cache-control', incoming.url === '/private' ? 'no-store' : 'max-age=60');
      response.setHeader('vary', 'accept-language');
      response.end(`${language} ${requests}`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('answers from the store, by vary and cache-control', async () => {
    const store = ours();
    const agent = new Agent();
    const dispatcher: Dispatcher = agent.compose(interceptors.cache({ store }));
    const get = async (path: string, language: string) => {
      const headers = { 'accept-language': language };
      const { body } = await request(`${origin}${path}`, { dispatcher, headers });
      return body.text();
    };
    const first = [await get('/', 'de'), await get('/', 'en')];
    expect([await get('/', 'de'), await get('/', 'en')]).toEqual(first);
    expect(requests).toBe(2);
    expect(await get('/private', 'de')).not.toBe(await get('/private', 'de'));
    expect([requests, store.size]).toEqual([4, 1]);
    await agent.close();
  });
});
