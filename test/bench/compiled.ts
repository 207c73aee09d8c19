// The benchmark's programs, compiled for a test that starts them.
//
// Each test has a folder of its own: build/js may be measured meanwhile, and tests run at the same
// time.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };

/** Compiles what the benchmark runs into a folder of `build`, and returns the path of that. */
export function compileBench(folder: string): string {
  const outDir = join(root, 'build', folder);
  const files = ['assembly', 'bench', 'src'].flatMap((source) =>
    readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(source, file),
    ),
  );
  for (const file of files) {
    // Of the files that exist for both compilers, those of this one.
    if (!/^[^.]*\.ts$/.test(file) && !/generated\.ts$/.test(file)) continue;
    const text = readFileSync(join(root, file), 'utf8');
    const output = join(outDir, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  // What is written in JavaScript.
  cpSync(join(root, 'tools/markdown.mjs'), join(outDir, 'tools/markdown.mjs'));
  return outDir;
}
