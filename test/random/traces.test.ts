// Shows that the cache is an exact LRU: on real request streams, it has every hit that an
// independent simulator had, and no other.
//
// The hit counts stand in the manifest of the traces (traces.ts). Caches start empty and read
// through: a miss sets the key.

import { describe, expect, it } from 'vitest';
import { openCache, openJs, openRelease, type TestEngine } from '../support/engines.js';
import { isFullSet, keysOf, listTraces, readTraceFile, sha256Of } from '../support/traces.js';

const TRACES_SHARED = 13;
const TRACES_VENDORED = 2;

const traces = listTraces();
const engines = [
  { engineName: 'wasm release', open: openRelease },
  { engineName: 'pure', open: openJs },
];

/** Hits of a read-through cache of `max` entries, which must be full at the end. */
function countHits(
  engine: TestEngine,
  max: number,
  requests: readonly (number | string)[],
): number {
  const cache = openCache<number | string, number>(engine, { max });
  let hits = 0;
  requests.forEach((key, time) => {
    if (cache.get(key) !== undefined) hits += 1;
    else cache.set(key, time);
  });
  expect(cache.size).toBe(max);
  return hits;
}

it('reads every trace there is', () => {
  expect(traces).toHaveLength(isFullSet ? TRACES_SHARED : TRACES_VENDORED);
});

describe.each(traces)('$name', (trace) => {
  const file = readTraceFile(trace);
  let requests: (number | string)[] = [];

  it('is the file of the manifest', () => {
    expect(sha256Of(file)).toBe(trace.sha256);
    requests = keysOf(trace, file);
    expect(requests).toHaveLength(trace.requests);
    expect(new Set(requests).size).toBe(trace.uniques);
  });

  it.each(engines)('has the exact number of LRU hits on $engineName', ({ open }) => {
    if (requests.length === 0) requests = keysOf(trace, file);
    const capacities = Object.keys(trace.lruHitsByCapacity).map(Number);
    const hits = capacities.map((max) => [max, countHits(open(), max, requests)]);
    expect(capacities.length).toBeGreaterThan(1);
    expect(Object.fromEntries(hits)).toEqual(trace.lruHitsByCapacity);
  });
});
