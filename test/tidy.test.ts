// The rules of this house, as tests: what a reviewer would otherwise have to say again and again.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type Figures, withFigures } from '../bench/figures.js';

const LINES_MAX = 800;
/** A class that people use is as long as its documentation. */
const LONG_FILES = ['src/api/lru.ts'];
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

/** What may stand at the top of the repository. */
const TOP_LEVEL = [
  ...['assembly', 'src', 'test', 'tools', 'bench', 'docs', 'examples'],
  ...['asconfig.json', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['tsconfig.build.json', 'biome.json', 'vitest.config.ts', '.npmrc', '.gitignore', '.ci'],
  ...['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md', 'DECISIONS.md', 'AGENTS.md'],
  ...['SECURITY.md', 'jsr.json', '.github'],
];
const UNTRACKED = ['.git', 'node_modules', 'build', 'dist', 'coverage'];
/** The folders of the package's subpaths, which the build makes (bundle.mjs). */
const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const SUBPATHS = Object.keys(exports).map((subpath) => subpath.split('/')[1] as string);
const GENERATED = /\/core\.generated\.ts$/;

const root = new URL('..', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');

function filesUnder(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => !UNTRACKED.includes(name));
  return names.flatMap((name) => {
    const file = join(folder, name);
    return statSync(join(root, file)).isDirectory() ? filesUnder(file) : [file];
  });
}

/** The text of a file without its doc comments, whose examples print, and import the package. */
const undocumented = (file: string) => read(file).replaceAll(/\/\*\*[\s\S]*?\*\//g, '');

const isCode = (file: string) => /\.(ts|mjs)$/.test(file) && !GENERATED.test(file);
const code = ['assembly', 'src', 'test', 'tools', 'bench', 'docs']
  .flatMap(filesUnder)
  .filter(isCode);
const shipped = code.filter((file) => /^(assembly|src)\//.test(file) && file.endsWith('.ts'));
const markdown = readdirSync(root).filter((name) => name.endsWith('.md'));

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

function longFunctions(file: string): string[] {
  const source = parse(file);
  const long: string[] = [];
  for (const node of nodesOf(source)) {
    // A suite is a function that holds tests; the tests in it are the functions that count.
    const isSuite = ts.isArrowFunction(node) && /describe/.test(node.parent.getText().slice(0, 60));
    if (!ts.isFunctionLike(node) || !('body' in node) || isSuite) continue;
    const first = lineOf(source, node.getStart());
    const lines = lineOf(source, node.end) - first + 1;
    if (lines > FUNCTION_LINES_MAX) long.push(`${file}:${first} has ${lines} lines`);
  }
  return long;
}

function undocumentedExports(file: string): string[] {
  const source = parse(file);
  return source.statements
    .filter((statement) => {
      const exported =
        ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      return exported === true && ts.getJSDocCommentsAndTags(statement).length === 0;
    })
    .map((statement) => `${file}:${lineOf(source, statement.getStart())}`);
}

/**
 * The rooms of src/, from the one that users enter to the one that all may use (src/README.md). Two
 * on one floor do not import each other.
 */
const ROOMS = [
  ['stores.ts', 'memoize.ts', 'edge.ts', 'bytes.ts', 'numbers.ts', 'shared.ts'],
  ['stores', 'memoize', 'sockets'],
  ['index.ts'],
  ['shared'],
  ['api', 'bytes'],
  ['loads'],
  ['cache', 'numbers'],
  ['expiry'],
  ['entries'],
  ['engine'],
  ['common', 'core.generated.ts', 'wasm.d.ts'],
];

/** The room of a file: its folder, or the file itself if that lies in src/. */
function roomOf(file: string): string {
  const [, room = '', ...rest] = file.split('/');
  return rest.length > 0 || room.endsWith('.ts') ? room : `${room}.ts`;
}

function importedBy(file: string): string[] {
  const specifiers = [...read(file).matchAll(/(?:from|import) '(\.[^']+)'/g)];
  return specifiers.map(([, specifier]) =>
    join(file, '..', (specifier as string).replace(/\.js$/, '')),
  );
}

describe('every code file', () => {
  it.each(code)('%s is short, narrow and says what it is', (file) => {
    const lines = read(file).split('\n');
    if (!LONG_FILES.includes(file)) expect(lines.length - 1).toBeLessThanOrEqual(LINES_MAX);
    expect(lines.filter((line) => line.length > COLUMNS_MAX)).toEqual([]);
    expect(lines[0], 'the first line says what the file owns').toMatch(/^\/\/ [A-Z'`]/);
    expect(longFunctions(file)).toEqual([]);
  });

  it('has letters of its own for the invariants at its head', () => {
    const owners = new Map<string, string[]>();
    for (const file of code) {
      const letters = [...read(file).matchAll(/^\/\/ ([A-Z]{1,2})\d+ {2}/gm)].map(([, own]) => own);
      for (const own of new Set(letters as string[])) {
        owners.set(own, [...(owners.get(own) ?? []), file]);
      }
    }
    expect(owners.size).toBeGreaterThan(40);
    expect([...owners.values()].filter((files) => files.length > 1)).toEqual([]);
  });

  it('leaves nothing for later and nothing switched off', () => {
    const banned =
      /\bTO[D]O\b|\bFIXM[E]\b|@ts-ignor[e]|@ts-expect-erro[r]|\b(it|describe|test)\.(skip|only)\b/;
    expect(code.filter((file) => banned.test(read(file)))).toEqual([]);
  });
});

describe('what ships', () => {
  it('documents every export', () => {
    // The accessors in slots have their meaning in the layout that they give access to.
    const elsewhere =
      /^assembly\/(slots(\.wasm)?|(bytes\/|shared\/)?layout|bytes\/memory(\.wasm)?)\.ts$/;
    const files = shipped.filter((file) => !elsewhere.test(file));
    expect(files.flatMap(undocumentedExports)).toEqual([]);
  });

  it('has no doc comment without what it documents', () => {
    // A module's stands by itself, at the head of its file.
    const alone = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n\n/g;
    const orphans = shipped.flatMap((file) => read(file).match(alone) ?? []);
    expect(orphans.filter((comment) => !comment.includes('@module'))).toEqual([]);
  });

  it('has no file that nothing imports', () => {
    const cores = [
      'src/engine/core-none',
      'src/edge',
      'src/wasm.d',
      'src/bytes',
      'src/numbers',
      'src/shared',
    ];
    const core = [
      ...['assembly/core', 'assembly/debug/index', 'assembly/imports.tsc'],
      ...['assembly/bytes/core', 'assembly/bytes/debug'],
      ...['assembly/numbers/core', 'assembly/debug/numbers'],
      ...['assembly/shared/core', 'assembly/shared/debug'],
    ];
    const isSocket = (name: string) => existsSync(join(root, 'src/sockets', `${name}.ts`));
    const sockets = SUBPATHS.filter(isSocket).map((name) => `src/sockets/${name}`);
    const entries = ['src/index', 'src/stores', 'src/memoize', ...sockets, ...cores, ...core];
    const imported = new Set([...entries, ...shipped.flatMap(importedBy)]);
    // asc takes `x.wasm.ts` for `x.ts`, and begins at core.wasm.ts and debug/index.wasm.ts.
    const isKnown = (file: string) =>
      imported.has(file.replace(/(\.wasm)?\.ts$/, '')) || file === 'assembly/portable.d.ts';
    expect(shipped.filter((file) => !isKnown(file))).toEqual([]);
  });

  it('prints nothing, but for the warning that lru-cache prints', () => {
    const printing = shipped.filter((file) => /\bconsole\./.test(undocumented(file)));
    expect(printing).toEqual(['src/common/warning.ts']);
  });

  it('touches linear memory only where it may', () => {
    const raw = shipped.filter((file) => /\b(load|store)</.test(read(file)));
    const accessors = ['arena', 'buckets', 'bytes/memory', 'shared/words', 'slots'];
    expect(raw).toEqual(accessors.map((name) => `assembly/${name}.wasm.ts`));
    const views = code.filter((file) => /memory\.buffer/.test(read(file)));
    const holders = [
      'src/bytes/region-wasm.ts',
      'src/engine/wasm.ts',
      'src/numbers/wasm.ts',
      'src/shared/memory.ts',
    ];
    expect(views.filter((file) => !/^(test|tools)\//.test(file))).toEqual(holders);
  });

  it('has rooms that import only from rooms below them', () => {
    const below = (room: string) => ROOMS.findIndex((floor) => floor.includes(room));
    const wrong: string[] = [];
    for (const file of shipped.filter((name) => name.startsWith('src/'))) {
      for (const imported of importedBy(file).filter((name) => /^src\/[^?]+$/.test(name))) {
        const [from, to] = [roomOf(file), roomOf(imported)];
        // The types of callbacks name the class as their `this`.
        const isOfThis = file === 'src/common/types.ts' && imported === 'src/api/lru';
        const isDown = from === to || below(from) < below(to);
        if (!isDown && !isOfThis) wrong.push(`${file} imports ${imported}`);
        if (below(from) < 0) wrong.push(`${file} is in no room`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has no directive for a tool that measures coverage', () => {
    const directive = /\b(?:v8|c8|istanbul|node:coverage) (?:ignore|disable)/;
    expect(shipped.filter((file) => directive.test(read(file)))).toEqual([]);
  });

  it('imports nothing but its own files', () => {
    const foreign = /(?:from|import) '(?!\.)[^']+'/;
    expect(shipped.filter((file) => foreign.test(undocumented(file)))).toEqual([]);
    expect(JSON.parse(read('package.json'))).not.toHaveProperty('dependencies');
  });
});

describe('the repository', () => {
  it('has the top level that the design fixes', () => {
    const allowed = new Set([...TOP_LEVEL, ...UNTRACKED, ...SUBPATHS]);
    expect(readdirSync(root).filter((name) => !allowed.has(name))).toEqual([]);
  });

  it('names no download address', () => {
    // A workspace is a link to its directory, and so is this package in another's lockfile.
    const link =
      /"resolved": "(\.\.\/\.\.|bench|docs\/playground|test\/documents)",\s*"link": true/g;
    const packages = ['compilers', 'frameworks', 'playground', 'runtimes', 'sockets'];
    const tests = [...packages, 'runtimes/newer'].map((name) => `test/${name}/package-lock.json`);
    const others = ['package-lock.json', 'tools/mutants/package-lock.json'];
    for (const lock of [...others, ...tests]) {
      expect(read(lock).replace(link, ''), lock).not.toMatch(/"resolved"/);
    }
  });

  it.each(markdown)('%s has one title', (file) => {
    const prose = read(file).replace(/```[\s\S]*?```/g, '');
    expect(prose.match(/^# /gm)).toHaveLength(1);
  });

  it('has every npm script that a document mentions', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const file of markdown) {
      const mentioned = read(file).matchAll(/npm (?:--silent )?(?:run ([\w:]+)|(start|test)\b)/g);
      for (const [, run, short] of mentioned) expect(scripts).toHaveProperty([run ?? short ?? '']);
    }
  });

  it('pipes what npm runs without what npm says', () => {
    const isPiped = /npm.* start .*(?:--json.*>|\|)|\| *npm/;
    for (const file of markdown) {
      for (const line of read(file)
        .split('\n')
        .filter((text) => isPiped.test(text))) {
        if (!line.startsWith('|')) expect(line, file).toContain('npm --silent start');
      }
    }
  });

  it('names every entry of the package in its policy of versions', () => {
    const { exports } = JSON.parse(read('package.json')) as { exports: object };
    const entries = Object.keys(exports).filter((name) => name !== './package.json');
    const item = read('docs/support.md').match(
      /- the entries of the package:[^;.]*(?:[^\n]|\n {2})*/,
    );
    const named = [...(item?.[0] ?? '').matchAll(/`(wasm-lru[\w/.-]*)`/g)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(entries.map((name) => `wasm-lru${name.slice(1)}`).toSorted());
  });

  it('has figures in README that are those of bench/figures.json', () => {
    const report = JSON.parse(read('bench/figures.json')) as Figures;
    expect(withFigures(read('README.md'), report)).toBe(read('README.md'));
  });

  it('has a README of at most 1,000 words above its reference part', () => {
    const [above = '', below] = read('README.md').split('<!-- Above: under 1,000 words.');
    expect(below).toBeDefined();
    // Neither code, nor tables, nor the addresses of links and pictures.
    const prose = above.replaceAll(/```[\s\S]*?```|^\|.*$|<[^>]+>|\]\([^)]*\)/gm, ' ');
    expect(prose.match(/\S*\w\S*/g)?.length).toBeLessThanOrEqual(1000);
  });

  it('has code in README that compiles', () => {
    const blocks = [...read('README.md').matchAll(/```(?:ts|js)\n([\s\S]*?)```/g)];
    expect(blocks.length).toBeGreaterThan(0);
    const options = { ...compilerOptions(), noUnusedLocals: false };
    const texts = new Map(blocks.map(([, text], i) => [join(root, `readme-${i}.ts`), text ?? '']));
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    host.fileExists = (name) => texts.has(name) || fileExists(name);
    host.getSourceFile = (name, target, ...rest) => {
      const text = texts.get(name);
      if (text === undefined) return getSourceFile(name, target, ...rest);
      return ts.createSourceFile(name, text.replace("'wasm-lru'", "'./src/index.js'"), target);
    };
    const program = ts.createProgram(['assembly/portable.d.ts', ...texts.keys()], options, host);
    const errors = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    expect(errors).toEqual([]);
  });
});

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}
