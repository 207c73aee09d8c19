// The debug build of the core of numbers: its interface, with asserts, and what tests need to make
// rare events common.

export * from '../numbers/core.js';
export { refuseGrowthAfter } from './fault.js';
export { relocate, startClock, trap } from './index.js';
