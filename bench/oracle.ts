// The oracle: what an exact LRU cache does with a trace.
//
// It is kept apart from every cache that is measured, and works as none of them does: keys are
// numbers from 0 up, given out beforehand, so that nothing is hashed or looked up. It owns the
// recency list of the whole trace's keys, as two arrays. O(requests + unique keys).

/** What a replay comes to; equal for any two exact LRU caches. */
export interface Outcome {
  readonly hits: number;
  /** Sum of the values of all hits, modulo 2^32. A value is the index of the set's request. */
  readonly checksum: number;
}

const ABSENT = -1;

/**
 * Replays requests for keys 0 to `uniques` - 1 through an exact LRU cache that is empty first:
 * get, and on a miss set.
 */
export function replayExactly(ids: Int32Array, uniques: number, capacity: number): Outcome {
  // One more element than there are keys: the end of the list on either side.
  const end = uniques;
  const older = new Int32Array(uniques + 1);
  const newer = new Int32Array(uniques + 1);
  const values = new Int32Array(uniques).fill(ABSENT);
  older[end] = end;
  newer[end] = end;
  let size = 0;
  let hits = 0;
  let checksum = 0;

  const unlink = (id: number): void => {
    const left = older[id] as number;
    const right = newer[id] as number;
    newer[left] = right;
    older[right] = left;
  };
  const linkNewest = (id: number): void => {
    const left = older[end] as number;
    older[id] = left;
    newer[id] = end;
    newer[left] = id;
    older[end] = id;
  };

  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    const value = values[id] as number;
    if (value !== ABSENT) {
      hits += 1;
      checksum = (checksum + value) | 0;
      unlink(id);
    } else {
      values[id] = i;
      size += 1;
    }
    linkNewest(id);
    if (size > capacity) {
      const oldest = newer[end] as number;
      unlink(oldest);
      values[oldest] = ABSENT;
      size -= 1;
    }
  }
  return { hits, checksum };
}
