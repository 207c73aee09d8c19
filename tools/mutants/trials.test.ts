// Every build as it is passes the trials that mutants of the core are judged by, but for those that
// need a bound of its memory; mutants.test.ts has them.

import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { trials } from './trials.js';

const builds = ['core.wasm', 'core.debug.wasm'].map((name) => {
  const bytes = readFileSync(new URL(`../../build/${name}`, import.meta.url));
  return [name, new WebAssembly.Module(new Uint8Array(bytes))] as const;
});
const unbounded = trials.filter(({ isBounded }) => !isBounded);

describe.each(builds)('%s', (_, module) => {
  it.each(unbounded)('passes: $name', ({ run }) => run(module));
});
