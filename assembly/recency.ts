// The recency list: which slot was used before which.
//
// A circular doubly linked list through the sentinel, record 0. Following OLDER from the sentinel
// visits every live slot, newest first; following NEWER visits them oldest first.
//
// R1  newer(older(s)) == s and older(newer(s)) == s for every listed slot and the sentinel.
// R2  Unlinking leaves the slot's own two links as they were, so that relinking can undo it
//     (Knuth, "Dancing Links"), as long as nothing else happened between.
//
// Every operation is O(1) and calls nothing after its first store.

import { NIL } from './layout';
import { newerOf, olderOf, setNewer, setOlder } from './slots';

/** What was newer than the slot touched last; NIL if that was the newest already. */
let touchedNewer: u32 = NIL;

/** Adds a slot as the newest one. */
export function linkNewest(slots: usize, slot: u32): void {
  const newest = olderOf(slots, NIL);
  setOlder(slots, slot, newest);
  setNewer(slots, slot, NIL);
  setNewer(slots, newest, slot);
  setOlder(slots, NIL, slot);
}

/** Takes a slot out:  { newer ⇄ slot ⇄ older }  →  { newer ⇄ older }. */
export function unlink(slots: usize, slot: u32): void {
  const older = olderOf(slots, slot);
  const newer = newerOf(slots, slot);
  setOlder(slots, newer, older);
  setNewer(slots, older, newer);
}

/** Undoes `unlink`:  { newer ⇄ older }  →  { newer ⇄ slot ⇄ older }. */
export function relink(slots: usize, slot: u32): void {
  setOlder(slots, newerOf(slots, slot), slot);
  setNewer(slots, olderOf(slots, slot), slot);
}

/** Makes a listed slot the newest one, and remembers where it was. */
export function touch(slots: usize, slot: u32): void {
  const newer = newerOf(slots, slot);
  touchedNewer = newer;
  if (newer == NIL) return;
  unlink(slots, slot);
  linkNewest(slots, slot);
}

/** Undoes the latest `touch`, which was of this slot: the order is as if it had not been. */
export function untouch(slots: usize, slot: u32): void {
  const newer = touchedNewer;
  if (newer == NIL) return;
  unlink(slots, slot);
  const older = olderOf(slots, newer);
  setNewer(slots, slot, newer);
  setOlder(slots, slot, older);
  setOlder(slots, newer, slot);
  setNewer(slots, older, slot);
}
