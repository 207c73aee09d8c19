// The interface of the core of shared caches: every function that the wrapper may call.
//
// How a `get` travels: the key's units are written to the thread's frame and hashed, which needs no
// lock. The word says which shard. Its lock is taken, the entry is found and made the newest, its
// value is copied to the frame, and the lock is given up. The wrapper decodes what is in the frame,
// where nobody else writes. A `set` travels the same way: the value is in the frame before the lock
// is taken.
//
// A value that has no room in the frame moves in pieces, with a lock of its own for each. A reader
// looks each time whether the entry is the same: such an entry is never written again, but replaced
// by one with another number. A writer has a chain that nobody else knows of (`begin`), until
// `finish` makes it an entry; if it dies meanwhile, `reap` finds the chain in its frame.
//
// `head` is the address of the HEAD, `frame` that of the caller's frame. Other addresses are
// relative to the frame: the wrapper sees no other memory. Keys are as in ../bytes/index.ts.

import { chunkAt, gather, scatter } from '../bytes/chunks.js';
import { drop, keyOf, slotOf, wordBy } from '../bytes/entries.js';
import {
  bornAt,
  chunkLog2Of,
  firstOf,
  flagsOf,
  keyBytesOf,
  kindOf,
  valueBytesOf,
} from '../bytes/fields.js';
import {
  abandon as abandonChain,
  age,
  begin as beginChain,
  finish as finishChain,
  put as putBytes,
  remaining,
  visitSlot,
} from '../bytes/index.js';
import {
  ABSENT,
  ADDED,
  BUFFER_BYTES,
  COPY,
  FOUND,
  FRAME_ADDRESS,
  FRAME_BORN,
  FRAME_BUFFER,
  FRAME_BYTES,
  FRAME_IS_WIDE,
  FRAME_KEY_BYTES,
  FRAME_KIND,
  FRAME_SIZE,
  FRAME_SLOT,
  LOCATE,
  REFUSED,
  STALE,
  TOUCH,
  WIDE,
} from '../bytes/layout.js';
import { get32, set32, zeroBytes } from '../bytes/memory.js';
import { NIL, SLOT_FIRST } from '../layout.js';
import { freshOf, recordsOf, stampOf } from '../slots.js';
import {
  BUSY,
  CLAIMED,
  CROWDED,
  FRAME_CLAIM,
  FRAME_CLAIM_ENDED,
  FRAME_ENDED,
  FRAME_EPOCH,
  FRAME_LINE,
  FRAME_LOAD,
  FRAME_MAY_WAIT,
  FRAME_OWNER,
  FRAME_PENDING,
  FRAME_PENDING_EPOCH,
  FRAME_PENDING_LINE,
  FRAME_PENDING_UPDATE,
  FRAME_REFUSALS,
  FRAME_REFUSED_LINE,
  FRAME_REFUSED_TURN,
  FRAME_THREAD,
  FRAME_TTL,
  FRAMES_AT,
  GONE,
  HEAD_IS_TIMED,
  HEAD_REAPED,
  HEAD_SEED,
  HEAD_SHARDS,
  IN_FLIGHT,
  LINE_DELETES,
  LINE_EPOCH,
  LINE_EXPIRATIONS,
  LINE_HITS,
  LINE_MISSES,
  LINE_SETS,
  LINE_TURN,
  LINE_UPDATES,
  LOAD_ENDED,
  REFUSALS_MAX,
  RENEWS_ALL,
  RENEWS_NONE,
  STUCK,
} from './layout.js';
import { acquire, HELD, REFUSED as LOCK_REFUSED, markStuck, release, seize } from './lock.js';
import {
  addCounts,
  COUNTS,
  count,
  empty,
  end,
  endAll,
  isOpen,
  lineAt,
  lineOf,
  lineOfLoad,
  loadOf,
  ownerOf,
  record,
  setOwner,
  storeOf,
} from './shards.js';
import { addOne, atomicGet, atomicSet, setNumber } from './words.js';

/** Takes the lock of a shard for the thread of a frame: FOUND, or BUSY or STUCK. */
function enter(frame: u32, line: u32): i32 {
  const mayWait = get32(frame, frame + FRAME_MAY_WAIT) != 0;
  const outcome = acquire(line, get32(frame, frame + FRAME_THREAD), mayWait);
  if (outcome == HELD) return FOUND;
  return outcome == LOCK_REFUSED ? refuse(frame, line) : STUCK;
}

