// The autopurge: removes stale entries by itself, with one timer for the whole cache.
//
// The timer is set for the earliest deadline, and does not keep the process alive. While it is set
// it keeps the cache alive, since somebody may wait for `dispose`.
//
// P1  No timer is set for longer than a host can count, nor more often than the purge is worth.
// P2  A purge that throws, from a callback or the clock, is followed by the next one all the same.
// P3  Where the host refuses a timer, the next deadline that is set asks for one again.

import { purge } from './bulk.js';
import { startTimer } from './clock.js';
import type { Store } from './store.js';

/** A purge looks at every entry: with this many in a millisecond it takes some percent of time. */
const ENTRIES_PER_MS = 5000;

/** The timer of one cache. */
export class Autopurge {
  readonly #store: Store<unknown, unknown, unknown>;
  #timer: unknown;
  /** When the timer is to go off, on the cache's clock; Infinity if it is not set. */
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(store: Store<unknown, unknown, unknown>) {
    this.#store = store;
  }

  /** Sees to it that an entry with this deadline is removed. O(1), but O(size) the first time. */
  arm(deadline: number, now: number): void {
    if (deadline >= this.#dueAt) return;
    const isFirst = this.#timer === undefined;
    this.#setTimer(isFirst ? Math.min(deadline, this.#nextDeadline()) : deadline, now);
  }

  /** Forgets about it. */
  disarm(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer as number);
    this.#timer = undefined;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #nextDeadline(): number {
    return this.#store.entries.nextDeadline();
  }

  #setTimer(deadline: number, now: number): void {
    this.disarm();
    if (deadline === Number.POSITIVE_INFINITY) return;
    const least = Math.ceil(this.#store.entries.size / ENTRIES_PER_MS);
    // An entry is stale only after its deadline: one millisecond later.
    const delay = Math.max(Math.ceil(deadline + 1 - now), least, 1);
    this.#timer = startTimer(() => this.#purge(), delay);
    if (this.#timer !== undefined) this.#dueAt = deadline;
  }

  #purge(): void {
    this.disarm();
    const store = this.#store;
    if (store.isDisposed || !store.settings.ttlAutopurge) return;
    try {
      purge(store);
    } finally {
      this.#rearm();
    }
  }

  #rearm(): void {
    let now: number | undefined;
    try {
      now = this.#store.now();
    } catch {
      // A clock that fails is asked again in a second.
    }
    // A callback may have disposed of the cache, or the clock, which is user code, too. Either may
    // have set an entry, and with it the timer, which is set again.
    if (this.#store.isDisposed) return;
    const deadline = this.#nextDeadline();
    this.#setTimer(deadline, now ?? deadline - 1000);
  }
}
