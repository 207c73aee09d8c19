// The checker of a shared cache: every region, and the words of every shard, while no thread uses
// it.

import * as layout from '../../assembly/shared/layout.js';
import type { SharedLRU } from '../../src/shared.js';
import { validateAt } from '../bytes/validate.js';

/** Checks all shards. Throws at what does not hold. */
export function validateShards<V>(cache: SharedLRU<V>): void {
  const { buffer } = cache.handle.memory;
  const memory = new DataView(buffer);
  const word = (at: number) => memory.getUint32(at, true);
  let size = 0;
  for (let shard = 0; shard < word(layout.HEAD_SHARDS); shard++) {
    const line = word(layout.HEAD_SHARDS_AT) + shard * word(layout.HEAD_STRIDE);
    const check = (isTrue: boolean, what: string) => {
      if (!isTrue) throw new Error(`invalid shard ${shard}: ${what}`);
    };
    check(word(line + layout.LINE_LOCK) === 0, 'its lock is held');
    let loads = 0;
    for (let i = 0; i < layout.LOADS_MAX; i++) {
      const load = line + layout.LINE_RECORDS + (i << layout.LOAD_BYTES_LOG2);
      if (word(load + layout.LOAD_OWNER) !== 0) loads += 1;
    }
    check(loads === word(line + layout.LINE_LOADS), 'loads are miscounted');
    size += validateAt(new Uint8Array(buffer), line + layout.LINE_BYTES).entries.length;
  }
  if (size !== cache.size) throw new Error(`the size is ${cache.size}, not ${size}`);
}
