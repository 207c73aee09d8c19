// What `npm start` prints: the answer for a trace, the table of times, and how to read it.
//
// Everything fits into 80 columns; what is too long is cut.

import Table from 'cli-table3';
import { type Library, libraryNames } from './adapters/index.js';
import type { Advice, Point } from './advice.js';
import { listed } from './markdown.js';
import { grouped, type LibraryReport, type Report, type RowReport } from './report.js';

/** Names of the libraries, as the tables have them. */
export const libraryHeads: Readonly<Record<Library, string>> = {
  wasm: 'wasm-lru',
  pure: 'pure',
  'lru-cache': 'lru-cache',
  linked: 'Map + list',
  naive: 'naive Map',
};

const COLUMNS_MAX = 80;
/** Characters of a name in a sentence. */
const NAME_MAX = 40;
const TRACE_COLUMNS = 17;
const CAPACITY_COLUMNS = 9;
const LIBRARY_COLUMNS = 10;
const UNITS = ['ns', 'us', 'ms', 's'];
/** From here on, a time has the next unit. */
const UNIT_MAX = 10_000;

/** A time with its unit. */
export function showNs(ns: number): string {
  let [value, unit] = [ns, 0];
  for (; value >= UNIT_MAX && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${grouped(Math.round(value))} ${UNITS[unit]}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

function countedEntries(count: number): string {
  return counted(count, 'entry', 'entries');
}

/** A share of all requests. */
export function showRatio(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** A spread, after what it is of; nothing where there is none. */
export function showSpread({ spread }: LibraryReport): string {
  return spread === undefined ? '' : ` ±${(spread * 100).toFixed(0)}%`;
}

function showTime(report: LibraryReport): string {
  // What has no unit is in ns.
  return `${showNs(report.nsPerRequest).replace(/ ns$/, '')}${showSpread(report)}`;
}

/** A table without vertical lines, which would take a fifth of 80 columns. */
function createTable(): Table.Table {
  const names = ['bottom', 'bottom-left', 'bottom-mid', 'bottom-right', 'left', 'left-mid'];
  const others = ['middle', 'mid-mid', 'right', 'right-mid', 'top', 'top-left', 'top-mid'];
  const none = [...names, ...others, 'top-right', 'mid'].map((name) => [name, '']);
  const widths = libraryNames.map(() => LIBRARY_COLUMNS + 1);
  return new Table({
    chars: Object.fromEntries(none),
    colWidths: [TRACE_COLUMNS, CAPACITY_COLUMNS - 1, ...widths],
    colAligns: ['left', 'right', ...libraryNames.map(() => 'right' as const)],
    head: ['trace', 'entries', ...libraryNames.map((name) => libraryHeads[name])],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
}

function showTable(rows: readonly RowReport[]): string {
  const table = createTable();
  for (const { trace, keys, capacity, libraries } of rows) {
    const cells = libraryNames.map((name) => libraries[name]);
    table.push(
      [`${trace}, ${keys}s`, grouped(capacity), ...cells.map(showTime)],
      [
        `${showRatio(libraries.wasm.hitRatio)} hits`,
        '',
        ...cells.map(({ timesNaive }) => `${timesNaive.toFixed(1)}x`),
      ],
    );
  }
  // cli-table3 pads every line.
  return table.toString().replace(/ +$/gm, '');
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const BAR_COLUMNS = 36;

/** A bar of a share of its width, to an eighth of a character. */
function showBar(share: number): string {
  const eighths = Math.round(share * BAR_COLUMNS * 8);
  return '█'.repeat(eighths >>> 3) + EIGHTHS[eighths & 7];
}

function showPoint({ entries, hitRatio }: Point, { advised, most }: Advice): string {
  const bar = showBar(hitRatio).padEnd(BAR_COLUMNS);
  const fits = entries === most.entries ? 'every key fits' : '';
  const note = entries === advised?.entries ? 'large enough' : fits;
  const line = `${grouped(entries).padStart(13)} ${showRatio(hitRatio).padStart(8)} ${bar} ${note}`;
  return line.trimEnd();
}

/** Would a cache help, and how large. */
export function verdictOf({ verdict, advised, most, requests }: Advice): string {
  if (verdict === 'none' || advised === undefined) {
    const only = requests === 1 ? 'There is only one request' : 'No line comes twice';
    return (
      `${only}, so no cache can help. If the lines are those of a log, with times in them, ` +
      'cut out what would be the key in a cache, and replay that.'
    );
  }
  const helps = verdict === 'yes' ? 'A cache helps' : 'A cache would help little';
  return (
    `${helps}: with ${countedEntries(advised.entries)}, it answers ` +
    `${showRatio(advised.hitRatio)} of the requests. Where every key fits, with ` +
    `${countedEntries(most.entries)}, it would answer ${showRatio(most.hitRatio)}.`
  );
}

/** What other sizes would do, and what a running cache would be told of them. */
export function multiplesOf({ multiples }: Advice): string {
  if (multiples.length === 0) return '';
  const exact = multiples.map(
    ({ entries, hitRatio }, i) =>
      `${showRatio(hitRatio)} with ${i === 0 ? countedEntries(entries) : grouped(entries)}`,
  );
  const estimates = multiples.map(({ estimate }) => showRatio(estimate));
  return (
    `A cache would answer ${listed(exact)}. In a running program, wasm-lru/shadow estimates ` +
    `these from a sample; here, it would say ${listed(estimates)}.`
  );
}

/** The first sentence: what the trace is. */
export function summaryOf({ trace, requests, uniques, once }: Advice): string {
  const name = trace.length > NAME_MAX ? `${trace.slice(0, NAME_MAX - 1)}…` : trace;
  return (
    `${name}: ${counted(requests, 'request')} for ${counted(uniques, 'key')}, ` +
    `${grouped(once)} of which ${once === 1 ? 'was' : 'were'} asked for only once.`
  );
}

/** Text in lines that fit; none begins with the sign of a percentage. */
function filled(text: string): string {
  return text.replace(new RegExp(`(.{1,${COLUMNS_MAX}})(?: (?!%)|$)`, 'g'), '$1\n');
}

/** The answer for a trace, but for the library: what it is, the plot, the verdict. */
export function showAdvice(advice: Advice): string {
  const points = advice.curve.map((point) => `${showPoint(point, advice)}\n`).join('');
  const plot = `Hits of an LRU cache by its number of entries, exact:\n\n${points}\n`;
  const shown = advice.verdict === 'none' ? '' : plot;
  const answer = `${verdictOf(advice)} ${multiplesOf(advice)}`.trimEnd();
  return `${filled(summaryOf(advice))}\n${shown}${filled(answer)}`;
}

/** Times that differ by less are as good as equal: other machines differ by more. */
const EQUAL_WITHIN = 1.1;

/** Which library is fastest, at the advised size if it was measured, else at the largest. */
export function choiceOf({ rows, advice }: Report): string {
  const row = rows.find(({ capacity }) => capacity === advice?.advised?.entries) ?? rows.at(-1);
  if (row === undefined) return '';
  const ranked = libraryNames
    .map((name) => ({ name: libraryHeads[name], ns: row.libraries[name].nsPerRequest }))
    .sort((a, b) => a.ns - b.ns);
  const [first, ...others] = ranked as [(typeof ranked)[number], ...typeof ranked];
  const equal = others.filter(({ ns }) => ns < first.ns * EQUAL_WITHIN).map(({ name }) => name);
  const slower = others.filter(({ ns }) => ns >= first.ns * EQUAL_WITHIN);
  const times = slower.map(({ name, ns }, i) => {
    const ratio = (ns / first.ns).toFixed(1);
    return i === 0 ? `${name} takes ${ratio} times as long` : `${name} ${ratio}`;
  });
  const are = equal.length === 1 ? 'is' : 'are';
  const as = equal.length === 0 ? '' : `; ${listed(equal)} ${are} about as fast`;
  const than = times.length === 0 ? '' : ` ${times.join(', ')}.`;
  return (
    `All have the same hits. At ${countedEntries(row.capacity)}, ${first.name} is the fastest, ` +
    `with ${showNs(first.ns)} a request${as}.${than}`
  );
}

function keeping({ with: columns }: Report): string {
  if (columns.length === 0) return '';
  return ` All but the two by hand keep a ${columns.join(' and a ')} of each entry.`;
}

/** How to read the times. */
export function legendOf(report: Report): string {
  const { machine, node, versions, rounds } = report;
  const spread =
    rounds === 1
      ? 'Each was measured in one process; --rounds 2 would show how far two are apart.'
      : `Each was measured in ${rounds} processes; ± is how far one was from that, at most.`;
  const { 'wasm-lru': ours, 'lru-cache': theirs } = versions;
  return (
    'Times are ns per request, the median of all passes, and times as fast as the naive Map. ' +
    `${spread}${keeping(report)} "pure" is wasm-lru's engine in JavaScript; "Map + list", a Map ` +
    'to the nodes of a linked list; "naive Map", one that deletes a key and sets it again when ' +
    `it is read. Node ${node.slice(1)}, wasm-lru ${ours}, lru-cache ${theirs}, ${machine.cpu}, ` +
    `${machine.cores} cores. Compare ratios, not times of different machines.`
  );
}

function meansOf({ summary: { lruCacheToWasm, linkedToWasm, naiveToWasm } }: Report): string {
  return (
    `On geometric mean, wasm-lru is ${lruCacheToWasm.toFixed(2)} times as fast as lru-cache, ` +
    `${linkedToWasm.toFixed(2)} as Map + list, and ${naiveToWasm.toFixed(2)} as the naive Map.`
  );
}

/** Everything that is printed when times have been measured. */
export function showReport(report: Report): string {
  const answer = report.advice === undefined ? '' : `${showAdvice(report.advice)}\n`;
  const result = report.advice === undefined ? meansOf(report) : choiceOf(report);
  return `${answer}${showTable(report.rows)}\n\n${filled(result)}\n${filled(legendOf(report))}`;
}
