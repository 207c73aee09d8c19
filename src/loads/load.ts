// The load: one key whose value has been asked for, and what waits for it.
//
// It knows nothing of the cache: who begins it, and what its end means, is loads.ts.

import type { Report } from '../cache/status.js';
import { LRUCacheError, type LRUCacheErrorCode } from '../common/errors.js';
import type { FetcherFetchOptions, HostSignal } from '../common/types.js';
import type { Timer } from '../expiry/host-time.js';

/** The load of one key: by a call of `fetchMethod`, or by its part in one of `fetchManyMethod`. */
export class Load<K, V, FC> {
  /** The key as it was given by who began the load, and what it is found by. */
  readonly key: K;
  readonly id: K;
  /** The value there was when the load began. */
  readonly staleValue: V | undefined;
  readonly options: FetcherFetchOptions<K, V, FC>;
  /** What the caller that began the load hears of it, if he asked and has not left. */
  report: Report<K, V, FC> | undefined;
  /** The ttl that was asked for when the load began; 0 means that it has no age. */
  readonly ttl: number;
  readonly controller = new AbortController();
  /** What waits for the load. Settled by the result, the failure or the abort, as options say. */
  readonly promise: Promise<V | undefined>;
  /** Whether the loader is being called, and has not returned yet. */
  isStarting = false;
  /** Whether the result, the failure or the abort has been dealt with; nothing else counts. */
  isOver = false;
  /** Whether the loader has been called at all. */
  isDispatched = false;
  /** When it began, if loads are timed or it has a ttl. */
  readonly startedAt: number;
  /** How many callers want the load. One without a signal wants it for good. */
  callers = 0;
  /** Until when the stale value is given if the load fails, and until when it is kept. */
  staleIfErrorUntil = Number.NEGATIVE_INFINITY;
  keptUntil = Number.NEGATIVE_INFINITY;
  /** When it has taken too long, and what ends it then. */
  overdueAt = Number.POSITIVE_INFINITY;
  /** How many tags had been invalidated when it began. */
  tagCount = 0;
  /** Whether it began with tags. */
  hasTags = false;
  timer: Timer | undefined;
  /** Called when it is over. */
  onOver: (() => void) | undefined;
  settle!: (value: V | undefined) => void;
  fail!: (error: unknown) => void;
  #callers: Caller[] | undefined;
  #onAbort!: () => void;

  constructor(
    key: K,
    id: K,
    staleValue: V | undefined,
    options: FetcherFetchOptions<K, V, FC>,
    startedAt: number,
    report: Report<K, V, FC> | undefined,
  ) {
    this.key = key;
    this.id = id;
    this.staleValue = staleValue;
    this.options = options;
    this.ttl = options.ttl ?? 0;
    this.startedAt = startedAt;
    this.report = report;
    this.promise = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    // Whoever fetches waits for a promise of his own, and hears of a failure there.
    this.promise.catch(() => {});
  }

  /** Tells the loader and whoever waits that the load is not wanted any more. */
  abort(code: LRUCacheErrorCode, message: string): void {
    this.controller.abort(new LRUCacheError(code, message));
  }

  /** Has a caller leave when a signal is aborted, and now if it is aborted already. */
  follow(signals: CallerSignals, signal: HostSignal, leave: Leave): void {
    const followed = signals.follow(signal, leave);
    if (followed === undefined) return;
    this.#callers ??= [];
    this.#callers.push({ signal: followed, leave });
  }

  /** Calls back when the load is aborted. */
  watch(onAbort: () => void): void {
    this.controller.signal.addEventListener('abort', onAbort);
    this.#onAbort = onAbort;
  }

  /** Leaves the callers' signals alone, and its own: any may live on for long. */
  unfollow(): void {
    for (const { signal, leave } of this.#callers ?? []) signal.remove(leave);
    this.#callers = undefined;
    this.controller.signal.removeEventListener('abort', this.#onAbort);
  }
}

/** What a caller waits for who may leave: the end of a load, or his own if it comes first. */
export class Waiting<V> {
  readonly promise: Promise<V | undefined>;
  settle!: (value: V | undefined) => void;
  fail!: (error: unknown) => void;

  constructor(end: Promise<V | undefined>) {
    this.promise = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
      end.then(resolve, reject);
    });
    // As above: the load may not begin, and nobody hold this.
    this.promise.catch(() => {});
  }
}

/** Takes a caller out of a load. */
type Leave = (reason: unknown) => void;

interface Caller {
  readonly signal: CallerSignal;
  readonly leave: Leave;
}

/** The signals of a cache's callers: one listener on each, however many loads it is for. */
export class CallerSignals {
  readonly #bySignal = new Map<HostSignal, CallerSignal>();

  /** Has a caller leave with a signal; undefined if that is aborted, and he has left. */
  follow(signal: HostSignal, leave: Leave): CallerSignal | undefined {
    if (signal.aborted) {
      leave(signal.reason);
      return undefined;
    }
    let followed = this.#bySignal.get(signal);
    if (followed === undefined) {
      followed = new CallerSignal(signal, () => this.#bySignal.delete(signal));
      this.#bySignal.set(signal, followed);
    }
    followed.add(leave);
    return followed;
  }
}

/** A caller's signal, and what is to be told of its abort. */
class CallerSignal {
  readonly #signal: HostSignal;
  readonly #onUnused: () => void;
  readonly #leaves = new Set<Leave>();

  constructor(signal: HostSignal, onUnused: () => void) {
    this.#signal = signal;
    this.#onUnused = onUnused;
    signal.addEventListener('abort', this.#forward);
  }

  add(leave: Leave): void {
    this.#leaves.add(leave);
  }

  remove(leave: Leave): void {
    const wasLast = this.#leaves.delete(leave) && this.#leaves.size === 0;
    if (!wasLast) return;
    this.#onUnused();
    try {
      this.#signal.removeEventListener('abort', this.#forward);
    } catch {
      // A signal of the caller's own making: it must not lose the result.
    }
  }

  readonly #forward = (): void => {
    for (const leave of [...this.#leaves]) leave(this.#signal.reason);
  };
}
