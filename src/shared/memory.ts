// The memory of a shared cache, as one thread has it: its own instance of the core and its own
// frame.
//
// It is the only holder of views. They are made once, as the memory never grows.
//
// U1  A frame is this thread's from `claim` to `release`. Nothing here reads or writes another's.
//     That of a dead thread is whose who has marked it.
// U2  Of a thread that is dead, one other thread cleans up, whoever marks it first. If that one
//     dies meanwhile, who reaps it goes on with what it had begun.
//     A thread that may still run is marked first, with the negative of who it is, and reaped
//     later. Meanwhile it sees by its mark that it has to leave the cache alone.
// U3  A frame is free when nothing is left to free that it tells of: a chain that was begun in a
//     shard which cannot be had. Until then it keeps its mark, and the next `reap` tries again.

import { FRAME_BUFFER, FRAME_SIZE } from '../../assembly/bytes/layout.js';
import {
  FRAME_MAY_WAIT,
  FRAME_THREAD,
  FRAMES_AT,
  HEAD_BYTES,
  HEAD_CHUNK_LOG2,
  HEAD_CONTENDED,
  HEAD_IS_TIMED,
  HEAD_MAX_BYTES,
  HEAD_MAX_ENTRY,
  HEAD_REAPED,
  HEAD_SEED,
  HEAD_SHARDS,
  HEAD_SHARDS_AT,
  HEAD_STRIDE,
  HEAD_THREAD,
  HEAD_THREADS,
  HEAD_TTL,
  REAPING,
} from '../../assembly/shared/layout.js';
import type { Framed } from '../bytes/frame.js';
import { PAGE, type Store } from '../bytes/region.js';
import { LRUCacheError, LRUCacheRangeError } from '../common/errors.js';
import { STUBS } from '../engine/wasm.js';
import { sharedCore } from './core.js';
import { afterlifeMs, identityOf, maySleep, ownIdentity } from './host.js';

/** Address of the HEAD. */
const HEAD = 0 as unknown as Store;

/** Words of a frame before its buffer. */
const FRAME_WORDS = FRAME_BUFFER >> 2;

type Flag = boolean | number;
type Key = readonly [text: string, at: number, bytes: number, isWide: Flag];

/** The functions of the core. */
export interface SharedCore {
  get: Framed['core']['get'];
  put: Framed['core']['put'];
  claim(
    head: Store,
    frame: number,
    ...rest: [...Key, now: number, mode: number, takesOver: number, renews: number]
  ): number;
  settle(head: Store, frame: number): number;
  remove(head: Store, frame: number, ...rest: [...Key, now: number]): number;
  piece(frame: number, offset: number, bytes: number): number;
  begin(head: Store, frame: number, ...rest: [...Key, valueBytes: number, ttl: number]): number;
  fill(frame: number, offset: number, bytes: number): number;
  finish(
    head: Store,
    frame: number,
    ...rest: [...Key, valueBytes: number, kind: number, now: number, ttl: number]
  ): number;
  next(head: Store, frame: number, shard: number, from: number, now: number): number;
  clear(head: Store, frame: number, shard: number): number;
  reap(head: Store, frame: number, dead: number): Flag;
  survey(head: Store, frame: number): void;
  open(head: Store): Flag;
}

/** How a memory is divided. */
export interface Division {
  readonly maxBytes: number;
  readonly shards: number;
  readonly threads: number;
  readonly chunkBytes: number;
  readonly ttl: number;
  readonly maxEntryBytes: number | undefined;
  readonly seed: number;
}

/** The error of a host, or a page, that has no shared memory, or compiles nothing. */
export function unavailable(cause: unknown): LRUCacheRangeError {
  const message =
    'This host has no WebAssembly memory that threads share; a browser has it on pages that are ' +
    'cross-origin isolated, under a policy that lets WebAssembly be compiled';
  return new LRUCacheRangeError('SHARED_UNAVAILABLE', message, { cause });
}

/** Bytes of a memory: the HEAD, the frames and the shards. */
export function bytesFor({ maxBytes, threads }: Division): number {
  return HEAD_BYTES + threads * FRAME_SIZE + maxBytes;
}

/** Bytes from one shard to the next. */
export function strideFor({ maxBytes, shards }: Division): number {
  return Math.floor(maxBytes / shards / 64) * 64;
}

