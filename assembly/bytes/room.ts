// Room: how a region is shared between the index and the chunks, and how it grows.
//
// The index grows when there is no slot for a new entry, by as much as the entries call for, so
// neither their number nor their size has to be known before. In a region that cannot grow, it
// takes chunks that are free, and only if as many are free as it needs; otherwise an entry is
// evicted, which frees a slot. So a full region ends with few free slots and few free chunks.
//
// Every refusal is an answer, and leaves the store as it was. A store that was refused memory goes
// on with the size it has, and does not ask again.

import { CAPACITY_FIRST, CAPACITY_MAX, MAPPED, NIL, SLOT_FIRST, WEIGHT_MAX } from '../layout.js';
import {
  capacityOf,
  freshOf,
  hasAges,
  limitOf,
  recordsOf,
  setBudget,
  setCapacity,
  setLimit,
  sizeOf,
  stampOf,
  wordOf,
} from '../slots.js';
import { nextSlot, reindex, resetEntries } from '../table.js';
import { chunksFor, takeOne } from './chunks.js';
import { evict, victimOf } from './entries.js';
import {
  addressOf,
  bytesMaxOf,
  bytesOf,
  chunkLog2Of,
  endChunkOf,
  firstChunkOf,
  firstOf,
  flagsOf,
  freeChunkOf,
  freeCountOf,
  freshChunkOf,
  heldOf,
  keyBytesOf,
  linksOf,
  nextOf,
  setBytes,
  setBytesMax,
  setChunkLog2,
  setEndChunk,
  setFirst,
  setFirstChunk,
  setFreeChunk,
  setFreeCount,
  setFreshChunk,
  setGroupCount,
  setGroups,
  setLinks,
  setNext,
  setRefs,
  setSeed,
  valueBytesOf,
} from './fields.js';
import { groupCountFor, join, leastIn } from './groups.js';
import {
  DOUBLING_BYTES,
  FULL,
  GROUP_BYTES_LOG2,
  NEVER,
  PIN,
  READY,
  REF_SIZE_LOG2,
  STORE_SIZE,
} from './layout.js';
import { baseOf, copyBytes, moveTable, reach, Store, tableBytesFor, zeroBytes } from './memory.js';

/** Capacities below double, larger ones grow by a quarter, or an eighth in a full region. */
const DOUBLING_CAPACITY: u32 = 1024;
const PAGE_MASK: u32 = 0xffff;
const LINE_MASK: u32 = 63;

function lines(bytes: u32): u32 {
  return (bytes + LINE_MASK) & ~LINE_MASK;
}

/** Bytes from the base to the table, and to the groups behind it. */
function tableStart(capacity: u32): u32 {
  return STORE_SIZE + lines((capacity + SLOT_FIRST) << REF_SIZE_LOG2);
}

function groupsStart(capacity: u32, isAged: bool): u32 {
  return tableStart(capacity) + lines(tableBytesFor(capacity, isAged));
}

/** The lowest chunk behind an index with room for so many entries. */
function firstChunkFor(store: Store, capacity: u32, isAged: bool): u32 {
  const end = groupsStart(capacity, isAged) + (groupCountFor(capacity) << GROUP_BYTES_LOG2);
  return ((end - 1) >>> chunkLog2Of(store)) + 1;
}

function chunkBytesOf(store: Store): u32 {
  return 1 << chunkLog2Of(store);
}

/** Number of chunks up to the links, which are as many, in a region of so many bytes. */
function endChunkFor(store: Store, bytes: u32): u32 {
  return (bytes / (chunkBytesOf(store) + 4)) >>> 0;
}

/** Moves those chunks of a slot's chain that lie below `end` to chunks that are free. */
function moveChain(store: Store, slot: u32, end: u32): void {
  let prior: u32 = 0;
  let chunk = firstOf(store, slot);
  while (chunk != 0) {
    if (chunk < end) {
      const moved = takeOne(store);
      copyBytes(store, addressOf(store, moved), addressOf(store, chunk), chunkBytesOf(store));
      setNext(store, moved, nextOf(store, chunk));
      if (prior != 0) setNext(store, prior, moved);
      else setFirst(store, slot, moved);
      chunk = moved;
    }
    prior = chunk;
    chunk = nextOf(store, chunk);
  }
}