/**
 * What a thread is told that may not wait for a lock: BUSY; or STUCK, if it was told so again and
 * again while the holder did not go on. Then the holder is marked, as maybe nobody sleeps who would
 * do so, and the next write does not try in vain as well.
 */
function refuse(frame: u32, line: u32): i32 {
  const turn = atomicGet(line + LINE_TURN);
  const isAgain =
    get32(frame, frame + FRAME_REFUSED_LINE) == line &&
    get32(frame, frame + FRAME_REFUSED_TURN) == turn;
  const refusals = isAgain ? get32(frame, frame + FRAME_REFUSALS) + 1 : 1;
  set32(frame, frame + FRAME_REFUSED_LINE, line);
  set32(frame, frame + FRAME_REFUSED_TURN, turn);
  set32(frame, frame + FRAME_REFUSALS, refusals);
  if (refusals < REFUSALS_MAX) return BUSY;
  markStuck(line, turn);
  return STUCK;
}

/** The word of a key in a frame. */
function wordIn(head: u32, at: u32, key: u32): u32 {
  return wordBy(get32(head, head + HEAD_SEED), head, at, key >>> 1, (key & WIDE) != 0);
}

function find(line: u32, word: u32, at: u32, key: u32): u32 {
  return slotOf(storeOf(line), word, at, key >>> 1, (key & WIDE) != 0);
}

/** Looks at a slot of a shard whose lock is held; its value is copied to the frame. */
function look(frame: u32, line: u32, slot: u32, now: f64, mode: u32): i32 {
  let found = ABSENT;
  if (slot != NIL) {
    const copy = (mode & LOCATE) != 0 ? COPY : 0;
    found = visitSlot(storeOf(line), frame, slot, now, mode | copy);
  }
  if (found == FOUND && (mode & LOCATE) != 0) {
    const isIn = get32(frame, frame + FRAME_ADDRESS) != 0;
    set32(frame, frame + FRAME_ADDRESS, isIn ? FRAME_BUFFER : 0);
    set32(frame, frame + FRAME_LINE, line);
    set32(frame, frame + FRAME_EPOCH, atomicGet(line + LINE_EPOCH));
  }
  if ((mode & TOUCH) != 0) {
    if (found == STALE) count(line + LINE_EXPIRATIONS);
    count(line + (found == FOUND ? LINE_HITS : LINE_MISSES));
  }
  return found;
}

/** Looks at the entry of a key: ABSENT, FOUND or STALE; or BUSY or STUCK. */
export function get(
  head: u32,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  now: f64,
  mode: u32,
): i32 {
  const at = frame + keyAt;
  const key = keyOf(head, text, at, keyBytes, isWide);
  const word = wordIn(head, at, key);
  const line = lineOf(head, word);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const found = look(frame, line, find(line, word, at, key), now, mode);
  release(line);
  return found;
}

/** Whether an entry is outdated for who renews it. */
function isOutdated(line: u32, word: u32, slot: u32, renews: f64): bool {
  if (renews == RENEWS_ALL || loadOf(line, word) != 0) return true;
  return slot != NIL && (bornAt(storeOf(line), slot) as f64) == renews;
}

/**
 * Looks as `get` does; if there is no entry, or an outdated one, its load is CLAIMED, IN_FLIGHT or
 * CROWDED. The load that the frame names in CLAIM is taken over, if `takesOver` is still its owner:
 * its record stays, and what comes first of all who have owned it is stored. 0 takes over nothing.
 * The frame says which entry was outdated: SLOT is NIL if there was none. Only a look with TOUCH is
 * counted: who waits looks again and again.
 */
export function claim(
  head: u32,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  now: f64,
  mode: u32,
  takesOver: u32,
  renews: f64,
): i32 {
  const at = frame + keyAt;
  const key = keyOf(head, text, at, keyBytes, isWide);
  const word = wordIn(head, at, key);
  const line = lineOf(head, word);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  let slot = find(line, word, at, key);
  if (renews != RENEWS_NONE && isOutdated(line, word, slot, renews)) {
    set32(frame, frame + FRAME_SLOT, slot);
    if (slot != NIL) set32(frame, frame + FRAME_BORN, bornAt(storeOf(line), slot));
    slot = NIL;
  }
  const found = look(frame, line, slot, now, mode);
  let code = found;
  if (found != FOUND) {
    const thread = get32(frame, frame + FRAME_THREAD);
    let load = loadOf(line, word);
    code = IN_FLIGHT;
    if (load == 0) {
      load = record(line, word, thread);
      code = load == 0 ? CROWDED : CLAIMED;
    } else if (isNamed(frame, load) && ownerOf(load) == takesOver) {
      setOwner(load, thread);
      code = CLAIMED;
    }
    set32(frame, frame + FRAME_LOAD, load);
    set32(frame, frame + FRAME_ENDED, load == 0 ? 0 : atomicGet(load + LOAD_ENDED));
    set32(frame, frame + FRAME_OWNER, load == 0 ? 0 : ownerOf(load));
  }
  release(line);
  return code;
}

