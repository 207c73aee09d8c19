// The checker of a whole cache, from outside, for every engine and build.
//
// It reads the structure through Engine.image and checks the invariants of layout.ts anew, in its
// own way, then those of entries.ts. On the debug build it runs the core's checker as well.

import { expect } from 'vitest';
import {
  CHAIN_SLOT,
  KIND_INT,
  NIL,
  SLOT_BYTES,
  SLOT_CHAIN,
  SLOT_NEWER,
  SLOT_OLDER,
  SLOT_WORD,
} from '../assembly/layout.js';
import type { TableImage } from '../src/engine.js';
import { entriesOf, type LRUCache } from '../src/lru.js';
import type { TestEngine } from './support.js';

function field(image: TableImage, slot: number, offset: number): number {
  return image.slots[(slot * SLOT_BYTES + offset) >> 2] as number;
}

/** Live slots, newest first; fails if the list is not a list. */
function listedSlots(image: TableImage): number[] {
  const listed: number[] = [];
  let slot = NIL;
  do {
    const older = field(image, slot, SLOT_OLDER);
    expect(field(image, older, SLOT_NEWER), 'newer(older(s)) is s').toBe(slot);
    slot = older;
    if (slot !== NIL) listed.push(slot);
  } while (slot !== NIL && listed.length <= image.size);
  return listed;
}

function bucketOf(image: TableImage, word: number): number {
  return Math.imul(word, image.multiplier) >>> image.shift;
}

function chainedSlots(image: TableImage): number[] {
  const chained: number[] = [];
  image.heads.forEach((head, bucket) => {
    for (let slot = head; slot !== NIL; slot = field(image, slot, SLOT_CHAIN) & CHAIN_SLOT) {
      expect(bucketOf(image, field(image, slot, SLOT_WORD)), 'bucket of slot').toBe(bucket);
      chained.push(slot);
      expect(chained.length, 'chained slots').toBeLessThanOrEqual(image.size);
    }
  });
  return chained;
}

function freeSlots(image: TableImage): number[] {
  const free: number[] = [];
  for (let slot = image.free; slot !== NIL; slot = field(image, slot, SLOT_CHAIN) & CHAIN_SLOT) {
    free.push(slot);
    expect(free.length, 'free slots').toBeLessThanOrEqual(image.capacity);
  }
  return free;
}

/** Checks every invariant of a cache; fails the test at the first that does not hold. */
export function expectValid<K, V>(cache: LRUCache<K, V>, engine?: TestEngine): void {
  const entries = entriesOf(cache);
  const image = entries.engine.image(entries.table);
  const listed = listedSlots(image);
  const free = freeSlots(image);

  expect(listed.length, 'size').toBe(image.size);
  expect(image.size, 'size within limit').toBeLessThanOrEqual(image.limit);
  expect(image.limit, 'limit within max').toBeLessThanOrEqual(entries.max);
  expect(new Set([...listed, ...free]).size, 'no slot twice').toBe(listed.length + free.length);
  expect(listed.length + free.length + 1, 'live and free are the used').toBe(image.fresh);
  expect([...chainedSlots(image)].sort(), 'chained are listed').toEqual([...listed].sort());

  const live = new Set(listed);
  for (let slot = NIL; slot * 2 < entries.items.length; slot++) {
    const value = entries.items[slot * 2 + 1];
    expect(value !== undefined, `slot ${slot} has a value iff live`).toBe(live.has(slot));
    if (!live.has(slot)) expect(entries.items[slot * 2]).toBe(undefined);
  }
  for (const slot of listed) {
    const key = entries.items[slot * 2] as unknown;
    const isInt = typeof key === 'number' && (key | 0) === key;
    const kind = field(image, slot, SLOT_CHAIN) & ~CHAIN_SLOT;
    expect(kind === KIND_INT, 'an int32 is compared in the core').toBe(isInt);
    if (isInt) expect(field(image, slot, SLOT_WORD)).toBe(key | 0);
  }
  if (engine?.debug !== undefined) {
    expect(engine.debug.validateTable(entries.table), 'validateTable').toBe(0);
    expect(engine.debug.validateArena(), 'validateArena').toBe(0);
  }
}