/** Leaves the chunks below `end` to the index; false if there are too few free ones behind. */
function vacate(store: Store, end: u32): bool {
  const fresh = freshChunkOf(store);
  if (end > endChunkOf(store)) return false;
  let outside = endChunkOf(store) - (fresh > end ? fresh : end);
  let inside: u32 = 0;
  for (let chunk = freeChunkOf(store); chunk != 0; chunk = nextOf(store, chunk)) {
    if (chunk < end) inside++;
    else outside++;
  }
  const below = fresh < end ? fresh : end;
  const used = below - firstChunkOf(store) - inside;
  if (used > outside) return false;
  let kept: u32 = 0;
  for (let chunk = freeChunkOf(store); chunk != 0; ) {
    const next = nextOf(store, chunk);
    if (chunk >= end) {
      setNext(store, chunk, kept);
      kept = chunk;
    }
    chunk = next;
  }
  setFreeChunk(store, kept);
  if (fresh < end) setFreshChunk(store, end);
  const records = recordsOf(store);
  const freshSlot = freshOf(store);
  for (let slot: u32 = SLOT_FIRST; used > 0 && slot < freshSlot; slot++) {
    if (stampOf(records, slot) != 0) moveChain(store, slot, end);
  }
  setFreeCount(store, outside - used);
  setFirstChunk(store, end);
  return true;
}

/** Fills the groups anew from the records (R5). */
function regroup(store: Store, at: u32, count: u32): void {
  zeroBytes(store, at, count << GROUP_BYTES_LOG2);
  setGroups(store, at);
  setGroupCount(store, count);
  const records = recordsOf(store);
  const fresh = freshOf(store);
  for (let slot: u32 = SLOT_FIRST; slot < fresh; slot++) {
    if ((stampOf(records, slot) & MAPPED) == 0) continue;
    const word = wordOf(records, slot);
    if (join(store, word, slot)) continue;
    evict(store, leastIn(store, word));
    join(store, word, slot);
  }
}

/** Gives the index room for so many entries, no fewer than before; false if there is too little. */
function layIndex(store: Store, capacity: u32, isAged: bool): bool {
  if (heldOf(store) != 0) return false;
  if (!vacate(store, firstChunkFor(store, capacity, isAged))) return false;
  const base = baseOf(store);
  moveTable(store, base + tableStart(capacity), capacity, isAged);
  reindex(store);
  regroup(store, base + groupsStart(capacity, isAged), groupCountFor(capacity));
  return true;
}

/** Lets the region grow by so many chunks, or by what there is; false if by none. */
function stretch(store: Store, chunks: u32): bool {
  const bytes = bytesOf(store);
  const most = bytesMaxOf(store) - bytes;
  if (heldOf(store) != 0 || most == 0) return false;
  const unit = chunkBytesOf(store) + 4;
  const least = chunks < (most / unit) >>> 0 ? (chunks + 1) * unit : most;
  const step = bytes < DOUBLING_BYTES ? bytes : bytes >>> 2;
  const base = baseOf(store);
  let more = step > least ? step : least;
  // To the end of a page, unless that is too far.
  more += (PAGE_MASK + 1 - ((base + bytes + more) & PAGE_MASK)) & PAGE_MASK;
  if (more > most) more = most;
  if (!reach(store, base + bytes + more)) {
    more = least & ~3;
    if (!reach(store, base + bytes + more)) {
      setBytesMax(store, bytes);
      return false;
    }
  }
  const end = endChunkOf(store);
  const links = linksOf(store);
  layLinks(store, bytes + more);
  copyBytes(store, linksOf(store), links, freshChunkOf(store) << 2);
  setFreeCount(store, freeCountOf(store) + endChunkOf(store) - end);
  return endChunkOf(store) != end;
}

/** Sets the size of the region, and where the links lie in it. */
function layLinks(store: Store, bytes: u32): void {
  const end = endChunkFor(store, bytes);
  setBytes(store, bytes);
  setEndChunk(store, end);
  setLinks(store, baseOf(store) + bytes - (end << 2));
}

function nextCapacity(store: Store): u32 {
  const capacity = capacityOf(store);
  const isFull = bytesOf(store) == bytesMaxOf(store);
  let next = capacity << 1;
  if (capacity >= DOUBLING_CAPACITY) next = capacity + (capacity >>> (isFull ? 3 : 2));
  const limit = limitOf(store);
  return next < limit ? next : limit;
}

