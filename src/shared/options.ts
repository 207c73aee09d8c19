// The options of SharedLRU, and its handle: checked, and refused before anything is allocated.

import { THREADS_MAX } from '../../assembly/shared/layout.js';
import { type Codec, type CodecName, packerFor } from '../bytes/codec.js';
import { checkBytes, checkChunkBytes, checkTtl } from '../bytes/options.js';
import { PAGE } from '../bytes/region.js';
import { show } from '../common/check.js';
import { LRUCacheRangeError, LRUCacheTypeError } from '../common/errors.js';
import type { Count, Milliseconds, Perf } from '../common/types.js';
import { sharedLayout } from './core.js';
import { commonClock } from './host.js';
import type { Division } from './memory.js';

/** The largest `maxBytes`: the frames of 1024 threads, and they, have room in 4 GiB. */
const MAX_BYTES = 64_000 * PAGE;
/** A shard of a cache that says nothing has so many bytes: 256 entries of 4 KiB. */
const SHARD_BYTES = 1 << 20;
const SHARDS_DEFAULT = 16;
const SHARDS_MAX = 1024;
const THREADS_DEFAULT = 32;
const LOAD_WAIT_DEFAULT_MS = 1000;

/** What each thread says for itself of a shared cache. */
export interface SharedAttachOptions<V> {
  /**
   * What values are, and how they become bytes: `'bytes'` keeps a `Uint8Array`, `'buffer'` the same
   * and gives a `Buffer`, `'string'` any string, `'json'` what `JSON.stringify` takes, and a codec
   * of your own anything else. It must be the same in all threads: functions do not pass between
   * them.
   *
   * @default 'bytes'
   */
  codec?: CodecName | Codec<V>;
  /**
   * For how many milliseconds `getOrLoad` waits for the load of another thread before it loads by
   * itself. A thread may be blocked, or its loader hang: others must not hang with it. Of all
   * threads that wait, one begins a further load, the others wait as long again, and the result
   * that comes first is stored. So a load that takes longer is run again, once in `loadWait` and
   * once in each thread at most: choose more than a load takes.
   *
   * @default 1000
   */
  loadWait?: Milliseconds;
  /**
   * The clock, which must be the same in all threads.
   *
   * @default performance.timeOrigin + performance.now()
   */
  perf?: Perf;
}

/**
 * The options of `new SharedLRU`. The object is only read, and may be frozen.
 *
 * @example
 * ```ts
 * import { SharedLRU } from 'wasm-lru/shared';
 *
 * const pages = new SharedLRU<string>({ maxBytes: 64 * 1024 * 1024, codec: 'string' });
 * console.log(pages.shards); // 16
 * ```
 */
export interface SharedLRUOptions<V> extends SharedAttachOptions<V> {
  /**
   * The bytes of memory for keys, values, index and all: a whole number from 65,536 to
   * 4,194,304,000. All of it is allocated at once, and most hosts use real memory only as the cache
   * fills. The frames of the threads come on top: 65,664 bytes each.
   */
  maxBytes: number;
  /**
   * In how many shards the cache is divided, each with a lock of its own, an equal part of the
   * memory, and an order of use of its own. More shards let more threads work at once; 1 is exactly
   * LRU over all entries. A whole number from 1 to 1024, such that each has 65,536 bytes.
   *
   * @default one for each MiB, as a power of two, 16 at most
   */
  shards?: Count;
  /**
   * How many threads may use the cache at a time: a whole number from 1 to 1024.
   *
   * @default 32
   */
  threads?: Count;
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
   * @default an eighth of a shard
   */
  maxEntryBytes?: number;
  /**
   * Bytes of a chunk. An entry takes whole chunks, each with 4 bytes of index: small chunks waste
   * less, and for values of some kilobytes large ones waste less and are copied faster.
   *
   * @default 64
   */
  chunkBytes?: 64 | 128 | 256 | 512;
}

/**
 * What another thread needs to use a cache: it passes through `workerData` and `postMessage`, but
 * not to another process.
 */
