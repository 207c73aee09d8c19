// The load: one key whose value has been asked for, and what waits for it.
//
// It knows nothing of the cache: who begins it, and what its end means, is loads.ts.

import type { Report } from '../cache/status.js';
import { LRUCacheError, type LRUCacheErrorCode } from '../common/errors.js';
import type { FetcherFetchOptions } from '../common/types.js';

/** The load of one key: by a call of `fetchMethod`, or by its part in one of `fetchManyMethod`. */
export class Load<K, V, FC> {
  readonly key: K;
  /** The value there was when the load began. */
  readonly staleValue: V | undefined;
  readonly options: FetcherFetchOptions<K, V, FC>;
  /** What the caller that began the load hears of it, if he asked. */
  readonly report: Report<K, V, FC> | undefined;
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
  settle!: (value: V | undefined) => void;
  fail!: (error: unknown) => void;
  #caller: CallerSignal | undefined;
  #onAbort!: () => void;

  constructor(
    key: K,
    staleValue: V | undefined,
    options: FetcherFetchOptions<K, V, FC>,
    startedAt: number,
    report: Report<K, V, FC> | undefined,
  ) {
    this.key = key;
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

  /** Aborts when a caller's signal does. */
  follow(caller: CallerSignal): void {
    this.#caller = caller;
    caller.add(this.controller);
  }

  /** Calls back when the load is aborted. */
  watch(onAbort: () => void): void {
    this.controller.signal.addEventListener('abort', onAbort);
    this.#onAbort = onAbort;
  }

  /** Leaves the caller's signal alone, and its own: either may live on for long. */
  unfollow(): void {
    this.#caller?.remove(this.controller);
    this.#caller = undefined;
    this.controller.signal.removeEventListener('abort', this.#onAbort);
  }
}

/** A caller's signal, and the loads to abort with it: one listener, however many they are. */
export class CallerSignal {
  readonly #signal: AbortSignal;
  readonly #followers = new Set<AbortController>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Aborts with the signal from now on, and now if it is aborted already. */
  add(follower: AbortController): void {
    if (this.#signal.aborted) {
      follower.abort(this.#signal.reason);
      return;
    }
    if (this.#followers.size === 0) this.#signal.addEventListener('abort', this.#forward);
    this.#followers.add(follower);
  }

  remove(follower: AbortController): void {
    const wasLast = this.#followers.delete(follower) && this.#followers.size === 0;
    if (!wasLast) return;
    try {
      this.#signal.removeEventListener('abort', this.#forward);
    } catch {
      // A signal of the caller's own making: it must not lose the result.
    }
  }

  readonly #forward = (): void => {
    for (const follower of [...this.#followers]) follower.abort(this.#signal.reason);
  };
}
