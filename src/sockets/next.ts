// The sockets for Next: a handler for `cacheHandlers`, which 'use cache' goes to, and a class for
// `cacheHandler`, which pages, routes and fetches go to (ISR).
//
// N1  An entry is bytes and plain values. No stream and no promise of a request is kept, as either
//     would keep the whole request.
// N2  A `get` waits for the `set` of its key that was begun last, and for no other.
// N3  Of two sets of a key, the entry that was made later stays, whichever is complete first.
// N4  Tags are marked in a bound (tags.ts). Whether an entry is too old is Next's to know: it is
//     told when the entry was made.

/**
 * Handlers for the caches of Next: `import { createCacheHandler } from 'wasm-lru/next'`.
 *
 * @module next
 */

import { LRUCache } from '../api/lru.js';
import { bytesOf, copyOfBytes } from './bytes.js';
import { Tags } from './tags.js';
import { spanUntil, ttlOptions } from './units.js';

/** Bounds of a cache for Next. */
export interface NextOptions {
  /**
   * Largest number of bytes of all entries: values, keys and tags. Text counts as in UTF-8.
   *
   * @default 52428800, which are 50 MiB
   */
  maxBytes?: number;
  /**
   * Largest number of bytes of one entry. A larger one is not stored.
   *
   * @default `maxBytes`
   */
  maxEntryBytes?: number;
  /**
   * Largest number of entries.
   *
   * @default no bound
   */
  max?: number;
  /**
   * Largest number of tags whose revalidation is remembered. If one has to be forgotten, entries
   * with tags that are not remembered, and older than that revalidation, are misses.
   *
   * @default 10000
   */
  maxTags?: number;
}

/** When an expiry of tags comes: at once if there are none. */
export interface NextDurations {
  /** Seconds until entries may no longer be used at all. Until then they are stale. */
  expire?: number;
}

/** An entry of 'use cache', as Next hands it over and gets it back. */
export interface NextCacheEntry {
  /** The value, as a stream that can be read once. */
  value: ReadableStream<Uint8Array>;
  /** The tags of the entry. */
  tags: string[];
  /** For how many seconds a browser may use it without asking. */
  stale: number;
  /** When it was made, in ms since 1970. */
  timestamp: number;
  /** For how many seconds it may be used. */
  expire: number;
  /** After how many seconds it has to be made anew; less than 0 says at once. */
  revalidate: number;
}

/** A handler, as `cacheHandlers` of Next takes it. */
export interface NextCacheHandler {
  /** An entry with a stream of its own, or undefined if there is none or its tags are expired. */
  get(cacheKey: string, softTags: string[]): Promise<NextCacheEntry | undefined>;
  /** Stores an entry when its stream has ended. An entry whose stream fails is not stored. */
  set(cacheKey: string, pendingEntry: Promise<NextCacheEntry>): Promise<void>;
  /** Does nothing: the tags are those of this process. */
  refreshTags(): Promise<void>;
  /** Until when entries with one of these tags are expired, in ms since 1970, or 0. */
  getExpiration(tags: string[]): Promise<number>;
  /** Marks tags as expired; with durations, as stale, and as expired after `expire` seconds. */
  updateTags(tags: string[], durations?: NextDurations): Promise<void>;
}

const MAX_BYTES = 50 * 1024 * 1024;
const MAX_TAGS = 10_000;

/** The clock that Next takes the time of an entry from. */
const nowMs = () => performance.timeOrigin + performance.now();

function cacheFor<V extends object>(options: NextOptions): LRUCache<string, V> {
  const { maxBytes = MAX_BYTES, maxEntryBytes = maxBytes, max } = options;
  return new LRUCache<string, V>({
    maxSize: maxBytes,
    maxEntrySize: maxEntryBytes,
    ...(max === undefined ? {} : { max }),
    sizeCalculation: (value, key) => bytesOf(key) + bytesOf(value),
  });
}

/** An entry of 'use cache' as it is kept. */
interface Stored extends Omit<NextCacheEntry, 'value'> {
  readonly bytes: Uint8Array;
}

