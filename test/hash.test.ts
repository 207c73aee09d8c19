// The hashes: the core's and JavaScript's are the same, in both gears, and spread keys evenly.
//
// The core hashes with whatever js-string functions it is given, so that its exports can be asked
// here on every host: with a polyfill on all, with the host's own builtins where it has them.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KIND_HASHED, MULTIPLIER, OUTCOME_BITS } from '../assembly/layout.js';
import { compileCore } from '../src/engine/wasm.js';
import { drawFirstSeed, drawMultiplier, drawSeed, hashFloat, hashString } from '../src/hash.js';

const SEED = 20260102;

/** What the core exports, as far as it is asked here. */
interface HashingCore extends Record<string, unknown> {
  open(seed: number): void;
  create(limit: number): number;
  grow(table: number): number;
  putString(table: number, text: string, seed: number): number;
  findString(table: number, text: string, seed: number): number;
  getString(table: number, text: string, seed: number): number;
  takeString(table: number, text: string, seed: number): number;
  find(table: number, hash: number, kind: number): number;
  wordOf(table: number, slot: number): number;
}

const polyfill = {
  'wasm:js-string': {
    length: (text: string) => text.length,
    charCodeAt: (text: string, index: number) => text.charCodeAt(index),
  },
};

const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../build/${name}`, import.meta.url)));

/** Every way to run the core; a host without builtins runs the last two on the polyfill, too. */
const cores: readonly [name: string, module: WebAssembly.Module][] = [
  ['debug build, polyfill', new WebAssembly.Module(read('core.debug.wasm'))],
  ['release build, polyfill', new WebAssembly.Module(read('core.wasm'))],
  ["debug build, the host's best", compileCore(read('core.debug.wasm'))],
  ["release build, the host's best", compileCore(read('core.wasm'))],
];

const seeds = [1, 2, 0x12345678, 0x3fffffff, 0x7fffffff, 0x5eadbeef, 0x2badcafe];
const seedValue = fc.integer({ min: 1, max: 0x7fffffff });
const narrow = fc.nat(0xff);
const wide = fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }), fc.nat(0xff));
const units = fc.oneof(
  fc.array(narrow, { maxLength: 64 }),
  fc.array(wide, { maxLength: 64 }),
  fc.nat(64).chain((length) => fc.array(wide, { minLength: length, maxLength: length })),
);

/** One string in every representation a host may choose for it. */
function representations(codes: readonly number[]): string[] {
  const flat = String.fromCharCode(...codes);
  const middle = codes.length >> 1;
  const left = String.fromCharCode(...codes.slice(0, middle));
  const right = String.fromCharCode(...codes.slice(middle));
  const unitwise = codes.reduce((text, code) => text + String.fromCharCode(code), '');
  const wideSlice = `\u4e00${'-'.repeat(20)}${flat}${'-'.repeat(20)}`.slice(21, 21 + flat.length);
  const parsed = JSON.parse(JSON.stringify(flat)) as string;
  return [flat, left + right, unitwise, wideSlice, parsed];
}

/** Hash of all of a string. */
const hashAll = (text: string, seed: number) => hashString(text, seed, 0);
/** Hash of a sample of a string. */
const sample = (text: string, seed: number) => hashString(text, 0, seed);

interface Gear {
  readonly gear: string;
  readonly hash: (text: string, seed: number) => number;
  /** Seed of a table whose hashes are in this gear, under `seed`. */
  readonly tableSeed: (seed: number) => number;
}

const gears: readonly Gear[] = [
  { gear: 'sampled', hash: sample, tableSeed: () => 0 },
  { gear: 'moved', hash: (text, seed) => hashString(text, -5, seed), tableSeed: () => -5 },
  { gear: 'full', hash: hashAll, tableSeed: (seed) => seed },
];

/** Puts strings through a table of one entry and reads the hash back. */
function openHasher(module: WebAssembly.Module, gear: Gear, seed: number) {
  const core = instantiateSync<HashingCore>(module, polyfill).exports;
  core.open(seed);
  const table = core.create(1);
  core.grow(table);
  return (text: string) => {
    const code = core.putString(table, text, gear.tableSeed(seed));
    return core.wordOf(table, code >> OUTCOME_BITS);
  };
}

const rigs = cores.flatMap(([name, module]) =>
  gears.map((gear) => [`${gear.gear} hash and the ${name}`, module, gear] as const),
);

describe.each(rigs)('the %s', (_, module, gear) => {
  it.each(seeds)('agree on raw code units, whatever the representation, seed %i', (seed) => {
    const inCore = openHasher(module, gear, seed);
    fc.assert(
      fc.property(units, (codes) => {
        const expected = gear.hash(String.fromCharCode(...codes), seed);
        expect(expected).toBe(expected | 0);
        for (const text of representations(codes)) {
          expect(inCore(text)).toBe(expected);
          expect(gear.hash(text, seed)).toBe(expected);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('agree for any seed, and on every length from 0 to 64', () => {
    fc.assert(
      fc.property(seedValue, wide, (seed, code) => {
        const inCore = openHasher(module, gear, seed);
        for (let length = 0; length <= 64; length++) {
          const text = String.fromCharCode(code).repeat(length);
          expect(inCore(text), `length ${length}`).toBe(gear.hash(text, seed));
        }
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it('agree on long strings', () => {
    const inCore = openHasher(module, gear, 5);
    for (const length of [255, 256, 1000, 65_535, 65_536, 1 << 20]) {
      const text = 'ab\u4e00'.repeat(length).slice(0, length);
      expect(inCore(text), `length ${length}`).toBe(gear.hash(text, 5));
    }
  });

  it('agree in every function that takes a string', () => {
    const core = instantiateSync<HashingCore>(module, polyfill).exports;
    core.open(9);
    const tableSeed = gear.tableSeed(9);
    const table = core.create(10);
    core.grow(table);
    for (const text of ['', 'a', 'ab', '\ud800', 'a\0', 'longer than a sample']) {
      const slot = core.putString(table, text, tableSeed) >> OUTCOME_BITS;
      const found = [
        core.findString(table, text, tableSeed),
        core.getString(table, text, tableSeed),
      ];
      expect([...found, core.find(table, gear.hash(text, 9), KIND_HASHED)]).toEqual([
        slot,
        slot,
        slot,
      ]);
      expect(core.takeString(table, text, tableSeed)).toBe(slot);
      expect(core.find(table, gear.hash(text, 9), KIND_HASHED)).toBe(0);
    }
  });
});

const users = (count: number) => Array.from({ length: count }, (_, i) => `user:${i}`);
const families: readonly [name: string, keys: (count: number) => string[]][] = [
  ['a running number at the end', users],
  ['a running number at the start', (count) => users(count).map((key) => key.slice(5))],
  ['one changing unit of 64', (count) => users(count).map((_, i) => oneUnitOf64(i))],
  ['few and wide units', (count) => Array.from({ length: count }, (_, i) => wideNumber(i))],
];

/** Differs from any other in one of 64 units, of which 63 are equal. */
function oneUnitOf64(i: number): string {
  const place = i & 63;
  return `${'x'.repeat(place)}${String.fromCharCode(0x100 + (i >> 6))}${'x'.repeat(63 - place)}`;
}

/** A number in units of 9 bits, low end first: few units, most of their bits zero. */
function wideNumber(i: number): string {
  return String.fromCharCode(i & 0x1ff, (i >> 9) & 0x1ff, i >> 18);
}

const collisionsIn = (hashes: readonly number[]) => hashes.length - new Set(hashes).size;

/** Longest chain of a table with 2^16 buckets, which takes the top bits of a product. */
function longestChain(hashes: readonly number[], multiplier: number = MULTIPLIER): number {
  const chains = new Uint32Array(1 << 16);
  for (const hash of hashes) {
    const bucket = Math.imul(hash, multiplier) >>> 16;
    chains[bucket] = (chains[bucket] as number) + 1;
  }
  return chains.reduce((longest, length) => Math.max(longest, length), 0);
}

describe.each(families)('hashes of strings with %s', (_, keys) => {
  it('collide no more often than random ones', () => {
    const count = 100_000;
    const texts = keys(count);
    expect(new Set(texts).size).toBe(count);
    const expected = (count * (count - 1)) / 2 ** 33;
    const collisions = seeds.map((seed) => collisionsIn(texts.map((t) => hashAll(t, seed))));
    const total = collisions.reduce((sum, n) => sum + n, 0);
    expect(total).toBeLessThanOrEqual(3 * expected * seeds.length);
  });

  it('fill 2^16 buckets evenly', () => {
    const texts = keys(1 << 16);
    for (const seed of seeds) {
      expect(longestChain(texts.map((text) => hashAll(text, seed)))).toBeLessThanOrEqual(12);
    }
  });
});

describe('samples', () => {
  it('tell strings apart by their length and their last eight units', () => {
    for (const seed of seeds) {
      expect(sample('a 12345678', seed)).toBe(sample('b 12345678', seed));
      expect(sample('12345678', seed)).not.toBe(sample('b 12345678', seed));
      const tails = Array.from({ length: 8 }, (_, i) => `${'x'.repeat(i)}y${'x'.repeat(7 - i)}`);
      const hashes = tails.map((tail) => sample(`abc ${tail}`, seed));
      expect(new Set(hashes).size).toBe(8);
    }
  });

  it('of a running number collide no more often than random hashes', () => {
    const texts = Array.from({ length: 100_000 }, (_, i) => `user:${String(i).padStart(9, '0')}`);
    const expected = (100_000 * 99_999) / 2 ** 33;
    const found = seeds.map((seed) => collisionsIn(texts.map((text) => sample(text, seed))));
    const total = found.reduce((sum, n) => sum + n, 0);
    expect(total).toBeLessThanOrEqual(3 * expected * seeds.length);
  });
});

describe('seeds', () => {
  it('give different hashes and different collisions', () => {
    const texts = users(1000);
    const bySeed = seeds.map((seed) => texts.map((text) => hashAll(text, seed)));
    expect(new Set(bySeed.flat()).size).toBeGreaterThan(seeds.length * 1000 - 10);
    const short = ['', '\0', '\0\0', '0', 'a'];
    for (const text of short) {
      expect(new Set(seeds.map((seed) => hashAll(text, seed))).size).toBe(seeds.length);
    }
  });

  it.each([drawSeed, drawFirstSeed])('are from 1 to 2^30 - 1 and drawn anew each time', (draw) => {
    const drawn = Array.from({ length: 100 }, draw);
    for (const seed of drawn) expect(seed).toSatisfy(Number.isInteger);
    expect(Math.min(...drawn)).toBeGreaterThan(0);
    expect(Math.max(...drawn)).toBeLessThan(2 ** 30);
    expect(new Set(drawn).size).toBeGreaterThan(97);
  });

  it('are never 0, which is the seed of a table that has not been rehashed', () => {
    const random = vi.spyOn(Math, 'random');
    for (const [drawn, seed] of [
      [0, 1],
      [2 ** -2, 1],
      [2 ** -32, 1],
      [1 - 2 ** -32, 2 ** 30 - 1],
    ] as const) {
      random.mockReturnValue(drawn);
      expect(drawFirstSeed()).toBe(seed);
    }
    random.mockRestore();
  });
});

describe('multipliers', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('are drawn anew each time, and none crowds ids in sequence', () => {
    const ids = Array.from({ length: 1 << 16 }, (_, i) => 1_000_000 + i);
    const drawn = Array.from({ length: 1000 }, drawMultiplier);
    expect(drawn.filter((multiplier) => (multiplier & 1) === 0)).toEqual([]);
    expect(new Set(drawn).size).toBeGreaterThan(990);
    // Gaps differ by a factor of 18 at most.
    expect(Math.max(...drawn.map((multiplier) => longestChain(ids, multiplier)))).toBeLessThan(20);
  });

  it('are what there is, on a host that draws the same number each time', () => {
    for (let seed = 1; seed <= 100; seed++) {
      vi.stubGlobal('crypto', { getRandomValues: () => [seed] });
      expect(drawMultiplier()).toBe(Math.imul(seed, MULTIPLIER) | 1);
    }
  });
});

describe('without crypto', () => {
  it.each([undefined, { getRandomValues: () => expect.fail('forbidden here') }])(
    'seeds are drawn all the same',
    (crypto) => {
      vi.stubGlobal('crypto', crypto);
      const drawn = Array.from({ length: 100 }, drawSeed);
      vi.unstubAllGlobals();
      expect(new Set(drawn).size).toBeGreaterThan(97);
    },
  );
});

describe('no seed is needed to collide on purpose: strings', () => {
  const base = 'a,b;c-d+';
  const flip = (text: string, at: number, bit: number) => {
    const code = text.charCodeAt(at) ^ (1 << bit);
    return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
  };

  it('that differ in one bit or in two bits never collide under several seeds', () => {
    const bits = Array.from({ length: base.length * 16 }, (_, i) => [i >> 4, i & 15] as const);
    const found: string[] = [];
    bits.forEach(([at, bit], i) => {
      const once = flip(base, at, bit);
      if (collidingSeeds(once, base) > 1) found.push(`${at}.${bit}`);
      for (const [at2, bit2] of bits.slice(i + 1)) {
        const twice = flip(once, at2, bit2);
        if (collidingSeeds(twice, base) > 1) found.push(`${at}.${bit} ${at2}.${bit2}`);
      }
    });
    expect(found).toEqual([]);
  });

  // A round multiplies, so its topmost bit moves no other; the next round's input can undo it.
  it('that undo the topmost bit of every other round do not all collide', () => {
    const block = (flipped: boolean) => (flipped ? 'a\u8061\u4061a' : 'aaaa');
    const blocks = Array.from({ length: 10 }, (_, i) => i);
    const texts = Array.from({ length: 1 << blocks.length }, (_, bits) =>
      blocks.map((i) => block(((bits >> i) & 1) === 1)).join(''),
    );
    for (const seed of seeds) {
      const distinct = new Set(texts.map((text) => hashAll(text, seed))).size;
      expect(distinct, `seed ${seed}`).toBeGreaterThan(texts.length - 5);
    }
  });
});

/** Number of seeds under which two strings have the same hash. */
function collidingSeeds(a: string, b: string): number {
  return seeds.filter((seed) => hashAll(a, seed) === hashAll(b, seed)).length;
}

describe('hashFloat', () => {
  const float = new Float64Array(1);
  const bits = new BigUint64Array(float.buffer);

  it('is one hash for every NaN', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: (1n << 52n) - 1n }), fc.boolean(), (payload, sign) => {
        bits[0] = (sign ? 0xfff0000000000000n : 0x7ff0000000000000n) | payload;
        expect(hashFloat(float[0] as number, 7)).toBe(hashFloat(Number.NaN, 7));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('depends on both halves, the sign and the seed', () => {
    const close = [0.5, -0.5, 0.5 + Number.EPSILON, 2 ** 32, 2 ** 33, Number.MIN_VALUE];
    const hashes = close.flatMap((value) => seeds.map((seed) => hashFloat(value, seed)));
    expect(new Set(hashes).size).toBe(close.length * seeds.length);
    expect(hashes.map((hash) => hash | 0)).toEqual(hashes);
  });

  it('gives no two numbers one hash under several seeds', () => {
    const at = (pattern: bigint) => {
      bits[0] = pattern;
      return float[0] as number;
    };
    const base = 0x41e1234567000000n;
    const flips = Array.from({ length: 64 }, (_, i) => 1n << BigInt(i));
    const others = flips.flatMap((one) =>
      flips.map((two) => base ^ one ^ (one === two ? 0n : two)),
    );
    const collisions = others.filter(
      (other) => seeds.filter((s) => hashFloat(at(other), s) === hashFloat(at(base), s)).length > 1,
    );
    expect(collisions.map((other) => (other ^ base).toString(16))).toEqual([]);
  });

  const floats: readonly [name: string, value: (i: number) => number][] = [
    ['halves', (i) => i + 0.5],
    ['fractions', (i) => i / 100_003],
    ['multiples of 2^32', (i) => (i + 1) * 2 ** 32],
    ['numbers past 2^31', (i) => 2 ** 31 + i],
    ['milliseconds since 1970', (i) => 1.7e12 + i * 1000],
    ['numbers past 2^50 in steps of 4096', (i) => 2 ** 50 + i * 4096],
    ['subnormals', (i) => (i + 1) * Number.MIN_VALUE],
    ['powers of 1.001', (i) => 1.001 ** (i / 10)],
  ];

  it.each(floats)('spreads %s evenly', (_, value) => {
    const count = 1 << 16;
    for (const seed of seeds) {
      const hashes = Array.from({ length: count }, (_, i) => hashFloat(value(i), seed));
      expect(collisionsIn(hashes)).toBeLessThanOrEqual(6);
      expect(longestChain(hashes)).toBeLessThanOrEqual(12);
    }
  });
});
