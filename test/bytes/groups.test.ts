// Keys of one word: what the index of the table does not take is in the groups.
//
// The keys here are made with the secret of the store, which nobody else knows.

import { describe, expect, it } from 'vitest';
import { FOUND, FRAME_BUFFER, GROUP_SLOTS, STORE_SEED } from '../../assembly/bytes/layout.js';
import { round } from '../../assembly/hash.js';
import type { Region } from '../../src/bytes/region.js';
import { regionCases } from './regions.js';
import { validate } from './validate.js';

const SEED = 12345;
const KEY_BYTES = 8;

/** A key of eight bytes whose word is that of all others, under this seed. */
function collidingKey(number: number): Uint8Array {
  const state = round(round(SEED, KEY_BYTES), number);
  return new Uint8Array(Int32Array.of(number, state).buffer);
}

const put = ({ core, store, bytes }: Region, key: Uint8Array) => {
  bytes.set(key, FRAME_BUFFER);
  return core.put(store, 0, '', FRAME_BUFFER, KEY_BYTES, 0, FRAME_BUFFER, 3, 0, 0, 0);
};
const has = ({ core, store, bytes }: Region, key: Uint8Array) => {
  bytes.set(key, FRAME_BUFFER);
  return core.get(store, 0, '', FRAME_BUFFER, KEY_BYTES, 0, 0, 0) === FOUND;
};
const remove = ({ core, store, bytes }: Region, key: Uint8Array) => {
  bytes.set(key, FRAME_BUFFER);
  return core.remove(store, 0, '', FRAME_BUFFER, KEY_BYTES, 0) === FOUND;
};

describe.each(regionCases)('keys of one word on $name', ({ open }) => {
  const openRegion = () => open({ chunkBytes: 64, maxBytes: 1 << 20, seed: SEED });

  it('are told apart, and each is found', () => {
    const region = openRegion();
    const keys = Array.from({ length: GROUP_SLOTS + 1 }, (_, i) => collidingKey(i));
    for (const key of keys) put(region, key);
    expect(keys.map((key) => has(region, key))).toEqual(keys.map(() => true));
    expect(has(region, collidingKey(99))).toBe(false);
    for (const key of keys.slice(0, 9)) expect(remove(region, key)).toBe(true);
    expect(keys.map((key) => has(region, key))).toEqual(keys.map((_, i) => i >= 9));
    validate(region);
  });

  it('evict the oldest of themselves when there are too many, and nobody else', () => {
    const region = openRegion();
    const others = Array.from({ length: 50 }, (_, i) => Uint8Array.of(i, 1, 1, 1, 1, 1, 1, 1));
    for (const key of others) put(region, key);
    const keys = Array.from({ length: 40 }, (_, i) => collidingKey(i));
    for (const key of keys) put(region, key);
    // The first has the index, and the group the latest ones.
    const kept = keys.map((_, i) => i === 0 || i >= 40 - GROUP_SLOTS);
    expect(keys.map((key) => has(region, key))).toEqual(kept);
    expect(others.every((key) => has(region, key))).toBe(true);
    expect(region.core.evicted(region.store)).toBe(40 - GROUP_SLOTS - 1);
    validate(region);
  });

  it('survive when the index grows', () => {
    const region = openRegion();
    const keys = Array.from({ length: GROUP_SLOTS }, (_, i) => collidingKey(i));
    for (const key of keys) put(region, key);
    for (let i = 0; i < 2000; i++) put(region, Uint8Array.of(i, i >> 8, 2, 2, 2, 2, 2, 2));
    expect(keys.map((key) => has(region, key))).toEqual(keys.map(() => true));
    validate(region);
  });

  it('have the secret that the region was given', () => {
    const region = openRegion();
    const at = (FRAME_BUFFER + 65536 + STORE_SEED) >> 2;
    expect(region.words[at]).toBe(SEED);
  });
});
