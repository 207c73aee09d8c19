// The figures in README.md: tables made from bench/figures.json, the raw reports of three runs.
//
// `npm run figures` measures, keeps the reports and writes the tables; test/tidy.test.ts fails if
// the two disagree. No figure is written into README.md by hand.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Library, libraryNames } from './adapters/index.js';
import { table, withBlock } from './markdown.js';
import { ownPackage } from './packages.js';
import { grouped, type Report } from './report.js';

/** The reports: of caches without columns, with a ttl, and with sizes. */
export interface Figures {
  readonly plain: Report;
  readonly ttl: Report;
  readonly size: Report;
}

/** A time and how many times faster it is, in one line: a narrow column breaks at common spaces. */
function timed(ns: string, ratio: number): string {
  return `${ns}\u00a0(${ratio.toFixed(1)}×)`;
}

/** The reports of caches with columns, a line for each row. */
function columnsTable({ ttl, size }: Figures): string {
  const cellsOf = ({ rows }: Report, i: number): string[] => {
    const { wasm, 'lru-cache': theirs } = (rows[i] as Report['rows'][number]).libraries;
    const ratio = theirs.nsPerRequest / wasm.nsPerRequest;
    return [timed(wasm.nsPerRequest.toFixed(0), ratio), theirs.nsPerRequest.toFixed(0)];
  };
  const head = ['trace', 'max', 'wasm, ttl', 'lru-cache, ttl', 'wasm, sizes', 'lru-cache, sizes'];
  const rows = ttl.rows.map(({ trace, keys, capacity }, i) => [
    `${trace}, ${keys}s`,
    grouped(capacity),
    ...cellsOf(ttl, i),
    ...cellsOf(size, i),
  ]);
  return [
    table(head, rows, 1),
    '',
    'Nanoseconds per request, and how many times faster than lru-cache with the same option. On',
    `geometric mean: ${ttl.summary.lruCacheToWasm.toFixed(2)} times as fast with a ttl, ` +
      `${size.summary.lruCacheToWasm.toFixed(2)} with sizes.`,
  ].join('\n');
}

const heads: Readonly<Record<Library, string>> = {
  wasm: 'wasm engine',
  pure: 'pure engine',
  'lru-cache': 'lru-cache',
  linked: 'Map + list',
  naive: 'naive Map',
};

/** The report as a Markdown table, with what it was measured on. */
export function markdownOf(report: Report): string {
  // A report that was made before a library was added has no figures of it.
  const names = libraryNames.filter((name) => report.rows.every((row) => name in row.libraries));
  const rows = report.rows.map((row) => {
    const cells = names.map((name) => {
      const { nsPerRequest, timesNaive } = row.libraries[name];
      const ns = nsPerRequest.toFixed(0);
      // The naive one is what the others are compared with.
      return name === 'naive' ? ns : timed(ns, timesNaive);
    });
    const ratio = `${(row.libraries.wasm.hitRatio * 100).toFixed(1)} %`;
    return [`${row.trace}, ${row.keys}s`, grouped(row.capacity), ratio, ...cells];
  });
  const head = ['trace', 'max', 'hit ratio', ...names.map((name) => heads[name])];
  const { machine, node, versions, date, summary } = report;
  return [
    table(head, rows, 1),
    '',
    'Nanoseconds per request, median of all passes, and how many times faster than the naive one.',
    `On geometric mean, the wasm engine is ${summary.lruCacheToWasm.toFixed(2)} times as fast as`,
    `lru-cache and ${summary.naiveToWasm.toFixed(2)} times as fast as the naive one. Measured on`,
    `${date.slice(0, 10)}: Node ${node.slice(1)}, lru-cache ${versions['lru-cache']},`,
    `${machine.cpu}, ${machine.cores} cores.`,
  ].join('\n');
}

/** A document with the figures between its two marks replaced. */
export function withFigures(document: string, figures: Figures): string {
  const tables = [markdownOf(figures.plain), columnsTable(figures)].join('\n\n');
  return withBlock(document, 'figures', tables);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const readme = new URL('README.md', ownPackage.root);
  const kept = new URL('bench/figures.json', ownPackage.root);
  const measured = (name: keyof Figures): Report =>
    JSON.parse(readFileSync(new URL(`build/figures.${name}.json`, ownPackage.root), 'utf8'));
  const figures = { plain: measured('plain'), ttl: measured('ttl'), size: measured('size') };
  writeFileSync(kept, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), figures));
}
