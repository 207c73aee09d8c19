// The reference in docs/api is what TypeDoc makes of the doc comments, and these say what a reader
// needs: the default of every option, and examples that compile and print what they say.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { blocksOf, expectPrinted, FRAMEWORKS } from './blocks.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOCKETS = readdirSync(join(ROOT, 'src/sockets')).map((name) => name.replace('.ts', ''));
const NAMES = [
  'index',
  'common/options',
  'common/types',
  'stores',
  'memoize',
  'bytes',
  'numbers',
  'shared',
];
const ENTRIES = [...NAMES, ...SOCKETS.map((name) => `sockets/${name}`)].map(
  (name) => `src/${name}.ts`,
);

function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.md')).sort();
  return new Map(files.map((name) => [name, readFileSync(join(ROOT, folder, name), 'utf8')]));
}

const pages = [...filesIn('docs/api').keys()].map((name) => `docs/api/${name}`);
// Those with packages of others are run by npm run test:sockets.
const blocks = pages.flatMap(blocksOf).filter(({ title }) => !FRAMEWORKS.test(title));

// No limit that a busy machine could reach: TypeDoc compiles src/.
it('is up to date', { timeout: 900_000 }, () => {
  execaSync('npm', ['run', '--silent', 'docs:api', '--', '--out', 'build/api'], { cwd: ROOT });
  expect(filesIn('build/api'), 'npm run docs:api writes it again').toEqual(filesIn('docs/api'));
});

const compilerOptions: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  ).options,
  noUnusedLocals: false,
  paths: {
    'wasm-lru': [join(ROOT, 'src/index.ts')],
    'wasm-lru/*': [join(ROOT, 'src/*.ts')],
  },
};

/** The entries, and the examples as files, where test/documents/blocks.ts writes them to. */
function programOf(): ts.Program {
  const texts = new Map(
    blocks.map(({ code }, i) => [join(ROOT, `build/documents/api-${i}.mts`), code]),
  );
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = texts.get(name);
    if (text === undefined) return getSourceFile(name, target, ...rest);
    return ts.createSourceFile(name, text, target);
  };
  const entries = ENTRIES.map((file) => join(ROOT, file));
  return ts.createProgram(
    ['assembly/portable.d.ts', ...entries, ...texts.keys()],
    compilerOptions,
    host,
  );
}

const program = programOf();

/** What the entries export. */
function exportsOf(): { name: string; symbol: ts.Symbol }[] {
  const checker = program.getTypeChecker();
  return ENTRIES.flatMap((file) => {
    const module = checker.getSymbolAtLocation(
      program.getSourceFile(join(ROOT, file)) as ts.SourceFile,
    ) as ts.Symbol;
    return checker.getExportsOfModule(module).map((exported) => ({
      name: `${file}: ${exported.name}`,
      symbol: exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported,
    }));
  });
}

const has = (symbol: ts.Symbol, tag: string): boolean =>
  symbol.getJsDocTags().some(({ name }) => name === tag);

it('has a default for every option, and a sentence for every member of an interface', () => {
  const checker = program.getTypeChecker();
  const found = exportsOf();
  expect(found.length).toBeGreaterThan(40);
  for (const { name, symbol } of found) {
    if (has(symbol, 'internal')) continue;
    for (const member of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
      const [declaration] = member.declarations ?? [];
      if (declaration === undefined || !ts.isPropertySignature(declaration)) continue;
      if (!declaration.getSourceFile().fileName.startsWith(join(ROOT, 'src'))) continue;
      const text = ts.displayPartsToString(member.getDocumentationComment(checker));
      expect(text, `${name}.${member.name}`).toMatch(/\w.*\.\)?$/s);
      expect(text, 'a hover shows one member: it has no antecedent').not.toMatch(/\bLikewise\b/);
    }
  }
  const options = found.find(({ name }) => name.endsWith(': OptionsBase'))?.symbol as ts.Symbol;
  const members = checker.getDeclaredTypeOfSymbol(options).getProperties();
  expect(members.length).toBeGreaterThan(25);
  expect(members.filter((member) => !has(member, 'default')).map(({ name }) => name)).toEqual([]);
});

it('has examples that print what they say', () => {
  expect(blocks.length).toBeGreaterThan(6);
  expectPrinted(blocks);
});

it('has examples that compile', () => {
  const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  expect(complaints).toEqual([]);
});
