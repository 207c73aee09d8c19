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
  aborted: Outcome | undefined;

  constructor(
    readonly key: Key,
    readonly stale: Value | undefined,
    readonly options: LoadOptions,
    readonly signal: AbortSignal | undefined,
  ) {}
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
    if (!options.noDeleteOnStaleGet && !this.loads.has(key)) this.#drop(key, 'expire');
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

  set(key: Key, value: Value, ttl: number, noUpdateTTL: boolean): void {
    this.#abandon(key, 'FETCH_REPLACED');
    this.#store(key, value, ttl, noUpdateTTL);
  }

  #store(key: Key, value: Value, ttl: number, noUpdateTTL: boolean): void {
    const entry = this.entries.get(key);
    const isAgeKept = entry !== undefined && noUpdateTTL;
    const age = isAgeKept ? entry : { start: this.now, ttl };
    if (entry !== undefined) this.disposed.push([entry.value, key, 'set']);
    else if (this.entries.size === this.max) this.pop();
    this.#moveToNewest(key, { start: age.start, ttl: age.ttl, value });
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
    const stale = [...this.entries].filter(([, entry]) => this.isStale(entry));
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

  /** What `fetch` gives without a load that would have to be begun; undefined if it needs one. */
  found(key: Key, options: LoadOptions, forceRefresh: boolean): Outcome | ModelLoad | undefined {
    const load = this.loads.get(key);
    if (load?.isStarting === true) {
      this.seen.add('a loader that fetches its own key');
      return { code: 'FETCH_LOOP' };
    }
    if (load !== undefined) {
      this.seen.add(load.aborted === undefined ? 'a load joined' : 'an aborted load joined');
      return options.allowStale && load.stale !== undefined ? { value: load.stale } : load;
    }
    const entry = this.entries.get(key);
    if (entry === undefined || forceRefresh || this.isStale(entry)) return undefined;
    if (options.updateAgeOnGet) entry.start = this.now;
    this.#moveToNewest(key, entry);
    return { value: entry.value };
  }

  begin(key: Key, options: LoadOptions, signal: AbortSignal | undefined): ModelLoad {
    const load = new ModelLoad(key, this.entries.get(key)?.value, options, signal);
    this.loads.set(key, load);
    for (const { key: other } of this.unwanted) {
      if (other === key) this.seen.add('a load beside one that is not wanted');
    }
    if (signal?.aborted === true) this.#abort(load, { error: signal.reason });
    return load;
  }

  /** A caller's signal was aborted. */
  signalled(signal: AbortSignal): void {
    for (const load of [...this.loads.values(), ...this.unwanted]) {
      if (load.signal === signal) this.#abort(load, { error: signal.reason });
    }
  }

  /** The cache has dealt with what the loader came to. */
  finish(load: ModelLoad): void {
    const { settled, options } = load;
    if (load.isOver || settled === undefined) return;
    if (!('value' in settled)) {
      this.#giveUp(load, settled);
      return;
    }
    if (load.aborted !== undefined && settled.value === undefined) {
      this.#giveUp(load, load.aborted);
      return;
    }
    if (load.aborted !== undefined) this.seen.add('a result in spite of an abort');
    const isWanted = this.#end(load);
    if (!isWanted) this.seen.add('a result that is not wanted');
    if (isWanted && settled.value !== undefined) {
      this.#store(load.key, settled.value, options.ttl, options.noUpdateTTL);
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

  #giveUp(load: ModelLoad, reason: Outcome): void {
    const { options } = load;
    const isAborted = load.aborted !== undefined;
    const isStaleReturned =
      options.allowStaleOnFetchRejection || (isAborted && options.allowStaleOnFetchAbort);
    if (load.isDispatched) this.failures += 1;
    const isWanted = this.#end(load);
    if (isWanted && !isStaleReturned && !options.noDeleteOnFetchRejection) {
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
