// Snapshots: entries as bytes that outlive the process. docs/snapshot-format.md draws the format.
//
// Z1  A snapshot is read whole and checked before any entry of it is used: every length against
//     what is left, then the checksum. Nothing in it is an address or a count to trust.
// Z2  It says nothing of the secret of the hash, nor of chunks: any cache can read it.
// Z3  Entries are in the order of their use, the oldest first, so that those that stay in a smaller
//     cache are the ones used last.

import { KEY_BYTES_MAX } from '../../assembly/bytes/layout.js';
import { LRUCacheError, LRUCacheTypeError } from '../errors.js';
import { show } from '../options.js';
import type { Entry } from './access.js';
import { Checksum } from './checksum.js';
import { isBytes, KIND_UTF16, lengthOf, sliceOf, textOfUnits } from './codec.js';
import type { FrameAccess, Framed, KeyBytes } from './frame.js';

const MAGIC = 0x55524c57;
const VERSION = 1;
const HEADER_BYTES = 24;
const FOOTER_BYTES = 9;
const END = 0xff;

// The first byte of a record: the kind of the value in its lowest bits, and
const TAG_KIND = 3;
const TAG_WIDE = 4;
const TAG_TTL = 8;
const TAG_SIZE = 16;

/** A record: an entry, and for caches that keep sizes, that of its value. */
export interface RecordOf extends Entry {
  readonly size?: number;
}

/** A snapshot that was checked. */
export interface Snapshot {
  /** Whether any entry has a ttl. */
  readonly hasTtl: boolean;
  /** The entries that are fresh, the oldest first; of each, the bytes are in the snapshot. */
  readonly entries: Iterable<RecordOf>;
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  bytes.push(left);
  return bytes;
}

function doubleBytes(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

/** The parts of a record. */
function* partsOf({ key, value, kind, ttl, size }: RecordOf): Generator<ArrayLike<number>> {
  const tag = kind | (key.isWide ? TAG_WIDE : 0) | (ttl > 0 ? TAG_TTL : 0);
  yield [tag | (size === undefined ? 0 : TAG_SIZE)];
  yield varintBytes(key.bytes.length);
  yield varintBytes(value.length);
  if (ttl > 0) yield doubleBytes(ttl);
  if (size !== undefined) yield doubleBytes(size);
  yield key.bytes;
  yield value;
}

function headerBytes(): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setFloat64(8, Date.now(), true);
  return new Uint8Array(view.buffer);
}

/** A snapshot in pieces of about so many bytes. */
export function* snapshotOf(entries: Iterable<RecordOf>, bytes: number): Generator<Uint8Array> {
  if (!Number.isInteger(bytes) || bytes < 1) {
    const message = `The bytes of a piece must be a whole number above 0, not ${show(bytes)}`;
    throw new LRUCacheTypeError('INVALID_SIZE', message);
  }
  const checksum = new Checksum();
  let piece = new Uint8Array(Math.max(bytes, 64));
  let length = 0;
  let count = 0;
  const take = (part: ArrayLike<number>) => {
    if (length + part.length > piece.length) {
      const longer = new Uint8Array(Math.max(piece.length * 2, length + part.length));
      longer.set(piece.subarray(0, length));
      piece = longer;
    }
    piece.set(part, length);
    length += part.length;
  };
  const cut = () => {
    const whole = piece.slice(0, length);
    checksum.add(whole);
    length = 0;
    return whole;
  };
  take(headerBytes());
  for (const entry of entries) {
    for (const part of partsOf(entry)) take(part);
    count += 1;
    if (length >= bytes) yield cut();
  }
  const footer = new DataView(new ArrayBuffer(FOOTER_BYTES));
  footer.setUint8(0, END);
  footer.setUint32(1, count, true);
  take(new Uint8Array(footer.buffer, 0, 5));
  const body = cut();
  footer.setUint32(0, checksum.value, true);
  const last = new Uint8Array(body.length + 4);
  last.set(body);
  last.set(new Uint8Array(footer.buffer, 0, 4), body.length);
  yield last;
}

function corrupt(why: string): never {
  throw new LRUCacheError('SNAPSHOT_CORRUPT', `The snapshot cannot be read: ${why}`);
}

/** Pieces as one array. */
export function joined(source: Iterable<Uint8Array>): Uint8Array {
  const pieces = [...source];
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + lengthOf(piece), 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += lengthOf(piece);
  }
  return all;
}

/** The bytes of a source, in one array that nobody else changes. Throws `SNAPSHOT_VERSION`. */
function gather(source: unknown): Uint8Array {
  if (isBytes(source)) {
    const isShared = !(source.buffer instanceof ArrayBuffer);
    return isShared ? sliceOf(source, 0, lengthOf(source)) : source;
  }
  const isIterable = typeof source === 'object' && source !== null && Symbol.iterator in source;
  if (!isIterable) {
    const message = `A snapshot is a Uint8Array, or a list of them, not ${show(source)}`;
    throw new LRUCacheTypeError('SNAPSHOT_VERSION', message);
  }
  const pieces: Uint8Array[] = [];
  for (const piece of source as Iterable<unknown>) {
    if (!isBytes(piece)) {
      const message = `A piece of a snapshot is a Uint8Array, not ${show(piece)}`;
      throw new LRUCacheTypeError('SNAPSHOT_VERSION', message);
    }
    pieces.push(piece);
  }
  return joined(pieces);
}

