// The boundary: what the wrapper may ask of an engine, WebAssembly or not.
//
// An engine owns the index and the recency order of many tables. It knows numbers only, keeps no
// JavaScript value and calls nothing back, so no call of it can be re-entered.
//
// E1  A slot is a number from 1 up; 0 (NIL) is none. A slot keeps its number while its entry lives.
// E2  A word is an int32: the key itself, or a hash that the caller must verify.
// E3  Every function leaves the table valid, also when memory is refused.
// E4  `untouch`, `unwrite` and `restore` undo the call just before them, and only that one.
// E5  Ages and weights are columns (layout.ts) that a table has only once they are in use. Then
//     its entries are read by `seek` and written by `…With`; a table without them never pays.
//
// E6  A seed says how a table's strings and floats are hashed (assembly/hash.ts): 0 at first, and
//     another one after a `rehash`. A caller gives the same one until it rehashes the table.
//
// The functions are fields, not methods, so that V8 sees a call of one WebAssembly export and
// inlines its wrapper. They are called as engine.get(table, word, kind), once per operation.

import type { EngineKind } from './types.js';

declare const tableBrand: unique symbol;
/** Handle of one cache's table; only its engine knows what it is. */
export type Table = { readonly [tableBrand]: true };

/** A table's structure as plain arrays, for checkers; changing it changes nothing. */
export interface TableImage {
  readonly size: number;
  readonly limit: number;
  readonly capacity: number;
  readonly fresh: number;
  readonly free: number;
  readonly shift: number;
  readonly multiplier: number;
  /** Bucket heads: one slot each. */
  readonly heads: Int32Array;
  /** Slot records, four words each, in the order of layout.ts. */
  readonly slots: Int32Array;
  /** Start and ttl of each slot; undefined if ages are not in use. */
  readonly ages: Float64Array | undefined;
  /** Weight of each slot; undefined if weights are not in use. */
  readonly weights: Float64Array | undefined;
  readonly total: number;
  readonly budget: number;
}

/** The functions of an engine. None of them throws, but for a bug. */
export interface Engine {
  readonly kind: EngineKind;
  /** Whether strings are hashed inside WebAssembly. */
  readonly jsString: boolean;
  /** Hash of a number that is no int32, for the functions that take a hash. */
  hashFloat(value: number, seed: number): number;
  /** Hash of a string, as the functions compute it that take a string. */
  hashString(text: string, seed: number): number;

  /** A new, empty table that evicts at `limit` entries; undefined if memory is refused. */
  createTable(limit: number): Table | undefined;
  /** Frees a table. Its handle must not be used again. */
  destroyTable(table: Table): void;
  /** Bytes the table holds: linear memory, or typed arrays. */
  bytesHeld(table: Table): number;
  /** Bytes of all memory of the engine, used and free; 0 if it has none of its own. */
  memoryBytes(): number;
  /** The recency order, newest first. O(size). */
  order(table: Table): Int32Array;
  /** A copy of the structure, for checkers. O(capacity). */
  image(table: Table): TableImage;

  /** Removes every entry and frees their memory. */
  clear(table: Table): void;
  /** Makes room for more entries; falsy, with nothing changed, if memory is refused. */
  grow(table: Table): number;
  /** The slot that `insert` takes next, or NIL if the table has to grow first. */
  nextSlot(table: Table): number;
  /**
   * Spreads the entries by another odd multiplier and by these words, by slot, of which those of
   * slots that hold a hash are taken; falsy if memory for them is refused, and then nothing is
   * changed. Without words, it is never refused.
   */
  rehash(table: Table, words: Int32Array | undefined, multiplier: number): number;
  /** Sets the size at which insertions evict. */
  setLimit(table: Table, limit: number): void;
  /** Number of entries. */
  size(table: Table): number;
  newest(table: Table): number;
  oldest(table: Table): number;
  wordOf(table: Table, slot: number): number;

