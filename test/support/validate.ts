// The checker of a whole cache, from outside, for every engine and build.
//
// It reads the structure (image.ts) and checks the invariants of assembly/layout.ts, order.ts and
// the index of each engine anew, in its own way, then those of entries.ts.

import { expect } from 'vitest';
import { mix } from '../../assembly/hash.js';
import {
  ARENA_BIN_COUNT,
  ARENA_BINS,
  ARENA_FIRST,
  ARENA_MAP,
  BUCKET_BYTES,
  BUCKET_CROWD,
  BUCKET_LANES,
  BUCKET_SLOTS,
  CAPACITY_MAX,
  CHAIN_MAX,
  EMPTY,
  EMPTY_BYTES,
  MAPPED,
  NIL,
  PASSES_MAX,
  SLOT_FIRST,
  STAMP_MAX,
  TAG_MATCHES_MAX,
  WEIGHT_MAX,
} from '../../assembly/layout.js';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import type { Lease } from '../../src/engine/lifetime.js';
import { Entries, PATH_FAST, PATH_SLOW } from '../../src/entries/entries.js';
import { type BucketIndex, type ChainIndex, cores, type Image, imageOf } from './image.js';
import { cacheOf } from './opened.js';

// `expect` costs more than all else here; it is called only to fail.
function expectSame(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) expect(actual, what).toBe(wanted);
}

function expectAtMost(actual: number, most: number, what: string): void {
  if (!(actual <= most)) expect(actual, what).toBeLessThanOrEqual(most);
}

const wordAt = ({ records }: Image, slot: number): number => records[slot * 2] as number;
const stampAt = ({ records }: Image, slot: number): number => records[slot * 2 + 1] as number;

/** The live slots, the oldest first; checks stamps (S2), free and fresh slots (S1, S4). */
export function liveSlots(image: Image): number[] {
  const { fresh, capacity, size, clock, floor } = image;
  expectAtMost(SLOT_FIRST, fresh, 'fresh from the first slot');
  expectAtMost(fresh, capacity + SLOT_FIRST, 'fresh within capacity');
  const live: number[] = [];
  for (let slot = SLOT_FIRST; slot < fresh; slot++) if (stampAt(image, slot) !== 0) live.push(slot);
  live.sort((a, b) => stampAt(image, a) - stampAt(image, b));
  expectSame(live.length, size, 'size');
  const stamps = new Set(live.map((slot) => stampAt(image, slot) & ~MAPPED));
  expectSame(stamps.size, live.length, 'no stamp twice');
  expectAtMost(clock, STAMP_MAX, 'clock within its range');
  expectSame(clock & MAPPED, 0, 'an even clock');
  for (const stamp of stamps) {
    expectAtMost(stamp, clock, 'no stamp above the clock');
    expectAtMost(floor & ~MAPPED, stamp, 'no stamp below the floor');
  }
  const free = new Set<number>();
  for (let slot = image.free; slot !== NIL; slot = wordAt(image, slot)) {
    expectSame(
      slot >= SLOT_FIRST && slot < fresh && stampAt(image, slot) === 0,
      true,
      'a free slot',
    );
    expectSame(free.has(slot), false, 'a free slot once');
    free.add(slot);
  }
  // A high slot of a table that has become small is freed by the next rebuild (O4).
  const isLeft = (slot: number) => stampAt(image, slot) === 0 && !free.has(slot);
  for (let slot = SLOT_FIRST; slot < fresh; slot++) {
    if (isLeft(slot)) expectAtMost(8, slot, `slot ${slot} is live, free, or high`);
  }
  return live;
}

const mixOf = (word: number) => mix(word) >>> 0;
const tagOf = (word: number) => (mixOf(word) ^ (mixOf(word) >>> 15)) & 0xff || 1;
const homeIn = (word: number, count: number) =>
  Number((BigInt(mixOf(word)) * BigInt(count)) >> 32n);

/** What the index makes of a word that is not in it. */
export interface Prospect {
  /** Whether a search of it asks the Map. */
  readonly asks: boolean;
  /** Whether an insertion of it is refused. */
  readonly refuses: boolean;
}

