// The store: what an operation does to the entries, their ages and weights, and who is told of it.
//
// The interface in front of it (lru.ts) finds out what was asked for and what is reported. What is
// done to many entries at once is in bulk.ts, loads are in loads.ts.
//
// SO1  User code (options, sizes, the clock) runs before an operation changes anything; callbacks,
//      aborted loads, the status and subscribers hear of it when it is complete (status.ts). So any
//      of them may use the cache.
// SO2  An operation throws before it changes anything, or from a callback after it is complete.
// SO3  A stale entry is treated as absent unless the caller allows stale values. It stays stored
//      until it is removed. A ttl of 0 is no ttl.
// SO4  An operation asks for the id of its key first, and uses only the id from then on (keys.ts).
// SO5  A value that stays in the cache leaves this file through `give` or `valueAt` (values.ts).

import { NIL } from '../../assembly/layout.js';
import { budgetFor, checkAge, limitFor, pick } from '../common/check.js';
import { LRUCacheError } from '../common/errors.js';
import { type Freshness, freshnessIn, type Settings } from '../common/option-table.js';
import type {
  DisposeReason,
  Freeze,
  GetOptions,
  KeyOf,
  Perf,
  SetOptions,
  Stats,
} from '../common/types.js';
import { Entries, PATH_FAST, PATH_FAST_READS, PATH_SLOW } from '../entries/entries.js';
import { isEviction, isUpdate, slotOf } from '../entries/outcome.js';
import { checkTags, Tags } from '../entries/tags.js';
import { Autopurge } from '../expiry/autopurge.js';
import { Clock } from '../expiry/clock.js';
import { purge, restartAges } from './bulk.js';
import { Callbacks } from './callbacks.js';
import type { Construction } from './construction.js';
import { deadlineAt, ttlFor } from './freshness.js';
import type { LoadInFlight, LoadsInFlight } from './in-flight.js';
import { idOf } from './keys.js';
import { isTooLarge, refuseSize, weightOf } from './measure.js';
import { countGet, newStats } from './stats.js';
import { publishDelete, type Report } from './status.js';
import { type Keeping, keepingOf } from './values.js';

/** The entries of one cache and all that has to happen when they change. */
export class Store<K, V, FC> {
  /** The cache itself, whose properties stand in for options that a call does not give. */
  readonly settings: Settings<K, V>;
  /** Undefined if there is nobody to be called. */
  readonly callbacks: Callbacks<K, V> | undefined;
  /** Undefined without `recordStats`. */
  readonly stats: Stats | undefined;
  /** Largest number of entries; 0 if it is not bounded. */
  max: number;
  /** Largest sum of sizes; 0 if it is not bounded. */
  maxSize: number;
  readonly isEntrySizeImplied: boolean;
  /** The options of freshness.ts; undefined if none is in use. */
  readonly freshness: Freshness<K, V> | undefined;
  /** The clock that was given; undefined for the host's. */
  readonly perf: Perf | undefined;
  readonly keyOf: KeyOf<K> | undefined;
  readonly freeze: Freeze<V> | undefined;
  /** For how long past its ttl an entry is kept (W2 of freshness.ts). */
  readonly graceMs: number = 0;
  /** By slot, when its value was stored; undefined without `maxAge`. */
  readonly births: number[] | undefined;
  /** Loads in flight; undefined if the cache has no loader. */
  loads: LoadsInFlight<K> | undefined;
  readonly #entries: Entries<K, V>;
  readonly #keeping: Keeping<V> | undefined;
  #clock: Clock | undefined;
  #autopurge: Autopurge | undefined;

