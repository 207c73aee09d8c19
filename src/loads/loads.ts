// The loads: what `fetch` does with `fetchMethod`, and `fetchMany` with `fetchManyMethod`. One load
// per key is in flight at a time, whichever began it.
//
// F1  A load in flight takes no slot: it is in a Map of its own, evicts nothing and cannot be
//     evicted. The entry it refreshes, if there is one, stays what it is until the result comes.
// F2  A load ends by its result, its failure or its abort. `delete`, `clear` and `set` of its key
//     take it out of the Map at once: whatever it gives afterwards is stored nowhere.
// F3  A failed load never causes an unhandled rejection: only those who wait for it hear of it.
// F4  The options of the caller that began the load hold for it, and the loader may change them.
//     That includes what becomes of a caller who leaves it.
// F5  A batched load differs from a single one only in who calls the loader (batch.ts): each ends
//     by itself, and none ends another.
// F6  A caller leaves a load when his signal is aborted. The load goes on for the others, and is
//     aborted when the last has left. Who took a stale value in place of waiting counts as well.

import { NIL } from '../../assembly/layout.js';
import { deadlineAt, isAlmostStale, type Windows, windowsOf } from '../cache/freshness.js';
import type { LoadsInFlight } from '../cache/in-flight.js';
import { find } from '../cache/lookups.js';
import type { Report } from '../cache/status.js';
import type { Store } from '../cache/store.js';
import { pick } from '../common/check.js';
import { LRUCacheError } from '../common/errors.js';
import type {
  BatchFetcher,
  Fetcher,
  FetcherFetchOptions,
  FetchOptions,
  HostSignal,
  SizeCalculator,
} from '../common/types.js';
import { checkTags } from '../entries/tags.js';
import { Timer } from '../expiry/host-time.js';
import { callTogether } from './batch.js';
import { CallerSignals, Load, Waiting } from './load.js';

/** What a `fetch` asks for, of one key. */
export interface Request<K, V, FC> {
  /** The options of the load, if one is begun: then they are its own. */
  readonly options: FetcherFetchOptions<K, V, FC>;
  readonly context: FC | undefined;
  readonly forceRefresh: boolean;
  readonly signal: HostSignal | undefined;
  /** Undefined if neither the cache nor the call has an option of freshness.ts. */
  readonly windows: Windows | undefined;
  /** Collects the loads that are begun, for `dispatch` to call their loader; else each is. */
  readonly batch: Load<K, V, FC>[] | undefined;
}