  /** First slot with this word and kind (layout.ts), or NIL; the order stays. */
  find(table: Table, word: number, kind: number): number;
  findString(table: Table, text: string, seed: number): number;
  /** Next slot with the same word and kind as `slot`, or NIL. */
  findNext(table: Table, slot: number): number;

  /** As find, and the slot becomes the newest. */
  get(table: Table, word: number, kind: number): number;
  /** When it returns NIL, it keeps the hash for `putMissed`. */
  getString(table: Table, text: string, seed: number): number;

  /** `slot << OUTCOME_BITS | outcome`: UPDATED, INSERTED, EVICTED or NO_ROOM (layout.ts). */
  put(table: Table, word: number, kind: number): number;
  putString(table: Table, text: string, seed: number): number;
  /** Puts the string that getString missed last in this table, without hashing it again. */
  putMissed(table: Table): number;
  /** As put, for a key known to be absent. */
  insert(table: Table, word: number, kind: number): number;

  /** Removes the first slot with this word and kind; returns the slot it had, or NIL. */
  take(table: Table, word: number, kind: number): number;
  takeString(table: Table, text: string, seed: number): number;
  remove(table: Table, slot: number): void;
  /** Removes the oldest entry; returns the slot it had, or NIL. */
  evict(table: Table): number;

  touch(table: Table, slot: number): void;
  /** Undoes the latest get or put, which returned this slot. */
  untouch(table: Table, slot: number): void;
  /** Undoes the latest take, by hash, which returned this slot. */
  restore(table: Table, slot: number): void;

  /** Puts ages in use: 0 and never stale; falsy, with nothing changed, if memory is refused. */
  useAges(table: Table): number;
  /** Puts weights in use, all 0; falsy, with nothing changed, if memory is refused. */
  useWeights(table: Table): number;
  /** Sets the sum of weights above which `shed` removes entries: at most WEIGHT_MAX. */
  setBudget(table: Table, budget: number): void;
  /** Sum of the weights. */
  total(table: Table): number;
  startOf(table: Table, slot: number): number;
  /** Age in ms above which an entry is stale; 0 if it never is. */
  ttlOf(table: Table, slot: number): number;
  weightOf(table: Table, slot: number): number;

  /** The slot, negated if stale at `now`. By the mode, a fresh one is touched and renewed. */
  visit(table: Table, slot: number, now: number, mode: number): number;
  /** Visits the first slot with this word and kind; NIL if there is none. */
  seek(table: Table, word: number, kind: number, now: number, mode: number): number;
  /** When it returns NIL, it keeps the hash for `putMissedWith`. */
  seekString(table: Table, text: string, seed: number, now: number, mode: number): number;

  /** Touches a slot and writes its columns, its age only if `isKept` is 0; result as of `put`. */
  write(
    table: Table,
    slot: number,
    weight: number,
    start: number,
    ttl: number,
    isKept: number,
  ): number;
  /** Undoes what the latest `write`, `putWith` or `visit` wrote into the columns of this slot. */
  unwrite(table: Table, slot: number): void;
  /** As `put`, and writes the columns. OVERWEIGHT is joined if entries have to be shed. */
  putWith(
    table: Table,
    word: number,
    kind: number,
    weight: number,
    start: number,
    ttl: number,
    isKept: number,
  ): number;
  putStringWith(
    table: Table,
    text: string,
    seed: number,
    weight: number,
    start: number,
    ttl: number,
    isKept: number,
  ): number;
  putMissedWith(table: Table, weight: number, start: number, ttl: number, isKept: number): number;
  /** As `putWith`, for a key known to be absent. */
  insertWith(
    table: Table,
    word: number,
    kind: number,
    weight: number,
    start: number,
    ttl: number,
  ): number;
  /** Removes the oldest entry if the weights exceed the budget; its slot, or NIL. */
  shed(table: Table): number;

  /** The oldest stale slot newer than `after` (of all, if NIL), or NIL. `after` may be removed. */
  nextStale(table: Table, after: number, now: number): number;
  /** Earliest time after which an entry is stale; Infinity if none ever is. O(size). */
  nextDeadline(table: Table): number;
}
