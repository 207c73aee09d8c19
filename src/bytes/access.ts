// Access to a region: its entries, by key and by slot, in terms of bytes.
//
// A value that has no room in the frame's buffer is written into its chain here. If that is cut
// short, nothing is stored.

import {
  ABSENT,
  BUFFER_BYTES,
  DUMP_BYTES,
  DUMP_SLOTS,
  FOUND,
  FRAME_BUFFER,
  FRAME_BYTES,
  FRAME_CHUNK,
  FRAME_COUNT,
  FRAME_IS_WIDE,
  FRAME_KIND,
  FRAME_OFFSET,
  LOCATE,
  REFUSED,
} from '../../assembly/bytes/layout.js';
import { NIL } from '../../assembly/layout.js';
import { textOfUnits } from './codec.js';
import { FrameAccess, type KeyBytes } from './frame.js';
import type { Region } from './region.js';
import type { RawRecords } from './snapshot.js';

/** An entry as bytes, all of them copies. */
export interface Entry {
  readonly key: KeyBytes;
  readonly value: Uint8Array;
  readonly kind: number;
  /** What is left of its ttl, in ms; 0 if it has none. */
  readonly ttl: number;
}

/** A store's entries, by keys and bytes. */
export class Access extends FrameAccess<Region> {
  /** Whether the value lies together where the entries are, and not in the buffer. */
  get isInPlace(): boolean {
    return this.address() >= FRAME_BUFFER + BUFFER_BYTES;
  }

  /** Looks at a slot. */
  visit(slot: number, now: number, mode: number): number {
    const { core, store } = this.region;
    return core.visitSlot(store, 0, slot, now, mode);
  }

  /** Removes the entry of a key; false if there is none. */
  remove(key: string | Uint8Array): boolean {
    const length = this.writeKey(key, FRAME_BUFFER);
    if (length < 0) return false;
    const { core, store } = this.region;
    const text = typeof key === 'string' ? key : '';
    return core.remove(store, 0, text, FRAME_BUFFER, length, this.isWide) !== ABSENT;
  }

  /** Copies what lies in a chain from an offset on. */
  #copyRuns(chunk: number, offset: number, target: Uint8Array, at: number, length: number): void {
    const { core, store, bytes } = this.region;
    let [from, skip, to, left] = [chunk, offset, at, length];
    while (left > 0) {
      const run = core.run(store, from, skip, left) >>> 0;
      const address = (core.address(store, from) >>> 0) + skip;
      target.set(bytes.subarray(address, address + run), to);
      to += run;
      left -= run;
      if (left > 0) from = core.after(store, from, skip, run);
      skip = 0;
    }
  }

  protected override copyLong(target: Uint8Array, offset: number, length: number): void {
    this.#copyRuns(this.word(FRAME_CHUNK), this.word(FRAME_OFFSET), target, offset, length);
  }

  /** A view of the value that was located last, which lies together. */
  view(): Uint8Array {
    return this.region.bytes.subarray(this.address(), this.address() + this.foundBytes);
  }

  /** The key of a live slot. The buffer stays as it is. */
  keyOf(slot: number): KeyBytes {
    const { core, store } = this.region;
    core.locateKey(store, 0, slot);
    const isWide = this.word(FRAME_IS_WIDE) !== 0;
    return { bytes: this.copy(), isWide };
  }

  /** The key of a live slot, as a string. */
  textOf(slot: number): string {
    const { bytes, isWide } = this.keyOf(slot);
    return textOfUnits(bytes, isWide);
  }

  /** The entry in a slot; undefined if there is none, or it is stale. */
  entryAt(slot: number, now: number): Entry | undefined {
    const { core, store } = this.region;
    if (this.visit(slot, now, LOCATE) !== FOUND) return undefined;
    const kind = this.word(FRAME_KIND);
    const value = this.copy();
    const ttl = core.remaining(store, slot, now);
    return ttl < 0 ? undefined : { key: this.keyOf(slot), value, kind, ttl };
  }

  /**
   * The records of the entries in some slots, as many as one call of the core writes, and about
   * `most` bytes: of `done` slots, which are 0 if the first one has too long an entry.
   */
  dump(slots: Int32Array, born: number, now: number, most: number): RawRecords & { done: number } {
    const { core, store, words, bytes } = this.region;
    const some = slots.subarray(0, DUMP_SLOTS);
    words.set(some, FRAME_BUFFER >> 2);
    const done = core.dump(store, 0, some.length, born, now, Math.min(most, DUMP_BYTES));
    const start = FRAME_BUFFER + DUMP_SLOTS * 4;
    const written = bytes.subarray(start, start + this.word(FRAME_BYTES));
    return { done, bytes: written, count: this.word(FRAME_COUNT) };
  }

  /** Takes memory for so many entries of so many bytes at once, if all of them fit. */
  reserve(entries: number, bytes: number, chunkBytes: number, hasTtl: boolean): void {
    const { core, store } = this.region;
    if (hasTtl) core.age(store);
    core.reserve(store, entries, Math.ceil(bytes / chunkBytes) + entries);
  }

  /** Stores the entries of records, which have been checked and fit the buffer. */
  restore(records: Uint8Array, passedMs: number, now: number, most: number): void {
    const { core, store, bytes } = this.region;
    bytes.set(records, FRAME_BUFFER);
    core.restore(store, 0, FRAME_BUFFER, FRAME_BUFFER + records.length, passedMs, now, most);
  }

  /** The slot that storing the value that was written would evict, or NIL. */
  victim(key: string | Uint8Array, long: Uint8Array | undefined): number {
    const at = FRAME_BUFFER + (long === undefined ? this.valueBytes : 0);
    const length = this.writeKey(key, at);
    const { core, store } = this.region;
    const text = typeof key === 'string' ? key : '';
    return length < 0 ? NIL : core.victim(store, text, at, length, this.isWide, this.valueBytes);
  }

  protected override putLong(
    key: string | Uint8Array,
    value: Uint8Array,
    now: number,
    ttl: number,
  ): number {
    const { core, store } = this.region;
    if (ttl !== 0 && !core.age(store)) {
      this.remove(key);
      return REFUSED;
    }
    const length = this.writeKey(key, FRAME_BUFFER);
    const text = typeof key === 'string' ? key : '';
    const { valueBytes, kind } = this;
    const wide = this.isWide;
    const first = core.begin(store, 0, text, FRAME_BUFFER, length, wide, valueBytes);
    if (first === 0) return REFUSED;
    let isWritten = false;
    try {
      this.#fillRuns(value);
      isWritten = true;
    } finally {
      if (!isWritten) core.abandon(store, first);
    }
    return core.finish(store, 0, first, FRAME_BUFFER, valueBytes, kind, now, ttl);
  }

  /** Writes a value into the chain that `begin` took. */
  #fillRuns(value: Uint8Array): void {
    const { core, store, bytes } = this.region;
    let chunk = this.word(FRAME_CHUNK);
    let skip = this.word(FRAME_OFFSET);
    let at = 0;
    while (at < this.valueBytes) {
      const run = core.run(store, chunk, skip, this.valueBytes - at) >>> 0;
      const address = (core.address(store, chunk) >>> 0) + skip;
      bytes.set(value.subarray(at, at + run), address);
      at += run;
      if (at < this.valueBytes) chunk = core.after(store, chunk, skip, run);
      skip = 0;
    }
  }
}
