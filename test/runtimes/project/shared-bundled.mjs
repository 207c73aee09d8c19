// What SharedLRU says where it is bundled for Vercel's edge, which has no threads.

import { SharedLRU } from 'wasm-lru/shared';
import { alone } from './shared.mjs';

globalThis.firstGetAt = performance.now();
Promise.resolve(alone(SharedLRU)).then((report) => globalThis.report(report));
