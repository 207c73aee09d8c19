// The entries: keys and values by slot, and the way from a key to its slot.
//
// N1  items[2 * slot] is the key and items[2 * slot + 1] the value of a live slot; both are
//     undefined in any other, so that nothing removed is kept alive. No value is undefined.
// N2  Keys are equal exactly as in Map (SameValueZero).
// N3  A lookup that finds another key under the same word does not change the order.
// N4  The word of an int32 is itself, that of a string or float its hash. The index has one slot
//     per word; `keyMap` has all other keys.
// N5  With `keyOf`, the keys here are the ids that it returned; `originals` has the keys by slot.
//
// `keyMap` finds keys that are neither strings nor numbers, strings longer than KEY_LENGTH_MAX, and
// keys that the index refuses because their word is taken, or because too many words crowd one
// place. So the cost of every operation is at most that of both, whoever chose the keys. When the
// words of many strings are taken, the sample that is hashed moves to where they differ
// (sample.ts).
//
// This file never calls user code, so no operation here can be re-entered. But the host may end one
// half-way, when the stack overflows. Callers of a change catch the error, and record it in
// `failure` and `path` with plain assignments, which need no stack; the next operation empties the
// cache (`recover` in cache/store.ts). A lookup changes nothing that could be left half done.

import {
  ASK_MAP,
  ELSEWHERE,
  EVICTED_MAPPED,
  KEY_LENGTH_MAX,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  UPDATED,
  VISIT_RENEW,
  VISIT_TOUCH,
} from '../../assembly/layout.js';
import { LRUCacheRangeError, outOfMemory } from '../common/errors.js';
import type { EngineKind } from '../common/types.js';
import { disposedEngine, disposedMap, hasTrapped, isDisposed, killIfTrap } from '../engine/dead.js';
import type { Engine, Table } from '../engine/engine.js';
import type { Lease, TableHost } from '../engine/lifetime.js';
import { Lookaside } from './lookaside.js';
import { isUpdate, outcomeOf, slotOf } from './outcome.js';
import { chooseOffset } from './sample.js';
import type { Tags } from './tags.js';

/**
 * `get` and `set` need the entries only: there are no ages, weights, callbacks, loads, or stats.
 */
export const PATH_FAST = 0;
/** `get` needs the entries only, and counts if there are stats; `set` needs more. */
export const PATH_FAST_READS = 1;
/** Both need more, or a change was interrupted. */
export const PATH_SLOW = 2;

/**
 * How many strings the index may refuse, in addition to an eighth of all entries, before the sample
 * moves.
 */
const REFUSED_FREE = 8;
/** How often the sample moves, at most. */
const MOVES_MAX = 2;

/**
 * The string that was missed last, and the entries that missed it. It is usually put next;
 * comparing it costs little, and hashing it 10 to 30 ns. There is one for the process, so that
 * empty caches do not each keep a string alive.
 */
let missedKey: string | undefined;
let missedBy = 0;
let entriesMade = 0;

/**
 * The numbers of keys and of entries from which on numbers are found together (`hintsFor`). With
 * fewer entries, most of what a `touch` reads is in the processor's caches, so there is no waiting
 * for memory.
 */
const TOGETHER_MIN = 32;
const TOGETHER_SIZE_MIN = 2 ** 16;

/** Keys that every host's Map takes. One that refuses a key below that has another reason. */
const MAP_SIZE_SAFE = 2 ** 22;

/** The word of keys that are not in the index. */
const NO_WORD = 0;

