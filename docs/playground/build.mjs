// Builds what the page loads, into build/: the page's script, the worker's, uPlot's style sheet and
// the licences of what they contain. The library in them is the built one, dist/index.js.
//
// Scripts are classic ones, so that the page also works when it is opened from disk, where browsers
// load no modules.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
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

await mkdir(at('build'), { recursive: true });
await build({
  entryPoints: {
    playground: at('src/main.ts'),
    'comparison-worker': at('src/comparison-worker.ts'),
  },
  outdir: at('build'),
  bundle: true,
  format: 'iife',
  target: 'es2023',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  alias: { 'wasm-lru': at('../../dist/index.js') },
});
await copyFile(require.resolve('uplot/dist/uPlot.min.css'), at('build/uPlot.min.css'));
const own = `wasm-lru\n\n${(await readFile(at('../../LICENSE'), 'utf8')).trim()}\n`;
const others = await Promise.all(['lru-cache', 'uplot'].map(licenceOf));
await writeFile(at('build/LICENSES.txt'), [own, ...others].join(`\n${'-'.repeat(72)}\n\n`));
