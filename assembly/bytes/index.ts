// The interface of the core of bytes: every function the wrapper may call of either engine.
//
// How a `get` travels: one call. `withKey` writes the key's units into the frame, `slotOf` finds
// the entry and compares the key, `touch` makes it the newest (../order.ts), and `locate` says in
// the frame where the value is: in place if it lies together, gathered in the buffer if not. The
// wrapper decodes it before anything else happens.
// A `set` travels the same way: the wrapper has written the value into the buffer, `makeRoom`
// evicts what is in the way, and the bytes go into a chain. A value too long for the buffer is
// written by the wrapper: `begin` takes a chain, `finish` makes it an entry, `abandon` frees it.
//
// A key is `keyBytes` bytes in the frame's buffer, at `keyAt`, of units of one byte or two
// (entries.ts); or if that is IN_TEXT, it is `text`, whose units are written to `keyAt`.
//
// The core calls nothing, and keeps nothing outside of the region and the frame. Any argument that
// this interface did not hand out is a bug of the caller.

import { find, glance } from '../buckets.js';
import { visit, write as writeAge } from '../columns.js';
import { ELSEWHERE, MAPPED, NIL, OUTCOME_BITS } from '../layout.js';
import {
  arrange as arrangeSlots,
  newest as newestSlot,
  oldest as oldestSlot,
  touch,
} from '../order.js';
import {
  freshOf,
  hasAges,
  limitOf,
  Queue,
  queueOf,
  recordsOf,
  setLimit as setTableLimit,
  setTotal,
  sizeOf,
  stampOf,
  totalOf,
} from '../slots.js';
import { insert, insertMapped, nextSlot } from '../table.js';
import {
  chunkAfter,
  chunkAt,
  chunksFor,
  gather,
  give,
  giveLimbo,
  giveOf,
  runOf,
  scatter,
  take,
} from './chunks.js';
import { drop, evict as evictSlot, keyOf, slotOf, victimOf, wordFor } from './entries.js';
import {
  addressOf,
  bornAt,
  bornOf,
  chunkLog2Of,
  evictedOf,
  firstOf,
  flagsOf,
  heldOf,
  keyBytesOf,
  kindOf,
  setBorn,
  setBornAt,
  setFirst,
  setFlags,
  setHeld,
  setKeyBytes,
  setKind,
  setBytesMax as setStoreBytesMax,
  setValueBytes,
  valueBytesOf,
} from './fields.js';
import { join, leastIn } from './groups.js';
import {
  ABSENT,
  ADDED,
  BUFFER_BYTES,
  COPY,
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
  FRAME_WORDS,
  LOCATE,
  PIN,
  PINS_MAX,
  REFUSED,
  STALE,
  TAG_KIND,
  TAG_TTL,
  TAG_WIDE,
  TOUCH,
  WIDE,
  WORDS_MAX,
} from './layout.js';
import { get8, get32, Store, set32 } from './memory.js';
import {
  isSince,
  keyBytesIn,
  keyIn,
  leftOf,
  recordBytes,
  ttlIn,
  valueBytesIn,
  writeRecord,
} from './records.js';
import { makeRoom, openStore, reserveRoom, roomFor, useAges } from './room.js';

/** Makes an empty store; false if memory is refused. */
export function open(store: Store, chunkLog2: u32, bytes: u32, most: u32, seed: u32): bool {
  return openStore(store, chunkLog2, bytes, most, seed);
}

/** The slot of a key whose bytes are at `keyAt`, or NIL. */
function slotFor(store: Store, keyAt: u32, key: u32): u32 {
  const bytes = key >>> 1;
  const wide = (key & WIDE) != 0;
  return slotOf(store, wordFor(store, keyAt, bytes, wide), keyAt, bytes, wide);
}

/** Writes to the frame where the value of a live slot is. */
function locate(store: Store, frame: u32, slot: u32, mode: u32): void {
  const key = keyBytesOf(store, slot);
  const bytes = valueBytesOf(store, slot);
  const first = firstOf(store, slot);
  const chunk = bytes == 0 ? first : chunkAt(store, first, key);
  const offset = bytes == 0 ? 0 : key & ((1 << chunkLog2Of(store)) - 1);
  let address = addressOf(store, chunk) + offset;
  const isApart = runOf(store, chunk, offset, bytes) != bytes;
  if (isApart || (mode & COPY) != 0) {
    address = 0;
    if (bytes <= BUFFER_BYTES) {
      address = frame + FRAME_BUFFER;
      gather(store, chunk, offset, address, bytes);
    }
  }
  set32(store, frame + FRAME_ADDRESS, address);
  set32(store, frame + FRAME_BYTES, bytes);
  set32(store, frame + FRAME_KIND, kindOf(store, slot));
  set32(store, frame + FRAME_CHUNK, chunk);
  set32(store, frame + FRAME_OFFSET, offset);
}

