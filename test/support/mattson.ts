// Exact hit counts of LRU caches of all sizes at once, after Mattson et al. (1970): a request hits
// in every cache that is larger than the number of other keys since the key was requested before.
// Keys since then are counted in a Fenwick tree over the places of last requests.

/** For each capacity up to `largest`, the hits of a cache that stores what it misses. */
export function lruHits(keys: readonly unknown[], largest: number): Float64Array {
  const tree = new Int32Array(keys.length + 1);
  const add = (place: number, by: number) => {
    for (let i = place + 1; i < tree.length; i += i & -i) (tree[i] as number) += by;
  };
  const upTo = (place: number) => {
    let sum = 0;
    for (let i = place + 1; i > 0; i -= i & -i) sum += tree[i] as number;
    return sum;
  };
  const hits = new Float64Array(largest + 1);
  const last = new Map<unknown, number>();
  keys.forEach((key, place) => {
    const before = last.get(key);
    if (before !== undefined) {
      const distance = last.size - upTo(before - 1);
      if (distance <= largest) (hits[distance] as number) += 1;
      add(before, -1);
    }
    add(place, 1);
    last.set(key, place);
  });
  // Until here, hits of the caches that are just large enough.
  for (let size = 1; size <= largest; size++) (hits[size] as number) += hits[size - 1] as number;
  return hits;
}
