// The Web Cache API, beside the one of undici, which follows the standard and never forgets; and
// under Hono's middleware, which does nothing on Node without it.

import { Hono } from 'hono';
import { cache as honoCache } from 'hono/cache';
import * as undici from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createCaches } from 'wasm-lru/cache-api';

const URL_A = 'http://localhost/a?q=1';
const { Request, Response } = undici;

const storages: Record<string, () => undici.CacheStorage> = {
  'undici’s own': () => {
    // undici has one storage for the process, whose caches are told apart by their names.
    let names = 0;
    const prefix = `${Math.random()}`;
    return {
      ...undici.caches,
      open: (name: string) => undici.caches.open(`${prefix}${name}${names++}`),
    } as never;
  },
  createCaches: () => createCaches() as never,
};

/** What a run comes to, also if it rejects. */
const outcome = (run: Promise<unknown>) =>
  run.then(
    (value) => ['resolves', value],
    (error: Error) => ['rejects', error.constructor.name],
  );

describe.each(Object.entries(storages))('%s', (name, make) => {
  const isOurs = name === 'createCaches';
  const host = isOurs ? globalThis : (undici as unknown as typeof globalThis);
  const request = (url: string, init?: RequestInit) => new host.Request(url, init) as never;
  const response = (body?: string | null, init?: ResponseInit) =>
    new host.Response(body, init) as never;
  const textOf = async (found: undici.Response | undefined) =>
    found && [found.status, await found.text()];

  it('finds what was put, again and again', async () => {
    const cache = await make().open('a');
    expect(await cache.match(URL_A)).toBeUndefined();
    const init = { status: 201, statusText: 'Made', headers: { 'content-type': 'text/x' } };
    expect(await cache.put(URL_A, response('hello', init))).toBeUndefined();
    for (let i = 0; i < 2; i++) {
      const found = await cache.match(URL_A);
      expect([found?.statusText, found?.headers.get('content-type')]).toEqual(['Made', 'text/x']);
      expect(await textOf(found)).toEqual([201, 'hello']);
    }
    expect(await cache.match('http://localhost/b')).toBeUndefined();
  });

  it('replaces, and removes', async () => {
    const cache = await make().open('a');
    await cache.put(URL_A, response('old'));
    await cache.put(URL_A, response('new'));
    expect(await textOf(await cache.match(URL_A))).toEqual([200, 'new']);
    expect([await cache.delete(URL_A), await cache.delete(URL_A)]).toEqual([true, false]);
    expect(await cache.match(URL_A)).toBeUndefined();
  });

  it('leaves out fragment, query and method as it is told', async () => {
    const cache = await make().open('a');
    await cache.put(URL_A, response('hello'));
    const match = async (...given: Parameters<typeof cache.match>) =>
      (await cache.match(...given)) !== undefined;
    expect(await match(`${URL_A}#part`)).toBe(true);
    expect(await match('http://localhost/a?q=2')).toBe(false);
    expect(await match('http://localhost/a?q=2', { ignoreSearch: true })).toBe(true);
    expect(await match('http://localhost/b?q=1', { ignoreSearch: true })).toBe(false);
    expect(await match(request(URL_A, { method: 'POST' }))).toBe(false);
    expect(await match(request(URL_A, { method: 'POST' }), { ignoreMethod: true })).toBe(true);
    expect(await cache.delete(request(URL_A, { method: 'POST' }))).toBe(false);
    expect(await cache.delete('http://localhost/a', { ignoreSearch: true })).toBe(true);
  });

  it('keeps responses apart that vary', async () => {
    const cache = await make().open('a');
    const of = (language: string) => request(URL_A, { headers: { 'accept-language': language } });
    for (const language of ['de', 'en']) {
      await cache.put(of(language), response(language, { headers: { vary: 'Accept-Language' } }));
    }
    expect(await textOf(await cache.match(of('de')))).toEqual([200, 'de']);
    expect(await textOf(await cache.match(of('en')))).toEqual([200, 'en']);
    expect(await cache.match(of('fr'))).toBeUndefined();
    expect(await cache.match(of('fr'), { ignoreVary: true })).toBeDefined();
    expect(await cache.matchAll(of('fr'), { ignoreVary: true })).toHaveLength(2);
    expect((await cache.keys()).map(({ headers }) => headers.get('accept-language'))).toEqual([
      'de',
      'en',
    ]);
    expect(await cache.delete(of('de'))).toBe(true);
    expect(await cache.matchAll()).toHaveLength(1);
  });

  it('takes a body that is none, and cookies', async () => {
    const cache = await make().open('a');
    const headers = new host.Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]) as never;
    await cache.put(URL_A, response(null, { status: 204, headers }));
    const found = await cache.match(URL_A);
    expect([found?.status, found?.body, found?.headers.getSetCookie()]).toEqual([
      204,
      null,
      ['a=1', 'b=2'],
    ]);
  });

  it.each([
    ['another method', () => [request(URL_A, { method: 'POST' }), response('x')]],
    ['another scheme', () => ['ftp://localhost/a', response('x')]],
    ['a part', () => [URL_A, response('x', { status: 206 })]],
    ['what varies by everything', () => [URL_A, response('x', { headers: { vary: 'a, *' } })]],
  ])('refuses %s', async (_, args) => {
    const cache = await make().open('a');
    expect(await outcome(cache.put(...(args() as [never, never])))).toEqual([
      'rejects',
      'TypeError',
    ]);
    expect(await cache.keys()).toEqual([]);
  });

  it('refuses a body that was read', async () => {
    const cache = await make().open('a');
    const read = response('x') as Response;
    await read.text();
    expect(await outcome(cache.put(URL_A, read as never))).toEqual(['rejects', 'TypeError']);
  });

  it('lists requests', async () => {
    const cache = await make().open('a');
    await cache.put('http://localhost/1', response('1'));
    await cache.put('http://localhost/2?a', response('2'));
    const urls = async (...given: Parameters<typeof cache.keys>) =>
      (await cache.keys(...given)).map(({ url }) => url);
    expect(await urls()).toEqual(['http://localhost/1', 'http://localhost/2?a']);
    expect(await urls('http://localhost/2', { ignoreSearch: true })).toEqual([
      'http://localhost/2?a',
    ]);
    expect(await urls('http://localhost/3')).toEqual([]);
  });
});

