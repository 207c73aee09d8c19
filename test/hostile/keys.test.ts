// The families that `npm run bench:hostile` besieges caches with: that they are what they are said
// to be, by the hashes of src/, and that a besieged cache answers right. What they cost is measured
// there, and counted where the index is tested.

import { describe, expect, it } from 'vitest';
import { hashString } from '../../assembly/hash.js';
import { climb, type Genome, keysOf, mutated, randomGenome } from '../../bench/hostile-climb.js';
import { type HostileFamily, hostileFamilies } from '../../bench/hostile-families.js';
import {
  bucketOf,
  crowdingWords,
  equalQuad,
  floatOf,
  SAMPLE_OFFSET_MAX,
  tagOf,
} from '../../bench/hostile-keys.js';
import { type Besieged, besiege, untimed } from '../../bench/hostile-siege.js';
import { siegeOf, subjects } from '../../bench/hostile-sieges.js';
import { createRandom } from '../../bench/random.js';
import { LRUCache } from '../../src/api/lru.js';
import { hashFloat } from '../../src/engine/hash-float.js';

const CAPACITIES = [1000, 9999, 100_000, 1_000_000];
const COUNT = 500;

function familyOf(start: string): HostileFamily {
  const family = hostileFamilies.find(({ name }) => name.startsWith(start));
  if (family === undefined) throw new Error(`no family ${start}`);
  return family;
}

/** How many hashes some strings have when they are sampled so far from their ends. */
function hashesOf(texts: readonly unknown[], offset: number): number {
  return new Set(texts.map((text) => hashString(text as string, (text as string).length, offset)))
    .size;
}

describe('the families', () => {
  it.each(hostileFamilies)('$name: all keys are different, the random ones, too', (family) => {
    const count = Math.min(COUNT * 2, (family.countMax ?? COUNT) * 2);
    const keys = family.keysOf(count, 10_000);
    expect(new Set(keys).size).toBe(count);
    const random = family.randomOf(count);
    expect(new Set(random).size).toBe(count);
    const lengths = new Set([...keys, ...random].map((key) => `${key}`.length));
    if (typeof keys[0] === 'string') expect([...lengths]).toEqual([`${keys[0]}`.length]);
  });

  it.each(CAPACITIES)('words crowd a bucket of %i entries, with one tag', (capacity) => {
    const words = crowdingWords(100, capacity, 3);
    expect(new Set(words.map(tagOf)).size).toBe(1);
    expect(new Set(words.map((word) => bucketOf(word, capacity)))).toEqual(new Set([3]));
    expect(new Set(words).size).toBe(100);
  });

  it('long keys differ where no sample comes', () => {
    for (const length of [100, 1000, 10_000]) {
      for (const where of ['late', 'early']) {
        const keys = familyOf(`keys of ${length} units, other ${where}`).keysOf(50, 1000);
        for (let offset = 0; offset <= SAMPLE_OFFSET_MAX; offset++) {
          expect(hashesOf(keys, offset)).toBe(1);
        }
      }
    }
  });

  it('moves of a sample are used up one after the other', () => {
    const { before, keysOf: last } = familyOf('keys behind moves');
    const keys = before?.(8000) ?? [];
    const stages = [0, 1, 2].map((stage) => keys.slice(stage * 1000, stage * 1000 + 1000));
    for (const [stage, own] of stages.entries()) {
      // Each collides where the ones before were told apart.
      for (const offset of [0, 16, 32].slice(0, stage + 1)) {
        expect(hashesOf(own, offset)).toBeLessThan(10);
      }
      expect(hashesOf(own, 16 * (stage + 1))).toBeGreaterThan(900);
    }
    for (let offset = 0; offset <= SAMPLE_OFFSET_MAX; offset++) {
      expect(hashesOf(last(100, 8000), offset)).toBe(1);
    }
  });

  it('units above 255 make strings one to a sample', () => {
    const eight = familyOf('eight units').keysOf(1000, 1000);
    expect(hashesOf(eight, 0)).toBe(1);
    expect(new Set(Array.from({ length: 1000 }, (_, i) => equalQuad(i))).size).toBe(1000);
  });

  it('strings and floats have the hashes that are wanted, under the known seed', () => {
    expect(hashesOf(familyOf('four units with one hash').keysOf(1000, 1000), 0)).toBe(1);
    for (const word of [0, 1, -1, 123_456_789]) {
      for (let i = 0; i < 100; i++) {
        const value = floatOf(word, i);
        if (!Number.isNaN(value)) expect(hashFloat(value)).toBe(word);
      }
    }
    const crowded = familyOf('floats in one bucket').keysOf(500, 100_000) as number[];
    const words = crowded.map((value) => hashFloat(value));
    expect(new Set(words.map((word) => bucketOf(word, 100_000)))).toEqual(new Set([0]));
    expect(new Set(words.map(tagOf)).size).toBe(1);
    expect(new Set(words).size).toBeGreaterThan(50);
  });
});

describe('a climb', () => {
  it('makes a million different keys of every genome', () => {
    const random = createRandom(3);
    let genome = randomGenome(random);
    for (let i = 0; i < 300; i++) {
      genome = i % 30 === 0 ? randomGenome(random) : mutated(genome, random);
      const keys = keysOf(genome, 3000);
      expect(new Set(keys).size, JSON.stringify(genome)).toBe(3000);
    }
  });

  it('gets to what costs most', () => {
    const costOf = ({ kind, length, place }: Genome) =>
      kind === 'string' ? 1 + 100 / length - place / 1000 : 0;
    let steps = 0;
    const best = climb(costOf, createRandom(1), () => ++steps > 2000);
    expect(best).toMatchObject({ kind: 'string', place: 0 });
    expect(best.length).toBeLessThanOrEqual(9);
  });
});

describe.each(['wasm', 'pure'] as const)('a cache on %s', (engine) => {
  it.each(hostileFamilies)('besieged by $name answers right', (family) => {
    for (const [size, isMany] of [
      [3000, false],
      [1000, true],
    ] as const) {
      for (const subject of subjects) {
        if (subject === 'map') continue;
        const siege = siegeOf(family, { family: 0, size, isMany, subject });
        const cache = new LRUCache<string | number, number>({ max: size, engine });
        besiege(cache, siege, untimed);
        expect(cache.size).toBeLessThanOrEqual(size);
        for (const key of siege.absent) expect(cache.has(key)).toBe(false);
      }
    }
  });
});

describe('a siege', () => {
  const siege = siegeOf(familyOf('id and suffix'), {
    ...{ family: 0, size: 100, isMany: false, subject: 'hostile' },
  });

  it('has as many keys as are said, all in the cache at once', () => {
    expect(siege.present).toHaveLength(8);
    expect(siege.absent).toHaveLength(8);
    expect(siege.innocent).toHaveLength(92);
  });

  it('notices a wrong answer of every kind', () => {
    const cache = () =>
      new Map<string | number, number>() as Map<string | number, number> & Besieged;
    const broken = (part: Partial<Besieged>): Besieged => {
      const map = cache();
      return Object.assign(map, { peek: map.get.bind(map) }, part);
    };
    const [absent] = siege.absent;
    expect(() => besiege(broken({}), siege, untimed)).not.toThrow();
    for (const part of [
      { get: () => 0 },
      { peek: () => undefined },
      { has: (key: unknown) => key === absent },
      { has: () => true },
      { delete: () => false },
    ]) {
      expect(() => besiege(broken(part), siege, untimed)).toThrow(/key/);
    }
  });
});
