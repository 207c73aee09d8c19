// The sockets for Next: a handler for `cacheHandlers`, which serves 'use cache', and a class for
// `cacheHandler`, which serves pages, routes and fetches (ISR).
//
// NX1  An entry is bytes and plain values. No stream and no promise of a request is stored, since
//      either would keep the whole request alive.
// NX2  A `get` waits for the latest `set` of its key, and for no other.
// NX3  Of two sets of a key, the entry that was made later stays, even if it is complete first.
// NX4  The number of remembered tags is bounded (tags.ts). Next decides whether an entry is too
//      old, from the time at which it was made.

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
   * The largest number of bytes of all entries: values, keys and tags. Text counts as in UTF-8.
   *
   * @default 52428800, which are 50 MiB
   */
  maxBytes?: number;
  /**
   * The largest number of bytes of one entry. A larger one is not stored.
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
   * The largest number of tags whose revalidation is remembered. When one is forgotten, entries
   * that are older than its revalidation, and have a tag that is not remembered, are misses.
   *
   * @default 10000
   */
  maxTags?: number;
}

/** When tags expire: at once if no durations are given. */
export interface NextDurations {
  /** After how many seconds entries must not be used any more. Until then they are stale. */
  expire?: number;
}

/** An entry of 'use cache', as Next passes and receives it. */
export interface NextCacheEntry {
  /** The value, as a stream that can be read once. */
  value: ReadableStream<Uint8Array>;
  /** The tags of the entry. */
  tags: string[];
  /** How long a browser may use it without a request, in seconds. */
  stale: number;
  /** When it was made, in ms since 1970. */
  timestamp: number;
  /** For how many seconds it may be used. */
  expire: number;
  /** After how many seconds it has to be made again; less than 0 means at once. */
  revalidate: number;
}

/** A handler for `cacheHandlers` of Next. */
export interface NextCacheHandler {
  /** An entry with a stream of its own, or undefined if there is none or its tags are expired. */
  get(cacheKey: string, softTags: string[]): Promise<NextCacheEntry | undefined>;
  /** Stores an entry when its stream has ended. An entry whose stream fails is not stored. */
  set(cacheKey: string, pendingEntry: Promise<NextCacheEntry>): Promise<void>;
  /** Does nothing: tags are kept in this process only. */
  refreshTags(): Promise<void>;
  /** The time until which entries with one of these tags are expired, in ms since 1970, or 0. */
  getExpiration(tags: string[]): Promise<number>;
  /** Marks tags as expired; with durations, as stale, and as expired after `expire` seconds. */
  updateTags(tags: string[], durations?: NextDurations): Promise<void>;
}

const MAX_BYTES = 50 * 1024 * 1024;
const MAX_TAGS = 10_000;

/** The clock that gives Next the time of an entry. */
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

/** A stored entry of 'use cache'. */
interface Stored extends Omit<NextCacheEntry, 'value'> {
  readonly bytes: Uint8Array;
}

/**
 * The contents of a stream, or undefined if they exceed a number of bytes. Rejects if the stream
 * fails.
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

/** A stream over a copy of bytes, which is made when the stream is read. */
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
 * Creates a handler for `cacheHandlers` of Next, which serves functions with 'use cache'. A number
 * of bytes bounds its entries, and the least recently used are evicted. An entry that is due for
 * revalidation, or has a stale tag, is used once more while Next renders it, until it expires. The
 * number of remembered tags is bounded; Next's own handler never forgets a tag.
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
    // An expired entry is Next's only way to delete an entry.
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
      // An error of the stream is an error of rendering, which Next reports itself.
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

/** How long a page may be used. */
export interface NextCacheControl {
  /** After how many seconds it has to be made again; false means never. */
  revalidate: number | false;
  /** For how many seconds it may be used. */
  expire?: number | undefined;
}

/** A page, a route or the response to a fetch, as Next passes and receives it. */
export interface NextValue {
  /** Its kind: `APP_PAGE`, `APP_ROUTE`, `PAGES`, `FETCH` or `REDIRECT`. */
  kind: string;
}

/** The context of a lookup. */
export interface NextGetContext {
  /** The tags of a fetch. */
  tags?: string[];
  /** The tags that a fetch inherits from its page. */
  softTags?: string[];
  /** After how many seconds a fetch has to be repeated; false means never. */
  revalidate?: number | false;
}

/** The context of a stored value. */
export interface NextSetContext {
  /** For how long it may be used. */
  cacheControl?: NextCacheControl;
}

/** A value with the data that Next needs of it. */
export interface NextStored {
  /** When it was stored, in ms since 1970. */
  lastModified: number;
  /** The value; null means that there is no such page. */
  value: NextValue | null;
  /** For how long it may be used. */
  cacheControl?: NextCacheControl;
}

/** An instance of the class for `cacheHandler` of Next. */
export interface NextIncrementalCacheHandler {
  /** A value, or null if there is none or its tags are expired. */
  get(key: string, context?: NextGetContext): Promise<NextStored | null>;
  /** Stores a value; null means that there is no such page. */
  set(key: string, value: NextValue | null, context?: NextSetContext): Promise<void>;
  /** Marks tags as expired; with durations, as stale, and as expired after `expire` seconds. */
  revalidateTag(tags: string | string[], durations?: NextDurations): Promise<void>;
  /** Does nothing: there is no cache per request. */
  resetRequestCache(): void;
}

/** The tags in the headers of a page or route, or of a fetch. */
function tagsOf(value: NextValue | null, { tags = [], softTags = [] }: NextGetContext): string[] {
  const own = value as { tags?: string[]; headers?: Record<string, unknown> } | null;
  const header = own?.headers?.['x-next-cache-tags'];
  const named = typeof header === 'string' && header !== '' ? header.split(',') : [];
  return [...named, ...(own?.tags ?? []), ...tags, ...softTags];
}

/**
 * The same value with an age at which Next uses it once more while it renders a new one; null if
 * Next does not judge the value by its age.
 */
function aged(stored: NextStored, asked: NextGetContext): NextStored | null {
  const own = stored.cacheControl ?? (stored.value as { revalidate?: number } | null);
  const revalidate = asked.revalidate || own?.revalidate;
  if (typeof revalidate !== 'number') return null;
  const lastModified = Math.min(stored.lastModified, nowMs() - revalidate * 1000 - 1);
  return { ...stored, lastModified };
}

/**
 * Creates a class for `cacheHandler` of Next, which serves pages, routes and fetches. A number of
 * bytes bounds its entries, and the least recently used are evicted. Next makes an instance for
 * each request; all share one cache, in the memory of one process. A page that `next build`
 * rendered is rendered again at its first request.
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
