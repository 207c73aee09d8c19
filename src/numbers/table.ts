// The table of a NumberLRU: one table of an engine, and what the engine leaves to its wrapper.
//
// N1  A key is in the index, or in `#mapped` if the index refuses it: never in both. The index does
//     so when too many keys crowd one place, by accident or by design; so the cost of an operation
//     is at most that of both, whoever chose the keys. Most tables have no such key, and no Map.
// N2  `path` says whether a caller may go straight to the engine. It is PATH_SLOW while there is a
//     Map, or a failure.
// N3  The host may end a change half-way, when the stack is used up. Whoever calls a change catches
//     that and notes it in `failure` and `path` by plain stores, which need no stack; the next
//     operation gives all entries up. A lookup leaves nothing half done.
//
// Nothing here calls user code.

import {
  ASK_MAP,
  CROWDED,
  ELSEWHERE,
  EVICTED_MAPPED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  UPDATED,
  VISIT_TOUCH,
} from '../../assembly/layout.js';
import { LRUCacheError, outOfMemory } from '../common/errors.js';
import { deadLike, hasTrapped, killIfTrap } from '../engine/dead.js';
import type { Table } from '../engine/engine.js';
import type { Lease, TableHost } from '../engine/lifetime.js';
import { outcomeOf, slotOf } from '../entries/outcome.js';
import type { NumberEngine } from './engine.js';

/** A key goes straight to the engine. */
export const PATH_PLAIN = 0;
/** It does not: there are ages, statistics or refused keys, or a change was interrupted. */
export const PATH_SLOW = 1;

let dead: NumberEngine | undefined;

/** Keys and values of one cache. */
export class NumberTable {
  engine: NumberEngine;
  handle: Table;
  path = PATH_PLAIN;
  /** What interrupted a change, if anything did. */
  failure: unknown;
  isTimed = false;
  readonly #host: TableHost<NumberEngine>;
  /** Whether the owner has to see each slot itself. */
  readonly #isWatched: boolean;
  #max: number;
  /** The slots of the keys that the index refuses. */
  #mapped: Map<number, number> | undefined;

  constructor(host: TableHost<NumberEngine>, max: number, isWatched: boolean) {
    const { engine, table } = host.open(this, max);
    this.#host = host;
    this.engine = engine;
    this.handle = table;
    this.#max = max;
    this.#isWatched = isWatched;
    this.#choosePath();
  }

  get size(): number {
    return this.engine.size(this.handle);
  }

  get max(): number {
    return this.#max;
  }

  /** Bytes of the table. */
  get bytes(): number {
    return this.engine.bytesHeld(this.handle);
  }

  get isDisposed(): boolean {
    return this.engine === dead;
  }

  /** The slot of a key, or NIL; the order stays. */
  find(key: number): number {
    const slot = this.engine.find(this.handle, key);
    return slot === ELSEWHERE ? this.#slotMapped(key) : slot;
  }

  /** The slot of a key, which becomes the newest, or NIL. */
  use(key: number): number {
    const slot = this.engine.use(this.handle, key);
    if (slot !== ELSEWHERE) return slot;
    const mapped = this.#slotMapped(key);
    if (mapped !== NIL) this.engine.touch(this.handle, mapped);
    return mapped;
  }

  /** The slot of a key, which becomes the newest if fresh; negative if stale at `now`, or NIL. */
  seek(key: number, now: number): number {
    const slot = this.engine.seek(this.handle, key, now);
    if (slot !== ELSEWHERE) return slot;
    const mapped = this.#slotMapped(key);
    return mapped === NIL ? NIL : this.engine.visit(this.handle, mapped, now, VISIT_TOUCH);
  }

  /** Whether a live slot is fresh; the order stays. */
  isFresh(slot: number, now: number): boolean {
    return !this.isTimed || this.engine.visit(this.handle, slot, now, 0) > NIL;
  }

  /**
   * Stores a value: `slot << OUTCOME_BITS | outcome` (outcome.ts). An age must be written next, if
   * they are in use. Throws `OUT_OF_MEMORY`, with nothing changed, if memory for the first entry is
   * refused.
   */
  put(key: number, value: number): number {
    // The entry that has to go may be one that the Map has, and then its key is known only now.
    const victim = this.#mapped === undefined ? 0 : this.#nextVictim();
    const code = this.engine.put(this.handle, key, value);
    if (outcomeOf(code) < EVICTED_MAPPED) return code;
    return this.#putElsewhere(key, value, code, victim);
  }

