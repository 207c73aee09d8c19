// A folder tree to search: some hundred files, hidden ones, links, and names that Unicode can
// write in two ways.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = ['alpha', 'beta', 'gamma', 'delta', 'émile'];
const FOLDERS = ['', 'src', 'src/deep', 'src/deep/deeper', 'test', '.config', 'empty'];
const FILES = ['index.ts', 'index.js', 'Data.JSON', '.hidden', 'a b.txt', 'x[1].md', 'n\u0303.md'];

/** Makes the tree and gives its path back. */
export function makeTree(folder) {
  for (const packageName of PACKAGES) {
    for (const inner of FOLDERS) {
      const path = join(folder, 'packages', packageName, inner);
      mkdirSync(path, { recursive: true });
      if (inner === 'empty') continue;
      for (const file of FILES) writeFileSync(join(path, file), `${packageName} ${file}\n`);
    }
    symlinkSync('../..', join(folder, 'packages', packageName, 'up'));
    symlinkSync('src/index.ts', join(folder, 'packages', packageName, 'main.ts'));
  }
  for (let i = 0; i < 100; i++) writeFileSync(join(folder, `page-${i}.html`), `${i}`);
  symlinkSync('nowhere', join(folder, 'broken'));
  return folder;
}
