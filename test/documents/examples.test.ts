// Runs each example of examples/ as its reader would, on dist/, and compares what it prints.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const folder = join(root, 'examples');

const PRINTED: Record<string, readonly string[]> = {
  'loading.mjs': ['query for 1, 2', 'query for 3, 4', 'Ada, Grace', 'Grace, Edsger', 'Edsger'],
  'stores.mjs': [
    'write of even, odd',
    'even is still dirty: The database is down',
    'sync: The database is down',
    '0 250',
    'write of even',
    '0',
  ],
  'memoize.mjs': [
    'load a/',
    'load b/',
    "[ 'index', 'index', 'index' ]",
    'load a/none',
    '[ undefined, undefined ]',
    'load a/',
    '1',
  ],
  'cached.ts': [
    'find Ada in staff',
    'staff/Ada staff/Ada',
    'find Ada in guests',
    'guests/Ada',
    'find Ada in staff',
    '1',
  ],
};

const files = readdirSync(folder).filter((name) => /\.(mjs|ts)$/.test(name));

/** A file that Node can run: a decorator has to be compiled. */
function runnable(name: string): string {
  if (name.endsWith('.mjs')) return join(folder, name);
  const { outputText } = ts.transpileModule(readFileSync(join(folder, name), 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const file = join(root, 'build/examples', name.replace(/\.ts$/, '.mjs'));
  mkdirSync(join(root, 'build/examples'), { recursive: true });
  writeFileSync(file, outputText);
  return file;
}

it.each(files)('%s prints what it should', (name) => {
  const { stdout } = execaSync(process.execPath, [runnable(name)]);
  expect(stdout.split('\n')).toEqual(PRINTED[name]);
});

const ENTRIES = `
  const assert = require('node:assert');
  const names = ['', '/stores', '/memoize'];
  const entries = (load) => Promise.all(names.map((name) => load('wasm-lru' + name)));
  const check = ([{ LRUCache, LRUCacheTypeError }, { WriteBackCache }, { memoize }]) => {
    assert(memoize((a) => a).cache instanceof LRUCache);
    assert.throws(() => new WriteBackCache({ max: 1 }), LRUCacheTypeError);
  };
  entries((name) => import(name)).then(check);
  entries(require).then(check);`;

it('the entries share the class and the errors of the main one, in both formats', () => {
  execaSync(process.execPath, ['--input-type=commonjs', '-e', ENTRIES], { cwd: root });
});
