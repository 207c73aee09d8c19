// Entries with columns: the same entries, with an age and a weight in the engine for each.
//
// M1  Columns come into use once and stay; from then on every entry is written by `putWith`, and
//     no longer by `put` and `write` alone.
// M2  The rare roads of `putWith` (a collided hash, a key in the Map) find what is to be written in
//     `staged`, so that what they share with `put` need not carry it along.
//
// As entries.ts, this file never calls user code.

import {
  EVICTED,
  KIND_HASHED,
  KIND_INT,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  UPDATED,
  VISIT_RENEW,
  VISIT_TOUCH,
} from '../assembly/layout.js';
import { Entries } from './entries.js';
import { outOfMemory } from './errors.js';
import type { Rescued } from './mend.js';

/**
 * Weight, start and ttl of the entry that takes a rare road, and 1 if its age is to stay. One for
 * all caches, since nothing here is ever entered twice at once.
 */
const staged = { weight: 0, start: 0, ttl: 0, isKept: 0 };

function stage(weight: number, start: number, ttl: number, isKept: number): void {
  staged.weight = weight;
  staged.start = start;
  staged.ttl = ttl;
  staged.isKept = isKept;
}

/** Keys and values of one cache, some of them with an age or a weight. */
export class ColumnEntries<K, V> extends Entries<K, V> {
  /** Whether reads need the index only: there are no ages, and nobody counts them. */
  isPlainToRead = true;
  /** Whether writes do, too: there are no weights, no callbacks and no loads, either. */
  isPlainToWrite = true;
  /** Whether ages are in use. */
  isTimed = false;
  /** Whether weights are in use. */
  isWeighed = false;
  /** What interrupted a change half-way, if anything did (mend.ts). */
  failure: unknown;
  /** Of that change: the slot whose entry it evicts, -1 if it removes entries, or NIL. */
  cut = NIL;
  /** The entries, while they are being mended. */
  rescued: Rescued<K, V>[] | undefined;

  /** Sum of the weights. */
  get total(): number {
    return this.engine.total(this.table);
  }

  /** Puts ages in use. Throws `OUT_OF_MEMORY`, with nothing changed. */
  useAges(): void {
    if (!this.engine.useAges(this.table)) throw outOfMemory();
    this.isTimed = true;
    this.isPlainToRead = false;
    this.isPlainToWrite = false;
  }

  /** Puts weights in use, bounded by `budget`. Throws `OUT_OF_MEMORY`. */
  useWeights(budget: number): void {
    if (!this.engine.useWeights(this.table)) throw outOfMemory();
    this.engine.setBudget(this.table, budget);
    this.isWeighed = true;
    this.isPlainToWrite = false;
  }

  /** Slot of a key, negative if stale at `now`, or NIL. By the mode, a fresh one is visited. */
  seek(key: K, now: number, mode: number): number {
    const { engine, table } = this;
    if (typeof key === 'string') {
      const slot = engine.seekString(table, key, this.seed, now, mode);
      if (slot === NIL) {
        this.missed = key;
        return NIL;
      }
      return this.items[Math.abs(slot) * 2] === key
        ? slot
        : this.#seekCollided(key, slot, now, mode);
    }
    if (typeof key === 'number') {
      if ((key | 0) === key) return engine.seek(table, key, KIND_INT, now, mode);
      return this.#visit(this.locate(engine.hashFloat(key, this.seed), key), now, mode);
    }
    return this.#visit(this.others?.get(key) ?? NIL, now, mode);
  }

  /**
   * As `put`, and writes the columns, an age that is there only if `isKept` is 0. OVERWEIGHT is
   * joined if entries have to be shed.
   */
  putWith(key: K, weight: number, start: number, ttl: number, isKept: number): number {
    const { engine, table } = this;
    let code: number;
    if (typeof key === 'string') {
      if (this.missed === key) {
        code = engine.putMissedWith(table, weight, start, ttl, isKept);
        this.missed = undefined;
      } else {
        code = engine.putStringWith(table, key, this.seed, weight, start, ttl, isKept);
      }
      if ((code & OUTCOME_MASK) === UPDATED) {
        const slot = code >> OUTCOME_BITS;
        if (this.items[slot * 2] === key) return code;
        stage(weight, start, ttl, isKept);
        return this.#putCollidedWith(key, slot);
      }
    } else if (typeof key === 'number' && (key | 0) === key) {
      code = engine.putWith(table, key, KIND_INT, weight, start, ttl, isKept);
    } else {
      stage(weight, start, ttl, isKept);
      return this.putRare(key);
    }
    if ((code & OUTCOME_MASK) === NO_ROOM) {
      this.makeRoom();
      return this.putWith(key, weight, start, ttl, isKept);
    }
    if ((code & OUTCOME_MASK) === EVICTED) this.forgetOther(code >> OUTCOME_BITS);
    return code;
  }

  protected override putFloat(key: number): number {
    if (!this.isTimed && !this.isWeighed) return super.putFloat(key);
    return this.putHashed(this.engine.hashFloat(key, this.seed), key);
  }

  protected override update(slot: number): number {
    if (!this.isTimed && !this.isWeighed) return super.update(slot);
    const { engine, table } = this;
    const { weight, start, ttl, isKept } = staged;
    return engine.write(table, slot, weight, start, ttl, isKept);
  }

  protected override insert(word: number): number {
    if (!this.isTimed && !this.isWeighed) return super.insert(word);
    const { engine, table } = this;
    const { weight, start, ttl } = staged;
    let code = engine.insertWith(table, word, KIND_HASHED, weight, start, ttl);
    if (code === NO_ROOM) {
      this.makeRoom();
      code = engine.insertWith(table, word, KIND_HASHED, weight, start, ttl);
    }
    if ((code & OUTCOME_MASK) === EVICTED) this.forgetOther(code >> OUTCOME_BITS);
    return code;
  }

  #visit(slot: number, now: number, mode: number): number {
    return slot === NIL ? NIL : this.engine.visit(this.table, slot, now, mode);
  }

  /** The engine visited another key with the same hash. */
  #seekCollided(key: K, visited: number, now: number, mode: number): number {
    const { engine, table } = this;
    const wrong = Math.abs(visited);
    if (visited > 0) {
      if ((mode & VISIT_RENEW) !== 0) engine.unwrite(table, wrong);
      if ((mode & VISIT_TOUCH) !== 0) engine.untouch(table, wrong);
    }
    return this.#visit(this.locate(engine.wordOf(table, wrong), key), now, mode);
  }

  /** The engine wrote another key with the same hash. */
  #putCollidedWith(key: K, wrong: number): number {
    const { engine, table } = this;
    engine.unwrite(table, wrong);
    engine.untouch(table, wrong);
    return this.putHashed(engine.wordOf(table, wrong), key);
  }
}