/** Whether a record is the one that the frame names in CLAIM, and that has not ended. */
function isNamed(frame: u32, load: u32): bool {
  if (load != get32(frame, frame + FRAME_CLAIM)) return false;
  return isOpen(load, get32(frame, frame + FRAME_CLAIM_ENDED));
}

/**
 * Ends the load whose record the frame names, if it has not ended and nobody has taken it over:
 * FOUND, or BUSY or STUCK.
 */
export function settle(head: u32, frame: u32): i32 {
  const load = get32(frame, frame + FRAME_CLAIM);
  const line = lineOfLoad(head, load);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const isOwn = ownerOf(load) == get32(frame, frame + FRAME_THREAD);
  if (isOwn && isNamed(frame, load)) end(line, load);
  release(line);
  return FOUND;
}

/** Whether this is the result of no load, or of one that nothing else has ended. */
function isWanted(frame: u32): bool {
  const load = get32(frame, frame + FRAME_CLAIM);
  return load == 0 || isNamed(frame, load);
}

/** As `isWanted`; a write that may be done ends the load of its key. */
function mayWrite(frame: u32, line: u32, word: u32): bool {
  if (!isWanted(frame)) return false;
  const current = loadOf(line, word);
  if (current != 0) end(line, current);
  return true;
}

/**
 * Stores the bytes at `from` under a key, as ../bytes/index.ts does. GONE if it is the result of a
 * load that something else has ended; BUSY or STUCK.
 */
export function put(
  head: u32,
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
  const at = frame + keyAt;
  const key = keyOf(head, text, at, keyBytes, isWide);
  const wide = (key & WIDE) != 0;
  const word = wordIn(head, at, key);
  const line = lineOf(head, word);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const old = loadOf(line, word) == 0 ? NIL : find(line, word, at, key);
  let code = GONE;
  if (mayWrite(frame, line, word)) {
    const store = storeOf(line);
    const value = frame + from;
    const bytes = key >>> 1;
    // Who waits for the load knows its result by its number, which an entry keeps that is updated.
    if (old != NIL) drop(store, old);
    code = putBytes(store, frame, null, at, bytes, wide, value, valueBytes, kind, now, ttl);
    const isNew = code == ADDED && old == NIL;
    if (code != REFUSED) count(line + (isNew ? LINE_SETS : LINE_UPDATES));
  }
  release(line);
  return code;
}

/**
 * Removes the entry of a key: FOUND, STALE or ABSENT. GONE if that is what comes of a load which
 * something else has ended; BUSY or STUCK.
 */
export function remove(
  head: u32,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  now: f64,
): i32 {
  const at = frame + keyAt;
  const key = keyOf(head, text, at, keyBytes, isWide);
  const word = wordIn(head, at, key);
  const line = lineOf(head, word);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  let found = GONE;
  if (mayWrite(frame, line, word)) {
    const slot = find(line, word, at, key);
    found = look(frame, line, slot, now, 0);
    if (found != ABSENT) {
      drop(storeOf(line), slot);
      count(line + (found == STALE ? LINE_EXPIRATIONS : LINE_DELETES));
    }
  }
  release(line);
  return found;
}

/** Whether a shard has, in a slot, the entry that the frame describes. */
function isSame(frame: u32, line: u32, store: usize, slot: u32): bool {
  if (atomicGet(line + LINE_EPOCH) != get32(frame, frame + FRAME_EPOCH)) return false;
  if (slot >= freshOf(store) || stampOf(recordsOf(store), slot) == 0) return false;
  if (bornAt(store, slot) != get32(frame, frame + FRAME_BORN)) return false;
  return valueBytesOf(store, slot) == get32(frame, frame + FRAME_BYTES);
}

