// What a night came to: as data, on one line for each part, and as the table in the documents.
//
// docs/nightly.json keeps the last report of every part. docs/reliability.md shows it between two
// marks, and README its counts; a test fails if they differ. No figure in there is written by hand.

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

/** Where the reports are kept. */
export const REPORTS = 'docs/nightly.json';

/** The block that shows them. */
export const BLOCK = 'nightly';

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
    runs.length === 0
      ? 'Not run since the core was rewritten.'
      : `Run ${listed([...new Set(runs)])}.`,
  ].join('\n');
}

/** Counts below this are for the table only. */
const LARGE = 10_000;

/** The large counts of all parts, in a sentence. */
function summaryOf(reports: Reports): string {
  if (Object.keys(reports).length === 0) {
    const runs = 'The long runs (`npm run test:nightly`)';
    return `${runs} have not been made since the core was rewritten.`;
  }
  const counted = Object.values(reports).flatMap(({ counts }) => Object.entries(counts));
  const sums = new Map<string, number>();
  for (const [name, count] of counted) sums.set(name, (sums.get(name) ?? 0) + count);
  const failed = Object.values(reports).some(({ failures }) => failures.length > 0);
  const verdict = failed ? 'Some failed' : 'None failed';
  const large = [...sums].filter(([, count]) => count >= LARGE);
  const list = listed(large.map(([name, count]) => `${grouped(count)} ${name}`));
  return `The last long runs (\`npm run test:nightly\`) made ${list}. ${verdict}.`;
}

/** The documents that show reports, and what each shows of them. */
export const documents: Readonly<Record<string, (reports: Reports) => string>> = {
  'docs/reliability.md': tableOf,
  'README.md': summaryOf,
};
