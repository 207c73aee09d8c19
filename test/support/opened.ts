// The caches that the present test has opened and not disposed of, to be checked when it is over:
// what the hook of each-test.ts works with. Every cache is among them, whoever made it and on
// whatever engine, since each gets its table from a `TableHost`.
//
// A cache is kept alive until it is checked, so that no check depends on the garbage collector.
// Helpers that wait for it (collected.ts) have all checked first, and so let go.

import type { LRUCache } from '../../src/api/lru.js';
import { type Lease, TableHost } from '../../src/engine/lifetime.js';

/** More caches of one test are not kept alive: those there are get checked first. */
const KEPT_MAX = 1000;

const opened = new Set<object>();
/** The cache of entries, where a test has made it by `openCache`. */
export const cacheOf = new WeakMap<object, LRUCache<unknown, unknown>>();
let check: (owner: object) => void = () => {};

/** From now on, notes the owner of every table; `checkOwner` fails the test if it is not valid. */
export function noteOwners(checkOwner: (owner: object) => void): void {
  check = checkOwner;
  const { open, close } = TableHost.prototype;
  TableHost.prototype.open = function (this: TableHost, owner: object, limit: number): Lease {
    if (opened.size >= KEPT_MAX) checkOpened();
    opened.add(owner);
    return open.call(this, owner, limit) as Lease;
  } as typeof open;
  TableHost.prototype.close = function (this: TableHost, owner: object, lease: Lease): void {
    opened.delete(owner);
    close.call(this, owner, lease as never);
  } as typeof close;
}

/** Checks the caches that were opened since the last time, and lets them go. */
export function checkOpened(): void {
  const owners = [...opened];
  opened.clear();
  for (const owner of owners) check(owner);
}