function prospectInBuckets({ count, bytes }: BucketIndex, word: number): Prospect {
  const tagsOf = (bucket: number) =>
    bytes.subarray(bucket * BUCKET_BYTES, bucket * BUCKET_BYTES + BUCKET_LANES);
  const home = homeIn(word, count);
  const asks = bytes.subarray(home * BUCKET_BYTES + BUCKET_CROWD + 1).subarray(0, 3);
  let alike = 0;
  let refuses = true;
  for (let passes = 0; passes < PASSES_MAX && refuses; passes++) {
    const tags = tagsOf((home + passes) % count);
    alike += tags.filter((tag) => tag === tagOf(word)).length;
    if (alike >= TAG_MATCHES_MAX) break;
    refuses = !tags.includes(0);
  }
  return { asks: asks.some((byte) => byte !== 0), refuses };
}

function prospectInChains({ heads, links, shift, asked }: ChainIndex, word: number): Prospect {
  const chain = mixOf(word) >>> shift;
  let length = 0;
  for (let slot = heads[chain]; slot !== NIL; slot = links[slot as number]) length += 1;
  return { asks: asked.has(chain), refuses: length >= CHAIN_MAX };
}

/** What the index makes of a word that is not in it. */
export function prospectOf({ index }: Image, word: number): Prospect {
  return index.kind === 'buckets' ? prospectInBuckets(index, word) : prospectInChains(index, word);
}

/** Checks the buckets: every lane, and what they count (B1 to B4). */
function expectBuckets(image: Image, { count, bytes }: BucketIndex, live: number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const homeOf = (word: number) => homeIn(word, count);
  const passed = new Array<number>(count).fill(0);
  const asked = new Array<number>(count).fill(0);
  const indexed = new Set<number>();
  for (let bucket = 0; bucket < count; bucket++) {
    for (let lane = 0; lane < BUCKET_LANES; lane++) {
      const tag = view.getUint8(bucket * BUCKET_BYTES + lane);
      if (tag === 0) continue;
      const slot = view.getUint32(bucket * BUCKET_BYTES + BUCKET_SLOTS + lane * 4, true);
      const word = wordAt(image, slot);
      expectSame(tag, tagOf(word), `tag of slot ${slot}`);
      expectSame(indexed.has(slot), false, `slot ${slot} in the index once`);
      indexed.add(slot);
      const passes = (bucket - homeOf(word) + count) % count;
      expectAtMost(passes, PASSES_MAX - 1, `slot ${slot} near its home`);
      for (let i = 0; i < passes; i++) {
        const at = (homeOf(word) + i) % count;
        passed[at] = (passed[at] as number) + 1;
      }
    }
  }
  for (const slot of live) {
    const isMapped = (stampAt(image, slot) & MAPPED) !== 0;
    expectSame(indexed.has(slot), !isMapped, `slot ${slot} in the index or mapped`);
    const home = homeOf(wordAt(image, slot));
    if (isMapped) asked[home] = (asked[home] as number) + 1;
  }
  const mapped = live.filter((slot) => stampAt(image, slot) & MAPPED).length;
  expectSame(indexed.size + mapped, live.length, 'nothing else in the index');
  for (let bucket = 0; bucket < count; bucket++) {
    const crowd = view.getUint32(bucket * BUCKET_BYTES + BUCKET_CROWD, true);
    expectSame(crowd & 0xff, passed[bucket], `entries that passed bucket ${bucket}`);
    expectSame(crowd >>> 8, asked[bucket], `mapped entries at bucket ${bucket}`);
  }
}

/** Checks the chains (CH1 to CH3). */
function expectChains(image: Image, index: ChainIndex, live: number[]): void {
  const { heads, links, shift, asked } = index;
  const chainOf = (word: number) => mixOf(word) >>> shift;
  const indexed = new Set<number>();
  heads.forEach((head, chain) => {
    let length = 0;
    for (let slot = head; slot !== NIL; slot = links[slot] as number) {
      expectSame(chainOf(wordAt(image, slot)), chain, `chain of slot ${slot}`);
      expectSame(indexed.has(slot), false, `slot ${slot} in the index once`);
      indexed.add(slot);
      expectAtMost(++length, CHAIN_MAX, 'length of a chain');
    }
  });
  const wanted = new Map<number, number>();
  for (const slot of live) {
    const isMapped = (stampAt(image, slot) & MAPPED) !== 0;
    expectSame(indexed.has(slot), !isMapped, `slot ${slot} in the index or mapped`);
    const chain = chainOf(wordAt(image, slot));
    if (isMapped) wanted.set(chain, (wanted.get(chain) ?? 0) + 1);
  }
  const mapped = live.filter((slot) => stampAt(image, slot) & MAPPED).length;
  expectSame(indexed.size + mapped, live.length, 'nothing else in the index');
  expectSame(asked.size, wanted.size, 'chains of mapped entries');
  for (const [chain, count] of wanted) expectSame(asked.get(chain), count, `mapped at ${chain}`);
}

