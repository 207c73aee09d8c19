// Snapshots: what comes back, from either engine, into any bound; and files that are not snapshots.

import { describe, expect, it } from 'vitest';
import { Checksum } from '../../src/bytes/checksum.js';
import { snapshotOf } from '../../src/bytes/snapshot.js';
import { ByteLRU, dumpBytes, loadBytes } from '../../src/bytes.js';
import { LRUCache } from '../../src/index.js';

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 10_000);
const string = { maxBytes: 1 << 20, codec: 'string' } as const;
const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return undefined;
};

function filled(engine: 'wasm' | 'pure', count = 200): ByteLRU<string> {
  const cache = new ByteLRU<string>({ ...string, engine });
  for (let i = 0; i < count; i++)
    cache.set(`${i}é${i % 5 === 0 ? '\ud800' : ''}`, `v${i}`.repeat(i));
  cache.get('7é');
  return cache;
}

/** A random generator that a seed repeats (Marsaglia 2003). */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** A snapshot with a checksum that is right, whatever else is in it. */
function resealed(bytes: Uint8Array): Uint8Array {
  const checksum = new Checksum();
  checksum.add(bytes.subarray(0, bytes.length - 4));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length >= 4) view.setUint32(bytes.length - 4, checksum.value, true);
  return bytes;
}

