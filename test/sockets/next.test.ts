// The handlers for Next: what its types and comments ask of them, the same of its own handler, and
// what that one does wrong.

import { createDefaultCacheHandler } from 'next/dist/server/lib/cache-handlers/default.js';
import type { CacheEntry, CacheHandler } from 'next/dist/server/lib/cache-handlers/types.js';
import type * as incremental from 'next/dist/server/lib/incremental-cache/index.js';
import { tagsManifest } from 'next/dist/server/lib/incremental-cache/tags-manifest.external.js';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createCacheHandler,
  createIncrementalCacheHandler,
  type NextStored,
  type NextValue,
} from 'wasm-lru/next';

/** Ours knows no more of a value than that it has a kind; Next gets back what it gave. */
type Theirs = new (
  ...given: ConstructorParameters<typeof incremental.CacheHandler>
) => InstanceType<ReturnType<typeof createIncrementalCacheHandler>> & incremental.CacheHandler;

const SECOND = 1000;
const HOUR = 3600;
const now = () => performance.timeOrigin + performance.now();
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A time of which nothing that was made before is a part. */
async function later(): Promise<void> {
  const start = now();
  while (now() <= start + 2) await turn();
}

/** More turns of the event loop than anything here needs, however long one takes. */
async function manyTurns(): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await turn();
}

/** The promise of an entry, and what fulfils it. */
function deferred() {
  let resolve: (entry: CacheEntry) => void = () => {};
  const promise = new Promise<CacheEntry>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

function streamOf(...chunks: (string | Error)[]): ReadableStream<Uint8Array> {
  const parts = chunks.map((chunk) =>
    typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk,
  );
  return new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else if (part instanceof Error) controller.error(part);
      else controller.enqueue(part);
    },
  });
}

function entryOf(text: string, given: Partial<CacheEntry> = {}): CacheEntry {
  const times = { timestamp: now(), stale: 300, revalidate: HOUR, expire: 24 * HOUR };
  return { value: streamOf(text), tags: [], ...times, ...given };
}

const textOf = async (entry: CacheEntry | undefined) =>
  entry === undefined ? undefined : new Response(entry.value).text();

const handlers: Record<string, () => CacheHandler> = {
  ours: () => createCacheHandler(),
  "Next's own": () => createDefaultCacheHandler(50 * 1024 * 1024),
};

beforeEach(() => tagsManifest.clear());

