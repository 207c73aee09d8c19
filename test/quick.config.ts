// The quick part of the suite, for `npm test`: what the public interface promises, a file for each
// promise, and the files of src/ that have tests of their own. With the build of the core, which is
// all that they need, it takes a minute of processor at most. `npm run test:all` has the rest: what
// is random, exhaustive or hostile, what looks at the package, and what compiles programs.

import { mergeConfig } from 'vitest/config';
import suite from '../vitest.config.js';

const QUICK = [
  // The class, a promise each.
  ...['callbacks', 'call-options', 'errors', 'extras', 'iteration', 'resize'],
  ...['sizes', 'snapshot', 'stale', 'status', 'subclass', 'tags', 'ttl', 'autopurge'],
  // Loads.
  ...['fetch-many', 'freshness', 'loads', 'loads.abort', 'loads.failure', 'loads.memo'],
  // Files of src/.
  ...['call-key', 'clock', 'hash', 'lookaside', 'turns', 'crossings'],
  // What stands on the class.
  ...['memoize', 'memoize.own-key', 'stores', 'stores.dict', 'stores.write-back', 'sockets.units'],
  // Against the model, for a short while.
  ...['model'],
];

const quick = mergeConfig(suite, {});
quick.test.include = QUICK.map((name) => `test/${name}.test.ts`);
// Random runs of each test; the suite has ten times as many and more.
quick.test.env = { WASM_LRU_RUNS: '20' };

export default quick;
