// TypeScript, as a user of the package has it: what compiles, and what runs then.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const { ModuleKind, ModuleResolutionKind } = ts;

/** The ways to resolve a package that TypeScript has today, and the one of before Node 16. */
export const RESOLUTIONS = {
  node10: {
    module: ModuleKind.CommonJS,
    moduleResolution: ModuleResolutionKind.Node10,
    ignoreDeprecations: '6.0',
  },
  node16: { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 },
  nodenext: { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext },
  bundler: { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler },
};

const SETTINGS = {
  target: ts.ScriptTarget.ES2022,
  // What is not in here, the package's types have to bring along.
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};

/** What TypeScript has to say of files of a project; nothing, if they are right. */
export function complaintsOf(files, resolution) {
  const program = ts.createProgram(files, { ...SETTINGS, ...resolution, noEmit: true });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

/** Writes a program as JavaScript beside its source, and gives back the path. */
export function transpile(project, name, text) {
  const module = name.endsWith('.cts') ? ModuleKind.CommonJS : ModuleKind.ESNext;
  const compilerOptions = { ...SETTINGS, module };
  const { outputText } = ts.transpileModule(text, { fileName: name, compilerOptions });
  const file = join(project, name.replace(/\.([cm])ts$/, '.$1js'));
  writeFileSync(file, outputText);
  return file;
}
