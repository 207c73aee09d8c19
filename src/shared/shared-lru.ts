// SharedLRU: the class that people use, in every thread. It owns what calls user code: codecs,
// loaders and the clock.
//
// E1  User code runs before an operation touches the frame (`pack`), or after it has copied what it
//     needs (`unpack`). So it may do anything with the cache.
// E2  A call of the core that is cut short, by a trap or for want of stack, may leave a lock held
//     and its shard torn: the shard is emptied, at once or before the next operation.
// E3  A lock that cannot be had makes a look a miss. A write says that it was not done, and a walk
//     through all entries throws.

import { FOUND, FRAME_BUFFER, LOCATE, REFUSED, TOUCH } from '../../assembly/bytes/layout.js';
import { BUSY, GONE, STUCK } from '../../assembly/shared/layout.js';
import type { Entry } from '../bytes/access.js';
import { lengthOf, Source, sliceOf, textOfUnits } from '../bytes/codec.js';
import { checkKey, checkTarget, keyTooLong } from '../bytes/frame.js';
import { checkTtl } from '../bytes/options.js';
import { joined, readSnapshot, recordsOf, replay, snapshotOf } from '../bytes/snapshot.js';
import { checkFunction } from '../common/check.js';
import { LRUCacheError, LRUCacheTypeError } from '../common/errors.js';
import type { Milliseconds } from '../common/types.js';
import { warn } from '../common/warning.js';
import { throwDisposed } from '../engine/dead.js';
import { Clock } from '../expiry/clock.js';
import { type LoadRecord, SharedAccess } from './access.js';
import { sharedLayout } from './core.js';
import { type Look, SharedLoads } from './loads.js';
import { SharedMemory } from './memory.js';
import {
  checkDivision,
  checkThreadOptions,
  memoryOf,
  type SharedAttachOptions,
  type SharedHandle,
  type SharedLRUOptions,
} from './options.js';

/** A worker of `node:worker_threads`, as Node, Deno and Bun have it. */
export interface AdoptableWorker {
  /** The number of its thread. */
  readonly threadId: number;
  /** Calls a function when the worker has ended. */
  once(event: 'exit', listener: () => void): unknown;
}

/** The counts of a `SharedLRU`, of all threads since the cache was made. */
export interface SharedStats {
  /** Calls of `get`, `getInto`, `read` and `getOrLoad` that found a fresh value. */
  hits: number;
  /** Those that found none, or a stale one. */
  misses: number;
  /** Values stored under new keys. */
  sets: number;
  /** Values stored under keys that were there already. */
  updates: number;
  /** Entries removed on request. */
  deletes: number;
  /** Entries removed to make room. */
  evictions: number;
  /** Entries removed because they were stale. */
  expirations: number;
  /** Operations that gave up on a shard which another thread held: each a miss, or not done. */
  contended: number;
  /** Shards that were emptied because a thread died in the midst of changing them. */
  reaped: number;
}

/** Names of the numbers that the core's `survey` writes, in its order. */
const SURVEYED = ['size', 'bytes', 'evictions', 'hits', 'misses', 'sets', 'updates', 'deletes'];

/** What `attach` passes to the constructor in the place of options. */
class Attachment<V> {
  readonly memory: SharedMemory;
  readonly options: SharedAttachOptions<V>;
  constructor(memory: SharedMemory, options: SharedAttachOptions<V>) {
    this.memory = memory;
    this.options = options;
  }
}

function drawSeed(): number {
  return Math.trunc(Math.random() * 2 ** 32);
}

/**
 * One LRU cache for all threads of a process. Keys and values lie as bytes in one shared memory,
 * divided in shards, of which each has a lock and an order of its own; within a shard it is exactly
 * LRU. A `get` copies the value, or decodes it. Keys are strings or bytes, as in `ByteLRU`.
 *
 * The thread that makes the cache passes `handle` to the others, and they call `SharedLRU.attach`.
 * Processes cannot share a cache.
 *
 * Throws `INVALID_OPTIONS`, `INVALID_SIZE` or `INVALID_TTL` for bad options, `SHARED_UNAVAILABLE`
 * where there is no shared memory (a browser has it on pages that are cross-origin isolated), and
 * `OUT_OF_MEMORY` if the host refuses so much of it.
 *
 * @example
 * ```ts
 * import { once } from 'node:events';
 * import { Worker } from 'node:worker_threads';
 * import { SharedLRU } from 'wasm-lru/shared';
 *
 * const cache = new SharedLRU<string>({ maxBytes: 16 * 1024 * 1024, codec: 'string' });
 * cache.set('greeting', 'hello');
 * const worker = new Worker(
 *   `const { parentPort, workerData } = require('node:worker_threads');
 *   import('wasm-lru/shared').then(({ SharedLRU }) => {
 *     const cache = SharedLRU.attach(workerData, { codec: 'string' });
 *     parentPort.postMessage(cache.get('greeting'));
 *   });`,
 *   { eval: true, workerData: cache.handle },
 * );
 * cache.adopt(worker);
 * const [greeting] = await once(worker, 'message');
 * console.log(greeting); // hello
 * ```
 */
