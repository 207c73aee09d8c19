// `npm install` on the oldest Node there is support for: nothing that npm would warn of.
//
// npm warns of a package that wants another Node, and of one with an install script that nobody
// has allowed or refused. Both stand in the lock files, which say what is installed.

import { readFileSync } from 'node:fs';
import { minVersion, satisfies } from 'semver';
import { describe, expect, it } from 'vitest';

interface Installed {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

const LOCKS = [
  ...['.', 'examples/ftp-permissions', 'test/compilers', 'test/playground', 'test/runtimes'],
];

const readJson = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const oldestNode = minVersion((readJson('package.json') as Manifest).engines.node)?.version ?? '';

/** The packages of a lock file, by name; a package may be there in several versions. */
function packagesOf(folder: string): [name: string, installed: Installed][] {
  const { packages } = readJson(`${folder}/package-lock.json`) as {
    packages: Record<string, Installed>;
  };
  return Object.entries(packages).flatMap(([path, installed]) => {
    const name = path.split('node_modules/').at(-1) as string;
    return name === path ? [] : [[name, installed] as [string, Installed]];
  });
}

describe.each(LOCKS)('the packages of %s', (folder) => {
  it(`want no newer Node than ${oldestNode}`, () => {
    const refused = packagesOf(folder).filter(
      ([, { engines }]) => engines?.node !== undefined && !satisfies(oldestNode, engines.node),
    );
    expect(refused.map(([name, { version }]) => `${name} ${version}`)).toEqual([]);
  });

  it('have no install script that is neither allowed nor refused', () => {
    const { allowScripts = {} } = readJson(`${folder}/package.json`) as Manifest;
    const scripted = packagesOf(folder).filter(([, { hasInstallScript }]) => hasInstallScript);
    const undecided = scripted.filter(([name]) => !Object.hasOwn(allowScripts, name));
    expect(undecided.map(([name]) => name)).toEqual([]);
  });
});

describe('README.md', () => {
  it('names the oldest Node', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`Node ${oldestNode.replace(/\.0$/, '')} or newer`);
  });
});
