// What a night came to: as data, on one line for each part, and as the table in the documents.
//
// docs/nightly.json keeps the last report of every part, and docs/reliability.md shows it between
// two marks; a test fails if they differ. No figure in there is written by hand.

import { listed, table } from '../../bench/markdown.js';
import { grouped } from '../../bench/report.js';
import { parts } from './parts.js';

/** What a part came to. */
export interface PartReport {
  /** When it began. */
  readonly date: string;
  readonly machine: string;
  readonly seed: number;
  readonly seconds: number;
  /** What was wrong; empty if it passed. */
  readonly failures: readonly string[];
  /** What was counted, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Reports of parts, by name. */
export type Reports = Readonly<Record<string, PartReport>>;

/** Where the reports are kept, and the document that shows them. */
export const files = { reports: 'docs/nightly.json', document: 'docs/reliability.md' } as const;

const BEGIN = '<!-- nightly:begin -->';
const END = '<!-- nightly:end -->';

/** What a part did, in words. */
export function doneBy({ counts, notes }: PartReport): string {
  const counted = Object.entries(counts).map(([name, count]) => `${grouped(count)} ${name}`);
  return [listed(counted), ...notes].filter((text) => text !== '').join('; ');
}

/** One line on what a part came to. */
export function lineOf(name: string, report: PartReport): string {
  const verdict = report.failures.length === 0 ? 'passed' : 'FAILED';
  const failures = report.failures.map((failure) => `\n  ${failure}`).join('');
  return `${verdict}  ${name}, ${report.seconds} s: ${doneBy(report)}${failures}`;
}

function rowOf(name: string, shows: string, report: PartReport | undefined): string[] {
  if (report === undefined) return [name, shows, 'not run yet', ''];
  const failed = report.failures.length === 0 ? '' : `FAILED: ${report.failures.join('; ')}. `;
  return [name, shows, `${failed}${doneBy(report)}`, `${report.seconds}`];
}

/** The table of the last reports, and what they are of. */
export function tableOf(reports: Reports): string {
  const rows = parts.map(({ name, shows }) => rowOf(name, shows, reports[name]));
  const runs = Object.values(reports).map(
    ({ date, machine, seed }) => `on ${date.slice(0, 10)} with seed ${seed} on ${machine}`,
  );
  return [
    table(['part', 'what it shows', 'what it did', 'seconds'], rows, 3),
    '',
    runs.length === 0 ? 'Not run yet.' : `Run ${listed([...new Set(runs)])}.`,
  ].join('\n');
}

/** The document with the table between its two marks replaced. */
export function withReports(document: string, reports: Reports): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end === -1) throw new Error(`${files.document} has no place for the table`);
  const before = document.slice(0, begin + BEGIN.length);
  return `${before}\n\n${tableOf(reports)}\n\n${document.slice(end)}`;
}
