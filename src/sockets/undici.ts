// The socket for undici: a store for `interceptors.cache`.
//
// It stores what the interceptor passes, and finds responses by method and by the headers that
// `vary` names. The interceptor decides what may be cached, and for how long.

/**
 * A store for undici's cache: `import { UndiciStore } from 'wasm-lru/undici'`.
 *
 * @module undici
 */

import { LRUCacheError } from '../common/errors.js';
import { bytesOfText, copyOfBytes } from './bytes.js';
import { type ResponseBounds, type Variant, Variants } from './variants.js';

export type { ResponseBounds } from './variants.js';

/** Headers by their names in lower case. */
export type UndiciHeaders = Record<string, string | string[] | null | undefined>;

/** The key of a request. */
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
  /** The status message. */
  statusMessage: string;
  /** The headers of the response. */
  headers: Record<string, string | string[]>;
  /** The values of the request headers that `vary` of the response names. */
  vary?: UndiciHeaders;
  /** The entity tag of the response. */
  etag?: string;
  /** The directives of `cache-control`. */
  cacheControlDirectives?: object;
  /** When it was stored, in ms since 1970. */
  cachedAt: number;
  /** The time until which it is fresh, in ms since 1970. */
  staleAt: number;
  /** The time at which it is deleted, in ms since 1970. */
  deleteAt: number;
}

/** A response with its body, in pieces. */
export interface UndiciResult extends UndiciValue {
  /** The body, as copies that may be changed. */
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
  /** Ends the stream without storing the response. */
  destroy(error?: Error): this;
}

/** Node's streams, loaded when they are needed: a browser does not have them. */
function streams(): StreamModule {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.('node:stream');
  if (module !== undefined) return module as StreamModule;
  throw new LRUCacheError('INVALID_OPTIONS', 'wasm-lru/undici needs the streams of Node');
}

const addressOf = ({ origin, path }: UndiciKey) => `${origin}${path}`;

/** Whether a header was the same in two requests. A missing header equals only a missing one. */
function isSame(one: UndiciHeaders[string], other: UndiciHeaders[string]): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function isFor({ headers = {} }: UndiciKey, { value: { vary = {} } }: Stored): boolean {
  return Object.entries(vary).every(([name, value]) => isSame(headers[name], value));
}

/**
 * A store for undici's cache interceptor, with a bound of bytes that includes headers and
 * addresses. It evicts the least recently used addresses, and no more than necessary: undici's own
 * `MemoryCacheStore` counts bodies only, and drops half of its entries when it is full.
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

  /** An empty store. Throws `INVALID_MAX` or `INVALID_SIZE` for an invalid bound. */
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
   * A stream that takes the body of a response. The response is stored when the stream has ended.
   * If it grows too large, the stream is destroyed and nothing is stored.
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
        // A chunk may be a part of a large buffer, which it would keep alive.
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
