// The tables that `npm run bench` prints: ns per operation, libraries by size.
//
// A table has the cells that differ in their size only. Under them stands how this package's time
// relates to that of the best peer: the fastest library that is exact and somebody else's.

import Table from 'cli-table3';
import { ratioWithSpread, short } from './markdown.js';
import { medianOf } from './median.js';
import type { Cell, Group, Results } from './results.js';
import { nameOf } from './schedule.js';
import {
  bestPeer,
  type CellFigures,
  cellFigures,
  longestSets,
  measuredIn,
  OURS,
  ratioToBest,
} from './tables.js';

const BEST = ' *';

const groupTitles: Readonly<Record<Group, string>> = {
  ours: 'this package',
  exact: 'exact LRU',
  baseline: 'written by hand',
  approximate: 'not exact LRU',
  bound: 'no cache: limits',
};

function showNs(ns: number): string {
  return ns < 100 ? ns.toFixed(1) : ns.toFixed(0);
}

/** What the cells of one table have in common. */
function titleOf({ workload, keys, caches, trace, ttl }: Cell): string {
  const where = trace === undefined ? '' : ` of ${trace}`;
  const many = caches === 1 ? '' : `, ${caches} caches`;
  return `${workload}${where}, ${keys} keys${many}${ttl ? ', ttl' : ''}`;
}

/** One table; `cells` are all of the run. */
function showCells(title: string, results: Results, cells: readonly CellFigures[]): string {
  const own = cells.filter((cell) => titleOf(cell) === title);
  const failed = (results.failures ?? []).filter((cell) => !cell.pauses && titleOf(cell) === title);
  const sizes = [...new Set([...own, ...failed].map(({ size }) => size))].sort((a, b) => a - b);
  const cellOf = (size: number) => own.find((cell) => cell.size === size);
  const table = new Table({
    head: [title, '', ...sizes.map((size) => size.toLocaleString('en-US'))],
    colAligns: ['left', 'left', ...sizes.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const { library, group } of results.libraries) {
    const texts = sizes.map((size) => {
      const cell = cellOf(size);
      const measured = cell && measuredIn(cell, library);
      const hasFailed = failed.some((one) => one.library === library && one.size === size);
      if (cell === undefined || measured === undefined) return hasFailed ? 'fails' : '';
      const mark = bestPeer(cell)?.library === library ? BEST : '';
      return `${showNs(measured.nsPerOp.median)}${mark}`;
    });
    if (texts.some((text) => text !== '')) table.push([library, groupTitles[group], ...texts]);
  }
  const ratios = sizes.map((size) => {
    const cell = cellOf(size);
    const ratio = cell && ratioToBest(cell);
    return ratio === undefined ? '' : `${ratioWithSpread(ratio)} x, ${ratio.rounds} rounds`;
  });
  if (ratios.some((text) => text !== '')) {
    table.push([`${OURS}: as fast as best *`, '', ...ratios]);
  }
  return table.toString();
}

function showPauses(results: Results): string {
  const longest = longestSets(results);
  if (longest.length === 0) return '';
  const table = new Table({
    head: ['single sets', '', 'longest, ms', 'no collector', '1 in 10^5, us', 'half, us'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { workload, size, library, longestMs, ownMs, quantilesUs } of longest) {
    const times = [longestMs, ownMs, quantilesUs.in100000, quantilesUs.half].map(short);
    table.push([`${workload} ${size.toLocaleString('en-US')}`, library, ...times]);
  }
  return `${table.toString()}\n\n`;
}

function showStarts({ starts }: Results): string {
  if (starts.length === 0) return '';
  const table = new Table({
    head: ['start of a process, ms', 'import', 'first entry'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { library, importMs, constructMs } of starts) {
    table.push([library, medianOf(importMs).toFixed(2), medianOf(constructMs).toFixed(2)]);
  }
  return `${table.toString()}\n\n`;
}

/** All tables, and how to read them. */
export function showResults(results: Results): string {
  const { failures = [] } = results;
  const cells = cellFigures(results);
  const titles = new Set(
    [...results.cells, ...failures.filter((cell) => !cell.pauses)].map(titleOf),
  );
  const tables = [...titles].map((title) => `${showCells(title, results, cells)}\n\n`);
  const fails = failures.map((cell) => `fails: ${cell.library}, ${nameOf(cell)}: ${cell.error}\n`);
  const tail = `${showPauses(results)}${showStarts(results)}${fails.join('')}`;
  return `${tables.join('')}${tail}\
ns per operation, the building of keys subtracted: median of up to ${results.rounds} process(es),
each the median of its passes. * is the best peer that is exact; how many times as fast we are is
the median over the rounds that both were in. Node ${results.node}, ${results.cpu}.
`;
}