/** Copies a piece of a value that was found to the frame: FOUND or GONE; or BUSY or STUCK. */
export function piece(frame: u32, offset: u32, bytes: u32): i32 {
  const line = get32(frame, frame + FRAME_LINE);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const store = storeOf(line);
  const slot = get32(frame, frame + FRAME_SLOT);
  let code = GONE;
  if (isSame(frame, line, store, slot)) {
    const from = keyBytesOf(store, slot) + offset;
    const chunk = chunkAt(store, firstOf(store, slot), from);
    const skip = from & ((1 << chunkLog2Of(store)) - 1);
    gather(store, chunk, skip, frame + FRAME_BUFFER, bytes);
    code = FOUND;
  }
  release(line);
  return code;
}

/** Begins a value that is written in pieces: FOUND, REFUSED or GONE; or BUSY or STUCK. */
export function begin(
  head: u32,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  valueBytes: u32,
  ttl: f64,
): i32 {
  const at = frame + keyAt;
  const key = keyOf(head, text, at, keyBytes, isWide);
  const word = wordIn(head, at, key);
  const line = lineOf(head, word);
  // Of a value that was not finished, as the shard was stuck or JavaScript cut short. While its
  // chain is there, no other one is begun, or nobody would know of it.
  const abandoned = abandon(frame, frame);
  if (abandoned != FOUND) return abandoned;
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const store = storeOf(line);
  let code = GONE;
  if (isWanted(frame)) {
    let first: u32 = 0;
    // Room for ages is made before a chain is taken, though this entry may need none: it cannot be
    // made while a chain is held, and others may need it then. Not before the first ttl, since it
    // takes a quarter of the room of small entries.
    const isTimed = ttl != 0 || atomicGet(head + HEAD_IS_TIMED) != 0;
    const isAged = isTimed && age(store);
    if (ttl == 0 || isAged) {
      const wide = (key & WIDE) != 0;
      const isUpdate = find(line, word, at, key) != NIL;
      set32(frame, frame + FRAME_PENDING_UPDATE, isUpdate ? 1 : 0);
      first = beginChain(store, frame, null, at, key >>> 1, wide, valueBytes);
    }
    code = first == 0 ? REFUSED : FOUND;
    set32(frame, frame + FRAME_PENDING, first);
    set32(frame, frame + FRAME_PENDING_LINE, line);
    set32(frame, frame + FRAME_PENDING_EPOCH, atomicGet(line + LINE_EPOCH));
  }
  release(line);
  return code;
}

/** Whether the chain that a frame has begun is still there. */
function isPending(frame: u32, line: u32): bool {
  const epoch = get32(frame, frame + FRAME_PENDING_EPOCH);
  return get32(frame, frame + FRAME_PENDING) != 0 && atomicGet(line + LINE_EPOCH) == epoch;
}

/** Writes the next piece of a value from the frame: FOUND or GONE; or BUSY or STUCK. */
export function fill(frame: u32, offset: u32, bytes: u32): i32 {
  const line = get32(frame, frame + FRAME_PENDING_LINE);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const store = storeOf(line);
  let code = GONE;
  if (isPending(frame, line)) {
    const to = get32(frame, frame + FRAME_KEY_BYTES) + offset;
    const chunk = chunkAt(store, get32(frame, frame + FRAME_PENDING), to);
    const skip = to & ((1 << chunkLog2Of(store)) - 1);
    scatter(store, chunk, skip, frame + FRAME_BUFFER, bytes);
    code = FOUND;
  }
  release(line);
  return code;
}

/** Makes what was written an entry: ADDED, REFUSED or GONE; or BUSY or STUCK. */
export function finish(
  head: u32,
  frame: u32,
  text: externref,
  keyAt: u32,
  keyBytes: u32,
  isWide: bool,
  valueBytes: u32,
  kind: u32,
  now: f64,
  ttl: f64,
): i32 {
  const at = frame + keyAt;
  const key = keyOf(head, text, at, keyBytes, isWide);
  const word = wordIn(head, at, key);
  const line = get32(frame, frame + FRAME_PENDING_LINE);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const store = storeOf(line);
  const first = get32(frame, frame + FRAME_PENDING);
  let code = GONE;
  if (isPending(frame, line)) {
    if (mayWrite(frame, line, word)) {
      // Another thread may have stored one since the chain was begun.
      const slot = find(line, word, at, key);
      if (slot != NIL) drop(store, slot);
      code = finishChain(store, frame, first, at, valueBytes, kind, now, ttl);
      const isUpdate = slot != NIL || get32(frame, frame + FRAME_PENDING_UPDATE) != 0;
      if (code != REFUSED) count(line + (isUpdate ? LINE_UPDATES : LINE_SETS));
    } else {
      abandonChain(store, first);
    }
  }
  set32(frame, frame + FRAME_PENDING, 0);
  release(line);
  return code;
}

