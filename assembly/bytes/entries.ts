// The entries: from the bytes of a key to its slot, and out again.
//
// BE1  A key is its code units: one byte each if all are below 256, else two. The two forms never
//      have the same units, so equal keys have equal bytes and an equal width. Keys are compared
//      whole: a word is not the key.

import { find } from '../buckets.js';
import { round } from '../hash.js';
import { stringCharCodeAt, stringLength } from '../imports.js';
import { ELSEWHERE, MAPPED, NIL } from '../layout.js';
import { oldest } from '../order.js';
import { recordsOf, setTotal, sizeOf, stampOf, totalOf, wordOf } from '../slots.js';
import { remove } from '../table.js';
import { beginsWith, giveOf } from './chunks.js';
import {
  evictedOf,
  firstOf,
  isWideOf,
  keyBytesOf,
  seedOf,
  setEvicted,
  valueBytesOf,
} from './fields.js';
import { groupOf, inLane, quit } from './groups.js';
import { GROUP_SLOTS, IN_TEXT, WIDE } from './layout.js';
import { fourBytes, get8, Store, set8, set16 } from './memory.js';

/** Writes the units of a text to an address, by one byte each if that is enough. */
function writeUnits(store: Store, text: externref, at: u32): u32 {
  const length = stringLength(text);
  let all: u32 = 0;
  for (let i: i32 = 0; i < length; i++) {
    const unit: u32 = stringCharCodeAt(text, i);
    all |= unit;
    set8(store, at + i, unit);
  }
  if (all < 256) return length << 1;
  for (let i: i32 = 0; i < length; i++) {
    set16(store, at + (i << 1), stringCharCodeAt(text, i));
  }
  return (length << 2) | WIDE;
}

/** The key that a call is about: its bytes, shifted to the left, and WIDE. */
export function keyOf(store: Store, text: externref, at: u32, keyBytes: u32, isWide: bool): u32 {
  if (keyBytes == IN_TEXT) return writeUnits(store, text, at);
  return (keyBytes << 1) | (isWide ? WIDE : 0);
}

/** The word of a key: a hash of all its bytes that depends on the store's secret. */
export function wordFor(store: Store, at: u32, bytes: u32, isWide: bool): u32 {
  return wordBy(seedOf(store), store, at, bytes, isWide);
}

/** As `wordFor`, by a secret that is known from elsewhere. */
export function wordBy(seed: u32, store: Store, at: u32, bytes: u32, isWide: bool): u32 {
  const whole = bytes & ~3;
  let state = round(seed, isWide ? ~bytes : bytes);
  for (let i: u32 = 0; i < whole; i += 4) state = round(state, fourBytes(store, at + i));
  let tail: u32 = 0;
  for (let i = whole; i < bytes; i++) tail = (tail << 8) | get8(store, at + i);
  if (whole != bytes) state = round(state, tail);
  return state ^ (state >>> 16);
}

function hasKey(store: Store, slot: u32, at: u32, bytes: u32, isWide: bool): bool {
  if (keyBytesOf(store, slot) != bytes || isWideOf(store, slot) != isWide) return false;
  return beginsWith(store, firstOf(store, slot), at, bytes);
}

/** The slot of a key, or NIL. */
export function slotOf(store: Store, word: u32, at: u32, bytes: u32, isWide: bool): u32 {
  const slot = find(store, word);
  if (slot == NIL) return NIL;
  if (slot > ELSEWHERE && hasKey(store, slot, at, bytes, isWide)) return slot;
  const records = recordsOf(store);
  const group = groupOf(store, word);
  for (let lane: u32 = 0; lane < GROUP_SLOTS; lane++) {
    const other = inLane(store, group, lane);
    if (other == 0 || wordOf(records, other) != word) continue;
    if (hasKey(store, other, at, bytes, isWide)) return other;
  }
  return NIL;
}

/** Removes a live slot and frees its chunks. */
export function drop(store: Store, slot: u32): void {
  const records = recordsOf(store);
  if ((stampOf(records, slot) & MAPPED) != 0) quit(store, wordOf(records, slot), slot);
  giveOf(store, slot, firstOf(store, slot));
  setTotal(store, totalOf(store) - ((keyBytesOf(store, slot) + valueBytesOf(store, slot)) as f64));
  remove(store, slot);
}

/** As `drop`, and counts it. */
export function evict(store: Store, slot: u32): void {
  setEvicted(store, evictedOf(store) + 1);
  drop(store, slot);
}

/** The slot to evict next, or NIL: the oldest, unless it is the one to keep. */
export function victimOf(store: Store, kept: u32): u32 {
  if (sizeOf(store) == 0) return NIL;
  const slot = oldest(store);
  return slot == kept ? NIL : slot;
}
