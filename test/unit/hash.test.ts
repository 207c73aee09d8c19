// The hash of strings and floats: the core's and JavaScript's are the same, and spread keys evenly.
//
// One source is compiled twice (assembly/hash.ts), but what reads a string is the host's. So the
// core is asked here with a polyfill of the js-string builtins, on every host, and with the host's
// own where it has them.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashString, mix } from '../../assembly/hash.js';
import {
  ASK_MAP,
  ELSEWHERE,
  INSERTED,
  KEY_LENGTH_MAX,
  NIL,
  OUTCOME_BITS,
  OUTCOME_MASK,
} from '../../assembly/layout.js';
import type { Engine, Table } from '../../src/engine/engine.js';
import { hashFloat } from '../../src/engine/hash-float.js';
import { createJsEngine } from '../../src/engine/js.js';
import { bindWasm, compileCore } from '../../src/engine/wasm.js';
import { randomOf } from '../support/commands.js';

const SEED = 20260102;
/** Where samples are: units between them and the end. */
const OFFSETS = [0, 5, 64];

const polyfill = {
  'wasm:js-string': {
    length: (text: string) => text.length,
    charCodeAt: (text: string, index: number) => text.charCodeAt(index),
  },
};

const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));

/** An engine that hashes in the core, with whatever the module still asks for. */
function openCore(module: WebAssembly.Module): Engine {
  return bindWasm(instantiateSync(module, polyfill).exports as never, true).engine;
}

/** Every way to run the core; a host without builtins runs the last two on the polyfill, too. */
const engines: readonly [name: string, open: () => Engine][] = [
  ['the debug build, polyfill', () => openCore(new WebAssembly.Module(read('core.debug.wasm')))],
  ['the release build, polyfill', () => openCore(new WebAssembly.Module(read('core.wasm')))],
  ["the debug build, the host's best", () => openCore(compileCore(read('core.debug.wasm')))],
  ["the release build, the host's best", () => openCore(compileCore(read('core.wasm')))],
  [
    'the release build that reads no strings',
    () => {
      const module = new WebAssembly.Module(read('core.wasm'));
      return bindWasm(new WebAssembly.Instance(module, polyfill).exports, false).engine;
    },
  ],
  ['the JavaScript engine', () => createJsEngine()],
];

