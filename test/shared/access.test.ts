// What another thread does between two calls of the core that belong to one operation: the tests
// take the place of functions of the core, or write what another thread would have written.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ADDED, FOUND, LOCATE, STORE_HELD, TOUCH } from '../../assembly/bytes/layout.js';
import {
  BUSY,
  FRAME_MAY_WAIT,
  FRAME_PENDING_LINE,
  HEAD_SHARDS_AT,
  HEAD_THREAD,
  LINE_BYTES,
  LINE_LOCK,
  LINE_STUCK,
  LINE_TURN,
  RENEWS_NONE,
  STUCK,
} from '../../assembly/shared/layout.js';
import { SharedAccess } from '../../src/shared/access.js';
import { identityOf } from '../../src/shared/host.js';
import { type SharedCore, SharedMemory } from '../../src/shared/memory.js';
import { SharedLRU } from '../../src/shared.js';

const DIVISION = {
  maxBytes: 1 << 20,
  shards: 1,
  threads: 4,
  chunkBytes: 64,
  ttl: 0,
  maxEntryBytes: undefined,
  seed: 1,
};

/** Two threads of a new cache; the core of the first can be changed. */
function pair(division: Partial<typeof DIVISION> = {}) {
  const memory = SharedMemory.create({ ...DIVISION, ...division });
  const other = new SharedAccess(SharedMemory.attach(memory.memory));
  const core = { ...memory.core } as SharedCore;
  Object.defineProperty(memory, 'core', { value: core });
  return { memory, core, access: new SharedAccess(memory), other };
}

function store(access: SharedAccess, key: string | Uint8Array, value: Uint8Array): number {
  return access.put(key, access.write(key, value), 0, 0);
}

/** Longer than a frame, and no byte of it is one of a key. */
const long = (fill: number) => new Uint8Array(150_000).fill(fill);
const KEY = Uint8Array.of(97, 98, 99);

describe('a long value that is replaced while it is read', () => {
  it.each<[string, (access: SharedAccess) => number]>([
    ['looked at', (access) => access.look(KEY, 0, TOUCH | LOCATE)],
    ['claimed', (access) => access.claim(KEY, 0, true, undefined, RENEWS_NONE)],
  ])('is looked for again, by its key, when it is %s', (_, look) => {
    const { core, access, other } = pair();
    store(access, KEY, long(1));
    const { piece } = core;
    let pieces = 0;
    core.piece = (...values) => {
      pieces += 1;
      // The first piece of the old value is in the frame, where the key was.
      if (pieces === 2) store(other, KEY, long(2));
      return piece(...values);
    };
    expect(look(access)).toBe(FOUND);
    expect(Buffer.compare(access.copy(), long(2))).toBe(0);
  });
});

afterEach(() => void vi.unstubAllGlobals());

/** A cache whose core has some functions of its own. */
function withCore(change: (core: SharedCore) => Partial<SharedCore>): SharedLRU {
  const { Memory, Module, Instance } = WebAssembly;
  const Changed = class {
    readonly exports: object;
    constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      const { exports } = new Instance(module, imports);
      this.exports = { ...exports, ...change(exports as unknown as SharedCore) };
    }
  };
  vi.stubGlobal('WebAssembly', { Memory, Module, Instance: Changed });
  return new SharedLRU({ maxBytes: 1 << 20, shards: 1, maxEntryBytes: 1 << 19 });
}

/** Answers BUSY; more often than an operation tries, it is an error. */
function busy(calls: string[], name: string): () => number {
  return () => {
    calls.push(name);
    if (calls.length > 1_000_001) throw new Error('tried again and again');
    return BUSY;
  };
}

