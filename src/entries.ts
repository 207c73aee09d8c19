// The entries: keys and values by slot, and the way from a key to its slot.
//
// N1  items[2 * slot] is the key and items[2 * slot + 1] the value of a live slot; both are
//     undefined in any other, so that nothing removed is kept alive. No value is undefined.
// N2  Keys are equal exactly as in Map (SameValueZero).
// N3  A lookup that finds another key under the same hash leaves the order as it was.
// N4  The word of a string or float is its hash under `seed`.
//
// Three roads lead from a key to its slot:
//   int32    the engine compares the key itself; -0 is 0.
//   hashed   strings and other numbers: the engine finds the hash, this file compares the key.
//   other    bigint, symbol, object, function, boolean, null, undefined: a Map of their own,
//            which knows how to hash them; the engine gets a running number as their word.
//
// Hashes begin in a cheap gear, which looks at a part of a string only (assembly/hash.ts). The
// steps past other keys of the same hash are counted when a key is added. When they come to what
// a rehash costs, the part is moved to where keys differ (sample.ts) or, if that has been tried or
// does not help, the entries get a secret seed, and hashes of all they hold. A crowded bucket of
// the engine, of int32 keys too, leads to the same. What it takes doubles each time.
//
// This file never calls user code, so that no operation here can be re-entered. Entries with ttls
// or sizes are read and written by entries-columns.ts, which extends it.

import {
  EVICTED,
  KIND_HASHED,
  KIND_INT,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  UPDATED,
} from '../assembly/layout.js';
import type { Engine, Table } from './engine.js';
import { disposedEngine, disposedOthers } from './engine-disposed.js';
import { pureEngine, type SharedEngine } from './engines.js';
import { outOfMemory } from './errors.js';
import { drawMultiplier, drawSeed } from './hash.js';
import { noItems } from './items.js';
import { chooseOffset } from './sample.js';

/** Steps past colliding keys, beside one for every eight entries, after which entries rehash. */
const DETOURS_FIRST = 16;

