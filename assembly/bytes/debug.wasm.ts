// The debug build of the core of bytes: with asserts, and what tests need to make rare events
// common. Nothing here is in the release build.

import { setClock } from '../slots.js';
import { Store } from './memory.js';

export { refuseGrowthAfter } from '../debug/fault.js';
export * from './core.js';

/** Lets the clock of an empty store start later. */
export function startClock(store: Store, clock: u32): void {
  setClock(store, clock);
}