describe('createCaches', () => {
  it('has caches by name', async () => {
    const caches = createCaches();
    const [one, two] = [await caches.open('one'), await caches.open('two')];
    expect(await caches.open('one')).toBe(one);
    await one.put(URL_A, new globalThis.Response('one'));
    await two.put(URL_A, new globalThis.Response('two'));
    expect([await caches.keys(), await caches.has('one'), await caches.has('three')]).toEqual([
      ['one', 'two'],
      true,
      false,
    ]);
    expect(await (await caches.match(URL_A))?.text()).toBe('one');
    expect(await (await caches.match(URL_A, { cacheName: 'two' }))?.text()).toBe('two');
    expect(await caches.match(URL_A, { cacheName: 'three' })).toBeUndefined();
    expect([await caches.delete('one'), await caches.delete('one')]).toEqual([true, false]);
    expect(await (await caches.match(URL_A))?.text()).toBe('two');
    expect(await (await caches.open('one')).match(URL_A)).toBeUndefined();
  });

  it('requests what it adds, and adds all or nothing', async () => {
    const requested: string[] = [];
    const caches = createCaches({
      fetch: async ({ url }) => {
        requested.push(url);
        const headers = url.endsWith('star') ? { vary: '*' } : {};
        return new globalThis.Response(url, { status: url.endsWith('bad') ? 500 : 200, headers });
      },
    });
    const cache = await caches.open('a');
    await cache.add('http://localhost/1');
    expect(await (await cache.match('http://localhost/1'))?.text()).toBe('http://localhost/1');
    for (const bad of ['bad', 'star']) {
      await expect(cache.addAll(['http://localhost/2', `http://localhost/${bad}`])).rejects.toThrow(
        TypeError,
      );
    }
    expect([(await cache.keys()).length, requested.length]).toEqual([1, 5]);
  });

  it('forgets the least recently used within its bytes, which undici’s never does', async () => {
    const caches = createCaches({ maxBytes: 10_000, maxEntryBytes: 2000 });
    const ours = await caches.open('a');
    const theirs = await undici.caches.open('bound');
    for (let i = 0; i < 50; i++) {
      const url = `http://localhost/${i}`;
      await ours.put(url, new globalThis.Response('x'.repeat(500)));
      await theirs.put(url, new Response('x'.repeat(500)));
      await ours.match('http://localhost/0');
      expect(caches.bytes).toBeLessThanOrEqual(10_000);
    }
    const left = (await ours.keys()).map(({ url }) => url);
    expect(left).toContain('http://localhost/0');
    expect(left).not.toContain('http://localhost/1');
    expect([left.length < 20, (await theirs.keys()).length]).toEqual([true, 50]);
    await ours.put(URL_A, new globalThis.Response('x'.repeat(3000)));
    expect(await ours.match(URL_A)).toBeUndefined();
  });
});

describe('Hono on Node', () => {
  const host = globalThis as { caches?: unknown };
  afterEach(() => {
    delete host.caches;
  });

  async function bodies(): Promise<string[]> {
    let calls = 0;
    const app = new Hono();
    app.use(
      honoCache({
        cacheName: 'pages',
        cacheControl: 'max-age=60',
        wait: true,
        onCacheNotAvailable: false,
      }),
    );
    app.get('*', (context) => {
      calls += 1;
      return context.text(`call ${calls}`);
    });
    const get = async () => (await app.request('http://localhost/page')).text();
    return [await get(), await get()];
  }

  it('caches with `caches`, and does not without', async () => {
    expect(await bodies()).toEqual(['call 1', 'call 2']);
    host.caches = createCaches();
    expect(await bodies()).toEqual(['call 1', 'call 1']);
  });
});

it('has the types that a program of the DOM expects', () => {
  const caches: Pick<globalThis.CacheStorage, 'has' | 'delete' | 'keys'> = createCaches();
  expect(caches).toBeDefined();
  expect(new Request(URL_A).url).toBe(URL_A);
});
