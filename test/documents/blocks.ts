// The code blocks of a document, and what they print.
//
// A block is a program by itself: it is written to build/documents/ as it stands and run by Node on
// dist/, as a reader would run it. What it prints stands after each `console.log` as a comment.
// A comment on its first line may name what it is written for: `// lru-cache 6` makes the import
// of 'lru-cache' that version of it.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import ts from 'typescript';
import { expect } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNNER = fileURLToPath(new URL('run.mjs', import.meta.url));

/** The version of lru-cache that goes by its own name here. */
const NEWEST = '11';

/** A program in a document. */
export interface Block {
  /** The document and the line at which the program begins. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
  /** What its first line says it is written for; empty if nothing. */
  readonly title: string;
  /** What it says that it prints, line by line. */
  readonly promised: readonly string[];
}

/** Packages that are not installed with ours: test/frameworks, and test/sockets (`// with …`). */
export const FRAMEWORKS = /^(Express|NestJS|with )/;

const FENCED = /^```(js|ts)\n([\s\S]*?)^```$/gm;
const PRINTED = /\bconsole\.log\(.*\);? \/\/ (.*)$/gm;

/** The programs of a document, by its path from the top of the repository. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(FENCED)].map(({ index, 1: language = '', 2: code = '' }) => ({
    place: `${document}:${text.slice(0, index).split('\n').length + 1}`,
    language,
    code,
    title: /^\/\/ (.*)\n/.exec(code)?.[1] ?? '',
    promised: [...code.matchAll(PRINTED)].map(([, printed = '']) => printed),
  }));
}

/** What Node can run: types taken away, decorators compiled, old versions by their aliases. */
function runnable({ language, code, title }: Block): string {
  const version = /^lru-cache (\d+)/.exec(title)?.[1] ?? NEWEST;
  const aliased =
    version === NEWEST ? code : code.replaceAll("'lru-cache'", `'lru-cache-${version}'`);
  if (language === 'js') return aliased;
  return ts.transpileModule(aliased, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      // Nest has decorators of parameters, which the standard's do not know.
      experimentalDecorators: /\bNestJS\b/.test(title),
    },
  }).outputText;
}

/**
 * Runs programs, one after another in one process; returns what each prints, line by line. They
 * find the packages that a file in `folder` finds.
 */
function run(blocks: readonly Block[], folder = 'build/documents'): string[][] {
  const build = join(ROOT, folder);
  mkdirSync(build, { recursive: true });
  const files = blocks.map((block) => {
    // A module may have the text of another program in it, which requires.
    const isModule = /^import /m.test(block.code) || !/\brequire\(/.test(block.code);
    const extension = isModule ? 'mjs' : 'cjs';
    const file = join(build, `${block.place.replaceAll(/[/:.]/g, '-')}.${extension}`);
    writeFileSync(file, runnable(block));
    return file;
  });
  const { stdout } = execaSync(process.execPath, [RUNNER, ...files]);
  return JSON.parse(stdout) as string[][];
}

/** Runs programs, and expects of each that it prints what it says. */
export function expectPrinted(blocks: readonly Block[], folder?: string): void {
  const printed = run(blocks, folder);
  const shown = blocks.map(({ place }, i) => [place, printed[i]]);
  expect(shown).toEqual(blocks.map(({ place, promised }) => [place, promised]));
  expect(blocks.filter(({ promised }) => promised.length === 0)).toEqual([]);
}
