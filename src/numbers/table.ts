// The table of a NumberLRU: one table of an engine, and the parts that the engine leaves to its
// wrapper.
//
// NT1  A key is in the index, or in `#mapped` if the index refuses it: never in both. The index
//      refuses a key when too many keys crowd one place, by accident or by design; so the cost of
//      an operation is at most that of both, whoever chose the keys. Most small tables have no
//      refused key, and no Map; of a million entries, about a hundred are refused.
// NT2  `path` says whether `get`, `put` and the like are enough for an operation. It is PATH_SLOW
//      while there are ages, statistics, or a failure.
// NT3  The host may end a change half-way when the stack overflows. Callers of a change catch the
//      error and record it in `failure` and `path` with plain assignments, which need no stack; the
//      next operation empties the cache. A lookup leaves nothing half done.
//
// Nothing here calls user code.

import {
  ASK_MAP,
  BATCH_LENGTH,
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

/** An operation concerns the entries alone. */
export const PATH_PLAIN = 0;
/** There are ages or statistics, or a change was interrupted. */
export const PATH_SLOW = 1;

let dead: NumberEngine | undefined;

/** Keys and values of one cache. */
export class NumberTable {
  engine: NumberEngine;
  handle: Table;
  path = PATH_PLAIN;
  /** The error that interrupted a change, if any. */
  failure: unknown;
  isTimed = false;
  readonly #host: TableHost<NumberEngine>;
  /** Whether the owner has to handle each slot itself. */
  readonly #isWatched: boolean;
  #max: number;
  /** The slots of the keys that the index refuses, and the keys of those slots. */
  #mapped: Map<number, number> | undefined;
  readonly #keys = new Map<number, number>();

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
   * Stores a value; returns `slot << OUTCOME_BITS | outcome` (outcome.ts). If ages are in use, the
   * caller must write one next. Throws `OUT_OF_MEMORY`, and changes nothing, if memory for the
   * first entry is refused.
   */
  put(key: number, value: number): number {
    const code = this.engine.put(this.handle, key, value);
    return outcomeOf(code) < EVICTED_MAPPED ? code : this.#putElsewhere(key, value, code);
  }

  /** Puts many, in a table that has no ages; returns the number of the first that was not put. */
  putMany(keys: Int32Array, values: Float64Array, from: number): number {
    return this.#mapped === undefined ? this.engine.putMany(this.handle, keys, values, from) : from;
  }

  /** The value of a key, which becomes the newest, or `missing`, in a table that has no ages. */
  get(key: number, missing: number): number {
    const value = this.engine.get(this.handle, key, missing);
    // Only then may the Map have it. Using an entry twice is harmless.
    if (this.#mapped === undefined || !Object.is(value, missing)) return value;
    const slot = this.use(key);
    return slot === NIL ? missing : this.engine.valueAt(this.handle, slot);
  }

  /** As `get` of each key, into the same places of `values`; returns how many were found. */
  getMany(keys: Int32Array, values: Float64Array, missing: number): number {
    const { engine, handle } = this;
    let found = 0;
    for (let from = 0; from < keys.length; from += BATCH_LENGTH) {
      const part = keys.subarray(from, from + BATCH_LENGTH);
      const into = values.subarray(from);
      engine.findBatch(handle, part);
      for (let at = 0; ; at++) {
        const result = engine.useBatch(handle, into, at, missing);
        found += result & 0xffff;
        at = result >>> 16;
        if (at === part.length) break;
        const slot = this.use(part[at] as number);
        into[at] = slot === NIL ? missing : engine.valueAt(handle, slot);
        if (slot !== NIL) found += 1;
      }
    }
    return found;
  }

  /** Removes the entry of a slot. */
  remove(slot: number): void {
    this.#forget(slot);
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
    this.#forgetAll();
    engine.setLimit(table, this.#max);
    if (this.isTimed) engine.useAges(table);
    this.#choosePath();
  }

  /** Sets the size at which a put evicts; the caller has evicted the entries above it. */
  resize(max: number): void {
    this.#max = max;
    this.engine.setLimit(this.handle, max);
  }

  /** Frees everything, for good: every later call throws `DISPOSED`. */
  close(): void {
    this.#host.close(this, { engine: this.engine, table: this.handle });
    dead ??= deadLike(this.engine);
    this.engine = dead;
    this.#forgetAll();
    this.#choosePath();
  }

  /** Starts to keep ages. Throws `OUT_OF_MEMORY`, and changes nothing. */
  useAges(): void {
    if (!this.engine.useAges(this.handle)) throw outOfMemory();
    this.isTimed = true;
    this.#mapRefused();
    this.#choosePath();
  }

  /** The error to throw for an error of the engine: usually the same. */
  failed(error: unknown): unknown {
    return killIfTrap(this.engine, error);
  }

  /**
   * Deals with an interrupted change: it is not known which part of it was done, so every entry is
   * dropped. After a refusal, nothing was changed; a core that has trapped reports that itself.
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
    this.path = this.isTimed || this.#isWatched ? PATH_SLOW : PATH_PLAIN;
  }

  #slotMapped(key: number): number {
    return this.#mapped?.get(key) ?? NIL;
  }

  /**
   * The rare cases of a put: all except changing an entry of the index, and replacing one in place.
   */
  #putElsewhere(key: number, value: number, code: number): number {
    switch (outcomeOf(code)) {
      case NO_ROOM:
        this.#makeRoom();
        return this.put(key, value);
      case ASK_MAP: {
        const slot = this.#slotMapped(key);
        return slot === NIL ? this.#insert(key, value) : this.#update(slot, value);
      }
      case CROWDED:
        return this.#putMapped(key, value);
      default:
        this.#forget(slotOf(code));
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
  #insert(key: number, value: number): number {
    const code = this.engine.insert(this.handle, key);
    if (outcomeOf(code) >= NO_ROOM) return this.#putElsewhere(key, value, code);
    this.engine.setValueAt(this.handle, slotOf(code), value);
    if (outcomeOf(code) === EVICTED_MAPPED) this.#forget(slotOf(code));
    return code;
  }

  /** Adds an entry whose key the index refuses. */
  #putMapped(key: number, value: number): number {
    const { engine, handle } = this;
    const slot = engine.nextSlot(handle);
    if (slot === NIL) {
      this.#makeRoom();
      return this.put(key, value);
    }
    // The slot may be that of a refused key, which has to be removed.
    const gone = this.#keys.get(slot);
    // Before the engine changes anything, since adding to a Map is the only step that can fail.
    this.#map(key, slot);
    const code = engine.insertMapped(handle, key);
    if (gone !== undefined) this.#mapped?.delete(gone);
    engine.setValueAt(handle, slot, value);
    return code;
  }

  #map(key: number, slot: number): void {
    this.#mapped ??= new Map();
    this.#mapped.set(key, slot);
    this.#keys.set(slot, key);
  }

  /** Removes the key of a slot from the Map, if it is there. */
  #forget(slot: number): void {
    const key = this.#mapped === undefined ? undefined : this.#keys.get(slot);
    if (key === undefined) return;
    this.#mapped?.delete(key);
    this.#keys.delete(slot);
    if (this.#keys.size === 0) this.#mapped = undefined;
  }

  #forgetAll(): void {
    this.#mapped = undefined;
    this.#keys.clear();
  }

  /**
   * Grows the table. If memory is refused, the present entries stay, and from now on the oldest
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

  /** Adds to the Map the keys that the index refused when it was rebuilt. */
  #mapRefused(): void {
    for (const slot of this.engine.refused(this.handle)) {
      this.#map(this.engine.wordAt(this.handle, slot), slot);
    }
  }
}
