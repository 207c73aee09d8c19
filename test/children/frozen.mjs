// Runs the conformance tests on the built package while nothing of the language can be changed, and
// reports which fail, on the wasm and on the pure engine.
//
// The argument says when the intrinsics are frozen: `before` the package is imported, or `after`,
// or not at all, for a process that was started with --frozen-intrinsics.

import { runInNewContext } from 'node:vm';
import { failuresOf } from '../runtimes/project/conformance.mjs';

const [when] = process.argv.slice(2);

const isCapitalized = (name) => /^[A-Z]/.test(name);

/** Freezes every object of the language that can be reached, but for the global one. */
function freezeIntrinsics() {
  const isObject = (value) => Object(value) === value && value !== globalThis;
  // What a realm has without a host, but for `console`.
  const names = runInNewContext('Object.getOwnPropertyNames(globalThis)').filter(isCapitalized);
  // No global leads to the prototypes of iterators and generators.
  const hidden = [[][Symbol.iterator](), new Map().keys(), (function* () {})(), async () => {}];
  const found = new Set([...names.map((name) => globalThis[name]), ...hidden].filter(isObject));
  for (const object of found) {
    found.add(Object.getPrototypeOf(object) ?? object);
    for (const { value, get, set } of Object.values(Object.getOwnPropertyDescriptors(object))) {
      for (const part of [value, get, set]) if (isObject(part)) found.add(part);
    }
  }
  for (const object of found) if (!ArrayBuffer.isView(object)) Object.freeze(object);
}

if (when === 'before') freezeIntrinsics();
const packages = [
  {
    ...(await import('../../dist/index.js')),
    ...(await import('../../dist/memoize.js')),
    ...(await import('../../dist/stores.js')),
  },
  {
    ...(await import('../../dist/pure.js')),
    ...(await import('../../dist/pure.memoize.js')),
    ...(await import('../../dist/pure.stores.js')),
  },
];
if (when === 'after') freezeIntrinsics();

const report = {
  frozen: [Object, Array, Map, Promise].map((own) => Object.isFrozen(own.prototype)),
};
for (const { LRUCache, ...satellites } of packages) {
  report[LRUCache.engine] = await failuresOf(LRUCache, satellites);
}
console.log(JSON.stringify(report));
