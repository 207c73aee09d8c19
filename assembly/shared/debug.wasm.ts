// The debug build of the core of shared caches: with asserts, and what tests need to stop a thread
// within a turn. Nothing here is in the release build.

import { acquire, release } from './lock.js';
import { lineAt } from './shards.js';

export * from './core.js';

/** Takes the lock of a shard, for good. */
export function hold(head: u32, shard: u32, thread: u32): u32 {
  return acquire(lineAt(head, shard), thread, false);
}

/** Gives it up. */
export function giveUp(head: u32, shard: u32): void {
  release(lineAt(head, shard));
}
