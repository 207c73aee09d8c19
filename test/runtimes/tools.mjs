// The runtimes, checkers, compilers and tools that npm brings: installed when they are first
// needed,
// or when this file is run.

import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../support/tarball.mjs';
import { NEWER, nodeProgram } from './execute.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMPILERS = fileURLToPath(new URL('../compilers/', import.meta.url));

/** Installs what the package-lock.json of a folder says, unless it is there. */
async function ensure(folder, megabytes, env) {
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write(`npm install in ${folder}, some ${megabytes} MB\n`);
  // Not npm ci: it wants the lockfile to name the packages of every platform, and a registry that
  // mirrors only some has not all of them. The versions are those of the lockfile.
  await npm(['install', '--no-save', '--no-audit', '--no-fund'], folder, env);
}

/** Installs the runtimes and checkers. */
export const ensureTools = () => ensure(HERE, 1300);

/** Installs the versions of TypeScript. */
export const ensureCompilers = () => ensure(COMPILERS, 120);

/** Installs the tools that need a newer Node, by that Node; the runtimes must be there. */
export function ensureNewerTools() {
  const path = `${dirname(nodeProgram(24))}:${process.env.PATH}`;
  return ensure(NEWER, 480, { PATH: path });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureTools();
  await ensureNewerTools();
}
