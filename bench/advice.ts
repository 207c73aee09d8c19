// What a trace says of caches before any is measured: would one help, and how large should it be.
//
// Everything here is exact and takes no clock: hits of an LRU cache by its size (distances.ts).

import { hitsBySize } from './distances.js';
import type { Trace } from './trace.js';

/** Hits at one size. */
export interface Point {
  readonly entries: number;
  readonly hits: number;
  readonly hitRatio: number;
}

/**
 * `none`: every key is asked for once, so that no cache can help. `little`: a cache of any size
 * answers less than one request of ten. `yes`: it helps.
 */
export type Verdict = 'none' | 'little' | 'yes';

/** The answer for a trace. */
export interface Advice {
  readonly trace: string;
  readonly requests: number;
  readonly uniques: number;
  /** Keys that are asked for only once. */
  readonly once: number;
  readonly verdict: Verdict;
  /** The least round size that has nearly all hits that there are; absent if there are none. */
  readonly advised?: Point;
  /** Hits if every key fits: no cache has more. */
  readonly most: Point;
  /** Hits by size: 1, 2, 5, 10 and so on, the advised size, and where every key fits. */
  readonly curve: readonly Point[];
  /** Sizes worth measuring: about half of all hits, nearly all, and all but a few. */
  readonly sizes: readonly number[];
}

/** Share of the hits there are that is nearly all: what is beyond costs much memory for little. */
const NEARLY_ALL = 0.9;
const SHARES_MEASURED = [0.5, NEARLY_ALL, 0.99];
const HELPS_MIN = 0.1;

/** The least number with two digits that count that is not below. */
function roundedUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}

/** The least size that has so many hits. */
function sizeFor(hits: Float64Array, wanted: number): number {
  let [low, high] = [1, hits.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hits[middle] as number) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** 1, 2, 5, 10 and so on, below a number. */
function roundSizesBelow(end: number): number[] {
  const sizes: number[] = [];
  for (let unit = 1; unit < end; unit *= 10) {
    sizes.push(...[unit, 2 * unit, 5 * unit].filter((size) => size < end));
  }
  return sizes;
}

function onceIn({ ids, uniques }: Trace): number {
  const counts = new Int32Array(uniques);
  for (const id of ids) counts[id] = (counts[id] as number) + 1;
  return counts.filter((count) => count === 1).length;
}

/** Says what caches would do for a trace. */
export function adviseOn(trace: Trace): Advice {
  const { label, requests, uniques } = trace;
  const hits = hitsBySize(trace.ids, uniques);
  const pointAt = (entries: number): Point => {
    const count = hits[entries] as number;
    return { entries, hits: count, hitRatio: count / requests };
  };
  const most = pointAt(uniques);
  const sizeOf = (share: number): number =>
    Math.min(uniques, roundedUp(sizeFor(hits, share * most.hits)));
  const sizes = most.hits === 0 ? [] : [...new Set(SHARES_MEASURED.map(sizeOf))];
  const advised = most.hits === 0 ? undefined : pointAt(sizeOf(NEARLY_ALL));
  const shown = new Set([...roundSizesBelow(uniques), uniques]);
  if (advised !== undefined) shown.add(advised.entries);
  return {
    ...{ trace: label, requests, uniques, once: onceIn(trace) },
    verdict: most.hits === 0 ? 'none' : most.hitRatio < HELPS_MIN ? 'little' : 'yes',
    ...(advised === undefined ? {} : { advised }),
    most,
    curve: [...shown].sort((a, b) => a - b).map(pointAt),
    sizes,
  };
}