/** Writes to the frame which entry a slot holds. */
function identify(store: Store, frame: u32, slot: u32): void {
  set32(store, frame + FRAME_SLOT, slot);
  set32(store, frame + FRAME_BORN, bornAt(store, slot));
  set32(store, frame + FRAME_KEY_BYTES, keyBytesOf(store, slot));
  set32(store, frame + FRAME_BYTES, valueBytesOf(store, slot));
}

function isStale(store: Store, slot: u32, now: f64): bool {
  return hasAges(store) && visit(store, slot, now, 0) < 0;
}

function look(store: Store, frame: u32, slot: u32, now: f64, mode: u32): i32 {
  identify(store, frame, slot);
  if (isStale(store, slot, now)) {
    if ((mode & TOUCH) != 0) drop(store, slot);
    return STALE;
  }
  if ((mode & TOUCH) != 0) touch(store, slot);
  if ((mode & LOCATE) != 0) locate(store, frame, slot, mode);
  return FOUND;
}

/** Looks at the entry of a key: ABSENT, FOUND or STALE. */
export function get(
  store: Store,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  now: f64,
  mode: u32,
): i32 {
  const slot = slotFor(store, keyAt, keyOf(store, text, keyAt, keyBytes, isWide));
  return slot == NIL ? ABSENT : look(store, frame, slot, now, mode);
}

/** Removes the entry of a key, stale or not: FOUND or ABSENT. The frame says what it was. */
export function remove(
  store: Store,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
): i32 {
  const slot = slotFor(store, keyAt, keyOf(store, text, keyAt, keyBytes, isWide));
  if (slot == NIL) return ABSENT;
  identify(store, frame, slot);
  drop(store, slot);
  return FOUND;
}

/** Adds an entry without a chain for a word; there is room. */
function admit(store: Store, word: u32): u32 {
  let code: u32 = 0;
  if (find(store, word) <= ELSEWHERE) code = insert(store, word);
  else code = insertMapped(store, word);
  let slot = code >>> OUTCOME_BITS;
  // CROWDED has no slot.
  if (slot == NIL) slot = insertMapped(store, word) >>> OUTCOME_BITS;
  if ((stampOf(recordsOf(store), slot) & MAPPED) != 0 && !join(store, word, slot)) {
    evictSlot(store, leastIn(store, word));
    join(store, word, slot);
  }
  setFlags(store, slot, 0);
  setBorn(store, bornOf(store) + 1);
  setBornAt(store, slot, bornOf(store));
  return slot;
}

/** Gives a slot whose old chain is `first`, or 0, a chain for so many bytes; there is room. */
function rechain(store: Store, slot: u32, bytes: u32, first: u32, oldBytes: u32): void {
  const need = chunksFor(store, bytes);
  if (first != 0) {
    const isSame = flagsOf(store, slot) < PIN && chunksFor(store, oldBytes) == need;
    if (isSame) return;
    giveOf(store, slot, first);
    setFlags(store, slot, flagsOf(store, slot) & WIDE);
  }
  setFirst(store, slot, take(store, need));
}

/** Writes what a ref says of a slot, and the age. */
function describe(
  store: Store,
  slot: u32,
  key: u32,
  valueBytes: u32,
  kind: u32,
  now: f64,
  ttl: f64,
): void {
  setKeyBytes(store, slot, key >>> 1);
  setValueBytes(store, slot, valueBytes);
  setKind(store, slot, kind);
  setFlags(store, slot, (flagsOf(store, slot) & ~WIDE) | (key & WIDE));
  setTotal(store, totalOf(store) + (((key >>> 1) + valueBytes) as f64));
  if (hasAges(store)) writeAge(store, slot, 0, now, ttl, false);
}

/** Writes a key and a value into the chain of a slot. */
function fill(
  store: Store,
  slot: u32,
  keyAt: u32,
  keyBytes: u32,
  from: u32,
  valueBytes: u32,
): void {
  const first = firstOf(store, slot);
  if (from == keyAt + keyBytes) {
    scatter(store, first, 0, keyAt, keyBytes + valueBytes);
    return;
  }
  scatter(store, first, 0, keyAt, keyBytes);
  if (valueBytes == 0) return;
  const chunk = chunkAt(store, first, keyBytes);
  scatter(store, chunk, keyBytes & ((1 << chunkLog2Of(store)) - 1), from, valueBytes);
}

