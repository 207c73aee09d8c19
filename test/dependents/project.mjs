// Temporary projects with the dependents in them, and the checks of what npm made of them.
//
// Two projects differ in one npm override: `^11`, or the file of a packed package. npm accepts a
// file under any name as an override and installs it as node_modules/lru-cache.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../support/tarball.mjs';
import { Failure } from './failure.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The original that we compare with, and the ranges of dependents that it satisfies. */
const ORIGINAL_RANGE = '^11';
const RANGES = /^\^1[01]\b/;

/** A dependent may ask for a newer Node than this one; the job shows whether it runs anyway. */
const INSTALL = ['install', '--ignore-scripts', '--no-engine-strict', '--no-audit', '--no-fund'];

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

function checkOneCopy(folder) {
  const files = readdirSync(join(folder, 'node_modules'), { recursive: true });
  const copies = files.filter((file) => /(^|\/node_modules\/)lru-cache\/package\.json$/.test(file));
  if (copies.length === 1 && copies[0] === 'lru-cache/package.json') return;
  throw new Failure(`${folder} has other copies of lru-cache: ${copies.join(', ') || 'none'}`);
}

/** The installed copy must be the very file that was asked for. */
function checkIsTarball(folder, tarball) {
  const { packages } = readJson(folder, 'node_modules/.package-lock.json');
  const hash = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  if (packages['node_modules/lru-cache'].integrity === `sha512-${hash}`) return;
  throw new Failure(`${folder}/node_modules/lru-cache is not ${tarball}`);
}

/** Installs `dependencies` in a new project, with `tarball` as lru-cache or with the original. */
export async function makeProject(folder, dependencies, tarball) {
  const lruCache = tarball === undefined ? ORIGINAL_RANGE : `file:${tarball}`;
  const manifest = { private: true, dependencies, overrides: { 'lru-cache': lruCache } };
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await npm(INSTALL, folder);
  checkOneCopy(folder);
  if (tarball !== undefined) checkIsTarball(folder, tarball);

  // The jobs import the dependents by name, so they have to lie beside them.
  cpSync(HERE, join(folder, 'dependents'), { recursive: true });

  const manifestOf = (name) => readJson(folder, 'node_modules', name, 'package.json');
  const installed = manifestOf('lru-cache');
  return {
    folder,
    lruCache: `${installed.name} ${installed.version}`,
    versionOf: (name) => manifestOf(name).version,
    rangeOf(name) {
      const range = manifestOf(name).dependencies?.['lru-cache'] ?? 'no version';
      if (!RANGES.test(range)) throw new Failure(`${name} asks for ${range} of lru-cache`);
      return range;
    },
  };
}
