// The options of ByteLRU: read once each, checked, and refused before anything is allocated.

import { CAPACITY_MAX } from '../../assembly/layout.js';
import { checkFunction, show } from '../common/check.js';
import { LRUCacheRangeError, LRUCacheTypeError } from '../common/errors.js';
import type { Count, DisposeReason, EngineKind, Milliseconds, Perf } from '../common/types.js';
import { type Codec, type CodecName, packerFor } from './codec.js';
import { PAGE } from './region.js';

/** The largest `maxBytes`: 4 GiB, less two pages. */
const MAX_BYTES = 65534 * PAGE;

/**
 * The options of `new ByteLRU`. The object is only read, and may be frozen.
 *
 * @example
 * ```ts
 * import { ByteLRU } from 'wasm-lru/bytes';
 *
 * const pages = new ByteLRU<string>({ maxBytes: 64 * 1024 * 1024, codec: 'string', ttl: 60_000 });
 * pages.set('/', '<h1>Home</h1>');
 * console.log(pages.get('/'), pages.bytes); // <h1>Home</h1> 14
 * ```
 */
export interface ByteLRUOptions<V> {
  /**
   * The bytes of memory that the cache may use, for keys, values, index and all: a whole number
   * from 65,536 to 4,294,836,224. The least recently used entries are evicted to keep it. Memory is
   * taken as the cache fills. `resize` changes it.
   */
  maxBytes: number;
  /**
   * The largest number of entries: a whole number from 1 to 2^25.
   *
   * @default 33554432
   */
  max?: Count;
  /**
   * For how many milliseconds an entry is fresh: a whole number, or 0 for ever. A stale entry is
   * treated as absent. `set` can give another ttl.
   *
   * @default 0
   */
  ttl?: Milliseconds;
  /**
   * The most bytes that a key and its value may have together. A larger value is not stored, and
   * the value that its key had is removed.
   *
   * @default maxBytes / 8
   */
  maxEntryBytes?: number;
  /**
   * Bytes of a chunk. An entry takes whole chunks, each with 4 bytes of index: small chunks waste
   * less, and for values of some kilobytes large ones waste less and are copied faster.
   *
   * @default 64
   */
  chunkBytes?: 64 | 128 | 256 | 512;
  /**
   * What values are, and how they become bytes: `'bytes'` keeps a `Uint8Array`, `'string'` any
   * string, `'json'` what `JSON.stringify` takes, and a codec of your own anything else.
   * `'buffer'` is `'bytes'`, but values come back as `Buffer`s of Node's pool, which is several
   * times as fast for those of 64 bytes to 4 KiB.
   *
   * @default 'bytes'
   */
  codec?: CodecName | Codec<V>;
  /**
   * Called for every entry that has left the cache, with its key and its bytes, when the operation
   * that removed it is complete. It may use the cache.
   *
   * @default undefined
   */
  onEvict?: (key: string, bytes: number, reason: DisposeReason) => void;
  /**
   * Whether hits, misses, evictions and so on are counted for `stats()`.
   *
   * @default false
   */
  recordStats?: boolean;
  /**
   * The clock.
   *
   * @default performance
   */
  perf?: Perf;
  /**
   * The engine to use: `'wasm'` or `'pure'`. Without it, a cache gets WebAssembly where the host
   * allows it.
   *
   * @default undefined
   */
  engine?: EngineKind;
}

/** Throws `INVALID_SIZE` unless a number of bytes is a whole number in a range. */
export function checkBytes(name: string, bytes: unknown, least: number, most: number): number {
  if (Number.isInteger(bytes) && (bytes as number) >= least && (bytes as number) <= most) {
    return bytes as number;
  }
  throw new LRUCacheRangeError(
    'INVALID_SIZE',
    `${name} must be a whole number from ${least} to ${most}, not ${show(bytes)}`,
  );
}

/** A checked `maxBytes`. Throws `INVALID_SIZE`. */
export function checkMaxBytes(maxBytes: unknown): number {
  return checkBytes('maxBytes', maxBytes, PAGE, MAX_BYTES);
}

/** A checked `max`. Throws `INVALID_MAX`. */
export function checkMaxEntries(max: unknown): number {
  if (Number.isInteger(max) && (max as number) >= 1 && (max as number) <= CAPACITY_MAX) {
    return max as number;
  }
  throw new LRUCacheRangeError(
    'INVALID_MAX',
    `max must be a whole number from 1 to ${CAPACITY_MAX}, not ${show(max)}`,
  );
}

/** A checked ttl. Throws `INVALID_TTL`. */
export function checkTtl(ttl: unknown): number {
  if (Number.isInteger(ttl) && (ttl as number) >= 0) return ttl as number;
  throw new LRUCacheTypeError(
    'INVALID_TTL',
    `ttl must be a whole number of milliseconds, or 0, not ${show(ttl)}`,
  );
}

function checkEngine(engine: unknown): EngineKind | undefined {
  if (engine === undefined || engine === 'wasm' || engine === 'pure') return engine;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `engine must be 'wasm' or 'pure', not ${show(engine)}`,
  );
}

/** A checked `chunkBytes`. Throws `INVALID_SIZE`. */
export function checkChunkBytes(bytes: unknown): number {
  if (bytes === 64 || bytes === 128 || bytes === 256 || bytes === 512) return bytes;
  throw new LRUCacheRangeError(
    'INVALID_SIZE',
    `chunkBytes must be 64, 128, 256 or 512, not ${show(bytes)}`,
  );
}

/** Options that have been checked, all of them there. */
export type CheckedOptions<V> = ReturnType<typeof checkOptions<V>>;

/** Checks what `new ByteLRU` was given. Throws as its docstring says. */
export function checkOptions<V>(options: ByteLRUOptions<V>) {
  if (typeof options !== 'object' || options === null) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `ByteLRU needs an options object with maxBytes, not ${show(options)}`,
    );
  }
  const { onEvict, perf, maxEntryBytes } = options;
  const maxBytes = checkMaxBytes(options.maxBytes);
  if (onEvict !== undefined) checkFunction('onEvict', onEvict);
  if (perf !== undefined && typeof perf?.now !== 'function') {
    throw new LRUCacheTypeError('INVALID_OPTIONS', 'perf must be an object with a method now()');
  }
  return {
    maxBytes,
    max: checkMaxEntries(options.max ?? CAPACITY_MAX),
    ttl: checkTtl(options.ttl ?? 0),
    /** Undefined for an eighth of `maxBytes`, whatever that is now. */
    maxEntryBytes:
      maxEntryBytes === undefined
        ? undefined
        : checkBytes('maxEntryBytes', maxEntryBytes, 1, MAX_BYTES),
    chunkBytes: checkChunkBytes(options.chunkBytes ?? 64),
    packer: packerFor<V>(options.codec ?? 'bytes'),
    onEvict,
    recordStats: options.recordStats === true,
    perf,
    engine: checkEngine(options.engine),
  };
}