const wide = fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }), fc.nat(0xff));
const units = fc.oneof(
  fc.array(fc.nat(0xff), { maxLength: 90 }),
  fc.array(wide, { maxLength: 90 }),
  fc.nat(90).chain((length) => fc.array(wide, { minLength: length, maxLength: length })),
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

/** Puts strings through a table of one entry, and looks whether each is there under a word. */
function openHasher(engine: Engine) {
  const table = engine.createTable(1) ?? expect.fail('no memory for a table');
  engine.grow(table);
  return (text: string, offset: number): boolean => {
    const slot = engine.putString(table, text, offset) >> OUTCOME_BITS;
    return engine.find(table, hashString(text, text.length, offset)) === slot;
  };
}

describe.each(engines)('the hash of %s', (_, open) => {
  it('is the same on raw code units, whatever the representation, at every offset', () => {
    const isSame = openHasher(open());
    const property = fc.property(units, fc.constantFrom(...OFFSETS), (codes, offset) => {
      const expected = hashString(String.fromCharCode(...codes), codes.length, offset);
      if (expected !== (expected | 0)) expect.fail(`${expected} is no int32`);
      for (const text of representations(codes)) {
        if (hashString(text, text.length, offset) !== expected) expect.fail(`JavaScript: ${text}`);
        if (!isSame(text, offset)) expect.fail(`the engine: ${JSON.stringify(text)}`);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 600 });
  });

  it('is the same on every length that the index takes', () => {
    const isSame = openHasher(open());
    for (let length = 0; length <= KEY_LENGTH_MAX; length++) {
      const text = 'ab\u4e00\ud800c'.repeat(103).slice(0, length);
      for (const offset of OFFSETS) expect([length, isSame(text, offset)]).toEqual([length, true]);
    }
  });

  it('is the same in every function that takes a string', () => {
    const engine = open();
    const table = engine.createTable(10) as Table;
    engine.useAges(table);
    engine.grow(table);
    for (const text of ['', 'a', 'ab', '\ud800', 'a\0', 'longer than a sample']) {
      for (const offset of OFFSETS) {
        const functions = () => [
          engine.findString(table, text, offset),
          engine.getString(table, text, offset),
          engine.seekString(table, text, offset, 0),
        ];
        expect(functions()).toEqual([NIL, NIL, NIL]);
        const slot = engine.putString(table, text, offset) >> OUTCOME_BITS;
        engine.write(table, slot, 0, 0, 0, false);
        expect(functions()).toEqual([slot, slot, slot]);
        engine.remove(table, slot);
      }
    }
  });

  it('is of no string that is too long for the index, which says so at once', () => {
    const engine = open();
    const table = engine.createTable(10) as Table;
    engine.useAges(table);
    engine.grow(table);
    const [most, more] = [KEY_LENGTH_MAX, KEY_LENGTH_MAX + 1].map((n) => 'x'.repeat(n)) as [
      string,
      string,
    ];
    expect(engine.putString(table, most, 0) & OUTCOME_MASK).toBe(INSERTED);
    const slot = engine.findString(table, most, 0);
    engine.write(table, slot, 0, 0, 0, false);
    expect(slot).toBeGreaterThan(ELSEWHERE);
    expect(engine.putString(table, more, 0)).toBe(ASK_MAP);
    expect([
      engine.findString(table, more, 0),
      engine.getString(table, more, 0),
      engine.seekString(table, more, 0, 0),
    ]).toEqual([ELSEWHERE, ELSEWHERE, ELSEWHERE]);
    expect(engine.size(table)).toBe(1);
  });
});

const COUNT = 100_000;
const families: readonly [name: string, keyAt: (i: number) => string][] = [
  ['a running number at the end', (i) => `user:${String(i).padStart(9, '0')}`],
  ['a number of any length', (i) => `user:${i}`],
  ['short ones, hashed whole', (i) => `${i}`],
  ['hexadecimal digits', (i) => (Math.imul(i, 0x9e3779b1) >>> 0).toString(16).padStart(12, '0')],
  ['few and wide units', (i) => String.fromCharCode(i & 0x1ff, (i >> 9) & 0x1ff, i >> 18)],
];

const collisionsIn = (hashes: readonly number[]) => hashes.length - new Set(hashes).size;

/** Longest chain of an index with 2^16 heads, which takes the top bits of a product. */
function longestChain(hashes: readonly number[]): number {
  const chains = new Uint32Array(1 << 16);
  for (const hash of hashes) {
    const chain = mix(hash) >>> 16;
    chains[chain] = (chains[chain] as number) + 1;
  }
  return chains.reduce((longest, length) => Math.max(longest, length), 0);
}

describe('numbers at equal distances', () => {
  const LOAD = 7;
  const LANES = 12;
  const FIBONACCI = 0x9e3779b1 | 0;
  const distances = [
    ...Array.from({ length: 2000 }, (_, i) => i + 1),
    ...[FIBONACCI, Math.imul(FIBONACCI, FIBONACCI), 1 << 12, 1 << 16, 1000 << 10],
  ];

  /** Share of `count` numbers that find their bucket full. */
  function shareBeyond(distance: number, count: number): number {
    const filled = new Uint16Array(Math.ceil(count / LOAD));
    let beyond = 0;
    for (let i = 0; i < count; i++) {
      const share = (mix(Math.imul(i, distance)) >>> 0) / 2 ** 32;
      const bucket = Math.floor(share * filled.length);
      filled[bucket] = (filled[bucket] as number) + 1;
      if ((filled[bucket] as number) > LANES) beyond += 1;
    }
    return beyond / count;
  }

  it.each([300, 1000, 10_000])('do not crowd the buckets of %i', (count) => {
    const crowding = distances.filter((distance) => shareBeyond(distance, count) > 0.2);
    expect(crowding).toEqual([]);
  });
});

describe.each(families)('hashes of strings with %s', (_, keyAt) => {
  const hashes = Array.from({ length: COUNT }, (__, i) => {
    const key = keyAt(i);
    return hashString(key, key.length, 0);
  });

  it('collide no more often than random ones', () => {
    const expected = (COUNT * (COUNT - 1)) / 2 ** 33;
    expect(collisionsIn(hashes)).toBeLessThanOrEqual(8 * expected);
  });

  it('fill 2^16 chains evenly', () => {
    expect(longestChain(hashes.slice(0, 1 << 16))).toBeLessThanOrEqual(12);
  });
});

describe('samples', () => {
  const sample = (text: string, offset = 0) => hashString(text, text.length, offset);

  it('tell strings apart by their length and eight units', () => {
    expect(sample('a 12345678')).toBe(sample('b 12345678'));
    expect(sample('12345678')).not.toBe(sample('b 12345678'));
    expect(sample('a 12345678xyz', 3)).toBe(sample('b 12345678uvw', 3));
    expect(sample('a 12345678xyz', 3)).not.toBe(sample('a 12345679xyz', 3));
    // Without room for the sample, a string is hashed whole.
    expect(sample('12345678xyz', 4)).not.toBe(sample('12345678xyw', 4));
  });

  it('of units of 16 bits, of which two share the bits of a word, collide seldom', () => {
    const random = randomOf(7);
    const han = () => String.fromCharCode(0x4e00 + random(0x5200));
    const names = new Set(Array.from({ length: COUNT }, () => `${han()}${han()}@ab.cn`));
    const collisions = collisionsIn([...names].map((name) => sample(name)));
    expect(collisions).toBeLessThan(COUNT / 50);
  });

  it('that differ in one unit, or within four, never have one hash', () => {
    const base = 'a,b;c-d+';
    const hashes = new Set([sample(base)]);
    for (let at = 0; at < 8; at++) {
      for (let code = 0; code < 256; code++) {
        if (code === base.charCodeAt(at)) continue;
        hashes.add(sample(base.slice(0, at) + String.fromCharCode(code) + base.slice(at + 1)));
      }
    }
    expect(hashes.size).toBe(8 * 255 + 1);
    const quads = Array.from({ length: 1 << 16 }, (_, i) =>
      sample(`${String.fromCharCode(i & 15, (i >> 4) & 15, (i >> 8) & 15, i >> 12)}tail`),
    );
    expect(collisionsIn(quads)).toBe(0);
  });
});

describe('hashFloat', () => {
  const float = new Float64Array(1);
  const bits = new BigUint64Array(float.buffer);

  it('is one hash for every NaN', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: (1n << 52n) - 1n }), fc.boolean(), (payload, sign) => {
        bits[0] = (sign ? 0xfff0000000000000n : 0x7ff0000000000000n) | payload;
        expect(hashFloat(float[0] as number)).toBe(hashFloat(Number.NaN));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('is an int32 that depends on both halves and on the sign', () => {
    const close = [0.5, -0.5, 0.5 + Number.EPSILON, 2 ** 32, 2 ** 33, Number.MIN_VALUE];
    const hashes = close.map(hashFloat);
    expect(new Set(hashes).size).toBe(close.length);
    expect(hashes.map((hash) => hash | 0)).toEqual(hashes);
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
    const hashes = Array.from({ length: 1 << 16 }, (__, i) => hashFloat(value(i)));
    expect(collisionsIn(hashes)).toBeLessThanOrEqual(6);
    expect(longestChain(hashes)).toBeLessThanOrEqual(12);
  });
});
