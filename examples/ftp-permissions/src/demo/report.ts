// The table of the demo, for the terminal and for the README: in both it is Markdown.

import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { markdownTable } from 'markdown-table';
import type { RunFigures } from './run.js';

const HEAD = [
  ...['cache', 'database queries', 'logins', 'queries per listing'],
  ...['hit ratio', 'users held', 'listing p50', 'listing p99'],
];
const MARKED = /(?<=<!-- demo:begin -->\n)[\s\S]*(?=<!-- demo:end -->)/;

/** What the figures of a table depend on. */
export interface Surroundings {
  /** The address of a MariaDB or MySQL, or a file of SQLite. */
  readonly database?: string;
  readonly users: number;
  readonly sessions: number;
  readonly files: number;
  readonly rules: number;
  readonly concurrency: number;
  readonly seed: number;
}

const grouped = (value: number) => value.toLocaleString('en');

function nameOf({ cache, max }: RunFigures): string {
  return cache === 'none' ? 'none' : `${cache}, ${grouped(max)} users`;
}

function cellsOf(figures: RunFigures): string[] {
  const { queries, logins, listings, hits, misses, held } = figures;
  return [
    nameOf(figures),
    grouped(queries),
    grouped(logins),
    (queries / listings).toFixed(2),
    `${((100 * hits) / (hits + misses)).toFixed(1)} %`,
    grouped(held),
    `${figures.listingP50Ms.toFixed(1)} ms`,
    `${figures.listingP99Ms.toFixed(1)} ms`,
  ];
}

/** What was run, where and when: a sentence to go with the table. */
export function captionOf(surroundings: Surroundings): string {
  const { database, users, sessions, files, rules, concurrency, seed } = surroundings;
  const sql = database?.includes('://') ? 'MariaDB or MySQL' : 'SQLite';
  return [
    `${grouped(sessions)} sessions of ${grouped(users)} users with ${rules} rules each, `,
    `${concurrency} commands at a time, ${grouped(files)} files to list, seed ${seed}; over ${sql}, `,
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
