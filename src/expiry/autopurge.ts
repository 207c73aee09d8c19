// The autopurge: removes stale entries automatically, with one timer for the whole cache.
//
// The timer is set for the earliest deadline, and does not keep the process alive. While it is set,
// it keeps the cache alive, since a program may wait for `dispose`.
//
// P1  No timer is set for longer than a host supports, nor so often that purging takes much of the
//     time.
// P2  A purge that throws, from a callback or the clock, is followed by the next one all the same.
// P3  A timer that the host has refused or lost is noticed at the next reading of the clock. It is
//     set again, if the host refused it or has other timers now. If it is overdue, the purge does
//     not wait for another timer, but happens at the end of the job.

import { type Clock, LATE_MS } from './clock.js';
import { afterJob, Timer } from './host-time.js';

/**
 * A purge looks at every entry; at this many per millisecond, it takes a few percent of the time.
 */
const ENTRIES_PER_MS = 5000;

/** What it needs of a cache. */
export interface Purgeable {
  readonly clock: Pick<Clock, 'onRead'>;
  readonly entries: { readonly size: number; nextDeadline(): number };
  readonly isDisposed: boolean;
  /** How long an entry is kept after its ttl. */
  readonly graceMs: number;
  readonly settings: { readonly ttlAutopurge: boolean };
  now(): number;
}

/** The timer of one cache. */
export class Autopurge {
  readonly #store: Purgeable;
  readonly #purgeNow: () => void;
  readonly #timer = new Timer(() => this.#purge());
  /** The deadline for the timer, on the cache's clock; Infinity if none. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** When the timer was set, and when it is overdue. */
  #askedAt = 0;
  #isLateAt = Number.POSITIVE_INFINITY;

  /** For a cache whose stale entries `purge` removes. */
  constructor(store: Purgeable, purge: () => void) {
    this.#store = store;
    this.#purgeNow = purge;
    store.clock.onRead = (now) => this.#check(now);
  }

  /** Sees to it that an entry with this deadline is removed. O(1), but O(size) the first time. */
  arm(deadline: number, now: number): void {
    if (deadline >= this.#dueAt) return;
    const isFirst = this.#dueAt === Number.POSITIVE_INFINITY;
    this.#setTimer(isFirst ? Math.min(deadline, this.#nextDeadline()) : deadline, now);
  }

  /** Forgets about it. */
  disarm(): void {
    this.#timer.stop();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #nextDeadline(): number {
    return this.#store.entries.nextDeadline() + this.#store.graceMs;
  }

  #setTimer(deadline: number, now: number): void {
    this.disarm();
    if (deadline === Number.POSITIVE_INFINITY) return;
    const least = Math.ceil(this.#store.entries.size / ENTRIES_PER_MS);
    // An entry is stale only after its deadline: one millisecond later.
    const delay = Math.max(Math.ceil(deadline + 1 - now), least, 1);
    this.#dueAt = deadline;
    this.#askedAt = now;
    this.#isLateAt = now + delay + LATE_MS;
    this.#timer.start(delay);
  }

  /** Finds out whether the timer was lost (P3). Runs within readings: calls no user code. */
  #check(now: number): void {
    if (this.#dueAt === Number.POSITIVE_INFINITY) return;
    if (now > this.#isLateAt) {
      this.#isLateAt = now + LATE_MS;
      afterJob(() => this.#purge());
    } else if (!this.#timer.isSet && (!this.#timer.isOfHost || now > this.#askedAt)) {
      this.#setTimer(this.#dueAt, now);
    }
  }

  #purge(): void {
    this.disarm();
    const store = this.#store;
    if (store.isDisposed || !store.settings.ttlAutopurge) return;
    try {
      this.#purgeNow();
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