/** As `put`, for a key whose bytes are at `keyAt`, and their word. */
function keep(
  store: Store,
  frame: u32,
  keyAt: u32,
  key: u32,
  word: u32,
  from: u32,
  valueBytes: u32,
  kind: u32,
  now: f64,
  ttl: f64,
): i32 {
  const bytes = key >>> 1;
  const wide = (key & WIDE) != 0;
  let slot = slotOf(store, word, keyAt, bytes, wide);
  if (slot != NIL) touch(store, slot);
  let isAged = true;
  if (ttl != 0 && !hasAges(store)) {
    isAged = useAges(store);
    // To make room for ages, any entry may have been evicted.
    slot = slotOf(store, word, keyAt, bytes, wide);
  }
  if (!isAged || !makeRoom(store, slot, bytes + valueBytes)) {
    if (slot != NIL) drop(store, slot);
    return REFUSED;
  }
  const isNew = slot == NIL;
  let first: u32 = 0;
  let oldBytes: u32 = 0;
  if (isNew) {
    slot = admit(store, word);
  } else {
    first = firstOf(store, slot);
    oldBytes = bytes + valueBytesOf(store, slot);
    setTotal(store, totalOf(store) - (oldBytes as f64));
  }
  rechain(store, slot, bytes + valueBytes, first, oldBytes);
  describe(store, slot, key, valueBytes, kind, now, ttl);
  fill(store, slot, keyAt, bytes, from, valueBytes);
  set32(store, frame + FRAME_SLOT, slot);
  return isNew ? ADDED : FOUND;
}

/**
 * Stores the bytes at `from` under a key, as the newest entry: FOUND, ADDED or REFUSED. A ttl of 0
 * is none. The frame says which slot it has.
 */
export function put(
  store: Store,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  from: u32,
  valueBytes: u32,
  kind: u32,
  now: f64,
  ttl: f64,
): i32 {
  const key = keyOf(store, text, keyAt, keyBytes, isWide);
  const word = wordFor(store, keyAt, key >>> 1, (key & WIDE) != 0);
  return keep(store, frame, keyAt, key, word, from, valueBytes, kind, now, ttl);
}

/**
 * Whether `put` or `begin` would evict an entry, which is the slot that is returned; NIL if not.
 * The entry of the key becomes the newest, if there is one.
 */
export function victim(
  store: Store,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  valueBytes: u32,
): u32 {
  const key = keyOf(store, text, keyAt, keyBytes, isWide);
  const bytes = key >>> 1;
  const slot = slotFor(store, keyAt, key);
  if (slot != NIL) touch(store, slot);
  return roomFor(store, slot, bytes + valueBytes) == 0 ? victimOf(store, slot) : NIL;
}

/**
 * Takes a chain for a key and a value, and writes the key: its first chunk, or 0 if memory is
 * refused. The entry that the key had is removed. It holds until `finish` or `abandon`.
 */
export function begin(
  store: Store,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  valueBytes: u32,
): u32 {
  const key = keyOf(store, text, keyAt, keyBytes, isWide);
  const bytes = key >>> 1;
  const slot = slotFor(store, keyAt, key);
  if (slot != NIL) drop(store, slot);
  if (!makeRoom(store, NIL, bytes + valueBytes)) return 0;
  const first = take(store, chunksFor(store, bytes + valueBytes));
  scatter(store, first, 0, keyAt, bytes);
  set32(store, frame + FRAME_KEY_BYTES, bytes);
  set32(store, frame + FRAME_IS_WIDE, key & WIDE);
  set32(store, frame + FRAME_CHUNK, chunkAt(store, first, bytes));
  set32(store, frame + FRAME_OFFSET, bytes & ((1 << chunkLog2Of(store)) - 1));
  setHeld(store, heldOf(store) + 1);
  return first;
}

/** Frees a chain that `begin` took. */
export function abandon(store: Store, first: u32): void {
  setHeld(store, heldOf(store) - 1);
  give(store, first);
  if (heldOf(store) == 0) giveLimbo(store);
}

