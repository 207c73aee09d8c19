// The types in every program that may use them: of each language version, with and without types
// of a host, under a version of TypeScript.

import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execaSync } from 'execa';

/** Language versions, as `lib` names them. Older ones know no Map, newer ones change little. */
export const LIBS = [
  ...['es2015', 'es2016', 'es2017', 'es2018', 'es2019', 'es2020', 'es2021', 'es2022', 'es2023'],
  ...['es2024', 'esnext'],
];

/** What a program knows of its host, by name: files of `lib` and packages of `types`. */
export const HOSTS = {
  'no host': { libs: [], types: [] },
  DOM: { libs: ['lib.dom.d.ts'], types: [] },
  Node: { libs: [], types: ['node'] },
  'DOM and Node': { libs: ['lib.dom.d.ts'], types: ['node'] },
};

/** Every kind of program: a language version and a host. */
export const PROGRAMS = LIBS.flatMap((lib) => Object.keys(HOSTS).map((host) => ({ lib, host })));

/**
 * Checks a file under a version of TypeScript, in each kind of program that the version knows.
 * Gives what it has to say of all files but those of the compiler and of other packages, which
 * stands behind the kind of program; nothing, if all is right.
 */
export function complaintsInAll(ts, { libFolder, typeRoot }, file, programs = PROGRAMS) {
  const parsed = new Map();
  const complaints = [];
  for (const { lib, host } of programs) {
    if (!existsSync(join(libFolder, `lib.${lib}.d.ts`))) continue;
    const options = optionsOf(ts, typeRoot, lib, HOSTS[host]);
    const compilerHost = ts.createCompilerHost(options);
    const { getSourceFile } = compilerHost;
    // What is parsed does not depend on the language version: parsed once, it is there for all.
    compilerHost.getSourceFile = (name, ...rest) => {
      if (!parsed.has(name)) parsed.set(name, getSourceFile(name, ...rest));
      return parsed.get(name);
    };
    const program = ts.createProgram([file], options, compilerHost);
    for (const complaint of complaintsOf(ts, program)) {
      complaints.push(`TypeScript ${ts.version}, ${lib}, ${host}: ${complaint}`);
    }
  }
  return complaints;
}

/** The same for a TypeScript that is a command only, as 7 is; it is asked in the file's folder. */
export function complaintsInAllOf(command, version, typeRoot, file) {
  const complaints = [];
  for (const { lib, host } of PROGRAMS) {
    const { libs, types } = HOSTS[host];
    const names = libs.map((name) => name.replace(/^lib\.|\.d\.ts$/g, ''));
    const compilerOptions = { target: lib, lib: [lib, ...names], types, typeRoots: [typeRoot] };
    const config = join(dirname(file), 'tsconfig.json');
    const modules = { module: 'node16', moduleResolution: 'node16' };
    writeFileSync(
      config,
      JSON.stringify({
        compilerOptions: { ...STRICT, ...modules, ...compilerOptions },
        files: [file],
      }),
    );
    try {
      execaSync(process.execPath, [command, '-p', config]);
    } catch ({ stdout }) {
      complaints.push(`TypeScript ${version}, ${lib}, ${host}: ${stdout}`);
    }
  }
  return complaints;
}

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

function optionsOf(ts, typeRoot, lib, { libs, types }) {
  const target = Object.entries(ts.ScriptTarget).find(([name]) => name.toLowerCase() === lib)?.[1];
  return {
    target: target ?? ts.ScriptTarget.ES2022,
    lib: [`lib.${lib}.d.ts`, ...libs],
    types,
    typeRoots: [typeRoot],
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    ...STRICT,
  };
}

/** Checks our files only: the rest takes nearly all of the time, and is not ours to change. */
function complaintsOf(ts, program) {
  const own = program.getSourceFiles().filter((source) => !isOthers(source.fileName));
  const found = [
    ...program.getOptionsDiagnostics(),
    ...own.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]),
  ];
  return found.map(({ file, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${basename(file?.fileName ?? 'options')}: ${message}`;
  });
}

const isOthers = (name) =>
  /\/lib\/lib\.[^/]*d\.ts$|\/node_modules\/(@types|undici-types)\//.test(name);
