// The runtimes and checkers that npm brings: installed when they are first needed.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../tarball.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LOCK = join(HERE, 'package-lock.json');
const INSTALLED = join(HERE, 'node_modules/.package-lock.json');

/** Installs what package-lock.json says, unless it is there. */
export async function ensureTools() {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return;
  process.stderr.write('npm install in test/runtimes, some 350 MB\n');
  // Not npm ci: it wants the lockfile to name the packages of every platform, and a registry that
  // mirrors only some has not all of them. The versions are those of the lockfile.
  await npm(['install', '--no-save', '--no-audit', '--no-fund'], HERE);
}
