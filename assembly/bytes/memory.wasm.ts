// The seam, over linear memory: bytes by their addresses, and where the parts of a table lie.
//
// Part of the WebAssembly core only; memory.ts has the same functions over an ArrayBuffer. A store
// is the address of its header, which begins with that of its table.

import { growthRefused } from '../debug/fault.js';
import { MEMORY_PAGES_MAX, RECORD_BYTES_LOG2 } from '../layout.js';
import { agesOf, freshOf, recordsOf, Table } from '../slots.js';
import { blockBytesFor, moveColumns, place } from '../storage.js';

/** A store: the address of its header. */
export type Store = usize;

/** The address of a store's region. */
export function baseOf(store: Store): u32 {
  return store as u32;
}

/** The word at an address, which is a multiple of 4. */
export function get32(_store: Store, at: u32): u32 {
  return load<u32>(at);
}

export function set32(_store: Store, at: u32, value: u32): void {
  store<u32>(at, value);
}

/** The unit of 16 bits at an even address. */
export function get16(_store: Store, at: u32): u32 {
  return load<u16>(at);
}

export function set16(_store: Store, at: u32, value: u32): void {
  store<u16>(at, value as u16);
}

/** The byte at an address. */
export function get8(_store: Store, at: u32): u32 {
  return load<u8>(at);
}

export function set8(_store: Store, at: u32, value: u32): void {
  store<u8>(at, value as u8);
}

/** The four bytes at any address, the lowest first. */
export function fourBytes(_store: Store, at: u32): u32 {
  return load<u32>(at);
}

/** The double at any address. */
export function getDouble(_store: Store, at: u32): f64 {
  return load<f64>(at);
}

export function setDouble(_store: Store, at: u32, value: f64): void {
  store<f64>(at, value);
}

/** Copies bytes, which may overlap. */
export function copyBytes(_store: Store, to: u32, from: u32, bytes: u32): void {
  memory.copy(to, from, bytes);
}

/** As `copyBytes`, for bytes that do not overlap; few of them are copied without a call. */
export function copyApart(_store: Store, to: u32, from: u32, bytes: u32): void {
  if (bytes > 128) {
    memory.copy(to, from, bytes);
    return;
  }
  let i: u32 = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  if (i + 8 <= bytes) {
    store<u64>(to + i, load<u64>(from + i));
    i += 8;
  }
  for (; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}

/** Sets bytes to 0. */
export function zeroBytes(_store: Store, at: u32, bytes: u32): void {
  memory.fill(at, 0, bytes);
}

/** Whether the bytes at two addresses are the same. */
export function equalBytes(_store: Store, a: u32, b: u32, bytes: u32): bool {
  let i: u32 = 0;
  for (; i + 8 <= bytes; i += 8) {
    if (load<u64>(a + i) != load<u64>(b + i)) return false;
  }
  for (; i < bytes; i++) {
    if (load<u8>(a + i) != load<u8>(b + i)) return false;
  }
  return true;
}

/** Makes memory reach up to an address; false if the host refuses. */
export function reach(_store: Store, end: u32): bool {
  const size = memory.size() as u32;
  const pages: u32 = ((end - 1) >> 16) + 1;
  if (pages <= size) return true;
  if (growthRefused() || pages > (MEMORY_PAGES_MAX as u32)) return false;
  return memory.grow((pages - size) as i32) >= 0;
}

/** Bytes of the parts of a table with room for so many entries. */
export function tableBytesFor(capacity: u32, isAged: bool): u32 {
  return blockBytesFor(capacity, isAged, false);
}

/** Moves the parts of a table upwards to an address; what can be made anew is not moved. */
export function moveTable(table: Table, at: u32, capacity: u32, isAged: bool): void {
  const records = recordsOf(table);
  const ages = agesOf(table);
  place(table, at, capacity, isAged, false);
  // The last part first: the old parts and the new ones may overlap.
  moveColumns(table, ages, 0);
  memory.copy(at, records, (freshOf(table) as usize) << RECORD_BYTES_LOG2);
}