  constructor(settings: Settings<K, V>, parts: Construction<K, V, FC>) {
    const { options, isEntrySizeImplied, engine } = parts;
    const { dispose, disposeAfter, onInsert } = options;
    const freshness = freshnessIn(options);
    const hasCallback = (dispose ?? disposeAfter ?? onInsert) !== undefined;
    this.#entries = new Entries(engine, limitFor(options.max));
    this.settings = settings;
    this.keyOf = options.keyOf;
    this.freeze = options.freeze;
    this.#keeping = keepingOf(options.freeze);
    if (options.keyOf !== undefined) this.#entries.originals = [];
    if (hasCallback) {
      const give = this.#keeping?.onGet;
      this.callbacks = new Callbacks(settings, dispose, disposeAfter, onInsert, give);
    }
    if (options.recordStats) this.stats = newStats();
    this.freshness = freshness;
    this.perf = options.perf;
    this.max = options.max;
    this.maxSize = options.maxSize;
    this.isEntrySizeImplied = isEntrySizeImplied;
    if (options.maxEntrySize !== 0) this.#entries.useWeights(budgetFor(this.maxSize));
    if (freshness !== undefined) {
      this.graceMs = Math.max(freshness.staleWhileRevalidate, freshness.staleIfError);
      if (freshness.maxAge !== 0) this.births = [];
    }
    const hasTtls = (this.births ?? freshness?.ttlCalculation) !== undefined;
    if (options.ttl !== 0 || hasTtls) this.#entries.useAges();
    this.#choosePath();
  }

