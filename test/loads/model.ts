// The model of a cache with loads: entries with a ttl in order of use, and a load per key.
//
// It is told when a loader settles and when the cache has dealt with that; all else it works out
// itself. An outcome is what a promise of `fetch` must come to.

import type { LRUCache } from '../../src/api/lru.js';

export type Key = string;
/** Every value is stored once, so that a value tells which `set` or load it came from. */
export type Value = number;

/** The options of a cache that the model knows, and those that a `fetch` may give. */
export type LoadOptions = Required<
  Pick<
    LRUCache.FetcherFetchOptions<Key, Value>,
    | 'allowStale'
    | 'updateAgeOnGet'
    | 'noDeleteOnStaleGet'
    | 'noUpdateTTL'
    | 'ttl'
    | 'noDeleteOnFetchRejection'
    | 'allowStaleOnFetchRejection'
    | 'allowStaleOnFetchAbort'
    | 'ignoreFetchAbort'
  >
> &
  WindowOptions;

type WindowOptions = Partial<
  Pick<
    LRUCache.FetchOptions<Key, Value, unknown>,
    'staleWhileRevalidate' | 'staleIfError' | 'refreshAhead' | 'loadTimeout'
  >
>;

/** What a promise comes to: a value, an error, or an error known by its code. */
export type Outcome<T = Value | undefined> =
  | { readonly value: T }
  | { readonly error: unknown }
  | { readonly code: string };

interface Entry {
  value: Value;
  start: number;
  ttl: number;
  isTagged: boolean;
}

/** The time up to which an entry is fresh. */
function deadlineOf({ start, ttl }: Entry): number {
  return ttl === 0 ? Number.POSITIVE_INFINITY : start + ttl;
}

/** How long past its ttl a value may be given. */
function graceOf({ staleWhileRevalidate = 0, staleIfError = 0 }: WindowOptions): number {
  return Math.max(staleWhileRevalidate, staleIfError);
}

/** Somebody who asked for a load: he waits for it, unless he leaves by his signal. */
export class ModelCaller {
  #left: Outcome | undefined;

  constructor(
    readonly load: ModelLoad,
    readonly signal: AbortSignal | undefined,
  ) {}

  get outcome(): Outcome | undefined {
    return this.#left ?? this.load.outcome;
  }

  /** His signal was aborted, and others want the load. */
  leave(): void {
    const { load, signal } = this;
    const { options } = load;
    if (options.ignoreFetchAbort && !options.allowStaleOnFetchAbort) return;
    const isStale = options.allowStaleOnFetchRejection || options.allowStaleOnFetchAbort;
    this.#left = load.outcome ?? (isStale ? { value: load.stale } : { error: signal?.reason });
  }
}

/** A load as the model sees it. */
export class ModelLoad {
  /** What the loader came to, as far as it has. */
  settled: Outcome | undefined;
  /** What its promise must come to; the first outcome counts. */
  outcome: Outcome | undefined;
  isStarting = false;
  isDispatched = false;
  isOver = false;
  /** Whether the tag was invalidated since it began. */
  isOutdated = false;
  aborted: Outcome | undefined;
  staleIfErrorUntil = Number.NEGATIVE_INFINITY;
  keptUntil = Number.NEGATIVE_INFINITY;
  overdueAt = Number.POSITIVE_INFINITY;
  /** Those who have not left. */
  readonly callers = new Set<ModelCaller>();

  constructor(
    readonly key: Key,
    readonly stale: Value | undefined,
    readonly options: LoadOptions,
    readonly tagged: 'early' | 'late' | undefined,
  ) {}

  /** Whether its result must not be stored, since the tag was invalidated. */
  get isRefused(): boolean {
    return this.tagged !== undefined && this.isOutdated;
  }
}