/** Checks the queue: unless dry, it leads to the live slots unused since, in order (O1 to O3). */
function expectQueue(image: Image, live: number[]): void {
  const { queue, queueAt, queueEnd, queueHigh, queueNext, queueClock, binAt, binCount } = image;
  expectAtMost(queueAt, queueEnd, 'front of the open bin');
  expectAtMost(queueEnd, image.capacity, 'end of the open bin');
  const isDry = binAt >= binCount && queueAt === queueEnd;
  if (isDry) return;
  const unused = live.filter((slot) => (stampAt(image, slot) & ~MAPPED) <= (queueClock & ~MAPPED));
  const isOpen = (slot: number) => stampAt(image, slot) !== 0 && stampAt(image, slot) <= queueHigh;
  const open = [...queue.subarray(queueAt, queueEnd)].filter(isOpen);
  open.reduce((before, slot) => {
    expectAtMost(stampAt(image, before), stampAt(image, slot), 'an open bin is sorted');
    return slot;
  }, open[0] as number);
  // The first of those unused are the open bin; the others lie behind it.
  open.forEach((slot, i) => {
    expectSame(slot, unused[i], 'the open bin holds the oldest');
  });
  const rest = new Set(queue.subarray(binAt < binCount ? queueNext : queueEnd));
  for (const slot of unused.slice(open.length)) {
    expectSame(rest.has(slot), true, `slot ${slot} is in the queue`);
  }
}

/** Checks the ages and weights of the live slots, and that they are there iff they are in use. */
function expectColumns<K, V>(entries: Entries<K, V>, image: Image, live: number[]): void {
  const { ages, weights, total, budget } = image;
  expectSame(entries.isTimed, ages !== undefined, 'timed iff there are ages');
  expectSame(entries.isWeighed, weights !== undefined, 'weighed iff there are weights');
  if (entries.isTimed) expectSame(entries.path, PATH_SLOW, 'path of a timed cache');
  if (entries.isWeighed) expectSame(entries.path !== PATH_FAST, true, 'path of writes');
  for (const slot of ages === undefined ? [] : live) {
    const [start, ttl] = [ages?.[slot * 2], ages?.[slot * 2 + 1]];
    expectSame(Number.isFinite(start), true, `start of slot ${slot} is finite`);
    expectSame(Number.isNaN(ttl), false, `ttl of slot ${slot} is a number`);
  }
  let sum = 0;
  for (const slot of weights === undefined ? [] : live) {
    const weight = weights?.[slot] as number;
    const isWeight = Number.isInteger(weight) && weight > 0 && weight <= WEIGHT_MAX;
    expectSame(isWeight, true, `weight of slot ${slot}`);
    sum += weight;
  }
  expectSame(total, sum, 'total is the recount');
  expectAtMost(total, budget, 'total within budget');
}

/** Number of the bin of a free block: one each for up to 7 grains, then eight to each doubling. */
function binOf(bytes: number): number {
  const grains = bytes / 16;
  const log2 = Math.floor(Math.log2(grains));
  return grains < 8 ? grains : (log2 - 2) * 8 + Math.floor(grains / 2 ** (log2 - 3)) - 8;
}

/** The free blocks of an arena, by walking from block to block (A1, A2). */
function freeBlocks(view: DataView): Map<number, number> {
  const free = new Map<number, number>();
  let left = 0;
  for (let block = ARENA_FIRST; ; block += left) {
    expectAtMost(block + 8, view.byteLength, 'blocks within the memory');
    const header = view.getUint32(block + 4, true);
    expectSame(view.getUint32(block, true), left, `left of the block at ${block}`);
    if (header === 0) return free;
    const isLeftFree = left !== 0 && free.has(block - left);
    if (header & 1) expectSame(isLeftFree, false, `free blocks merged at ${block}`);
    left = header & ~1;
    if (header & 1) free.set(block, left);
  }
}

/**
 * Checks that an arena's blocks follow one another, and its bins lead to the free ones (A1 to A3).
 */