/** Reads records, and checks every length against what is left (Z1). */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  at = HEADER_BYTES;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, lengthOf(bytes));
    this.#end = lengthOf(bytes) - FOOTER_BYTES;
  }

  get isAtEnd(): boolean {
    return this.at === this.#end;
  }

  #varint(most: number): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.at >= this.#end) corrupt('a record is cut short');
      const byte = this.#bytes[this.at++] as number;
      value += (byte & 127) * scale;
      if (value > most) corrupt('a length is beyond the end');
      if (byte < 128) return value;
    }
  }

  #double(): number {
    if (this.at + 8 > this.#end) corrupt('a record is cut short');
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    if (!(value >= 0 && value <= Number.MAX_VALUE)) corrupt('a number is none');
    return value;
  }

  #slice(length: number): Uint8Array {
    const from = this.at;
    this.at += length;
    return this.#bytes.subarray(from, this.at);
  }

  next(): RecordOf {
    const tag = this.#bytes[this.at++] as number;
    if (tag > 31) corrupt('a record is of no known kind');
    const left = this.#end - this.at;
    const keyBytes = this.#varint(Math.min(left, KEY_BYTES_MAX));
    const valueBytes = this.#varint(left);
    const ttl = (tag & TAG_TTL) === 0 ? 0 : this.#double();
    const size = (tag & TAG_SIZE) === 0 ? undefined : this.#double();
    if (keyBytes + valueBytes > this.#end - this.at) corrupt('a length is beyond the end');
    const key: KeyBytes = { bytes: this.#slice(keyBytes), isWide: (tag & TAG_WIDE) !== 0 };
    const kind = tag & TAG_KIND;
    const value = this.#slice(valueBytes);
    if (key.isWide && !isProperlyWide(key.bytes)) corrupt('a key has no such form');
    if (kind === KIND_UTF16 && valueBytes % 2 !== 0) corrupt('a text ends within a unit');
    return { key, kind, value, ttl, ...(size === undefined ? {} : { size }) };
  }
}

/** Whether a key needs two bytes to a unit, and has them. */
function isProperlyWide(bytes: Uint8Array): boolean {
  if (bytes.length % 2 !== 0) return false;
  for (let i = 1; i < bytes.length; i += 2) if (bytes[i] !== 0) return true;
  return false;
}

function* freshOf(bytes: Uint8Array, passedMs: number): Generator<RecordOf> {
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const entry = reader.next();
    if (entry.ttl === 0) yield entry;
    else if (entry.ttl > passedMs) yield { ...entry, ttl: entry.ttl - passedMs };
  }
}

/** Checks a snapshot. Throws `SNAPSHOT_VERSION` and `SNAPSHOT_CORRUPT`. */
export function readSnapshot(source: unknown): Snapshot & { readonly count: number } {
  const bytes = gather(source);
  const length = lengthOf(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (length < 6 || view.getUint32(0, true) !== MAGIC) {
    throw new LRUCacheError('SNAPSHOT_VERSION', 'This is no snapshot of wasm-lru');
  }
  const version = view.getUint16(4, true);
  if (version !== VERSION) {
    const message = `The snapshot has version ${version}, and only ${VERSION} can be read`;
    throw new LRUCacheError('SNAPSHOT_VERSION', message);
  }
  if (length < HEADER_BYTES + FOOTER_BYTES) corrupt('it is cut short');
  const checksum = new Checksum();
  checksum.add(bytes.subarray(0, length - 4));
  if (view.getUint32(length - 4, true) !== checksum.value) corrupt('its checksum is another');
  const wallClock = view.getFloat64(8, true);
  if (!Number.isFinite(wallClock)) corrupt('its clock shows no time');
  if (view.getUint8(length - FOOTER_BYTES) !== END) corrupt('it does not end');
  const count = view.getUint32(length - 8, true);
  const reader = new Reader(bytes);
  let found = 0;
  let hasTtl = false;
  for (; !reader.isAtEnd; found++) {
    const { ttl } = reader.next();
    hasTtl ||= ttl !== 0;
  }
  if (found !== count) corrupt('it has another number of entries');
  // A clock that was set back gives no entry more time.
  const passedMs = Math.max(0, Date.now() - wallClock);
  return { count, hasTtl, entries: freshOf(bytes, passedMs) };
}

/** Lets a new cache take the entries of a snapshot; says how many it has, and how many not. */
export function restoreInto(
  source: unknown,
  replayAll: (snapshot: Snapshot) => number,
): { restored: number; skipped: number } {
  const snapshot = readSnapshot(source);
  const restored = replayAll(snapshot);
  return { restored, skipped: snapshot.count - restored };
}

/** Stores an entry as it is. */
export function replay(
  access: FrameAccess<Framed>,
  { key, value, kind, ttl }: Entry,
  now: number,
): void {
  // Bytes are the key of the string with these units.
  const text = key.isWide ? textOfUnits(key.bytes, true) : key.bytes;
  const long = access.write(text, value);
  access.kind = kind;
  access.put(text, long, now, ttl);
}
