// The clock of one cache: what time it is, for deadlines.
//
// K1  Time never goes back. When the host's clock does, no time passes for the cache until it goes
//     on from there; so no entry lives longer than its ttl of time that was seen to pass.
// K2  A reading that is no finite number is refused, before anything is changed. 0 is a time.
// K3  `now` may be behind by the resolution: it is what was read last, until a timer says that it
//     is old, or after USES_MAX uses, so that time passes within one long job, too. `read` never
//     is: a ttl counts from the moment it is set, or an entry could be stale at once.
// K4  Only `now` caches its reading, as lru-cache does, so that a test that advances a fake clock
//     between `set` and `get` sees the new time at once.

import { LRUCacheTypeError } from './errors.js';
import { show } from './options.js';
import type { Perf } from './types.js';

/** How often one reading is used; a reading costs as much as some operations. */
const USES_MAX = 64;
/** The longest time a timer can be set for: hosts count it in 31 bits. */
const DELAY_MS_MAX = 2 ** 31 - 1;

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

  /** The time as it was read last. */
  get latest(): number {
    return this.#now;
  }

  /** The time, read at most `resolutionMs` ago. Throws as `read`. */
  now(resolutionMs: number): number {
    if (this.#usesLeft <= 0 || resolutionMs === 0) return this.#look(resolutionMs);
    this.#usesLeft -= 1;
    return this.#now;
  }

  #look(resolutionMs: number): number {
    const now = this.read();
    this.#usesLeft = resolutionMs > 0 && this.#setTimer(resolutionMs) ? USES_MAX : 0;
    return now;
  }

  /** The time, read now. Throws `INVALID_CLOCK`, or what the clock throws. */
  read(): number {
    const read: unknown = this.#perf.now();
    if (typeof read !== 'number' || !Number.isFinite(read)) {
      throw new LRUCacheTypeError('INVALID_CLOCK', `perf.now() returned ${show(read)}`);
    }
    if (read < this.#read) this.#offset += this.#read - read;
    this.#read = read;
    this.#now = read + this.#offset;
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

  /** Whether a timer will say when the reading is old. */
  #setTimer(resolutionMs: number): boolean {
    if (this.#isTimerSet) return true;
    const timer = startTimer(() => {
      this.#isTimerSet = false;
      this.#usesLeft = 0;
    }, resolutionMs);
    this.#isTimerSet = timer !== undefined;
    return this.#isTimerSet;
  }
}

/**
 * Sets a timer that does not keep the process alive, for no longer than a host can count.
 * Undefined if the host refuses, as some do at top level.
 */
export function startTimer(run: () => void, ms: number): unknown {
  try {
    const timer: unknown = setTimeout(run, Math.min(ms, DELAY_MS_MAX));
    // Node's timers are objects, those of other hosts are numbers.
    (timer as { unref?: () => void } | undefined)?.unref?.();
    return timer;
  } catch {
    return undefined;
  }
}