describe('a lock that cannot be had in a thread that may not wait', () => {
  it.each<[string, keyof SharedCore, (cache: SharedLRU) => unknown, unknown]>([
    ['a long set', 'begin', (cache) => cache.set('a', long(1)), false],
    ['a set', 'put', (cache) => cache.set('a', long(1).subarray(0, 9)), false],
    ['a load', 'claim', (cache) => cache.getOrLoad('a', () => KEY), Promise.resolve(KEY)],
  ])('ends %s after a million tries, and is counted once', async (_, name, act, result) => {
    const calls: string[] = [];
    const cache = withCore(() => ({ [name]: busy(calls, name) }));
    expect(await act(cache)).toEqual(await result);
    expect(calls).toHaveLength(1_000_001);
    expect(cache.stats().contended).toBe(1);
  });

  it('is no reason to give up if it is free soon, and is not counted then', () => {
    let tries = 0;
    const cache = withCore(({ put }) => ({
      put: (...values) => (++tries < 4 ? BUSY : put(...values)),
    }));
    expect(cache.set('a', KEY)).toBe(true);
    expect(tries).toBe(4);
    expect(cache.stats().contended).toBe(0);
  });

  it('is given up at once when its holder does not go on', () => {
    const { memory, access } = pair();
    const words = new Int32Array(memory.memory.buffer);
    const line = words[HEAD_SHARDS_AT >> 2] as number;
    memory.words[FRAME_MAY_WAIT >> 2] = 0;
    words[(line + LINE_LOCK) >> 2] = 2 << 1;
    expect(access.look(KEY, 0, TOUCH | LOCATE)).toBe(BUSY);
    words[(line + LINE_STUCK) >> 2] = words[(line + LINE_TURN) >> 2] as number;
    expect(access.look(KEY, 0, TOUCH | LOCATE)).toBe(STUCK);
  });

  it('is given up at once after one write has tried in vain, until its holder goes on', () => {
    const { memory, core, access } = pair();
    const { put } = core;
    let tries = 0;
    core.put = (...values) => {
      tries += 1;
      return put(...values);
    };
    const words = new Int32Array(memory.memory.buffer);
    const line = words[HEAD_SHARDS_AT >> 2] as number;
    memory.words[FRAME_MAY_WAIT >> 2] = 0;
    const lock = () => {
      words[(line + LINE_TURN) >> 2] = (words[(line + LINE_TURN) >> 2] as number) + 1;
      words[(line + LINE_LOCK) >> 2] = 2 << 1;
    };
    lock();
    expect(store(access, KEY, KEY)).not.toBe(ADDED);
    expect(tries).toBeGreaterThan(100_000);
    tries = 0;
    // No thread sleeps, which would mark the holder.
    expect(store(access, KEY, KEY)).toBe(STUCK);
    expect(tries).toBe(1);
    lock();
    expect(access.look(KEY, 0, TOUCH | LOCATE)).toBe(BUSY);
    words[(line + LINE_LOCK) >> 2] = 0;
    expect(store(access, KEY, KEY)).toBe(ADDED);
  });
});

describe('a walk', () => {
  it.each<keyof SharedCore>(['next', 'piece'])('throws when %s cannot be had', (name) => {
    const calls: string[] = [];
    const cache = withCore(() => ({ [name]: busy(calls, name) }));
    cache.set('a', long(1));
    expect(() => cache.snapshot()).toThrow(expect.objectContaining({ code: 'SHARD_STUCK' }));
    expect(calls).toHaveLength(1_000_001);
  });

  it.each<'next' | 'piece'>(['next', 'piece'])('goes on when %s can be had soon', (name) => {
    let tries = 0;
    const cache = withCore((core) => ({
      [name]: (...values: number[]) =>
        ++tries < 4 ? BUSY : Reflect.apply(core[name], core, values),
    }));
    cache.set('a', long(1));
    const lengths = [...cache.entries()].map(([key, { length }]) => [key, length]);
    expect(lengths).toEqual([['a', 150_000]]);
  });
});

