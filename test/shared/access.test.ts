// What another thread does between two calls of the core that belong to one operation: the tests
// take the place of a function of the core, and act before or after it.

import { describe, expect, it } from 'vitest';
import { FOUND, LOCATE, TOUCH } from '../../assembly/bytes/layout.js';
import { RENEWS_NONE } from '../../assembly/shared/layout.js';
import { SharedAccess } from '../../src/shared/access.js';
import { type SharedCore, SharedMemory } from '../../src/shared/memory.js';

const DIVISION = {
  maxBytes: 1 << 20,
  shards: 1,
  threads: 4,
  chunkBytes: 64,
  ttl: 0,
  maxEntryBytes: undefined,
  seed: 1,
};

/** Two threads of a new cache; the core of the first can be changed. */
function pair(division: Partial<typeof DIVISION> = {}) {
  const memory = SharedMemory.create({ ...DIVISION, ...division });
  const other = new SharedAccess(SharedMemory.attach(memory.memory));
  const core = { ...memory.core } as SharedCore;
  Object.defineProperty(memory, 'core', { value: core });
  return { memory, core, access: new SharedAccess(memory), other };
}

function store(access: SharedAccess, key: string | Uint8Array, value: Uint8Array): number {
  return access.put(key, access.write(key, value), 0, 0);
}


/** Longer than a frame, and no byte of it is one of a key. */
const long = (fill: number) => new Uint8Array(150_000).fill(fill);
const KEY = Uint8Array.of(97, 98, 99);

describe('a long value that is replaced while it is read', () => {
  it.each<[string, (access: SharedAccess) => number]>([
    ['looked at', (access) => access.look(KEY, 0, TOUCH | LOCATE)],
    ['claimed', (access) => access.claim(KEY, 0, undefined, RENEWS_NONE)],
  ])('is looked for again, by its key, when it is %s', (_, look) => {
    const { core, access, other } = pair();
    store(access, KEY, long(1));
    const { piece } = core;
    let pieces = 0;
    core.piece = (...values) => {
      pieces += 1;
      // The first piece of the old value is in the frame, where the key was.
      if (pieces === 2) store(other, KEY, long(2));
      return piece(...values);
    };
    expect(look(access)).toBe(FOUND);
    expect(access.copy()).toEqual(long(2));
  });
});
