// The core of bytes against a model that counts chunks: a list of entries, the oldest first.
//
// The model knows the order, the bytes, and how many chunks each entry takes. It does not know how
// a region is shared between index and chunks: when the core evicts is read from it, and checked to
// be the oldest entries, no more than it needs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  ADDED,
  FOUND,
  FRAME_ADDRESS,
  FRAME_BUFFER,
  FRAME_BYTES,
  LOCATE,
  REFUSED,
  TOUCH,
  WIDE,
} from '../../assembly/bytes/layout.js';
import type { Region } from '../../src/bytes/region.js';
import { type RegionCase, regionCases } from './regions.js';
import { validate } from './validate.js';

const KEY_AT = FRAME_BUFFER + 32768;

interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A driver of the core's functions by keys and values. */
class Driver {
  readonly region: Region;
  constructor(region: Region) {
    this.region = region;
  }

  /** Writes a key to the frame: its bytes, and whether it is wide. */
  key(text: string): [number, number] {
    const isWide = [...text].some((unit) => unit.charCodeAt(0) > 255 || unit.length > 1);
    const bytes = Buffer.from(text, isWide ? 'utf16le' : 'latin1');
    this.region.bytes.set(bytes, KEY_AT);
    return [bytes.length, isWide ? WIDE : 0];
  }

  put(text: string, value: Uint8Array): number {
    const { core, store, bytes } = this.region;
    bytes.set(value, FRAME_BUFFER);
    const [length, wide] = this.key(text);
    return core.put(store, 0, '', KEY_AT, length, wide, FRAME_BUFFER, value.length, 0, 0, 0);
  }

  get(text: string, mode = TOUCH | LOCATE): Uint8Array | undefined {
    const { core, store } = this.region;
    const [length, wide] = this.key(text);
    if (core.get(store, 0, '', KEY_AT, length, wide, 0, mode) !== FOUND) return undefined;
    const { words, bytes } = this.region;
    const at = (words[FRAME_ADDRESS >> 2] as number) >>> 0;
    return bytes.slice(at, at + (words[FRAME_BYTES >> 2] as number));
  }

  remove(text: string): boolean {
    const { core, store } = this.region;
    const [length, wide] = this.key(text);
    return core.remove(store, 0, '', KEY_AT, length, wide) !== ABSENT;
  }
}

const bytesOf = (key: string) => (/[^\0-\xff]/.test(key) ? key.length * 2 : key.length);
const chunksOf = ({ key, value }: Entry, chunkBytes: number) =>
  Math.max(1, Math.ceil((bytesOf(key) + value.length) / chunkBytes));

const content = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);

type Command = readonly ['put' | 'get' | 'peek' | 'remove', key: number, length: number];

const keys = Array.from({ length: 40 }, (_, i) => {
  if (i % 5 === 0) return `${'k'.repeat(i * 7)}${i}`;
  return i % 3 === 0 ? `schlüssel ${i}` : `κλειδί ${i} \ud800`;
});

function step(driver: Driver, model: Entry[], command: Command, chunkBytes: number, i: number) {
  const [name, number, length] = command;
  const key = keys[number % keys.length] as string;
  const at = model.findIndex((entry) => entry.key === key);
  const entry = model[at];
  if (name === 'remove') {
    expect(driver.remove(key)).toBe(at >= 0);
    if (at >= 0) model.splice(at, 1);
    return;
  }
  if (name !== 'put') {
    const mode = name === 'get' ? TOUCH | LOCATE : LOCATE;
    expect(driver.get(key, mode)).toEqual(entry?.value);
    if (name === 'get' && entry !== undefined) model.push(...model.splice(at, 1));
    return;
  }
  const next: Entry = { key, value: content(length, i) };
  if (at >= 0) model.splice(at, 1);
  const result = driver.put(key, next.value);
  const { entries, free, chunksMax } = validate(driver.region);
  if (result === REFUSED) {
    expect(chunksOf(next, chunkBytes)).toBeGreaterThan(chunksMax);
    return;
  }
  expect(result).toBe(at >= 0 ? FOUND : ADDED);
  const evicted = model.splice(0, model.length + 1 - entries.length);
  const last = evicted.at(-1);
  // The last one had to go: without it, there was too little room for the new entry or the index.
  if (last !== undefined) expect(free).toBeLessThan(chunksOf(last, chunkBytes) + 40);
  model.push(next);
}

function run(open: RegionCase['open'], commands: readonly Command[], chunkBytes: number): void {
  const driver = new Driver(open({ chunkBytes, maxBytes: 65536, seed: 7 }));
  const model: Entry[] = [];
  commands.forEach((command, i) => {
    step(driver, model, command, chunkBytes, i);
  });
  const { entries } = validate(driver.region);
  const bySlot = new Map(entries.map((entry) => [entry.slot, entry]));
  const order = [...driver.region.order()].map((slot) => bySlot.get(slot));
  const decode = (key: Uint8Array, isWide: boolean) =>
    Buffer.from(key).toString(isWide ? 'utf16le' : 'latin1');
  expect(order.map((entry) => entry && decode(entry.key, entry.isWide))).toEqual(
    model.map(({ key }) => key),
  );
  expect(order.map((entry) => entry?.value)).toEqual(model.map(({ value }) => value));
}

const commands = fc.array(
  fc.tuple(
    fc.constantFrom('put', 'put', 'put', 'get', 'peek', 'remove'),
    fc.nat(39),
    fc.oneof(fc.nat(300), fc.nat(9000), fc.constantFrom(0, 63, 64, 65, 127, 128, 129, 256)),
  ) as fc.Arbitrary<Command>,
  { maxLength: 120 },
);

describe.each(regionCases)('$name', ({ open }) => {
  it.each([64, 128, 256, 512])('is the model, in chunks of %i', (chunkBytes) => {
    const runs = Number(process.env.WASM_LRU_RUNS ?? 40);
    fc.assert(
      fc.property(commands, (list) => run(open, list, chunkBytes)),
      { numRuns: runs },
    );
  });

  it('keeps every length around the multiples of a chunk', () => {
    const driver = new Driver(open({ chunkBytes: 64, maxBytes: 1 << 20, seed: 1 }));
    for (const keyBytes of [0, 1, 63, 64, 65, 128, 200]) {
      const key = 'x'.repeat(keyBytes);
      for (let length = 0; length <= 4 * 64 + 2; length++) {
        const value = content(length, length);
        expect(driver.put(key, value)).not.toBe(REFUSED);
        expect(driver.get(key)).toEqual(value);
      }
    }
    validate(driver.region);
  });

  it('fills its memory to the end with small entries, and with large ones after them', () => {
    const driver = new Driver(open({ chunkBytes: 64, maxBytes: 1 << 20, seed: 1 }));
    for (let i = 0; i < 40_000; i++) driver.put(`small ${i}`, content(20, i));
    const { entries, chunksMax } = validate(driver.region);
    expect(entries.length).toBeGreaterThan(chunksMax * 0.93);
    for (let i = 0; i < 3000; i++) driver.put(`large ${i}`, content(3000, i));
    const after = validate(driver.region);
    expect(after.free).toBeLessThan(100);
    expect(driver.get('large 2999')).toEqual(content(3000, 2999));
  });
});