describe.each(Object.entries(handlers))('for cacheHandlers, %s', (_, make) => {
  const put = (handler: CacheHandler, key: string, entry: CacheEntry) =>
    handler.set(key, Promise.resolve(entry));
  const read = async (handler: CacheHandler, key: string) => textOf(await handler.get(key, []));

  it('gives an entry back, with a stream of its own each time', async () => {
    const handler = make();
    expect(await handler.get('a', [])).toBeUndefined();
    const { value, ...rest } = entryOf('', { value: streamOf('one ', 'two'), tags: ['x'] });
    await put(handler, 'a', { value, ...rest });
    const first = await handler.get('a', []);
    const second = await handler.get('a', []);
    expect(first).toEqual({ ...rest, value: expect.any(ReadableStream) });
    expect([await textOf(first), await textOf(second)]).toEqual(['one two', 'one two']);
  });

  it('lets a get wait for a pending set', async () => {
    const handler = make();
    const entry = deferred();
    const stored = handler.set('a', entry.promise);
    const got = read(handler, 'a');
    await turn();
    entry.resolve(entryOf('one'));
    expect(await got).toBe('one');
    await stored;
  });

  it('stores nothing of a stream that fails', async () => {
    const handler = make();
    const value = streamOf('one', new Error('failed'));
    await put(handler, 'a', entryOf('', { value }));
    expect(await handler.get('a', [])).toBeUndefined();
  });

  it('stores no entry for no time, and takes a negative expire as a deletion', async () => {
    const handler = make();
    await put(handler, 'a', entryOf('one', { expire: 0, revalidate: 0 }));
    expect(await handler.get('a', [])).toBeUndefined();
    await put(handler, 'a', entryOf('one'));
    await put(handler, 'a', entryOf('', { expire: -1 }));
    expect(await handler.get('a', [])).toBeUndefined();
  });

  it('gives no entry whose tags expired since it was made', async () => {
    const handler = make();
    await put(handler, 'a', entryOf('one', { tags: ['x', 'y'] }));
    await put(handler, 'b', entryOf('two', { tags: ['z'] }));
    expect(await handler.getExpiration(['x', 'z'])).toBe(0);
    await later();
    await handler.updateTags(['x']);
    // That of Next rounds the time, and looks at an expiry only when it has come.
    await later();
    expect([await read(handler, 'a'), await read(handler, 'b')]).toEqual([undefined, 'two']);
    expect(await handler.getExpiration(['x', 'z'])).toBeGreaterThan(0);
    await later();
    await put(handler, 'a', entryOf('three', { tags: ['x'] }));
    expect(await read(handler, 'a')).toBe('three');
  });

  it('gives an entry with a stale tag to be made anew', async () => {
    const handler = make();
    await put(handler, 'a', entryOf('one', { tags: ['x'] }));
    await later();
    await handler.updateTags(['x'], { expire: HOUR });
    const entry = await handler.get('a', []);
    expect([entry?.revalidate, await textOf(entry)]).toEqual([-1, 'one']);
    await handler.refreshTags();
  });

  it('forgets what was used least recently, by bytes', async () => {
    const small = createCacheHandler({ maxBytes: 2500 });
    const handler = make === handlers.ours ? small : createDefaultCacheHandler(2500);
    for (const key of ['a', 'b']) await put(handler, key, entryOf(key.repeat(1000)));
    await handler.get('a', []);
    await put(handler, 'c', entryOf('c'.repeat(1000)));
    const found = ['a', 'b', 'c'].map(async (key) => (await handler.get(key, [])) !== undefined);
    expect(await Promise.all(found)).toEqual([true, false, true]);
  });
});

