// The pure engine: the core's algorithm over typed arrays, for hosts that refuse WebAssembly.
//
// The layout of a slot record is layout.ts, in words of an Int32Array instead of bytes of linear
// memory. Each table has arrays of its own, so the garbage collector frees a dropped cache. What
// a field or a function means stands at its counterpart in assembly/table.ts and recency.ts.
//
// P1  Every array is a multiple of the layout's record; NIL is the sentinel's record.
// P2  Arrays are replaced only in `grow` and `clear`; a refused array leaves the old ones in place.

import {
  CAPACITY_FIRST,
  CHAIN_SLOT,
  EMPTY_BUCKETS_LOG2,
  EVICTED,
  INSERTED,
  KIND_HASHED,
  MULTIPLIER,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  SLOT_BYTES,
  SLOT_CHAIN,
  SLOT_NEWER,
  SLOT_OLDER,
  SLOT_WORD,
  UPDATED,
} from '../assembly/layout.js';
import type { Engine, Table, TableImage } from './engine.js';
import { drawSeed, hashFloat, hashString } from './hash.js';

const STRIDE_LOG2 = 2;
const WORD = SLOT_WORD >> 2;
const OLDER = SLOT_OLDER >> 2;
const NEWER = SLOT_NEWER >> 2;
const CHAIN = SLOT_CHAIN >> 2;
const RECORD_WORDS = SLOT_BYTES >> 2;

const EMPTY_HEADS = new Int32Array(1 << EMPTY_BUCKETS_LOG2);
const EMPTY_SLOTS = new Int32Array(RECORD_WORDS);

/** What tests may replace. */
export interface PureEngineOptions {
  /** Seed of the hashes; drawn at random if absent. */
  readonly seed?: number;
  /** Hash of strings. */
  readonly hashString?: (text: string) => number;
  /** Allocation of an array of words; may throw a RangeError. */
  readonly allocate?: (words: number) => Int32Array;
}

/** Words of record `slot` begin here; add WORD, OLDER, NEWER or CHAIN. */
function at(slot: number): number {
  return slot << STRIDE_LOG2;
}

class PureTable {
  heads: Int32Array = EMPTY_HEADS;
  slots: Int32Array = EMPTY_SLOTS;
  shift = 32 - EMPTY_BUCKETS_LOG2;
  multiplier = MULTIPLIER;
  size = 0;
  limit: number;
  capacity = 0;
  fresh = NIL + 1;
  free = NIL;
  missed = 0;
  /** What was newer than the slot touched last; NIL if that was the newest already. */
  touchedNewer = NIL;

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
    if (this.size >= this.limit) {
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
    const slot = this.find(word, kind);
    if (slot === NIL) return this.insert(word, kind);
    this.touch(slot);
    return (slot << OUTCOME_BITS) | UPDATED;
  }

  remove(slot: number): void {
    this.chainOut(slot);
    this.unlink(slot);
    this.slots[at(slot) + CHAIN] = this.free;
    this.free = slot;
    this.size -= 1;
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
  }

  evict(): number {
    const slot = this.slots[NEWER] as number;
    if (slot !== NIL) this.remove(slot);
    return slot;
  }

  clear(): void {
    this.heads = EMPTY_HEADS;
    this.slots = EMPTY_SLOTS;
    this.shift = 32 - EMPTY_BUCKETS_LOG2;
    this.size = 0;
    this.capacity = 0;
    this.fresh = NIL + 1;
    this.free = NIL;
  }

  grow(allocate: (words: number) => Int32Array): number {
    const doubled = this.capacity === 0 ? CAPACITY_FIRST : this.capacity * 2 + 1;
    const capacity = Math.min(doubled, Math.max(this.limit, 2));
    const bucketsLog2 = 32 - Math.clz32(capacity - (capacity >> 4) - 1);
    let slots: Int32Array;
    let heads: Int32Array;
    try {
      slots = allocate((capacity + 1) << STRIDE_LOG2);
      heads = allocate(1 << bucketsLog2);
    } catch {
      return 0;
    }
    slots.set(this.slots);
    this.slots = slots;
    this.heads = heads;
    this.shift = 32 - bucketsLog2;
    this.capacity = capacity;
    for (let slot = NIL + 1; slot < this.fresh; slot++) {
      const kind = (slots[at(slot) + CHAIN] as number) & ~CHAIN_SLOT;
      this.chainIn(slot, slots[at(slot) + WORD] as number, kind);
    }
    return 1;
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
    const { size, limit, capacity, fresh, free, shift, multiplier } = this;
    const heads = this.heads.slice();
    const slots = this.slots.slice();
    return { size, limit, capacity, fresh, free, shift, multiplier, heads, slots };
  }
}

const own = (table: Table): PureTable => table as unknown as PureTable;

/** A new pure engine. It has no state of its own but the seed. */
export function createPureEngine(options: PureEngineOptions = {}): Engine {
  const seed = options.seed ?? drawSeed();
  const allocate = options.allocate ?? ((words: number) => new Int32Array(words));
  const hash = options.hashString ?? ((text: string) => hashString(text, seed));
  return {
    kind: 'pure',
    jsString: false,
    hashFloat: (value) => hashFloat(value, seed),
    createTable: (limit) => new PureTable(limit) as unknown as Table,
    destroyTable: (table) => own(table).clear(),
    bytesHeld: (table) => own(table).heads.byteLength + own(table).slots.byteLength,
    memoryBytes: () => 0,
    order: (table) => own(table).order(),
    image: (table) => own(table).image(),
    clear: (table) => own(table).clear(),
    grow: (table) => own(table).grow(allocate),
    setLimit: (table, limit) => {
      own(table).limit = limit;
    },
    size: (table) => own(table).size,
    newest: (table) => own(table).slots[OLDER] as number,
    oldest: (table) => own(table).slots[NEWER] as number,
    wordOf: (table, slot) => own(table).slots[at(slot) + WORD] as number,
    find: (table, word, kind) => own(table).find(word, kind),
    findString: (table, text) => own(table).find(hash(text), KIND_HASHED),
    findNext: (table, slot) => own(table).findNext(slot),
    get: (table, word, kind) => own(table).get(word, kind),
    getString: (table, text) => own(table).getOrMiss(hash(text)),
    put: (table, word, kind) => own(table).put(word, kind),
    putString: (table, text) => own(table).put(hash(text), KIND_HASHED),
    putMissed: (table) => own(table).put(own(table).missed, KIND_HASHED),
    insert: (table, word, kind) => own(table).insert(word, kind),
    take: (table, word, kind) => own(table).take(word, kind),
    takeString: (table, text) => own(table).take(hash(text), KIND_HASHED),
    remove: (table, slot) => own(table).remove(slot),
    evict: (table) => own(table).evict(),
    touch: (table, slot) => own(table).touch(slot),
    untouch: (table, slot) => own(table).untouch(slot),
    restore: (table, slot) => own(table).restore(slot),
  };
}
