// The figures in README.md: a table made from bench/figures.json, the raw report of one run.
//
// `npm run figures` measures, keeps the report and writes the table; test/tidy.test.ts fails if
// the two disagree. No figure is written into README.md by hand.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { libraryNames } from './adapters/index.js';
import { ownPackage } from './packages.js';
import { grouped, type Report } from './report.js';

const BEGIN = '<!-- figures:begin -->';
const END = '<!-- figures:end -->';

/** The report as a Markdown table, with what it was measured on. */
export function markdownOf(report: Report): string {
  const rows = report.rows.map((row) => {
    const cells = libraryNames.map((name) => {
      const { nsPerRequest, timesNaive } = row.libraries[name];
      return `${nsPerRequest.toFixed(0)} (${timesNaive.toFixed(1)}×)`;
    });
    const ratio = `${(row.libraries.wasm.hitRatio * 100).toFixed(1)} %`;
    return [`${row.trace}, ${row.keys}s`, grouped(row.capacity), ratio, ...cells];
  });
  const head = [
    'trace',
    'max',
    'hit ratio',
    'wasm engine',
    'pure engine',
    'lru-cache',
    'naive Map',
  ];
  const lines = [head, ['---', ...head.slice(1).map(() => '--:')], ...rows];
  const { machine, node, versions, date, summary } = report;
  return [
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    'Nanoseconds per request, median of all passes, and how many times faster than the naive one.',
    `On geometric mean, the wasm engine is ${summary.lruCacheToWasm.toFixed(2)} times as fast as`,
    `lru-cache and ${summary.naiveToWasm.toFixed(2)} times as fast as the naive one. Measured on`,
    `${date.slice(0, 10)}: Node ${node.slice(1)}, lru-cache ${versions['lru-cache']},`,
    `${machine.cpu}, ${machine.cores} cores.`,
  ].join('\n');
}

/** A document with the figures between its two marks replaced. */
export function withFigures(document: string, report: Report): string {
  const begin = document.indexOf(BEGIN) + BEGIN.length;
  const end = document.indexOf(END);
  return `${document.slice(0, begin)}\n\n${markdownOf(report)}\n\n${document.slice(end)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const readme = new URL('README.md', ownPackage.root);
  const report = readFileSync(new URL('bench/figures.json', ownPackage.root), 'utf8');
  writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), JSON.parse(report) as Report));
}
