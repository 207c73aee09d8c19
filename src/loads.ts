// The loads: what `fetch` does with `fetchMethod`, and `fetchMany` with `fetchManyMethod`. One load
// per key is in flight at a time, whichever began it.
//
// F1  A load in flight takes no slot: it is in a Map of its own, evicts nothing and cannot be
//     evicted. The entry it refreshes, if there is one, stays what it is until the result comes.
// F2  A load ends by its result, its failure or its abort. `delete`, `clear` and `set` of its key
//     take it out of the Map at once: whatever it gives afterwards is stored nowhere.
// F3  No promise of a load is ever rejected unheard: only who waits for one hears of its failure.
// F4  The options of the caller that began the load hold for it, and the loader may change them.
// F5  A batched load differs from a single one only in who calls the loader (batch.ts): each ends
//     by itself, and none ends another.

import { NIL } from '../assembly/layout.js';
import { callTogether } from './batch.js';
import { LRUCacheError } from './errors.js';
import { type CallerSignal, Load } from './load.js';
import { find } from './lookups.js';
import { pick } from './options.js';
import { noteAge } from './status.js';
import type { Store } from './store.js';
import type {
  BatchFetcher,
  Fetcher,
  FetcherFetchOptions,
  FetchOptions,
  SizeCalculator,
  Status,
} from './types.js';

/** What a call of `fetch` or `fetchMany` asks for beside the options of its loads. */
export interface Request<K, V, FC> {
  readonly context: FC | undefined;
  readonly forceRefresh: boolean;
  readonly caller: CallerSignal | undefined;
  /** Collects the loads that are begun, for `dispatch` to call their loader; else each is. */
  readonly batch: Load<K, V, FC>[] | undefined;
}

/** The loads of one cache. */
export class Loads<K, V, FC> {
  readonly #store: Store<K, V, FC>;
  readonly #fetchMethod: Fetcher<K, V, FC> | undefined;
  readonly #fetchManyMethod: BatchFetcher<K, V, FC> | undefined;
  readonly #inFlight = new Map<K, Load<K, V, FC>>();

  constructor(
    store: Store<K, V, FC>,
    fetchMethod: Fetcher<K, V, FC> | undefined,
    fetchManyMethod: BatchFetcher<K, V, FC> | undefined,
  ) {
    this.#store = store;
    this.#fetchMethod = fetchMethod;
    this.#fetchManyMethod = fetchManyMethod;
  }

  /** Whether many keys can be loaded by one call. */
  get hasBatches(): boolean {
    return this.#fetchManyMethod !== undefined;
  }

  /** Whether a key is being loaded. */
  has(key: K): boolean {
    return this.#inFlight.has(key);
  }

  /** Takes the load of a key out (F2); the caller aborts it when its operation is complete. */
  take(key: K): Load<K, V, FC> | undefined {
    const load = this.#inFlight.get(key);
    if (load !== undefined) this.#inFlight.delete(key);
    return load;
  }

