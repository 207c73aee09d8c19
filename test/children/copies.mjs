// Reports of each error that a CommonJS copy of the package makes, which classes of an ES module's
// copy take it for one of theirs, and fails if it is otherwise the other way round.

import { deepStrictEqual, notStrictEqual } from 'node:assert';
import { createRequire } from 'node:module';
import * as esm from 'wasm-lru';

const cjs = createRequire(import.meta.url)('wasm-lru');
notStrictEqual(cjs.LRUCacheError, esm.LRUCacheError);

/** The names of the classes of one copy that take each error of the other one for theirs. */
function known(makers, classes) {
  class OwnError extends makers.LRUCacheTypeError {}
  class NoError extends classes.LRUCacheTypeError {}
  const { LRUCacheError, LRUCacheTypeError, LRUCacheRangeError } = classes;
  const all = { LRUCacheError, LRUCacheTypeError, LRUCacheRangeError, NoError };
  const { LRUCache: _, provideCore: __, ...errors } = makers;
  const given = Object.entries({ ...errors, OwnError, Error }).map(([name, Made]) => {
    const error = new Made('NO_STATS', 'why');
    const names = Object.keys(all).filter((each) => error instanceof all[each]);
    return [name, names];
  });
  return Object.fromEntries(given);
}

const report = known(cjs, esm);
deepStrictEqual(known(esm, cjs), report);
console.log(JSON.stringify(report));
