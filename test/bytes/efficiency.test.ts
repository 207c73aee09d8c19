// What the memory is used for: the bytes of keys and values, to all memory, after five turnovers.
//
// sizes.json has two histograms, pairs of bytes and of weight: `meta`, the values of a key-value
// cache (CacheLib's kvcache workload, Apache-2.0), and `cloudphysics`, requests of block storage
// (libCacheSim's sample). Neighbouring sizes are put together under their mean. Keys have 16 to 255
// bytes, evenly, as that workload says.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ByteLRU } from '../../src/bytes.js';

type Histogram = readonly (readonly [bytes: number, weight: number])[];
const histograms = JSON.parse(
  readFileSync(new URL('./sizes.json', import.meta.url), 'utf8'),
) as Record<'meta' | 'cloudphysics', Histogram>;

/** Draws sizes, by the same sequence each time. */
function drawer(histogram: Histogram): () => number {
  const total = histogram.reduce((sum, [, weight]) => sum + weight, 0);
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let left = (state / 2 ** 32) * total;
    for (const [bytes, weight] of histogram) {
      left -= weight;
      if (left <= 0) return bytes;
    }
    return 1;
  };
}

/** The mean share of the memory that is payload, in the last of five turnovers. */
function meanShare(cache: ByteLRU, draw: () => number): number {
  const { maxBytes } = cache;
  const source = new Uint8Array(maxBytes);
  let [stored, sum, count] = [0, 0, 0];
  for (let i = 0; stored < 5 * maxBytes; i++) {
    const size = draw();
    const key = `${i} `.padEnd(16 + ((i * 97) % 240), 'k');
    if (cache.set(key, source.subarray(0, size))) stored += size + key.length;
    if (stored < 4 * maxBytes || i % 100 !== 0) continue;
    expect(cache.memoryBytes).toBeLessThanOrEqual(maxBytes + 65_536);
    sum += cache.bytes / cache.memoryBytes;
    count += 1;
  }
  return sum / count;
}

describe('the memory is payload', () => {
  it('by four fifths, with the sizes of a key-value cache', () => {
    const cache = new ByteLRU({ maxBytes: 1 << 25 });
    expect(meanShare(cache, drawer(histograms.meta))).toBeGreaterThanOrEqual(0.8);
  });

  it.each(['wasm', 'pure'] as const)(
    'by nine tenths, with those of block storage, %s',
    (engine) => {
      const cache = new ByteLRU({ maxBytes: 1 << 23, engine });
      expect(meanShare(cache, drawer(histograms.cloudphysics))).toBeGreaterThanOrEqual(0.9);
    },
  );
});
