// The Web Cache API over a cache: `caches`, for hosts without it, such as Node and Bun.
//
// CA1  It does what the standard says. In addition it evicts, which the standard leaves to the
//      host.
// CA2  A body is read to its end before anything is stored, and each `match` returns a Response of
//      its own with a copy of the body.
// CA3  Nothing is added to globalThis.

/**
 * The Web Cache API: `import { createCaches } from 'wasm-lru/cache-api'`.
 *
 * @module cache-api
 */

import { bytesOfText } from './bytes.js';
import { type ResponseBounds, type Variant, Variants } from './variants.js';

export type { ResponseBounds } from './variants.js';

/** How a request is compared with stored requests. */
export interface MatchOptions {
  /** Whether the query is ignored. Takes time in proportion to the number of addresses. */
  ignoreSearch?: boolean;
  /** Whether requests with other methods than GET match, too. */
  ignoreMethod?: boolean;
  /** Whether the headers that `Vary` names are ignored. */
  ignoreVary?: boolean;
}

/** A request, or its address. */
export type RequestLike = Request | string | URL;

interface Stored extends Variant {
  readonly url: string;
  readonly requestHeaders: readonly [string, string][];
  readonly vary: readonly string[];
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly [string, string][];
  readonly body: ArrayBuffer | null;
}

const requestOf = (given: RequestLike): Request =>
  given instanceof Request ? given : new Request(given);

/** The address without its fragment, and without its query if that is ignored. */
function addressOf({ url }: Request, ignoreSearch = false): string {
  const address = new URL(url);
  address.hash = '';
  if (ignoreSearch) address.search = '';
  return address.href;
}

const namesIn = (vary: string | null): string[] =>
  (vary ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');

function isFor(request: Request, { vary, requestHeaders }: Stored): boolean {
  const stored = new Headers(requestHeaders as [string, string][]);
  return vary.every((name) => stored.get(name) === request.headers.get(name));
}

function responseOf({ url, status, statusText, headers, body }: Stored): Response {
  const init = { status, statusText, headers: headers as [string, string][] };
  const response = new Response(body?.slice(0) ?? null, init);
  // The constructor cannot set the address that a response came from.
  Object.defineProperty(response, 'url', { value: url });
  return response;
}

/** Throws the standard's errors for responses that must not be stored. */
function checkPut(request: Request, response: Response, vary: readonly string[]): void {
  if (!/^https?:$/.test(new URL(request.url).protocol)) {
    throw new TypeError('Cache.put takes requests of http and https only');
  }
  if (request.method !== 'GET') throw new TypeError('Cache.put takes requests of method GET only');
  if (response.status === 206) throw new TypeError('Cache.put takes no part of a response');
  if (vary.includes('*')) throw new TypeError('Cache.put takes no response with Vary: *');
  if (response.bodyUsed || response.body?.locked === true) {
    throw new TypeError('Cache.put takes no response whose body was read');
  }
}

/** One cache, by its name: `await caches.open(name)`. */
export class LRUWebCache {
  readonly #responses: Variants<Stored>;
  readonly #prefix: string;
  readonly #load: (request: Request) => Promise<Response>;

  /** @internal */
  constructor(
    responses: Variants<Stored>,
    prefix: string,
    load: (request: Request) => Promise<Response>,
  ) {
    this.#responses = responses;
    this.#prefix = prefix;
    this.#load = load;
  }

  /** The response to a request, which becomes the most recently used, or undefined. */
  async match(request: RequestLike, options?: MatchOptions): Promise<Response | undefined> {
    const [stored] = this.#find(requestOf(request), options, true);
    return stored && responseOf(stored);
  }

  /** The responses to a request, or all responses. */
  async matchAll(request?: RequestLike, options?: MatchOptions): Promise<Response[]> {
    if (request !== undefined) {
      return this.#find(requestOf(request), options, true).map(responseOf);
    }
    return this.#all().map(responseOf);
  }

  /**
   * Stores a response, unless it is larger than `maxEntryBytes`. Rejects with a TypeError where the
   * standard forbids storing: another method than GET, status 206, `Vary: *`, or a body that was
   * already read.
   */
  async put(given: RequestLike, response: Response): Promise<void> {
    const request = requestOf(given);
    const vary = namesIn(response.headers.get('vary'));
    checkPut(request, response, vary);
    const { status, statusText, url } = response;
    const [headers, requestHeaders] = [[...response.headers], [...request.headers]];
    const body = response.body === null ? null : await response.arrayBuffer();
    const text = JSON.stringify([headers, requestHeaders]);
    const bytes = bytesOfText(text) + (body?.byteLength ?? 0);
    const endMs = Infinity;
    const stored = { url, requestHeaders, vary, status, statusText, headers, body, bytes, endMs };
    this.#responses.put(this.#keyOf(request), stored, (other) => isFor(request, other));
  }

  /** Removes the responses to a request. Resolves to true if there were any. */
  async delete(given: RequestLike, options: MatchOptions = {}): Promise<boolean> {
    const request = requestOf(given);
    if (request.method !== 'GET' && options.ignoreMethod !== true) return false;
    const isMeant = (each: Stored) => options.ignoreVary === true || isFor(request, each);
    const removed = this.#keysOf(request, options).map((key) =>
      this.#responses.remove(key, isMeant),
    );
    return removed.includes(true);
  }

  /** The requests with stored responses, the least recently used first. */
  async keys(given?: RequestLike, options: MatchOptions = {}): Promise<Request[]> {
    const keys = given === undefined ? this.#own() : this.#keysOf(requestOf(given), options);
    const request = given === undefined ? undefined : requestOf(given);
    return keys.flatMap((key) =>
      this.#responses
        .list(key, false)
        .filter((each) => request === undefined || this.#matches(request, each, options))
        .map(({ requestHeaders }) => {
          const headers = requestHeaders as [string, string][];
          return new Request(key.slice(this.#prefix.length), { headers });
        }),
    );
  }

  /** Requests an address, and stores the response. Rejects if its status is not a success. */
  async add(request: RequestLike): Promise<void> {
    await this.addAll([request]);
  }

  /** Requests addresses, and stores the responses; if one fails, stores none. */
  async addAll(given: RequestLike[]): Promise<void> {
    const requests = given.map(requestOf);
    const responses = await Promise.all(
      requests.map(async (request) => {
        const response = await this.#load(request);
        if (!response.ok) throw new TypeError(`${request.url} has status ${response.status}`);
        checkPut(request, response, namesIn(response.headers.get('vary')));
        return response;
      }),
    );
    await Promise.all(responses.map((response, i) => this.put(requests[i] as Request, response)));
  }

  #find(request: Request, options: MatchOptions = {}, use: boolean): Stored[] {
    return this.#keysOf(request, options).flatMap((key) =>
      this.#responses.list(key, use).filter((each) => this.#matches(request, each, options)),
    );
  }

  #matches(request: Request, stored: Stored, { ignoreMethod, ignoreVary }: MatchOptions): boolean {
    if (request.method !== 'GET' && ignoreMethod !== true) return false;
    return ignoreVary === true || isFor(request, stored);
  }

  #keyOf(request: Request): string {
    return this.#prefix + addressOf(request);
  }

  #own(): string[] {
    return this.#responses.addresses().filter((key) => key.startsWith(this.#prefix));
  }

  #keysOf(request: Request, { ignoreSearch }: MatchOptions): string[] {
    if (ignoreSearch !== true) return [this.#keyOf(request)];
    const wanted = addressOf(request, true);
    return this.#own().filter((key) => {
      const address = new URL(key.slice(this.#prefix.length));
      address.search = '';
      return address.href === wanted;
    });
  }

  #all(): Stored[] {
    return this.#own().flatMap((key) => this.#responses.list(key, false));
  }
}

