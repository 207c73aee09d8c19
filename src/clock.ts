// The clock of one cache: what time it is, for deadlines.
//
// K1  Time never goes back. When the host's clock does, no time passes for the cache until it goes
//     on from there; so no entry lives longer than its ttl of time that was seen to pass.
// K2  A reading that is no finite number is refused, before anything is changed. 0 is a time.
// K3  `now` may be behind by the resolution: it is what was read last, until a timer says that it
//     is old, or after USES_MAX uses, so that time passes within one long job, too. `read` never
//     is: a ttl counts from the moment it is set, or an entry could be stale at once.

import { LRUCacheTypeError } from './errors.js';
import { show } from './options.js';
import type { Perf } from './types.js';

/** How often one reading is used; a reading costs as much as some operations. */
const USES_MAX = 64;

/** A clock that only goes forward. Times are its own, in ms; `toHost` and `fromHost` convert. */
export class Clock {
  readonly #perf: Perf;
  #read = Number.NEGATIVE_INFINITY;
  /** Sum of the steps back that the host's clock has made. */
  #offset = 0;
  #now = 0;
  #usesLeft = 0;
  #isTimerSet = false;

  constructor(perf: Perf) {
    this.#perf = perf;
  }

  /** The time, read at most `resolutionMs` ago. Throws as `read`. */
  now(resolutionMs: number): number {
    if (this.#usesLeft <= 0) return this.read(resolutionMs);
    this.#usesLeft -= 1;
    return this.#now;
  }

  /** The time, read now. Throws `INVALID_CLOCK`, or what the clock throws. */
  read(resolutionMs: number): number {
    const read: unknown = this.#perf.now();
    if (typeof read !== 'number' || !Number.isFinite(read)) {
      throw new LRUCacheTypeError('INVALID_CLOCK', `perf.now() returned ${show(read)}`);
    }
    if (read < this.#read) this.#offset += this.#read - read;
    this.#read = read;
    this.#now = read + this.#offset;
    this.#usesLeft = resolutionMs > 0 && this.#setTimer(resolutionMs) ? USES_MAX : 0;
    return this.#now;
  }

  /** A time of this clock on the host's. */
  toHost(time: number): number {
    return time - this.#offset;
  }

  /** A time of the host's clock on this one. */
  fromHost(time: number): number {
    return time + this.#offset;
  }

  /** Whether a timer will say when the reading is old; some hosts have none at top level. */
  #setTimer(resolutionMs: number): boolean {
    if (this.#isTimerSet) return true;
    try {
      const timer: unknown = setTimeout(() => {
        this.#isTimerSet = false;
        this.#usesLeft = 0;
      }, resolutionMs);
      unref(timer);
    } catch {
      return false;
    }
    this.#isTimerSet = true;
    return true;
  }
}

/** Lets the process end although a timer is set, where the host has such a thing. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void } | undefined)?.unref?.();
}
