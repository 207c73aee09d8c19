// SharedLRU in one thread: every operation, and what it refuses.

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ByteLRU } from '../../src/bytes.js';
import { SharedLRU, type SharedLRUOptions } from '../../src/shared.js';
import { codeOf } from './codes.js';

const MIB = 1 << 20;
const text = (options: Partial<SharedLRUOptions<string>> = {}) =>
  new SharedLRU<string>({ maxBytes: MIB, codec: 'string', ...options });

describe('a shared cache', () => {
  it('keeps strings, bytes and JSON', () => {
    const strings = text();
    for (const value of ['', 'a', 'é', '€', '😀', '\ud800', '\u0000']) {
      expect(strings.set(value, value)).toBe(true);
      expect(strings.get(value)).toBe(value);
    }
    const bytes = new SharedLRU({ maxBytes: MIB });
    bytes.set('a', Uint8Array.of(1, 2, 3));
    expect(bytes.get('a')).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes.get(Uint8Array.of(97))).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes.get('a')?.buffer).toBeInstanceOf(ArrayBuffer);
    const json = new SharedLRU<{ a: number[] }>({ maxBytes: MIB, codec: 'json' });
    json.set('x', { a: [1, 2] });
    expect(json.get('x')).toEqual({ a: [1, 2] });
  });

  it('has the operations of ByteLRU', () => {
    const cache = text();
    expect(cache.get('a')).toBeUndefined();
    cache.set('a', 'one');
    cache.set('a', 'two');
    cache.set('b', 'three');
    expect(cache.peek('a')).toBe('two');
    expect(cache.has('a')).toBe(true);
    expect(cache.has('c')).toBe(false);
    expect(cache.read('b', (bytes) => bytes.length)).toBe(5);
    expect(cache.read('c', (bytes) => bytes.length)).toBeUndefined();
    const target = new Uint8Array(6);
    expect(cache.getInto('a', target, 2)).toBe(3);
    expect(Buffer.from(target).toString('latin1')).toBe('\0\0two\0');
    expect(cache.getInto('c', target)).toBe(-1);
    expect(cache.size).toBe(2);
    expect(cache.bytes).toBe(10);
    expect(new Map(cache)).toEqual(
      new Map([
        ['a', 'two'],
        ['b', 'three'],
      ]),
    );
    expect(cache.delete('a')).toBe(true);
    expect(cache.delete('a')).toBe(false);
    expect(cache.stats()).toEqual({
      hits: 2,
      misses: 3,
      sets: 2,
      updates: 1,
      deletes: 1,
      evictions: 0,
      expirations: 0,
      contended: 0,
      reaped: 0,
    });
    // Of all threads, and so of all who have attached.
    const other = SharedLRU.attach<string>(cache.handle, { codec: 'string' });
    other.get('b');
    expect(other.stats()).toEqual(cache.stats());
    expect(cache.stats().hits).toBe(3);
    cache.clear();
    expect([cache.size, cache.bytes, [...cache.keys()]]).toEqual([0, 0, []]);
  });

  it.each([1, 3, 16])('is what a Map is while nothing is evicted, with %d shards', (shards) => {
    const key = fc.oneof(fc.nat(20).map(String), fc.string({ maxLength: 4, unit: 'binary' }));
    const command = fc.tuple(fc.constantFrom('set', 'get', 'delete'), key, fc.nat(300));
    const run = (commands: [string, string, number][]) => {
      const cache = text({ maxBytes: 4 * MIB, shards, threads: 1 });
      const model = new Map<string, string>();
      for (const [name, of, length] of commands) {
        if (name === 'set') {
          const value = `${length}`.padEnd(length * 7, 'x');
          cache.set(of, value);
          model.set(of, value);
        } else if (name === 'get') expect(cache.get(of)).toBe(model.get(of));
        else expect(cache.delete(of)).toBe(model.delete(of));
      }
      expect(new Map(cache)).toEqual(model);
      expect(cache.size).toBe(model.size);
    };
    fc.assert(fc.property(fc.array(command, { maxLength: 60 }), run), { numRuns: 40 });
  });

  it('evicts what a ByteLRU of the same region evicts, with one shard', () => {
    const shared = text({ shards: 1, threads: 1, maxBytes: 200_000 });
    const value = 'v'.repeat(100);
    let random = 1;
    const next = () => (random = (random * 48271) % 2147483647);
    const order: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      const key = `${next() % 2000}`;
      if (shared.get(key) === undefined) {
        const at = order.indexOf(key);
        if (at >= 0) order.splice(at, 1);
        shared.set(key, value);
      } else {
        order.splice(order.indexOf(key), 1);
      }
      order.push(key);
      // What was evicted was the oldest.
      const evicted = order.length - shared.size;
      for (const old of order.splice(0, evicted)) expect(shared.has(old)).toBe(false);
    }
    expect(shared.stats().evictions).toBeGreaterThan(1000);
    expect([...shared.keys()].sort()).toEqual([...order].sort());
  });

  it('moves values that are longer than the frame in pieces', () => {
    const cache = new SharedLRU({ maxBytes: 16 * MIB, shards: 1, maxEntryBytes: 8 * MIB });
    for (const length of [65_000, 65_535, 65_536, 65_537, 131_072, 200_001, 3_000_000]) {
      const value = Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
      for (const key of ['k', 'k'.repeat(300), 'ключ']) {
        expect(cache.set(key, value)).toBe(true);
        expect(Buffer.compare(cache.get(key) as Uint8Array, value)).toBe(0);
      }
    }
    const into = new Uint8Array(3_000_010);
    expect(cache.getInto('k', into, 10)).toBe(3_000_000);
    expect(into[10 + 256]).toBe((256 * 7 + 1) & 255);
    expect([...cache.entries()].map(([key, { length }]) => [key, length]).sort()).toEqual([
      ['k', 3_000_000],
      ['k'.repeat(300), 3_000_000],
      ['ключ', 3_000_000],
    ]);
    cache.set('k', Uint8Array.of(1));
    expect(cache.get('k')).toEqual(Uint8Array.of(1));
    expect(cache.size).toBe(3);
  });

  it('counts a value that replaces another, however long they are', () => {
    const cache = new SharedLRU({ maxBytes: 4 * MIB, shards: 1 });
    const lengths = [100_000, 200_000, 10, 100_000];
    for (const length of lengths) cache.set('a', new Uint8Array(length));
    expect(cache.stats()).toMatchObject({ sets: 1, updates: 3 });
  });

  it('refuses what is too large, and forgets the value before it', () => {
    const cache = text({ maxEntryBytes: 100 });
    expect(cache.set('a', 'x'.repeat(99))).toBe(true);
    expect(cache.set('a', 'x'.repeat(100))).toBe(false);
    expect(cache.has('a')).toBe(false);
  });

  it('lets entries go stale, by one clock of all threads', () => {
    let now = 1000;
    const perf = { now: () => now };
    const a = text({ ttl: 100, perf });
    const b = SharedLRU.attach<string>(a.handle, { codec: 'string', perf });
    a.set('x', '1');
    b.set('y', '2', { ttl: 300 });
    b.set('z', '3', { ttl: 0 });
    now = 1101;
    expect([b.get('x'), a.get('y'), a.get('z')]).toEqual([undefined, '2', '3']);
    now = 1301;
    expect([a.has('y'), a.delete('y'), b.has('z')]).toEqual([false, false, true]);
    // One by the look, one by the delete.
    expect(a.stats()).toMatchObject({ expirations: 2, deletes: 0 });
  });

  it('reads a clock that other threads read, too', () => {
    const cache = text();
    cache.set('a', '1', { ttl: 1_000_000 });
    expect(cache.get('a')).toBe('1');
    expect(cache.snapshot().length).toBeGreaterThan(40);
  });
});

