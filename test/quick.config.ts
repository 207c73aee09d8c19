// The quick part of the suite, for `npm test`: what the public interface promises, a file for each
// promise, and the files of src/ that have tests of their own. It takes a minute of processor at
// most. What is random, exhaustive or hostile, and what compiles programs, is in `npm run test:all`.

import { mergeConfig } from 'vitest/config';
import suite from '../vitest.config.js';

const QUICK = [
  // The class, a promise each.
  ...['callbacks', 'call-options', 'errors', 'extras', 'iteration', 'keys', 'lifecycle', 'options'],
  ...['resize', 'sizes', 'snapshot', 'stale', 'status', 'subclass', 'tags', 'ttl', 'autopurge'],
  // Loads.
  ...['fetch-many', 'freshness', 'loads', 'loads.abort', 'loads.failure', 'loads.memo'],
  // Files of src/.
  ...['call-key', 'clock', 'hash', 'lookaside', 'sample', 'turns', 'crossings'],
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
