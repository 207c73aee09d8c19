// What crowds the index goes to the wrapper's Map: whatever the words, and whoever chose them, a
// search looks at so many buckets and records, or so long a chain, and no more.
//
// Costs are counted: lanes and chains in the image, calls of the engine by a spy. What hostile keys
// cost in time is measured by `npm run bench:hostile`.

import { describe, expect, it } from 'vitest';
import {
  BUCKET_BYTES,
  BUCKET_LANES,
  CHAIN_MAX,
  CROWDED,
  ELSEWHERE,
  INSERTED,
  MAPPED,
  NIL,
  OUTCOME_BITS,
  OUTCOME_MASK,
  PASSES_MAX,
  TAG_MATCHES_MAX,
} from '../../assembly/layout.js';
import { bucketOf, floatOf, unmix } from '../../bench/hostile-keys.js';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import {
  engineCases,
  openCache,
  openJs,
  openRelease,
  plainCases,
  type TestEngine,
} from '../support/engines.js';
import { type Image, imageOf } from '../support/image.js';
import { spied } from '../support/spied.js';
import { expectTable, expectValid } from '../support/validate.js';
import { sameHome, sameTag, scramble, straddling } from '../support/words.js';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const mappedIn = ({ records, fresh }: Image) =>
  records.subarray(0, fresh * 2).filter((word, i) => i & 1 && word & MAPPED).length;

/** A table with room for so many entries, and how the wrapper adds a word to it. */
function openRoomy({ engine }: TestEngine, capacity: number) {
  const table = engine.createTable(capacity) ?? expect.fail('no memory for a table');
  while (imageOf({ engine, table }).capacity < capacity) engine.grow(table);
  const outcomes = { indexed: 0, mapped: 0 };
  const add = (word: number) => {
    const code = engine.put(table, word);
    const outcome = code & OUTCOME_MASK;
    if (outcome === INSERTED) {
      outcomes.indexed += 1;
      return code >> OUTCOME_BITS;
    }
    const added = outcome === CROWDED ? CROWDED : engine.insert(table, word);
    if ((added & OUTCOME_MASK) === INSERTED) {
      outcomes.indexed += 1;
      return added >> OUTCOME_BITS;
    }
    expect(added & OUTCOME_MASK).toBe(CROWDED);
    outcomes.mapped += 1;
    return engine.insertMapped(table, word) >> OUTCOME_BITS;
  };
  return { engine, table, lease: { engine, table }, outcomes, add };
}

/** Lanes that a search of any word could have to look into, at most, and in one bucket. */
function tagMatches(image: Image) {
  const most = { bucket: 0, search: 0 };
  const { index } = image;
  if (index.kind === 'chains') return most;
  const lanes = range(index.count).map((bucket) => {
    const tags = index.bytes.subarray(bucket * BUCKET_BYTES, bucket * BUCKET_BYTES + BUCKET_LANES);
    const counts = new Array<number>(256).fill(0);
    for (const tag of tags) counts[tag] = (counts[tag] as number) + 1;
    counts[0] = 0;
    return counts;
  });
  for (let bucket = 0; bucket < index.count; bucket++) {
    for (let tag = 1; tag < 256; tag++) {
      const at = (i: number) => lanes[(bucket + i) % index.count]?.[tag] as number;
      const search = range(PASSES_MAX).reduce((sum, i) => sum + at(i), 0);
      most.bucket = Math.max(most.bucket, at(0));
      most.search = Math.max(most.search, search);
    }
  }
  return most;
}