/** The cache that the one under test must equal. */
export class LoadsModel {
  readonly max: number;
  readonly options: LoadOptions;
  now = 1000;
  /** Least recently used first. */
  readonly entries = new Map<Key, Entry>();
  /** Loads in flight, whose result is wanted. */
  readonly loads = new Map<Key, ModelLoad>();
  /** Loads that were aborted and go on nevertheless. */
  readonly unwanted = new Set<ModelLoad>();
  /** What `dispose` must have been told, as [value, key, reason]. */
  disposed: [Value, Key, string][] = [];
  failures = 0;
  /** The rare events that have come about. */
  readonly seen: Set<string>;

  constructor(max: number, options: LoadOptions, seen: Set<string>) {
    this.max = max;
    this.options = options;
    this.seen = seen;
  }

  isStale(entry: Entry): boolean {
    return entry.ttl !== 0 && this.now - entry.start > entry.ttl;
  }

  get(key: Key): Value | undefined {
    const { options } = this;
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (!this.isStale(entry)) {
      this.#touch(key, entry);
      return entry.value;
    }
    const isUsable = this.now <= deadlineOf(entry) + graceOf(options);
    if (isUsable) this.seen.add('a stale value kept for a window');
    const isKept = options.noDeleteOnStaleGet || this.loads.has(key);
    if (!isKept && !isUsable) this.#drop(key, 'expire');
    return options.allowStale ? entry.value : undefined;
  }