  /** Removes the entry of a slot. */
  remove(slot: number): void {
    if (this.#mapped !== undefined) this.#forget(this.engine.wordAt(this.handle, slot));
    this.engine.remove(this.handle, slot);
  }

  /** The keys, the oldest first. O(size). */
  keys(): Int32Array {
    return this.engine.order(this.handle).map((slot) => this.engine.wordAt(this.handle, slot));
  }

  /** Removes every entry and frees their memory. */
  clear(): void {
    const lease = { engine: this.engine, table: this.handle };
    const { engine, table } = this.#host.renew(this, lease, this.#max);
    this.engine = engine;
    this.handle = table;
    this.#mapped = undefined;
    engine.setLimit(table, this.#max);
    if (this.isTimed) engine.useAges(table);
    this.#choosePath();
  }

  /** Sets the size at which a put evicts; the caller has evicted what is above it. */
  resize(max: number): void {
    this.#max = max;
    this.engine.setLimit(this.handle, max);
  }

  /** Frees everything, for good: every later call throws `DISPOSED`. */
  close(): void {
    this.#host.close(this, { engine: this.engine, table: this.handle });
    dead ??= deadLike(this.engine);
    this.engine = dead;
    this.#mapped = undefined;
    this.#choosePath();
  }

  /** Puts ages in use. Throws `OUT_OF_MEMORY`, with nothing changed. */
  useAges(): void {
    if (!this.engine.useAges(this.handle)) throw outOfMemory();
    this.isTimed = true;
    this.#mapRefused();
    this.#choosePath();
  }

  /** What to throw in place of an error that came out of the engine: the same, as a rule. */
  failed(error: unknown): unknown {
    return killIfTrap(this.engine, error);
  }

  /**
   * Deals with a change that was interrupted: nobody can tell which part of it was done, so every
   * entry is given up. A refusal came before anything was changed, and a core that has trapped
   * says so itself.
   */
  recover(): void {
    const { failure } = this;
    this.failure = undefined;
    try {
      if (!(failure instanceof LRUCacheError) && !hasTrapped(this.engine)) this.clear();
      this.#choosePath();
    } catch (error) {
      this.failure = failure;
      throw error;
    }
  }

  #choosePath(): void {
    const isPlain = !this.isTimed && !this.#isWatched && this.#mapped === undefined;
    this.path = isPlain ? PATH_PLAIN : PATH_SLOW;
  }

  #slotMapped(key: number): number {
    return this.#mapped?.get(key) ?? NIL;
  }

  /** The key of the entry that the next insertion evicts; 0 if it evicts none. */
  #nextVictim(): number {
    const slot = this.engine.nextSlot(this.handle);
    const isTaken = slot !== NIL && slot === this.engine.oldest(this.handle);
    return isTaken ? this.engine.wordAt(this.handle, slot) : 0;
  }

  /** What a put does besides changing an entry of the index, and adding one in its place. */
  #putElsewhere(key: number, value: number, code: number, victim: number): number {
    switch (outcomeOf(code)) {
      case NO_ROOM:
        this.#makeRoom();
        return this.put(key, value);
      case ASK_MAP: {
        const slot = this.#slotMapped(key);
        return slot === NIL ? this.#insert(key, value, victim) : this.#update(slot, value);
      }
      case CROWDED:
        return this.#putMapped(key, value, victim);
      default:
        this.#forget(victim);
        return code;
    }
  }

  /** Changes an entry, and makes it the newest. */
  #update(slot: number, value: number): number {
    this.engine.touch(this.handle, slot);
    this.engine.setValueAt(this.handle, slot, value);
    return (slot << OUTCOME_BITS) | UPDATED;
  }

  /** Adds an entry that neither the index nor the Map has. */
  #insert(key: number, value: number, victim: number): number {
    const code = this.engine.insert(this.handle, key);
    if (outcomeOf(code) >= NO_ROOM) return this.#putElsewhere(key, value, code, victim);
    this.engine.setValueAt(this.handle, slotOf(code), value);
    if (outcomeOf(code) === EVICTED_MAPPED) this.#forget(victim);
    return code;
  }

  /** Adds an entry whose key the index does not take. */
  #putMapped(key: number, value: number, victim: number): number {
    const { engine, handle } = this;
    const slot = engine.nextSlot(handle);
    if (slot === NIL) {
      this.#makeRoom();
      return this.put(key, value);
    }
    // Before the engine changes anything, since only adding to a Map can fail.
    this.#map(key, slot);
    const code = engine.insertMapped(handle, key);
    if (outcomeOf(code) === EVICTED_MAPPED) this.#forget(victim);
    engine.setValueAt(handle, slot, value);
    return code;
  }

  #map(key: number, slot: number): void {
    this.#mapped ??= new Map();
    this.#mapped.set(key, slot);
    this.path = PATH_SLOW;
  }

  /** Lets the Map forget a key, which it may not have. */
  #forget(key: number): void {
    this.#mapped?.delete(key);
    if (this.#mapped?.size !== 0) return;
    this.#mapped = undefined;
    this.#choosePath();
  }

  /**
   * Grows the table. If memory is refused, the entries there are stay, and from now on the oldest
   * makes room for the newest, until `clear` or `resize` tries for the full size again.
   */
  #makeRoom(): void {
    const lease: Lease<NumberEngine> = { engine: this.engine, table: this.handle };
    const moved = this.#host.moveOut(this, lease);
    if (moved !== undefined) {
      this.engine = moved.engine;
      this.handle = moved.table;
      this.#mapRefused();
    }
    if (this.engine.grow(this.handle)) {
      this.#mapRefused();
      return;
    }
    const { size } = this;
    if (size === 0) throw outOfMemory();
    this.engine.setLimit(this.handle, size);
  }

  /** Gives the Map the keys that the index refused when it was made anew. */
  #mapRefused(): void {
    for (const slot of this.engine.refused(this.handle)) {
      this.#map(this.engine.wordAt(this.handle, slot), slot);
    }
  }
}
