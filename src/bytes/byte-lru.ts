// ByteLRU: the class that people use. It owns what calls user code: codecs, `onEvict`, the clock.
//
// Y1  The codec runs before an operation changes anything (`encode`) or after it (`decode`), and
//     `onEvict` after it (callbacks.ts).
// Y2  A region is replaced as a whole by `clear` and `resize`. What began on the old one, a `read`
//     or an iterator, ends on it.
// Y3  A call of the core that is cut short, by a trap or for want of stack, may leave the region
//     torn: it is let go at once, which takes no call, and the next operation opens an empty one.

import { FOUND, LOCATE, REFUSED, STALE, TOUCH } from '../../assembly/bytes/layout.js';
import { NIL } from '../../assembly/layout.js';
import { Callbacks } from '../cache/callbacks.js';
import { newStats } from '../cache/stats.js';
import { LRUCacheError, LRUCacheTypeError } from '../common/errors.js';
import type { DisposeReason, EngineKind, Milliseconds, Stats } from '../common/types.js';
import { throwDisposed } from '../engine/dead.js';
import { Clock } from '../expiry/clock.js';
import { Access, type Entry } from './access.js';
import { Source } from './codec.js';
import { openRegion } from './core.js';
import { checkKey, checkTarget, keyTooLong } from './frame.js';
import {
  type ByteLRUOptions,
  type CheckedOptions,
  checkMaxBytes,
  checkMaxEntries,
  checkOptions,
  checkTtl,
} from './options.js';
import { regionBytesFor } from './region.js';
import {
  joined,
  type RawRecords,
  readSnapshot,
  replay,
  restoreInto,
  snapshotOf,
} from './snapshot.js';

/** Memory up to this size is used again by `clear`, larger memory is given back. */
const KEPT_BYTES = 1 << 20;

/** The longest value that `read` copies into memory which it uses again. */
const SCRATCH_BYTES = 1 << 16;

/** A secret for the hash: good enough that nobody can guess which keys collide. */
function drawSeed(): number {
  return Math.trunc(Math.random() * 2 ** 32) | 0;
}

/** What to throw for an error that cut a call of the core short (Y3). */
function poisoned(error: unknown): unknown {
  const isTrap = typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError;
  if (!isTrap) return error;
  const message = 'WebAssembly trapped in this cache, whose entries are lost';
  return new LRUCacheError('ENGINE_POISONED', message, { cause: error });
}

/** The counts of a `ByteLRU`: those of `Stats`, and what its memory holds. */
export interface ByteStats extends Stats {
  /** Bytes of all keys and values. */
  payloadBytes: number;
  /** Bytes of a chunk. */
  chunkBytes: number;
}

/**
 * An exact LRU cache of values as bytes, bounded by the memory that it uses. Keys and values lie in
 * one linear memory, which the garbage collector does not look into: a full collection takes as
 * long with a million entries as with none. A `get` copies the value, or decodes it.
 *
 * Keys are strings or bytes; bytes are the same key as the string of these code units. The engine
 * is WebAssembly, or JavaScript where the host refuses that.
 *
 * Throws `INVALID_OPTIONS`, `INVALID_SIZE`, `INVALID_MAX`, `INVALID_TTL` or `INVALID_CALLBACK` for
 * bad options, and `OUT_OF_MEMORY` if the host refuses the first pages.
 *
 * @example
 * ```ts
 * import { ByteLRU } from 'wasm-lru/bytes';
 *
 * const images = new ByteLRU({ maxBytes: 256 * 1024 * 1024 });
 * images.set('logo', Uint8Array.of(1, 2, 3));
 * console.log(images.get('logo')?.length, images.memoryBytes < 300_000); // 3 true
 * ```
 */
export class ByteLRU<V = Uint8Array> {
  readonly #options: CheckedOptions<V>;
  readonly #callbacks: Callbacks<string, number> | undefined;
  readonly #counts: Stats | undefined;
  #clock: Clock | undefined;
  #maxBytes: number;
  #max: number;
  #maxEntryBytes: number;
  /** Undefined after disposal, or if a call was cut short. */
  #open: Access | undefined;
  /** The engine; undefined after disposal. */
  #kind: EngineKind | undefined;
  /** Whether any entry has a ttl. */
  #isTimed: boolean;
  /** What `read` copies into; undefined while it is lent, and before the first time. */
  #scratch: Uint8Array | undefined;
  /** Entries that regions before this one have evicted. */
  #evictedBefore = 0;

