// What the package weighs: the core, and a bundle of the class alone beside one of lru-cache's.
//
// As a command, `sizes.mjs --write` puts the figures of the package as it was built into README.md.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const BLOCK = /(<!-- size:begin -->\n)[\s\S]*(<!-- size:end -->)/;

/** Bytes of a bundle that holds a package's LRUCache, minified and compressed by gzip. */
async function bundleBytes(name, folder) {
  const { outputFiles } = await build({
    stdin: { contents: `export { LRUCache } from '${name}'`, resolveDir: folder },
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
  return {
    ours: await bundleBytes('wasm-lru', folder),
    pure: await bundleBytes('wasm-lru/pure', folder),
    theirs: await bundleBytes('lru-cache', ROOT),
  };
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

/** What README says of them. */
export function sentenceOf({ ours, pure, theirs }, core) {
  return `A bundle of \`LRUCache\`, minified and gzipped, is ${kilobytes(ours)} kB, and of the one
in \`wasm-lru/pure\` ${kilobytes(pure)} kB; lru-cache's is ${kilobytes(theirs)} kB. The core is
${kilobytes(core)} kB as it is.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  const text = readFileSync(README, 'utf8');
  if (!BLOCK.test(text)) throw new Error('README.md has no place for the sizes');
  const core = statSync(`${ROOT}/dist/core.wasm`).size;
  const sentence = sentenceOf(await measureSizes(ROOT), core);
  writeFileSync(README, text.replace(BLOCK, `$1\n${sentence}\n\n$2`));
}
