// Access to a region: keys and values into its memory and out of it, in terms of bytes.
//
// X1  A key is a string or bytes; bytes are the string that has them for its code units.
// X2  A value that fits the frame's buffer together with its key is stored by one call of the core,
//     a longer one is written into its chain here. If that is cut short, nothing is stored.
// X3  Nothing here calls user code.

import {
  ABSENT,
  BUFFER_BYTES,
  DUMP_BYTES,
  DUMP_SLOTS,
  FOUND,
  FRAME_ADDRESS,
  FRAME_BORN,
  FRAME_BUFFER,
  FRAME_BYTES,
  FRAME_CHUNK,
  FRAME_COUNT,
  FRAME_IS_WIDE,
  FRAME_KEY_BYTES,
  FRAME_KIND,
  FRAME_OFFSET,
  FRAME_SLOT,
  IN_TEXT,
  KEY_BYTES_MAX,
  LOCATE,
  REFUSED,
} from '../../assembly/bytes/layout.js';
import { NIL } from '../../assembly/layout.js';
import { show } from '../common/check.js';
import { LRUCacheRangeError, LRUCacheTypeError } from '../common/errors.js';
import {
  isBytes,
  isWellFormed,
  KIND_ASCII,
  KIND_BYTES,
  KIND_UTF8,
  KIND_UTF16,
  lengthOf,
  type Packer,
  Source,
  sliceOf,
  textOfUnits,
  unitsOf,
  utf8,
} from './codec.js';
import type { Region } from './region.js';
import type { RawRecords } from './snapshot.js';

/** Units of the longest string that the core reads: it has room for them in any form. */
const TEXT_MAX = KEY_BYTES_MAX >> 1;

/** A key as bytes. */
export interface KeyBytes {
  readonly bytes: Uint8Array;
  readonly isWide: boolean;
}

/** An entry as bytes, all of them copies. */
export interface Entry {
  readonly key: KeyBytes;
  readonly value: Uint8Array;
  readonly kind: number;
  /** What is left of its ttl, in ms; 0 if it has none. */
  readonly ttl: number;
}

/** A key of a cache: a string, or bytes. Throws `INVALID_KEY`. */
export function checkKey(key: unknown): string | Uint8Array {
  if (typeof key === 'string' || isBytes(key)) return key;
  throw new LRUCacheTypeError(
    'INVALID_KEY',
    `A key must be a string or a Uint8Array, not ${show(key)}`,
  );
}

/** The bytes of a key; undefined if there are too many. */
export function keyBytesOf(key: string | Uint8Array): KeyBytes | undefined {
  const length = typeof key === 'string' ? key.length : lengthOf(key);
  if (length > KEY_BYTES_MAX) return undefined;
  if (typeof key !== 'string') return { bytes: key, isWide: false };
  const bytes = unitsOf(key);
  const isWide = bytes.some((byte, i) => (i & 1) === 1 && byte !== 0);
  if (isWide) return bytes.length > KEY_BYTES_MAX ? undefined : { bytes, isWide };
  return { bytes: bytes.filter((_, i) => (i & 1) === 0), isWide };
}

/** A store's entries, by keys and bytes. */
export class Access {
  readonly region: Region;
  #source: Source;
  #isWide = 0;
  /** Of the value that was written last. */
  valueBytes = 0;
  kind: number = KIND_BYTES;

  constructor(region: Region) {
    this.region = region;
    this.#source = new Source(region.bytes);
  }

  /** The memory, to be read at once. */
  get source(): Source {
    const { bytes } = this.region;
    if (this.#source.bytes !== bytes) this.#source = new Source(bytes);
    return this.#source;
  }

  /** A word of the frame that the latest call has written. */
  #word(at: number): number {
    return this.region.words[at >> 2] as number;
  }

