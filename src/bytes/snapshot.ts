// Snapshots: entries as bytes that outlive the process. docs/snapshot-format.md draws the format.
//
// Z1  A snapshot is read whole and checked before any entry of it is used: every length against
//     what is left, then the checksum. Nothing in it is an address or a count to trust.
// Z2  It says nothing of the secret of the hash, nor of chunks: any cache can read it.
// Z3  Entries are in the order of their use, the oldest first, so that those that stay in a smaller
//     cache are the ones used last.

import {
  BUFFER_BYTES,
  KEY_BYTES_MAX,
  TAG_KIND,
  TAG_SIZE,
  TAG_TTL,
  TAG_WIDE,
} from '../../assembly/bytes/layout.js';
import { show } from '../common/check.js';
import { LRUCacheError, LRUCacheTypeError } from '../common/errors.js';
import type { Access, Entry } from './access.js';
import { Checksum } from './checksum.js';
import { isBytes, KIND_UTF16, lengthOf, sliceOf, textOfUnits } from './codec.js';
import type { FrameAccess, Framed } from './frame.js';

const MAGIC = 0x55524c57;
const VERSION = 1;
const HEADER_BYTES = 24;
const FOOTER_BYTES = 9;
const END = 0xff;
/** A piece larger than this grows when it is filled. */
const PIECE_BYTES_MAX = 1 << 20;

/** A record: an entry, and for caches that keep sizes, that of its value. */
export interface RecordOf extends Entry {
  readonly size?: number;
}

/** Records that the core has written: a part of its memory, to be copied at once. */
export interface RawRecords {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** A snapshot that was checked. */
export interface Snapshot {
  readonly bytes: Uint8Array;
  /** How many records it has. */
  readonly count: number;
  /** Whether any entry has a ttl. */
  readonly hasTtl: boolean;
  /** Time since it was taken, by the wall clock. */
  readonly passedMs: number;
  /**
   * Where the records lie: from each number to the next one, as many as the core's buffer takes,
   * or one that is longer.
   */
  readonly cuts: readonly number[];
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

/** A piece that is being filled. */
class Piece {
  readonly #checksum = new Checksum();
  #bytes: Uint8Array;
  length = 0;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
  }

  get checksum(): number {
    return this.#checksum.value;
  }

