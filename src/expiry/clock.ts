// The clock of one cache: what time it is, for deadlines.
//
// K1  Time never goes back, except as in K5. When the host's clock steps back, time stops for the
//     cache, and continues from there. So no entry lives longer than its ttl, measured by the steps
//     forward.
// K2  A reading that is not a finite number is refused, before anything is changed. 0 is a time.
// K3  `now` may be behind: it reuses a reading within the job that made it, 64 times at most, and
//     until a timer says that the resolution has passed. A microtask tells the end of a job; some
//     hosts lose timers, but none loses microtasks (host-time.ts). The timer is for tests that
//     advance fake timers within a job. `read` is never behind: a ttl begins at the moment it is
//     set, or an entry could be stale at once.
// K4  Only `now` keeps its reading (as lru-cache does), so a test that advances its clock between a
//     set and a get sees the new time at once.
// K5  A reading beyond READING_MAX may be an error of the clock. It is used, as in K1. But the next
//     reading within that limit continues from the last one within it, as if there had been no
//     error; the age of entries that were set in between begins then. Near an error, times are too
//     large to distinguish milliseconds.
// K6  A given clock is used as it is. Otherwise the clock is the host's at the time of each
//     reading, since test frameworks replace it for a while. No time passes when the host's own
//     clock returns. The clock of a test framework starts at 0, and its reading is time that has
//     passed.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { Perf } from '../common/types.js';
import { afterJob, hostClock, isStandIn, Timer } from './host-time.js';

/** How often one reading is used; a reading costs as much as some operations. */
const USES_MAX = 64;
/** How many readings are not kept after a kept one that its job did not reuse. */
const UNKEPT_MAX = 8;
/** The furthest that a reading may be from 0 unless the clock errs. */
const READING_MAX = 2 ** 53;
/** How late a timer may be until it counts as lost. */
export const LATE_MS = 1000;

/** Called when times after `wrong` turn out to be errors, with the present time. */
type ErrorListener = (wrong: number, now: number) => void;