  #touch(key: Key, entry: Entry): void {
    if (this.options.updateAgeOnGet) entry.start = this.now;
    this.#moveToNewest(key, entry);
  }

  #moveToNewest(key: Key, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
  }

  set(key: Key, value: Value, ttl: number, noUpdateTTL: boolean, isTagged: boolean): void {
    this.#abandon(key, 'FETCH_REPLACED');
    this.#store(key, value, ttl, noUpdateTTL, isTagged);
  }

  invalidate(): number {
    const tagged = [...this.entries].filter(([, { isTagged }]) => isTagged).map(([key]) => key);
    for (const load of [...this.loads.values(), ...this.unwanted]) {
      load.isOutdated = true;
      if (load.tagged === 'early' || tagged.includes(load.key)) this.seen.add('a load invalidated');
      if (load.tagged === 'early' && this.loads.get(load.key) === load) {
        this.#abandon(load.key, 'FETCH_DELETED');
      }
    }
    for (const key of tagged) this.delete(key);
    return tagged.length;
  }

  #store(key: Key, value: Value, ttl: number, noUpdateTTL: boolean, isTagged: boolean): void {
    const entry = this.entries.get(key);
    const isAgeKept = entry !== undefined && noUpdateTTL;
    const age = isAgeKept ? entry : { start: this.now, ttl };
    if (entry !== undefined) this.disposed.push([entry.value, key, 'set']);
    else if (this.entries.size === this.max) this.pop();
    this.#moveToNewest(key, { start: age.start, ttl: age.ttl, value, isTagged });
  }

  delete(key: Key): boolean {
    const wasLoading = this.#abandon(key, 'FETCH_DELETED');
    return this.#drop(key, 'delete') || wasLoading;
  }

  clear(): void {
    for (const key of [...this.loads.keys()]) this.#abandon(key, 'FETCH_DELETED');
    for (const key of [...this.entries.keys()]) this.#drop(key, 'delete');
  }

  pop(): Value | undefined {
    const [oldest] = this.entries;
    if (oldest !== undefined) this.#drop(oldest[0], 'evict');
    return oldest?.[1].value;
  }

  purgeStale(): boolean {
    const stale = [...this.entries].filter(
      ([, entry]) => this.now > deadlineOf(entry) + graceOf(this.options),
    );
    for (const [key] of stale) this.#drop(key, 'expire');
    return stale.length > 0;
  }

  #drop(key: Key, reason: string): boolean {
    const entry = this.entries.get(key);
    if (entry !== undefined) this.disposed.push([entry.value, key, reason]);
    if (entry !== undefined && this.loads.has(key))
      this.seen.add(`${reason} of a key being loaded`);
    return this.entries.delete(key);
  }

  /** What a `fetch` must come to, and the load that it begins. */
  fetch(
    key: Key,
    options: LoadOptions,
    forceRefresh: boolean,
    signal: AbortSignal | undefined,
    tagged: ModelLoad['tagged'],
  ): readonly [Outcome | ModelCaller, ModelLoad | undefined] {
    const { staleWhileRevalidate = 0, refreshAhead = 0 } = options;
    const load = this.#current(key);
    const isOpen = staleWhileRevalidate > 0 || refreshAhead > 0;
    if (load !== undefined && (forceRefresh || !isOpen)) {
      return [this.#join(load, options, signal), undefined];
    }
    const entry = this.entries.get(key);
    if (entry !== undefined && !forceRefresh && !this.isStale(entry)) {
      const isDue = entry.ttl !== 0 && this.now - entry.start >= entry.ttl * (1 - refreshAhead);
      if (options.updateAgeOnGet) entry.start = this.now;
      this.#moveToNewest(key, entry);
      if (load !== undefined) this.seen.add('a fresh value of a key being loaded');
      if (!isDue || refreshAhead === 0 || load !== undefined) {
        return [{ value: entry.value }, undefined];
      }
      this.seen.add('a refresh ahead');
      return [{ value: entry.value }, this.#begin(key, options, undefined, tagged).load];
    }
    const isWithin =
      entry !== undefined &&
      !forceRefresh &&
      staleWhileRevalidate > 0 &&
      this.now <= deadlineOf(entry) + staleWhileRevalidate;
    if (isWithin) this.seen.add('a stale value within its window');
    if (load !== undefined) {
      if (isWithin) return [{ value: entry.value }, undefined];
      return [this.#join(load, options, signal), undefined];
    }
    const caller = this.#begin(key, options, isWithin ? undefined : signal, tagged);
    const isGiven = isWithin || (options.allowStale && entry !== undefined);
    return [isGiven ? { value: entry?.value } : caller, caller.load];
  }

  #current(key: Key): ModelLoad | undefined {
    const load = this.loads.get(key);
    if (load === undefined || load.isStarting || this.now <= load.overdueAt) return load;
    this.seen.add('an overdue load ended');
    const reason = { code: 'FETCH_TIMEOUT' };
    this.#giveUp(load, reason, true);
    load.aborted ??= reason;
    return undefined;
  }

  #join(
    load: ModelLoad,
    options: LoadOptions,
    signal: AbortSignal | undefined,
  ): Outcome | ModelCaller {
    if (load.isStarting) {
      this.seen.add('a loader that fetches its own key');
      return { code: 'FETCH_LOOP' };
    }
    this.seen.add(load.aborted === undefined ? 'a load joined' : 'an aborted load joined');
    const caller = this.#ask(load, signal);
    return options.allowStale && load.stale !== undefined ? { value: load.stale } : caller;
  }

  #begin(
    key: Key,
    options: LoadOptions,
    signal: AbortSignal | undefined,
    tagged: ModelLoad['tagged'],
  ): ModelCaller {
    const entry = this.entries.get(key);
    const load = new ModelLoad(key, entry?.value, options, tagged);
    const { staleIfError = 0, refreshAhead = 0, loadTimeout = 0 } = options;
    const grace = Math.max(graceOf(options), graceOf(this.options));
    if (entry !== undefined && (grace > 0 || refreshAhead > 0)) {
      load.keptUntil = deadlineOf(entry) + grace;
      if (staleIfError > 0) load.staleIfErrorUntil = deadlineOf(entry) + staleIfError;
    }
    if (loadTimeout > 0) load.overdueAt = this.now + loadTimeout;
    this.loads.set(key, load);
    for (const { key: other } of this.unwanted) {
      if (other === key) this.seen.add('a load beside one that is not wanted');
    }
    return this.#ask(load, signal);
  }

  #ask(load: ModelLoad, signal: AbortSignal | undefined): ModelCaller {
    const caller = new ModelCaller(load, signal);
    load.callers.add(caller);
    if (signal?.aborted === true) this.#leave(caller);
    return caller;
  }

  /** A caller's signal was aborted. */
  signalled(signal: AbortSignal): void {
    for (const load of [...this.loads.values(), ...this.unwanted]) {
      for (const caller of load.callers) {
        if (caller.signal === signal && !load.isOver) this.#leave(caller);
      }
    }
  }

  #leave(caller: ModelCaller): void {
    const { load, signal } = caller;
    load.callers.delete(caller);
    if (load.callers.size === 0) {
      this.#abort(load, { error: signal?.reason });
    } else {
      this.seen.add('a caller who leaves the others waiting');
      caller.leave();
    }
  }

  /** The cache has dealt with what the loader came to. */
  finish(load: ModelLoad): void {
    const { settled, options } = load;
    if (load.isOver || settled === undefined) return;
    if (!('value' in settled)) {
      this.#giveUp(load, settled, true);
      return;
    }
    if (load.aborted !== undefined && settled.value === undefined) {
      this.#giveUp(load, load.aborted);
      return;
    }
    if (load.aborted !== undefined) this.seen.add('a result in spite of an abort');
    const isWanted = this.#end(load);
    if (!isWanted) this.seen.add('a result that is not wanted');
    if (isWanted && load.isRefused) this.seen.add('a result of before an invalidation');
    if (isWanted && settled.value !== undefined && !load.isRefused) {
      const isTagged = load.tagged !== undefined;
      this.#store(load.key, settled.value, options.ttl, options.noUpdateTTL, isTagged);
    }
    load.outcome ??= { value: settled.value };
  }

  /** The result of a load is not wanted any more; returns whether there is one. */
  #abandon(key: Key, code: string): boolean {
    const load = this.loads.get(key);
    if (load === undefined) return false;
    this.loads.delete(key);
    this.unwanted.add(load);
    this.#abort(load, { code });
    return true;
  }

  #abort(load: ModelLoad, reason: Outcome): void {
    if (load.aborted !== undefined) return;
    if (load.settled !== undefined) this.seen.add('an abort after the loader has settled');
    if (!load.isDispatched) this.seen.add('an abort before the loader is called');
    if (load.isStarting) this.seen.add('an abort while the loader is being called');
    load.aborted = reason;
    if (!load.options.ignoreFetchAbort) this.#giveUp(load, reason);
    else if (load.options.allowStaleOnFetchAbort) load.outcome ??= { value: load.stale };
  }

  #giveUp(load: ModelLoad, reason: Outcome, isError = false): void {
    const { options } = load;
    const isAborted = load.aborted !== undefined;
    const isCovered = isError && this.now <= load.staleIfErrorUntil;
    if (isCovered) this.seen.add('a stale value for an error');
    const isStaleReturned =
      isCovered ||
      options.allowStaleOnFetchRejection ||
      (isAborted && options.allowStaleOnFetchAbort);
    const isKept = options.noDeleteOnFetchRejection || this.now <= load.keptUntil;
    if (load.isDispatched) this.failures += 1;
    const isWanted = this.#end(load);
    if (isWanted && !isStaleReturned && !isKept) {
      if (this.entries.has(load.key)) this.seen.add('a stale value dropped');
      this.#drop(load.key, 'fetch');
    }
    load.outcome ??= isStaleReturned ? { value: load.stale } : reason;
  }

  #end(load: ModelLoad): boolean {
    load.isOver = true;
    this.unwanted.delete(load);
    const isWanted = this.loads.get(load.key) === load;
    if (isWanted) this.loads.delete(load.key);
    return isWanted;
  }
}
