// Exact hits of an LRU cache at every size at once, after Mattson and others (1970).
//
// The stack distance of a request is the number of different keys asked for since its key was last
// asked for, that key included. An LRU cache of `size` entries holds exactly the `size` keys that
// were used last, so a request is a hit where the distance is at most the size. One pass therefore
// tells the hits at all sizes. A Fenwick tree over the requests has a 1 where a key was last asked
// for; the distance is a sum over the requests since then. O(n log n) in all.

/** Adds to the count of a request, the first of which is 1. */
function add(tree: Int32Array, request: number, change: number): void {
  for (let i = request; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + change;
}

/** Sum of the counts of the first requests, up to this one. */
function sumTo(tree: Int32Array, request: number): number {
  let sum = 0;
  for (let i = request; i > 0; i -= i & -i) sum += tree[i] as number;
  return sum;
}

/**
 * Hits of an exact LRU cache that is empty first, by its size: from 0, which has none, to
 * `uniques`, where every key fits. Keys are 0 to `uniques` - 1.
 */
export function hitsBySize(ids: Int32Array, uniques: number): Float64Array {
  const hits = new Float64Array(uniques + 1);
  const latest = new Int32Array(uniques);
  const tree = new Int32Array(ids.length + 1);
  let keys = 0;
  for (let request = 1; request <= ids.length; request++) {
    const id = ids[request - 1] as number;
    const before = latest[id] as number;
    if (before === 0) {
      keys += 1;
    } else {
      const distance = keys - sumTo(tree, before - 1);
      hits[distance] = (hits[distance] as number) + 1;
      add(tree, before, -1);
    }
    add(tree, request, 1);
    latest[id] = request;
  }
  for (let size = 1; size <= uniques; size++) {
    hits[size] = (hits[size] as number) + (hits[size - 1] as number);
  }
  return hits;
}
