// The store: what an operation does to the entries, their ages and weights, and who is told of it.
//
// The interface in front of it (lru.ts) finds out what was asked for and what is reported. What is
// done to many entries at once is in bulk.ts, loads are in loads.ts.
//
// S1  User code (sizes, the clock) runs before an operation changes anything; callbacks, aborted
//     loads and subscribers hear of it when it is complete. So any of them may use the cache.
// S2  An operation throws before it changes anything, or from a callback after it is complete.
// S3  A stale entry is treated as absent unless the caller allows stale values. It stays stored
//     until it is removed. A ttl of 0 is no ttl.

import {
  EVICTED,
  NIL,
  OUTCOME_BITS,
  OUTCOME_MASK,
  OVERWEIGHT,
  UPDATED,
  VISIT_RENEW,
  VISIT_TOUCH,
} from '../assembly/layout.js';
import { Autopurge } from './autopurge.js';
import type { Callbacks } from './callbacks.js';
import { Clock } from './clock.js';
import { disposedEngine } from './engine-disposed.js';
import type { ColumnEntries } from './entries-columns.js';
import type { Load } from './load.js';
import type { Loads } from './loads.js';
import { checkAge, isTooLarge, refuseSize, weightOf } from './measure.js';
import { mend } from './mend.js';
import { budgetFor, type CheckedOptions, pick } from './options.js';
import { poisonIfTrap } from './poison.js';
import type { Settings } from './settings.js';
import { noteAge, noteSize, publishDelete, publishSet } from './status.js';
import type { DisposeReason, GetOptions, SetOptions, Stats, Status } from './types.js';

/** What a store is made of; each part is there only if the cache needs it. */
export interface StoreParts<K, V, FC> {
  readonly entries: ColumnEntries<K, V>;
  /** The cache itself, whose properties stand in for options that a call does not give. */
  readonly settings: Settings<K, V, FC>;
  readonly callbacks: Callbacks<K, V> | undefined;
  readonly stats: Stats | undefined;
  readonly bounds: Pick<CheckedOptions<K, V, FC>, 'max' | 'maxSize' | 'isEntrySizeImplied'>;
}

/** The entries of one cache and all that has to happen when they change. */
export class Store<K, V, FC> {
  readonly settings: Settings<K, V, FC>;
  readonly callbacks: Callbacks<K, V> | undefined;
  readonly stats: Stats | undefined;
  /** Largest number of entries; 0 if it is not bounded. */
  max: number;
  /** Largest sum of sizes; 0 if it is not bounded. */
  maxSize: number;
  readonly isEntrySizeImplied: boolean;
  /** Loads in flight; undefined if the cache has no loader. */
  loads: Loads<K, V, FC> | undefined;
  readonly #entries: ColumnEntries<K, V>;
  #clock: Clock | undefined;
  #autopurge: Autopurge | undefined;

  constructor(parts: StoreParts<K, V, FC>) {
    this.#entries = parts.entries;
    this.settings = parts.settings;
    this.callbacks = parts.callbacks;
    this.stats = parts.stats;
    this.max = parts.bounds.max;
    this.maxSize = parts.bounds.maxSize;
    this.isEntrySizeImplied = parts.bounds.isEntrySizeImplied;
    if (this.settings.maxEntrySize !== 0) this.entries.useWeights(budgetFor(this.maxSize));
    if (this.settings.ttl !== 0) this.entries.useAges();
    this.#openShortRoads();
  }

  /** The entries, mended if a change of them was interrupted (mend.ts). */
  get entries(): ColumnEntries<K, V> {
    if (this.#entries.failure !== undefined) this.#mend();
    return this.#entries;
  }

  /**
   * Runs a change, which calls no user code. What escapes has interrupted it half-way, and is noted
   * by plain stores first, as a call needs stack. An entry that it was to remove stays then.
   */
  change<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      this.#entries.failure = error;
      this.#entries.cut = -1;
      this.#entries.isPlainToRead = false;
      this.#entries.isPlainToWrite = false;
      throw poisonIfTrap(this.#entries.engine, error);
    }
  }