  /** The entries, after a change that was interrupted has been dealt with. */
  get entries(): Entries<K, V> {
    if (this.#entries.failure !== undefined) this.#recover();
    return this.#entries;
  }

  /**
   * Runs a change, which calls no user code. What escapes has interrupted it half-way, and is noted
   * by plain stores first, as a call needs stack.
   */
  change<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      this.#entries.failure = error;
      this.#entries.path = PATH_SLOW;
      throw this.#entries.failed(error);
    }
  }

  /**
   * Slot of a key, which becomes the newest, or NIL; negative, and not used, if stale. It leaves
   * nothing half done, so what escapes is only looked at.
   */
  use(key: K, now: number, isRenewed: boolean): number {
    const { entries } = this;
    try {
      if (!entries.isTimed) return entries.touch(key);
      const slot = entries.seek(key, now);
      if (isRenewed && slot > NIL) this.renew(slot, now);
      return slot;
    } catch (error) {
      throw entries.failed(error);
    }
  }

  /** Makes the age of a live slot count from now, as far as `maxAge` allows. */
  renew(slot: number, now: number): void {
    const { entries, births } = this;
    if (births === undefined) {
      entries.renew(slot, now);
      return;
    }
    const maxAge = this.freshness?.maxAge ?? 0;
    const left = (births[slot] as number) + maxAge - now;
    // A ttl of 0 would be none.
    if (left <= 0) return;
    const weight = entries.isWeighed ? entries.weightAt(slot) : 0;
    entries.writeColumns(slot, weight, now, Math.min(entries.ttlAt(slot), left), false);
  }

  /**
   * After the host has interrupted a change, nobody can tell which part of it was done. So every
   * entry is given up, and `dispose` is told of each value: nothing is lost without notice. A
   * refusal came before anything was changed, and a core that has trapped says so itself.
   */
  #recover(): void {
    const entries = this.#entries;
    const { failure } = entries;
    // What is done here asks for the entries, too.
    entries.failure = undefined;
    try {
      if (!(failure instanceof LRUCacheError) && !entries.hasTrapped) this.#giveUp();
      this.#choosePath();
    } catch (error) {
      // A plain store, as above: what is not done yet is tried again by the next operation.
      entries.failure = failure;
      throw error;
    }
    this.callbacks?.commit();
  }

  #giveUp(): void {
    const { entries, callbacks } = this;
    // What was noted before the cut, or by a recovery that was cut itself, is told once.
    const noted = callbacks?.noted;
    for (let slot = 0; slot * 2 < entries.items.length; slot++) {
      const value = entries.valueAt(slot);
      const isNoted = Object.is(noted?.get(entries.keyAt(slot)), value);
      if (value !== undefined && !isNoted) this.noteEvicted(slot, undefined);
    }
    entries.clear();
    this.applyBounds(this.max, this.maxSize);
  }

  /** From now on, a set or delete may have a load to abort. */
  useLoads(loads: LoadsInFlight<K>): void {
    this.loads = loads;
    this.#choosePath();
  }

  /** Which of `get` and `set` may pass by the store (L2 of lru.ts). */
  #choosePath(): void {
    const { isTimed, isWeighed, originals } = this.#entries;
    const isWatched =
      (this.stats ?? this.callbacks ?? this.loads ?? this.#entries.tags) !== undefined;
    const keeping = this.#keeping;
    const isPlainToWrite = !isWeighed && !isWatched && keeping === undefined;
    const isPlainToRead = !isTimed && (originals ?? keeping?.onGet) === undefined;
    if (!isPlainToRead) this.#entries.path = PATH_SLOW;
    else this.#entries.path = isPlainToWrite ? PATH_FAST : PATH_FAST_READS;
  }

  /** The tags; made when they are first needed. From then on, each `set` has to know of them. */
  useTags(): Tags {
    const entries = this.#entries;
    entries.path = Math.max(entries.path, PATH_FAST_READS);
    entries.tags ??= new Tags();
    return entries.tags;
  }

  /** The id of a key. Throws `INVALID_KEY`, or what `keyOf` throws. */
  idOf(key: K): K {
    return this.keyOf === undefined ? key : idOf(this.keyOf, key);
  }

  /** What is stored for a value. Throws `INVALID_VALUE`, or what `freeze` throws. */
  keep(value: V): V {
    return this.#keeping === undefined ? value : this.#keeping.onSet(value);
  }

  /** What is given for a stored value. Throws as `keep`. */
  give<T extends V | undefined>(value: T): T {
    const onGet = this.#keeping?.onGet;
    return onGet === undefined || value === undefined ? value : (onGet(value as V & T) as T);
  }

  /** The same for a value, at once, or for the promise of one. */
  giveSoon(value: V | undefined | Promise<V | undefined>): typeof value {
    if (this.#keeping?.onGet === undefined) return value;
    if (!(value instanceof Promise)) return this.give(value);
    const given = value.then((came) => this.give(came));
    // If nobody waits for it, since a status could not be written, it fails in silence (F3).
    given.catch(() => {});
    return given;
  }

  /** What is given for the value of a slot. */
  valueAt(slot: number): V | undefined {
    return this.give(this.#entries.valueAt(slot));
  }

  /** The clock; made when it is first needed. */
  get clock(): Clock {
    return this.#clock ?? this.#makeClock();
  }

  // Apart, as those below: a function within would cost every call of the other its context.
  #makeClock(): Clock {
    this.#clock = new Clock(this.perf, (wrong, now) => restartAges(this, wrong, now));
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

  /** The value of the key with this id. */
  get(
    id: K,
    options: GetOptions<K, V, FC> | undefined,
    report: Report<K, V, FC> | undefined,
  ): V | undefined {
    const { entries, settings, stats } = this;
    let slot: number;
    let now = 0;
    if (entries.isTimed) {
      const isRenewed = pick(options?.updateAgeOnGet, settings.updateAgeOnGet);
      now = isRenewed ? this.readClock() : this.now();
      report?.addAge(this, entries.find(id), now);
      slot = this.use(id, now, isRenewed);
      if (slot < NIL) return this.#getStale(id, slot, now, options, report);
    } else {
      slot = this.use(id, 0, false);
    }
    const value = entries.valueAt(slot);
    if (stats !== undefined) countGet(stats, slot);
    if (report !== undefined) this.#reportGet(report, id, slot, now);
    return this.give(value);
  }

  /** Reports a get that found no stale entry. */
  #reportGet(report: Report<K, V, FC>, id: K, slot: number, now: number): void {
    const load = this.loads?.get(id);
    if (load === undefined) {
      report.add({ get: slot === NIL ? 'miss' : 'hit' });
    } else if (slot !== NIL || load.ttl === 0) {
      report.add({ get: 'fetching' });
    } else {
      // As in lru-cache, a load of an absent key has an age. (A miss has changed nothing, so the
      // clock, which is user code, may still be read.)
      const time = this.entries.isTimed ? now : this.now();
      report.addAgeSince(this.clock, load.startedAt, load.ttl, time);
      report.add({ get: time - load.startedAt > load.ttl ? 'stale-fetching' : 'fetching' });
    }
  }

  #getStale(
    id: K,
    slot: number,
    now: number,
    options: GetOptions<K, V, FC> | undefined,
    report: Report<K, V, FC> | undefined,
  ): V | undefined {
    const { entries, settings, stats } = this;
    const value = entries.valueAt(-slot);
    const isKeptAnyway = pick(options?.noDeleteOnStaleGet, settings.noDeleteOnStaleGet);
    const isReturned = pick(options?.allowStale, settings.allowStale);
    const isLoading = this.loads?.has(id) === true;
    if (stats !== undefined) stats.misses += 1;
    report?.add({ get: isLoading ? 'stale-fetching' : 'stale' });
    if (isReturned) report?.add({ returnedStale: true });
    const isUsable = this.graceMs > 0 && now <= deadlineAt(this, -slot) + this.graceMs;
    const isKept = isKeptAnyway || isLoading || isUsable;
    // The options are user code, too, if they have getters: the entry may be another one by now.
    const isRemoved = !isKept && this.entries.findAt(id, now) === slot;
    if (isRemoved) this.removeSlot(-slot, 'expire');
    if (!isReturned) return undefined;
    return isRemoved ? value : this.give(value);
  }

  /**
   * Stores a value, and returns what is stored in its place (values.ts); `undefined` deletes.
   * `evicted` collects the entries that had to go.
   * A load of the key is aborted, unless it is the one that `set` stores the result of.
   */
  set(
    key: K,
    value: V | undefined,
    options: SetOptions<K, V, FC> | undefined,
    report: Report<K, V, FC> | undefined,
    evicted?: [K, V][],
    id = this.idOf(key),
  ): V | undefined {
    if (value === undefined) {
      this.delete(key, 'delete', report, id);
      return undefined;
    }
    report?.add({ value });
    const { settings, callbacks } = this;
    const isSilent = pick(options?.noDisposeOnSet, settings.noDisposeOnSet);
    const isKept = pick(options?.noUpdateTTL, settings.noUpdateTTL);
    const ttl =
      this.freshness === undefined
        ? pick(options?.ttl, settings.ttl)
        : (ttlFor(settings, this.freshness, key, value, options?.ttl) as number);
    const sizeCalculation = pick(options?.sizeCalculation, settings.sizeCalculation);
    const isPurged = settings.ttlAutopurge;
    const weight = this.entries.isWeighed
      ? weightOf(key, value, options?.size, sizeCalculation)
      : refuseSize(options?.size, sizeCalculation);
    if (isTooLarge(weight, settings.maxEntrySize, this.maxSize)) {
      // For the callers of a load, who get it all the same.
      const unstored = this.keep(value);
      this.delete(key, 'set', report, id);
      return unstored;
    }
    const tags = checkTags(options?.tags);
    const hasAge = ttl !== 0 || this.entries.isTimed;
    const start = hasAge ? this.#startFor(ttl, options?.start, isPurged) : 0;
    const now = hasAge && report !== undefined ? this.now() : 0;
    const kept = this.keep(value);
    // All user code has run. If it interrupted a change, the entries are recovered first.
    const { entries } = this;
    if (hasAge && !entries.isTimed) this.#useAges();
    if (tags !== undefined) this.useTags();
    callbacks?.begin();
    const load = this.loads?.take(id);
    let code: number;
    try {
      code = entries.put(id);
      const isWatched = (callbacks ?? this.stats ?? report ?? evicted) !== undefined;
      if (isWatched) this.#replace(code, id, key, kept, isSilent, report, evicted);
      else this.#write(code, id, key, kept);
      if (entries.isTimed || entries.isWeighed) {
        const isAgeKept = isKept && isUpdate(code);
        if (entries.writeColumns(slotOf(code), weight, start, ttl, isAgeKept)) this.shed(evicted);
      }
      if (entries.tags !== undefined) entries.tags.note(slotOf(code), tags);
      if (this.births !== undefined) this.births[slotOf(code)] = start;
      report?.addAge(this, slotOf(code), now);
      report?.addSize(this, weight);
    } catch (error) {
      entries.failure = error;
      entries.path = PATH_SLOW;
      // Refused for want of memory: as if nothing had been asked for.
      if (load !== undefined) this.loads?.putBack(load);
      throw entries.failed(error);
    }
    if (ttl !== 0 && isPurged) this.autopurge.arm(start + ttl + this.graceMs, this.clock.latest);
    if (load === undefined) callbacks?.commit();
    else this.#finishSet(load);
    return kept;
  }

  #useAges(): void {
    this.change(() => this.#entries.useAges());
  }

  /** Finishes a set that replaces a load. */
  #finishSet(load: LoadInFlight<K>): void {
    this.finish(() => load.abort('FETCH_REPLACED', 'replaced'));
  }

  #write(code: number, id: K, key: K, value: V): void {
    const { originals } = this.#entries;
    this.#entries.write(code, id, value);
    if (originals !== undefined) originals[slotOf(code)] = key;
  }

  /** Writes the entry that was put, and notes what it took the place of. */
  #replace(
    code: number,
    id: K,
    key: K,
    value: V,
    isSilent: boolean,
    report: Report<K, V, FC> | undefined,
    evicted: [K, V][] | undefined,
  ): void {
    const { entries, callbacks, stats } = this;
    const slot = slotOf(code);
    const isUpdated = isUpdate(code);
    const old = entries.valueAt(slot);
    if (isEviction(code)) this.noteEvicted(slot, evicted);
    else if (isUpdated && old !== value && !isSilent) {
      callbacks?.removed(old as V, entries.keyAt(slot), 'set');
    }
    this.#write(code, id, key, value);
    const reason = !isUpdated ? 'add' : old === value ? 'update' : 'replace';
    callbacks?.inserted(value, entries.keyAt(slot), reason);
    if (stats !== undefined) stats[isUpdated ? 'updates' : 'sets'] += 1;
    report?.add({ set: reason });
    if (reason === 'replace') report?.add({ oldValue: old as V });
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

  /** Brings the entries within these bounds, whatever they are kept in now; part of a change. */
  applyBounds(max: number, maxSize: number): void {
    const { entries } = this;
    const limit = limitFor(max);
    for (let excess = entries.size - limit; excess > 0; excess--) {
      const slot = entries.evict();
      this.noteEvicted(slot, undefined);
      entries.erase(slot);
    }
    entries.resize(limit);
    if (!entries.isWeighed) return;
    entries.setBudget(budgetFor(maxSize));
    this.shed();
  }

  /** Evicts the oldest entries until the sizes are within `maxSize`. */
  shed(evicted?: [K, V][]): void {
    const { entries } = this;
    for (let slot = entries.shed(); slot !== NIL; slot = entries.shed()) {
      this.noteEvicted(slot, evicted);
      entries.erase(slot);
    }
  }

  /** The time from which an entry's age counts. Autopurge has to know what time it is now, too. */
  #startFor(ttl: unknown, start: unknown, isPurged: boolean): number {
    checkAge(ttl, start);
    if (ttl === 0) return 0;
    const now = start === undefined || isPurged ? this.readClock() : 0;
    return start === undefined ? now : this.clock.fromHost(start as number);
  }

  /**
   * Removes a key, and aborts its load; returns whether there was either. `report` is that of a
   * set whose value is undefined ('delete') or too large ('set').
   */
  delete(
    key: K,
    reason: 'delete' | 'set',
    report?: Report<K, V, FC>,
    id = this.idOf(key),
  ): boolean {
    const { entries, settings } = this;
    this.callbacks?.begin();
    const load = this.loads?.take(id);
    const slot = this.change(() => {
      const found = entries.find(id);
      if (found !== NIL) {
        entries.remove(found);
        this.drop(found, reason);
      }
      return found;
    });
    if (reason === 'set') report?.add({ set: 'miss', maxEntrySizeExceeded: true });
    else report?.add({ set: 'deleted' });
    this.finish(() => {
      load?.abort('FETCH_DELETED', 'deleted');
      publishDelete(settings, key, reason);
    });
    return slot !== NIL || load !== undefined;
  }

  /** Removes the entry of a live slot. A load of its key goes on. */
  removeSlot(slot: number, reason: DisposeReason): void {
    const { entries, settings } = this;
    const key = entries.keyAt(slot);
    this.callbacks?.begin();
    this.change(() => {
      entries.remove(slot);
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
    return this.entries.isDisposed;
  }

  /** Whether an iteration shows the entry of a slot, live before the clock was looked at. */
  isShown(slot: number): boolean {
    const { entries } = this;
    if (!entries.isTimed || this.settings.allowStale) return true;
    // First, since the clock is user code, and may remove the entry, or dispose of the cache.
    const now = this.now();
    if (entries.valueAt(slot) === undefined) return false;
    return entries.visit(slot, now) > NIL;
  }

  /** Removes stale entries in the background; made when it is first needed. */
  get autopurge(): Autopurge {
    return this.#autopurge ?? this.#makeAutopurge();
  }

  #makeAutopurge(): Autopurge {
    this.#autopurge = new Autopurge(this, () => purge(this));
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
