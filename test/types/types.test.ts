// Types: what compiles against lru-cache compiles against us, and what must not compile does not.
//
// The fixtures in types/ and the snippets below import 'lru-cache'. Each is compiled with that
// name meaning the installed lru-cache, and again with it meaning src/index.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { SNIPPETS } from './snippets.js';

const root = new URL('../..', import.meta.url).pathname;
const folder = join(root, 'test/types');
const ours = join(root, 'src/index.ts');
const fixtures = readdirSync(folder)
  .filter((name) => name !== 'snippets.ts')
  .map((name) => join(folder, name));
const isTheirs = (file: string) => file.includes('/node_modules/lru-cache/');

const RESOLUTIONS = {
  nodenext: {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  },
  bundler: {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  },
};

interface Configuration {
  library: 'lru-cache' | 'src';
  resolution: keyof typeof RESOLUTIONS;
  exact: boolean;
}

const configurations = (['lru-cache', 'src'] as const).flatMap((library): Configuration[] => [
  { library, resolution: 'nodenext', exact: true },
  { library, resolution: 'nodenext', exact: false },
  { library, resolution: 'bundler', exact: true },
]);

/** The snippets as modules: their names and their texts. */
const rightTexts = [...new Set(SNIPPETS.map(({ code, right }) => code.replace('$', () => right)))];
const wrongTexts = SNIPPETS.map(({ code, wrong }) => code.replace('$', () => wrong));
const named = (kind: string, list: string[]) =>
  list.map((text, i) => [join(folder, `${kind}-${i}.virtual.ts`), text] as const);
const rights = new Map(named('right', rightTexts));
const wrongs = new Map(named('wrong', wrongTexts));
const texts = new Map([...rights, ...wrongs]);

/** Parsed files, which programs share: by how modules are resolved, and by name. */
const parsed = new Map<string, ts.SourceFile | undefined>();

function optionsOf({ resolution, exact }: Configuration): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return {
    ...options,
    ...RESOLUTIONS[resolution],
    exactOptionalPropertyTypes: exact,
    noUnusedLocals: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
}

function hostOf({ library, resolution }: Configuration, options: ts.CompilerOptions) {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.getSourceFile = (file, target, ...rest) => {
    const id = file.includes('/typescript/lib/') ? file : `${resolution} ${file}`;
    if (!parsed.has(id)) {
      const text = texts.get(file);
      const virtual = text !== undefined && ts.createSourceFile(file, text, target);
      parsed.set(id, virtual || getSourceFile(file, target, ...rest));
    }
    return parsed.get(id);
  };
  const cache = ts.createModuleResolutionCache(root, (file) => file, options);
  host.resolveModuleNameLiterals = (literals, from, redirected, _options, source) =>
    literals.map((literal) => {
      if (literal.text === 'lru-cache' && library === 'src') {
        return { resolvedModule: { resolvedFileName: ours, extension: ts.Extension.Ts } };
      }
      const mode = ts.getModeForUsageLocation(source, literal, options);
      return ts.resolveModuleName(literal.text, from, options, host, cache, redirected, mode);
    });
  return host;
}

function programOf(configuration: Configuration): ts.Program {
  const options = optionsOf(configuration);
  const files = [...rootsOf(configuration), ...texts.keys()];
  return ts.createProgram(files, options, hostOf(configuration, options));
}

/** A CommonJS module exists only where the compiler knows modules as Node does. */
function rootsOf({ resolution }: Configuration): string[] {
  return fixtures.filter((file) => resolution === 'nodenext' || !file.endsWith('.cts'));
}

function show({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return message;
  const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
  return `${relative(root, file.fileName)}:${line + 1} ${message}`;
}

function errorsIn(program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is not in the program`);
  const syntax = program.getSyntacticDiagnostics(source);
  return [...syntax, ...program.getSemanticDiagnostics(source)].map(show);
}

/** Every name lru-cache declares: in the namespace, in its interfaces, on the class. */
function declaredNames(program: ts.Program): Set<string> {
  const checker = program.getTypeChecker();
  const isEntry = ({ fileName }: ts.SourceFile) =>
    /\/lru-cache\/dist\/esm\/(node\/)?index\.d\.ts$/.test(fileName);
  const source = program.getSourceFiles().find(isEntry) as ts.SourceFile;
  const entry = checker.getSymbolAtLocation(source) as ts.Symbol;
  const cache = checker.getExportsOfModule(entry).find(({ name }) => name === 'LRUCache');
  const types = checker.getExportsOfModule(cache as ts.Symbol);
  const shapes = [cache as ts.Symbol, ...types].filter(
    ({ flags }) => flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class),
  );
  const members = shapes.flatMap((shape) =>
    checker.getDeclaredTypeOfSymbol(shape).getProperties().concat(types),
  );
  return new Set(members.map(({ name }) => name).filter((name) => /^\w+$/.test(name)));
}

describe.each(configurations)('$library, $resolution, exact: $exact', (configuration) => {
  let program: ts.Program;

  beforeAll(() => {
    program = programOf(configuration);
  });

  it('compiles against the library it says', () => {
    const files = program.getSourceFiles().map(({ fileName }) => fileName);
    expect(files.some(isTheirs)).toBe(configuration.library === 'lru-cache');
    expect(files.includes(ours)).toBe(configuration.library === 'src');
    expect([...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()]).toEqual([]);
  });

  it('compiles every fixture', () => {
    const files = rootsOf(configuration);
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap((file) => errorsIn(program, file))).toEqual([]);
  });

  it('compiles every right snippet', () => {
    expect([...rights.keys()].flatMap((file) => errorsIn(program, file))).toEqual([]);
  });

  it('refuses every wrong snippet', () => {
    const accepted = [...wrongs].filter(([file]) => errorsIn(program, file).length === 0);
    expect(accepted.map(([, text]) => text)).toEqual([]);
  });

  if (configuration.library === 'src') return;
  it('has fixtures that name all that lru-cache declares', () => {
    const text = fixtures.map((file) => readFileSync(file, 'utf8')).join();
    const names = declaredNames(program);
    for (const name of ['Options', 'getRemainingTTL', 'ttlAutopurge'])
      expect(names).toContain(name);
    // `prototype` is every class's; the other is marked @internal, and shows the arrays within.
    for (const name of ['prototype', 'unsafeExposeInternals']) names.delete(name);
    const unnamed = [...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(unnamed).toEqual([]);
  });
});
