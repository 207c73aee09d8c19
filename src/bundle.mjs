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
// Every statement has a line of its own: Node prints the line that threw an uncaught error, and a
// wrong option should not print the whole file.
//
// There are two kinds of entries. A whole one holds everything, with its own way to the core. A
// satellite holds its own files only and imports the class from a whole one, so that there is one
// class in a program. Imports are relative, and each subpath of the exports in package.json is also
// a folder with a package.json, for tools that do not read exports.
//
//   node src/bundle.mjs               all of it; tsc has made the declarations
//   node src/bundle.mjs --modules     the ES modules alone, which the benchmark measures

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';

const onlyModules = process.argv.includes('--modules');
const FORMATS = onlyModules ? ['esm'] : ['esm', 'cjs'];

/** Entries that hold everything: the file in dist/, its own in src/, and where the core is from. */
const WHOLE = [
  { name: 'index', entry: 'index', core: 'core' },
  { name: 'pure', entry: 'index', core: 'core-none' },
  // They share no class with the others, and so are complete by themselves.
  { name: 'bytes', entry: 'bytes', core: 'core' },
  { name: 'numbers', entry: 'numbers', core: 'core' },
  { name: 'shared', entry: 'shared', core: 'core' },
];

/**
 * Entries of their own file in src/: the file in dist/, and whose class they use. CommonJS has no
 * way to import a compiled core.
 */
const SATELLITES = [
  { name: 'stores', entry: 'stores', of: 'index', formats: FORMATS },
  { name: 'memoize', entry: 'memoize', of: 'index', formats: FORMATS },
  { name: 'pure.stores', entry: 'stores', of: 'pure', formats: FORMATS },
  { name: 'pure.memoize', entry: 'memoize', of: 'pure', formats: FORMATS },
  { name: 'edge', entry: 'edge', of: 'index', formats: ['esm'] },
];

/**
 * Entries that fit a cache into what people already use, by their files in src/sockets/. There is
 * one of each, over the package's main entry; who wants `wasm-lru/pure` hands them such a cache.
 */
const SOCKETS = Object.values(JSON.parse(readFileSync('package.json', 'utf8')).exports)
  .map((subpath) => subpath.import?.types?.match(/\/sockets\/([\w-]+)\.d\.ts$/)?.[1])
  .filter((name) => name !== undefined);

for (const name of SOCKETS) {
  SATELLITES.push({ name, entry: `sockets/${name}`, of: 'index', formats: FORMATS });
}

/** What a whole entry exports, by the modules that satellites import it from. */
const MAIN = /\/(index|lru|errors)\.js$/;

/** Length from which a statement is broken into lines. */
const LINE_MAX = 400;
/** What private fields of a cache begin with, and what stands for it while names are shortened. */
const FIELD = '#LRUCache_';
const FIELD_KEPT = '$LRUCache_';

const EXTENSIONS = { esm: 'js', cjs: 'cjs' };

/** Folders of src/ with a core of their own. */
const OWN_CORES = ['bytes', 'shared'];

/** Puts the entry's way to the core in the place of src/engine/core.ts. */
const coreFrom = (core) => ({
  name: 'core',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\/core\.js$/ }, ({ kind, importer }) =>
      // Those of bytes and of shared caches have their own.
      OWN_CORES.some((folder) => importer.startsWith(join(import.meta.dirname, folder)))
        ? undefined
        : resolve(`./engine/${core}.ts`, { resolveDir: import.meta.dirname, kind }),
    );
  },
});

/** Leaves what a satellite has from a whole entry out of it. */
const mainApart = (of, format) => ({
  name: 'main',
  setup({ onResolve }) {
    const path = `./${of}.${EXTENSIONS[format]}`;
    onResolve({ filter: MAIN }, () => ({ path, external: true }));
  },
});

/**
 * Makes each static block a static field, line by line. esbuild would do it, too, but make private
 * fields slow that are used in there.
 */
const STATIC_FIELDS = {
  name: 'static-fields',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/[\w/-]+\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const block = /^( +)static \{$([\s\S]*?)^\1\}$/gm;
      const contents = text.replace(block, '$1static #_ = (() => {$2$1})();');
      return { contents, loader: 'ts' };
    });
  },
};

/** The declarations of the entries that have not their own name. */
const TYPES = { pure: 'index', edge: 'index' };
for (const name of SOCKETS) TYPES[name] = `sockets/${name}`;

/** A first line by which Deno and JSR find the declarations of a module. */
function preambleOf(name, format) {
  if (format === 'cjs') return undefined;
  const types = TYPES[name] ?? name.replace(/^pure\./, '');
  return `/* @ts-self-types="./types/${types}.d.ts" */`;
}