/** What is asked for by the options of a call, each read once, or the properties of the cache. */
export function requestOf<K, V, FC>(
  store: Store<K, V, FC>,
  given: FetchOptions<K, V, FC>,
  batch: Load<K, V, FC>[] | undefined,
): Request<K, V, FC> {
  const { settings, freshness } = store;
  const { context, forceRefresh = false, signal } = given;
  const options: FetcherFetchOptions<K, V, FC> = {
    allowStale: pick(given.allowStale, settings.allowStale),
    updateAgeOnGet: pick(given.updateAgeOnGet, settings.updateAgeOnGet),
    noDeleteOnStaleGet: pick(given.noDeleteOnStaleGet, settings.noDeleteOnStaleGet),
    ttl: pick(given.ttl, freshness?.ttlCalculation ? undefined : settings.ttl) as number,
    noDisposeOnSet: pick(given.noDisposeOnSet, settings.noDisposeOnSet),
    size: pick(given.size, 0),
    sizeCalculation: pick(given.sizeCalculation, settings.sizeCalculation) as SizeCalculator<K, V>,
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
  const { tags } = given;
  if (tags !== undefined) options.tags = tags;
  const windows = windowsOf(store, given);
  return { options, context, forceRefresh, signal: signal || undefined, windows, batch };
}

/** The loads of one cache. */
export class Loads<K, V, FC> implements LoadsInFlight<K> {
  readonly #store: Store<K, V, FC>;
  readonly fetchMethod: Fetcher<K, V, FC> | undefined;
  readonly fetchManyMethod: BatchFetcher<K, V, FC> | undefined;
  readonly #inFlight = new Map<K, Load<K, V, FC>>();
  readonly #signals = new CallerSignals();

  constructor(
    store: Store<K, V, FC>,
    fetchMethod: Fetcher<K, V, FC> | undefined,
    fetchManyMethod: BatchFetcher<K, V, FC> | undefined,
  ) {
    this.#store = store;
    this.fetchMethod = fetchMethod;
    this.fetchManyMethod = fetchManyMethod;
  }

  /** What is given for a stored value. Throws as `Store.give`. */
  give(value: V | undefined): V | undefined {
    return this.#store.give(value);
  }

  /** The id of a key. Throws as `Store.idOf`. */
  idOf(key: K): K {
    return this.#store.idOf(key);
  }

  /** Whether a key is being loaded. */
  has(id: K): boolean {
    return this.#inFlight.has(id);
  }

  /** The load of a key. */
  get(id: K): Load<K, V, FC> | undefined {
    return this.#inFlight.get(id);
  }

  /** Whether a key is being loaded, for longer than the ttl that the load was begun with. */
  isStale(id: K): boolean {
    const load = this.#inFlight.get(id);
    if (load === undefined || load.ttl === 0) return false;
    return this.#store.now() - load.startedAt > load.ttl;
  }

  /** Takes the load of a key out (F2); the caller aborts it when its operation is complete. */
  take(id: K): Load<K, V, FC> | undefined {
    const load = this.#inFlight.get(id);
    if (load !== undefined) this.#inFlight.delete(id);
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
    this.#inFlight.set(load.id, load);
  }

  /** What `fetch` gives of the key with an id: a value that is there, or the promise of a load. */
  fetch(
    key: K,
    id: K,
    request: Request<K, V, FC>,
    report: Report<K, V, FC> | undefined,
  ): V | undefined | Promise<V | undefined> {
    const { forceRefresh, options, windows } = request;
    if (report !== undefined) options.status = report.status;
    const current = this.#current(id);
    if (current !== undefined && (forceRefresh || windows?.isOpen !== true)) {
      return this.#join(current, request, report);
    }
    const isDue =
      windows !== undefined &&
      !forceRefresh &&
      isAlmostStale(this.#store, id, windows.refreshAhead);
    const found = this.#find(id, forceRefresh, options, report);
    const slot = Math.abs(found);
    const value = this.#store.entries.valueAt(slot);
    const isHit = found > NIL && !forceRefresh;
    if (isHit && !isDue) return value;
    const deadline = windows === undefined ? 0 : deadlineAt(this.#store, slot);
    const isWithin = found < NIL && !forceRefresh && this.#isWithin(deadline, windows);
    const startedAt = this.#timeToStart(options, windows);
    const isUsable = isHit || isWithin;
    // The clock, which is user code, may have begun one meanwhile; or the first was no hindrance.
    const other = this.#inFlight.get(id);
    if (other !== undefined && !isUsable) return this.#join(other, request, report);
    if (!isHit) {
      const what = found === NIL ? 'miss' : found < NIL ? 'stale' : 'refresh';
      this.#countMiss();
      report?.add({ fetch: other === undefined ? what : 'inflight' });
    }
    const isGiven = isUsable || (value !== undefined && Boolean(options.allowStale));
    if (found < NIL && isGiven) report?.add({ returnedStale: true });
    if (other !== undefined) return value;
    const load = new Load<K, V, FC>(key, id, value, options, startedAt, report);
    if (windows !== undefined) this.#bound(load, windows, deadline);
    // A load for the sake of the cache is no caller's to abort.
    const asked = isUsable ? { ...request, signal: undefined } : request;
    const promise = this.#begin(load, asked, !isGiven);
    return isGiven ? value : promise;
  }

  /** The load of a key, unless it has taken too long: then it ends, and there may be another. */
  #current(id: K): Load<K, V, FC> | undefined {
    const load = this.#inFlight.get(id);
    if (load === undefined || load.overdueAt === Number.POSITIVE_INFINITY) return load;
    if (this.#store.readClock() > load.overdueAt && !load.isStarting) this.#timeOut(load);
    return this.#inFlight.get(id);
  }

  /** Whether a stale value may be given while it is loaded anew. */
  #isWithin(deadline: number, windows: Windows | undefined): boolean {
    if (windows === undefined || windows.staleWhileRevalidate === 0) return false;
    return this.#store.clock.latest <= deadline + windows.staleWhileRevalidate;
  }

  /** Says how long a load may take, and until when the value that it is to replace is of use. */
  #bound(load: Load<K, V, FC>, windows: Windows, deadline: number): void {
    const { staleWhileRevalidate, staleIfError, loadTimeout } = windows;
    const graceMs = Math.max(staleWhileRevalidate, staleIfError, this.#store.graceMs);
    if (load.staleValue !== undefined && (windows.isOpen || graceMs > 0)) {
      if (staleIfError > 0) load.staleIfErrorUntil = deadline + staleIfError;
      load.keptUntil = deadline + graceMs;
    }
    if (loadTimeout === Number.POSITIVE_INFINITY) return;
    load.overdueAt = load.startedAt + loadTimeout;
    load.timer = new Timer(() => this.#timeOut(load));
    load.timer.start(loadTimeout);
  }

  /** Fails a load that has taken too long, whatever its options say of an abort. */
  #timeOut(load: Load<K, V, FC>): void {
    const error = new LRUCacheError('FETCH_TIMEOUT', 'The load has taken longer than loadTimeout');
    try {
      this.reject(load, error);
    } catch (thrown) {
      this.abandon(load, thrown);
    }
    try {
      load.controller.abort(error);
    } catch {
      // A worker may let no other request touch what a request has begun, which is over anyway.
    }
  }

  /** The time for a load to start at, if that matters. */
  #timeToStart(options: FetcherFetchOptions<K, V, FC>, windows: Windows | undefined): number {
    const isMeasured = this.#store.stats !== undefined || windows !== undefined;
    if (isMeasured) return this.#store.readClock();
    return options.ttl === 0 ? 0 : this.#store.now();
  }

  #join(
    load: Load<K, V, FC>,
    request: Request<K, V, FC>,
    report: Report<K, V, FC> | undefined,
  ): V | undefined | Promise<V | undefined> {
    if (load.isStarting) {
      throw new LRUCacheError('FETCH_LOOP', 'fetchMethod fetches the key that it is to load');
    }
    this.#countMiss();
    const isStale = Boolean(request.options.allowStale) && load.staleValue !== undefined;
    report?.add({ fetch: 'inflight' });
    if (isStale) report?.add({ returnedStale: true });
    const promise = this.#ask(load, request.signal, report, !isStale);
    return isStale ? load.staleValue : promise;
  }

  /** Counts a caller of a load (F6); returns what he waits for, if he does. */
  #ask(
    load: Load<K, V, FC>,
    signal: HostSignal | undefined,
    report: Report<K, V, FC> | undefined,
    isWaiting: boolean,
  ): Promise<V | undefined> {
    load.callers += 1;
    if (signal === undefined) return load.promise;
    const waiting = isWaiting ? new Waiting(load.promise) : undefined;
    load.follow(this.#signals, signal, (reason) => this.#leave(load, reason, report, waiting));
    return waiting?.promise ?? load.promise;
  }

  /** The signal of a caller was aborted. He hears of it as the options of the load say. */
  #leave(
    load: Load<K, V, FC>,
    reason: unknown,
    report: Report<K, V, FC> | undefined,
    waiting: Waiting<V> | undefined,
  ): void {
    if (load.isOver) return;
    load.callers -= 1;
    if (load.callers === 0) {
      load.controller.abort(reason);
      return;
    }
    const { options, staleValue } = load;
    const isGone = !options.ignoreFetchAbort || options.allowStaleOnFetchAbort;
    const isStaleReturned = options.allowStaleOnFetchAbort || options.allowStaleOnFetchRejection;
    if (isGone && load.report === report) load.report = undefined;
    try {
      report?.add({ fetchAborted: true, fetchError: reason as Error });
      if (isGone && isStaleReturned && staleValue !== undefined) {
        report?.add({ returnedStale: true });
      }
      report?.write();
    } catch (error) {
      waiting?.fail(error);
    }
    if (!isGone) return;
    if (isStaleReturned) waiting?.settle(staleValue);
    else waiting?.fail(reason);
  }

  /** The slot of an id, negative if stale; a hit is a use, as by `get`. */
  #find(
    id: K,
    forceRefresh: boolean,
    options: FetcherFetchOptions<K, V, FC>,
    report: Report<K, V, FC> | undefined,
  ): number {
    const store = this.#store;
    const { stats } = store;
    if (forceRefresh) return find(store, id);
    const isRenewed = Boolean(options.updateAgeOnGet);
    let now = 0;
    if (store.entries.isTimed) now = isRenewed ? store.readClock() : store.now();
    const slot = store.use(id, now, isRenewed);
    if (slot <= NIL) return slot;
    if (stats !== undefined) stats.hits += 1;
    report?.add({ fetch: 'hit' });
    report?.addAge(store, slot, now);
    return slot;
  }

  #countMiss(): void {
    const { stats } = this.#store;
    if (stats !== undefined) stats.misses += 1;
  }

  #begin(
    load: Load<K, V, FC>,
    request: Request<K, V, FC>,
    isWaiting: boolean,
  ): Promise<V | undefined> {
    const { id } = load;
    this.#inFlight.set(id, load);
    try {
      load.watch(() => this.#aborted(load));
      const tags = checkTags(load.options.tags);
      if (tags !== undefined) {
        load.options.tags = tags;
        load.hasTags = true;
        this.#store.useTags().note(load, tags);
      }
      load.tagCount = this.#store.entries.tags?.count ?? 0;
      const promise = this.#ask(load, request.signal, load.report, isWaiting);
      const waitUntil = request.windows?.waitUntil;
      if (waitUntil !== undefined && !load.isOver) {
        waitUntil.call(
          this.#store.settings,
          new Promise((resolve) => {
            load.onOver = resolve;
          }),
        );
      }
      if (request.batch !== undefined) request.batch.push(load);
      else if (!load.isOver) this.#start(load, request.context);
      return promise;
    } catch (error) {
      // The signal is not one, the status throws, or the stack is full: nothing else would end it.
      if (this.#inFlight.get(id) === load) this.#inFlight.delete(id);
      this.abandon(load, error);
      throw error;
    }
  }

  #start(load: Load<K, V, FC>, context: FC | undefined): void {
    const { key, staleValue, options, controller } = load;
    const fetchMethod = this.fetchMethod;
    if (fetchMethod === undefined) {
      this.dispatch([load], context);
      return;
    }
    this.noteDispatch(load);
    if (load.isOver) return;
    new Promise<V | undefined>((resolve) => {
      load.isStarting = true;
      try {
        const fetcherOptions = { signal: controller.signal, options, context: context as FC };
        // A promise, or a thenable, is waited for; `undefined` is a result like any other.
        resolve(
          fetchMethod.call(
            this.#store.settings,
            key,
            this.#store.give(staleValue),
            fetcherOptions,
          ) as V | undefined,
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
    const method = this.fetchManyMethod as BatchFetcher<K, V, FC>;
    callTogether(this, batch, (keys, staleValues, rest) =>
      method.call(this.#store.settings, keys, staleValues, { ...rest, context: context as FC }),
    );
  }

  /** Notes that the loader of a load is about to be called, unless the status ends the load. */
  noteDispatch(load: Load<K, V, FC>): void {
    const { stats } = this.#store;
    const { report } = load;
    report?.add({ fetchDispatched: true });
    report?.write();
    if (load.isOver) return;
    load.isDispatched = true;
    if (stats !== undefined) stats.loads += 1;
  }

  /** The loader gave a value. */
  resolve(load: Load<K, V, FC>, value: V | undefined): void {
    const { options, controller, report } = load;
    const { signal } = controller;
    // As in lru-cache: who took the stale value at the abort is told when the loader is done.
    const isResolved = !signal.aborted || Boolean(options.allowStaleOnFetchAbort);
    if (load.isOver) {
      if (!isResolved || !signal.aborted) return;
      report?.add({ fetchResolved: true });
      report?.write();
      return;
    }
    if (isResolved) report?.add({ fetchResolved: true });
    if (signal.aborted && value === undefined) {
      this.#giveUp(load, signal.reason);
      return;
    }
    if (!isResolved) report?.add({ fetchAbortIgnored: true });
    const elapsedMs = this.#timeOf(load);
    if (load.isOver) return;
    const isWanted = this.#end(load, elapsedMs);
    // All callers share what was stored, or what would have been.
    let kept: V | undefined;
    if (isWanted && value !== undefined && !this.#isOutdated(load)) {
      report?.add({ fetchUpdated: true });
      kept = this.#store.set(load.key, value, options, report, undefined, load.id);
    } else if (value !== undefined) {
      kept = this.#store.keep(value);
    }
    report?.write();
    load.settle(kept);
  }

  /** Whether a tag of a load was invalidated since it began (TG3 of tags.ts). */
  #isOutdated({ options, tagCount }: Load<K, V, FC>): boolean {
    const known = this.#store.entries.tags;
    if (known === undefined) return false;
    const tags = checkTags(options.tags);
    return tags !== undefined && known.isOutdated(tags, tagCount);
  }

  /** The loader failed. */
  reject(load: Load<K, V, FC>, error: unknown): void {
    if (load.isOver) return;
    const { options, controller, report } = load;
    // Who took the stale value at the abort is told of that only, as in lru-cache.
    const isSettled = controller.signal.aborted && options.allowStaleOnFetchAbort;
    if (!isSettled) report?.add({ fetchRejected: true, fetchError: error as Error });
    this.#giveUp(load, error, true);
  }

  /** The load was aborted, by the caller's signal, or since its key was set or deleted. */
  #aborted(load: Load<K, V, FC>): void {
    const { options, controller, report } = load;
    const { reason } = controller.signal;
    try {
      report?.add({ fetchAborted: true, fetchError: reason });
      if (!options.ignoreFetchAbort) this.#giveUp(load, reason);
      else if (options.allowStaleOnFetchAbort) this.#settleStale(load);
      else report?.write();
    } catch (error) {
      this.abandon(load, error);
    }
  }

  /** Ends a load without a result: the entry it was to refresh stays or goes, by the options. */
  #giveUp(load: Load<K, V, FC>, reason: unknown, isError = false): void {
    const { options } = load;
    const { stats } = this.#store;
    const isAborted = load.controller.signal.aborted;
    const isStaleReturned =
      options.allowStaleOnFetchRejection ||
      (isAborted && options.allowStaleOnFetchAbort) ||
      (isError && this.#isBy(load.staleIfErrorUntil));
    const isKept =
      isStaleReturned || options.noDeleteOnFetchRejection || this.#isBy(load.keptUntil);
    const elapsedMs = this.#timeOf(load);
    if (load.isOver) return;
    const isWanted = this.#end(load, elapsedMs);
    if (stats !== undefined && load.isDispatched) stats.loadFailures += 1;
    if (isWanted && !isKept) this.#dropStale(load);
    if (isStaleReturned) {
      this.#settleStale(load);
    } else {
      load.report?.write();
      load.fail(reason);
    }
  }

  /** Whether a time has yet to come; not, if the clock fails, which must not keep a load. */
  #isBy(time: number): boolean {
    if (time === Number.NEGATIVE_INFINITY) return false;
    try {
      return this.#store.readClock() <= time;
    } catch {
      return false;
    }
  }

  #settleStale(load: Load<K, V, FC>): void {
    if (load.staleValue !== undefined) load.report?.add({ returnedStale: true });
    load.report?.write();
    load.settle(load.staleValue);
  }

  /** Removes the entry that was to be refreshed, if it is still there; no other can be (F2). */
  #dropStale(load: Load<K, V, FC>): void {
    const slot = this.#store.entries.find(load.id);
    if (slot !== NIL) this.#store.removeSlot(slot, 'fetch');
  }

  /** User code threw as a load ended: a callback, a size, a status. Whoever waits hears of it. */
  abandon(load: Load<K, V, FC>, error: unknown): void {
    const elapsedMs = this.#timeOf(load);
    if (!load.isOver) this.#end(load, elapsedMs);
    try {
      load.report?.write();
    } catch {
      // The first error is the one to be heard of.
    }
    load.fail(error);
  }

  /** How long a load took, if that is counted. The clock is user code, and may end the load. */
  #timeOf(load: Load<K, V, FC>): number {
    const isCounted = this.#store.stats !== undefined && load.isDispatched && !load.isOver;
    return isCounted ? timeSince(this.#store, load.startedAt) : 0;
  }

  /** Ends a load; returns whether its result may be stored. */
  #end(load: Load<K, V, FC>, elapsedMs: number): boolean {
    const isWanted = this.#inFlight.get(load.id) === load;
    if (isWanted) this.#inFlight.delete(load.id);
    load.isOver = true;
    load.unfollow();
    load.timer?.stop();
    if (load.hasTags) this.#store.entries.tags?.forget(load);
    load.onOver?.();
    const { stats } = this.#store;
    if (stats !== undefined) stats.totalLoadTimeMs += elapsedMs;
    return isWanted;
  }
}

/** What has passed since a load began; 0 if the clock fails, which must not lose a result. */
export function timeSince<K, V, FC>(store: Store<K, V, FC>, startedAt: number): number {
  try {
    return Math.max(store.readClock() - startedAt, 0);
  } catch {
    return 0;
  }
}
