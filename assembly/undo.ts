// The undoable: what the latest call that changed a table did to one slot of it.
//
// Part of the debug build only. The core remembers just enough to undo that one call (E4 in
// src/engine.ts) and nothing of which it was; `untouch`, `unwrite` and `restore` of any other slot
// would write over links and sums of slots that have changed since.

import { NIL, OUTCOME_BITS, OUTCOME_MASK, UPDATED, VISIT_RENEW, VISIT_TOUCH } from './layout';

/** The table that was changed last. */
let changed: usize = 0;
/** The slot of it that may be untouched, or NIL. */
let touched: u32 = NIL;
/** The slot of it that may be unwritten, or NIL. */
let written: u32 = NIL;
/** The slot of it that may be restored, or NIL. */
let removed: u32 = NIL;

/** Begins a change of a table: nothing that was done before can be undone any more. */
export function change(table: usize): void {
  changed = table;
  touched = NIL;
  written = NIL;
  removed = NIL;
}

/** Notes the slot that was touched, or NIL, and gives it back. */
export function noteTouch(slot: u32): u32 {
  touched = slot;
  return slot;
}

/** Notes the slot whose entry was removed under a hash, or NIL, and gives it back. */
export function noteRemoval(slot: u32): u32 {
  removed = slot;
  return slot;
}

/** Notes what a put without columns did: an insertion cannot be undone. Gives its result back. */
export function notePut(code: u32): u32 {
  if ((code & OUTCOME_MASK) == UPDATED) touched = code >> OUTCOME_BITS;
  return code;
}

/** Notes what a put with columns, or a write, did, and gives its result back. */
export function noteWrite(code: u32): u32 {
  notePut(code);
  written = touched;
  return code;
}

/** Notes what a visit by this mode did, and gives its result back. */
export function noteVisit(slot: i32, mode: u32): i32 {
  if (slot > NIL && (mode & VISIT_TOUCH) != 0) touched = slot;
  if (slot > NIL && (mode & VISIT_RENEW) != 0) written = slot;
  return slot;
}

/** The table is alive if so, since to destroy it is a change of it. */
function expectUndoable(table: usize, slot: u32, undoable: u32): void {
  assert(table == changed && slot != NIL && slot == undoable);
}

/** The latest change touched this slot; asked once. */
export function expectTouched(table: usize, slot: u32): void {
  expectUndoable(table, slot, touched);
  touched = NIL;
}

/** The latest change wrote the columns of this slot; asked once. */
export function expectWritten(table: usize, slot: u32): void {
  expectUndoable(table, slot, written);
  written = NIL;
}

/** The latest change removed this slot, under a hash; asked once. */
export function expectRemoved(table: usize, slot: u32): void {
  expectUndoable(table, slot, removed);
  removed = NIL;
}