function isSameKey(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** Keys and values of one cache, in the slots of one table. */
export class Entries<K, V> {
  /** Keys and values, interleaved: one cache line holds both. */
  items = noItems<K | V>();
  engine: Engine;
  table: Table;
  max: number;
  #shared: SharedEngine;
  protected others: Pick<Map<K, number>, 'get' | 'set' | 'delete'> | undefined;
  #otherCount = 0;
  /**
   * The string that `touch` missed last: most often, it is put next, and comparing costs nothing
   * or little, hashing 10 to 30 ns. It is let go at the next miss, by its put, and by `clear`.
   */
  protected missed: string | undefined;
  /** Of the hashes of this table (assembly/hash.ts): 0 until it is rehashed. */
  protected seed = 0;
  /** Steps past other keys of the same hash, on the way to keys that were then added. */
  #detours = 0;
  #rehashes = 0;

  /** Throws `OUT_OF_MEMORY` if no engine has memory left for an empty table. */
  constructor(shared: SharedEngine, max: number) {
    let table = shared.createTable(this, max);
    if (table === undefined) {
      shared = pureEngine();
      table = shared.createTable(this, max);
    }
    if (table === undefined) throw outOfMemory();
    this.#shared = shared;
    this.engine = shared.engine;
    this.table = table;
    this.max = max;
  }

  get size(): number {
    return this.engine.size(this.table);
  }

  keyAt(slot: number): K {
    const key = this.items[slot * 2] as K;
    // As in Map, a key that was given as -0 comes back as 0.
    return key === 0 ? (0 as K) : key;
  }

  valueAt(slot: number): V | undefined {
    return this.items[slot * 2 + 1] as V | undefined;
  }

  /** Slot of a key, which becomes the newest, or NIL. */
  touch(key: K): number {
    if (typeof key === 'string') {
      const slot = this.engine.getString(this.table, key, this.seed);
      if (slot === NIL) {
        this.missed = key;
        return NIL;
      }
      return this.items[slot * 2] === key ? slot : this.#touchCollided(key, slot);
    }
    if (typeof key === 'number' && (key | 0) === key) {
      return this.engine.get(this.table, key, KIND_INT);
    }
    return this.touchRare(key);
  }

  /** `touch` of a key of the rarer kinds; apart, so that V8 inlines the rest. */
  protected touchRare(key: K): number {
    if (typeof key === 'number') return this.#touchFloat(key);
    const slot = this.others?.get(key) ?? NIL;
    if (slot !== NIL) this.engine.touch(this.table, slot);
    return slot;
  }

  /** Slot of a key, or NIL; the order stays. */
  find(key: K): number {
    if (typeof key === 'string') {
      const slot = this.engine.findString(this.table, key, this.seed);
      if (this.items[slot * 2] === key || slot === NIL) return slot;
      return this.locate(this.engine.wordOf(this.table, slot), key);
    }
    if (typeof key === 'number') {
      if ((key | 0) === key) return this.engine.find(this.table, key, KIND_INT);
      return this.locate(this.engine.hashFloat(key, this.seed), key);
    }
    return this.others?.get(key) ?? NIL;
  }

  /**
   * Makes room for a key and makes it the newest: `slot << OUTCOME_BITS | outcome`. The slot's
   * items are those from before: the old value if UPDATED, the lost entry if EVICTED.
   * Throws `OUT_OF_MEMORY`, with nothing changed, if memory for the first entry is refused.
   */
  put(key: K): number {
    let code: number;
    if (typeof key === 'string') {
      if (this.missed === key) {
        code = this.engine.putMissed(this.table);
        this.missed = undefined;
      } else {
        code = this.engine.putString(this.table, key, this.seed);
      }
      if ((code & OUTCOME_MASK) === UPDATED) {
        const slot = code >> OUTCOME_BITS;
        return this.items[slot * 2] === key ? code : this.#putCollided(key, slot);
      }
    } else if (typeof key === 'number' && (key | 0) === key) {
      code = this.engine.put(this.table, key, KIND_INT);
    } else {
      return this.putRare(key);
    }
    if ((code & OUTCOME_MASK) === NO_ROOM) {
      this.makeRoom();
      return this.put(key);
    }
    if ((code & OUTCOME_MASK) === EVICTED) this.forgetOther(code >> OUTCOME_BITS);
    return code;
  }

  /** Writes the entry for which `put` returned this code. */
  write(code: number, key: K, value: V): void {
    const at = (code >> OUTCOME_BITS) * 2;
    if ((code & OUTCOME_MASK) !== UPDATED) this.items[at] = key;
    this.items[at + 1] = value;
  }

  /** Takes a key out; returns the slot it had, whose items are still there, or NIL. */
  remove(key: K): number {
    if (typeof key === 'string') {
      const slot = this.engine.takeString(this.table, key, this.seed);
      if (this.items[slot * 2] === key || slot === NIL) return slot;
      return this.#removeCollided(key, slot);
    }
    if (typeof key === 'number' && (key | 0) === key) {
      return this.engine.take(this.table, key, KIND_INT);
    }
    const slot = this.find(key);
    if (slot !== NIL) this.engine.remove(this.table, slot);
    return slot;
  }

  /** Takes the oldest entry out; returns the slot it had, whose items are still there, or NIL. */
  evict(): number {
    return this.engine.evict(this.table);
  }

  /** Drops what a removed slot holds. */
  erase(slot: number): void {
    this.forgetOther(slot);
    this.items[slot * 2] = undefined;
    this.items[slot * 2 + 1] = undefined;
  }

  /** Drops every entry and frees their memory. */
  clear(): void {
    this.engine.clear(this.table);
    this.engine.setLimit(this.table, this.max);
    this.items = noItems();
    this.others = undefined;
    this.missed = undefined;
  }

  /** Sets the size at which a put evicts; the caller has evicted what is above it. */
  resize(max: number): void {
    this.max = max;
    this.engine.setLimit(this.table, max);
  }

  /** Frees everything, for good: every later call throws `DISPOSED`. */
  close(): void {
    this.clear();
    this.#shared.destroyTable(this, this.table);
    this.engine = disposedEngine;
    this.others = disposedOthers;
  }

  /** Slot of a key that is known to have this hash as its word, or NIL. */
  protected locate(word: number, key: unknown): number {
    const { engine, table, items } = this;
    let slot = engine.find(table, word, KIND_HASHED);
    while (slot !== NIL && !isSameKey(items[slot * 2], key)) slot = engine.findNext(table, slot);
    return slot;
  }

  /** The engine touched another key with the same hash. */
  #touchCollided(key: unknown, wrong: number): number {
    const { engine, table } = this;
    engine.untouch(table, wrong);
    const slot = this.locate(engine.wordOf(table, wrong), key);
    if (slot !== NIL) engine.touch(table, slot);
    return slot;
  }

  #touchFloat(key: number): number {
    const slot = this.engine.get(this.table, this.engine.hashFloat(key, this.seed), KIND_HASHED);
    if (slot === NIL || isSameKey(this.items[slot * 2], key)) return slot;
    return this.#touchCollided(key, slot);
  }

  /** The engine put another key with the same hash. */
  #putCollided(key: unknown, wrong: number): number {
    const { engine, table } = this;
    engine.untouch(table, wrong);
    return this.putHashed(engine.wordOf(table, wrong), key);
  }

  /** Puts a key that is known to have this hash as its word. */
  protected putHashed(word: number, key: unknown): number {
    const { engine, table, items } = this;
    let slot = engine.find(table, word, KIND_HASHED);
    let detours = 0;
    while (slot !== NIL && !isSameKey(items[slot * 2], key)) {
      slot = engine.findNext(table, slot);
      detours += 1;
    }
    if (slot !== NIL) return this.update(slot);
    this.#detours += detours;
    const allowed = (DETOURS_FIRST + (this.size >> 3)) * 2 ** this.#rehashes;
    if (this.#detours <= allowed) return this.insert(word);
    this.#rehash();
    return this.insert(this.#hash(key as string | number));
  }

  /** `put` of a number that is no int32. */
  protected putFloat(key: number): number {
    const code = this.engine.put(this.table, this.engine.hashFloat(key, this.seed), KIND_HASHED);
    const outcome = code & OUTCOME_MASK;
    if (outcome === UPDATED) {
      const slot = code >> OUTCOME_BITS;
      return isSameKey(this.items[slot * 2], key) ? code : this.#putCollided(key, slot);
    }
    if (outcome === NO_ROOM) {
      this.makeRoom();
      return this.putFloat(key);
    }
    if (outcome === EVICTED) this.forgetOther(code >> OUTCOME_BITS);
    return code;
  }

  /** `put` of a key of the rarer kinds. */
  protected putRare(key: K): number {
    if (typeof key === 'number') return this.putFloat(key);
    const known = this.others?.get(key);
    if (known !== undefined) return this.update(known);
    // Added before the engine changes anything, since only adding to a Map can fail.
    const next = this.engine.nextSlot(this.table);
    this.others ??= new Map();
    this.others.set(key, next);
    try {
      const code = this.insert(this.#otherCount);
      this.#otherCount = (this.#otherCount + 1) | 0;
      // The slot is another one if the table had to grow, or the oldest entries made room.
      if (code >> OUTCOME_BITS !== next) this.others.set(key, code >> OUTCOME_BITS);
      return code;
    } catch (error) {
      // Of the stack, say: the slot is still another's.
      this.others.delete(key);
      throw error;
    }
  }

  /** The engine removed another key with the same hash. */
  #removeCollided(key: unknown, wrong: number): number {
    const { engine, table } = this;
    engine.restore(table, wrong);
    const slot = this.locate(engine.wordOf(table, wrong), key);
    if (slot !== NIL) engine.remove(table, slot);
    return slot;
  }

  /** Makes an entry that is there the newest; the result is that of `put`. */
  protected update(slot: number): number {
    this.engine.touch(this.table, slot);
    return (slot << OUTCOME_BITS) | UPDATED;
  }

  /** Adds an entry whose key is known to be absent; the result is that of `put`. */
  protected insert(word: number): number {
    const { engine, table } = this;
    let code = engine.insert(table, word, KIND_HASHED);
    if (code === NO_ROOM) {
      this.makeRoom();
      code = engine.insert(table, word, KIND_HASHED);
    }
    if ((code & OUTCOME_MASK) === EVICTED) this.forgetOther(code >> OUTCOME_BITS);
    return code;
  }

  protected forgetOther(slot: number): void {
    if (this.others !== undefined) this.others.delete(this.items[slot * 2] as K);
  }

  #hash(key: string | number): number {
    const { engine, seed } = this;
    return typeof key === 'string' ? engine.hashString(key, seed) : engine.hashFloat(key, seed);
  }

  /**
   * Gives the entries new hashes, of another sample or under a secret seed, and new buckets. The
   * order stays. If memory is refused, the hashes stay, too.
   */
  #rehash(): void {
    const { engine, table } = this;
    const offset = this.seed > 0 ? undefined : chooseOffset(this.items);
    const isMoved = offset !== undefined && offset !== -this.seed;
    const seed = isMoved ? 0 - offset : drawSeed();
    const multiplier = drawMultiplier();
    const words = this.#words(seed);
    this.missed = undefined;
    this.#detours = 0;
    this.#rehashes += 1;
    if (words !== undefined && engine.rehash(table, words, multiplier)) this.seed = seed;
    else engine.rehash(table, undefined, multiplier);
  }

  /** The words that hashed entries have under a seed, by slot; undefined if memory is refused. */
  #words(seed: number): Int32Array | undefined {
    const { engine, table, items } = this;
    try {
      const words = new Int32Array(items.length >> 1);
      for (let slot = NIL + 1; slot < words.length; slot++) {
        const key = items[slot * 2];
        if (typeof key === 'string') words[slot] = engine.hashString(key, seed);
        else if (typeof key === 'number') words[slot] = engine.hashFloat(key, seed);
        else words[slot] = engine.wordOf(table, slot);
      }
      return words;
    } catch {
      return undefined;
    }
  }

  /**
   * Grows the table, or rehashes it if just a bucket is crowded. If memory is refused, the
   * entries there are stay, and from now on the oldest makes room for the newest, until `clear` or
   * `resize` tries for the full size again.
   */
  protected makeRoom(): void {
    const { engine, table } = this;
    if (engine.nextSlot(table) !== NIL) {
      this.#rehash();
    } else if (!engine.grow(table)) {
      const size = engine.size(table);
      if (size === 0) throw outOfMemory();
      engine.setLimit(table, size);
    }
  }
}
