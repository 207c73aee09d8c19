// The command that runs the conformance tests on the packed package in every runtime: that of
// LRUCache, and that of SharedLRU.
//
// This file owns the options, the verdicts and the tables. It passes if every target did. A runtime
// that is not installed is skipped, but on CI it is a failure.
//
// How a run goes: targets.mjs and shared.mjs have the lists, execute.mjs starts programs, and
// workers.mjs, browsers.mjs and bundles.mjs each know their kind. What runs there is in project/.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { withBlock } from '../../tools/markdown.mjs';
import { Command, Option, runCommand, tell } from '../support/command.mjs';
import { findOrPack, installIn, makeFolder } from '../support/tarball.mjs';
import { addControl, writeCommonJs } from './bundles.mjs';
import { Missing } from './execute.mjs';
import { SHARED_TARGETS } from './shared.mjs';
import { TARGETS } from './targets.mjs';
import { ensureNewerTools, ensureTools } from './tools.mjs';

/** How many targets run at a time: as many as CI has processors. */
const AT_ONCE = 2;

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const yesNo = (flag) => (flag ? 'yes' : 'no');
const testsOf = ({ passed, failures }) => `${passed} of ${passed + failures.length}`;

/**
 * The tables, by the class: what its targets' reports say wrong and show, besides the failures, and
 * the document that has the first columns, which do not differ from run to run.
 */
const TABLES = {
  LRUCache: {
    ...{ targets: TARGETS, file: at('../../README.md'), mark: 'runtimes', columns: 5 },
    heads: ['loaded by', 'engine', 'js-string', 'tests', 'ms to first get'],
    faultsOf(target, { engine, jsString }) {
      const faults = [];
      if (engine !== target.engine) faults.push(`engine ${engine}, not ${target.engine}`);
      if (jsString !== target.inWasm) faults.push(`js-string ${yesNo(jsString)}`);
      return faults;
    },
    cellsOf: ({ engine, jsString, firstGetMs, ...report }) => [
      ...[engine, yesNo(jsString), testsOf(report), firstGetMs?.toFixed(1) ?? '–'],
    ],
  },

  SharedLRU: {
    ...{ targets: SHARED_TARGETS, file: at('../../docs/shared.md'), mark: 'hosts', columns: 4 },
    heads: ['threads', '`new SharedLRU`', 'tests'],
    faultsOf: (target, { outcome }) =>
      outcome === target.outcome ? [] : [`${outcome}, not ${target.outcome}`],
    cellsOf: ({ outcome, ...report }) => {
      const works = { shared: 'works', alone: 'works, in its one thread' }[outcome];
      return [works ?? `throws \`${outcome}\``, testsOf(report)];
    },
  },
};

const ALL = Object.values(TABLES).flatMap(({ targets }) => targets);
const NAMES = [...new Set(ALL.map(({ runtime }) => runtime))];

const command = new Command('npm run test:runtimes --')
  .description(
    'Installs the packed package in a project, and runs the same tests on it in every runtime, ' +
      'through every bundler, and where WebAssembly is refused. Needs npm and a registry; ' +
      'Chromium and Firefox from the system. With CI set, all must be there.',
  )
  .option('--tarball <file>', 'use this packed package, not a fresh npm pack')
  .addOption(new Option('--only <names...>', 'run only these runtimes').choices(NAMES))
  .addOption(new Option('--of <class>', 'run only its tests').choices(Object.keys(TABLES)))
  .addOption(new Option('--write', 'write the tables into their documents').conflicts('only'))
  .option('--keep', 'keep the temporary project, and say where it is');

/** What is wrong with a report, by what its target must show; empty if nothing is. */
function faultsOf(table, target, report) {
  const faults = [...report.failures, ...table.faultsOf(target, report)];
  if (report.passed === 0) faults.push('no test ran');
  return faults;
}

/** Runs one target: a row of the table, and what was wrong. */
async function runTarget(table, target, project) {
  const { runtime, by } = target;
  try {
    const version = await target.version();
    const report = await target.run(project);
    const faults = faultsOf(table, target, report);
    return { runtime, by, version, report, faults, isSkipped: false };
  } catch (error) {
    const isSkipped = error instanceof Missing && !process.env.CI;
    return { runtime, by, faults: isSkipped ? [] : [error.message], isSkipped };
  }
}

/** Runs all targets, some at a time, and gives back what came of them in their order. */
async function runAll(table, targets, project) {
  const outcomes = [];
  const waiting = [...targets.entries()];
  const runSome = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, target] = next;
      outcomes[i] = await runTarget(table, target, project);
      for (const fault of outcomes[i].faults) tell(`${target.runtime}, ${target.by}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runSome));
  return outcomes;
}

function rowsOf({ heads, cellsOf }, outcomes) {
  const blank = Array(heads.length - 2).fill('–');
  return outcomes.map(({ runtime, by, version, report, isSkipped }) => {
    if (report !== undefined) return [runtime, version, by, ...cellsOf(report)];
    const [about, verdict] = isSkipped ? ['not installed', 'skipped'] : ['–', 'FAILED'];
    return [runtime, version ?? about, by, verdict, ...blank];
  });
}

/** Writes the table, but for what differs from run to run, into its document. */
function writeTable({ file, mark, columns }, heads, rows) {
  const short = (cells) => cells.slice(0, columns);
  const table = markdownTable([heads, ...rows].map(short));
  writeFileSync(file, withBlock(readFileSync(file, 'utf8'), mark, table));
}

/** Runs the targets of one table, and prints it; whether all have passed. */
async function runTable(table, project, { only, write }) {
  const targets = table.targets.filter(({ runtime }) => only?.includes(runtime) ?? true);
  if (targets.length === 0) return true;
  const outcomes = await runAll(table, targets, project);
  const heads = ['runtime', 'version', ...table.heads];
  const rows = rowsOf(table, outcomes);
  console.log(`${markdownTable([heads, ...rows])}\n`);
  const hasFailed = outcomes.some(({ faults }) => faults.length > 0);
  const isWhole = !hasFailed && !outcomes.some(({ isSkipped }) => isSkipped);
  if (write && isWhole) writeTable(table, heads, rows);
  return !hasFailed;
}

async function run({ tarball, of, keep, ...how }) {
  await ensureTools();
  if (of !== 'SharedLRU') await ensureNewerTools();
  const folder = makeFolder('runtimes-', keep);
  const packed = await findOrPack(tarball, folder);
  const project = await installIn(join(folder, 'project'), packed);
  cpSync(at('project'), project, { recursive: true });
  addControl(project);
  await writeCommonJs(project);

  let hasPassed = true;
  for (const [name, table] of Object.entries(TABLES)) {
    if (of !== undefined && of !== name) continue;
    hasPassed = (await runTable(table, project, how)) && hasPassed;
  }
  return hasPassed;
}

await runCommand(command, run);