describe('a value that is stored in pieces', () => {
  it('takes no room for ages where nothing has a ttl', () => {
    const cache = new SharedLRU({ maxBytes: 1 << 20, threads: 1, shards: 1 });
    const fill = () => {
      for (let i = 0; i < 20_000; i++) cache.set(`k${i}`, new Uint8Array(20));
      return cache.size;
    };
    const before = fill();
    cache.set('long', new Uint8Array(70_000));
    cache.delete('long');
    expect(fill()).toBeGreaterThan(before * 0.99);
  });
});

describe('texts in a browser', () => {
  /** The host's class, which refuses memory that threads share, as the standard has it. */
  const refusing = <C extends typeof TextEncoder | typeof TextDecoder>(Class: C, name: string) =>
    new Proxy(Class, {
      construct: (target, values) =>
        new Proxy(Reflect.construct(target, values), {
          get: (of, property) => {
            const method = Reflect.get(of, property);
            return (...given: unknown[]) => {
              const isShared = given.some(
                (value) => ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer,
              );
              if (isShared && property === name) throw new TypeError('must not be shared');
              return Reflect.apply(method, of, given);
            };
          },
        }),
    });

  it('are written and read without a view of the shared memory', async () => {
    vi.stubGlobal('TextEncoder', refusing(TextEncoder, 'encodeInto'));
    vi.stubGlobal('TextDecoder', refusing(TextDecoder, 'decode'));
    vi.stubGlobal('Buffer', undefined);
    vi.resetModules();
    const browser = await import('../../src/shared.js');
    const cache = new browser.SharedLRU<string>({ maxBytes: MIB, codec: 'string' });
    for (const value of ['a', 'x'.repeat(65), 'é', '\ufeff€', '😀'.repeat(100), '\ud800é']) {
      expect(cache.set(value, value)).toBe(true);
      expect(cache.get(value)).toBe(value);
    }
    const json = new browser.SharedLRU<string[]>({ maxBytes: MIB, codec: 'json' });
    json.set('a', ['é'.repeat(70)]);
    expect(json.get('a')).toEqual(['é'.repeat(70)]);
  });
});

