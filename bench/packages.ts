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

/** The version of a package this one depends on. */
export function versionOf(name: string): string {
  return packageAround(name, import.meta.resolve(name)).version;
}