function allocate(division: Division): WebAssembly.Memory {
  const hasBoth = typeof SharedArrayBuffer === 'function' && typeof WebAssembly === 'object';
  if (!hasBoth) throw unavailable(undefined);
  const pages = Math.ceil(bytesFor(division) / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    const message = `The host refused ${pages * PAGE} bytes of shared memory`;
    throw new LRUCacheRangeError('OUT_OF_MEMORY', message, { cause });
  }
}

/** Writes the HEAD of a new memory. */
function describe(memory: WebAssembly.Memory, division: Division): void {
  const view = new DataView(memory.buffer);
  const { maxBytes, shards, threads, chunkBytes, ttl, seed } = division;
  const stride = strideFor(division);
  const words: [at: number, value: number][] = [
    [HEAD_SHARDS, shards],
    [HEAD_STRIDE, stride],
    [HEAD_SHARDS_AT, HEAD_BYTES + threads * FRAME_SIZE],
    [HEAD_THREADS, threads],
    [HEAD_SEED, seed],
    [HEAD_CHUNK_LOG2, Math.log2(chunkBytes)],
    [HEAD_IS_TIMED, Number(ttl !== 0)],
    [HEAD_MAX_ENTRY, division.maxEntryBytes ?? Math.floor(stride / 8)],
    [HEAD_MAX_BYTES, maxBytes],
  ];
  for (const [at, value] of words) view.setUint32(at, value, true);
  view.setFloat64(HEAD_TTL, ttl, true);
}

function frameOf(thread: number): number {
  return FRAMES_AT + thread * FRAME_SIZE;
}