/** The options of `createCaches`. */
export interface CachesOptions extends ResponseBounds {
  /**
   * The function with which `add` and `addAll` make requests.
   *
   * @default fetch
   */
  fetch?: (request: Request) => Promise<Response>;
}

/** All caches, like `globalThis.caches` in browsers. */
export class LRUCacheStorage {
  readonly #responses: Variants<Stored>;
  readonly #caches = new Map<string, LRUWebCache>();
  readonly #load: (request: Request) => Promise<Response>;
  #opened = 0;

  /** @internal */
  constructor({ fetch: load = (request) => fetch(request), ...bounds }: CachesOptions) {
    this.#responses = new Variants(bounds);
    this.#load = load;
  }

  /** The number of bytes of all caches. */
  get bytes(): number {
    return this.#responses.bytes;
  }

  /** The cache with a name, which is created if it does not exist. */
  async open(name: string): Promise<LRUWebCache> {
    const known = this.#caches.get(name);
    if (known !== undefined) return known;
    this.#opened += 1;
    const made = new LRUWebCache(this.#responses, `${this.#opened} `, this.#load);
    this.#caches.set(name, made);
    return made;
  }

  /** Whether there is a cache with a name. */
  async has(name: string): Promise<boolean> {
    return this.#caches.has(name);
  }

  /** Removes a cache and its responses. Resolves to true if it existed. */
  async delete(name: string): Promise<boolean> {
    const known = this.#caches.get(name);
    if (known === undefined) return false;
    this.#caches.delete(name);
    for (const request of await known.keys()) await known.delete(request, { ignoreVary: true });
    return true;
  }

  /** The names of all caches, in the order of their creation. */
  async keys(): Promise<string[]> {
    return [...this.#caches.keys()];
  }

  /** The first response to a request in any cache, or in the one that `cacheName` names. */
  async match(
    request: RequestLike,
    options: MatchOptions & { cacheName?: string } = {},
  ): Promise<Response | undefined> {
    for (const [name, cache] of this.#caches) {
      if (options.cacheName !== undefined && options.cacheName !== name) continue;
      const response = await cache.match(request, options);
      if (response !== undefined) return response;
    }
    return undefined;
  }
}

/**
 * The Web Cache API in memory, with one bound of bytes for all caches together: the least recently
 * used responses are evicted. As in the standard, `cache-control` is ignored: a response stays
 * until it is deleted or evicted.
 *
 * Throws `INVALID_MAX` or `INVALID_SIZE` for an invalid bound.
 *
 * @example
 * ```ts
 * import { createCaches } from 'wasm-lru/cache-api';
 *
 * const caches = createCaches({ maxBytes: 64 * 1024 * 1024 });
 * const cache = await caches.open('pages');
 * await cache.put('http://localhost/', new Response('hello'));
 * console.log(await (await cache.match('http://localhost/'))?.text()); // hello
 * ```
 */
export function createCaches(options: CachesOptions = {}): LRUCacheStorage {
  return new LRUCacheStorage(options);
}