  /** Takes every load out. */
  takeAll(): Load<K, V, FC>[] {
    const loads = [...this.#inFlight.values()];
    this.#inFlight.clear();
    return loads;
  }

  /** Undoes `take`, for an operation that was refused. */
  putBack(load: Load<K, V, FC>): void {
    this.#inFlight.set(load.key, load);
  }

  /** What `fetch` gives: a value that is there, or the promise of a load. */
  fetch(
    key: K,
    given: FetchOptions<K, V, FC>,
    request: Request<K, V, FC>,
    status: Status<K, V, FC> | undefined,
  ): V | undefined | Promise<V | undefined> {
    const options = this.#optionsFor(given, status);
    const { forceRefresh } = request;
    const current = this.#inFlight.get(key);
    if (current !== undefined) return this.#join(current, options, status);
    const found = this.#find(key, forceRefresh, options, status);
    const value = this.#store.entries.valueAt(Math.abs(found));
    if (found > NIL && !forceRefresh) return value;
    const startedAt = this.#store.stats === undefined ? 0 : this.#store.readClock();
    // The clock, which is user code, may have begun one meanwhile.
    const other = this.#inFlight.get(key);
    if (other !== undefined) return this.#join(other, options, status);
    this.#countMiss();
    if (status !== undefined) {
      status.fetch = found === NIL ? 'miss' : found < NIL ? 'stale' : 'refresh';
    }
    const load = new Load<K, V, FC>(key, value, options);
    load.startedAt = startedAt;
    this.#begin(load, request);
    if (value === undefined || !options.allowStale) return load.promise;
    if (status !== undefined && found < NIL) status.returnedStale = true;
    return value;
  }

  #optionsFor(
    given: FetchOptions<K, V, FC>,
    status: Status<K, V, FC> | undefined,
  ): FetcherFetchOptions<K, V, FC> {
    const { settings } = this.#store;
    const options: FetcherFetchOptions<K, V, FC> = {
      allowStale: pick(given.allowStale, settings.allowStale),
      updateAgeOnGet: pick(given.updateAgeOnGet, settings.updateAgeOnGet),
      noDeleteOnStaleGet: pick(given.noDeleteOnStaleGet, settings.noDeleteOnStaleGet),
      ttl: pick(given.ttl, settings.ttl),
      noDisposeOnSet: pick(given.noDisposeOnSet, settings.noDisposeOnSet),
      size: pick(given.size, 0),
      sizeCalculation: pick(given.sizeCalculation, settings.sizeCalculation) as SizeCalculator<
        K,
        V
      >,
      noUpdateTTL: pick(given.noUpdateTTL, settings.noUpdateTTL),
      noDeleteOnFetchRejection: pick(
        given.noDeleteOnFetchRejection,
        settings.noDeleteOnFetchRejection,
      ),
      allowStaleOnFetchRejection: pick(
        given.allowStaleOnFetchRejection,
        settings.allowStaleOnFetchRejection,
      ),
      allowStaleOnFetchAbort: pick(given.allowStaleOnFetchAbort, settings.allowStaleOnFetchAbort),
      ignoreFetchAbort: pick(given.ignoreFetchAbort, settings.ignoreFetchAbort),
    };
    if (status !== undefined) options.status = status;
    return options;
  }

