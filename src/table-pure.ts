// The table of the pure engine: index, recency order and columns of one cache, in typed arrays.
//
// The layout of a slot record is layout.ts, in words of an Int32Array instead of bytes of linear
// memory. What a field or a function means, and why it is so, stands at its counterpart in
// assembly/table.ts, recency.ts and columns.ts; the order of the functions is theirs.
//
// P1  Every array is a multiple of the layout's record; NIL is the sentinel's record.
// P2  Arrays are replaced only in `grow`, `clear` and `use…`; a refused one leaves the old ones.

import {
  CAPACITY_FIRST,
  CAPACITY_MAX,
  CHAIN_SLOT,
  EMPTY_BUCKETS_LOG2,
  EVICTED,
  INSERTED,
  KIND_HASHED,
  MULTIPLIER,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  PATIENCE_FIRST,
  SLOT_BYTES,
  SLOT_CHAIN,
  SLOT_NEWER,
  SLOT_OLDER,
  SLOT_WORD,
  UPDATED,
  WEIGHT_MAX,
} from '../assembly/layout.js';
import type { TableImage } from './engine.js';

/** Allocation of an array of words; may throw a RangeError. */
export type AllocateWords = (words: number) => Int32Array;

const STRIDE_LOG2 = 2;
const WORD = SLOT_WORD >> 2;
const OLDER = SLOT_OLDER >> 2;
const NEWER = SLOT_NEWER >> 2;
const CHAIN = SLOT_CHAIN >> 2;
const RECORD_WORDS = SLOT_BYTES >> 2;

const EMPTY_HEADS = new Int32Array(1 << EMPTY_BUCKETS_LOG2);
const EMPTY_SLOTS = new Int32Array(RECORD_WORDS);
/** The ages of a table without memory: the sentinel's. */
export const EMPTY_AGES = new Float64Array(2);
/** The weights of a table without memory: the sentinel's. */
export const EMPTY_WEIGHTS = new Float64Array(1);

/** Words of record `slot` begin here; add WORD, OLDER, NEWER or CHAIN. */
function at(slot: number): number {
  return slot << STRIDE_LOG2;
}

/** As `allocate`, of 64-bit numbers, or undefined if refused. */
export function allocateColumn(allocate: AllocateWords, length: number): Float64Array | undefined {
  try {
    return new Float64Array(allocate(length * 2).buffer as ArrayBuffer);
  } catch {
    return undefined;
  }
}

/** One cache's index, order and columns. */
export class PureTable {
  heads: Int32Array = EMPTY_HEADS;
  slots: Int32Array = EMPTY_SLOTS;
  shift = 32 - EMPTY_BUCKETS_LOG2;
  multiplier = MULTIPLIER;
  patience = PATIENCE_FIRST;
  size = 0;
  limit: number;
  capacity = 0;
  fresh = NIL + 1;
  free = NIL;
  missed = 0;
  /** What was newer than the slot touched last; NIL if that was the newest already. */
  touchedNewer = NIL;
  /** Start and ttl of each slot, in turn; undefined if ages are not in use. */
  ages: Float64Array | undefined;
  weights: Float64Array | undefined;
  total = 0;
  budget = WEIGHT_MAX;
  /** What the slot written last had before, for `unwrite`. */
  oldStart = 0;
  oldTtl = 0;
  oldWeight = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  bucketOf(word: number): number {
    return Math.imul(word, this.multiplier) >>> this.shift;
  }

  chainIn(slot: number, word: number, kind: number): void {
    const bucket = this.bucketOf(word);
    this.slots[at(slot) + CHAIN] = (this.heads[bucket] as number) | kind;
    this.heads[bucket] = slot;
  }

  chainOut(slot: number): void {
    const { heads, slots } = this;
    const bucket = this.bucketOf(slots[at(slot) + WORD] as number);
    const next = (slots[at(slot) + CHAIN] as number) & CHAIN_SLOT;
    let before = heads[bucket] as number;
    if (before === slot) {
      heads[bucket] = next;
      return;
    }
    let link = slots[at(before) + CHAIN] as number;
    while ((link & CHAIN_SLOT) !== slot) {
      before = link & CHAIN_SLOT;
      link = slots[at(before) + CHAIN] as number;
    }
    slots[at(before) + CHAIN] = next | (link & ~CHAIN_SLOT);
  }

  findFrom(start: number, word: number, kind: number): number {
    const { slots } = this;
    let slot = start;
    while (slot !== NIL) {
      const link = slots[at(slot) + CHAIN] as number;
      if (slots[at(slot) + WORD] === word && (link & ~CHAIN_SLOT) === kind) return slot;
      slot = link & CHAIN_SLOT;
    }
    return NIL;
  }