describe('a snapshot', () => {
  it('goes to a ByteLRU and back', () => {
    const cache = text({ shards: 4, maxBytes: 4 * MIB });
    for (let i = 0; i < 500; i++) cache.set(`${i}`, `v${i}`, i % 2 === 0 ? { ttl: 60_000 } : {});
    const options = { maxBytes: 4 * MIB, codec: 'string' } as const;
    const there = ByteLRU.restore<string>(cache.snapshot(), options);
    expect(there.restored).toBe(500);
    const back = SharedLRU.restore<string>(there.cache.snapshot(), options);
    expect([back.restored, back.skipped]).toEqual([500, 0]);
    expect(new Map(back.cache)).toEqual(new Map(cache));
    const small = { ...options, maxEntryBytes: 2 };
    expect(SharedLRU.restore<string>(cache.snapshot(), small).restored).toBe(0);
  });
});

afterEach(() => void vi.unstubAllGlobals());

describe('errors', () => {
  it('have a code for each bad option', () => {
    const make = (options: object) =>
      codeOf(() => new SharedLRU(options as SharedLRUOptions<Uint8Array>));
    expect(codeOf(() => new SharedLRU(undefined as never))).toBe('INVALID_OPTIONS');
    for (const maxBytes of [undefined, 65_535, 1e6 + 0.5, 2 ** 40, '1000000']) {
      expect(make({ maxBytes })).toBe('INVALID_SIZE');
    }
    for (const shards of [0, 1025, 1.5, '1']) {
      expect(make({ maxBytes: MIB, shards })).toBe('INVALID_OPTIONS');
    }
    expect(make({ maxBytes: MIB, shards: 17 })).toBe('INVALID_SIZE');
    expect(make({ maxBytes: MIB, threads: 0 })).toBe('INVALID_OPTIONS');
    expect(make({ maxBytes: MIB, ttl: -1 })).toBe('INVALID_TTL');
    expect(make({ maxBytes: MIB, loadWait: -1 })).toBe('INVALID_TTL');
    expect(make({ maxBytes: MIB, chunkBytes: 100 })).toBe('INVALID_SIZE');
    expect(make({ maxBytes: MIB, maxEntryBytes: 0 })).toBe('INVALID_SIZE');
    expect(make({ maxBytes: MIB, codec: 'xml' })).toBe('INVALID_OPTIONS');
    expect(make({ maxBytes: MIB, perf: {} })).toBe('INVALID_OPTIONS');
  });

  it('have a code for each bad argument', async () => {
    const cache = text();
    expect(codeOf(() => cache.get(1 as never))).toBe('INVALID_KEY');
    expect(codeOf(() => cache.delete({} as never))).toBe('INVALID_KEY');
    expect(codeOf(() => cache.set('k'.repeat(65_536), ''))).toBe('KEY_TOO_LONG');
    expect(codeOf(() => cache.set('k', 1 as never))).toBe('INVALID_VALUE');
    expect(codeOf(() => cache.set('k', '', { ttl: 0.5 }))).toBe('INVALID_TTL');
    expect(codeOf(() => cache.getInto('k', [] as never))).toBe('INVALID_TARGET');
    expect(codeOf(() => cache.getInto('k', new Uint8Array(1), -1))).toBe('INVALID_TARGET');
    cache.set('k', 'long');
    expect(codeOf(() => cache.getInto('k', new Uint8Array(1)))).toBe('INVALID_TARGET');
    await expect(cache.getOrLoad(1 as never, () => '')).rejects.toMatchObject({
      code: 'INVALID_KEY',
    });
    await expect(cache.getOrLoad('x', 1 as never)).rejects.toMatchObject({
      code: 'INVALID_CALLBACK',
    });
    await expect(cache.getOrLoad('k'.repeat(65_536), () => '')).rejects.toMatchObject({
      code: 'KEY_TOO_LONG',
    });
    expect([cache.get('k'.repeat(65_536)), cache.delete('k'.repeat(65_536))]).toEqual([
      undefined,
      false,
    ]);
    for (const worker of [undefined, {}, { threadId: -1, once() {} }, { threadId: 1 }]) {
      expect(codeOf(() => cache.adopt(worker as never))).toBe('INVALID_WORKER');
    }
  });

  it('refuse a handle that is none, or of another layout', () => {
    const { handle } = text();
    for (const bad of [
      undefined,
      null,
      1,
      {},
      { memory: {} },
      { ...handle, memory: new ArrayBuffer(8) },
    ]) {
      expect(codeOf(() => SharedLRU.attach(bad as never))).toBe('INVALID_HANDLE');
    }
    expect(codeOf(() => SharedLRU.attach({ ...handle, layout: '0-00000000' }))).toBe(
      'INVALID_HANDLE',
    );
    const unshared = new WebAssembly.Memory({ initial: 100 });
    expect(codeOf(() => SharedLRU.attach({ ...handle, memory: unshared }))).toBe('INVALID_HANDLE');
    expect(codeOf(() => SharedLRU.attach(handle, { codec: 'xml' as never }))).toBe(
      'INVALID_OPTIONS',
    );
  });

  it('say where shared memory is not to be had', () => {
    for (const missing of ['SharedArrayBuffer', 'WebAssembly']) {
      vi.stubGlobal(missing, undefined);
      expect(codeOf(() => text())).toBe('SHARED_UNAVAILABLE');
      vi.unstubAllGlobals();
    }
    const refuse = class {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    };
    const { Memory, Module, Instance } = WebAssembly;
    vi.stubGlobal('WebAssembly', { Memory: refuse, Module, Instance });
    expect(codeOf(() => text())).toBe('OUT_OF_MEMORY');
    vi.stubGlobal('WebAssembly', { Memory, Module, Instance: refuse });
    expect(codeOf(() => text())).toBe('SHARED_UNAVAILABLE');
    vi.unstubAllGlobals();
  });

  it('say that there is no frame left, until a thread gives one back', () => {
    const cache = text({ threads: 2 });
    const other = SharedLRU.attach(cache.handle);
    expect(codeOf(() => SharedLRU.attach(cache.handle))).toBe('TOO_MANY_THREADS');
    other[Symbol.dispose]();
    other[Symbol.dispose]();
    expect(codeOf(() => other.get('a'))).toBe('DISPOSED');
    cache.set('a', 'b');
    expect(SharedLRU.attach<string>(cache.handle, { codec: 'string' }).get('a')).toBe('b');
  });
});

describe('user code', () => {
  it('may use the cache from a codec', () => {
    const cache: SharedLRU<number> = new SharedLRU<number>({
      maxBytes: MIB,
      codec: {
        encode: (value) => {
          if (value > 0) cache.set(`${value - 1}`, value - 1);
          return Uint8Array.of(value);
        },
        decode: (bytes) => {
          const value = bytes[0] as number;
          return value > 0 ? value + (cache.get(`${value - 1}`) as number) : 0;
        },
      },
    });
    cache.set('9', 9);
    expect(cache.size).toBe(10);
    expect(cache.get('9')).toBe(45);
  });

  it('leaves no lock behind when the stack is used up', () => {
    const cache = text({ shards: 1 });
    const other = SharedLRU.attach<string>(cache.handle, { codec: 'string' });
    const deep = (left: number): void => {
      cache.set(`${left % 50}`, 'x'.repeat(left % 90));
      cache.get(`${left % 50}`);
      if (left > 0) deep(left - 1);
    };
    for (let i = 0; i < 20; i++) {
      expect(() => deep(1e9)).toThrow(RangeError);
      cache.set('a', 'b');
      expect(other.get('a')).toBe('b');
      expect(other.stats().contended).toBe(0);
    }
  });
});
