// The command that runs the conformance test on the packed package in every runtime.
//
// This file owns the options, the verdicts and the table. It passes if every target did. A runtime
// that is not installed is skipped, but on CI it is a failure.
//
// How a run goes: targets.mjs has the list, execute.mjs starts programs, and workers.mjs,
// browsers.mjs and bundles.mjs each know their kind. What runs there is in project/.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option, runCommand, tell } from '../command.mjs';
import { findOrPack, installIn, makeFolder } from '../tarball.mjs';
import { addControl, writeCommonJs } from './bundles.mjs';
import { Missing } from './execute.mjs';
import { markdownTable } from './table.mjs';
import { TARGETS } from './targets.mjs';
import { ensureNewerTools, ensureTools } from './tools.mjs';

/** How many targets run at a time: as many as CI has processors. */
const AT_ONCE = 2;

const NAMES = [...new Set(TARGETS.map(({ runtime }) => runtime))];

const command = new Command('npm run test:runtimes --')
  .description(
    'Installs the packed package in a project, and runs the same tests on it in every runtime, ' +
      'through every bundler, and where WebAssembly is refused. Needs npm and a registry; ' +
      'Chromium and Firefox from the system. With CI set, all must be there.',
  )
  .option('--tarball <file>', 'use this packed package, not a fresh npm pack')
  .addOption(new Option('--only <names...>', 'run only these runtimes').choices(NAMES))
  .addOption(new Option('--write', 'write the table of runtimes into README.md').conflicts('only'))
  .option('--keep', 'keep the temporary project, and say where it is');

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const BLOCK = /(<!-- runtimes:begin -->\n)[\s\S]*(<!-- runtimes:end -->)/;

const yesNo = (flag) => (flag ? 'yes' : 'no');

/** What is wrong with a report, by what its target must show; empty if nothing is. */
function faultsOf(target, { engine, jsString, passed, failures }) {
  const faults = [...failures];
  if (passed === 0) faults.push('no test ran');
  if (engine !== target.engine) faults.push(`engine ${engine}, not ${target.engine}`);
  if (jsString !== target.inWasm) faults.push(`js-string ${yesNo(jsString)}`);
  return faults;
}

/** Runs one target: a row of the table, and what was wrong. */
async function runTarget(target, project) {
  const { runtime, by } = target;
  try {
    const version = await target.version();
    const report = await target.run(project);
    const faults = faultsOf(target, report);
    return { runtime, by, version, ...report, faults, isSkipped: false };
  } catch (error) {
    const isSkipped = error instanceof Missing && !process.env.CI;
    return { runtime, by, faults: isSkipped ? [] : [error.message], isSkipped };
  }
}

/** Runs all targets, some at a time, and gives back what came of them in their order. */
async function runAll(targets, project) {
  const outcomes = [];
  const waiting = [...targets.entries()];
  const runSome = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, target] = next;
      outcomes[i] = await runTarget(target, project);
      for (const fault of outcomes[i].faults) tell(`${target.runtime}, ${target.by}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runSome));
  return outcomes;
}

function rowOf({
  runtime,
  by,
  version,
  engine,
  jsString,
  passed,
  failures,
  firstGetMs,
  isSkipped,
}) {
  const [name, loaded] = [runtime, by];
  if (isSkipped) return [name, 'not installed', loaded, '–', '–', 'skipped', '–'];
  if (engine === undefined) return [name, version ?? '–', loaded, '–', '–', 'FAILED', '–'];
  const tests = `${passed} of ${passed + failures.length}`;
  return [name, version, loaded, engine, yesNo(jsString), tests, firstGetMs?.toFixed(1) ?? '–'];
}

const HEADS = [
  'runtime',
  'version',
  'loaded by',
  'engine',
  'js-string',
  'tests',
  'ms to first get',
];

/** The table without what differs from run to run, for README.md. */
function writeReadme(outcomes) {
  const rows = outcomes.map((outcome) => rowOf(outcome).slice(0, 5));
  const table = markdownTable(HEADS.slice(0, 5), rows);
  const text = readFileSync(README, 'utf8');
  if (!BLOCK.test(text)) throw new Error('README.md has no place for the table');
  writeFileSync(README, text.replace(BLOCK, `$1\n${table}\n\n$2`));
}

async function run({ tarball, only, write, keep }) {
  const targets = TARGETS.filter(({ runtime }) => only?.includes(runtime) ?? true);
  await ensureTools();
  await ensureNewerTools();
  const folder = makeFolder('runtimes-', keep);
  const packed = await findOrPack(tarball, folder);
  const project = await installIn(join(folder, 'project'), packed);
  cpSync(fileURLToPath(new URL('project', import.meta.url)), project, { recursive: true });
  addControl(project);
  await writeCommonJs(project);

  const outcomes = await runAll(targets, project);
  console.log(markdownTable(HEADS, outcomes.map(rowOf)));
  const hasFailed = outcomes.some(({ faults }) => faults.length > 0);
  if (write && !hasFailed && !outcomes.some(({ isSkipped }) => isSkipped)) writeReadme(outcomes);
  return !hasFailed;
}

await runCommand(command, run);
