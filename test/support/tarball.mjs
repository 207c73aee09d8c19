// The packed package: what `npm pack` makes, installed as a user installs it.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Failure } from '../dependents/failure.mjs';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const NPM_MINUTES_MAX = 15;

/** Runs npm in a folder; throws a `Failure` with what it said. */
export async function npm(args, cwd, env = {}) {
  const settings = { cwd, env, timeout: NPM_MINUTES_MAX * 60_000, reject: false };
  const { failed, message } = await execa('npm', [...args, '--loglevel=error'], settings);
  if (failed) throw new Failure(message);
}

/** Packs the repository, which builds it, into `folder`, and gives the path of the package. */
export async function pack(folder) {
  await npm(['pack', '--pack-destination', folder], REPOSITORY);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  return join(folder, file);
}

/** The tarball that was named, or a fresh one in `folder`. */
export async function findOrPack(tarball, folder) {
  if (tarball === undefined) return pack(folder);
  if (!existsSync(tarball)) throw new Failure(`There is no file ${tarball}.`);
  return resolve(tarball);
}

/** A temporary folder that goes when the process ends, unless it is kept. */
export function makeFolder(prefix, isKept) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.on('exit', () => {
    if (isKept) process.stderr.write(`kept ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  return folder;
}

/** Makes a project with nothing but the tarball installed. */
export async function installIn(folder, tarball) {
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { 'wasm-lru': `file:${tarball}` } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await npm(['install', '--no-audit', '--no-fund', '--ignore-scripts'], folder);
  return folder;
}