function isSameKey(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function isInt32(key: unknown): key is number {
  return typeof key === 'number' && (key | 0) === key;
}

/** Whether a key in the Map would be in the index if the index had not refused it. */
function isRefused(key: unknown): key is string {
  return typeof key === 'string' && key.length <= KEY_LENGTH_MAX;
}

/**
 * Items without entries: those of NIL and ELSEWHERE. The array grows by assignments beyond its end,
 * which look for setters in prototypes; so it has no prototype.
 */
function noItems<T>(): (T | undefined)[] {
  return Object.setPrototypeOf([undefined, undefined, undefined, undefined], null);
}

/** A key as it comes back: 0 for -0, as in a Map. */
function shownKey<K>(key: unknown): K {
  return (key === 0 ? 0 : key) as K;
}

/** Keys and values of one cache, in the slots of one table. */
export class Entries<K, V> {
  /** Keys and values, interleaved: one cache line holds both. */
  items = noItems<K | V>();
  /** Which of `get` and `set` need only the entries. */
  path = PATH_FAST;
  /** The error that interrupted a change, if any. */
  failure: unknown;
  /** Whether ages are in use. */
  isTimed = false;
  /** The tags of slots, once there was one. */
  tags: Tags | undefined;
  /** By slot, the keys as they were given; undefined without `keyOf`. */
  originals: (K | undefined)[] | undefined;
  /** Whether weights are in use. */
  isWeighed = false;
  // The fields of the lease, separately, which saves a load per call.
  #engine: Engine;
  #table: Table;
  readonly #host: TableHost;
  readonly #id = ++entriesMade;
  readonly #lookaside = new Lookaside();
  #max: number;
  #budget = 0;
  #keyMap: Map<unknown, number> | undefined;
  /** The place of the sample in strings: the number of units after it. */
  #offset = 0;
  /** Strings that the index refused. */
  #refusedCount = 0;
  /** How many of them make the sample move. */
  #refusedMax = REFUSED_FREE;
  #movesLeft = MOVES_MAX;

  constructor(host: TableHost, max: number) {
    const { engine, table } = host.open(this, max);
    this.#host = host;
    this.#engine = engine;
    this.#table = table;
    this.#max = max;
  }

  /** The engine and the table of these entries. */
  get lease(): Lease {
    return { engine: this.#engine, table: this.#table };
  }

  get max(): number {
    return this.#max;
  }

  get size(): number {
    return this.#engine.size(this.#table);
  }

  get kind(): EngineKind {
    return this.#engine.kind;
  }

  /** Sum of the weights. */
  get total(): number {
    return this.#engine.total(this.#table);
  }

  get isDisposed(): boolean {
    return isDisposed(this.#engine);
  }

  /** Whether the engine has trapped, so that each of its functions throws. */
  get hasTrapped(): boolean {
    return hasTrapped(this.#engine);
  }

  /** The key of a slot, as it was given. */
  keyAt(slot: number): K {
    return shownKey(this.originals === undefined ? this.items[slot * 2] : this.originals[slot]);
  }

  /** The key that a slot is found by. */
  idAt(slot: number): K {
    return shownKey(this.items[slot * 2]);
  }

  valueAt(slot: number): V | undefined {
    return this.items[slot * 2 + 1] as V | undefined;
  }

  /** Slot of a key, which becomes the newest, or NIL, whose items are undefined. */
  touch(key: K): number {
    if (typeof key === 'string') {
      const slot = this.#engine.getString(this.#table, key, this.#offset);
      return this.items[slot * 2] === key ? slot : this.#touchElsewhere(key, slot);
    }
    if (typeof key !== 'number') return this.#touchMapped(key);
    const slot = this.#lookaside.slotFor(key);
    if (this.items[slot * 2] !== key) return this.#touchNumber(key);
    this.#engine.touch(this.#table, slot);
    return slot;
  }

  /**
   * For each of these keys that is a number, the slot in which it may be, found in one call of the
   * engine; undefined where `touch` alone takes less time. Hints, as those of the lookaside (LA1).
   */
  hintsFor(keys: readonly K[]): Int32Array | undefined {
    if (keys.length < TOGETHER_MIN || this.size < TOGETHER_SIZE_MIN) return undefined;
    const hints = new Int32Array(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      // A number that is not an int32 becomes another number, and gets a wrong hint.
      if (typeof key === 'number') hints[i] = key;
    }
    this.#engine.findMany(this.#table, hints);
    return hints;
  }

  /**
   * As `touch`, with a hint in which slot the key may be if it is a number; a wrong hint is
   * harmless.
   */
  touchHinted(key: K, hint: number): number {
    if (typeof key !== 'number' || this.items[hint * 2] !== key) return this.touch(key);
    this.#engine.touch(this.#table, hint);
    return hint;
  }

  /** Slot of a key, or NIL; the order stays. */
  find(key: K): number {
    if (typeof key !== 'string' && typeof key !== 'number') return this.#keyMap?.get(key) ?? NIL;
    const slot =
      typeof key === 'string'
        ? this.#engine.findString(this.#table, key, this.#offset)
        : this.#engine.find(this.#table, isInt32(key) ? key : this.#engine.hashFloat(key));
    if (slot === NIL || isSameKey(this.items[slot * 2], key)) return slot;
    return this.#keyMap?.get(key) ?? NIL;
  }

  /** Slot of a key, which becomes the newest if fresh; negative if stale at `now`, or NIL. */
  seek(key: K, now: number): number {
    if (typeof key === 'string') {
      const slot = this.#engine.seekString(this.#table, key, this.#offset, now);
      const isOwn = this.items[Math.abs(slot) * 2] === key;
      return isOwn ? slot : this.#seekElsewhere(key, slot, now);
    }
    if (typeof key !== 'number') return this.#visitMapped(key, now);
    const slot = this.#lookaside.slotFor(key);
    if (this.items[slot * 2] !== key) return this.#seekNumber(key, now);
    return this.#engine.visit(this.#table, slot, now, VISIT_TOUCH);
  }

  /** Slot of a key, negative if stale at `now`, or NIL; the order stays. */
  findAt(key: K, now: number): number {
    const slot = this.find(key);
    return slot === NIL ? NIL : this.visit(slot, now);
  }

  /** A live slot, negated if it is stale at `now`; the order stays. */
  visit(slot: number, now: number): number {
    return this.#engine.visit(this.#table, slot, now, 0);
  }

  /** Restarts the age of a live slot, if it has one. */
  renew(slot: number, now: number): void {
    this.#engine.visit(this.#table, slot, now, VISIT_RENEW);
  }

  /**
   * Makes room for a key and makes it the newest; returns `slot << OUTCOME_BITS | outcome`
   * (outcome.ts). The slot still has its earlier items: the old value after an update, the evicted
   * entry after an eviction. The caller must write columns in use next. Throws `OUT_OF_MEMORY` if
   * memory for the first entry is refused, and `TOO_MANY_KEYS` if the host's Map accepts no more
   * keys; nothing is changed then.
   */
  put(key: K): number {
    let code: number;
    if (typeof key === 'string') {
      if (missedKey === key && missedBy === this.#id) {
        missedKey = undefined;
        code = this.#engine.putMissed(this.#table);
      } else {
        code = this.#engine.putString(this.#table, key, this.#offset);
      }
    } else if (typeof key === 'number' && (key | 0) === key) {
      code = this.#engine.put(this.#table, key);
      if (outcomeOf(code) < EVICTED_MAPPED) this.#lookaside.noteNew(key, slotOf(code));
    } else {
      return this.#putRare(key);
    }
    const outcome = outcomeOf(code);
    if (outcome === UPDATED) {
      return this.items[slotOf(code) * 2] === key ? code : this.#putElsewhere(key, code);
    }
    return outcome < EVICTED_MAPPED ? code : this.#putElsewhere(key, code);
  }

  /** Writes the entry for which `put` returned this code. */
  write(code: number, key: K, value: V): void {
    const at = slotOf(code) * 2;
    if (!isUpdate(code)) this.items[at] = key;
    this.items[at + 1] = value;
  }

  /**
   * Writes the columns of a slot; with `isKept`, an existing age stays. Returns true if entries
   * must be shed.
   */
  writeColumns(slot: number, weight: number, start: number, ttl: number, isKept: boolean): boolean {
    return !!this.#engine.write(this.#table, slot, weight, start, ttl, isKept);
  }

  /** Removes a slot; its items stay until `erase`. */
  remove(slot: number): void {
    this.#engine.remove(this.#table, slot);
  }

  /** Removes the oldest entry; returns its slot, whose items are still there, or NIL. */
  evict(): number {
    return this.#engine.evict(this.#table);
  }

  /** As `evict`, if the sum of the weights is above its bound. */
  shed(): number {
    return this.#engine.shed(this.#table);
  }

  /** Drops the items of a removed slot. */
  erase(slot: number): void {
    if (this.tags !== undefined) this.tags.forget(slot);
    if (this.originals !== undefined) this.originals[slot] = undefined;
    if (this.#keyMap !== undefined) this.#forget(slot);
    this.items[slot * 2] = undefined;
    this.items[slot * 2 + 1] = undefined;
  }

  /** Drops every entry and frees their memory. */
  clear(): void {
    const { engine, table } = this.#host.renew(this, this.lease, this.#max);
    this.#engine = engine;
    this.#table = table;
    engine.setLimit(table, this.#max);
    if (this.isTimed) engine.useAges(table);
    if (this.isWeighed) {
      engine.useWeights(table);
      engine.setBudget(table, this.#budget);
    }
    this.items = noItems();
    this.#lookaside.clear();
    this.tags?.clear();
    this.originals?.splice(0);
    this.#keyMap = undefined;
    this.#refusedCount = 0;
    missedKey = undefined;
  }

  /** Sets the size at which a put evicts; the caller has evicted the entries above it. */
  resize(max: number): void {
    this.#max = max;
    this.#engine.setLimit(this.#table, max);
  }

  /** Frees everything, for good: every later call throws `DISPOSED`. */
  close(): void {
    this.#host.close(this, this.lease);
    this.#engine = disposedEngine(this.#engine);
    this.#keyMap = disposedMap;
    this.items = noItems();
    this.#lookaside.clear();
    this.tags?.clear();
    this.originals?.splice(0);
    missedKey = undefined;
  }

  /** Starts to keep ages. Throws `OUT_OF_MEMORY`, and changes nothing. */
  useAges(): void {
    if (!this.#engine.useAges(this.#table)) throw outOfMemory();
    this.#mapRefused();
    this.isTimed = true;
    this.path = PATH_SLOW;
  }

  /** Starts to keep weights, bounded by `budget`. Throws `OUT_OF_MEMORY`. */
  useWeights(budget: number): void {
    if (!this.#engine.useWeights(this.#table)) throw outOfMemory();
    this.#mapRefused();
    this.isWeighed = true;
    this.setBudget(budget);
    this.path = Math.max(this.path, PATH_FAST_READS);
  }

  /** Sets the bound on the sum of the weights. */
  setBudget(budget: number): void {
    this.#budget = budget;
    this.#engine.setBudget(this.#table, budget);
  }

  startAt(slot: number): number {
    return this.#engine.startOf(this.#table, slot);
  }

  /** Age above which a slot is stale; 0 if it never is. */
  ttlAt(slot: number): number {
    return this.#engine.ttlOf(this.#table, slot);
  }

  weightAt(slot: number): number {
    return this.#engine.weightOf(this.#table, slot);
  }

  newest(): number {
    return this.#engine.newest(this.#table);
  }

  oldest(): number {
    return this.#engine.oldest(this.#table);
  }

  /** The slots in order of recency, the oldest first. O(size). */
  order(): Int32Array {
    return this.#engine.order(this.#table);
  }

  /** The slots that are stale at `now`, the oldest first. O(size). */
  staleOrder(now: number): Int32Array {
    return this.#engine.staleOrder(this.#table, now);
  }

  /** Earliest time after which an entry is stale; Infinity if none ever is. O(size). */
  nextDeadline(): number {
    return this.#engine.nextDeadline(this.#table);
  }

  /** The error to throw for an error of a change: usually the same. */
  failed(error: unknown): unknown {
    return killIfTrap(this.#engine, error);
  }

  /** The index has another key under this word (a slot), does not know (ELSEWHERE), or has none. */
  #touchElsewhere(key: K, slot: number): number {
    if (slot === NIL) {
      this.#noteMissed(key);
      return NIL;
    }
    if (slot !== ELSEWHERE) this.#engine.untouch(this.#table, slot);
    return this.#touchMapped(key);
  }

  #touchMapped(key: K): number {
    const slot = this.#keyMap?.get(key) ?? NIL;
    if (slot !== NIL) this.#engine.touch(this.#table, slot);
    return slot;
  }

  /** A number that the lookaside does not have. */
  #touchNumber(key: K & number): number {
    const engine = this.#engine;
    const slot = engine.get(this.#table, isInt32(key) ? key : engine.hashFloat(key));
    if (!isSameKey(this.items[slot * 2], key)) return this.#touchElsewhere(key, slot);
    this.#lookaside.note(key, slot);
    return slot;
  }

  /** As `#touchElsewhere`; the slot is negative if the entry there is stale at `now`. */
  #seekElsewhere(key: K, slot: number, now: number): number {
    if (slot === NIL) {
      this.#noteMissed(key);
      return NIL;
    }
    if (slot > ELSEWHERE) this.#engine.untouch(this.#table, slot);
    return this.#visitMapped(key, now);
  }

  /** As `#touchNumber`, if the entry is fresh at `now`. */
  #seekNumber(key: K & number, now: number): number {
    const engine = this.#engine;
    const slot = engine.seek(this.#table, isInt32(key) ? key : engine.hashFloat(key), now);
    const at = Math.abs(slot);
    if (!isSameKey(this.items[at * 2], key)) return this.#seekElsewhere(key, slot, now);
    this.#lookaside.note(key, at);
    return slot;
  }

  #visitMapped(key: K, now: number): number {
    const slot = this.#keyMap?.get(key) ?? NIL;
    return slot === NIL ? NIL : this.#engine.visit(this.#table, slot, now, VISIT_TOUCH);
  }

  /** The engine remembers one missed word for all kinds of keys; only strings are compared here. */
  #noteMissed(key: unknown): void {
    missedKey = typeof key === 'string' ? key : undefined;
    missedBy = this.#id;
  }

  #putRare(key: K): number {
    if (typeof key !== 'number') return this.#putMapped(key, NO_WORD);
    const code = this.#engine.put(this.#table, this.#engine.hashFloat(key));
    const outcome = outcomeOf(code);
    const isOwn = outcome === UPDATED && isSameKey(this.items[slotOf(code) * 2], key);
    const isAdded = outcome !== UPDATED && outcome < EVICTED_MAPPED;
    return isOwn || isAdded ? code : this.#putElsewhere(key, code);
  }

  /**
   * The rare cases of a put: all except finding its own key, and replacing an entry of the index.
   */
  #putElsewhere(key: K, code: number): number {
    const outcome = outcomeOf(code);
    if (outcome === EVICTED_MAPPED) {
      this.#forget(slotOf(code));
      return code;
    }
    if (outcome === NO_ROOM) {
      this.#makeRoom();
      return this.put(key);
    }
    if (outcome === UPDATED) this.#engine.untouch(this.#table, slotOf(code));
    const isLong = typeof key === 'string' && key.length > KEY_LENGTH_MAX;
    if (outcome !== ASK_MAP || isLong)
      return this.#putMapped(key, isLong ? NO_WORD : this.#wordOf(key));
    return this.#updateMapped(key) ?? this.#insert(key);
  }

  /** Makes an entry that the Map has the newest; the result is that of `put`. */
  #updateMapped(key: K): number | undefined {
    const slot = this.#keyMap?.get(key);
    if (slot === undefined) return undefined;
    this.#engine.touch(this.#table, slot);
    return (slot << OUTCOME_BITS) | UPDATED;
  }

  /** Adds an entry that is neither in the index nor in the Map. */
  #insert(key: K): number {
    const code = this.#engine.insert(this.#table, this.#wordOf(key));
    const outcome = outcomeOf(code);
    if (outcome < EVICTED_MAPPED) return code;
    if (outcome === NO_ROOM || outcome === EVICTED_MAPPED) return this.#putElsewhere(key, code);
    return this.#putMapped(key, this.#wordOf(key));
  }

  /** Puts a key that the index refuses. */
  #putMapped(key: K, word: number): number {
    const known = this.#updateMapped(key);
    if (known !== undefined) return known;
    if (isRefused(key) && this.#moveSample()) return this.put(key);
    let slot = this.#engine.nextSlot(this.#table);
    if (slot === NIL) {
      this.#makeRoom();
      slot = this.#engine.nextSlot(this.#table);
    }
    // Before the engine changes anything, since adding to a Map is the only step that can fail.
    this.#map(key, slot);
    const code = this.#engine.insertMapped(this.#table, word);
    if (outcomeOf(code) === EVICTED_MAPPED) this.#forget(slot);
    return code;
  }

  /** Adds a key to the Map. Throws `TOO_MANY_KEYS`. */
  #map(key: K, slot: number): void {
    this.#keyMap ??= new Map();
    try {
      this.#keyMap.set(key, slot);
    } catch (cause) {
      if (this.#keyMap.size < MAP_SIZE_SAFE) throw cause;
      throw new LRUCacheRangeError(
        'TOO_MANY_KEYS',
        'The Map that finds keys other than numbers and short strings takes no more of them',
        { cause },
      );
    }
    if (isRefused(key)) this.#refusedCount += 1;
  }

  /** Removes the key of a slot from the Map. */
  #forget(slot: number): void {
    const key = this.items[slot * 2];
    if (this.#keyMap?.delete(key) && isRefused(key)) this.#refusedCount -= 1;
  }

  #wordOf(key: unknown): number {
    const engine = this.#engine;
    if (typeof key === 'string') return engine.hashString(key, key.length, this.#offset);
    return isInt32(key) ? key : engine.hashFloat(key as number);
  }

  /**
   * Moves the sample of strings to where they differ, if the index refuses many and there is such
   * a place; true if it has moved. O(size), at most twice in the life of a cache.
   */
  #moveSample(): boolean {
    const isDue = this.#refusedCount >= this.#refusedMax + (this.size >> 3);
    if (!isDue || this.#movesLeft === 0) return false;
    this.#refusedMax = this.#refusedCount * 2;
    const offset = chooseOffset(this.items);
    if (offset === undefined || offset === this.#offset) return false;
    this.#movesLeft -= 1;
    this.#offset = offset;
    missedKey = undefined;
    for (let at = 0; at < this.items.length; at += 2) {
      const key = this.items[at] as K;
      if (isRefused(key)) this.#reword(at >> 1, key);
    }
    return true;
  }

  /** Gives a string's slot the word that it has now. */
  #reword(slot: number, key: K): void {
    this.#forget(slot);
    if (!this.#engine.reword(this.#table, slot, this.#wordOf(key))) this.#map(key, slot);
  }

  /**
   * Grows the table. If memory is refused, the entries there are stay, and from now on the oldest
   * makes room for the newest, until `clear` or `resize` tries for the full size again.
   */
  #makeRoom(): void {
    const moved = this.#host.moveOut(this, this.lease);
    if (moved !== undefined) {
      this.#engine = moved.engine;
      this.#table = moved.table;
      this.#mapRefused();
    }
    if (this.#engine.grow(this.#table)) {
      this.#mapRefused();
      return;
    }
    const size = this.#engine.size(this.#table);
    if (size === 0) throw outOfMemory();
    this.#engine.setLimit(this.#table, size);
  }

  /** Gives the Map the keys that the index refused when it was made anew. */
  #mapRefused(): void {
    for (const slot of this.#engine.refused(this.#table)) {
      this.#map(this.items[slot * 2] as K, slot);
    }
  }
}