/** Makes a chain that `begin` took an entry: ADDED, or REFUSED if memory for its ttl is. */
export function finish(
  store: Store,
  frame: u32,
  first: u32,
  keyAt: u32,
  valueBytes: u32,
  kind: u32,
  now: f64,
  ttl: f64,
): i32 {
  const bytes = get32(store, frame + FRAME_KEY_BYTES);
  const wide = get32(store, frame + FRAME_IS_WIDE) != 0;
  const word = wordFor(store, keyAt, bytes, wide);
  if (ttl != 0 && !hasAges(store)) {
    abandon(store, first);
    return REFUSED;
  }
  // Where `begin` found a slot, others may have taken it since.
  while (sizeOf(store) >= limitOf(store) || nextSlot(store) == NIL) {
    evictSlot(store, oldestSlot(store));
  }
  setHeld(store, heldOf(store) - 1);
  const slot = admit(store, word);
  setFirst(store, slot, first);
  describe(store, slot, (bytes << 1) | (wide ? WIDE : 0), valueBytes, kind, now, ttl);
  if (heldOf(store) == 0) giveLimbo(store);
  set32(store, frame + FRAME_SLOT, slot);
  return ADDED;
}

/** How many of so many bytes, from an offset in a chunk on, lie together. */
export function run(store: Store, chunk: u32, offset: u32, bytes: u32): u32 {
  return runOf(store, chunk, offset, bytes);
}

/** The address of a chunk. */
export function address(store: Store, chunk: u32): u32 {
  return addressOf(store, chunk);
}

/** The chunk behind a run. */
export function after(store: Store, chunk: u32, offset: u32, runBytes: u32): u32 {
  return chunkAfter(store, chunk, offset, runBytes);
}

/** Looks at a slot, which is that of an entry or was once: ABSENT, FOUND or STALE. */
export function visitSlot(store: Store, frame: u32, slot: u32, now: f64, mode: u32): i32 {
  if (slot >= freshOf(store) || stampOf(recordsOf(store), slot) == 0) return ABSENT;
  return look(store, frame, slot, now, mode);
}

/** Writes to the frame where the key of a live slot is. The buffer stays as it is. */
export function locateKey(store: Store, frame: u32, slot: u32): void {
  const bytes = keyBytesOf(store, slot);
  const first = firstOf(store, slot);
  let at = addressOf(store, first);
  if (runOf(store, first, 0, bytes) != bytes) at = 0;
  set32(store, frame + FRAME_ADDRESS, at);
  set32(store, frame + FRAME_BYTES, bytes);
  set32(store, frame + FRAME_CHUNK, first);
  set32(store, frame + FRAME_OFFSET, 0);
  set32(store, frame + FRAME_IS_WIDE, flagsOf(store, slot) & WIDE);
}

/** Holds the bytes of a live slot where they are until `unpin`; false if too many reads do. */
export function pin(store: Store, slot: u32): bool {
  const flags = flagsOf(store, slot);
  if (flags >= PINS_MAX) return false;
  setFlags(store, slot, flags + PIN);
  setHeld(store, heldOf(store) + 1);
  return true;
}

/** Ends the hold on an entry, which may be gone: `born` is its number. */
export function unpin(store: Store, slot: u32, born: u32): void {
  setHeld(store, heldOf(store) - 1);
  if (heldOf(store) == 0) giveLimbo(store);
  if (slot >= freshOf(store) || stampOf(recordsOf(store), slot) == 0) return;
  const flags = flagsOf(store, slot);
  // Pins of a chain that is in limbo went with it.
  if (bornAt(store, slot) == born && flags >= PIN) setFlags(store, slot, flags - PIN);
}

/** Removes a live slot, and counts it as evicted. */
export function evict(store: Store, slot: u32): void {
  evictSlot(store, slot);
}

/** Removes a live slot. */
export function dropSlot(store: Store, slot: u32): void {
  drop(store, slot);
}

/** Makes room for ages, evicting entries if it has to; false if it cannot be. */
export function age(store: Store): bool {
  return useAges(store);
}

/** Lets an empty store take so many entries and chunks without growing, if all of them fit. */
export function reserve(store: Store, entries: u32, chunks: u32): void {
  reserveRoom(store, entries, chunks);
}

/** What is left of the ttl of a live slot: 0 if it has none, -1 if nothing is left. */
export function remaining(store: Store, slot: u32, now: f64): f64 {
  return leftOf(store, slot, now);
}

/**
 * Writes records of the entries in so many slots, which lie in the buffer, behind DUMP_SLOTS of
 * them: returns of how many slots, until one does not fit `room`, of DUMP_BYTES at most. The frame
 * says how many BYTES and records (COUNT). Entries that are stale, gone or newer than `born` are
 * left out.
 */
