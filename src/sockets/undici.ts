// The socket for undici: a store for `interceptors.cache`.
//
// It stores what the interceptor gives, and answers by method and by the headers that `vary` names.
// What may be cached, and for how long, is the interceptor's to know.

/**
 * A store for undici's cache: `import { UndiciStore } from 'wasm-lru/undici'`.
 *
 * @module undici
 */

import { LRUCacheError } from '../common/errors.js';
import { bytesOfText, copyOfBytes } from './bytes.js';
import { type ResponseBounds, type Variant, Variants } from './variants.js';

export type { ResponseBounds } from './variants.js';

/** Headers by their names in small letters. */
export type UndiciHeaders = Record<string, string | string[] | null | undefined>;

/** What a request asks for. */
export interface UndiciKey {
  /** Scheme, host and port. */
  origin: string;
  /** Path and query. */
  path: string;
  /** The method. */
  method: string;
  /** The headers of the request. */
  headers?: UndiciHeaders;
}

/** A response without its body. */
export interface UndiciValue {
  /** The status. */
  statusCode: number;
  /** The text beside the status. */
  statusMessage: string;
  /** The headers of the response. */
  headers: Record<string, string | string[]>;
  /** The headers of the request that `vary` of the response names, as they were. */
  vary?: UndiciHeaders;
  /** The tag of the response. */
  etag?: string;
  /** What `cache-control` said. */
  cacheControlDirectives?: object;
  /** When it was stored, in ms since 1970. */
  cachedAt: number;
  /** Until when it is fresh, in ms since 1970. */
  staleAt: number;
  /** When it goes, in ms since 1970. */
  deleteAt: number;
}

/** A response with its body, in pieces. */
export interface UndiciResult extends UndiciValue {
  /** The body: copies, which may be changed. */
  body: Uint8Array[];
}

interface Stored extends Variant {
  readonly method: string;
  readonly value: UndiciValue;
  readonly body: readonly Uint8Array[];
}

/** What is used of Node's streams. */
interface StreamModule {
  Writable: new (options: {
    write(chunk: Uint8Array, encoding: string, done: (error?: Error | null) => void): void;
    final(done: (error?: Error | null) => void): void;
  }) => UndiciWritable;
}

/** A stream of Node that takes a body. */
export interface UndiciWritable {
  /** Ends without storing. */
  destroy(error?: Error): this;
}

/** Node's streams, asked for when they are needed: a browser has none. */
function streams(): StreamModule {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.('node:stream');
  if (module !== undefined) return module as StreamModule;
  throw new LRUCacheError('INVALID_OPTIONS', 'wasm-lru/undici needs the streams of Node');
}

const addressOf = ({ origin, path }: UndiciKey) => `${origin}${path}`;

/** Whether a header was the same in two requests. One that is missing is equal to none but that. */
function isSame(one: UndiciHeaders[string], other: UndiciHeaders[string]): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function isFor({ headers = {} }: UndiciKey, { value: { vary = {} } }: Stored): boolean {
  return Object.entries(vary).every(([name, value]) => isSame(headers[name], value));
}

/**
 * A store for undici's cache interceptor, in a bound of bytes that counts headers and addresses,
 * too. The least recently used addresses go, and no more of them than have to make room: undici's
 * own `MemoryCacheStore` counts bodies only, and throws half of everything away when it is full.
 *
 * `createWriteStream` throws `INVALID_OPTIONS` on a host without the streams of Node.
 *
 * @example
 * ```ts
 * // with undici
 * import { Agent, interceptors } from 'undici';
 * import { UndiciStore } from 'wasm-lru/undici';
 *
 * const store = new UndiciStore({ maxBytes: 64 * 1024 * 1024 });
 * const dispatcher = new Agent().compose(interceptors.cache({ store }));
 * console.log(typeof dispatcher.dispatch, store.size); // function 0
 * ```
 */
export class UndiciStore {
  readonly #responses: Variants<Stored>;

  /** An empty store. Throws `INVALID_MAX` or `INVALID_SIZE` for a bound that is none. */
  constructor(bounds: ResponseBounds = {}) {
    this.#responses = new Variants(bounds);
  }

  /** Number of addresses. */
  get size(): number {
    return this.#responses.size;
  }

  /** Number of bytes of addresses, headers and bodies. */
  get bytes(): number {
    return this.#responses.bytes;
  }

  /** The response to a request, which becomes the most recently used, or undefined. */
  get(key: UndiciKey): UndiciResult | undefined {
    const stored = this.#responses
      .list(addressOf(key), true)
      .find((each) => each.method === key.method && isFor(key, each));
    return stored && { ...stored.value, body: stored.body.map(copyOfBytes) };
  }

  /**
   * A stream that takes the body of a response. The response is stored when the stream has ended,
   * or not at all if it grows too large, which destroys the stream.
   */
  createWriteStream(key: UndiciKey, value: UndiciValue): UndiciWritable {
    const responses = this.#responses;
    const body: Uint8Array[] = [];
    let bytes = bytesOfText(JSON.stringify([key.method, value]));
    const { Writable } = streams();
    const stream = new Writable({
      write(chunk, _encoding, done) {
        bytes += chunk.byteLength;
        if (bytes > responses.maxEntryBytes) stream.destroy();
        // A chunk may be a part of a large buffer, which it would keep.
        else body.push(copyOfBytes(chunk));
        done();
      },
      final(done) {
        const { method } = key;
        const stored = { method, value, body, bytes, endMs: value.deleteAt };
        responses.put(
          addressOf(key),
          stored,
          (other) => other.method === method && isFor(key, other),
        );
        done();
      },
    });
    return stream;
  }

  /** Removes all responses of an address. */
  delete(key: UndiciKey): void {
    this.#responses.remove(addressOf(key), () => true);
  }
}