/**
 * Frees the chain that the thread of a frame has begun, if any: FOUND; or BUSY or STUCK. The frame
 * may be that of a dead thread.
 */
function abandon(frame: u32, pending: u32): i32 {
  const first = get32(pending, pending + FRAME_PENDING);
  const line = get32(pending, pending + FRAME_PENDING_LINE);
  if (first == 0) return FOUND;
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  if (isPending(pending, line)) abandonChain(storeOf(line), first);
  set32(pending, pending + FRAME_PENDING, 0);
  release(line);
  return FOUND;
}

/** The next slot of a shard that holds an entry, or NIL. */
function nextLive(store: usize, from: u32, now: f64, frame: u32): u32 {
  const fresh = freshOf(store);
  for (let slot = from < SLOT_FIRST ? SLOT_FIRST : from; slot < fresh; slot++) {
    if (visitSlot(store, frame, slot, now, 0) == FOUND) return slot;
  }
  return NIL;
}

/**
 * Copies the next fresh entry of a shard, from a slot on, to the frame: its key to the buffer, its
 * value behind it if there is room. FOUND or ABSENT; or BUSY or STUCK.
 */
export function next(head: u32, frame: u32, shard: u32, from: u32, now: f64): i32 {
  const line = lineAt(head, shard);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  const store = storeOf(line);
  const slot = nextLive(store, from, now, frame);
  if (slot != NIL) {
    const bytes = keyBytesOf(store, slot);
    const all = bytes + valueBytesOf(store, slot);
    const isIn = all <= BUFFER_BYTES;
    gather(store, firstOf(store, slot), 0, frame + FRAME_BUFFER, isIn ? all : bytes);
    set32(frame, frame + FRAME_ADDRESS, isIn ? FRAME_BUFFER + bytes : 0);
    set32(frame, frame + FRAME_KIND, kindOf(store, slot));
    set32(frame, frame + FRAME_IS_WIDE, flagsOf(store, slot) & WIDE);
    set32(frame, frame + FRAME_LINE, line);
    set32(frame, frame + FRAME_EPOCH, atomicGet(line + LINE_EPOCH));
    setNumber(frame + FRAME_TTL, remaining(store, slot, now));
  }
  release(line);
  return slot == NIL ? ABSENT : FOUND;
}

/** Empties a shard: FOUND; or BUSY or STUCK. */
export function clear(head: u32, frame: u32, shard: u32): i32 {
  const line = lineAt(head, shard);
  const entered = enter(frame, line);
  if (entered != FOUND) return entered;
  empty(head, line);
  release(line);
  return FOUND;
}

/**
 * Empties the shards whose lock a thread holds that is dead, or that was cut short and is this one;
 * ends its loads, and frees what it was writing. False if that is still to be freed, as its shard
 * cannot be had.
 */
export function reap(head: u32, frame: u32, dead: u32): bool {
  const thread = get32(frame, frame + FRAME_THREAD);
  const shards = get32(head, head + HEAD_SHARDS);
  for (let shard: u32 = 0; shard < shards; shard++) {
    const line = lineAt(head, shard);
    if (!seize(line, dead, thread)) continue;
    empty(head, line);
    release(line);
    addOne(head + HEAD_REAPED);
  }
  for (let shard: u32 = 0; shard < shards; shard++) {
    const line = lineAt(head, shard);
    if (enter(frame, line) != FOUND) continue;
    endAll(line, dead);
    release(line);
  }
  return abandon(frame, FRAMES_AT + dead * FRAME_SIZE) == FOUND;
}

/** Makes all shards empty, in a memory that no other thread knows: false if it is too short. */
export function open(head: u32): bool {
  const shards = get32(head, head + HEAD_SHARDS);
  for (let shard: u32 = 0; shard < shards; shard++) {
    const line = lineAt(head, shard);
    // STUCK is 0, which is no turn that is soon.
    atomicSet(line + LINE_TURN, 1);
    if (!empty(head, line)) return false;
  }
  return true;
}

/** Writes the sums of what the shards count to the buffer, as numbers. No lock is taken. */
export function survey(head: u32, frame: u32): void {
  const at = frame + FRAME_BUFFER;
  zeroBytes(head, at, COUNTS << 3);
  const shards = get32(head, head + HEAD_SHARDS);
  for (let shard: u32 = 0; shard < shards; shard++) addCounts(lineAt(head, shard), at);
}
