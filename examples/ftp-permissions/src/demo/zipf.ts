// Draws by Zipf's law: rank r comes up in proportion to 1 / (r + 1), as users of a server do.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws ranks from 0 up to, and not including, `count`. The same seed draws the same ones. */
export function createZipf(count: number, seed: number): () => number {
  const random = xoroshiro128plus(seed);
  const sums: number[] = [];
  for (let rank = 0, sum = 0; rank < count; rank++) {
    sum += 1 / (rank + 1);
    sums.push(sum);
  }
  return () => {
    const drawn = uniformFloat64(random) * (sums[count - 1] ?? 0);
    return sums.findIndex((sum) => drawn < sum);
  };
}
