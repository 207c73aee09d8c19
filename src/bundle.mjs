// The last step of the wrapper's build: from src/ and what tsc made of it to dist/ as it ships.
//
// Each entry is one file per module format, minified, with a source map into src/: importing one
// file takes a fraction of the time that importing all modules takes, and a bundler cannot drop
// a part of it. Types stay one file per module, so that a person can read them, and exist twice:
// TypeScript takes the format of a module from the name of its declarations.
//
// The language is that of ES2022, less static blocks: React Native's tools take private fields,
// which anything older would make slow, but no static block. Names of classes stay, as errors,
// profiles and heap snapshots show them.
//
// There are two kinds of entries. A whole one holds everything, with its own way to the core. A
// satellite holds its own files only and imports the class from `wasm-lru`, so that there is one
// class; adding one is a line in SATELLITES and one in the exports of package.json.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';

/** Entries that hold everything: the file in dist/, where the core comes from, the formats. */
const WHOLE = [
  { name: 'index', core: 'core', formats: ['esm', 'cjs'] },
  { name: 'index.workerd', core: 'core-workerd', formats: ['esm'] },
  { name: 'index.edge-light', core: 'core-edge-light', formats: ['esm'] },
  { name: 'pure', core: 'core-none', formats: ['esm', 'cjs'] },
];

/** Entries of their own file in src/, which use the class of the main entry. */
const SATELLITES = ['stores', 'memoize'];

/** What the main entry exports, by the modules that satellites import it from. */
const MAIN = /\/(index|lru|errors)\.js$/;

const EXTENSIONS = { esm: 'js', cjs: 'cjs' };

/** Puts the entry's way to the core in the place of src/core.ts. */
const coreFrom = (core) => ({
  name: 'core',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\/core\.js$/ }, ({ resolveDir, kind }) =>
      resolve(`./${core}.ts`, { resolveDir, kind }),
    );
  },
});

/** Leaves the main entry out of a satellite. */
const MAIN_APART = {
  name: 'main',
  setup({ onResolve }) {
    onResolve({ filter: MAIN }, () => ({ path: 'wasm-lru', external: true }));
  },
};

/**
 * Makes each static block a static field, line by line. esbuild would do it, too, but make private
 * fields slow that are used in there.
 */
const STATIC_FIELDS = {
  name: 'static-fields',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/[\w-]+\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const block = /^( +)static \{$([\s\S]*?)^\1\}$/gm;
      const contents = text.replace(block, '$1static #_ = (() => {$2$1})();');
      return { contents, loader: 'ts' };
    });
  },
};

/** Shortens all names but those of classes, and writes a file and its map. */
async function writeShort(file, format, text, map) {
  const classes = [...text.matchAll(/(\w+) = class\b/g)].map(([, name]) => name);
  const short = await minify(text, {
    module: format === 'esm',
    toplevel: true,
    compress: false,
    format: { comments: false },
    mangle: { reserved: classes },
    sourceMap: { content: map, filename: basename(file), url: `${basename(file)}.map` },
  });
  writeFileSync(file, short.code);
  writeFileSync(`${file}.map`, short.map);
}

async function bundle({ name, entry, format, plugin }) {
  const file = `dist/${name}.${EXTENSIONS[format]}`;
  const { metafile, outputFiles } = await build({
    entryPoints: [`src/${entry}.ts`],
    outfile: file,
    bundle: true,
    format,
    // For node, esbuild adds the hint by which Node finds the names that a CommonJS file exports.
    platform: format === 'cjs' ? 'node' : 'neutral',
    target: 'es2022',
    minifySyntax: true,
    sourcemap: 'external',
    sourcesContent: false,
    external: ['*.wasm', '*.wasm?module'],
    plugins: [plugin, STATIC_FIELDS],
    metafile: true,
    logLevel: 'warning',
    write: false,
  });
  const [map, text] = outputFiles.map((output) => output.text);
  await writeShort(file, format, text, map);
  return Object.keys(metafile.inputs);
}

async function bundleAll() {
  let main = [];
  for (const { name, core, formats } of WHOLE) {
    for (const format of formats) {
      const inputs = await bundle({ name, entry: 'index', format, plugin: coreFrom(core) });
      if (name === 'index') main = inputs;
    }
  }
  for (const name of SATELLITES) {
    for (const format of ['esm', 'cjs']) {
      const inputs = await bundle({ name, entry: name, format, plugin: MAIN_APART });
      const twice = inputs.filter((input) => main.includes(input));
      if (twice.length > 0) throw new Error(`${name} holds what wasm-lru holds: ${twice}`);
    }
  }
}

/** The modules whose declarations an entry's declarations need, itself first. */
function reachableFrom(modules) {
  const reached = new Set(modules);
  for (const module of reached) {
    const text = readFileSync(`dist/src/${module}.d.ts`, 'utf8');
    for (const [, name] of text.matchAll(/from '\.\/([\w-]+)\.js'/g)) reached.add(name);
  }
  return reached;
}

/** Copies the declarations of the public modules, as they are and as those of CommonJS modules. */
function copyTypes() {
  rmSync('dist/types', { recursive: true, force: true });
  mkdirSync('dist/types');
  for (const module of reachableFrom(['index', ...SATELLITES])) {
    const text = readFileSync(`dist/src/${module}.d.ts`, 'utf8');
    const map = JSON.parse(readFileSync(`dist/src/${module}.d.ts.map`, 'utf8'));
    for (const extension of ['ts', 'cts']) {
      const file = `${module}.d.${extension}`;
      const own = extension === 'ts' ? text : text.replace(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'");
      writeFileSync(`dist/types/${file}`, own.replace(`${module}.d.ts.map`, `${file}.map`));
      writeFileSync(`dist/types/${file}.map`, JSON.stringify({ ...map, file }));
    }
  }
}

await bundleAll();
copyTypes();
copyFileSync('build/core.wasm', 'dist/core.wasm');
