// What SharedLRU says in a worker of workerd, where there are no threads: at first in a request, or
// while the module is evaluated.

import { SharedLRU } from 'wasm-lru/shared';
import { alone } from './shared.mjs';

const early = (globalThis.isFirstAtTop ?? false) ? alone(SharedLRU) : undefined;

export default {
  fetch: () => Response.json(early ?? alone(SharedLRU)),
};
