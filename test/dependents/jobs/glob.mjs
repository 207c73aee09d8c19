// What glob finds and what PathScurry keeps: sync, async and streaming, with large and tiny caches.
//
// `glob` itself is a bundle with its own copy of lru-cache; `glob/raw` is the same code unbundled.
// Only synchronous walks show what a cache holds: the order of asynchronous ones is by chance.

import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import * as glob from 'glob/raw';
import { PathScurry, PathScurryPosix, PathScurryWin32 } from 'path-scurry';

const PATTERNS = [
  '**',
  '**/*.ts',
  '*.html',
  'page-{1..20}.html',
  'packages/*/src/**/*.{js,ts}',
  'packages/{alpha,beta}/**/deep*/**',
  'packages/[a-c]*/test/?[ b]*',
  '**/x\\[1\\].md',
  'packages/!(alpha|beta)/*',
  '**/.*',
  'packages/*/up/*/main.ts',
  'packages/*/../../page-1*.html',
  'packages/émile/**/ñ.md',
  'nothing/at/all/*',
];

const OPTIONS = {
  plain: {},
  dot: { dot: true },
  files: { nodir: true },
  marked: { mark: true, dotRelative: true },
  'ignoring names': { ignore: ['**/src/**', '*.html'] },
  'ignoring by function': { ignore: { ignored: (path) => path.name.startsWith('index') } },
  'ignoring children': { ignore: { childrenIgnored: (path) => path.name === 'deep' } },
  shallow: { maxDepth: 3 },
  'any case': { nocase: true },
  'by base': { matchBase: true },
  following: { follow: true, maxDepth: 5 },
  absolute: { absolute: true },
  real: { realpath: true },
  parents: { includeChildMatches: false },
};

const TYPED = { withFileTypes: true, stat: true, dot: true };

function typeOf(path) {
  const kinds = { file: path.isFile(), folder: path.isDirectory(), link: path.isSymbolicLink() };
  return Object.keys(kinds).find((kind) => kinds[kind]) ?? 'other';
}

const describe = (path) => `${path.relativePosix()} ${typeOf(path)} ${path.size} ${path.depth()}`;

function plainPaths(tree, found) {
  const paths = found.map((path) => (path.startsWith('/') ? `/${relative(tree, path)}` : path));
  return paths.sort();
}

async function searchAll(patterns, options) {
  const streamed = [];
  for await (const path of glob.globStream(patterns, options)) streamed.push(path);
  const iterated = [];
  for await (const path of glob.globIterate(patterns, options)) iterated.push(path);
  return {
    sync: glob.globSync(patterns, options),
    async: await glob.glob(patterns, options),
    streamed,
    iterated,
    iteratedSync: [...glob.globIterateSync(patterns, options)],
  };
}

async function searchWith(tree, options) {
  const settings = { cwd: tree, ...options };
  const found = {};
  for (const pattern of [...PATTERNS, PATTERNS.slice(1, 6)]) {
    for (const [way, paths] of Object.entries(await searchAll(pattern, settings))) {
      found[`${pattern} ${way}`] = plainPaths(tree, paths);
    }
  }
  return found;
}

async function searchTyped(tree) {
  const found = {};
  for (const pattern of PATTERNS) {
    for (const [way, paths] of Object.entries(await searchAll(pattern, { ...TYPED, cwd: tree }))) {
      found[`${pattern} ${way}`] = paths.map(describe).sort();
    }
  }
  return found;
}

/** Two searches with one Glob's settings and caches, a third with the scurry handed over. */
function searchAgain(tree) {
  const first = new glob.Glob('packages/**/*.ts', { cwd: tree });
  const second = new glob.Glob('**/*.md', first);
  const third = new glob.Glob('*.html', { scurry: first.scurry });
  return [first, second, third].map((search) => search.walkSync().sort());
}

/** The file system, and how often it was asked. */
function countingFs() {
  const asked = {};
  const count = ([name, ask]) => [
    name,
    (...args) => {
      asked[name] = (asked[name] ?? 0) + 1;
      return ask(...args);
    },
  ];
  const counting = { readdirSync, lstatSync, readlinkSync, realpathSync };
  return { asked, fs: Object.fromEntries(Object.entries(counting).map(count)) };
}

function describeCache(cache) {
  const keys = [...cache.keys()].map((path) => path.relativePosix());
  const { size, calculatedSize, maxSize, max } = cache;
  return { keys, size, calculatedSize, maxSize, max };
}

