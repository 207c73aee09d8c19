// Where packages are installed, and which version they have.
//
// Found by walking up from a module of theirs, as this code runs from the directory it is compiled
// into, and as a package need not export its package.json.

import { existsSync, readFileSync } from 'node:fs';

interface Package {
  /** The package's directory, with a slash at the end. */
  readonly root: URL;
  readonly version: string;
}

function packageAround(name: string, module: string): Package {
  let root = new URL('./', module);
  for (;;) {
    const file = new URL('package.json', root);
    if (existsSync(file)) {
      const json = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (json.name === name) return { root, version: json.version ?? 'unknown' };
    }
    const above = new URL('../', root);
    if (above.href === root.href) throw new Error(`${module} is in no package called ${name}`);
    root = above;
  }
}

/** This package. */
export const ownPackage = packageAround('wasm-lru', import.meta.url);

/** What is measured of this package: entries of dist/, by their names there. */
interface Entries {
  readonly index: typeof import('../src/index.js');
  readonly bytes: typeof import('../src/bytes.js');
  readonly metrics: typeof import('../src/sockets/metrics.js');
  readonly numbers: typeof import('../src/numbers.js');
  readonly shadow: typeof import('../src/sockets/shadow.js');
  readonly shared: typeof import('../src/shared.js');
}

/**
 * Imports an entry of this package as it ships. Peers are measured as they ship, too; modules that
 * tsc made one by one are slower than what users get: V8 loads each imported constant anew.
 */
export function importOwn<Name extends keyof Entries>(name: Name): Promise<Entries[Name]> {
  return import(new URL(`dist/${name}.js`, ownPackage.root).href);
}

/** The version of a package this one depends on. */
export function versionOf(name: string): string {
  return packageAround(name, import.meta.resolve(name)).version;
}
