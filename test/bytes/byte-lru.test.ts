// ByteLRU as people use it: every operation, every codec, bad input, callbacks that use the cache.

import { describe, expect, it, vi } from 'vitest';
import { ByteLRU, type ByteLRUOptions } from '../../src/bytes.js';
import { nasty } from '../support/nasty.js';

const surrogates = Array.from({ length: 2048 }, (_, i) => String.fromCharCode(0xd800 + i));
const strings = [
  ...nasty.flatMap(([, value]) => (typeof value === 'string' ? [value] : [])),
  ...surrogates,
  ...[0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xffff].map((unit) => String.fromCharCode(unit)),
  ...['a'.repeat(65535), 'é'.repeat(40_000), '\u4e2d'.repeat(32_767), '\ud800x'.repeat(9000)],
];
const bytes = (length: number, seed = 0) =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);
/** Whether bytes are the same; a matcher takes a second for a million of them. */
const same = (found: Uint8Array | undefined, wanted: Uint8Array) =>
  found !== undefined && Buffer.compare(found, wanted) === 0;
const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return undefined;
};

describe.each(['wasm', 'pure'] as const)('ByteLRU on %s', (engine) => {
  const open = <V = Uint8Array>(options: Partial<ByteLRUOptions<V>> = {}) =>
    new ByteLRU<V>({ maxBytes: 1 << 20, engine, ...options });

  it('does what an LRU cache does', () => {
    const cache = open<string>({ codec: 'string', max: 3, recordStats: true });
    for (const key of ['a', 'b', 'c']) expect(cache.set(key, `${key}!`)).toBe(true);
    expect([cache.get('a'), cache.peek('b'), cache.has('c'), cache.get('x')]).toEqual([
      ...['a!', 'b!', true, undefined],
    ]);
    cache.set('d', 'd!');
    expect([...cache.entries()]).toEqual([
      ['d', 'd!'],
      ['a', 'a!'],
      ['c', 'c!'],
    ]);
    expect([...cache.keys()]).toEqual(['d', 'a', 'c']);
    expect(cache.pop()).toBe('c!');
    expect([cache.delete('a'), cache.delete('a'), cache.size, cache.bytes]).toEqual([
      ...[true, false, 1, 3],
    ]);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, sets: 4, evictions: 2, deletes: 1 });
    cache.clear();
    expect([cache.size, cache.get('d'), [...cache]]).toEqual([0, undefined, []]);
    expect(cache.engine).toBe(engine);
  });

  it('keeps every string as it was, as a key and as a value', () => {
    const cache = open<string>({ codec: 'string', maxBytes: 1 << 24 });
    for (const text of strings) {
      const key = text.length > 30_000 ? text.slice(0, 30_000) : text;
      expect(cache.set(key, text)).toBe(true);
      expect(cache.get(key) === text).toBe(true);
      expect(cache.keys().next().value === key).toBe(true);
    }
    for (const text of new Set(surrogates)) expect(cache.get(text)).toBe(text);
  });

  it('keeps what JSON can say, and what a codec says', () => {
    const json = open<unknown>({ codec: 'json' });
    json.set('a', { b: [1, 'ü', null], c: '\ud800' });
    expect(json.get('a')).toEqual({ b: [1, 'ü', null], c: '\ud800' });
    expect(code(() => json.set('a', undefined))).toBe('INVALID_VALUE');
    const dates = open<Date>({
      codec: {
        encode: (date) => date.toISOString(),
        decode: (data) => new Date(Buffer.from(data).toString()),
      },
    });
    dates.set('a', new Date(5));
    expect(dates.get('a')).toEqual(new Date(5));
  });

  it('gives Buffers that are copies, if it is asked to', () => {
    const cache = open<Buffer>({ codec: 'buffer', chunkBytes: 64 });
    for (const length of [0, 1, 40, 64, 65, 1000, 70_000]) {
      cache.set('a', Buffer.from(bytes(length)));
      const [one, two] = [cache.get('a'), cache.peek('a')];
      expect(Buffer.isBuffer(one) && same(one, bytes(length))).toBe(true);
      two?.fill(9);
      expect(same(one, bytes(length)) && same(cache.get('a'), bytes(length))).toBe(true);
    }
    expect(code(() => cache.set('a', 'text' as never))).toBe('INVALID_VALUE');
    vi.stubGlobal('Buffer', undefined);
    const error = code(() => open({ codec: 'buffer' }));
    const text = open<string>({ codec: 'string' });
    for (const value of ['é'.repeat(100), 'a'.repeat(100), '\ufeff']) {
      text.set('a', value);
      expect(text.get('a')).toBe(value);
    }
    vi.unstubAllGlobals();
    expect(error).toBe('INVALID_OPTIONS');
  });

  it('takes a key of bytes for the string of these code units', () => {
    const cache = open();
    cache.set(Uint8Array.of(97, 255), Uint8Array.of(1));
    expect(cache.get('aÿ')).toEqual(Uint8Array.of(1));
    expect([...cache.keys()]).toEqual(['aÿ']);
    expect(cache.delete(Buffer.from('aÿ', 'latin1'))).toBe(true);
  });

  it('keeps values of any length, above the length of the buffer, too', () => {
    const cache = open({ maxBytes: 1 << 23, chunkBytes: 64 });
    const lengths = [0, 1, 65_535, 65_536, 65_537, 200_000, 1_000_000];
    for (let round = 0; round < 4; round++) {
      for (const length of lengths) {
        expect(cache.set(`k${length}`, bytes(length, round))).toBe(true);
        cache.set(`small ${round} ${length}`, bytes(90));
        const wanted = bytes(length, round);
        expect(same(cache.get(`k${length}`), wanted)).toBe(true);
        const target = new Uint8Array(length + 5);
        expect(cache.getInto(`k${length}`, target, 5)).toBe(length);
        expect(same(target.subarray(5), wanted)).toBe(true);
        expect(cache.read(`k${length}`, (view) => same(view, wanted))).toBe(true);
      }
    }
  });

  it('refuses what is too large, and removes the value that was there', () => {
    const cache = open({ maxEntryBytes: 100 });
    cache.set('a', bytes(50));
    expect(cache.set('a', bytes(100))).toBe(false);
    expect(cache.has('a')).toBe(false);
    expect(cache.set('a', bytes(99))).toBe(true);
  });

  it('says what is wrong with its input, and changes nothing', () => {
    const cache = open({ maxBytes: 1 << 20, maxEntryBytes: 1 << 20 });
    cache.set('a', bytes(3));
    const wrong: [unknown, () => unknown][] = [
      ['INVALID_OPTIONS', () => new ByteLRU(undefined as never)],
      ['INVALID_SIZE', () => open({ maxBytes: 65_535 })],
      ['INVALID_SIZE', () => open({ maxBytes: 2 ** 32 })],
      ['INVALID_SIZE', () => open({ maxBytes: Number.NaN })],
      ['INVALID_SIZE', () => open({ chunkBytes: 100 as never })],
      ['INVALID_SIZE', () => open({ maxEntryBytes: 0 })],
      ['INVALID_MAX', () => open({ max: 0 })],
      ['INVALID_TTL', () => open({ ttl: -1 })],
      ['INVALID_CALLBACK', () => open({ onEvict: 1 as never })],
      ['INVALID_OPTIONS', () => open({ codec: 'xml' as never })],
      ['INVALID_OPTIONS', () => open({ codec: { encode: 1 } as never })],
      ['INVALID_OPTIONS', () => open({ engine: 'x' as never })],
      ['INVALID_OPTIONS', () => open({ perf: {} as never })],
      ['INVALID_KEY', () => cache.get(1 as never)],
      ['INVALID_KEY', () => cache.set(Symbol('a') as never, bytes(1))],
      ['KEY_TOO_LONG', () => cache.set('a'.repeat(65_536), bytes(1))],
      ['KEY_TOO_LONG', () => cache.set('Ā'.repeat(32_768), bytes(1))],
      ['KEY_TOO_LONG', () => cache.set(new Uint8Array(65_536), bytes(1))],
      ['INVALID_VALUE', () => cache.set('a', 'text' as never)],
      ['INVALID_VALUE', () => cache.set('a', new Float64Array(1) as never)],
      ['INVALID_TTL', () => cache.set('a', bytes(1), { ttl: 0.5 })],
      ['INVALID_TARGET', () => cache.getInto('a', new Uint8Array(2))],
      ['INVALID_TARGET', () => cache.getInto('a', new Uint8Array(3), 1)],
      ['INVALID_TARGET', () => cache.getInto('a', new Uint8Array(3), -1)],
      ['INVALID_TARGET', () => cache.getInto('a', [] as never)],
      ['INVALID_SIZE', () => cache.resize({ maxBytes: 1 })],
      ['NO_STATS', () => cache.stats()],
    ];
    for (const [expected, run] of wrong) expect(code(run)).toBe(expected);
    expect([...cache]).toEqual([['a', bytes(3)]]);
    for (const key of ['b'.repeat(70_000), 'Ā'.repeat(40_000)]) {
      expect([cache.get(key), cache.has(key), cache.delete(key)]).toEqual([
        ...[undefined, false, false],
      ]);
    }
  });

  it('tells onEvict of every entry that leaves, when the operation is complete', () => {
    const told: unknown[] = [];
    let time = 0;
    const cache: ByteLRU<string> = open<string>({
      codec: 'string',
      max: 2,
      perf: { now: () => time },
      onEvict: (key, size, reason) => told.push([key, size, reason]),
    });
    cache.set('a', '1');
    cache.set('a', '22');
    cache.set('b', '1', { ttl: 5 });
    cache.set('c', '1');
    time = 10;
    expect([cache.has('b'), cache.peek('b'), cache.get('b'), cache.get('c')]).toEqual([
      ...[false, undefined, undefined, '1'],
    ]);
    cache.delete('c');
    cache.set('d', 'x'.repeat(300_000));
    cache.set('e'.repeat(300), 'é');
    cache.pop();
    cache.set('f', '1');
    cache[Symbol.dispose]();
    expect(told).toEqual([
      ['a', 2, 'set'],
      ['a', 3, 'evict'],
      ['b', 2, 'expire'],
      ['c', 2, 'delete'],
      ['e'.repeat(300), 302, 'evict'],
      ['f', 2, 'delete'],
    ]);
  });

  it('evicts the same with onEvict as without', () => {
    const gone = new Set<string>();
    const told = open({ onEvict: (key) => gone.add(key), maxBytes: 1 << 18 });
    const plain = open({ maxBytes: 1 << 18 });
    for (let i = 0; i < 2000; i++) {
      const key = `${'k'.repeat(i % 200)}${i % 900}`;
      for (const cache of [told, plain]) cache.set(key, bytes((i * 37) % 900));
      if (i % 3 === 0) told.get(`${i % 900}`);
      if (i % 3 === 0) plain.get(`${i % 900}`);
    }
    expect([...told.keys()]).toEqual([...plain.keys()]);
    expect(gone.size).toBeGreaterThan(100);
  });

  it('keeps the bytes of a read still while it is used', () => {
    const cache = open({ maxBytes: 1 << 18, maxEntryBytes: 1 << 17 });
    cache.set('a', bytes(5000, 1));
    const result = cache.read('a', (view) => {
      cache.set('a', bytes(5000, 2));
      cache.delete('a');
      for (let i = 0; i < 3000; i++) cache.set(`${i}`, bytes(900, 3));
      cache.read('2999', () => cache.clear());
      expect(cache.size).toBe(0);
      return view.slice();
    });
    expect(result).toEqual(bytes(5000, 1));
    expect(() => cache.read('a', () => 1)).not.toThrow();
    cache.set('b', bytes(10));
    expect(
      code(() =>
        cache.read('b', () => {
          throw new Error('x');
        }),
      ),
    ).toBeInstanceOf(Error);
    for (let i = 0; i < 3000; i++) cache.set(`${i}`, bytes(900, 3));
    expect(cache.memoryBytes).toBeLessThanOrEqual((1 << 18) + 65_536);
  });

  it.each(['bytes', 'buffer'] as const)('gives %s that nothing changes later', (codec) => {
    const cache = open({ maxBytes: 1 << 18, codec });
    const kept: Uint8Array[] = [];
    for (let i = 0; i < 200; i++) {
      cache.set(`${i}`, bytes((i * 13) % 700, i));
      kept.push(cache.get(`${i}`) as Uint8Array, cache.peek(`${i}`) as Uint8Array);
      if (i % 7 === 0) cache.set(`${i}`, bytes(900, i + 1));
      if (i % 7 === 1) cache.delete(`${i}`);
    }
    const places = kept
      .filter(({ length }) => length > 0)
      .map(({ buffer, byteOffset, length }) => ({
        buffer,
        from: byteOffset,
        to: byteOffset + length,
      }));
    const overlaps = places.filter((one, i) =>
      places.some(
        (other, j) =>
          i < j && one.buffer === other.buffer && one.to > other.from && other.to > one.from,
      ),
    );
    expect(overlaps).toEqual([]);
    // Arrays of bytes have a buffer each, which may be transferred. Node does not let its pool go.
    const last = kept.pop() as Uint8Array;
    if (codec === 'bytes') {
      for (const { buffer, length } of kept) expect(buffer.byteLength).toBe(length);
      expect(new Set(kept.map(({ buffer }) => buffer)).size).toBe(kept.length);
      expect(structuredClone(last, { transfer: [last.buffer as ArrayBuffer] })).toHaveLength(
        (199 * 13) % 700,
      );
      expect(last).toHaveLength(0);
    } else {
      try {
        structuredClone(0, { transfer: [last.buffer as ArrayBuffer] });
      } catch (error) {
        expect((error as Error).name).toBe('DataCloneError');
      }
    }
    cache.clear();
    for (const [i, value] of kept.entries()) {
      const of = Math.floor(i / 2);
      expect(Buffer.compare(value, bytes((of * 13) % 700, of))).toBe(0);
    }
  });

  it('lends values that lie apart in one memory, and each read within another its own', () => {
    const cache = open({ maxBytes: 1 << 18, maxEntryBytes: 1 << 17 });
    // What is free after this is in pieces of a chunk or two.
    for (let i = 0; i < 3000; i++) cache.set(`${i}`, bytes(i % 90, 3));
    const lengths = [500, 5000, 60_000, 70_000];
    for (const length of lengths) cache.set(`v${length}`, bytes(length, length));
    const lent = new Set<ArrayBufferLike>();
    const readAll = (rest: readonly number[]): void => {
      const [length, ...more] = rest;
      if (length === undefined) return;
      cache.read(`v${length}`, (view) => {
        lent.add(view.buffer);
        readAll(more);
        expect(view).toEqual(bytes(length, length));
      });
    };
    readAll(lengths);
    expect(lent.size).toBe(4);
    lent.clear();
    for (const length of lengths.slice(0, 3)) readAll([length]);
    expect(lent.size).toBe(1);
    // A buffer that the callback has given away is not lent again.
    cache.read('v500', (view) => structuredClone(0, { transfer: [view.buffer as ArrayBuffer] }));
    readAll(lengths);
    const fails = () => {
      throw new Error('x');
    };
    expect(code(() => cache.read('v500', fails))).toBeInstanceOf(Error);
    readAll(lengths);
  });

  it('survives codecs and callbacks that throw or use the cache', () => {
    let fails = false;
    const cache: ByteLRU<number> = open<number>({
      codec: {
        encode(value) {
          if (fails) throw new Error('encode');
          if (value === 7) cache.set('inner', 1);
          return `${value}`;
        },
        decode(data) {
          if (fails) throw new Error('decode');
          cache.set('x', data.length);
          return Number(Buffer.from(data).toString());
        },
      },
      onEvict() {
        if (fails) throw new Error('told');
        cache.delete('nothing');
      },
    });
    cache.set('a', 12_345);
    cache.set('b', 7);
    expect([cache.get('a'), cache.get('inner'), cache.get('b')]).toEqual([12_345, 1, 7]);
    fails = true;
    expect(code(() => cache.set('a', 1))).toMatchObject({ message: 'encode' });
    expect(code(() => cache.get('a'))).toMatchObject({ message: 'decode' });
    expect(code(() => cache.delete('a'))).toMatchObject({ message: 'told' });
    fails = false;
    expect([cache.has('a'), cache.get('b')]).toEqual([false, 7]);
  });

  it('iterates over what was there, while it is changed', () => {
    const cache = open({ max: 100 });
    for (let i = 0; i < 50; i++) cache.set(`${i}`, bytes(i));
    const seen: string[] = [];
    for (const key of cache.keys()) {
      seen.push(key);
      cache.set(`new ${key}`, bytes(1));
      cache.delete(`${Number(key) - 1}`);
      cache.get('0');
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `${49 - 2 * i}`));
  });

  it('is bounded by maxBytes at all times, and resizes', () => {
    const gone: string[] = [];
    const cache = open({ maxBytes: 1 << 19, onEvict: (key) => gone.push(key) });
    for (let i = 0; i < 5000; i++) {
      cache.set(`${i}`, bytes((i * 13) % 500));
      expect(cache.memoryBytes).toBeLessThanOrEqual((1 << 19) + 65_536);
    }
    const before = [...cache.keys()];
    gone.length = 0;
    cache.resize({ maxBytes: 1 << 17 });
    const after = [...cache.keys()];
    expect(cache.memoryBytes).toBeLessThanOrEqual((1 << 17) + 65_536);
    expect(after).toEqual(before.slice(0, after.length));
    expect(gone).toEqual(before.slice(after.length).reverse());
    expect(after.length).toBeGreaterThan(200);
    cache.resize({ maxBytes: 1 << 22, max: 10 });
    expect([...cache.keys()]).toEqual(before.slice(0, 10));
    cache.resize({ max: 10_000 });
    for (let i = 0; i < 6000; i++) cache.set(`${i}`, bytes(100));
    expect(cache.size).toBeGreaterThan(5999);
  });

  it('cannot be used after its end', () => {
    const cache = open();
    cache[Symbol.dispose]();
    cache[Symbol.dispose]();
    const uses = [
      () => cache.get('a'),
      () => cache.set('a', bytes(1)),
      () => cache.size,
      () => [...cache.keys()],
      () => cache.clear(),
      () => cache.snapshot(),
    ];
    expect(uses.map(code)).toEqual(uses.map(() => 'DISPOSED'));
  });
});
