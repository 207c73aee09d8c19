// The frame: how keys and values get into the memory of a cache of bytes, and out of it, whoever
// has the entries. What a thread and the core tell each other is drawn in assembly/bytes/layout.ts.
//
// X1  A key is a string or bytes; bytes are the string that has them for its code units.
// X2  A value that fits the frame's buffer together with its key is stored by one call of the core.
//     What is longer is the matter of those who extend this class.
// X3  Nothing here calls user code.

import {
  ABSENT,
  BUFFER_BYTES,
  FRAME_ADDRESS,
  FRAME_BORN,
  FRAME_BUFFER,
  FRAME_BYTES,
  FRAME_KEY_BYTES,
  FRAME_KIND,
  FRAME_SLOT,
  IN_TEXT,
  KEY_BYTES_MAX,
} from '../../assembly/bytes/layout.js';
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
  unitsOf,
  utf8,
} from './codec.js';
import type { BytesCore, Store } from './region.js';

/** Checks where a value is to be copied, and from which offset on. Throws `INVALID_TARGET`. */
export function checkTarget(target: unknown, offset: unknown): void {
  if (!isBytes(target)) {
    const message = `The target must be a Uint8Array, not ${show(target)}`;
    throw new LRUCacheTypeError('INVALID_TARGET', message);
  }
  if (!Number.isInteger(offset) || (offset as number) < 0) {
    const message = `The offset must be a whole number, not ${show(offset)}`;
    throw new LRUCacheTypeError('INVALID_TARGET', message);
  }
}

/** What has a frame: entries somewhere, and views of the memory that the frame is in. */
export interface Framed {
  readonly core: Pick<BytesCore, 'get' | 'put'>;
  readonly store: Store;
  /** Address of the frame. Other addresses here are relative to it. */
  readonly frame: number;
  /** Whether the core reads JavaScript's strings. */
  readonly readsText: boolean;
  /** The frame, at least, by bytes and by words. */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/** Units of the longest string that the core reads: it has room for them in any form. */
const TEXT_MAX = KEY_BYTES_MAX >> 1;

/** A key as bytes. */
export interface KeyBytes {
  readonly bytes: Uint8Array;
  readonly isWide: boolean;
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

/** The frame of a cache. */
export abstract class FrameAccess<R extends Framed> {
  readonly region: R;
  #source: Source;
  /** Whether the key that was written last has two bytes to a unit. */
  protected isWide = 0;
  /** Of the value that was written last. */
  valueBytes = 0;
  kind: number = KIND_BYTES;

  constructor(region: R) {
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
  protected word(at: number): number {
    return this.region.words[at >> 2] as number;
  }

  protected address(): number {
    return this.word(FRAME_ADDRESS) >>> 0;
  }

  /** The slot of the entry that was looked at or stored last. */
  get slot(): number {
    return this.word(FRAME_SLOT);
  }

  /** Its number. */
  get born(): number {
    return this.word(FRAME_BORN);
  }

  /** Bytes of its key and its value. */
  get entryBytes(): number {
    return this.word(FRAME_KEY_BYTES) + (this.word(FRAME_BYTES) >>> 0);
  }

  /** Bytes of its value. */
  get foundBytes(): number {
    return this.word(FRAME_BYTES) >>> 0;
  }

  /** What its value is. */
  get foundKind(): number {
    return this.word(FRAME_KIND);
  }

  /**
   * Writes a key to the buffer, unless the core reads it. IN_TEXT if it does, the number of bytes
   * if not, and -1 if the key is too long.
   */
  protected writeKey(key: string | Uint8Array, at: number): number {
    if (typeof key === 'string' && key.length <= TEXT_MAX && this.region.readsText) return IN_TEXT;
    const { bytes } = this.region;
    this.isWide = 0;
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
    this.isWide = Number(found.isWide);
    return lengthOf(found.bytes);
  }

  /** Looks at the entry of a key, as the core's `get` does. */
  look(key: string | Uint8Array, now: number, mode: number): number {
    const length = this.writeKey(key, FRAME_BUFFER);
    if (length < 0) return ABSENT;
    const { core, store, frame } = this.region;
    const text = typeof key === 'string' ? key : '';
    return core.get(store, frame, text, FRAME_BUFFER, length, this.isWide, now, mode);
  }

  /** Copies the value that was located last. */
  copyTo(target: Uint8Array, offset: number): void {
    const length = this.foundBytes;
    const address = this.address();
    if (address !== 0) {
      this.source.copy(target, offset, address, address + length);
    } else {
      this.copyLong(target, offset, length);
    }
  }

  /** As `copyTo`, and returns how many bytes. Throws `INVALID_TARGET`, before it writes. */
  copyInto(target: Uint8Array, offset: number): number {
    const bytes = this.foundBytes;
    if (offset + bytes > lengthOf(target)) {
      const message = `The target has no room for ${bytes} bytes at ${offset}`;
      throw new LRUCacheRangeError('INVALID_TARGET', message);
    }
    this.copyTo(target, offset);
    return bytes;
  }

  /** A copy of the value that was located last. */
  copy(): Uint8Array {
    const address = this.address();
    if (address !== 0) return sliceOf(this.region.bytes, address, address + this.foundBytes);
    const copy = new Uint8Array(this.foundBytes);
    this.copyTo(copy, 0);
    return copy;
  }

  /** Copies the value that was located last, which has no room in the buffer. */
  protected abstract copyLong(target: Uint8Array, offset: number, length: number): void;

  /** Stores a value that has no room in the buffer, as the core's `put` does. */
  protected abstract putLong(
    key: string | Uint8Array,
    value: Uint8Array,
    now: number,
    ttl: number,
  ): number;

  /** What a packer makes of the value that was located last. */
  unpack<V>(packer: Packer<V>): V {
    const address = this.address();
    const kind = this.word(FRAME_KIND);
    if (address !== 0) return packer.unpack(this.source, address, address + this.foundBytes, kind);
    const copy = this.copy();
    return packer.unpack(new Source(copy), 0, copy.length, kind);
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

  /** Stores the value that was written, as the core's `put` does. */
  put(key: string | Uint8Array, long: Uint8Array | undefined, now: number, ttl: number): number {
    if (long !== undefined) return this.putLong(key, long, now, ttl);
    const at = FRAME_BUFFER + this.valueBytes;
    const length = this.writeKey(key, at);
    const { core, store, frame } = this.region;
    const text = typeof key === 'string' ? key : '';
    return core.put(
      store,
      frame,
      text,
      at,
      length,
      this.isWide,
      FRAME_BUFFER,
      this.valueBytes,
      this.kind,
      now,
      ttl,
    );
  }
}

/** The error of a key that is too long to be stored. */
export function keyTooLong(): LRUCacheRangeError {
  return new LRUCacheRangeError(
    'KEY_TOO_LONG',
    `A key may have ${KEY_BYTES_MAX} bytes, two for each code unit if one is above 255`,
  );
}
