// The quick part of the suite, for `npm test`: what the public interface promises, a file for each
// promise, and the files of src/ that have tests of their own. With the build of the core, which is
// all that they need, it takes a minute of processor at most. `npm run test:all` has the rest: what
// is random, exhaustive or hostile, what looks at the package, and what compiles programs.

import { mergeConfig } from 'vitest/config';
import suite from '../vitest.config.js';

const QUICK = [
  // What the classes promise, a file each.
  ...['behaviour/*', 'loads/*', 'memoize/*', 'stores/*'],
  // Files of src/.
  ...['unit/clock', 'unit/lookaside', 'unit/crossings', 'unit/sockets.units'],
  // Against the model, for a short while.
  'random/model',
];
/** Those of them that compile programs, are random, or take more than a few seconds. */
const SLOW = [
  ...['behaviour/{callbacks,keys,many,options,resize}', 'loads/{scheduler,differential}'],
  'memoize/cached.decorators',
  'stores/{fuzz,hostile,scheduler,stack}',
];
const filesOf = (names: readonly string[]) => names.map((name) => `test/${name}.test.ts`);

const quick = mergeConfig(suite, {});
quick.test.include = filesOf(QUICK);
quick.test.exclude = filesOf(SLOW);
// Random runs of each test; the suite has ten times as many and more.
quick.test.env = { WASM_LRU_RUNS: '20' };

export default quick;