describe.each(plainCases)('the index on $name', ({ name, open }) => {
  const isWasm = name !== 'js';

  it('takes so many words of one place and one tag, and finds the others elsewhere', () => {
    const { engine, table, lease, outcomes, add } = openRoomy(open(), 1000);
    const words = range(128).map((i) => unmix(sameTag(i)));
    const slots = words.map(add);
    const taken = isWasm ? TAG_MATCHES_MAX : CHAIN_MAX;
    expect(outcomes).toEqual({ indexed: taken, mapped: 128 - taken });
    words.forEach((word, i) => {
      expect(engine.find(table, word)).toBe(i < taken ? slots[i] : ELSEWHERE);
    });
    const { image } = expectTable(lease);
    expect(mappedIn(image)).toBe(128 - taken);
    // An absent word of the place asks the Map, and one of any other place does not.
    expect(engine.find(table, unmix(sameHome(255)))).toBe(ELSEWHERE);
    expect(range(100).filter((i) => engine.find(table, scramble(i)) !== NIL)).toEqual([]);
    for (const slot of slots) engine.remove(table, slot);
    expect([...words, unmix(sameHome(255))].map((word) => engine.find(table, word))).toEqual(
      Array(129).fill(NIL),
    );
    const { index } = expectTable(lease).image;
    if (index.kind === 'buckets') {
      const counts = range(index.count).map((bucket) => index.bytes[bucket * BUCKET_BYTES + 12]);
      expect(Math.max(...(counts as number[]))).toBe(0);
    }
  });

  it('takes so many words of one place, whatever their tags', () => {
    const { engine, table, lease, outcomes, add } = openRoomy(open(), 1000);
    const words = range(256).map((i) => unmix(sameHome(i)));
    words.forEach(add);
    const taken = isWasm ? PASSES_MAX * BUCKET_LANES : CHAIN_MAX;
    expect(outcomes).toEqual({ indexed: taken, mapped: 256 - taken });
    // Innocent words find their place, also those whose buckets are full, but for those that would
    // have to pass all of them, or nearly.
    const innocent = range(600).map((i) => scramble(i + 1));
    const crowded = bucketOf(words[0] as number, 1000);
    const isNear = (word: number) => [crowded, crowded + 1].includes(bucketOf(word, 1000));
    outcomes.mapped = 0;
    const slots = innocent.map(add);
    expect(outcomes.mapped).toBeLessThanOrEqual(isWasm ? innocent.filter(isNear).length : 0);
    const lost = innocent.filter(
      (word, i) => ![slots[i], ELSEWHERE].includes(engine.find(table, word)),
    );
    expect(lost).toEqual([]);
    expectTable(lease);
  });

  it('compares so many records, whatever the words', () => {
    const { lease, add } = openRoomy(open(), 7 * 256);
    // One tag, in sixteen buckets in a row; then whatever fills them up.
    const buckets = range(16).map((bucket) => Math.ceil(((100 + bucket) * 2 ** 32) / 256));
    const tagged = (mix: number, i: number) => {
      const high = (mix + i * 4096) & ~0xff;
      return high | (0x5a ^ ((high >>> 15) & 0xff));
    };
    for (const mix of buckets) for (const i of range(40)) add(unmix(tagged(mix, i)));
    for (const mix of buckets) for (const i of range(20)) add(unmix(mix + 77 + i * 257));
    for (const i of range(400)) add(scramble(i));
    const { bucket, search } = tagMatches(expectTable(lease).image);
    if (!isWasm) return;
    expect(bucket).toBe(TAG_MATCHES_MAX);
    expect(search).toBeLessThanOrEqual(PASSES_MAX * TAG_MATCHES_MAX);
  });

  it('refuses at a growth what comes together there, and says which', () => {
    const { engine, table, lease, outcomes, add } = openRoomy(open(), 14);
    const words = range(8).map((i) => unmix(straddling(i)));
    const slots = words.map(add);
    expect(outcomes.mapped).toBe(0);
    engine.setLimit(table, 20);
    engine.grow(table);
    const refused = [...engine.refused(table)];
    expect(refused).toEqual(isWasm ? slots.slice(TAG_MATCHES_MAX) : []);
    words.forEach((word, i) => {
      const isRefused = refused.includes(slots[i] as number);
      expect(engine.find(table, word)).toBe(isRefused ? ELSEWHERE : slots[i]);
    });
    expectTable(lease);
    engine.grow(table);
    expect([...engine.refused(table)], 'of a growth that refuses none').toEqual([]);
  });
});

type Cache = LRUCache<unknown, number>;

/** Strings that differ in `id` alone, at this place from the end. */
const suffixed = (suffix: string) => (i: number) => `user ${i + 1_000_000}${suffix}`;
const shapes = [':permissions', '/settings/notifications/by-email', '..'.repeat(41)].map(suffixed);