describe('a snapshot', () => {
  it('has the checksum that others compute, however its bytes are cut', () => {
    // The values of the reference implementation, seed 0.
    const known = [
      ['', 0x02cc5d05],
      ['a', 0x550d7456],
      ['abc', 0x32d153ff],
      ['123456789', 0x937bad67],
      ['Nobody inspects the spammish repetition', 0xe2293b2f],
    ] as const;
    for (const [text, sum] of known) {
      const bytes = new TextEncoder().encode(text);
      for (const step of [1, 3, 15, 16, 17, 40]) {
        const checksum = new Checksum();
        for (let i = 0; i < bytes.length; i += step) checksum.add(bytes.subarray(i, i + step));
        expect(checksum.value).toBe(sum);
        expect(checksum.value).toBe(sum);
      }
    }
  });

  it.each([
    ['wasm', 'pure'],
    ['pure', 'wasm'],
  ] as const)('of %s is restored on %s', (from, to) => {
    const cache = filled(from);
    const {
      cache: copy,
      restored,
      skipped,
    } = ByteLRU.restore<string>(cache.snapshot(), {
      ...string,
      engine: to,
    });
    expect([restored, skipped]).toEqual([200, 0]);
    expect([...copy]).toEqual([...cache]);
    const chunked = ByteLRU.restore<string>(cache.snapshotChunks(100), { ...string, engine: to });
    expect([...chunked.cache]).toEqual([...cache]);
    expect(copy.snapshot().subarray(24)).toHaveLength(cache.snapshot().length - 24);
  });

  it.each(['wasm', 'pure'] as const)('has entries of any length, on %s', (engine) => {
    const options = { maxBytes: 1 << 22, engine } as const;
    const cache = new ByteLRU(options);
    // Around what one call of the core writes, and what it reads.
    const lengths = [61_400, 61_430, 61_440, 65_500, 65_530, 65_536, 65_600, 200_000];
    for (const length of lengths) {
      cache.set(`${length}`, new Uint8Array(length).fill(length));
      for (let i = 0; i < 300; i++) {
        cache.set(`${length} ${i}`, new Uint8Array((i * 7) % 400).fill(i), {
          ttl: (i % 2) * 1_000_000,
        });
      }
    }
    cache.set('\u4e2d'.repeat(30_000), new Uint8Array(10));
    const perf = { now: () => 0 };
    const timed = new ByteLRU({ ...options, perf });
    timed.set('a', new Uint8Array(70_000).fill(1), { ttl: 1_000_000 });
    for (const [from, more] of [[cache, {}] as const, [timed, { perf }] as const]) {
      const { cache: copy } = ByteLRU.restore(from.snapshot(), { ...options, ...more });
      const values = (all: ByteLRU) =>
        [...all].map(([key, value]) => [key, value.length, value.at(-1), value[0]]);
      expect(values(copy)).toEqual(values(from).filter(([key]) => copy.has(key as string)));
      for (const key of from.keys()) expect(copy.has(key)).toBe(true);
    }
    const { cache: copy, skipped } = ByteLRU.restore(cache.snapshot(), {
      ...options,
      maxEntryBytes: 65_530,
    });
    expect(copy.has('65500')).toBe(true);
    expect(['65530', '65600', '200000'].some((key) => copy.has(key))).toBe(false);
    expect(skipped).toBeGreaterThan(3);
  });

  it('has no entry without an end of one whose time is up now', () => {
    let time = 0;
    const options = { ...string, perf: { now: () => time } };
    const cache = new ByteLRU<string>(options);
    cache.set('a', 'x', { ttl: 10 });
    time = 10;
    expect(cache.has('a')).toBe(true);
    expect(ByteLRU.restore<string>(cache.snapshot(), options).restored).toBe(0);
    cache.resize({ max: 5 });
    time = 11;
    expect(cache.has('a')).toBe(false);
  });

  it('keeps the newest entries in a smaller cache', () => {
    const cache = filled('wasm', 600);
    const small = { ...string, maxBytes: 1 << 16 };
    const { cache: copy, restored, skipped } = ByteLRU.restore<string>(cache.snapshot(), small);
    expect(restored + skipped).toBe(cache.size);
    expect(skipped).toBeGreaterThan(0);
    expect(copy.memoryBytes).toBeLessThanOrEqual(1 << 17);
    const newest = [...cache.keys()].filter((key) => copy.has(key));
    expect([...copy.keys()]).toEqual(newest);
    const { cache: two } = ByteLRU.restore<string>(cache.snapshot(), { ...string, max: 2 });
    expect([...two.keys()]).toEqual([...cache.keys()].slice(0, 2));
  });

  it.each(['wasm', 'pure'] as const)(
    'may have a key twice, and sizes: replayed, on %s',
    (engine) => {
      const record = (key: string, value: number, size?: number) => ({
        key: { bytes: new TextEncoder().encode(key), isWide: false },
        value: Uint8Array.of(value),
        ...{ kind: 0, ttl: 0 },
        ...(size === undefined ? {} : { size }),
      });
      const records = [record('a', 1), record('b', 2, 7), record('a', 3)];
      // More than are looked for at once, so that one search finds what another has stored.
      for (let i = 0; i < 100; i++) records.push(record(`${i % 40}`, i));
      const source = snapshotOf(records, 1 << 16);
      const { cache, restored, skipped } = ByteLRU.restore(source, { maxBytes: 1 << 20, engine });
      expect([restored, skipped]).toEqual([42, 61]);
      expect([cache.get('a'), cache.get('b')]).toEqual([Uint8Array.of(3), Uint8Array.of(2)]);
      const order = [...Array(40).keys()].map((i) => `${(i + 20) % 40}`).reverse();
      expect([...cache.keys()]).toEqual(['b', 'a', ...order]);
      expect(order.map((key) => cache.peek(key)?.[0])).toEqual(
        [...Array(40).keys()].map((i) => 99 - i),
      );
    },
  );

  it('goes on with what is left of a ttl', () => {
    let time = 0;
    const perf = { now: () => time };
    const cache = new ByteLRU<string>({ ...string, perf });
    cache.set('short', 'a', { ttl: 1000 });
    cache.set('long', 'a', { ttl: 1_000_000 });
    cache.set('ever', 'a');
    time = 900_000;
    const snapshot = cache.snapshot();
    const { cache: copy } = ByteLRU.restore<string>(snapshot, { ...string, perf });
    expect([...copy.keys()]).toEqual(['ever', 'long']);
    time += 100_001;
    expect([...copy.keys()]).toEqual(['ever']);
    // A clock that is an hour on.
    const view = new DataView(snapshot.buffer);
    view.setFloat64(8, Date.now() - 3_600_000, true);
    expect(ByteLRU.restore(resealed(snapshot), string as never)).toMatchObject({ skipped: 1 });
    view.setFloat64(8, Date.now() + 3_600_000, true);
    expect(ByteLRU.restore(resealed(snapshot), string as never)).toMatchObject({ skipped: 0 });
  });

  it('leaves out what is removed while it is taken', () => {
    const cache = filled('wasm');
    const chunks: Uint8Array[] = [];
    for (const chunk of cache.snapshotChunks(2000)) {
      chunks.push(chunk);
      cache.delete('150é\ud800');
      cache.set(`new ${chunks.length}`, 'x');
    }
    const { cache: copy, restored } = ByteLRU.restore<string>(chunks, string);
    expect([restored, copy.has('150é\ud800'), copy.has('new 1')]).toEqual([199, false, false]);
  });

  it('is refused if it is none, of another version, cut or changed', () => {
    const good = filled('wasm', 20).snapshot();
    const restore = (source: unknown) =>
      code(() => ByteLRU.restore(source as never, string as never));
    for (const source of [undefined, null, 1, 'WLRU', {}, [1], new Uint8Array(3), good.slice(1)]) {
      expect(restore(source)).toBe('SNAPSHOT_VERSION');
    }
    const newer = good.slice();
    newer[4] = 2;
    expect(restore(resealed(newer))).toBe('SNAPSHOT_VERSION');
    for (let length = 6; length < good.length; length++) {
      expect(restore(good.slice(0, length))).toBe('SNAPSHOT_CORRUPT');
    }
    for (let at = 6; at < good.length; at++) {
      const changed = good.slice();
      changed[at] = (changed[at] as number) ^ 0x10;
      expect(restore(changed)).toBe('SNAPSHOT_CORRUPT');
    }
  });

  it('that was edited at random is an error or a valid cache', () => {
    const good = filled('wasm', 12).snapshot();
    const random = randomOf(Number(process.env.WASM_LRU_SEED ?? 1));
    const seen = new Set<unknown>();
    for (let run = 0; run < RUNS; run++) {
      const edited = good.slice(0, run % 3 === 0 ? random(good.length) + 1 : good.length);
      for (let edits = random(4) + 1; edits > 0; edits--)
        edited[random(edited.length)] = random(256);
      const result = code(() => {
        const { cache, restored } = ByteLRU.restore<string>(resealed(edited), {
          ...string,
          maxBytes: 65_536,
          engine: 'pure',
        });
        expect([...cache]).toHaveLength(restored);
      });
      seen.add(result);
    }
    const known = [undefined, 'SNAPSHOT_CORRUPT', 'SNAPSHOT_VERSION'];
    expect([...seen].filter((result) => !known.includes(result as string))).toEqual([]);
    expect(seen.size).toBe(3);
  });

  it('of an LRUCache has its keys, values, sizes and what is left of its ttls', () => {
    const options = { max: 10, maxSize: 100, ttl: 100_000 };
    const before = new LRUCache<string | number, object>(options);
    before.set('a', { b: 1 }, { size: 3 });
    before.set(-1.5, [2], { size: 4, ttl: 0 });
    const after = new LRUCache<string | number, object>(options);
    after.set('old', {}, { size: 1 });
    loadBytes(after, dumpBytes(before));
    expect([...after.entries()]).toEqual([...before.entries()]);
    expect(after.calculatedSize).toBe(7);
    expect(after.getRemainingTTL('a')).toBeLessThanOrEqual(100_000);
    expect(after.getRemainingTTL('a')).toBeGreaterThan(0);
    expect(code(() => loadBytes(after, new Uint8Array(40)))).toBe('SNAPSHOT_VERSION');
    const fails = () => {
      throw new Error('decode');
    };
    expect(code(() => loadBytes(after, dumpBytes(before), fails))).toBeInstanceOf(Error);
    expect(after.size).toBe(2);
    const objects = new LRUCache<object, number>({ max: 1 });
    objects.set({}, 1);
    expect(code(() => dumpBytes(objects))).toBe('INVALID_KEY');
  });
});
