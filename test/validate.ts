// The checker of a whole cache, from outside, for every engine and build.
//
// It reads the structure through Engine.image and checks the invariants of layout.ts anew, in its
// own way, then those of entries.ts. On the debug build it runs the core's checker as well.

import { expect } from 'vitest';
import {
  AGE_START,
  AGE_TTL,
  CAPACITY_MAX,
  CHAIN_SLOT,
  KIND_INT,
  NIL,
  SLOT_BYTES,
  SLOT_CHAIN,
  SLOT_NEWER,
  SLOT_OLDER,
  SLOT_WORD,
  WEIGHT_MAX,
} from '../assembly/layout.js';
import type { TableImage } from '../src/engine.js';
import { entriesOf, type LRUCache } from '../src/lru.js';
import type { TestEngine } from './support.js';

// `expect` costs more than all else here; it is called only to fail.
function expectSame(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) expect(actual, what).toBe(wanted);
}

function expectAtMost(actual: number, most: number, what: string): void {
  if (actual > most) expect(actual, what).toBeLessThanOrEqual(most);
}

function field(image: TableImage, slot: number, offset: number): number {
  return image.slots[(slot * SLOT_BYTES + offset) >> 2] as number;
}

/** Live slots, newest first; fails if the list is not a list. */
function listedSlots(image: TableImage): number[] {
  const listed: number[] = [];
  let slot = NIL;
  do {
    const older = field(image, slot, SLOT_OLDER);
    expectSame(field(image, older, SLOT_NEWER), slot, 'newer(older(s)) is s');
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
      expectSame(bucketOf(image, field(image, slot, SLOT_WORD)), bucket, 'bucket of slot');
      chained.push(slot);
      expectAtMost(chained.length, image.size, 'chained slots');
    }
  });
  return chained;
}

function freeSlots(image: TableImage): number[] {
  const free: number[] = [];
  for (let slot = image.free; slot !== NIL; slot = field(image, slot, SLOT_CHAIN) & CHAIN_SLOT) {
    free.push(slot);
    expectAtMost(free.length, image.capacity, 'free slots');
  }
  return free;
}

/** Checks the ages and weights of the live slots, and that they are there iff they are in use. */
function expectColumns<K, V>(cache: LRUCache<K, V>, image: TableImage, live: number[]): void {
  const entries = entriesOf(cache);
  const { ages, weights, capacity, total, budget } = image;
  expectSame(entries.isTimed, ages !== undefined, 'timed iff there are ages');
  expectSame(entries.isWeighed, weights !== undefined, 'weighed iff there are weights');
  if (entries.isTimed) expectSame(entries.isPlainToRead, false, 'reads of a timed cache');
  if (entries.isTimed || entries.isWeighed) expectSame(entries.isPlainToWrite, false, 'writes');
  expectSame(ages?.length ?? 0, ages === undefined ? 0 : (capacity + 1) * 2, 'as many ages');
  expectSame(weights?.length ?? 0, weights === undefined ? 0 : capacity + 1, 'as many weights');
  for (const slot of ages === undefined ? [] : live) {
    const [start, ttl] = [ages?.[slot * 2 + AGE_START / 8], ages?.[slot * 2 + AGE_TTL / 8]];
    expectSame(Number.isFinite(start), true, `start of slot ${slot} is finite`);
    expectSame(Number.isNaN(ttl), false, `ttl of slot ${slot} is NaN`);
  }
  let sum = 0;
  for (const slot of weights === undefined ? [] : live) {
    const weight = weights?.[slot] as number;
    const isWeight = Number.isInteger(weight) && weight > 0 && weight <= WEIGHT_MAX;
    expectSame(isWeight, true, `weight of slot ${slot}`);
    sum += weight;
  }
  expectSame(total, sum, 'total is the recount');
  expectSame(cache.calculatedSize, sum, 'calculatedSize is the recount');
  expectAtMost(total, budget, 'total within budget');
  const bound = cache.maxSize === 0 ? WEIGHT_MAX : Math.min(cache.maxSize, WEIGHT_MAX);
  expectSame(budget, bound, 'budget is maxSize');
}

/** Checks every invariant of a cache; fails the test at the first that does not hold. */
export function expectValid<K, V>(cache: LRUCache<K, V>, engine?: TestEngine): void {
  const entries = entriesOf(cache);
  const image = entries.engine.image(entries.table);
  const listed = listedSlots(image);
  const free = freeSlots(image);

  expectSame(listed.length, image.size, 'size');
  expectAtMost(image.size, image.limit, 'size within limit');
  expectAtMost(image.limit, entries.max, 'limit within max');
  expectSame(entries.max, cache.max === 0 ? CAPACITY_MAX : cache.max, 'the entries’ max is max');
  expectSame(new Set([...listed, ...free]).size, listed.length + free.length, 'no slot twice');
  expectSame(listed.length + free.length + 1, image.fresh, 'live and free are the used');
  const chained = new Set(chainedSlots(image));
  expectSame(chained.size, listed.length, 'as many chained as listed');
  for (const slot of listed) expectSame(chained.has(slot), true, `slot ${slot} is chained`);

  expectColumns(cache, image, listed);

  const live = new Set(listed);
  for (let slot = NIL; slot * 2 < entries.items.length; slot++) {
    const value = entries.items[slot * 2 + 1];
    expectSame(value !== undefined, live.has(slot), `slot ${slot} has a value iff live`);
    if (!live.has(slot)) expectSame(entries.items[slot * 2], undefined, 'key of a dead slot');
  }
  for (const slot of listed) {
    const key = entries.items[slot * 2] as unknown;
    const isInt = typeof key === 'number' && (key | 0) === key;
    const kind = field(image, slot, SLOT_CHAIN) & ~CHAIN_SLOT;
    expectSame(kind === KIND_INT, isInt, 'an int32 is compared in the core');
    if (isInt) expectSame(field(image, slot, SLOT_WORD), key | 0, 'the word of an int32');
  }
  if (engine?.debug !== undefined) {
    expectSame(engine.debug.validateTable(entries.table), 0, 'validateTable');
    expectSame(engine.debug.validateArena(), 0, 'validateArena');
  }
}