describe('for cacheHandlers, what only ours does:', () => {
  const put = (handler: CacheHandler, entry: CacheEntry, key = 'a') =>
    handler.set(key, Promise.resolve(entry));
  const outcome = (handler: CacheHandler, softTags: string[] = []) =>
    Promise.race([
      handler.get('a', softTags).then((entry) => entry?.revalidate ?? 'none'),
      manyTurns().then(() => 'hangs'),
    ]);
  const both = async (run: (handler: CacheHandler) => unknown) => {
    const results: unknown[] = [];
    for (const make of Object.values(handlers)) results.push(await run(make()));
    return results;
  };

  it('a get does not wait for ever for an entry that failed', async () => {
    const results = await both(async (handler) => {
      handler.set('a', Promise.reject(new Error('failed'))).catch(() => {});
      return outcome(handler);
    });
    expect(results).toEqual(['none', 'hangs']);
  });

  it('an entry past revalidate is used once more, as the types of Next say', async () => {
    const times = { timestamp: now() - 2 * SECOND, revalidate: 1, expire: HOUR };
    const results = await both(async (handler) => {
      await put(handler, entryOf('one', times));
      return outcome(handler);
    });
    expect(results).toEqual([1, 'none']);
  });

  it('a later mark as stale takes back no expiry', async () => {
    const results = await both(async (handler) => {
      await put(handler, entryOf('one', { tags: ['x'] }));
      await later();
      await handler.updateTags(['x']);
      await handler.updateTags(['x'], { expire: HOUR });
      return outcome(handler);
    });
    expect(results).toEqual(['none', -1]);
  });

  it('an expiry to come is none yet, for pages made meanwhile either', async () => {
    const results = await both(async (handler) => {
      await handler.updateTags(['x'], { expire: HOUR });
      return (await handler.getExpiration(['x'])) > now();
    });
    expect(results).toEqual([false, true]);
  });

  it('an entry that was made later stays', async () => {
    const results = await both(async (handler) => {
      await put(handler, entryOf('new', { revalidate: 2 }));
      await put(handler, entryOf('old', { timestamp: now() - SECOND, revalidate: 3 }));
      return outcome(handler);
    });
    expect(results).toEqual([2, 3]);
  });

  it('a get waits for the last of several sets, whichever ends first', async () => {
    const results = await both(async (handler) => {
      const [first, last] = [deferred(), deferred()];
      handler.set('a', first.promise);
      const stored = handler.set('a', last.promise);
      first.resolve(entryOf('first', { revalidate: 1, expire: 2 }));
      await turn();
      const got = outcome(handler);
      last.resolve(entryOf('last', { revalidate: 2 }));
      await stored;
      return got;
    });
    expect(results).toEqual([2, 1]);
  });

  it('soft tags count, too', async () => {
    const handler = createCacheHandler();
    await put(handler, entryOf('one'));
    await later();
    await handler.updateTags(['page']);
    expect([await outcome(handler), await outcome(handler, ['page'])]).toEqual([HOUR, 'none']);
  });

  it('tags are bounded, and one that is forgotten costs misses only', async () => {
    const handler = createCacheHandler({ maxTags: 2 });
    await put(handler, entryOf('one', { tags: ['x'] }));
    await put(handler, entryOf('two'), 'b');
    await later();
    await handler.updateTags(['x', 'y', 'z']);
    expect([await outcome(handler), (await handler.get('b', [])) !== undefined]).toEqual([
      'none',
      true,
    ]);
    const stock = createDefaultCacheHandler(1000);
    await stock.updateTags(Array.from({ length: 20_000 }, (_, i) => `tag ${i}`));
    expect(tagsManifest.size).toBe(20_000);
  });

  it('bytes are those of the text, of keys and of tags, and nobody can change them', async () => {
    const handler = createCacheHandler({ maxBytes: 1000 });
    await put(handler, entryOf('one', { tags: ['x'.repeat(1000)] }));
    expect(await handler.get('a', [])).toBeUndefined();
    await put(handler, entryOf('one'), 'a'.repeat(1000));
    expect(await handler.get('a'.repeat(1000), [])).toBeUndefined();
    const tags = ['x'];
    const chunk = new TextEncoder().encode('one');
    const value = new ReadableStream({
      start(controller) {
        controller.enqueue(chunk);
        controller.close();
      },
    });
    await put(handler, entryOf('', { value, tags }));
    chunk.fill(0);
    tags.push('y');
    const entry = await handler.get('a', []);
    const bytes = await new Response(entry?.value).bytes();
    bytes.fill(0);
    entry?.tags.push('z');
    const again = await handler.get('a', []);
    expect([again?.tags, await textOf(again)]).toEqual([['x'], 'one']);
  });

  it('a stream that grows too large is not read on, and what it replaces goes', async () => {
    const handler = createCacheHandler({ maxBytes: 1000, maxEntryBytes: 300 });
    await put(handler, entryOf('one'));
    let pulled = 0;
    const value = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    await put(handler, entryOf('', { value }));
    expect([await outcome(handler), pulled < 10]).toEqual(['none', true]);
  });
});

