// Runs one job in the project that this file was copied into, and prints what came out as JSON.
//
// Arguments: the job, the package that depends on lru-cache, and a folder tree to look at. It also
// says which lru-cache that package resolves to, and how often it was asked: copies of lru-cache
// that are bundled into a dependent would not be counted.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [job, dependent, tree] = process.argv.slice(2);

const ownRequire = createRequire(import.meta.url);
const dependentRequire = createRequire(ownRequire.resolve(`${dependent}/package.json`));

/** Name and version of the package that a file belongs to. */
function packageOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (name !== undefined) return `${name} ${version}`;
    } catch {
      if (folder === dirname(folder)) return `no package around ${file}`;
    }
  }
}

const calls = { gets: 0, sets: 0 };

function countCalls(prototype) {
  const { get, set } = prototype;
  prototype.get = function (...args) {
    calls.gets += 1;
    return get.apply(this, args);
  };
  prototype.set = function (...args) {
    calls.sets += 1;
    return set.apply(this, args);
  };
}

/** The result of a synchronous function, and the calls of the cache that were made for it. */
function counted(action) {
  const before = { ...calls };
  const result = action();
  return { result, gets: calls.gets - before.gets, sets: calls.sets - before.sets };
}

async function outcomeOf(scenario) {
  try {
    return await scenario({ tree, counted });
  } catch (error) {
    return { threw: error.name, message: error.message };
  }
}

function toPlain(_key, value) {
  if (value === undefined) return '(undefined)';
  return ['function', 'bigint'].includes(typeof value) ? `(${typeof value})` : value;
}

// `import` and `require` may give two classes of one package; a dependent uses one of them.
const classes = [await import('lru-cache'), dependentRequire('lru-cache')];
for (const LRUCache of new Set(classes.map((module) => module.LRUCache))) {
  countCalls(LRUCache.prototype);
}

const { scenarios } = await import(`./jobs/${job}.mjs`);
const results = {};
for (const [name, scenario] of Object.entries(scenarios)) {
  results[name] = await outcomeOf(scenario);
}
const ran = { on: packageOf(dependentRequire.resolve('lru-cache')), ...calls };
process.stdout.write(JSON.stringify({ results, ran }, toPlain));
