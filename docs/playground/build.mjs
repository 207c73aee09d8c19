// Builds the page into dist/: everything that it needs and nothing else, so that the folder can be
// put on any static host, under any path. The library in it is the built one, ../../dist/index.js.
//
// Scripts are classic ones, so that the page also works when it is opened from disk, where browsers
// load no modules.

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const STATIC = ['index.html', 'page.css', 'parts.css', 'icon.svg'];
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of a package: the nearest above its entry that has a licence. */
async function licenceOf(name) {
  for (let folder = dirname(require.resolve(name)); folder !== '/'; folder = dirname(folder)) {
    for (const file of ['LICENSE', 'LICENSE.md']) {
      const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
      if (text !== undefined) return `${name}\n\n${text.trim()}\n`;
    }
  }
  throw new Error(`${name} has no licence file`);
}

await rm(at('dist'), { recursive: true, force: true });
await mkdir(at('dist'));
await build({
  entryPoints: {
    playground: at('src/main.ts'),
    'comparison-worker': at('src/comparison-worker.ts'),
  },
  outdir: at('dist'),
  bundle: true,
  format: 'iife',
  target: 'es2023',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  alias: { 'wasm-lru': at('../../dist/index.js') },
});
await copyFile(require.resolve('uplot/dist/uPlot.min.css'), at('dist/uPlot.min.css'));
await Promise.all(STATIC.map((name) => copyFile(at(name), at(`dist/${name}`))));
const own = `wasm-lru\n\n${(await readFile(at('../../LICENSE'), 'utf8')).trim()}\n`;
const others = await Promise.all(['lru-cache', 'uplot'].map(licenceOf));
await writeFile(at('dist/LICENSES.txt'), [own, ...others].join(`\n${'-'.repeat(72)}\n\n`));