export function dump(store: Store, frame: u32, count: u32, born: u32, now: f64, room: u32): u32 {
  const start = frame + FRAME_BUFFER + DUMP_SLOTS * 4;
  const end = start + room;
  let at = start;
  let written: u32 = 0;
  let i: u32 = 0;
  for (; i < count; i++) {
    const slot = get32(store, frame + FRAME_BUFFER + (i << 2));
    if (!isSince(store, slot, born)) continue;
    const left = leftOf(store, slot, now);
    if (left < 0) continue;
    const bytes = recordBytes(store, slot, left);
    if (bytes > end - at) break;
    writeRecord(store, slot, at, left);
    at += bytes;
    written++;
  }
  set32(store, frame + FRAME_BYTES, at - start);
  set32(store, frame + FRAME_COUNT, written);
  return i;
}

/** Stores the entry of the record at an address, as `restore` does; the address behind it. */
function restoreOne(
  store: Store,
  frame: u32,
  at: u32,
  word: u32,
  passed: f64,
  now: f64,
  most: u32,
): u32 {
  const tag = get8(store, at);
  const bytes = keyBytesIn(store, at);
  const valueBytes = valueBytesIn(store, at);
  const keyAt = keyIn(store, at);
  const end = keyAt + bytes + valueBytes;
  let ttl: f64 = 0;
  if ((tag & TAG_TTL) != 0) {
    ttl = ttlIn(store, at) - passed;
    if (ttl <= 0) return end;
  }
  if (bytes + valueBytes > most) return end;
  const key = (bytes << 1) | ((tag & TAG_WIDE) != 0 ? WIDE : 0);
  keep(store, frame, keyAt, key, word, keyAt + bytes, valueBytes, tag & TAG_KIND, now, ttl);
  return end;
}

/**
 * Stores the entries of the records from one address to another, less `passed` ms of each ttl, but
 * none of more bytes than `most`. They have been checked (records.ts). What the search of a key
 * reads first is read for WORDS_MAX keys at once, so that the host waits for all of them together.
 * The result means nothing; without it, the compiler would leave those reads out.
 */
export function restore(
  store: Store,
  frame: u32,
  from: u32,
  end: u32,
  passed: f64,
  now: f64,
  most: u32,
): u32 {
  let at = from;
  let seen: u32 = 0;
  while (at < end) {
    let count: u32 = 0;
    for (let ahead = at; count < WORDS_MAX && ahead < end; count++) {
      const bytes = keyBytesIn(store, ahead);
      const keyAt = keyIn(store, ahead);
      const word = wordFor(store, keyAt, bytes, (get8(store, ahead) & TAG_WIDE) != 0);
      set32(store, frame + FRAME_WORDS + (count << 2), word);
      ahead = keyAt + bytes + valueBytesIn(store, ahead);
    }
    // By themselves: a processor sees only so many instructions ahead.
    for (let i: u32 = 0; i < count; i++) {
      seen = glance(store, get32(store, frame + FRAME_WORDS + (i << 2)), seen);
    }
    for (let i: u32 = 0; i < count; i++) {
      const word = get32(store, frame + FRAME_WORDS + (i << 2));
      at = restoreOne(store, frame, at, word, passed, now, most);
    }
  }
  return seen;
}

/** Makes the order, the oldest slot first, in the first `size` places of the result. */
export function arrange(store: Store): Queue {
  arrangeSlots(store);
  return queueOf(store);
}

/** The oldest slot, or NIL. */
export function oldest(store: Store): u32 {
  return oldestSlot(store);
}

/** The newest slot, or NIL. */
export function newest(store: Store): u32 {
  return newestSlot(store);
}

/** Sets how many entries there may be; those above it stay until the next insertion. */
export function setLimit(store: Store, limit: u32): void {
  setTableLimit(store, limit);
}

/** Sets the bytes up to which the region may grow. */
export function setBytesMax(store: Store, bytes: u32): void {
  setStoreBytesMax(store, bytes);
}

/** Number of entries. */
export function size(store: Store): u32 {
  return sizeOf(store);
}

/** Sum of the bytes of all keys and values. */
export function total(store: Store): f64 {
  return totalOf(store);
}

/** Number of entries that were evicted, modulo 2^32. */
export function evicted(store: Store): u32 {
  return evictedOf(store);
}

/** Number of the entry that was added last. */
export function born(store: Store): u32 {
  return bornOf(store);
}

/** Whether something is read or written in place. */
export function isHeld(store: Store): bool {
  return heldOf(store) != 0;
}