export interface SharedHandle {
  /** The memory that all threads share. */
  readonly memory: WebAssembly.Memory;
  /** What the memory holds, in the words of one build of this library. */
  readonly layout: string;
}

function checkObject(options: unknown, what: string): void {
  if (typeof options === 'object' && options !== null) return;
  const message = `${what} must be an object, not ${show(options)}`;
  throw new LRUCacheTypeError('INVALID_OPTIONS', message);
}

function checkCount(name: string, value: unknown, most: number): number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) {
    return value as number;
  }
  const message = `${name} must be a whole number from 1 to ${most}, not ${show(value)}`;
  throw new LRUCacheRangeError('INVALID_OPTIONS', message);
}

function defaultShards(maxBytes: number): number {
  let shards = 1;
  while (shards < SHARDS_DEFAULT && maxBytes >= shards * 2 * SHARD_BYTES) shards *= 2;
  return shards;
}

/** @internal What a thread has said, checked. */
export interface ThreadOptions<V> {
  readonly packer: ReturnType<typeof packerFor<V>>;
  readonly loadWaitMs: number;
  readonly perf: Perf;
}

/** @internal Checks what `attach` was given. Throws `INVALID_OPTIONS` and `INVALID_TTL`. */
export function checkThreadOptions<V>(options: SharedAttachOptions<V>): ThreadOptions<V> {
  checkObject(options, 'The options');
  const { perf } = options;
  if (perf !== undefined && typeof perf?.now !== 'function') {
    throw new LRUCacheTypeError('INVALID_OPTIONS', 'perf must be an object with a method now()');
  }
  return {
    packer: packerFor<V>(options.codec ?? 'bytes'),
    loadWaitMs: checkTtl(options.loadWait ?? LOAD_WAIT_DEFAULT_MS),
    perf: perf ?? commonClock,
  };
}

/** @internal Checks what `new SharedLRU` was given, but for what a thread says for itself. */
export function checkDivision<V>(options: SharedLRUOptions<V>, seed: number): Division {
  checkObject(options, 'The options');
  const { maxEntryBytes } = options;
  const maxBytes = checkBytes('maxBytes', options.maxBytes, PAGE, MAX_BYTES);
  const shards = checkCount('shards', options.shards ?? defaultShards(maxBytes), SHARDS_MAX);
  checkBytes('maxBytes / shards', Math.floor(maxBytes / shards), PAGE, MAX_BYTES);
  return {
    maxBytes,
    shards,
    threads: checkCount('threads', options.threads ?? THREADS_DEFAULT, THREADS_MAX),
    chunkBytes: checkChunkBytes(options.chunkBytes ?? 64),
    ttl: checkTtl(options.ttl ?? 0),
    maxEntryBytes:
      maxEntryBytes === undefined
        ? undefined
        : checkBytes('maxEntryBytes', maxEntryBytes, 1, MAX_BYTES),
    seed,
  };
}

/** Whether something is a memory that threads can share, of whatever realm. */
function isSharedMemory(value: unknown): value is WebAssembly.Memory {
  const tagOf = (of: unknown) => Object.prototype.toString.call(of);
  if (tagOf(value) !== '[object WebAssembly.Memory]') return false;
  return tagOf((value as WebAssembly.Memory).buffer) === '[object SharedArrayBuffer]';
}

/** @internal The memory of a handle. Throws `INVALID_HANDLE`. */
export function memoryOf(handle: unknown): WebAssembly.Memory {
  const { memory, layout } = (handle ?? {}) as { [N in keyof SharedHandle]?: unknown };
  if (!isSharedMemory(memory)) {
    const message = `A handle is the property handle of a SharedLRU, not ${show(handle)}`;
    throw new LRUCacheTypeError('INVALID_HANDLE', message);
  }
  if (layout === sharedLayout()) return memory;
  const message = `The handle is of another version of wasm-lru, ${show(layout)}`;
  throw new LRUCacheTypeError('INVALID_HANDLE', message);
}
