// The command: runs Stryker on one file of src/ after the other, each with the tests that concern
// it, and keeps the figures and the survivors of each.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { files, writeDocument } from './document.js';
import { percentOf } from './score.js';
import { type Report, type SourceScore, sourceScoreOf } from './source-score.js';

const REPORT = 'build/stryker.json';

/** Tests of a file, by their names under test/, those that find most first; not all, for speed. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  autopurge: ['autopurge', 'differential/autopurge'],
  bulk: ['snapshot', 'stale', 'resize', 'lifecycle', 'throwing'],
  callbacks: ['callbacks', 'reentrancy', 'throwing'],
  channels: ['hosts', 'channels'],
  clock: ['clock', 'clock-host', 'ttl'],
  'columns-pure': ['mutants/trials', 'columns'],
  'engine-disposed': ['engine', 'lifecycle'],
  'engine-pure': ['mutants/trials', 'engine'],
  'engine-wasm': ['mutants/trials', 'engine'],
  engines: ['hosts', 'engine'],
  entries: ['model', 'structure', 'hosts', 'resize', 'callbacks', 'growth', 'keys', 'gears'],
  'entries-columns': ['columns', 'columns.model', 'growth.columns', 'sizes', 'ttl'],
  errors: ['options'],
  hash: ['mutants/trials', 'hash'],
  iterable: ['iteration', 'extras'],
  loading: ['extras', 'loads', 'loads.memo', 'loads.failure', 'loads.abort', 'loads.report'],
  loads: ['loads', 'loads.memo', 'loads.failure', 'loads.abort', 'loads.report'],
  lru: ['options', 'extras', 'callbacks', 'status', 'ttl', 'sizes', 'snapshot', 'loads'],
  measure: ['sizes', 'options', 'columns'],
  sample: ['sample'],
  settings: ['options', 'status', 'ttl', 'sizes'],
  snapshot: ['snapshot'],
  stats: ['extras', 'status'],
  status: ['status', 'loads.report'],
  store: ['callbacks', 'ttl', 'sizes', 'stale', 'status', 'extras', 'columns', 'reentrancy'],
  'table-pure': ['mutants/trials', 'engine', 'growth.columns'],
  walk: ['iteration', 'stale', 'lifecycle', 'clock', 'iteration.fuzz'],
  warning: ['hosts'],
};

function judge(name: string): SourceScore {
  rmSync(REPORT, { force: true });
  const tests = (TESTS[name] ?? []).map((test) => `test/${test}.test.ts`);
  const command = ['stryker', 'run', 'test/mutants/stryker.json', '--mutate', `src/${name}.ts`];
  const env = { ...process.env, WASM_LRU_TESTS: tests.join(' ') };
  spawnSync('npx', command, { stdio: ['ignore', 2, 2], env });
  const lines = readFileSync(`src/${name}.ts`, 'utf8').split('\n');
  return sourceScoreOf(JSON.parse(readFileSync(REPORT, 'utf8')) as Report, lines);
}

const names = new Command('npm run test:mutation --')
  .description('mutates src/ with Stryker; writes the scores to docs/mutation.md')
  .argument('[files...]', 'names of files in src/, without .ts; all, if there are none')
  .parse().args;

for (const name of names.length > 0 ? names : Object.keys(TESTS)) {
  const score = judge(name);
  const scores = JSON.parse(readFileSync(files.source, 'utf8')) as Record<string, SourceScore>;
  const entries = Object.entries({ ...scores, [name]: score }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(files.source, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  const { killed, survivors } = score;
  const percent = percentOf(killed, survivors.length);
  writeDocument();
  process.stdout.write(`${name}: ${percent.toFixed(1)} %, ${survivors.length} survived\n`);
}
