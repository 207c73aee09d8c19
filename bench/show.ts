// The tables that `npm run bench` prints: ns per operation, libraries by size.
//
// A table has the cells that differ in their size only. Under them stands how this package's time
// relates to that of the best peer: the fastest library that is exact and somebody else's.

import Table from 'cli-table3';
import { medianOf } from './median.js';
import type { Cell, CellResult, Group, Results } from './results.js';
import { nameOf } from './schedule.js';

const OURS = 'wasm-lru';
const BEST = ' *';

const groupTitles: Readonly<Record<Group, string>> = {
  ours: 'this package',
  exact: 'exact LRU',
  baseline: 'written by hand',
  approximate: 'not exact LRU',
  bound: 'no cache: limits',
};

function nsOf(result: CellResult | undefined): number | undefined {
  return result && medianOf(result.samples.map(({ nsPerOp }) => nsPerOp));
}

function showNs(ns: number): string {
  return ns < 100 ? ns.toFixed(1) : ns.toFixed(0);
}

/** What the cells of one table have in common. */
function titleOf({ workload, keys, caches, trace }: Cell): string {
  const where = trace === undefined ? '' : ` of ${trace}`;
  const many = caches === 1 ? '' : `, ${caches} caches`;
  return `${workload}${where}, ${keys} keys${many}`;
}

/** Results, looked up by library and size, of one table. */
class CellTable {
  readonly #title: string;
  readonly #sizes: readonly number[];
  readonly #cells: readonly CellResult[];
  readonly #results: Results;

  constructor(title: string, results: Results) {
    this.#title = title;
    this.#results = results;
    this.#cells = results.cells.filter((cell) => titleOf(cell) === title);
    const failed = (results.failures ?? []).filter((cell) => titleOf(cell) === title);
    const sizes = [...this.#cells, ...failed].map(({ size }) => size);
    this.#sizes = [...new Set(sizes)].sort((a, b) => a - b);
  }

  #ns(library: string, size: number): number | undefined {
    return nsOf(this.#cells.find((cell) => cell.library === library && cell.size === size));
  }

  #hasFailed(library: string, size: number): boolean {
    const failures = this.#results.failures ?? [];
    return failures.some(
      (cell) => cell.library === library && cell.size === size && titleOf(cell) === this.#title,
    );
  }

  /** The best time of a peer. */
  #best(size: number): number | undefined {
    const peers = this.#results.libraries.filter(({ group }) => group === 'exact');
    const times = peers.flatMap(({ library }) => this.#ns(library, size) ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #cellText(library: string, group: Group, size: number): string {
    const ns = this.#ns(library, size);
    const failed = this.#hasFailed(library, size) ? 'fails' : '';
    if (ns === undefined) return failed;
    return `${showNs(ns)}${group === 'exact' && ns === this.#best(size) ? BEST : ''}`;
  }

  #ratioText(size: number): string {
    const ours = this.#ns(OURS, size);
    const best = this.#best(size);
    return ours === undefined || best === undefined ? '' : `${(best / ours).toFixed(2)} x`;
  }

  show(): string {
    const table = new Table({
      head: [this.#title, '', ...this.#sizes.map((size) => size.toLocaleString('en-US'))],
      colAligns: ['left', 'left', ...this.#sizes.map(() => 'right' as const)],
      style: { head: [], border: [], compact: true },
    });
    for (const { library, group } of this.#results.libraries) {
      const texts = this.#sizes.map((size) => this.#cellText(library, group, size));
      if (texts.some((text) => text !== '')) table.push([library, groupTitles[group], ...texts]);
    }
    const ratios = this.#sizes.map((size) => this.#ratioText(size));
    if (ratios.some((text) => text !== '')) {
      table.push([`${OURS}: as fast as best *`, '', ...ratios]);
    }
    return table.toString();
  }
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
  const titles = new Set([...results.cells, ...failures].map(titleOf));
  const tables = [...titles].map((title) => `${new CellTable(title, results).show()}\n\n`);
  const fails = failures.map((cell) => `fails: ${cell.library}, ${nameOf(cell)}: ${cell.error}\n`);
  return `${tables.join('')}${showStarts(results)}${fails.join('')}\
ns per operation, the building of keys subtracted: median of ${results.rounds} process(es), each
the median of its passes. * is the best peer that is exact. Node ${results.node}, ${results.cpu}.
`;
}