export class SharedLRU<V = Uint8Array> {
  readonly #memory: SharedMemory;
  readonly #packer: ReturnType<typeof checkThreadOptions<V>>['packer'];
  readonly #clock: Clock;
  readonly #loads: SharedLoads<V>;
  readonly #ttl: number;
  /** Undefined after disposal. */
  #open: SharedAccess | undefined;
  /** Whether a call runs, or was cut short and what it held is not given up yet (E2). */
  #isTorn = false;

  /** A new cache with these options. All its memory is allocated now. */
  constructor(options: SharedLRUOptions<V>) {
    const attachment = (options as unknown) instanceof Attachment;
    const attached = options as unknown as Attachment<V>;
    const checked = checkThreadOptions<V>(attachment ? attached.options : options);
    this.#memory = attachment
      ? attached.memory
      : SharedMemory.create(checkDivision(options, drawSeed()));
    this.#packer = checked.packer;
    this.#clock = new Clock(checked.perf, () => {});
    this.#loads = new SharedLoads(checked.loadWaitMs);
    this.#ttl = this.#memory.ttl;
    this.#open = new SharedAccess(this.#memory);
  }

  /**
   * A cache that another thread has made, in this thread. Call it once in each thread, and give it
   * the same codec there.
   *
   * Throws `INVALID_HANDLE` if the handle is none, or of another version of this library,
   * `TOO_MANY_THREADS`, `INVALID_OPTIONS`, and `SHARED_UNAVAILABLE`.
   */
  static attach<V = Uint8Array>(
    handle: SharedHandle,
    options: SharedAttachOptions<V> = {},
  ): SharedLRU<V> {
    const memory = memoryOf(handle);
    checkThreadOptions<V>(options);
    const attachment = new Attachment(SharedMemory.attach(memory), options);
    return new SharedLRU<V>(attachment as unknown as SharedLRUOptions<V>);
  }

  /** What another thread needs for `attach`, to be passed by `workerData` or `postMessage`. */
  get handle(): SharedHandle {
    return { memory: this.#access.region.memory, layout: sharedLayout() };
  }

  /**
   * Looks after a worker that uses the cache: if it dies, what it held is given up. A thread can be
   * stopped anywhere, also while it changes a shard: that shard is emptied then, and all other
   * threads go on. Call it in the thread that has started the worker, right after that. The worker
   * is not kept alive. In Deno, a worker may run on for seconds after its end: the cache throws
   * `DISPOSED` there, and what it held is given up five seconds later.
   *
   * Throws `INVALID_WORKER` if it is no worker of `node:worker_threads`, or has ended already.
   */
  adopt(worker: AdoptableWorker): void {
    const { threadId, once } = (worker ?? {}) as Partial<AdoptableWorker>;
    if (!(Number.isInteger(threadId) && (threadId as number) > 0 && typeof once === 'function')) {
      const message = 'adopt needs a running worker of node:worker_threads';
      throw new LRUCacheTypeError('INVALID_WORKER', message);
    }
    const memory = this.#memory;
    // The others may go on when this thread has disposed of the cache.
    once.call(worker, 'exit', () => memory.reap(threadId as number));
  }

  get #access(): SharedAccess {
    if (this.#open === undefined || this.#memory.isLost) throwDisposed();
    if (this.#isTorn) this.#recover();
    return this.#open;
  }

  #recover(): void {
    this.#memory.recover();
    this.#isTorn = false;
  }

  /** What to throw for a call of the core that was cut short (E2). */
  #fail(error: unknown): unknown {
    try {
      this.#recover();
    } catch {
      // There is still no stack for it: the next operation begins with it.
    }
    const isTrap = typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
    if (!isTrap) return error;
    const message = 'WebAssembly trapped in this cache, and the entries of a shard are lost';
    return new LRUCacheError('ENGINE_POISONED', message, { cause: error });
  }

