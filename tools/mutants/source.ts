// The command: runs Stryker on one file of src/ after the other, each with the tests that concern
// it, and keeps the figures and the survivors of each.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { execaSync } from 'execa';
import { files, writeDocument } from './document.js';
import { percentOf } from './score.js';
import {
  type LineRange,
  type Report,
  rangesWithSurvivors,
  rejudged,
  type SourceScore,
  sourceScoreOf,
} from './source-score.js';
import { ENGINES, fileOf, PROMISES, TESTS } from './source-tests.js';

const HERE = 'tools/mutants';
const STRYKER = `${HERE}/node_modules/.bin/stryker`;
const REPORT = 'build/stryker.json';
/** Random runs of a suite: what finds no mutant in so many is not worth the time of more. */
const RUNS = '200';
/** What a test may take, where it waits for promises and where it computes. */
const WAIT_MS = '6000';
const TEST_MS = '20000';

interface Options {
  readonly concurrency: string;
  readonly survivors?: true;
}

const readScores = () =>
  JSON.parse(readFileSync(files.source, 'utf8')) as Record<string, SourceScore>;

/** Stryker's report on a file, or some lines; undefined if its tests fail by themselves. */
function judge(
  name: string,
  concurrency: string,
  ranges?: readonly LineRange[],
): Report | undefined {
  rmSync(REPORT, { force: true });
  const tests = (TESTS[name] ?? []).map(fileOf);
  const file = `src/${name}.ts`;
  const mutate = ranges?.map(([first, last]) => `${file}:${first}-${last}`).join() ?? file;
  const command = ['run', `${HERE}/stryker.json`, '--mutate', mutate];
  const engine = ENGINES.test(name) ? '' : 'js';
  const env = {
    WASM_LRU_TESTS: tests.join(' '),
    WASM_LRU_ENGINE: engine,
    WASM_LRU_RUNS: RUNS,
    WASM_LRU_TEST_MS: PROMISES.test(name) ? WAIT_MS : TEST_MS,
  };
  execaSync(STRYKER, [...command, '--concurrency', concurrency], {
    ...{ env, reject: false, stdin: 'ignore', stdout: process.stderr, stderr: 'inherit' },
  });
  if (!existsSync(REPORT)) return undefined;
  return JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
}

/** The score of a file by now; undefined if its tests fail without a mutant. */
function scoreOf(name: string, { concurrency, survivors }: Options): SourceScore | undefined {
  const lines = readFileSync(`src/${name}.ts`, 'utf8').split('\n');
  const known = survivors ? readScores()[name] : undefined;
  const ranges = known && rangesWithSurvivors(known, lines);
  if (ranges?.length === 0) return known;
  const report = judge(name, concurrency, ranges);
  if (report === undefined) return undefined;
  return known ? rejudged(known, report, lines) : sourceScoreOf(report, lines);
}

/** Keeps a score, and writes the document anew. */
function keep(name: string, score: SourceScore): void {
  const scores = { ...readScores(), [name]: score };
  const entries = Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(files.source, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  writeDocument();
}

const command = new Command('npm run test:mutation --')
  .description('mutates src/ with Stryker; writes the scores to docs/mutation.md')
  .argument('[files...]', 'names of files in src/, without .ts; all, if there are none')
  .option('--concurrency <processes>', 'how many mutants run at once', '2')
  .option('--survivors', 'judge only what survived again, in lines that are as they were')
  .parse();
const names = command.args.length > 0 ? command.args : Object.keys(TESTS);

for (const name of names) {
  const score = scoreOf(name, command.opts<Options>());
  if (score === undefined) {
    process.stderr.write(`${name}: no score, since its tests fail without a mutant\n`);
    process.exitCode = 1;
    continue;
  }
  keep(name, score);
  const { killed, survivors } = score;
  const percent = percentOf(killed, survivors.length);
  process.stdout.write(`${name}: ${percent.toFixed(1)} %, ${survivors.length} survived\n`);
}