  find(word: number, kind: number): number {
    return this.findFrom(this.heads[this.bucketOf(word)] as number, word, kind);
  }

  findOrCount(word: number, kind: number): number {
    const { slots } = this;
    let slot = this.heads[this.bucketOf(word)] as number;
    let length = 0;
    while (slot !== NIL) {
      const link = slots[at(slot) + CHAIN] as number;
      if (slots[at(slot) + WORD] === word && (link & ~CHAIN_SLOT) === kind) return slot;
      slot = link & CHAIN_SLOT;
      length -= 1;
    }
    return length;
  }

  isCrowded(negatedLength: number): boolean {
    return -negatedLength >= this.patience;
  }

  findNext(slot: number): number {
    const link = this.slots[at(slot) + CHAIN] as number;
    const word = this.slots[at(slot) + WORD] as number;
    return this.findFrom(link & CHAIN_SLOT, word, link & ~CHAIN_SLOT);
  }

  linkNewest(slot: number): void {
    const { slots } = this;
    const newest = slots[OLDER] as number;
    slots[at(slot) + OLDER] = newest;
    slots[at(slot) + NEWER] = NIL;
    slots[at(newest) + NEWER] = slot;
    slots[OLDER] = slot;
  }

  unlink(slot: number): void {
    const { slots } = this;
    const older = slots[at(slot) + OLDER] as number;
    const newer = slots[at(slot) + NEWER] as number;
    slots[at(newer) + OLDER] = older;
    slots[at(older) + NEWER] = newer;
  }

  touch(slot: number): void {
    const newer = this.slots[at(slot) + NEWER] as number;
    this.touchedNewer = newer;
    if (newer === NIL) return;
    this.unlink(slot);
    this.linkNewest(slot);
  }

  untouch(slot: number): void {
    const newer = this.touchedNewer;
    if (newer === NIL) return;
    const { slots } = this;
    this.unlink(slot);
    const older = slots[at(newer) + OLDER] as number;
    slots[at(slot) + NEWER] = newer;
    slots[at(slot) + OLDER] = older;
    slots[at(newer) + OLDER] = slot;
    slots[at(older) + NEWER] = slot;
  }

  insert(word: number, kind: number): number {
    return this.insertOrReplace(word, kind, this.size >= this.limit);
  }

  insertOrReplace(word: number, kind: number, isFull: boolean): number {
    if (isFull) {
      const oldest = this.slots[NEWER] as number;
      this.chainOut(oldest);
      this.touch(oldest);
      this.slots[at(oldest) + WORD] = word;
      this.chainIn(oldest, word, kind);
      return (oldest << OUTCOME_BITS) | EVICTED;
    }
    let slot = this.free;
    if (slot !== NIL) {
      this.free = (this.slots[at(slot) + CHAIN] as number) & CHAIN_SLOT;
    } else {
      slot = this.fresh;
      if (slot > this.capacity) return NO_ROOM;
      this.fresh = slot + 1;
    }
    this.size += 1;
    this.slots[at(slot) + WORD] = word;
    this.linkNewest(slot);
    this.chainIn(slot, word, kind);
    return (slot << OUTCOME_BITS) | INSERTED;
  }

  get(word: number, kind: number): number {
    const slot = this.find(word, kind);
    if (slot !== NIL) this.touch(slot);
    return slot;
  }

  getOrMiss(hash: number): number {
    const slot = this.get(hash, KIND_HASHED);
    if (slot === NIL) this.missed = hash;
    return slot;
  }

  put(word: number, kind: number): number {
    const found = this.findOrCount(word, kind);
    if (found <= 0) return this.isCrowded(found) ? NO_ROOM : this.insert(word, kind);
    this.touch(found);
    return (found << OUTCOME_BITS) | UPDATED;
  }

  remove(slot: number): void {
    this.chainOut(slot);
    this.unlink(slot);
    this.slots[at(slot) + CHAIN] = this.free;
    this.free = slot;
    this.size -= 1;
    if (this.weights !== undefined) this.total -= this.weightOf(slot);
  }

  take(word: number, kind: number): number {
    const slot = this.find(word, kind);
    if (slot !== NIL) this.remove(slot);
    return slot;
  }