  #join(
    load: Load<K, V, FC>,
    options: FetcherFetchOptions<K, V, FC>,
    status: Status<K, V, FC> | undefined,
  ): V | undefined | Promise<V | undefined> {
    if (load.isStarting) {
      throw new LRUCacheError('FETCH_LOOP', 'fetchMethod fetches the key that it is to load');
    }
    this.#countMiss();
    const isStale = options.allowStale && load.staleValue !== undefined;
    if (status !== undefined) {
      status.fetch = 'inflight';
      if (isStale) status.returnedStale = true;
    }
    return isStale ? load.staleValue : load.promise;
  }

  /** The slot of a key, negative if stale; a hit is a use, as by `get`. */
  #find(
    key: K,
    forceRefresh: boolean,
    options: FetcherFetchOptions<K, V, FC>,
    status: Status<K, V, FC> | undefined,
  ): number {
    const store = this.#store;
    const { entries, stats } = store;
    if (forceRefresh) return find(store, key);
    const isRenewed = Boolean(options.updateAgeOnGet);
    let now = 0;
    if (entries.isTimed) now = isRenewed ? store.readClock() : store.now();
    const slot = store.use(key, now, isRenewed);
    if (slot > NIL && stats !== undefined) stats.hits += 1;
    if (slot > NIL && status !== undefined) {
      status.fetch = 'hit';
      noteAge(store, status, slot, now);
    }
    return slot;
  }

  #countMiss(): void {
    const { stats } = this.#store;
    if (stats !== undefined) stats.misses += 1;
  }

  #begin(load: Load<K, V, FC>, request: Request<K, V, FC>): void {
    const { key } = load;
    this.#inFlight.set(key, load);
    try {
      load.watch(() => this.#aborted(load));
      if (request.caller !== undefined) load.follow(request.caller);
      if (request.batch !== undefined) request.batch.push(load);
      else if (!load.isOver) this.#start(load, request.context);
    } catch (error) {
      // The signal is none, or the stack is full: nothing would ever end the load.
      if (this.#inFlight.get(key) === load) this.#inFlight.delete(key);
      load.unfollow();
      throw error;
    }
  }

  #start(load: Load<K, V, FC>, context: FC | undefined): void {
    const { key, staleValue, options, controller } = load;
    const fetchMethod = this.#fetchMethod;
    if (fetchMethod === undefined) {
      this.dispatch([load], context);
      return;
    }
    this.noteDispatch(load);
    new Promise<V | undefined>((resolve) => {
      load.isStarting = true;
      try {
        const fetcherOptions = { signal: controller.signal, options, context: context as FC };
        // A promise, or a thenable, is waited for; `undefined` is a result like any other.
        resolve(
          fetchMethod.call(this.#store.settings, key, staleValue, fetcherOptions) as V | undefined,
        );
      } finally {
        load.isStarting = false;
      }
    })
      .then(
        (value) => this.resolve(load, value),
        (error: unknown) => this.reject(load, error),
      )
      .catch((error: unknown) => this.abandon(load, error));
  }

  /** Calls `fetchManyMethod` for the loads of a batch. */
  dispatch(batch: readonly Load<K, V, FC>[], context: FC | undefined): void {
    const method = this.#fetchManyMethod as BatchFetcher<K, V, FC>;
    callTogether(this, batch, (keys, staleValues, rest) =>
      method.call(this.#store.settings, keys, staleValues, { ...rest, context: context as FC }),
    );
  }

  /** Notes that the loader of a load is being called. */
  noteDispatch(load: Load<K, V, FC>): void {
    const { stats } = this.#store;
    const { status } = load.options;
    load.isDispatched = true;
    if (status !== undefined) status.fetchDispatched = true;
    if (stats !== undefined) stats.loads += 1;
  }

  /** The loader gave a value. */
  resolve(load: Load<K, V, FC>, value: V | undefined): void {
    if (load.isOver) return;
    const { options, controller } = load;
    const { status } = options;
    const isAborted = controller.signal.aborted;
    if (isAborted && value === undefined) {
      this.#giveUp(load, controller.signal.reason);
      return;
    }
    if (status !== undefined) {
      if (isAborted) status.fetchAbortIgnored = true;
      else status.fetchResolved = true;
    }
    const isWanted = this.#end(load);
    if (isWanted && value !== undefined) {
      if (status !== undefined) status.fetchUpdated = true;
      this.#store.set(load.key, value, options, status);
    }
    load.settle(value);
  }

  /** The loader failed. */
  reject(load: Load<K, V, FC>, error: unknown): void {
    if (load.isOver) return;
    const { status } = load.options;
    if (status !== undefined) {
      status.fetchRejected = true;
      status.fetchError = error as Error;
    }
    this.#giveUp(load, error);
  }

  /** The load was aborted, by the caller's signal, or since its key was set or deleted. */
  #aborted(load: Load<K, V, FC>): void {
    const { options, controller } = load;
    try {
      const { status } = options;
      if (status !== undefined) {
        status.fetchAborted = true;
        status.fetchError = controller.signal.reason;
      }
      if (!options.ignoreFetchAbort) this.#giveUp(load, controller.signal.reason);
      else if (options.allowStaleOnFetchAbort) this.#settleStale(load);
    } catch (error) {
      this.abandon(load, error);
    }
  }

  /** Ends a load without a result: the entry it was to refresh stays or goes, by the options. */
  #giveUp(load: Load<K, V, FC>, reason: unknown): void {
    const { options } = load;
    const { stats } = this.#store;
    const isAborted = load.controller.signal.aborted;
    const isStaleReturned =
      options.allowStaleOnFetchRejection || (isAborted && options.allowStaleOnFetchAbort);
    if (stats !== undefined && load.isDispatched) stats.loadFailures += 1;
    const isWanted = this.#end(load);
    if (isWanted && !isStaleReturned && !options.noDeleteOnFetchRejection) this.#dropStale(load);
    if (isStaleReturned) this.#settleStale(load);
    else load.fail(reason);
  }

  #settleStale(load: Load<K, V, FC>): void {
    const { status } = load.options;
    if (status !== undefined && load.staleValue !== undefined) status.returnedStale = true;
    load.settle(load.staleValue);
  }

  /** Removes the entry that was to be refreshed, if it is still there; no other can be (F2). */
  #dropStale(load: Load<K, V, FC>): void {
    const slot = this.#store.entries.find(load.key);
    if (slot !== NIL) this.#store.removeSlot(slot, 'fetch');
  }

  /** User code threw as a load ended: a callback, a size, a status. Whoever waits hears of it. */
  abandon(load: Load<K, V, FC>, error: unknown): void {
    if (!load.isOver) this.#end(load);
    load.fail(error);
  }

  /** Ends a load; returns whether its result may be stored. */
  #end(load: Load<K, V, FC>): boolean {
    const isWanted = this.#inFlight.get(load.key) === load;
    if (isWanted) this.#inFlight.delete(load.key);
    load.isOver = true;
    load.unfollow();
    const { stats } = this.#store;
    if (stats !== undefined && load.isDispatched) {
      stats.totalLoadTimeMs += timeSince(this.#store, load.startedAt);
    }
    return isWanted;
  }
}

/** What has passed since a load began; 0 if the clock fails, which must not lose a result. */
export function timeSince<K, V, FC>(store: Store<K, V, FC>, startedAt: number): number {
  try {
    return store.readClock() - startedAt;
  } catch {
    return 0;
  }
}