describe('the death of a thread', () => {
  const THREAD_ID = 7;
  /** Makes a frame that of another thread of the host. */
  const nameThread = ({ memory }: SharedMemory, frame: number, identity: number) => {
    new Int32Array(memory.buffer)[(HEAD_THREAD >> 2) + frame - 1] = identity;
  };

  it('is cleaned up by a thread that has no frame any more, and gets none', () => {
    const memory = SharedMemory.create({ ...DIVISION, threads: 3 });
    const others = [1, 2].map(() => SharedMemory.attach(memory.memory));
    nameThread(memory, 2, identityOf(THREAD_ID));
    const words = new Int32Array(memory.memory.buffer);
    const line = words[HEAD_SHARDS_AT >> 2] as number;
    words[(line + LINE_LOCK) >> 2] = 2 << 1;
    memory.release();
    // All frames are taken again, as the thread that is dead has not given its own back.
    SharedMemory.attach(memory.memory);
    memory.reap(THREAD_ID);
    expect(words[(line + LINE_LOCK) >> 2]).toBe(0);
    expect(memory.reaped).toBe(1);
    const access = new SharedAccess(others[1] as SharedMemory);
    expect(store(access, KEY, KEY)).toBe(ADDED);
    // The frame is free, and no other one is.
    SharedMemory.attach(memory.memory);
    expect(() => SharedMemory.attach(memory.memory)).toThrow('made for 3 threads');
  });

  it('is not over while its shard cannot be had in which it was writing', () => {
    const { memory, core, access } = pair();
    const third = SharedMemory.attach(memory.memory);
    core.fill = () => STUCK;
    expect(store(access, KEY, long(1))).toBe(STUCK);
    nameThread(memory, 1, identityOf(THREAD_ID));
    const { words, line, lock, unlock } = lineOfPending(memory);
    lock();
    third.reap(THREAD_ID);
    expect(words[HEAD_THREAD >> 2]).not.toBe(0);
    expect(words[(line + LINE_BYTES + STORE_HELD) >> 2]).toBe(1);
    unlock();
    // The next time, whoever died.
    third.reap(THREAD_ID + 1);
    expect(words[HEAD_THREAD >> 2]).toBe(0);
    expect(words[(line + LINE_BYTES + STORE_HELD) >> 2]).toBe(0);
  });
});

/** The shard in which a thread has begun a long value; a thread that is stopped takes its lock. */
function lineOfPending({ memory, words: frame }: SharedMemory) {
  const words = new Int32Array(memory.buffer);
  const line = frame[FRAME_PENDING_LINE >> 2] as number;
  const lock = () => {
    words[(line + LINE_LOCK) >> 2] = 2 << 1;
    words[(line + LINE_STUCK) >> 2] = words[(line + LINE_TURN) >> 2] as number;
  };
  const unlock = () => {
    words[(line + LINE_LOCK) >> 2] = 0;
    words[(line + LINE_STUCK) >> 2] = 0;
  };
  return { words, line, lock, unlock };
}

describe('a long value that is not finished', () => {
  it('is not forgotten for another one, while its shard cannot be had', () => {
    const { memory, core, access } = pair({ maxBytes: 4 << 20, shards: 4 });
    const { fill } = core;
    core.fill = () => STUCK;
    expect(store(access, KEY, long(1))).toBe(STUCK);
    core.fill = fill;
    const { words, line, lock, unlock } = lineOfPending(memory);
    const keys = Array.from({ length: 16 }, (_, i) => Uint8Array.of(i));
    lock();
    for (const key of keys) expect(store(access, key, long(2))).toBe(STUCK);
    unlock();
    for (const key of keys) expect(store(access, key, long(3))).toBe(ADDED);
    expect(words[(line + LINE_BYTES + STORE_HELD) >> 2]).toBe(0);
  });

  it('leaves room for ages that were used before', () => {
    const { memory, core, access, other } = pair();
    const { fill } = core;
    memory.markTimed();
    let code: number | undefined;
    core.fill = (...values) => {
      code ??= other.put('other', other.write('other', KEY), 0, 1000);
      return fill(...values);
    };
    expect(store(access, KEY, long(1))).toBe(ADDED);
    expect(code).toBe(ADDED);
    expect(other.look('other', 500, TOUCH | LOCATE)).toBe(FOUND);
  });
});