  /** A cache with these options. Nothing is taken from memory but a few pages. */
  constructor(options: ByteLRUOptions<V>) {
    const checked = checkOptions(options);
    const { onEvict } = checked;
    this.#options = checked;
    this.#maxBytes = checked.maxBytes;
    this.#max = checked.max;
    this.#maxEntryBytes = checked.maxEntryBytes ?? Math.floor(checked.maxBytes / 8);
    this.#isTimed = checked.ttl !== 0;
    this.#counts = checked.recordStats ? newStats() : undefined;
    if (onEvict !== undefined) {
      const tell = (bytes: number, key: string, reason: DisposeReason) =>
        onEvict.call(this, key, bytes, reason);
      this.#callbacks = new Callbacks(this, tell, undefined, undefined);
    }
    this.#open = this.#newAccess(this.#maxBytes, checked.engine);
    this.#kind = this.#open.region.kind;
  }

  #newAccess(maxBytes: number, kind: EngineKind | undefined): Access {
    const { chunkBytes } = this.#options;
    const region = openRegion({ chunkBytes, maxBytes, seed: drawSeed() }, kind);
    region.core.setLimit(region.store, this.#max);
    return new Access(region);
  }

  #access(): Access {
    return this.#open ?? this.#openAgain();
  }

  #openAgain(): Access {
    if (this.#kind === undefined) throwDisposed();
    this.#open = this.#newAccess(this.#maxBytes, this.#kind);
    return this.#open;
  }

  #now(): number {
    if (!this.#isTimed) return 0;
    this.#clock ??= new Clock(this.#options.perf, () => {});
    return this.#clock.read();
  }

  /** Runs calls of the core, outside of the paths that are short. */
  #run<R>(access: Access, use: () => R): R {
    try {
      return use();
    } catch (error) {
      if (this.#open === access) this.#open = undefined;
      throw poisoned(error);
    }
  }

  /** The number of entries, stale ones included. */
  get size(): number {
    const { core, store } = this.#access().region;
    return core.size(store);
  }

  /** Bytes of all keys and values. */
  get bytes(): number {
    const { core, store } = this.#access().region;
    return core.total(store);
  }

  /** Bytes of the memory that the cache has: never more than `maxBytes` + 65,536. */
  get memoryBytes(): number {
    return this.#access().region.memoryBytes;
  }

  /** The bound on `memoryBytes`, less 65,536. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** The largest number of entries. */
  get max(): number {
    return this.#max;
  }

  /** The engine: `'wasm'` or `'pure'`. */
  get engine(): EngineKind {
    return this.#access().region.kind;
  }

  /**
   * Stores a value, as the newest entry; the least recently used ones are evicted to make room.
   * False if the value is refused: it and its key exceed `maxEntryBytes`, or the host refuses
   * memory. Then the key has no value any more.
   *
   * Throws `INVALID_KEY` and `KEY_TOO_LONG`, `INVALID_VALUE`, `INVALID_TTL`, and what the codec
   * throws; nothing is changed then.
   */
  set(key: string | Uint8Array, value: V, options?: { ttl?: Milliseconds }): boolean {
    checkKey(key);
    const ttl = options?.ttl === undefined ? this.#options.ttl : checkTtl(options.ttl);
    if (this.#access().isTooLong(key)) throw keyTooLong();
    this.#callbacks?.begin();
    const packed = this.#options.packer.pack(value);
    if (ttl !== 0) this.#isTimed = true;
    const now = this.#now();
    // The codec may have used the cache, and disposed of it.
    const access = this.#access();
    let stored: number;
    try {
      stored = this.#store(access, key, packed, now, ttl);
    } catch (error) {
      if (this.#open === access) this.#open = undefined;
      throw poisoned(error);
    }
    if (this.#counts !== undefined && stored !== REFUSED) {
      if (stored === FOUND) this.#counts.updates += 1;
      else this.#counts.sets += 1;
    }
    this.#callbacks?.commit();
    return stored !== REFUSED;
  }

  #store(
    access: Access,
    key: string | Uint8Array,
    packed: Uint8Array | string,
    now: number,
    ttl: number,
  ): number {
    const long = access.write(key, packed);
    if (access.exceeds(key, this.#maxEntryBytes)) {
      this.#note(access, key);
      access.remove(key);
      return REFUSED;
    }
    if (this.#callbacks !== undefined) this.#makeWay(access, key, packed, long);
    return access.put(key, long, now, ttl);
  }

  /** Notes that the value of a key is about to be replaced. */
  #note(access: Access, key: string | Uint8Array): void {
    if (this.#callbacks === undefined || access.look(key, 0, 0) === 0) return;
    this.#callbacks.removed(access.entryBytes, access.textOf(access.slot), 'set');
  }

  /** Evicts what a `set` would evict, with a note of each. */
  #makeWay(
    access: Access,
    key: string | Uint8Array,
    packed: Uint8Array | string,
    long: Uint8Array | undefined,
  ): void {
    this.#note(access, key);
    // Looking at the key has overwritten the buffer.
    access.write(key, packed);
    for (;;) {
      const slot = access.victim(key, long);
      if (slot === NIL) return;
      this.#noteSlot(access, slot, 'evict');
      access.region.core.evict(access.region.store, slot);
    }
  }

  #noteSlot(access: Access, slot: number, reason: DisposeReason): void {
    const text = access.textOf(slot);
    access.visit(slot, 0, 0);
    this.#callbacks?.removed(access.entryBytes, text, reason);
  }

  /** Looks at a key; a stale entry that `TOUCH` removes is told of. */
  #look(access: Access, key: string | Uint8Array, mode: number): boolean {
    checkKey(key);
    if ((mode & TOUCH) !== 0) this.#callbacks?.begin();
    const now = this.#now();
    let found: number;
    try {
      found = access.look(key, now, mode);
    } catch (error) {
      if (this.#open === access) this.#open = undefined;
      throw poisoned(error);
    }
    if (found === STALE && (mode & TOUCH) !== 0) this.#expired(access, key);
    if (this.#counts !== undefined && (mode & TOUCH) !== 0) {
      if (found === FOUND) this.#counts.hits += 1;
      else this.#counts.misses += 1;
    }
    return found === FOUND;
  }

  #expired(access: Access, key: string | Uint8Array): void {
    if (this.#counts !== undefined) this.#counts.expirations += 1;
    if (this.#callbacks === undefined) return;
    const text = typeof key === 'string' ? key : String.fromCharCode(...key);
    this.#callbacks.removed(access.entryBytes, text, 'expire');
    this.#callbacks.commit();
  }

  /**
   * The value of a key, now the newest entry; `undefined` if there is none, or a stale one.
   *
   * A value of bytes is a copy with a `buffer` of its own: nothing changes it later, and it may be
   * transferred. For more than 64 bytes, the host allocates that outside of its heap, which takes
   * longer than all else, and frees it when it collects. `read` and `getInto` allocate nothing of
   * the kind; with `codec: 'buffer'`, copies are `Buffer`s of Node's pool, and several share one
   * `buffer`.
   *
   * Throws what the codec throws.
   */
  get(key: string | Uint8Array): V | undefined {
    const access = this.#access();
    if (!this.#look(access, key, TOUCH | LOCATE)) return undefined;
    return access.unpack(this.#options.packer);
  }

  /** As `get`, but the order of the entries stays as it is. */
  peek(key: string | Uint8Array): V | undefined {
    const access = this.#access();
    if (!this.#look(access, key, LOCATE)) return undefined;
    return access.unpack(this.#options.packer);
  }

  /** Whether there is a fresh entry of a key. The order stays as it is. */
  has(key: string | Uint8Array): boolean {
    return this.#look(this.#access(), key, 0);
  }

  /**
   * Copies the bytes of a value into a target, from an offset on, as `get` does; returns how many,
   * or -1 if there is no entry. Nothing is allocated.
   *
   * Throws `INVALID_TARGET`, before it writes, if the target is no `Uint8Array` or too short.
   */
  getInto(key: string | Uint8Array, target: Uint8Array, offset = 0): number {
    const access = this.#access();
    checkTarget(target, offset);
    if (!this.#look(access, key, TOUCH | LOCATE)) return -1;
    return access.copyInto(target, offset);
  }

  /**
   * Calls a function with the bytes of a value and returns its result; `undefined` if there is no
   * entry. The fastest way to look at a value of more than 64 bytes. Bytes that are contiguous are
   * not copied. Others are copied into memory that is reused, or into an array of their own if they
   * are more than 65,536.
   *
   * The bytes are to be read, within the call only: afterwards they may be another entry's, and so
   * may what else their `buffer` holds. Meanwhile the cache may be used, but its memory does not
   * grow.
   *
   * @example
   * ```ts
   * import { ByteLRU } from 'wasm-lru/bytes';
   *
   * const images = new ByteLRU({ maxBytes: 1_000_000 });
   * images.set('logo', Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
   * console.log(images.read('logo', (bytes) => bytes[0] === 0x89)); // true
   * ```
   */
  read<R>(key: string | Uint8Array, use: (bytes: Uint8Array) => R): R | undefined {
    const access = this.#access();
    if (!this.#look(access, key, TOUCH | LOCATE)) return undefined;
    const { core, store } = access.region;
    const { slot, born, isInPlace } = access;
    const isHeld = isInPlace && this.#run(access, () => core.pin(store, slot));
    if (!isHeld) return this.#lend(access, use);
    try {
      return use(access.view());
    } finally {
      this.#run(access, () => core.unpin(store, slot, born));
    }
  }

  /** Calls a function with a copy of the value that was located last. */
  #lend<R>(access: Access, use: (bytes: Uint8Array) => R): R {
    if (access.foundBytes > SCRATCH_BYTES) return use(access.copy());
    const scratch = this.#scratch ?? new Uint8Array(SCRATCH_BYTES);
    // A read within this one takes another.
    this.#scratch = undefined;
    access.copyTo(scratch, 0);
    try {
      return use(scratch.subarray(0, access.foundBytes));
    } finally {
      // Whoever transfers it keeps it.
      if (scratch.length > 0) this.#scratch = scratch;
    }
  }

  /** Removes the entry of a key; false if there is none, or a stale one. */
  delete(key: string | Uint8Array): boolean {
    const access = this.#access();
    checkKey(key);
    this.#callbacks?.begin();
    const now = this.#now();
    const found = this.#run(access, () => access.look(key, now, 0));
    if (found === 0) return false;
    if (this.#callbacks !== undefined) {
      this.#noteSlot(access, access.slot, found === STALE ? 'expire' : 'delete');
    }
    this.#run(access, () => access.remove(key));
    if (this.#counts !== undefined) this.#counts.deletes += 1;
    this.#callbacks?.commit();
    return found === FOUND;
  }

  /** Removes all entries. Memory above 1 MiB goes back to the host. */
  clear(): void {
    const access = this.#access();
    this.#callbacks?.begin();
    this.#run(access, () => this.#empty(access));
    this.#callbacks?.commit();
  }

  #empty(access: Access): void {
    const { core, store } = access.region;
    if (this.#callbacks !== undefined) {
      for (const slot of access.region.order()) this.#noteSlot(access, slot, 'delete');
    }
    if (access.region.memoryBytes > KEPT_BYTES || core.isHeld(store)) {
      try {
        const fresh = this.#newAccess(this.#maxBytes, access.region.kind);
        this.#evictedBefore += core.evicted(store) >>> 0;
        this.#open = fresh;
        return;
      } catch {
        // Memory is refused, so the old one is used again.
      }
    }
    for (const slot of access.region.order()) core.dropSlot(store, slot);
  }

  /** Removes the least recently used entry and returns its value; `undefined` if there is none. */
  pop(): V | undefined {
    const access = this.#access();
    this.#callbacks?.begin();
    const popped = this.#run(access, () => this.#takeOldest(access));
    if (popped === undefined) return undefined;
    this.#callbacks?.commit();
    const { source, kind } = popped;
    return this.#options.packer.unpack(source, 0, source.bytes.length, kind);
  }

  #takeOldest(access: Access): { source: Source; kind: number } | undefined {
    const { core, store } = access.region;
    const slot = core.oldest(store);
    if (slot === NIL) return undefined;
    if (this.#callbacks !== undefined) this.#noteSlot(access, slot, 'evict');
    // However stale it is.
    access.visit(slot, Number.NEGATIVE_INFINITY, LOCATE);
    const popped = { source: new Source(access.copy()), kind: access.foundKind };
    core.evict(store, slot);
    return popped;
  }

  /**
   * Changes `maxBytes`, `max` or both. A smaller bound evicts the least recently used entries.
   * Memory that has to shrink is made anew, so for a moment there is the old and the new one.
   *
   * Throws `INVALID_SIZE` and `INVALID_MAX`, and `OUT_OF_MEMORY` if memory is refused; nothing is
   * changed then.
   */
  resize(bounds: { maxBytes?: number; max?: number }): void {
    const access = this.#access();
    const maxBytes =
      bounds.maxBytes === undefined ? this.#maxBytes : checkMaxBytes(bounds.maxBytes);
    const max = bounds.max === undefined ? this.#max : checkMaxEntries(bounds.max);
    this.#callbacks?.begin();
    const { core, store } = access.region;
    const most = regionBytesFor(maxBytes);
    const isSmaller = access.region.memoryBytes > maxBytes + 65536;
    const before = this.#max;
    this.#max = max;
    let next = access;
    try {
      if (isSmaller) next = this.#newAccess(maxBytes, access.region.kind);
    } catch (error) {
      this.#max = before;
      throw error;
    }
    this.#maxBytes = maxBytes;
    this.#maxEntryBytes = this.#options.maxEntryBytes ?? Math.floor(maxBytes / 8);
    this.#run(access, () => {
      core.setLimit(store, max);
      while (core.size(store) > max) {
        const slot = core.oldest(store);
        if (this.#callbacks !== undefined) this.#noteSlot(access, slot, 'evict');
        core.evict(store, slot);
      }
      if (isSmaller) this.#moveTo(next, access);
      else core.setBytesMax(store, most);
    });
    this.#callbacks?.commit();
  }

  /** Replays the entries of a region into a smaller one, which takes its place. */
  #moveTo(next: Access, access: Access): void {
    const { core, store } = access.region;
    const noted = new Map<string, number>();
    const now = this.#now();
    for (const slot of access.region.order()) {
      const entry = access.entryAt(slot, now);
      if (entry === undefined) continue;
      if (this.#callbacks !== undefined) {
        noted.set(access.textOf(slot), entry.key.bytes.length + entry.value.length);
      }
      replay(next, entry, now);
    }
    for (const [key, bytes] of noted) {
      if (next.look(key, now, 0) === 0) this.#callbacks?.removed(bytes, key, 'evict');
    }
    this.#evictedBefore += core.evicted(store) >>> 0;
    this.#open = next;
    this.#isTimed = this.#isTimed || this.#options.ttl !== 0;
  }

  /** Slots of entries that are there now, the oldest or the newest first, as long as they are. */
  *#walk(newestFirst: boolean): Generator<number, void> {
    const access = this.#access();
    const { core, store } = access.region;
    const last = core.born(store);
    const order = this.#run(access, () => access.region.order());
    if (newestFirst) order.reverse();
    for (const slot of order) {
      // The region may have been replaced, the entry removed, or the slot given to another one.
      if (this.#access() !== access) return;
      if (access.visit(slot, this.#now(), 0) !== FOUND) continue;
      if (((access.born - last) | 0) <= 0) yield slot;
    }
  }

  /** The keys of all fresh entries, the newest first. The cache may be changed meanwhile. */
  *keys(): Generator<string, void> {
    for (const slot of this.#walk(true)) yield this.#access().textOf(slot);
  }

  /** Pairs of key and value of all fresh entries, the newest first. */
  *entries(): Generator<[key: string, value: V], void> {
    for (const slot of this.#walk(true)) {
      const access = this.#access();
      const key = access.textOf(slot);
      access.visit(slot, this.#now(), LOCATE);
      yield [key, access.unpack(this.#options.packer)];
    }
  }

  /** As `entries`. */
  [Symbol.iterator](): Generator<[key: string, value: V], void> {
    return this.entries();
  }

  /** The counts since the cache was made. Throws `NO_STATS` without `recordStats`. */
  stats(): ByteStats {
    const { core, store } = this.#access().region;
    if (this.#counts === undefined) {
      throw new LRUCacheTypeError('NO_STATS', 'stats() needs the option recordStats');
    }
    const evictions = this.#evictedBefore + (core.evicted(store) >>> 0);
    const { chunkBytes } = this.#options;
    return { ...this.#counts, evictions, payloadBytes: this.bytes, chunkBytes };
  }

  /**
   * All fresh entries as bytes, to be kept in a file and given to `ByteLRU.restore`. The format is
   * documented in `docs/snapshot-format.md`. O(bytes).
   */
  snapshot(): Uint8Array {
    return joined(this.snapshotChunks());
  }

  /**
   * A snapshot in pieces of about this many bytes, each its own array. The cache may be used
   * between them: the snapshot has the entries that were there at first, less those that are gone.
   */
  *snapshotChunks(bytes: number = 1 << 20): Generator<Uint8Array, void> {
    yield* snapshotOf(this.#records(bytes), bytes);
  }

  /** The entries that are there now, as long as they are. */
  *#records(bytes: number): Generator<Entry | RawRecords, void> {
    const access = this.#access();
    const { core, store } = access.region;
    const born = core.born(store);
    const slots = this.#run(access, () => access.region.order());
    // The region may be replaced between two pieces.
    for (let at = 0; at < slots.length && this.#access() === access; ) {
      const { done, ...records } = access.dump(slots.subarray(at), born, this.#now(), bytes);
      at += done;
      yield records;
      if (done > 0 || this.#access() !== access) continue;
      // An entry that is too long for the core's buffer. It may be another one meanwhile.
      const entry = access.entryAt(slots[at++] as number, this.#now());
      if (entry !== undefined && ((access.born - born) | 0) <= 0) yield entry;
    }
  }

  /**
   * A new cache with the entries of a snapshot, in their order. If they do not fit, the most
   * recently used ones stay. What is left of a ttl goes on, less the time that has passed by the
   * wall clock.
   *
   * Throws `SNAPSHOT_VERSION` if the source is something else, or of a version that this release
   * does not know, and `SNAPSHOT_CORRUPT` if it is cut short or was changed; and as the
   * constructor.
   *
   * @example
   * ```ts
   * import { ByteLRU } from 'wasm-lru/bytes';
   *
   * const before = new ByteLRU<string>({ maxBytes: 1_000_000, codec: 'string' });
   * before.set('a', 'b');
   * const { cache, restored } = ByteLRU.restore<string>(before.snapshot(), {
   *   maxBytes: 1_000_000,
   *   codec: 'string',
   * });
   * console.log(cache.get('a'), restored); // b 1
   * ```
   */
  static restore<V = Uint8Array>(
    source: Uint8Array | Iterable<Uint8Array>,
    options: ByteLRUOptions<V>,
  ): Restored<V> {
    const cache = new ByteLRU<V>(options);
    const snapshot = readSnapshot(source);
    const { count, hasTtl } = snapshot;
    if (hasTtl) cache.#isTimed = true;
    const access = cache.#access();
    access.reserve(count, snapshot.bytes.length, cache.#options.chunkBytes, hasTtl);
    restoreInto(access, snapshot, cache.#now(), cache.#maxEntryBytes);
    return { cache, restored: cache.size, skipped: count - cache.size };
  }

  /** Removes all entries and gives the memory back. Every later use throws `DISPOSED`. */
  [Symbol.dispose](): void {
    const access = this.#open;
    this.#kind = undefined;
    this.#open = undefined;
    if (access === undefined || this.#callbacks === undefined) return;
    for (const slot of access.region.order()) this.#noteSlot(access, slot, 'delete');
    this.#callbacks.commit();
  }
}

/** What `ByteLRU.restore` gives. */
export interface Restored<V> {
  /** The cache. */
  readonly cache: ByteLRU<V>;
  /** Entries that it has. */
  readonly restored: number;
  /** Entries of the snapshot that it has not: stale, too large, or too many. */
  readonly skipped: number;
}
