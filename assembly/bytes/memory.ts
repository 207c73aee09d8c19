// The seam, over one ArrayBuffer: bytes by their addresses, and where the parts of a table lie.
//
// Part of the JavaScript engine only; memory.wasm.ts has the same functions over linear memory. An
// address is an offset into the buffer, which holds the frame and one region. When the store grows,
// a longer buffer takes its place, and every view is made anew.

import {
  AGE_BYTES_LOG2,
  BIN_SLOTS_LOG2,
  BUCKET_BYTES,
  RECORD_BYTES_LOG2,
  SLOT_FIRST,
} from '../layout.js';
import { noColumn, Table } from '../slots.js';
import { chainsLog2For } from '../storage.js';
import { FRAME_SIZE } from './layout.js';

/** Addresses of this engine are int32. */
const ADDRESS_MAX = 0x7fffffff;

/** Asked before a buffer is allocated: it throws what a host refuses memory with. */
let grant: () => void = () => {};

/** Replaces what grants memory, for tests. */
export function setGrant(replacement: () => void): void {
  grant = replacement;
}

/** A store: its table, and the buffer that holds all of it. */
export class Store extends Table {
  buffer: ArrayBuffer;
  bytes: Uint8Array;
  words: Int32Array;
  data: DataView;
  /** Where the parts of the table lie, and how many slots they have. */
  tableAt = 0;

  constructor(buffer: ArrayBuffer) {
    super(0);
    this.buffer = buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.data = new DataView(buffer);
  }
}

/** The address of a store's region. */
export function baseOf(_store: Store): u32 {
  return FRAME_SIZE;
}

/** The word at an address, which is a multiple of 4. */
export function get32(store: Store, at: u32): u32 {
  return store.words[at >>> 2] as number;
}

export function set32(store: Store, at: u32, value: u32): void {
  store.words[at >>> 2] = value;
}

/** The unit of 16 bits at an even address. */
export function get16(store: Store, at: u32): u32 {
  return (store.bytes[at] as number) | ((store.bytes[at + 1] as number) << 8);
}

export function set16(store: Store, at: u32, value: u32): void {
  store.bytes[at] = value;
  store.bytes[at + 1] = value >>> 8;
}

/** The byte at an address. */
export function get8(store: Store, at: u32): u32 {
  return store.bytes[at] as number;
}

export function set8(store: Store, at: u32, value: u32): void {
  store.bytes[at] = value;
}

/** The four bytes at any address, the lowest first. */
export function fourBytes(store: Store, at: u32): u32 {
  return get16(store, at) | (get16(store, at + 2) << 16);
}

/** The double at any address. */
export function getDouble(store: Store, at: u32): f64 {
  return store.data.getFloat64(at, true);
}

export function setDouble(store: Store, at: u32, value: f64): void {
  store.data.setFloat64(at, value, true);
}

/** Copies bytes, which may overlap. */
export function copyBytes(store: Store, to: u32, from: u32, bytes: u32): void {
  store.bytes.copyWithin(to, from, from + bytes);
}

/** As `copyBytes`, for bytes that do not overlap. */
export function copyApart(store: Store, to: u32, from: u32, bytes: u32): void {
  copyBytes(store, to, from, bytes);
}

/** Sets bytes to 0. */
export function zeroBytes(store: Store, at: u32, bytes: u32): void {
  store.bytes.fill(0, at, at + bytes);
}

/** Whether the bytes at two addresses are the same. */
export function equalBytes(store: Store, a: u32, b: u32, length: u32): bool {
  const { bytes } = store;
  for (let i = 0; i < length; i++) {
    if (bytes[a + i] !== bytes[b + i]) return false;
  }
  return true;
}

/** Makes memory reach up to an address; false if the host refuses. */
export function reach(store: Store, end: u32): bool {
  if (end >= 0 && end <= store.buffer.byteLength) return true;
  if (end < 0 || end > ADDRESS_MAX) return false;
  let buffer: ArrayBuffer;
  try {
    grant();
    buffer = new ArrayBuffer((end + 7) & ~7);
  } catch {
    return false;
  }
  new Uint8Array(buffer).set(store.bytes);
  store.buffer = buffer;
  store.bytes = new Uint8Array(buffer);
  store.words = new Int32Array(buffer);
  store.data = new DataView(buffer);
  if (store.capacity > 0) view(store, store.tableAt, store.capacity, store.isAged);
  return true;
}

/** Makes the views of the parts of a table; returns the address behind them. */
function view(store: Store, start: number, capacity: number, isAged: boolean): number {
  const { buffer } = store;
  const slots = capacity + SLOT_FIRST;
  let at = start;
  const words = (length: number) => {
    const array = new Int32Array(buffer, at, length);
    at += length << 2;
    return array;
  };
  store.records = words(slots << (RECORD_BYTES_LOG2 - 2));
  store.ages = isAged ? new Float64Array(buffer, at, slots << 1) : noColumn();
  if (isAged) at += slots << AGE_BYTES_LOG2;
  store.heads = words(1 << chainsLog2For(capacity));
  store.links = words(slots);
  store.queue = words(capacity);
  store.binCount = (capacity >>> BIN_SLOTS_LOG2) + 1;
  store.bins = words(store.binCount + 1);
  return at;
}

/** Bytes of the parts of a table with room for so many entries. */
export function tableBytesFor(capacity: u32, isAged: bool): u32 {
  const slots = capacity + SLOT_FIRST;
  const kept = (slots << RECORD_BYTES_LOG2) + (isAged ? slots << AGE_BYTES_LOG2 : 0);
  const binCount = (capacity >>> BIN_SLOTS_LOG2) + 1;
  const index = (1 << chainsLog2For(capacity)) + slots + capacity + binCount + 1;
  return kept + (index << 2) + BUCKET_BYTES;
}

/** Moves the parts of a table upwards to an address; what can be made anew is not moved. */
export function moveTable(store: Store, at: u32, capacity: u32, isAged: bool): void {
  const { records, ages, fresh } = store;
  const wasAged = store.isAged;
  view(store, at, capacity, isAged);
  // The last part first: the old parts and the new ones may overlap.
  if (isAged && wasAged) copyBytes(store, store.ages.byteOffset, ages.byteOffset, fresh << 4);
  else if (isAged) store.ages.fill(0, 0, fresh << 1);
  if (store.capacity > 0) copyBytes(store, at, records.byteOffset, fresh << RECORD_BYTES_LOG2);
  store.tableAt = at;
  store.capacity = capacity;
  store.isAged = isAged;
  store.headShift = 32 - chainsLog2For(capacity);
}
