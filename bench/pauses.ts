// Times every single `set` of a full cache, for the longest of them.
//
// A cache that now and then does much at once is as fast on average as one that does not, but some
// request waits for it. So does it for the garbage collector, whose work is in these times as well.
//
// The clock is read before and after each set. What that takes is measured likewise, with nothing
// between the two readings; how long the longest of those lasts says what of the longest set may be
// the machine's doing.

import { createHistogram } from 'node:perf_hooks';
import type { Store } from './adapters/store.js';
import type { Span } from './collector.js';
import { Failure } from './failure.js';
import { createRandom, createZipf, mix32 } from './random.js';
import type { PauseSample, WorkloadName } from './results.js';

/** What to do with a cache that is empty, and holds `size` entries. */
export interface PausePlan {
  readonly workload: WorkloadName;
  readonly size: number;
  readonly seed: number;
  /** Passes that are timed, and requests of each. */
  readonly passes: number;
  readonly requests: number;
}

/** Reads the clock, in ms. */
export type Clock = () => number;

/** The length from which a set is looked at by itself. */
const SLOW_MS = 0.5;
const ZIPF_EXPONENT = 0.99;
const ZIPF_KEYS_PER_ENTRY = 8;

/** Times of single operations. Nothing that is done to keep them is within one. */
class Times {
  readonly #histogram = createHistogram();
  #longestMs = 0;
  /** The sets that took long. */
  readonly slow: Span[] = [];

  get count(): number {
    return this.#histogram.count;
  }

  add(start: number, end: number): void {
    const ms = end - start;
    // It holds whole numbers from 1 up: nanoseconds.
    this.#histogram.record(Math.max(1, Math.round(ms * 1e6)));
    if (ms > this.#longestMs) this.#longestMs = ms;
    if (ms > SLOW_MS) this.slow.push({ start, end });
  }

  /** The longest since the last call, in ms. */
  takeLongest(): number {
    const ms = this.#longestMs;
    this.#longestMs = 0;
    return ms;
  }

  /** The time that all but a share stay below, in ns. */
  quantileNs(shareAbove: number): number {
    return this.#histogram.percentile(100 * (1 - shareAbove));
  }
}

/** Sets keys that are not there; a key and its value are one number. */
function churn(store: Store, keys: Int32Array, clock: Clock, times: Times): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const before = clock();
    store.set(key, { id: key });
    times.add(before, clock());
  }
}

/** Gets keys, and sets those that are not there. */
function readThrough(store: Store, keys: Int32Array, clock: Clock, times: Times): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const value = store.get(key);
    if (value === undefined) {
      const before = clock();
      store.set(key, { id: key });
      times.add(before, clock());
    } else if (value.id !== key) {
      throw new Failure('a key had the value of another');
    }
  }
}

/** A function that draws the keys of a pass, and the keys the cache is filled with before. */
function keysOf({ workload, size, seed, requests }: PausePlan): {
  readonly filled: Int32Array;
  readonly draw: (into: Int32Array) => void;
} {
  if (workload === 'churn') {
    let next = size;
    const draw = (into: Int32Array): void => {
      for (let i = 0; i < requests; i++) into[i] = next++;
    };
    return { filled: Int32Array.from({ length: size }, (_, i) => i), draw };
  }
  const rank = createZipf(size * ZIPF_KEYS_PER_ENTRY, ZIPF_EXPONENT, createRandom(seed));
  const draw = (into: Int32Array): void => {
    for (let i = 0; i < requests; i++) into[i] = mix32(rank());
  };
  return { filled: Int32Array.from({ length: size }, (_, i) => mix32(size - 1 - i)), draw };
}

/** What reading the clock takes. */
function timeClock(
  clock: Clock,
  readings: number,
): Pick<PauseSample, 'clockNs' | 'clockLongestMs'> {
  const times = new Times();
  for (let i = 0; i < readings; i++) {
    const before = clock();
    times.add(before, clock());
  }
  return { clockNs: times.quantileNs(0.5), clockLongestMs: times.takeLongest() };
}

/** What was measured in one thread, which does not know when the collector paused it. */
interface TimedSets extends Omit<PauseSample, 'round' | 'ownLongestMs'> {
  /** The sets that took long. */
  readonly slow: readonly Span[];
}

/** Fills a cache and times the sets. */
export function timeSets(
  store: Store,
  plan: PausePlan,
  clock: Clock = () => performance.now(),
): TimedSets {
  const { passes, requests, size } = plan;
  const { filled, draw } = keysOf(plan);
  for (let i = 0; i < filled.length; i++) {
    const key = filled[i] as number;
    store.set(key, { id: key });
  }
  const keys = new Int32Array(requests);
  const run = plan.workload === 'churn' ? churn : readThrough;
  draw(keys);
  run(store, keys, clock, new Times());
  const times = new Times();
  const longestMs: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    draw(keys);
    run(store, keys, clock, times);
    longestMs.push(times.takeLongest());
  }
  const last = keys[requests - 1] as number;
  if (store.get(last)?.id !== last) throw new Failure('a key that was set last is not there');
  if (store.size !== size) throw new Failure(`${store.size} entries, not ${size}`);
  const microseconds = (shareAbove: number): number => times.quantileNs(shareAbove) / 1000;
  return {
    operations: times.count,
    longestMs,
    slow: times.slow,
    quantilesUs: {
      half: microseconds(0.5),
      in1000: microseconds(1e-3),
      in10000: microseconds(1e-4),
      in100000: microseconds(1e-5),
    },
    ...timeClock(clock, requests),
  };
}