/**
 * Gives the class the names that V8 shows when a method is called without its cache: a name of its
 * own, and private fields that say whose they are. To terser, which shortens all private names,
 * they are ordinary properties.
 */
function withNamesOfReceivers(text) {
  return text.replace(/^var (?:\w+, )?LRUCache = class [\s\S]*?^\}[;,]/gm, (body) =>
    body.replace('= class', '= class LRUCache').replace(/#(?=\w)/g, () => FIELD_KEPT),
  );
}

/** Shortens all names but those that people see, and writes a file and its map. */
async function writeShort(file, format, preamble, text, map) {
  const classes = [...text.matchAll(/(\w+) = class\b/g)].map(([, name]) => name);
  const short = await minify(withNamesOfReceivers(text), {
    module: format === 'esm',
    toplevel: true,
    compress: false,
    format: { comments: false, preamble, semicolons: false, max_line_len: LINE_MAX },
    mangle: { reserved: classes },
    sourceMap: { content: map, filename: basename(file), url: `${basename(file)}.map` },
  });
  writeFileSync(file, short.code.replaceAll(FIELD_KEPT, FIELD));
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
    external: ['*.wasm?module'],
    plugins: [plugin, STATIC_FIELDS],
    metafile: true,
    logLevel: 'warning',
    write: false,
  });
  const [map, text] = outputFiles.map((output) => output.text);
  await writeShort(file, format, preambleOf(name, format), text, map);
  return Object.keys(metafile.inputs);
}

async function bundleAll() {
  let main = [];
  for (const { name, entry, core } of WHOLE) {
    for (const format of FORMATS) {
      const inputs = await bundle({ name, entry, format, plugin: coreFrom(core) });
      if (name === 'index') main = inputs;
    }
  }
  for (const { name, entry, of, formats } of SATELLITES) {
    for (const format of formats) {
      const inputs = await bundle({ name, entry, format, plugin: mainApart(of, format) });
      const twice = inputs.filter((input) => main.includes(input));
      if (twice.length > 0) throw new Error(`${name} holds what wasm-lru holds: ${twice}`);
    }
  }
}

/** What the declarations of a module import, as paths below dist/src/. */
function importedBy(module, text) {
  const specifiers = [...text.matchAll(/from '(\.[\w./-]+)\.js'/g)];
  return specifiers.map(([, specifier]) => posix.join(posix.dirname(module), specifier));
}

/** The modules whose declarations an entry's declarations need, itself first. */
function reachableFrom(modules) {
  const reached = new Set(modules);
  for (const module of reached) {
    const text = readFileSync(`dist/src/${module}.d.ts`, 'utf8');
    for (const name of importedBy(module, text)) reached.add(name);
  }
  return reached;
}

/** Copies the declarations of the public modules, as they are and as those of CommonJS modules. */
function copyTypes() {
  rmSync('dist/types', { recursive: true, force: true });
  const sockets = SOCKETS.map((name) => `sockets/${name}`);
  for (const module of reachableFrom([
    'index',
    'stores',
    'memoize',
    'bytes',
    'numbers',
    'shared',
    ...sockets,
  ])) {
    const text = readFileSync(`dist/src/${module}.d.ts`, 'utf8');
    const map = JSON.parse(readFileSync(`dist/src/${module}.d.ts.map`, 'utf8'));
    mkdirSync(`dist/types/${posix.dirname(module)}`, { recursive: true });
    for (const extension of ['ts', 'cts']) {
      const file = `${basename(module)}.d.${extension}`;
      const own = extension === 'ts' ? text : text.replace(/(from '\.[\w./-]+)\.js'/g, "$1.cjs'");
      const path = `dist/types/${module}.d.${extension}`;
      writeFileSync(path, own.replace(`${basename(module)}.d.ts.map`, `${file}.map`));
      writeFileSync(`${path}.map`, JSON.stringify({ ...map, file }));
    }
  }
}

/** Writes the folders of the subpaths, as package.json says it in `exports`. */
function writeFolders() {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const [subpath, { import: module, require: main }] of Object.entries(exports)) {
    if (subpath === '.' || module === undefined) continue;
    const from = (file) => posix.relative(subpath, file);
    const manifest = {
      main: from(main.default),
      module: from(module.default),
      types: from(module.types),
    };
    mkdirSync(subpath, { recursive: true });
    writeFileSync(`${subpath}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}

mkdirSync('dist', { recursive: true });
await bundleAll();
if (!onlyModules) {
  copyTypes();
  writeFolders();
}
copyFileSync('build/core.wasm', 'dist/core.wasm');
copyFileSync('build/bytes.wasm', 'dist/bytes.wasm');
copyFileSync('build/shared.wasm', 'dist/shared.wasm');