  /**
   * Runs the calls of the core that are one operation, and counts it if a lock could not be had.
   * Says so once if a thread does not go on that holds a shard.
   */
  #run(use: (access: SharedAccess) => number): number {
    const access = this.#access;
    let code: number;
    // Set beforehand: where the stack is used up, even a function that says so cannot be called.
    this.#isTorn = true;
    try {
      code = use(access);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#isTorn = false;
    if (code === BUSY || code === STUCK) this.#memory.countContended();
    if (code === STUCK) {
      const message =
        'A thread that holds a shard of a SharedLRU is dead or stopped. ' +
        'Until it goes on, or its owner has reaped it (adopt), every look there is a miss.';
      warn('SHARD_STUCK', 'SharedCacheWarning', message, SharedLRU);
    }
    return code;
  }

  #now(): number {
    return this.#memory.isTimed ? this.#clock.read() : 0;
  }

  /** A number that the shards count together. */
  #survey(): Record<string, number> {
    const { region } = this.#access;
    region.core.survey(region.store, region.frame);
    const { buffer, byteOffset } = region.bytes;
    const numbers = new Float64Array(buffer, byteOffset + FRAME_BUFFER, 9);
    const names = [...SURVEYED, 'expirations'];
    return Object.fromEntries(names.map((name, i) => [name, numbers[i] as number]));
  }

  /** The number of entries, stale ones included; about, while other threads change it. */
  get size(): number {
    return this.#survey().size as number;
  }

  /** Bytes of all keys and values; about, while other threads change it. */
  get bytes(): number {
    return this.#survey().bytes as number;
  }

  /** Bytes of the shared memory, with the frames of the threads. It never changes. */
  get memoryBytes(): number {
    return this.#access.region.memoryBytes;
  }

  /** The option `maxBytes`. */
  get maxBytes(): number {
    return this.#access.region.maxBytes;
  }

  /** How many shards there are. */
  get shards(): number {
    return this.#access.region.shards;
  }

  /** The counts of all threads since the cache was made. */
  stats(): SharedStats {
    const { size: _size, bytes: _bytes, ...counts } = this.#survey();
    const { contended, reaped } = this.#memory;
    return { ...(counts as unknown as SharedStats), contended, reaped };
  }

  /**
   * Stores a value, as the newest entry of its shard; the least recently used ones of the shard are
   * evicted to make room. False if it was not stored: it and its key exceed `maxEntryBytes`, and
   * the key has no value any more; or another thread that holds the shard does not go on.
   *
   * Throws `INVALID_KEY` and `KEY_TOO_LONG`, `INVALID_VALUE`, `INVALID_TTL`, and what the codec
   * throws; nothing is changed then.
   */
  set(key: string | Uint8Array, value: V, options?: { ttl?: Milliseconds }): boolean {
    return this.#set(key, value, options?.ttl, undefined);
  }

  #set(
    key: string | Uint8Array,
    value: V,
    ownTtl: Milliseconds | undefined,
    record: LoadRecord | undefined,
  ): boolean {
    const access = this.#access;
    checkKey(key);
    const ttl = ownTtl === undefined ? this.#ttl : checkTtl(ownTtl);
    const keyBytes = access.measure(key);
    if (keyBytes < 0) throw keyTooLong();
    const packed = this.#packer.pack(value);
    if (ttl !== 0) this.#memory.markTimed();
    const now = this.#now();
    const put = (current: SharedAccess) => {
      const long = current.write(key, packed);
      if (keyBytes + current.valueBytes > this.#memory.maxEntryBytes) {
        const code = current.remove(key, now);
        return code === BUSY || code === STUCK ? code : REFUSED;
      }
      return current.put(key, long, now, ttl);
    };
    const code = this.#run((current) =>
      record === undefined ? put(current) : current.about(record, () => put(current)),
    );
    return code !== REFUSED && code !== BUSY && code !== STUCK && code !== GONE;
  }

  #look(key: string | Uint8Array, mode: number): boolean {
    checkKey(key);
    const now = this.#now();
    return this.#run((access) => access.look(key, now, mode)) === FOUND;
  }

  #unpack(access: SharedAccess): V {
    return access.unpack(this.#packer);
  }

  /**
   * The value of a key, now the newest entry of its shard; `undefined` if there is none, or a stale
   * one, or the shard cannot be had. A value of bytes is a copy. Throws what the codec throws.
   */
  get(key: string | Uint8Array): V | undefined {
    return this.#look(key, TOUCH | LOCATE) ? this.#unpack(this.#access) : undefined;
  }

  /** As `get`, but the order of the entries stays as it is. */
  peek(key: string | Uint8Array): V | undefined {
    return this.#look(key, LOCATE) ? this.#unpack(this.#access) : undefined;
  }

  /** Whether there is a fresh entry of a key. The order stays as it is. */
  has(key: string | Uint8Array): boolean {
    return this.#look(key, 0);
  }

  /**
   * Copies the bytes of a value into a target, from an offset on, as `get` does; returns how many,
   * or -1 if there is no entry.
   *
   * Throws `INVALID_TARGET`, before it writes, if the target is no `Uint8Array` or too short.
   */
  getInto(key: string | Uint8Array, target: Uint8Array, offset = 0): number {
    checkTarget(target, offset);
    if (!this.#look(key, TOUCH | LOCATE)) return -1;
    return this.#access.copyInto(target, offset);
  }

  /**
   * Calls a function with a copy of the bytes of a value, whatever the codec, and returns its
   * result; `undefined` if there is no entry.
   */
  read<R>(key: string | Uint8Array, use: (bytes: Uint8Array) => R): R | undefined {
    return this.#look(key, TOUCH | LOCATE) ? use(this.#access.copy()) : undefined;
  }

  /**
   * Removes the entry of a key, for all threads at once; false if there is none, or a stale one. A
   * load of the key that is in flight is not stored. Throws `SHARD_STUCK` if the thread that holds
   * the shard does not go on: then the entry may still be there.
   */
  delete(key: string | Uint8Array): boolean {
    checkKey(key);
    const now = this.#now();
    const code = this.#run((access) => access.remove(key, now));
    if (code === STUCK || code === BUSY) throw stuck();
    return code === FOUND;
  }

  /**
   * Removes all entries, shard by shard. Throws `SHARD_STUCK` if a shard cannot be had; the others
   * are empty then.
   */
  clear(): void {
    const { core, store, frame, shards } = this.#access.region;
    const code = this.#run((access) => {
      let worst = FOUND;
      for (let shard = 0; shard < shards; shard++) {
        const cleared = access.insist(() => core.clear(store, frame, shard));
        if (cleared !== FOUND) worst = cleared;
      }
      return worst;
    });
    if (code !== FOUND) throw stuck();
  }

  /**
   * The value of a key; if there is none, the result of the loader, which is stored. Of all threads
   * that ask for a key at a time, one runs its loader, and the others wait for it. When one has
   * waited for `loadWait`, it runs its own, and the rest wait for both: a thread may be blocked, or
   * a loader hang. The result that comes first is stored. A loader that fails fails for its own
   * thread only.
   *
   * A `set`, `delete` or `clear` meanwhile, in any thread, keeps the result from being stored.
   *
   * With `forceRefresh`, the value that is there is loaded anew, unless a load of it is in flight;
   * `get` gives the old one meanwhile, and goes on with it if the load fails.
   *
   * Rejects with what the loader throws, and as `set` and `get`.
   *
   * @example
   * ```ts
   * import { SharedLRU } from 'wasm-lru/shared';
   *
   * const users = new SharedLRU<{ name: string }>({ maxBytes: 1_000_000, codec: 'json' });
   * const load = async (id: string) => ({ name: `User ${id}` });
   * const [a, b] = await Promise.all([users.getOrLoad('1', load), users.getOrLoad('1', load)]);
   * console.log(a.name, b === a, users.get('1')?.name); // User 1 true User 1
   * ```
   */
  async getOrLoad<K extends string | Uint8Array>(
    key: K,
    loader: (key: K) => V | Promise<V>,
    options?: { ttl?: Milliseconds; forceRefresh?: boolean },
  ): Promise<V> {
    checkKey(key);
    checkFunction('loader', loader);
    const ttl = options?.ttl === undefined ? undefined : checkTtl(options.ttl);
    const access = this.#access;
    if (access.measure(key) < 0) throw keyTooLong();
    // The caller may change bytes while the load is in flight. Not by their own `slice`: that of a
    // `Buffer` is a view.
    const own: string | Uint8Array = typeof key === 'string' ? key : sliceOf(key, 0, lengthOf(key));
    const text = typeof own === 'string' ? own : textOfUnits(own, false);
    const cache = {
      look: (isFirst: boolean, late: LoadRecord | undefined, renews: number) =>
        this.#claim(own, isFirst, late, renews),
      store: (value: V, record: LoadRecord) => void this.#storeResult(own, value, ttl, record),
      settle: (record: LoadRecord) => this.#settle(record),
    };
    const isForced = options?.forceRefresh === true;
    return this.#loads.get(text, cache, () => loader(own as K), isForced);
  }

  #claim(
    key: string | Uint8Array,
    isFirst: boolean,
    late: LoadRecord | undefined,
    renews: number,
  ): Look<V> {
    const now = this.#now();
    const code = this.#run((access) => access.claim(key, now, isFirst, late, renews));
    const access = this.#access;
    const value = code === FOUND ? this.#unpack(access) : undefined;
    return { code, value, record: access.claimed, renewed: access.renewed };
  }

  #storeResult(
    key: string | Uint8Array,
    value: V,
    ttl: Milliseconds | undefined,
    record: LoadRecord,
  ): void {
    // A disposed cache has ended its loads.
    if (this.#open === undefined) return;
    if (!this.#set(key, value, ttl, record)) this.#settle(record);
  }

  #settle(record: LoadRecord): void {
    if (this.#open === undefined) return;
    this.#run((access) => access.settle(record));
  }

  /** The fresh entries, shard by shard. */
  *#walk(): Generator<Entry, void> {
    const { shards } = this.#access.region;
    for (let shard = 0; shard < shards; shard++) {
      for (let from = 0; ; ) {
        const entry = this.#next(shard, from);
        if (entry === undefined) break;
        from = entry.next;
        yield entry;
      }
    }
  }

  #next(shard: number, from: number): (Entry & { next: number }) | undefined {
    const now = this.#now();
    let entry: Entry | undefined;
    const code = this.#run((access) => {
      const next = access.next(shard, from, now);
      if (typeof next === 'number') return next;
      entry = next;
      return FOUND;
    });
    // What is left out must not look like what is not there.
    if (code === BUSY || code === STUCK) throw stuck();
    return entry && { ...entry, next: this.#access.slot + 1 };
  }

  /**
   * The keys of all fresh entries, shard by shard, in no particular order. An entry that is there
   * all the time is met once. All threads may use the cache meanwhile. Throws `SHARD_STUCK` at a
   * shard that cannot be had.
   */
  *keys(): Generator<string, void> {
    for (const { key } of this.#walk()) yield textOfUnits(key.bytes, key.isWide);
  }

  /** Pairs of key and value of all fresh entries, in the order of `keys`. Throws as `keys`. */
  *entries(): Generator<[key: string, value: V], void> {
    for (const { key, value, kind } of this.#walk()) {
      const text = textOfUnits(key.bytes, key.isWide);
      yield [text, this.#packer.unpack(new Source(value), 0, value.length, kind)];
    }
  }

  /** As `entries`. */
  [Symbol.iterator](): Generator<[key: string, value: V], void> {
    return this.entries();
  }

  /**
   * All fresh entries as bytes, to be kept in a file or passed to another process, and given to
   * `restore` of this class or of `ByteLRU`. O(bytes). Throws as `keys`.
   */
  snapshot(): Uint8Array {
    return joined(this.snapshotChunks());
  }

  /** A snapshot in pieces of about this many bytes. The cache may be used between them. */
  *snapshotChunks(bytes: number = 1 << 20): Generator<Uint8Array, void> {
    yield* snapshotOf(this.#walk(), bytes);
  }

  /**
   * A new cache with the entries of a snapshot of this class or of `ByteLRU`. Throws as
   * `ByteLRU.restore`, and as the constructor.
   */
  static restore<V = Uint8Array>(
    source: Uint8Array | Iterable<Uint8Array>,
    options: SharedLRUOptions<V>,
  ): { cache: SharedLRU<V>; restored: number; skipped: number } {
    const cache = new SharedLRU<V>(options);
    const snapshot = readSnapshot(source);
    if (snapshot.hasTtl) cache.#memory.markTimed();
    const now = cache.#now();
    const { maxEntryBytes } = cache.#memory;
    for (const entry of recordsOf(snapshot)) {
      const bytes = entry.key.bytes.length + entry.value.length;
      if (bytes <= maxEntryBytes) replay(cache.#access, entry, now);
    }
    const restored = cache.size;
    return { cache, restored, skipped: snapshot.count - restored };
  }

  /**
   * Ends this thread's use of the cache. Every later use of this object throws `DISPOSED`; other
   * threads go on. The memory is freed when no thread has it any more.
   */
  [Symbol.dispose](): void {
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#memory.release();
  }
}

function stuck(): LRUCacheError {
  const message = 'The thread that holds a shard does not go on: nothing was done there';
  return new LRUCacheError('SHARD_STUCK', message);
}