describe('for cacheHandler', () => {
  const make = () => createIncrementalCacheHandler();
  const page = (html: string, tags = 'x') =>
    ({ kind: 'APP_PAGE', html, headers: { 'x-next-cache-tags': tags } }) as NextValue;
  const cacheControl = { revalidate: HOUR, expire: 24 * HOUR };

  it('is a class as Next declares it', () => {
    const Handler: typeof incremental.CacheHandler = make() as Theirs;
    expect(new Handler({ revalidatedTags: [], _requestHeaders: {} })).toBeInstanceOf(Handler);
  });

  it('shares a cache among its objects, and gives back when and for how long', async () => {
    const Handler = make();
    const begun = now();
    await new Handler().set('/', page('one'), { cacheControl });
    const stored = (await new Handler({}).get('/')) as NextStored;
    expect(stored).toEqual({ value: page('one'), cacheControl, lastModified: expect.any(Number) });
    expect(stored.lastModified).toBeGreaterThanOrEqual(begun);
    new Handler().resetRequestCache();
    expect(await new Handler().get('/other')).toBeNull();
    expect(await new (make())().get('/')).toBeNull();
  });

  it('keeps that there is no such page', async () => {
    const handler = new (make())();
    await handler.set('/', null, { cacheControl });
    expect(await handler.get('/')).toMatchObject({ value: null, cacheControl });
  });

  it('gives nothing with a tag that expired: of a page, of a fetch, of its page', async () => {
    const handler = new (make())();
    await handler.set('/', page('one', 'w,x'), { cacheControl });
    await handler.set('f', { kind: 'FETCH', tags: ['y'] } as NextValue);
    await later();
    await handler.revalidateTag('other');
    expect([await handler.get('/'), await handler.get('f')]).not.toContain(null);
    expect(await handler.get('f', { tags: ['other'] })).toBeNull();
    expect(await handler.get('f', { softTags: ['other'] })).toBeNull();
    await handler.revalidateTag(['x', 'y']);
    expect([await handler.get('/'), await handler.get('f')]).toEqual([null, null]);
  });

  it('makes what has a stale tag as old as Next needs it, but not expired', async () => {
    const handler = new (make())();
    await handler.set('/', page('one'), { cacheControl });
    await handler.set('/for ever', page('one'), { cacheControl: { revalidate: false } });
    await handler.set('f', { kind: 'FETCH', tags: ['x'], revalidate: HOUR } as NextValue);
    await handler.set('/none', null);
    await later();
    await handler.revalidateTag('x', { expire: HOUR });
    const ageOf = (stored: NextStored | null) => (now() - (stored?.lastModified ?? 0)) / SECOND;
    const ages = [ageOf(await handler.get('/')), ageOf(await handler.get('f'))];
    for (const age of ages) expect(Math.round(age)).toBe(HOUR);
    expect(Math.round(ageOf(await handler.get('f', { revalidate: 2 * HOUR })))).toBe(2 * HOUR);
    expect(await handler.get('/for ever')).toBeNull();
    expect(await handler.get('/none', { tags: ['x'] })).toBeNull();
  });

  it('counts the bytes of text, buffers, maps and properties', async () => {
    const Handler = createIncrementalCacheHandler({ maxBytes: 10_000 });
    const handler = new Handler();
    const fits = async (value: object) => {
      await handler.set('a', value as NextValue);
      const found = await handler.get('a');
      return found !== null;
    };
    const bytes = (length: number) => new Uint8Array(length);
    expect(await fits({ kind: 'APP_PAGE', html: 'x'.repeat(5000) })).toBe(true);
    expect(await fits({ kind: 'APP_PAGE', html: '€'.repeat(5000) })).toBe(false);
    expect(await fits({ kind: 'APP_ROUTE', body: bytes(9000) })).toBe(true);
    expect(await fits({ kind: 'APP_ROUTE', body: bytes(10_000) })).toBe(false);
    const segmentData = new Map([
      ['/a', bytes(6000)],
      ['/b', bytes(6000)],
    ]);
    expect(await fits({ kind: 'APP_PAGE', html: '', segmentData })).toBe(false);
    expect(await fits({ kind: 'FETCH', data: { body: 'x'.repeat(10_000) } })).toBe(false);
    expect(await fits({ kind: 'PAGES', pageData: Array(2000).fill(null) })).toBe(false);
  });

  it('throws for bounds that are none', () => {
    for (const bounds of [{ maxBytes: -1 }, { max: 0.5 }, { maxTags: -1 }]) {
      expect(() => createIncrementalCacheHandler(bounds)).toThrow(/\b(max|maxSize)\b/);
      expect(() => createCacheHandler(bounds)).toThrow(/\b(max|maxSize)\b/);
    }
  });
});