  add(part: ArrayLike<number>): void {
    const { length } = this;
    if (length + part.length > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(this.#bytes.length * 2, length + part.length));
      longer.set(this.#bytes.subarray(0, length));
      this.#bytes = longer;
    }
    this.#bytes.set(part, length);
    this.length += part.length;
  }

  /** The bytes so far, and begins anew. */
  cut(): Uint8Array {
    const whole = this.#bytes.slice(0, this.length);
    this.#checksum.add(whole);
    this.length = 0;
    return whole;
  }
}

function footerBytes(count: number): DataView {
  const footer = new DataView(new ArrayBuffer(FOOTER_BYTES));
  footer.setUint8(0, END);
  footer.setUint32(1, count, true);
  return footer;
}

/** A snapshot in pieces of about so many bytes. */
export function* snapshotOf(
  records: Iterable<RecordOf | RawRecords>,
  bytes: number,
): Generator<Uint8Array> {
  if (!Number.isInteger(bytes) || bytes < 1) {
    const message = `The bytes of a piece must be a whole number above 0, not ${show(bytes)}`;
    throw new LRUCacheTypeError('INVALID_SIZE', message);
  }
  const piece = new Piece(Math.min(bytes, PIECE_BYTES_MAX) + BUFFER_BYTES);
  let count = 0;
  piece.add(headerBytes());
  for (const record of records) {
    if ('count' in record) {
      piece.add(record.bytes);
      count += record.count;
    } else {
      for (const part of partsOf(record)) piece.add(part);
      count += 1;
    }
    if (piece.length >= bytes) yield piece.cut();
  }
  const footer = footerBytes(count);
  piece.add(new Uint8Array(footer.buffer, 0, 5));
  const body = piece.cut();
  footer.setUint32(0, piece.checksum, true);
  yield joined([body, new Uint8Array(footer.buffer, 0, 4)]);
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
  at: number;
  tag = 0;
  keyAt = 0;
  keyBytes = 0;
  valueBytes = 0;
  ttl = 0;
  size: number | undefined;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
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

  /** Reads the next record as far as its key, and checks it to its end. */
  next(): void {
    const bytes = this.#bytes;
    this.tag = bytes[this.at++] as number;
    if (this.tag > 31) corrupt('a record is of no known kind');
    this.keyBytes = this.#varint(KEY_BYTES_MAX);
    this.valueBytes = this.#varint(this.#end);
    this.ttl = (this.tag & TAG_TTL) === 0 ? 0 : this.#double();
    this.size = (this.tag & TAG_SIZE) === 0 ? undefined : this.#double();
    this.keyAt = this.at;
    this.at += this.keyBytes + this.valueBytes;
    if (this.at > this.#end) corrupt('a length is beyond the end');
    if ((this.tag & TAG_WIDE) !== 0 && !isProperlyWide(bytes, this.keyAt, this.keyBytes)) {
      corrupt('a key has no such form');
    }
    if ((this.tag & TAG_KIND) === KIND_UTF16 && this.valueBytes % 2 !== 0) {
      corrupt('a text ends within a unit');
    }
  }

  /** The record that was read last; its bytes are those of the snapshot. */
  record(): RecordOf {
    const { tag, keyAt, ttl, size } = this;
    const valueAt = keyAt + this.keyBytes;
    const key = {
      bytes: this.#bytes.subarray(keyAt, valueAt),
      isWide: (tag & TAG_WIDE) !== 0,
    };
    const value = this.#bytes.subarray(valueAt, this.at);
    const record = { key, kind: tag & TAG_KIND, value, ttl };
    return size === undefined ? record : { ...record, size };
  }
}

/** Whether a key needs two bytes to a unit, and has them. */
function isProperlyWide(bytes: Uint8Array, at: number, length: number): boolean {
  if (length % 2 !== 0) return false;
  for (let i = 1; i < length; i += 2) if (bytes[at + i] !== 0) return true;
  return false;
}

/** The record at an offset of a snapshot; undefined if nothing is left of its ttl. */
function freshAt(reader: Reader, passedMs: number): RecordOf | undefined {
  reader.next();
  const record = reader.record();
  if (record.ttl === 0) return record;
  return record.ttl > passedMs ? { ...record, ttl: record.ttl - passedMs } : undefined;
}

/** The entries that are fresh, the oldest first. */
export function* recordsOf({ bytes, passedMs }: Snapshot): Generator<RecordOf> {
  const reader = new Reader(bytes, HEADER_BYTES);
  while (!reader.isAtEnd) {
    const record = freshAt(reader, passedMs);
    if (record !== undefined) yield record;
  }
}

/** Checks a snapshot. Throws `SNAPSHOT_VERSION` and `SNAPSHOT_CORRUPT`. */
export function readSnapshot(source: unknown): Snapshot {
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
  const wallClock = view.getFloat64(8, true);
  if (!Number.isFinite(wallClock)) corrupt('its clock shows no time');
  if (view.getUint8(length - FOOTER_BYTES) !== END) corrupt('it does not end');
  const count = view.getUint32(length - 8, true);
  const { found, hasTtl, cuts, checksum } = checkRecords(bytes);
  if (view.getUint32(length - 4, true) !== checksum) corrupt('its checksum is another');
  if (found !== count) corrupt('it has another number of entries');
  // A clock that was set back gives no entry more time.
  const passedMs = Math.max(0, Date.now() - wallClock);
  return { bytes, count, hasTtl, passedMs, cuts };
}

/** Reads all of a snapshot, once: what is near is still in the processor's cache. */
function checkRecords(bytes: Uint8Array) {
  const reader = new Reader(bytes, HEADER_BYTES);
  const checksum = new Checksum();
  const cuts = [reader.at];
  let from = reader.at;
  let found = 0;
  let hasTtl = false;
  checksum.add(bytes.subarray(0, from));
  const cut = (at: number) => {
    cuts.push(at);
    checksum.add(bytes.subarray(from, at));
    from = at;
  };
  for (; !reader.isAtEnd; found++) {
    const start = reader.at;
    reader.next();
    hasTtl ||= reader.ttl !== 0;
    if (reader.at - from > BUFFER_BYTES && start !== from) cut(start);
  }
  if (reader.at !== from) cut(reader.at);
  checksum.add(bytes.subarray(from, lengthOf(bytes) - 4));
  return { found, hasTtl, cuts, checksum: checksum.value };
}

/** Lets a new cache take the entries of a snapshot: none of more bytes than `most`. */
export function restoreInto(access: Access, snapshot: Snapshot, now: number, most: number): void {
  const { bytes, passedMs, cuts } = snapshot;
  for (let i = 1; i < cuts.length; i++) {
    const from = cuts[i - 1] as number;
    const records = bytes.subarray(from, cuts[i]);
    if (records.length <= BUFFER_BYTES) {
      access.restore(records, passedMs, now, most);
      continue;
    }
    const record = freshAt(new Reader(bytes, from), passedMs);
    if (record === undefined) continue;
    if (record.key.bytes.length + record.value.length <= most) replay(access, record, now);
  }
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