/** A shared memory, with an instance and a frame for this thread. */
export class SharedMemory {
  readonly memory: WebAssembly.Memory;
  readonly core: SharedCore;
  readonly store = HEAD;
  readonly readsText: boolean;
  readonly #head: Int32Array;
  readonly #maySleep = maySleep();
  /** Number of this thread, from 1; 0 while it has no frame. */
  #thread = 0;
  readonly #identity = ownIdentity();
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);

  private constructor(memory: WebAssembly.Memory) {
    let module: WebAssembly.Module;
    try {
      module = sharedCore();
      const imports = { env: { memory }, ...STUBS };
      const { exports } = new WebAssembly.Instance(module, imports);
      this.core = exports as unknown as SharedCore;
    } catch (cause) {
      throw unavailable(cause);
    }
    this.memory = memory;
    this.readsText = WebAssembly.Module.imports(module).every(({ module: from }) => from === 'env');
    this.#head = new Int32Array(memory.buffer, 0, HEAD_BYTES >> 2);
  }

  /** A new memory. Throws `SHARED_UNAVAILABLE` and `OUT_OF_MEMORY`. */
  static create(division: Division): SharedMemory {
    const memory = allocate(division);
    describe(memory, division);
    const created = new SharedMemory(memory);
    created.core.open(HEAD);
    created.claim();
    return created;
  }

  /** A memory that another thread has made. Throws `SHARED_UNAVAILABLE` and `TOO_MANY_THREADS`. */
  static attach(memory: WebAssembly.Memory): SharedMemory {
    const attached = new SharedMemory(memory);
    attached.claim();
    return attached;
  }

  #field(at: number): number {
    return this.#head[at >> 2] as number;
  }

  get frame(): number {
    return frameOf(this.#thread);
  }

  /** The frame. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The frame, by words. */
  get words(): Int32Array {
    return this.#words;
  }

  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  get maxBytes(): number {
    return this.#field(HEAD_MAX_BYTES) >>> 0;
  }

  get maxEntryBytes(): number {
    return this.#field(HEAD_MAX_ENTRY) >>> 0;
  }

  get shards(): number {
    return this.#field(HEAD_SHARDS);
  }

  get chunkBytes(): number {
    return 2 ** this.#field(HEAD_CHUNK_LOG2);
  }

  get ttl(): number {
    return new DataView(this.memory.buffer).getFloat64(HEAD_TTL, true);
  }

  /** Whether any entry may have a ttl. */
  get isTimed(): boolean {
    return this.#field(HEAD_IS_TIMED) !== 0;
  }

  markTimed(): void {
    Atomics.store(this.#head, HEAD_IS_TIMED >> 2, 1);
  }

  /** Operations that found a lock held for too long. */
  get contended(): number {
    return this.#field(HEAD_CONTENDED) >>> 0;
  }

  countContended(): void {
    Atomics.add(this.#head, HEAD_CONTENDED >> 2, 1);
  }

  /** Shards that were emptied after the death of a thread. */
  get reaped(): number {
    return this.#field(HEAD_REAPED) >>> 0;
  }

  /** Gives this thread a frame. Throws `TOO_MANY_THREADS`. */
  claim(): void {
    const threads = this.#field(HEAD_THREADS);
    for (let i = 0; i < threads; i++) {
      const at = (HEAD_THREAD >> 2) + i;
      if (Atomics.compareExchange(this.#head, at, 0, this.#identity) !== 0) continue;
      this.#thread = i + 1;
      const { buffer } = this.memory;
      this.#bytes = new Uint8Array(buffer, this.frame, FRAME_SIZE);
      this.#words = new Int32Array(buffer, this.frame, FRAME_SIZE >> 2);
      this.#words.fill(0, 0, FRAME_WORDS);
      this.#sign(this.#thread);
      return;
    }
    const message = `This cache was made for ${threads} threads, and as many use it`;
    throw new LRUCacheError('TOO_MANY_THREADS', message);
  }

  /** Whether this thread's frame is taken from it, as its owner has heard that it has ended. */
  get isLost(): boolean {
    return Atomics.load(this.#head, (HEAD_THREAD >> 2) + this.#thread - 1) !== this.#identity;
  }

  /** Writes to a frame that is this thread's whose it is. */
  #sign(thread: number): void {
    const words = new Int32Array(this.memory.buffer, frameOf(thread), FRAME_WORDS);
    words[FRAME_THREAD >> 2] = thread;
    words[FRAME_MAY_WAIT >> 2] = Number(this.#maySleep);
  }

  /** Gives this thread's frame back; when the thread has ended, if it cannot be left (U3). */
  release(): void {
    const isDone = !this.isLost && this.recover();
    if (isDone) Atomics.store(this.#head, (HEAD_THREAD >> 2) + this.#thread - 1, 0);
    this.#thread = 0;
  }

  /**
   * Gives up what this thread holds, after a call that was cut short; torn shards are emptied.
   * False if its frame still has something to free.
   */
  recover(): boolean {
    return Boolean(this.core.reap(HEAD, this.frame, this.#thread));
  }

  /**
   * Cleans up after the host's thread of this number, which is dead as the host says: at once, or
   * when it certainly is. Throws nothing.
   */
  reap(threadId: number): void {
    const identity = identityOf(threadId);
    const ms = afterlifeMs();
    if (ms === 0) {
      this.#reapAll(identity);
      return;
    }
    this.#mark(identity);
    const timer = setTimeout(() => {
      // It may have begun to use the cache only after its end was reported.
      this.#mark(identity);
      this.#reapAll(-identity);
    }, ms);
    (timer as { unref?(): void }).unref?.();
  }

  /** Takes the frames of a thread from it. */
  #mark(identity: number): void {
    const threads = this.#field(HEAD_THREADS);
    for (let i = 0; i < threads; i++) {
      Atomics.compareExchange(this.#head, (HEAD_THREAD >> 2) + i, identity, -identity);
    }
  }

  #reapAll(identity: number): void {
    // What could not be done the last time.
    if (this.#thread !== 0) this.#reap(REAPING + this.#thread);
    this.#reap(identity);
  }

  #reap(identity: number): void {
    const threads = this.#field(HEAD_THREADS);
    for (let i = 0; i < threads; i++) {
      const at = (HEAD_THREAD >> 2) + i;
      const dead = i + 1;
      // Who has no frame any more takes that of the dead thread, and cleans up in its own name.
      const isOwn = this.#thread === 0;
      const mark = isOwn ? this.#identity : REAPING + this.#thread;
      if (Atomics.compareExchange(this.#head, at, identity, mark) !== identity) continue;
      if (isOwn) this.#sign(dead);
      // What the dead thread was reaping when it died (U2). A chain of such deaths ends with this
      // one.
      if (identity < REAPING) this.#reap(REAPING + dead);
      const isDone = this.core.reap(HEAD, isOwn ? frameOf(dead) : this.frame, dead);
      if (isDone) Atomics.store(this.#head, at, 0);
    }
  }
}