  /**
   * Slot of a key, which becomes the newest, or NIL; negative, and not used, if stale. A change as
   * above, written out, since a function for it would cost every get its context.
   */
  use(key: K, now: number, isRenewed: boolean): number {
    const entries = this.#entries;
    try {
      if (!entries.isTimed) return entries.touch(key);
      return entries.seek(key, now, isRenewed ? VISIT_TOUCH | VISIT_RENEW : VISIT_TOUCH);
    } catch (error) {
      entries.failure = error;
      entries.isPlainToRead = false;
      entries.isPlainToWrite = false;
      throw poisonIfTrap(entries.engine, error);
    }
  }

  #mend(): void {
    if (mend(this.#entries)) {
      this.callbacks?.forget();
      this.shed();
    }
    this.#openShortRoads();
  }

  /** Whether `get` and `set` may pass by the store (L2 of lru.ts). */
  #openShortRoads(): void {
    const { isTimed, isWeighed } = this.#entries;
    const isWatched = (this.stats ?? this.callbacks ?? this.loads) !== undefined;
    this.#entries.isPlainToRead = !isTimed && this.stats === undefined;
    this.#entries.isPlainToWrite = !isTimed && !isWeighed && !isWatched;
  }

  /** The clock; made when it is first needed. */
  get clock(): Clock {
    this.#clock ??= new Clock(this.settings.perf);
    return this.#clock;
  }

  /** The time, good enough to tell what is stale. */
  now(): number {
    return this.clock.now(this.settings.ttlResolution);
  }

  /** The time, read now. */
  readClock(): number {
    return this.clock.read();
  }

  get(
    key: K,
    options: GetOptions<K, V, FC> | undefined,
    status: Status<K, V, FC> | undefined,
  ): V | undefined {
    const { entries, settings, stats } = this;
    let slot: number;
    if (entries.isTimed) {
      const isRenewed = pick(options?.updateAgeOnGet, settings.updateAgeOnGet);
      const now = isRenewed ? this.readClock() : this.now();
      if (status !== undefined) noteAge(this, status, entries.find(key), now);
      slot = this.use(key, now, isRenewed);
      if (slot < NIL) return this.#getStale(key, slot, now, options, status);
    } else {
      slot = this.use(key, 0, false);
    }
    if (stats !== undefined) stats[slot === NIL ? 'misses' : 'hits'] += 1;
    if (status !== undefined) {
      status.get = slot === NIL ? 'miss' : 'hit';
      if (this.loads?.has(key) === true) status.get = 'fetching';
    }
    return entries.valueAt(slot);
  }

  #getStale(
    key: K,
    slot: number,
    now: number,
    options: GetOptions<K, V, FC> | undefined,
    status: Status<K, V, FC> | undefined,
  ): V | undefined {
    const { entries, settings, stats } = this;
    const value = entries.valueAt(-slot);
    const isLoading = this.loads?.has(key) === true;
    const isKept = pick(options?.noDeleteOnStaleGet, settings.noDeleteOnStaleGet) || isLoading;
    const isReturned = pick(options?.allowStale, settings.allowStale);
    if (stats !== undefined) stats.misses += 1;
    if (status !== undefined) {
      status.get = isLoading ? 'stale-fetching' : 'stale';
      if (isReturned) status.returnedStale = true;
    }
    // The options are user code, too, if they have getters: the entry may be another one by now.
    if (!isKept && entries.seek(key, now, 0) === slot) this.removeSlot(-slot, 'expire');
    return isReturned ? value : undefined;
  }

  /**
   * Stores a value; `undefined` deletes. `evicted` collects the entries that had to go.
   * A load of the key is aborted, unless it is the one that `set` stores the result of.
   * The status of a set is published when it is complete, whether or not a callback throws.
   */
  set(
    key: K,
    value: V | undefined,
    options: SetOptions<K, V, FC> | undefined,
    status: Status<K, V, FC> | undefined,
    evicted?: [K, V][],
  ): void {
    if (value === undefined) {
      if (status !== undefined) status.set = 'deleted';
      this.delete(key, 'delete', status);
      return;
    }
    if (status !== undefined) status.value = value;
    const { entries, settings, callbacks } = this;
    const isSilent = pick(options?.noDisposeOnSet, settings.noDisposeOnSet);
    const isKept = pick(options?.noUpdateTTL, settings.noUpdateTTL);
    const ttl = pick(options?.ttl, settings.ttl);
    const sizeCalculation = pick(options?.sizeCalculation, settings.sizeCalculation);
    const weight = entries.isWeighed
      ? weightOf(key, value, options?.size, sizeCalculation)
      : refuseSize(options?.size, sizeCalculation);
    if (isTooLarge(weight, settings.maxEntrySize, this.maxSize)) {
      if (status !== undefined) {
        status.set = 'miss';
        status.maxEntrySizeExceeded = true;
      }
      this.delete(key, 'set', status);
      return;
    }
    const hasAge = ttl !== 0 || entries.isTimed;
    const start = hasAge ? this.#startFor(ttl, options?.start) : 0;
    const now = hasAge && status !== undefined ? this.now() : 0;
    if (hasAge && !entries.isTimed) this.change(() => entries.useAges());
    callbacks?.begin();
    const load = this.loads?.take(key);
    let code: number;
    let cut = 0;
    try {
      code =
        entries.isTimed || entries.isWeighed
          ? entries.putWith(key, weight, start, ttl, isKept ? 1 : 0)
          : entries.put(key);
      if ((code & OUTCOME_MASK) === EVICTED) cut = code >> OUTCOME_BITS;
      const isWatched = (callbacks ?? this.stats ?? status ?? evicted) !== undefined;
      if (isWatched) this.#replace(code, key, value, isSilent, status, evicted);
      else entries.write(code, key, value);
      if ((code & OVERWEIGHT) !== 0) this.shed(evicted);
    } catch (error) {
      entries.failure = error;
      entries.cut = cut;
      entries.isPlainToRead = false;
      entries.isPlainToWrite = false;
      // Refused for want of memory: as if nothing had been asked for.
      if (load !== undefined) this.loads?.putBack(load);
      throw poisonIfTrap(entries.engine, error);
    }
    if (status !== undefined) {
      noteAge(this, status, code >> OUTCOME_BITS, now);
      noteSize(this, status, weight);
    }
    if (ttl !== 0 && settings.ttlAutopurge) this.autopurge.arm(start + ttl, this.clock.latest);
    if (load === undefined && status === undefined) callbacks?.commit();
    else this.#finishSet(load, status);
  }

  /** Finishes a set. (A function there would cost every set its context.) */
  #finishSet(load: Load<K, V, FC> | undefined, status: Status<K, V, FC> | undefined): void {
    this.finish(() => {
      load?.abort('FETCH_REPLACED', 'replaced');
      publishSet(status);
    });
  }

  /** Writes the entry that was put, and notes what it took the place of. */
  #replace(
    code: number,
    key: K,
    value: V,
    isSilent: boolean,
    status: Status<K, V, FC> | undefined,
    evicted: [K, V][] | undefined,
  ): void {
    const { entries, callbacks, stats } = this;
    const slot = code >> OUTCOME_BITS;
    const isUpdate = (code & OUTCOME_MASK) === UPDATED;
    const isEviction = (code & OUTCOME_MASK) === EVICTED;
    const old = entries.valueAt(slot);
    if (isEviction) this.noteEvicted(slot, evicted);
    else if (isUpdate && old !== value && !isSilent) {
      callbacks?.removed(old as V, entries.keyAt(slot), 'set');
    }
    entries.write(code, key, value);
    const reason = !isUpdate ? 'add' : old === value ? 'update' : 'replace';
    callbacks?.inserted(value, entries.keyAt(slot), reason);
    if (stats !== undefined) stats[isUpdate ? 'updates' : 'sets'] += 1;
    if (status !== undefined) {
      status.set = reason;
      if (reason === 'replace') status.oldValue = old as V;
    }
  }

  /** Notes that the entry of a slot had to go; it is still there. */
  noteEvicted(slot: number, evicted: [K, V][] | undefined): void {
    const { entries, stats } = this;
    const key = entries.keyAt(slot);
    const value = entries.valueAt(slot) as V;
    this.callbacks?.removed(value, key, 'evict');
    evicted?.push([key, value]);
    if (stats !== undefined) stats.evictions += 1;
  }

  /** Evicts the oldest entries until the sizes are within `maxSize`. */
  shed(evicted?: [K, V][]): void {
    const { entries } = this;
    const { engine, table } = entries;
    for (let slot = engine.shed(table); slot !== NIL; slot = engine.shed(table)) {
      this.noteEvicted(slot, evicted);
      entries.erase(slot);
    }
  }

  /** The time from which an entry's age counts. Autopurge has to know what time it is now, too. */
  #startFor(ttl: unknown, start: unknown): number {
    checkAge(ttl, start);
    if (ttl === 0) return 0;
    const now = start === undefined || this.settings.ttlAutopurge ? this.readClock() : 0;
    return start === undefined ? now : this.clock.fromHost(start as number);
  }

  /** Removes a key, and aborts its load; returns whether there was either. `status` is a set's. */
  delete(key: K, reason: DisposeReason, status?: Status<K, V, FC>): boolean {
    const { entries, settings } = this;
    this.callbacks?.begin();
    const load = this.loads?.take(key);
    const slot = this.change(() => {
      const removed = entries.remove(key);
      if (removed !== NIL) this.drop(removed, reason);
      return removed;
    });
    this.finish(() => {
      load?.abort('FETCH_DELETED', 'deleted');
      publishDelete(settings, key, reason);
      publishSet(status);
    });
    return slot !== NIL || load !== undefined;
  }

  /** Removes the entry of a live slot. A load of its key goes on. */
  removeSlot(slot: number, reason: DisposeReason): void {
    const { entries, settings } = this;
    const key = entries.keyAt(slot);
    this.callbacks?.begin();
    this.change(() => {
      entries.engine.remove(entries.table, slot);
      this.drop(slot, reason);
    });
    this.finish(() => publishDelete(settings, key, reason));
  }

  /** Lets go what a removed slot holds, and notes it. */
  drop(slot: number, reason: DisposeReason): void {
    const { entries, stats } = this;
    this.callbacks?.removed(entries.valueAt(slot) as V, entries.keyAt(slot), reason);
    entries.erase(slot);
    if (stats === undefined) return;
    if (reason === 'expire') stats.expirations += 1;
    else stats.deletes += 1;
  }

  /** Whether the cache was disposed of. */
  get isDisposed(): boolean {
    return this.entries.engine === disposedEngine;
  }

  /** Whether an iteration shows the entry of a slot, live before the clock was looked at. */
  isShown(slot: number): boolean {
    const { entries } = this;
    if (!entries.isTimed || this.settings.allowStale) return true;
    // First, since the clock is user code, and may remove the entry, or dispose of the cache.
    const now = this.now();
    if (entries.valueAt(slot) === undefined) return false;
    return entries.engine.visit(entries.table, slot, now, 0) > NIL;
  }

  /** Removes stale entries in the background; made when it is first needed. */
  get autopurge(): Autopurge {
    this.#autopurge ??= new Autopurge(this as Store<unknown, unknown, unknown>);
    return this.#autopurge;
  }

  disarm(): void {
    this.#autopurge?.disarm();
  }

  /** Tells the callbacks, then does the rest, whether or not one of them throws. */
  finish(rest: () => void): void {
    try {
      this.callbacks?.commit();
    } finally {
      rest();
    }
  }
}