/** Walks twice; the cache and the questions to the file system show what was remembered. */
function walkTwice(tree, settings) {
  const { asked, fs } = countingFs();
  const scurry = new PathScurry(tree, { ...settings, fs });
  const rounds = [1, 2].map(() => {
    const paths = scurry.walkSync({ withFileTypes: false });
    const inner = scurry.walkSync('packages', { filter: (path) => path.name !== 'src' });
    const children = describeCache(scurry.childrenCache());
    return {
      paths: plainPaths(tree, paths),
      inner: inner.map(describe),
      children,
      asked: { ...asked },
    };
  });
  return rounds;
}

async function walkAsync(tree, settings) {
  const scurry = new PathScurry(tree, settings);
  const iterated = [];
  for await (const path of scurry.iterate()) iterated.push(describe(path));
  const streamed = [];
  for await (const path of scurry.stream()) streamed.push(describe(path));
  const walked = (await scurry.walk()).map(describe);
  return { iterated: iterated.sort(), streamed: streamed.sort(), walked: walked.sort() };
}

/** More different paths than the cache of resolved ones holds, some of them again and again. */
function resolveMany(scurry) {
  const resolved = [];
  for (let i = 0; i < 1500; i++) {
    const paths = [`a${i % 400}/../b`, `hot/./${i % 20}`, `warm/${i % 120}/..`];
    for (const path of paths) resolved.push(scurry.resolve(path), scurry.resolvePosix('x', path));
  }
  return resolved;
}

/** Folders read in turn, some more often than others, with a cache that holds a few of them. */
function readInTurn(tree, childrenCacheSize) {
  const { asked, fs } = countingFs();
  const scurry = new PathScurry(tree, { childrenCacheSize, fs });
  const folders = scurry.walkSync().filter((path) => path.isDirectory());
  const steps = [];
  for (let i = 0; i < 300; i++) {
    const folder = folders[i % 3 === 0 ? i % folders.length : i % 7];
    const children = scurry.readdirSync(folder, { withFileTypes: false }).length;
    steps.push(`${folder.relativePosix()} ${children} ${asked.readdirSync}`);
  }
  return { steps, children: describeCache(scurry.childrenCache()) };
}

function askForPaths(tree) {
  const scurry = new PathScurry(tree);
  const names = ['packages', 'packages/alpha/up', 'broken', 'page-7.html', 'nothing', 'packages'];
  return names.map((name) => ({
    name,
    depth: scurry.depth(name),
    base: scurry.basename(name),
    parent: relative(tree, scurry.dirname(name)),
    children: scurry.readdirSync(name, { withFileTypes: false }).sort(),
    type: typeOf(scurry.lstatSync(name) || scurry.cwd.resolve(name)),
    link: scurry.readlinkSync(name) && relative(tree, scurry.readlinkSync(name)),
    real: scurry.realpathSync(name) && relative(tree, scurry.realpathSync(name)),
  }));
}

function cacheSizes(tree) {
  const sizes = [undefined, 1, 2, 10, 40, 100, 400, 1.5, 0, -1, Number.NaN, '10', null, 2 ** 25];
  return sizes.map((childrenCacheSize) => {
    try {
      const cache = new PathScurry(tree, { childrenCacheSize }).childrenCache();
      return { childrenCacheSize: String(childrenCacheSize), ...describeCache(cache) };
    } catch {
      return { childrenCacheSize: String(childrenCacheSize), threw: true };
    }
  });
}

const searches = Object.entries(OPTIONS).map(([name, options]) => [
  `glob, ${name}`,
  ({ tree }) => searchWith(tree, options),
]);

const walks = [undefined, 1, 2, 10, 40, 100, 400].flatMap((childrenCacheSize) => {
  const settings = childrenCacheSize === undefined ? {} : { childrenCacheSize };
  return [
    [
      `walks, cache of ${childrenCacheSize}`,
      ({ tree, counted }) => counted(() => walkTwice(tree, settings)),
    ],
    [`async walks, cache of ${childrenCacheSize}`, ({ tree }) => walkAsync(tree, settings)],
  ];
});

/** The scenarios of this job, by name. */
export const scenarios = {
  ...Object.fromEntries(searches),
  'glob, typed': ({ tree }) => searchTyped(tree),
  'glob, again': ({ tree, counted }) => counted(() => searchAgain(tree)),
  ...Object.fromEntries(walks),
  'read in turn': ({ tree, counted }) =>
    counted(() => [20, 60, 120].map((size) => readInTurn(tree, size))),
  'walks, any case': ({ tree, counted }) => counted(() => walkTwice(tree, { nocase: true })),
  'cache sizes': ({ tree }) => cacheSizes(tree),
  paths: ({ tree, counted }) => counted(() => askForPaths(tree)),
  'resolve, posix': ({ counted }) => counted(() => resolveMany(new PathScurryPosix('/some/where'))),
  'resolve, Windows': ({ counted }) =>
    counted(() => resolveMany(new PathScurryWin32('C:\\some\\where'))),
};
