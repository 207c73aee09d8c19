// The table of the demo, for the terminal and for the README: in both it is Markdown.

import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { markdownTable } from 'markdown-table';
import type { RunFigures } from './run.js';

const HEAD = ['cache', 'memory', 'queries', 'misses', 'held', 'at once', 'change seen'];
const MARKED = /(?<=<!-- demo:begin -->\n)[\s\S]*(?=<!-- demo:end -->)/;

/** What the figures of a table depend on. */
export interface Surroundings {
  /** The address of a MariaDB or MySQL, or a file of SQLite. */
  readonly database?: string;
  readonly users: number;
  readonly sessions: number;
  readonly files: number;
  readonly rules: number;
  readonly workers: number;
  readonly concurrency: number;
  readonly seed: number;
}

const grouped = (value: number) => value.toLocaleString('en');

function memoryOf({ kind, bytes }: RunFigures): string {
  if (kind === 'none') return '0';
  return kind === 'Map' ? 'no bound' : `${grouped(Math.round(bytes / 1024))} KiB`;
}

function cellsOf(figures: RunFigures): string[] {
  const { kind, queries, hits, misses, held, queriesAtOnce, outdated } = figures;
  return [
    kind,
    memoryOf(figures),
    grouped(queries),
    `${((100 * misses) / (hits + misses)).toFixed(2)} %`,
    grouped(held),
    grouped(queriesAtOnce),
    outdated === 0 ? 'at once' : `not on ${outdated}`,
  ];
}

/** What was run, where and when: a sentence to go with the table, in lines of 80 columns. */
export function captionOf(surroundings: Surroundings, logins: number): string {
  const { database, users, sessions, files, rules, workers, concurrency, seed } = surroundings;
  const sql = database?.includes('://') ? 'MariaDB or MySQL' : 'SQLite';
  return [
    `${grouped(sessions)} sessions of ${grouped(users)} users with ${rules} rules each, `,
    `${grouped(logins)} logins,\n`,
    `${workers} threads, ${concurrency} commands at a time, ${grouped(files)} files to list,\n`,
    `seed ${seed}; over ${sql}, `,
    `on Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, `,
    `${new Date().toISOString().slice(0, 10)}.`,
  ].join('');
}

/** A row for each run. */
export function tableOf(runs: readonly RunFigures[]): string {
  const align = HEAD.map((_, i) => (i === 0 ? 'l' : 'r'));
  return markdownTable([HEAD, ...runs.map(cellsOf)], { align });
}

/** A document with what is between its marks replaced. */
export function withMarked(document: string, content: string): string {
  if (!MARKED.test(document)) throw new Error('The document has no marks of the demo');
  return document.replace(MARKED, () => `\n${content}\n\n`);
}

/** Writes what is between the marks of a file. */
export async function writeMarked(file: URL, content: string): Promise<void> {
  await writeFile(file, withMarked(await readFile(file, 'utf8'), content));
}
