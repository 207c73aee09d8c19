// Every build passes the trials that mutants of the core are judged by, with as little memory.

import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { assemble } from './mutant.js';
import { trials } from './trials.js';

const builds = ['core', 'core.debug'].map((name) => {
  const wat = readFileSync(new URL(`../../build/${name}.wat`, import.meta.url), 'utf8');
  return [name, new WebAssembly.Module(assemble(wat))] as const;
});

describe.each(builds)('%s', (_, module) => {
  it.each(trials)('passes: $name', ({ run }) => run(module));
});
