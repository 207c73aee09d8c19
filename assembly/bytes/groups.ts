// The groups: where entries are found that the index of the table does not take (MAPPED).
//
// The index takes one entry of a word, and refuses words that crowd it. In a cache of a million
// entries some hundred are left over, and their keys are in no Map here. They are kept in groups of
// one cache line, by their word.
//
// G1  A MAPPED slot is in the group of its word once. A group has GROUP_SLOTS of them at most, so
//     the cost of a search is bounded whatever the keys are. When a group is full, the entry in it
//     that was used longest ago is evicted. That takes keys that somebody has made to collide, in
//     spite of the secret in the hash.

import { mul } from '../arith.js';
import { MULTIPLIER } from '../layout.js';
import { recordsOf, stampOf } from '../slots.js';
import { groupCountOf, groupsOf } from './fields.js';
import { GROUP_BYTES_LOG2, GROUP_LOAD_LOG2, GROUP_SLOTS } from './layout.js';
import { get32, Store, set32 } from './memory.js';

/** The groups of a table with room for so many entries. */
export function groupCountFor(capacity: u32): u32 {
  return (capacity >>> GROUP_LOAD_LOG2) + 1;
}

/** The address of the group of a word. */
export function groupOf(store: Store, word: u32): u32 {
  const group = (mul(word, MULTIPLIER) >>> 8) % groupCountOf(store);
  return groupsOf(store) + (group << GROUP_BYTES_LOG2);
}

/** The slot in a lane of a group, or 0. */
export function inLane(store: Store, group: u32, lane: u32): u32 {
  return get32(store, group + (lane << 2));
}

/** Puts a slot into the group of its word; false if it is full. */
export function join(store: Store, word: u32, slot: u32): bool {
  const group = groupOf(store, word);
  for (let lane: u32 = 0; lane < GROUP_SLOTS; lane++) {
    if (inLane(store, group, lane) != 0) continue;
    set32(store, group + (lane << 2), slot);
    return true;
  }
  return false;
}

/** Takes a slot out of the group of its word. */
export function quit(store: Store, word: u32, slot: u32): void {
  const group = groupOf(store, word);
  for (let lane: u32 = 0; lane < GROUP_SLOTS; lane++) {
    if (inLane(store, group, lane) == slot) set32(store, group + (lane << 2), 0);
  }
}

/** The slot to evict for another one with this word: the oldest of a full group, or 0. */
export function leastIn(store: Store, word: u32): u32 {
  const records = recordsOf(store);
  const group = groupOf(store, word);
  let least: u32 = 0;
  for (let lane: u32 = 0; lane < GROUP_SLOTS; lane++) {
    const slot = inLane(store, group, lane);
    if (slot == 0) return 0;
    if (least == 0 || stampOf(records, slot) < stampOf(records, least)) least = slot;
  }
  return least;
}
