// The command that runs packages that depend on lru-cache, on the original and on ours.
//
// This file owns the options and the printed lines. It passes if everything is the same. Nothing
// outside a temporary folder is written, but for what `npm pack` builds.
//
// How a run goes: project.mjs makes two projects that differ in the copy of lru-cache only,
// child.mjs runs each job in both, in a process of its own, compare.mjs says where they part.

import { join } from 'node:path';
import { Command, Option, runCommand, tell } from '../support/command.mjs';
import { findOrPack, makeFolder } from '../support/tarball.mjs';
import { compareScenarios, thrownIn } from './compare.mjs';
import { DEPENDENTS } from './dependents.mjs';
import { makeProject } from './project.mjs';
import { runJob } from './run-job.mjs';
import { makeTree } from './tree.mjs';

const JOBS = DEPENDENTS.map(({ job }) => job);

const command = new Command('npm run test:dependents --')
  .description(
    'Installs packages that depend on lru-cache twice, on the original and on this package, runs ' +
      'the same job on both, and compares what comes out. Needs npm and a registry.',
  )
  .option('--tarball <file>', 'use this packed package, not a fresh npm pack')
  .addOption(new Option('--job <names...>', 'run only these jobs').choices(JOBS).default(JOBS))
  .option('--keep', 'keep the temporary folder, and say where it is');

/** What to print of two outcomes, each the results of one job or the reason why there are none. */
function verdictOn(original, ours) {
  const useless = original.failure ?? thrownIn(original.results);
  if (useless) return `DIFFERENT: with the original, ${useless}`;
  if (ours.failure) return `DIFFERENT: ${ours.failure}`;
  const { total, different, first } = compareScenarios(original.results, ours.results);
  if (different > 0) return `DIFFERENT in ${different} of ${total} scenarios, first ${first}`;
  if (!original.inUse || !ours.inUse) return `DIFFERENT: ${ours.evidence}, so it is not in use`;
  return `same (${total} scenarios)`;
}

async function compare(dependent, original, ours, tree) {
  const range = original.rangeOf(dependent.asks);
  const installed = dependent.packages.map((name) => `${name} ${original.versionOf(name)}`);
  const outcomes = await Promise.all([
    runJob(dependent, original, tree),
    runJob(dependent, ours, tree),
  ]);
  for (const { evidence } of outcomes) if (evidence) tell(`${dependent.job}: ${evidence}`);
  const verdict = verdictOn(...outcomes);
  console.log(`${installed.join(' + ').padEnd(34)}  lru-cache ${range.padEnd(8)}  ${verdict}`);
  return verdict.startsWith('same');
}

async function run({ job, tarball, keep }) {
  const dependents = DEPENDENTS.filter((dependent) => job.includes(dependent.job));
  const folder = makeFolder('dependents-', keep);
  const names = dependents.flatMap(({ packages }) => packages);

  tell(tarball ? `using ${tarball}` : 'npm pack');
  const packed = await findOrPack(tarball, folder);
  tell(`npm install ${names.join(' ')}, with the original lru-cache`);
  const latest = Object.fromEntries(names.map((name) => [name, 'latest']));
  const original = await makeProject(join(folder, 'original'), latest);
  tell(`npm install of the same, with ${packed}`);
  const same = Object.fromEntries(names.map((name) => [name, original.versionOf(name)]));
  const ours = await makeProject(join(folder, 'ours'), same, packed);
  tell(`original ${original.lruCache}, ours ${ours.lruCache}, Node ${process.versions.node}`);

  const tree = makeTree(join(folder, 'tree'));
  let allSame = true;
  for (const dependent of dependents) {
    if (!(await compare(dependent, original, ours, tree))) allSame = false;
  }
  return allSame;
}

await runCommand(command, run);