export function expectArena(memory: WebAssembly.Memory): Map<number, number> {
  const view = new DataView(memory.buffer);
  const free = freeBlocks(view);
  let binned = 0;
  for (let bin = 0; bin < ARENA_BIN_COUNT; bin++) {
    const isMarked = (view.getUint8(ARENA_MAP + (bin >> 3)) >> (bin & 7)) & 1;
    let prior = 0;
    let block = view.getUint32(ARENA_BINS + bin * 4, true);
    expectSame(isMarked === 1, block !== 0, `mark of bin ${bin}`);
    for (; block !== 0; block = view.getUint32(block + 8, true)) {
      expectSame(binOf(free.get(block) ?? 0), bin, `bin of the block at ${block}`);
      expectSame(view.getUint32(block + 12, true), prior, `the block before ${block} in its bin`);
      prior = block;
      expectAtMost(++binned, free.size, 'blocks in bins');
    }
  }
  expectSame(binned, free.size, 'every free block is in a bin');
  for (let at = 0; at < EMPTY_BYTES; at += 4) {
    expectSame(view.getUint32(EMPTY + at, true), 0, 'zeroes of empty tables');
  }
  return free;
}

/** Checks what a table is by itself; returns its image, and its live slots, the oldest first. */
export function expectTable(lease: Lease): { readonly image: Image; readonly live: number[] } {
  const image = imageOf(lease);
  const live = liveSlots(image);
  const words = live
    .filter((slot) => !(stampAt(image, slot) & MAPPED))
    .map((slot) => wordAt(image, slot));
  expectSame(new Set(words).size, words.length, 'no word in the index twice');
  if (image.index.kind === 'buckets') expectBuckets(image, image.index, live);
  else expectChains(image, image.index, live);
  expectQueue(image, live);
  return { image, live };
}

/** Checks that keys and values are in the live slots, and nowhere else, and lead to them. */
function expectItems<K, V>(entries: Entries<K, V>, live: readonly number[]): void {
  const { items, originals } = entries;
  const slots = new Set(live);
  for (let slot = NIL; slot * 2 < items.length; slot++) {
    const value = items[slot * 2 + 1];
    expectSame(value !== undefined, slots.has(slot), `slot ${slot} has a value iff live`);
    if (slots.has(slot)) continue;
    expectSame(items[slot * 2], undefined, 'key of a dead slot');
    if (originals !== undefined) expectSame(originals[slot], undefined, 'its key as it was given');
  }
  for (const slot of live) {
    expectSame(entries.find(items[slot * 2] as K), slot, `the key of slot ${slot} leads to it`);
  }
}

/** Checks the entries of a cache; returns the image of their table, and their order. */
function expectValidEntries<K, V>(entries: Entries<K, V>): ReturnType<typeof expectTable> {
  const { image, live } = expectTable(entries.lease);
  expectAtMost(image.size, image.limit, 'size within limit');
  expectAtMost(image.limit, entries.max, 'limit within max');
  expectColumns(entries, image, live);
  expectItems(entries, live);
  for (const slot of live) {
    const key = entries.items[slot * 2];
    if (typeof key === 'number' && (key | 0) === key) {
      expectSame(wordAt(image, slot), key | 0, 'the word of an int32');
    }
  }
  return { image, live };
}

/** Checks every invariant of a cache; fails the test at the first that does not hold. */
export function expectValid<K, V>(cache: LRUCache<K, V>): ReturnType<typeof expectTable> {
  const entries = entriesOf(cache);
  const table = expectValidEntries(entries);
  const { total, budget } = table.image;
  expectSame(entries.max, cache.max === 0 ? CAPACITY_MAX : cache.max, 'the entries’ max is max');
  expectSame(cache.calculatedSize, total, 'calculatedSize is the recount');
  const bound = cache.maxSize === 0 ? WEIGHT_MAX : Math.min(cache.maxSize, WEIGHT_MAX);
  if (entries.isWeighed) expectSame(budget, bound, 'budget is maxSize');
  return table;
}

/**
 * Checks the owner of a table, after its test: all that is known of it then. The order, which a
 * walk asks the engine for, is compared with the stamps. Where the memory of an engine is out of
 * reach, as that of caches that the library opened by itself, what the engine answers is checked.
 * A change that was interrupted is made good by the next use only, so such a cache is left alone.
 */
export function expectValidOwner(owner: object): void {
  if (!(owner instanceof Entries) || owner.isDisposed || owner.hasTrapped) return;
  if (owner.failure !== undefined) return;
  const { engine } = owner.lease;
  const isKnown = engine.kind === 'pure' || cores.has(engine);
  const cache = cacheOf.get(owner);
  const check = () => (cache === undefined ? expectValidEntries(owner) : expectValid(cache));
  const live = isKnown ? check().live : undefined;
  const order = [...owner.order()];
  if (live === undefined) expectItems(owner, order);
  else expectSame(order.join(), live.join(), 'the order of a walk');
  expectSame(owner.size, order.length, 'size is the number of entries');
}