  restore(slot: number): void {
    const { slots } = this;
    this.free = (slots[at(slot) + CHAIN] as number) & CHAIN_SLOT;
    this.size += 1;
    slots[at(slots[at(slot) + NEWER] as number) + OLDER] = slot;
    slots[at(slots[at(slot) + OLDER] as number) + NEWER] = slot;
    this.chainIn(slot, slots[at(slot) + WORD] as number, KIND_HASHED);
    if (this.weights !== undefined) this.total += this.weightOf(slot);
  }

  evict(): number {
    const slot = this.slots[NEWER] as number;
    if (slot !== NIL) this.remove(slot);
    return slot;
  }

  weightOf(slot: number): number {
    return (this.weights as Float64Array)[slot] as number;
  }

  clear(): void {
    this.heads = EMPTY_HEADS;
    this.slots = EMPTY_SLOTS;
    this.shift = 32 - EMPTY_BUCKETS_LOG2;
    this.size = 0;
    this.capacity = 0;
    this.fresh = NIL + 1;
    this.free = NIL;
    if (this.ages !== undefined) this.ages = EMPTY_AGES;
    if (this.weights !== undefined) this.weights = EMPTY_WEIGHTS;
    this.total = 0;
  }

  grow(allocate: AllocateWords): number {
    const doubled = this.capacity === 0 ? CAPACITY_FIRST : this.capacity * 2 + 1;
    const capacity = Math.min(doubled, Math.max(this.limit, 2));
    const bucketsLog2 = 32 - Math.clz32(capacity - (capacity >> 4) - 1);
    const { ages, weights } = this;
    let slots: Int32Array;
    let heads: Int32Array;
    try {
      slots = allocate((capacity + 1) << STRIDE_LOG2);
      heads = allocate(1 << bucketsLog2);
    } catch {
      return 0;
    }
    const newAges = ages && allocateColumn(allocate, (capacity + 1) * 2);
    const newWeights = weights && allocateColumn(allocate, capacity + 1);
    if ((ages && !newAges) || (weights && !newWeights)) return 0;
    slots.set(this.slots);
    if (ages) newAges?.set(ages);
    if (weights) newWeights?.set(weights);
    this.slots = slots;
    this.heads = heads;
    this.ages = newAges;
    this.weights = newWeights;
    this.shift = 32 - bucketsLog2;
    this.capacity = capacity;
    for (let slot = NIL + 1; slot < this.fresh; slot++) {
      const kind = (slots[at(slot) + CHAIN] as number) & ~CHAIN_SLOT;
      this.chainIn(slot, slots[at(slot) + WORD] as number, kind);
    }
    return 1;
  }

  get nextSlot(): number {
    if (this.size >= this.limit) return this.oldest;
    if (this.free !== NIL) return this.free;
    return this.fresh <= this.capacity ? this.fresh : NIL;
  }

  rehash(words: Int32Array | undefined, multiplier: number): number {
    const { slots } = this;
    this.multiplier = multiplier;
    if (this.patience <= CAPACITY_MAX) this.patience *= 2;
    this.heads.fill(NIL);
    for (let slot = this.newest; slot !== NIL; slot = slots[at(slot) + OLDER] as number) {
      const kind = (slots[at(slot) + CHAIN] as number) & ~CHAIN_SLOT;
      if (words !== undefined && kind === KIND_HASHED) {
        slots[at(slot) + WORD] = words[slot] as number;
      }
      this.chainIn(slot, slots[at(slot) + WORD] as number, kind);
    }
    return 1;
  }

  get newest(): number {
    return this.slots[OLDER] as number;
  }

  get oldest(): number {
    return this.slots[NEWER] as number;
  }

  newerOf(slot: number): number {
    return this.slots[at(slot) + NEWER] as number;
  }

  wordOf(slot: number): number {
    return this.slots[at(slot) + WORD] as number;
  }

  get bytes(): number {
    const columns = (this.ages?.byteLength ?? 0) + (this.weights?.byteLength ?? 0);
    return this.heads.byteLength + this.slots.byteLength + columns;
  }

  order(): Int32Array {
    const order = new Int32Array(this.size);
    let slot = NIL;
    for (let i = 0; i < order.length; i++) {
      slot = this.slots[at(slot) + OLDER] as number;
      order[i] = slot;
    }
    return order;
  }

  image(): TableImage {
    const { size, limit, capacity, fresh, free, shift, multiplier, total, budget } = this;
    return {
      size,
      limit,
      capacity,
      fresh,
      free,
      shift,
      multiplier,
      total,
      budget,
      heads: this.heads.slice(),
      slots: this.slots.slice(),
      ages: this.ages?.slice(),
      weights: this.weights?.slice(),
    };
  }
}