function finite(time: number): number {
  return Math.min(Math.max(time, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** The age of something that began at a time of the same clock; always finite. */
export function ageAt(now: number, start: number): number {
  return finite(now - start);
}

/** How often the latest reading may be used again. */
interface Kept {
  usesLeft: number;
}

/** A timer that ends the use of a reading. It holds neither the clock nor the cache. */
function endOf(kept: Kept): Timer {
  return new Timer(() => {
    kept.usesLeft = 0;
  });
}

/** A clock that only goes forward. Times are its own, in ms; `toHost` and `fromHost` convert. */
export class Clock {
  /** Told the time at each reading, after it. */
  onRead: ((now: number) => void) | undefined;
  readonly #isHosts: boolean;
  readonly #onError: ErrorListener;
  #source: Perf;
  /** The last reading of the source without an error (K5); NaN if there is none yet. */
  #read = Number.NaN;
  /** By how much this clock is ahead of its source. */
  #offset = 0;
  /** NaN before the first reading. */
  #now = Number.NaN;
  /** Whether the latest reading may be an error. */
  #isErring = false;
  /** That reading, and the time before the first of them. */
  #error = 0;
  #nowBefore = 0;
  readonly #kept: Kept = { usesLeft: 0 };
  readonly #timer = endOf(this.#kept);
  #timerIsLateAt = Number.NEGATIVE_INFINITY;
  #unkeptLeft = 0;
  /** Functions of the host as they were when its clock was looked up: others mean another clock. */
  #setTimeout: unknown = globalThis.setTimeout;
  #Date: unknown = Date;
  #isEndAwaited = false;
  #onJobEnd: (() => void) | undefined;

  /** A clock as `given`, or as the host's is. */
  constructor(given: Perf | undefined, onError: ErrorListener) {
    this.#onError = onError;
    this.#isHosts = given === undefined;
    this.#source = given ?? hostClock();
  }

  /** The time as it was read last. */
  get latest(): number {
    return this.#now;
  }

  /** The time, read in this job, and at most `resolutionMs` ago by its timers. Throws as `read`. */
  now(resolutionMs: number): number {
    const mustRead = this.#kept.usesLeft <= 0 || resolutionMs === 0;
    if (mustRead || this.#setTimeout !== globalThis.setTimeout) return this.#look(resolutionMs);
    this.#kept.usesLeft -= 1;
    return this.#now;
  }

  #look(resolutionMs: number): number {
    this.#kept.usesLeft = 0;
    if (!(resolutionMs > 0)) return this.read();
    if (this.#unkeptLeft > 0) {
      this.#unkeptLeft -= 1;
      return this.read();
    }
    this.#lookUp();
    const now = this.read();
    if (this.#isEnded(resolutionMs)) this.#kept.usesLeft = USES_MAX;
    return now;
  }

  /** The time, read now. Throws `INVALID_CLOCK`, or what the clock throws. */
  read(): number {
    // The host's `performance` is a getter, which costs half as much as a reading.
    if (this.#setTimeout !== globalThis.setTimeout || this.#Date !== Date) this.#lookUp();
    const read: unknown = this.#source.now();
    if (typeof read !== 'number' || !Number.isFinite(read)) {
      throw new LRUCacheTypeError('INVALID_CLOCK', `perf.now() returned ${show(read)}`);
    }
    const step = read - this.#read;
    if (step >= 0 && read <= READING_MAX && !this.#isErring) {
      this.#now = Math.max(this.#now, read + this.#offset);
    } else {
      this.#jump(read);
    }
    if (!this.#isErring) this.#read = read;
    this.onRead?.(this.#now);
    return this.#now;
  }

  /** Continues after the source has begun, stepped back, or made an error. */
  #jump(read: number): void {
    const isError = Math.abs(read) > READING_MAX;
    if (isError) this.#err(read);
    else if (this.#isErring) this.#recover(read);
    else if (Number.isNaN(this.#now)) this.#now = read;
    this.#isErring = isError;
    this.#offset = this.#now - read;
  }

  #err(read: number): void {
    if (Number.isNaN(this.#now)) this.#now = 0;
    if (!this.#isErring) this.#nowBefore = this.#now;
    const step = read - (this.#isErring ? this.#error : this.#read);
    // Infinite, if it leads from one end of the numbers to the other; NaN if there is none.
    if (step > 0) this.#now = finite(this.#now + step);
    this.#error = read;
  }

  #recover(read: number): void {
    const since = Number.isNaN(this.#read) ? read : this.#read;
    const now = this.#nowBefore + Math.max(read - since, 0);
    if (now < this.#now) this.#onError(this.#nowBefore + (READING_MAX - since), now);
    this.#now = now;
  }

  /** Takes the clock that the host has now. */
  #lookUp(): void {
    this.#kept.usesLeft = 0;
    this.#setTimeout = globalThis.setTimeout;
    this.#Date = Date;
    if (!this.#isHosts) return;
    const clock = hostClock();
    if (clock === this.#source) return;
    this.#source = clock;
    this.#read = Number.NaN;
    this.#isErring = false;
    if (!isStandIn(clock) || Number.isNaN(this.#now)) return;
    this.#read = 0;
    this.#offset = this.#now;
  }

  /** A time of this clock on its source, which has been read. */
  toHost(time: number): number {
    return finite(time - this.#offset);
  }

  /** A time of the source on this clock. Throws as `read`. */
  fromHost(time: number): number {
    // The time that somebody gives is on the clock that the host has now.
    if (this.#isHosts && this.#setTimeout !== globalThis.setTimeout) this.read();
    return finite(time + this.#offset);
  }

  /** Sees to it that the end of the job and a timer end the use of a reading; false if refused. */
  #isEnded(resolutionMs: number): boolean {
    if (!this.#timer.isSet || this.#now > this.#timerIsLateAt) {
      if (!this.#timer.start(resolutionMs)) return false;
      this.#timerIsLateAt = this.#now + resolutionMs + LATE_MS;
    }
    if (!this.#isEndAwaited) {
      this.#onJobEnd ??= () => this.#endJob();
      afterJob(this.#onJobEnd);
      this.#isEndAwaited = true;
    }
    return true;
  }

  #endJob(): void {
    this.#isEndAwaited = false;
    if (this.#kept.usesLeft === USES_MAX) this.#unkeptLeft = UNKEPT_MAX;
    this.#kept.usesLeft = 0;
  }
}