describe.each(engineCases.filter(({ name }) => !name.includes('constant')))(
  'the sample on $name',
  ({ open }) => {
    const openSpied = (max: number) => {
      const { engine, calls } = spied(open());
      const cache: Cache = openCache(engine, { max });
      const rewords = () => calls.splice(0).filter((call) => call === 'reword').length;
      const mapped = () => mappedIn(imageOf(entriesOf(cache).lease));
      return { engine, cache, rewords, mapped };
    };

    it('moves to where strings differ, and the Map has none of them any more', () => {
      const { cache, rewords, mapped } = openSpied(2000);
      const keyAt = shapes[0] as (i: number) => string;
      const order: string[] = [];
      let moves = 0;
      for (let i = 0; i < 2500; i++) {
        cache.set(keyAt(i), i);
        order.unshift(keyAt(i));
        if (rewords() > 0) {
          moves += 1;
          // An eighth of the entries, and eight, at most.
          expect(i).toBeLessThan(20);
          expect([...cache.keys()]).toEqual(order);
          expectValid(cache);
        }
      }
      expect([moves, mapped()]).toEqual([1, 0]);
      for (let i = 0; i < 2500; i++) expect(cache.get(keyAt(i))).toBe(i < 500 ? undefined : i);
    });

    it('moves twice in the life of a cache, cleared or not, and other keys stay in the Map', () => {
      const { cache, rewords, mapped } = openSpied(1000);
      const left = shapes.map((keyAt) => {
        cache.clear();
        for (let i = 0; i < 1000; i++) cache.set(keyAt(i), i);
        for (let i = 0; i < 1000; i++) expect(cache.peek(keyAt(i))).toBe(i);
        expectValid(cache);
        return [rewords() > 0, mapped() > 900];
      });
      expect(left).toEqual([
        [true, false],
        [true, false],
        [false, true],
      ]);
      expect(shapes.map((keyAt) => cache.get(keyAt(5)))).toEqual([undefined, undefined, 5]);
    });

    it('stays where it is if no place tells the strings apart', () => {
      const { cache, rewords, mapped } = openSpied(1000);
      const keyAt = suffixed('-'.repeat(100));
      for (let i = 0; i < 2000; i++) cache.set(keyAt(i), i);
      expect([rewords(), mapped() > 990]).toEqual([0, true]);
      for (let i = 0; i < 2000; i++) expect(cache.get(keyAt(i))).toBe(i < 1000 ? undefined : i);
    });

    it('moves with strings, ages and sizes as they are, and past keys of other kinds', () => {
      const engine = open();
      const cache: Cache = openCache(engine, { max: 100, maxSize: 1000, ttl: 1000 });
      const others = [
        {},
        Symbol('a'),
        null,
        true,
        5n,
        1.5,
        Number.NaN,
        -0,
        'short',
        7,
        'x'.repeat(600),
      ];
      for (const [i, key] of others.entries()) cache.set(key, i + 1, { size: 1, ttl: i + 1e6 });
      const before = cache.dump();
      const keyAt = shapes[1] as (i: number) => string;
      for (let i = 0; i < 50; i++) cache.set(keyAt(i), i + 1, { size: 2 });
      expect(mappedIn(imageOf(entriesOf(cache).lease))).toBeLessThan(10);
      const plain = (all: ReturnType<Cache['dump']>) =>
        all.map(([key, { value, size, ttl }]) => [
          key,
          value,
          size,
          Math.ceil((ttl as number) / 1000),
        ]);
      expect(plain(cache.dump().slice(0, others.length))).toEqual(plain(before));
      for (const [i, key] of others.entries()) expect(cache.get(key)).toBe(i + 1);
    });
  },
);

const families: readonly (readonly [name: string, keyAt: (i: number) => unknown])[] = [
  ['ints of one tag', (i) => unmix(sameTag(i & 127)) + 0 * i],
  ['ints of one place', (i) => unmix(sameHome(i & 255))],
  ['strings of one hash', (i) => `${i + 1000}${'-'.repeat(100)}`],
  ['long strings', (i) => `${i + 1000}${'-'.repeat(600)}`],
  ['floats of one tag', (i) => floatOf(unmix(sameTag(i & 127)), i)],
  ['objects', () => ({})],
];

const operations: readonly (readonly [string, (cache: Cache, key: unknown) => unknown])[] = [
  ['get', (cache, key) => cache.get(key)],
  ['peek', (cache, key) => cache.peek(key)],
  ['has', (cache, key) => cache.has(key)],
  ['set', (cache, key) => cache.set(key, 1)],
  ['delete', (cache, key) => cache.delete(key)],
];

describe.each([
  ['wasm release', openRelease],
  ['js', openJs],
])('operations on %s', (_, open) => {
  it.each(families)('call the engine a few times, whatever crowds it: %s', (__, keyAt) => {
    const { engine, calls } = spied(open());
    const cache: Cache = openCache(engine, { max: 500 });
    const keys = range(120).map(keyAt);
    // Full, so that it does not grow any more.
    for (const i of range(500)) cache.set(`innocent ${scramble(i)}`, i);
    const present = keys.slice(0, 60);
    for (const key of present) cache.set(key, 1);
    const absent = keys.slice(60).filter((key) => !present.includes(key));
    let most = 0;
    for (const [, act] of operations) {
      for (const key of [...present, ...absent]) {
        calls.length = 0;
        act(cache, key);
        most = Math.max(most, calls.length);
      }
      for (const key of present) cache.set(key, 1);
      for (const key of absent) cache.delete(key);
    }
    // A set of another key's word: hash, put, undo, hash, the next slot, and the insertion.
    expect(most).toBeLessThanOrEqual(7);
  });
});