/** Makes the index larger, such that `chunks` are free afterwards; false if it cannot be. */
function growIndex(store: Store, chunks: u32): bool {
  if (heldOf(store) != 0) return false;
  const capacity = nextCapacity(store);
  if (capacity <= capacityOf(store)) return false;
  const zone = firstChunkFor(store, capacity, hasAges(store)) - firstChunkOf(store);
  const wanted = zone + chunks;
  // Ends: the region is longer each time.
  while (freeCountOf(store) < wanted) {
    if (!stretch(store, wanted - freeCountOf(store))) return false;
  }
  return layIndex(store, capacity, hasAges(store));
}

/** Whether an entry of so many bytes has room, in a slot that is there or in a new one (NIL). */
export function roomFor(store: Store, slot: u32, bytes: u32): u32 {
  const need = chunksFor(store, bytes);
  let own: u32 = 0;
  if (slot != NIL && flagsOf(store, slot) < PIN) {
    own = chunksFor(store, keyBytesOf(store, slot) + valueBytesOf(store, slot));
  }
  if (need > endChunkFor(store, bytesMaxOf(store)) - firstChunkOf(store)) return NEVER;
  if (slot == NIL && sizeOf(store) >= limitOf(store)) return FULL;
  if (slot == NIL && nextSlot(store) == NIL && !growIndex(store, need)) {
    return sizeOf(store) == 0 ? NEVER : FULL;
  }
  // Ends: the region is longer each time.
  while (freeCountOf(store) + own < need) {
    if (!stretch(store, need - own - freeCountOf(store))) {
      return need > endChunkOf(store) - firstChunkOf(store) ? NEVER : FULL;
    }
  }
  return READY;
}

/** Makes room for an entry of so many bytes by evicting others; false if it cannot be. */
export function makeRoom(store: Store, slot: u32, bytes: u32): bool {
  // Ends: an entry less each time.
  while (true) {
    const room = roomFor(store, slot, bytes);
    if (room != FULL) return room == READY;
    const victim = victimOf(store, slot);
    if (victim == NIL) return false;
    evict(store, victim);
  }
}

/** Makes the index and the region as long as so many entries and chunks need, if all fit. */
export function reserveRoom(store: Store, entries: u32, chunks: u32): void {
  if (heldOf(store) != 0 || entries <= capacityOf(store) || entries > limitOf(store)) return;
  const end = firstChunkFor(store, entries, hasAges(store)) + chunks;
  if (end > endChunkFor(store, bytesMaxOf(store))) return;
  // Ends: the region is longer each time.
  while (endChunkOf(store) < end) {
    if (!stretch(store, end - endChunkOf(store))) return;
  }
  layIndex(store, entries, hasAges(store));
}

/** Puts ages in use, evicting entries for the room they take; false if it cannot be. */
export function useAges(store: Store): bool {
  if (hasAges(store)) return true;
  if (heldOf(store) != 0) return false;
  const capacity = capacityOf(store);
  const zone = firstChunkFor(store, capacity, true) - firstChunkOf(store);
  // Ends: the region is longer or an entry less each time.
  while (freeCountOf(store) < zone) {
    if (stretch(store, zone - freeCountOf(store))) continue;
    const victim = victimOf(store, NIL);
    if (victim == NIL) return false;
    evict(store, victim);
  }
  return layIndex(store, capacity, true);
}

/** Makes an empty store of a region, which is long enough, or shorter than one that was there. */
export function openStore(store: Store, chunkLog2: u32, bytes: u32, most: u32, seed: u32): bool {
  const base = baseOf(store);
  if (!reach(store, base + bytes)) return false;
  zeroBytes(store, base, STORE_SIZE);
  setCapacity(store, 0);
  setLimit(store, CAPACITY_MAX);
  setBudget(store, WEIGHT_MAX as f64);
  resetEntries(store);
  setChunkLog2(store, chunkLog2);
  setBytesMax(store, most);
  setSeed(store, seed);
  setRefs(store, base + STORE_SIZE);
  layLinks(store, bytes);
  const first = firstChunkFor(store, CAPACITY_FIRST, false);
  setFirstChunk(store, first);
  setFreshChunk(store, first);
  setFreeCount(store, endChunkOf(store) - first);
  return layIndex(store, CAPACITY_FIRST, false);
}
