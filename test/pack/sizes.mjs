// What the package weighs: the core, a bundle of the class alone beside one of lru-cache's, and
// what the other entries add to it.
//
// As a command, `sizes.mjs --write` puts the figures of the package as it was built into README.md.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { withBlock } from '../../tools/markdown.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = fileURLToPath(new URL('../../README.md', import.meta.url));

/** Bytes of a bundle that holds what a module has, minified and compressed by gzip. */
async function bundleBytes(contents, folder) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** All figures, in bytes, of the package as it is seen from a folder. */
export async function measureSizes(folder) {
  const classOf = (name) => `export { LRUCache } from '${name}';`;
  const ours = await bundleBytes(classOf('wasm-lru'), folder);
  const addedBy = async (entry) =>
    (await bundleBytes(`${classOf('wasm-lru')} export * from '${entry}';`, folder)) - ours;
  return {
    ours,
    pure: await bundleBytes(classOf('wasm-lru/pure'), folder),
    theirs: await bundleBytes(classOf('lru-cache'), ROOT),
    stores: await addedBy('wasm-lru/stores'),
    memoize: await addedBy('wasm-lru/memoize'),
  };
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

/** What README says of them. */
export function sentenceOf({ ours, pure, theirs, stores, memoize }, core) {
  const [whole, withoutCore, ofTheirs, forStores, forMemoize] = [
    ...[ours, pure, theirs, stores, memoize].map(kilobytes),
  ];
  return `A bundle of \`LRUCache\`, minified and gzipped, is ${whole} kB, and of the one
in \`wasm-lru/pure\` ${withoutCore} kB; lru-cache's is ${ofTheirs} kB. To the first,
\`wasm-lru/stores\` adds ${forStores} kB and \`wasm-lru/memoize\` ${forMemoize} kB. The core is
${kilobytes(core)} kB as it is.`;
}

/** What README says of them in its first lines. */
export function priceOf({ ours, theirs }) {
  return `The price is a bundle that is ${kilobytes(ours - theirs)} kB larger than lru-cache's,
[minified and gzipped](#runtimes).`;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  const core = statSync(`${ROOT}/dist/core.wasm`).size;
  const sizes = await measureSizes(ROOT);
  const priced = withBlock(readFileSync(README, 'utf8'), 'price', priceOf(sizes));
  writeFileSync(README, withBlock(priced, 'size', sentenceOf(sizes, core)));
}