/**
 * What a stream delivers, or undefined if that is more than so many bytes. Rejects as the stream
 * does.
 */
async function readAll(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** A stream over a copy of bytes, which is made when somebody reads it. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (bytes.length > 0) controller.enqueue(copyOfBytes(bytes));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * A handler for `cacheHandlers` of Next, to which functions with 'use cache' go: entries in a bound
 * of bytes, the least recently used of which go first. An entry that is to be made anew is used
 * once more while Next makes it, until it expires; so is one with a tag that is stale. Next's own
 * handler never forgets a tag.
 *
 * Throws `INVALID_MAX` or `INVALID_SIZE` for a bound that is none.
 *
 * @example
 * ```js
 * // with next: the file that `cacheHandlers: { default: … }` names in next.config.mjs
 * import { createCacheHandler } from 'wasm-lru/next';
 *
 * const handler = createCacheHandler({ maxBytes: 100 * 1024 * 1024 });
 * export default handler;
 * console.log(await handler.getExpiration(['posts'])); // 0
 * ```
 */
export function createCacheHandler(options: NextOptions = {}): NextCacheHandler {
  const cache = cacheFor<Stored>(options);
  const tagged = new Tags(options.maxTags ?? MAX_TAGS, nowMs);
  const pending = new Map<string, Promise<void>>();

  async function store(cacheKey: string, pendingEntry: Promise<NextCacheEntry>): Promise<void> {
    const { value, tags, stale, timestamp, expire, revalidate } = await pendingEntry;
    const bytes = await readAll(value, cache.maxEntrySize);
    const span = spanUntil(timestamp + expire * 1000, nowMs()) as number;
    const known = cache.peek(cacheKey);
    if (known !== undefined && known.timestamp > timestamp) return;
    // Next has no other way to delete an entry than one that has expired.
    if (bytes === undefined || span <= 0) cache.delete(cacheKey);
    else {
      const stored = { bytes, tags: [...tags], stale, timestamp, expire, revalidate };
      cache.set(cacheKey, stored, ttlOptions(span));
    }
  }

  return {
    async get(cacheKey, softTags) {
      await pending.get(cacheKey);
      const stored = cache.get(cacheKey);
      if (stored === undefined) return undefined;
      const { bytes, ...entry } = stored;
      const freshness = tagged.freshnessOf([...entry.tags, ...softTags], entry.timestamp);
      if (freshness === 'expired') return undefined;
      const revalidate = freshness === 'stale' ? -1 : entry.revalidate;
      return { ...entry, tags: [...entry.tags], revalidate, value: streamOf(bytes) };
    },
    async set(cacheKey, pendingEntry) {
      // An error of the stream is one of rendering, which Next reports itself.
      const stored = store(cacheKey, pendingEntry).catch(() => {});
      pending.set(cacheKey, stored);
      await stored;
      if (pending.get(cacheKey) === stored) pending.delete(cacheKey);
    },
    async refreshTags() {},
    async getExpiration(tags) {
      return tagged.expirationOf(tags);
    },
    async updateTags(tags, durations) {
      tagged.update(tags, durations);
    },
  };
}

/** For how long a page may be used. */
export interface NextCacheControl {
  /** After how many seconds it has to be made anew; false says never. */
  revalidate: number | false;
  /** For how many seconds it may be used. */
  expire?: number | undefined;
}

/** A page, a route or the answer to a fetch, as Next hands it over and gets it back. */
export interface NextValue {
  /** What it is: `APP_PAGE`, `APP_ROUTE`, `PAGES`, `FETCH` or `REDIRECT`. */
  kind: string;
}

/** What is known of a lookup. */
export interface NextGetContext {
  /** The tags of a fetch. */
  tags?: string[];
  /** The tags of a fetch that come from its page. */
  softTags?: string[];
  /** After how many seconds the answer to a fetch has to be asked for anew; false says never. */
  revalidate?: number | false;
}

/** What is known of a value that is stored. */
export interface NextSetContext {
  /** For how long it may be used. */
  cacheControl?: NextCacheControl;
}

/** A value with what Next has to know of it. */
export interface NextStored {
  /** When it was stored, in ms since 1970. */
  lastModified: number;
  /** The value; null says that there is no such page. */
  value: NextValue | null;
  /** For how long it may be used. */
  cacheControl?: NextCacheControl;
}

/** An object of the class that `cacheHandler` of Next takes. */
export interface NextIncrementalCacheHandler {
  /** A value, or null if there is none or its tags are expired. */
  get(key: string, context?: NextGetContext): Promise<NextStored | null>;
  /** Stores a value; null says that there is no such page. */
  set(key: string, value: NextValue | null, context?: NextSetContext): Promise<void>;
  /** Marks tags as expired; with durations, as stale, and as expired after `expire` seconds. */
  revalidateTag(tags: string | string[], durations?: NextDurations): Promise<void>;
  /** Does nothing: there is no cache of one request. */
  resetRequestCache(): void;
}

/** The tags that are written into the headers of a page or route, or into a fetch. */
function tagsOf(value: NextValue | null, { tags = [], softTags = [] }: NextGetContext): string[] {
  const own = value as { tags?: string[]; headers?: Record<string, unknown> } | null;
  const header = own?.headers?.['x-next-cache-tags'];
  const named = typeof header === 'string' && header !== '' ? header.split(',') : [];
  return [...named, ...(own?.tags ?? []), ...tags, ...softTags];
}

/**
 * The same value, as old as Next needs it to be to use it once more while it makes it anew; null if
 * its age says nothing to Next.
 */
function aged(stored: NextStored, asked: NextGetContext): NextStored | null {
  const own = stored.cacheControl ?? (stored.value as { revalidate?: number } | null);
  const revalidate = asked.revalidate || own?.revalidate;
  if (typeof revalidate !== 'number') return null;
  const lastModified = Math.min(stored.lastModified, nowMs() - revalidate * 1000 - 1);
  return { ...stored, lastModified };
}

/**
 * A class for `cacheHandler` of Next, to which pages, routes and fetches go: in a bound of bytes,
 * the least recently used of which go first. Next makes an object of it for each request; they
 * share one cache. It is the memory of one process: a page that was made by `next build` is made
 * again when it is first asked for.
 *
 * Throws `INVALID_MAX` or `INVALID_SIZE` for a bound that is none.
 *
 * @example
 * ```js
 * // with next: the file that `cacheHandler` names in next.config.mjs
 * import { createIncrementalCacheHandler } from 'wasm-lru/next';
 *
 * const Handler = createIncrementalCacheHandler({ maxBytes: 100 * 1024 * 1024 });
 * export default Handler;
 * console.log(await new Handler().get('/')); // null
 * ```
 */
export function createIncrementalCacheHandler(
  options: NextOptions = {},
): new (
  context?: object,
) => NextIncrementalCacheHandler {
  const cache = cacheFor<NextStored>(options);
  const tagged = new Tags(options.maxTags ?? MAX_TAGS, nowMs);
  return class implements NextIncrementalCacheHandler {
    async get(key: string, context: NextGetContext = {}): Promise<NextStored | null> {
      const stored = cache.get(key);
      if (stored === undefined) return null;
      const freshness = tagged.freshnessOf(tagsOf(stored.value, context), stored.lastModified);
      if (freshness === 'fresh') return { ...stored };
      return freshness === 'stale' ? aged(stored, context) : null;
    }

    async set(key: string, value: NextValue | null, context: NextSetContext = {}): Promise<void> {
      const { cacheControl } = context;
      const lastModified = nowMs();
      cache.set(key, { lastModified, value, ...(cacheControl && { cacheControl }) });
    }

    async revalidateTag(tags: string | string[], durations?: NextDurations): Promise<void> {
      tagged.update(typeof tags === 'string' ? [tags] : tags, durations);
    }

    resetRequestCache(): void {}
  };
}
