// Records: entries as snapshots hold them, written and read many at a time.
//
// docs/snapshot-format.md draws the format. What is read here has been checked before, every length
// of it: src/bytes/snapshot.ts does that, which is the only one that sees a file of somebody else.

import { agesOf, freshOf, hasAges, recordsOf, stampOf, startOf, ttlOf } from '../slots.js';
import { gather } from './chunks.js';
import { bornAt, firstOf, isWideOf, keyBytesOf, kindOf, valueBytesOf } from './fields.js';
import { TAG_SIZE, TAG_TTL, TAG_WIDE } from './layout.js';
import { get8, getDouble, Store, set8, setDouble } from './memory.js';

/** What is left of the ttl of a live slot: 0 if it has none, -1 if nothing is left. */
export function leftOf(store: Store, slot: u32, now: f64): f64 {
  if (!hasAges(store)) return 0;
  const ages = agesOf(store);
  const ttl = ttlOf(ages, slot);
  if (ttl == 0) return 0;
  const left = startOf(ages, slot) + ttl - now;
  return left > 0 ? left : -1;
}

/** Whether a slot holds an entry that was there when `born` was the number of the last one. */
export function isSince(store: Store, slot: u32, born: u32): bool {
  if (slot >= freshOf(store) || stampOf(recordsOf(store), slot) == 0) return false;
  return ((bornAt(store, slot) - born) as i32) <= 0;
}

/** The varint at an address. */
function varintAt(store: Store, at: u32): u32 {
  let value: u32 = 0;
  let shift: u32 = 0;
  let from = at;
  for (; get8(store, from) > 127; from++) {
    value |= (get8(store, from) & 127) << shift;
    shift += 7;
  }
  return value | (get8(store, from) << shift);
}

/** The address behind a varint. */
function behindVarint(store: Store, at: u32): u32 {
  let from = at;
  while (get8(store, from) > 127) from++;
  return from + 1;
}

/** Bytes of the key of the record at an address. */
export function keyBytesIn(store: Store, at: u32): u32 {
  return varintAt(store, at + 1);
}

/** Bytes of its value. */
export function valueBytesIn(store: Store, at: u32): u32 {
  return varintAt(store, behindVarint(store, at + 1));
}

/** What was left of its ttl, if it has one. */
export function ttlIn(store: Store, at: u32): f64 {
  return getDouble(store, behindVarint(store, behindVarint(store, at + 1)));
}

/** The address of its key, which the value follows. */
export function keyIn(store: Store, at: u32): u32 {
  const tag = get8(store, at);
  let to = behindVarint(store, behindVarint(store, at + 1));
  if ((tag & TAG_TTL) != 0) to += 8;
  if ((tag & TAG_SIZE) != 0) to += 8;
  return to;
}

function varintBytes(value: u32): u32 {
  let bytes: u32 = 1;
  for (let left = value >>> 7; left != 0; left >>>= 7) bytes++;
  return bytes;
}

/** Writes a varint; returns the address behind it. */
function writeVarint(store: Store, at: u32, value: u32): u32 {
  let to = at;
  let left = value;
  for (; left > 127; left >>>= 7) {
    set8(store, to, (left & 127) | 128);
    to++;
  }
  set8(store, to, left);
  return to + 1;
}

/** Bytes of the record of a live slot with so much left of its ttl. */
export function recordBytes(store: Store, slot: u32, left: f64): u32 {
  const key = keyBytesOf(store, slot);
  const value = valueBytesOf(store, slot);
  return 1 + varintBytes(key) + varintBytes(value) + (left == 0 ? 0 : 8) + key + value;
}

/** Writes the record of a live slot to an address. */
export function writeRecord(store: Store, slot: u32, at: u32, left: f64): void {
  const key = keyBytesOf(store, slot);
  const value = valueBytesOf(store, slot);
  const wide = isWideOf(store, slot) ? TAG_WIDE : 0;
  set8(store, at, kindOf(store, slot) | wide | (left == 0 ? 0 : TAG_TTL));
  let to = writeVarint(store, writeVarint(store, at + 1, key), value);
  if (left != 0) {
    setDouble(store, to, left);
    to += 8;
  }
  // The value follows the key in the chain, as it does here.
  gather(store, firstOf(store, slot), 0, to, key + value);
}