  #address(): number {
    return this.#word(FRAME_ADDRESS) >>> 0;
  }

  /** The slot of the entry that was looked at or stored last. */
  get slot(): number {
    return this.#word(FRAME_SLOT);
  }

  /** Its number. */
  get born(): number {
    return this.#word(FRAME_BORN);
  }

  /** Bytes of its key and its value. */
  get entryBytes(): number {
    return this.#word(FRAME_KEY_BYTES) + (this.#word(FRAME_BYTES) >>> 0);
  }

  /** Bytes of its value. */
  get foundBytes(): number {
    return this.#word(FRAME_BYTES) >>> 0;
  }

  /** What its value is. */
  get foundKind(): number {
    return this.#word(FRAME_KIND);
  }

  /** Whether the value lies together where the entries are, and not in the buffer. */
  get isInPlace(): boolean {
    return this.#address() >= FRAME_BUFFER + BUFFER_BYTES;
  }

  /**
   * Writes a key to the buffer, unless the core reads it. IN_TEXT if it does, the number of bytes
   * if not, and -1 if the key is too long.
   */
  #writeKey(key: string | Uint8Array, at: number): number {
    if (typeof key === 'string' && key.length <= TEXT_MAX && this.region.readsText) return IN_TEXT;
    const { bytes } = this.region;
    this.#isWide = 0;
    if (typeof key === 'string' && key.length <= KEY_BYTES_MAX) {
      let all = 0;
      for (let i = 0; i < key.length; i++) {
        const unit = key.charCodeAt(i);
        all |= unit;
        bytes[at + i] = unit;
      }
      if (all < 256) return key.length;
    }
    const found = keyBytesOf(key);
    if (found === undefined) return -1;
    bytes.set(found.bytes, at);
    this.#isWide = Number(found.isWide);
    return lengthOf(found.bytes);
  }

  /** Looks at the entry of a key, as the core's `get` does. */
  look(key: string | Uint8Array, now: number, mode: number): number {
    const length = this.#writeKey(key, FRAME_BUFFER);
    if (length < 0) return ABSENT;
    const { core, store } = this.region;
    const text = typeof key === 'string' ? key : '';
    return core.get(store, 0, text, FRAME_BUFFER, length, this.#isWide, now, mode);
  }

  /** Looks at a slot. */
  visit(slot: number, now: number, mode: number): number {
    const { core, store } = this.region;
    return core.visitSlot(store, 0, slot, now, mode);
  }

  /** Removes the entry of a key; false if there is none. */
  remove(key: string | Uint8Array): boolean {
    const length = this.#writeKey(key, FRAME_BUFFER);
    if (length < 0) return false;
    const { core, store } = this.region;
    const text = typeof key === 'string' ? key : '';
    return core.remove(store, 0, text, FRAME_BUFFER, length, this.#isWide) !== ABSENT;
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

  /** Copies the value that was located last. */
  copyTo(target: Uint8Array, offset: number): void {
    const length = this.foundBytes;
    const address = this.#address();
    if (address !== 0) {
      this.source.copy(target, offset, address, address + length);
    } else {
      this.#copyRuns(this.#word(FRAME_CHUNK), this.#word(FRAME_OFFSET), target, offset, length);
    }
  }

  /** A copy of the value that was located last. */
  copy(): Uint8Array {
    const address = this.#address();
    if (address !== 0) return sliceOf(this.region.bytes, address, address + this.foundBytes);
    const copy = new Uint8Array(this.foundBytes);
    this.copyTo(copy, 0);
    return copy;
  }

  /** A view of the value that was located last, which lies together. */
  view(): Uint8Array {
    return this.region.bytes.subarray(this.#address(), this.#address() + this.foundBytes);
  }

  /** What a packer makes of the value that was located last. */
  unpack<V>(packer: Packer<V>): V {
    const address = this.#address();
    const kind = this.#word(FRAME_KIND);
    if (address !== 0) return packer.unpack(this.source, address, address + this.foundBytes, kind);
    const copy = this.copy();
    return packer.unpack(new Source(copy), 0, copy.length, kind);
  }

  /** The key of a live slot. The buffer stays as it is. */
  keyOf(slot: number): KeyBytes {
    const { core, store } = this.region;
    core.locateKey(store, 0, slot);
    const isWide = this.#word(FRAME_IS_WIDE) !== 0;
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
    const kind = this.#word(FRAME_KIND);
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
    const written = bytes.subarray(start, start + this.#word(FRAME_BYTES));
    return { done, bytes: written, count: this.#word(FRAME_COUNT) };
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

  /** Writes a text to the buffer if there is room for it and for a key of so many bytes. */
  #writeText(text: string, keyRoom: number): Uint8Array | undefined {
    const { source } = this;
    const { length } = text;
    const hasRoom = length * 3 + keyRoom <= BUFFER_BYTES;
    if (hasRoom) {
      this.valueBytes = source.write(text, FRAME_BUFFER);
      this.kind = this.valueBytes === length ? KIND_ASCII : KIND_UTF8;
      if (this.kind === KIND_ASCII || isWellFormed(text)) return undefined;
    } else if (isWellFormed(text)) {
      this.kind = KIND_UTF8;
      return utf8().encode(text);
    }
    this.kind = KIND_UTF16;
    const units = unitsOf(text);
    this.valueBytes = units.length;
    if (!hasRoom) return units;
    source.bytes.set(units, FRAME_BUFFER);
    return undefined;
  }

  /**
   * Writes a value to the buffer; returns its bytes if they have no room there together with the
   * key. `valueBytes` and `kind` say what it is.
   */
  write(key: string | Uint8Array, value: Uint8Array | string): Uint8Array | undefined {
    const keyRoom = typeof key === 'string' ? key.length * 2 : lengthOf(key);
    if (typeof value === 'string') {
      const long = this.#writeText(value, keyRoom);
      if (long !== undefined) this.valueBytes = lengthOf(long);
      return long;
    }
    this.kind = KIND_BYTES;
    this.valueBytes = lengthOf(value);
    if (this.valueBytes + keyRoom > BUFFER_BYTES) return value;
    this.region.bytes.set(value, FRAME_BUFFER);
    return undefined;
  }

  /** Whether a key is too long to be stored. */
  isTooLong(key: string | Uint8Array): boolean {
    return !(typeof key === 'string' && key.length <= TEXT_MAX) && this.measure(key) < 0;
  }

  /** Whether a key and the value that was written have more bytes than so many. */
  exceeds(key: string | Uint8Array, most: number): boolean {
    const left = most - this.valueBytes;
    return !(typeof key === 'string' && key.length * 2 <= left) && this.measure(key) > left;
  }

  /** Bytes of a key; -1 if it is too long. */
  measure(key: string | Uint8Array): number {
    if (typeof key !== 'string') return lengthOf(key) > KEY_BYTES_MAX ? -1 : lengthOf(key);
    for (let i = 0; i < key.length; i++) {
      if (key.charCodeAt(i) < 256) continue;
      return key.length * 2 > KEY_BYTES_MAX ? -1 : key.length * 2;
    }
    return key.length > KEY_BYTES_MAX ? -1 : key.length;
  }

  /** The slot that storing the value that was written would evict, or NIL. */
  victim(key: string | Uint8Array, long: Uint8Array | undefined): number {
    const at = FRAME_BUFFER + (long === undefined ? this.valueBytes : 0);
    const length = this.#writeKey(key, at);
    const { core, store } = this.region;
    const text = typeof key === 'string' ? key : '';
    return length < 0 ? NIL : core.victim(store, text, at, length, this.#isWide, this.valueBytes);
  }

  /** Stores the value that was written, as the core's `put` does. */
  put(key: string | Uint8Array, long: Uint8Array | undefined, now: number, ttl: number): number {
    if (long !== undefined) return this.#putLong(key, long, now, ttl);
    const at = FRAME_BUFFER + this.valueBytes;
    const length = this.#writeKey(key, at);
    const { core, store } = this.region;
    const text = typeof key === 'string' ? key : '';
    return core.put(
      store,
      0,
      text,
      at,
      length,
      this.#isWide,
      FRAME_BUFFER,
      this.valueBytes,
      this.kind,
      now,
      ttl,
    );
  }

  #putLong(key: string | Uint8Array, value: Uint8Array, now: number, ttl: number): number {
    const { core, store } = this.region;
    if (ttl !== 0 && !core.age(store)) {
      this.remove(key);
      return REFUSED;
    }
    const length = this.#writeKey(key, FRAME_BUFFER);
    const text = typeof key === 'string' ? key : '';
    const { valueBytes, kind } = this;
    const wide = this.#isWide;
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
    let chunk = this.#word(FRAME_CHUNK);
    let skip = this.#word(FRAME_OFFSET);
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

/** The error of a key that is too long to be stored. */
export function keyTooLong(): LRUCacheRangeError {
  return new LRUCacheRangeError(
    'KEY_TOO_LONG',
    `A key may have ${KEY_BYTES_MAX} bytes, two for each code unit if one is above 255`,
  );
}
