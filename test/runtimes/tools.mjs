// The runtimes, checkers and compilers that npm brings: installed when they are first needed.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../tarball.mjs';

const RUNTIMES = fileURLToPath(new URL('.', import.meta.url));
const COMPILERS = fileURLToPath(new URL('../compilers/', import.meta.url));

/** Installs the runtimes and checkers, unless they are there. */
export const ensureTools = () => ensure(RUNTIMES, 'test/runtimes, some 350 MB');

/** Installs the versions of TypeScript, unless they are there. */
export const ensureCompilers = () => ensure(COMPILERS, 'test/compilers, some 120 MB');

/** Installs what a folder's package-lock.json says, unless it is there. */
async function ensure(folder, name) {
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write(`npm install in ${name}\n`);
  // Not npm ci: it wants the lockfile to name the packages of every platform, and a registry that
  // mirrors only some has not all of them. The versions are those of the lockfile.
  await npm(['install', '--no-save', '--no-audit', '--no-fund'], folder);
}
