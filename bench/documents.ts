// The documents made from bench/results.json: docs/benchmarks.md, its plots, and a block of README.
//
// `npm run bench:documents` writes them; test/documents/documents.test.ts fails if they are not
// what the data give. No figure is written into them by hand: prose with figures is here, as a
// template.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { listed, NOTHING, ratioText, table, withBlock } from './markdown.js';
import { CONFIDENCE } from './median.js';
import { ownPackage } from './packages.js';
import { type PlotName, plot, plotFile, plotNames, plotTitles, themes } from './plots.js';
import { grouped } from './report.js';
import { type Group, type Results, workloadNames } from './results.js';
import {
  collectorSection,
  failuresTable,
  lossesTable,
  memorySection,
  otherGroups,
  pausesSection,
  startsTable,
  targetsTable,
  ttlTable,
  widestSpread,
  workloadSections,
} from './sections.js';
import {
  type CellFigures,
  cellFigures,
  families,
  familyOf,
  meanRatio,
  measuredIn,
  OURS,
  PURE,
  plainCells,
  ratioTo,
  ratioToBest,
} from './tables.js';

const DOCUMENT = 'docs/benchmarks.md';
const PLOTS = 'docs/benchmarks';
const DATA = 'bench/results.json';
/** The cache that is written by hand. */
const LINKED = 'Map + linked objects';

/** A plot for the theme of the reader; `folder` is where the plots are, seen from the document. */
function picture(name: PlotName, folder: string): string {
  return `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${folder}/${plotFile(name, 'dark')}">
  <img alt="${plotTitles[name]}" src="${folder}/${plotFile(name, 'light')}">
</picture>`;
}

function setting({ taken, node, cpu, cores }: Results): string {
  return `${taken.slice(0, 10)}, Node ${node.replace(/^v/, '')}, ${cpu}, ${cores} cores`;
}

function versions({ libraries }: Results, group: Group): string {
  const own = libraries.filter((info) => info.group === group);
  if (own.length === 0) return NOTHING;
  return listed(
    own.map(({ library, version }) => (version === undefined ? library : `${library} ${version}`)),
  );
}

const toLruCache = (cell: CellFigures) => ratioTo(cell, measuredIn(cell, 'lru-cache'));
const toLinked = (cell: CellFigures) => ratioTo(cell, measuredIn(cell, LINKED));
const toPure = (cell: CellFigures) => ratioTo(cell, measuredIn(cell, PURE));

const WORKLOADS = `Columns are workloads: only hits; Zipf, where few keys take most requests;
churn, where each \`set\` evicts an entry; a mix of \`get\`, \`set\` and \`delete\`; and recorded
traffic. Fresh strings are new objects, as each request of a server makes them.`;

const DOTS =
  'A dot is a cell; the larger the dot, the larger the cache. Right of 1, wasm-lru is faster.';

/** Means over keys and workloads of one ratio. */
function summaryTable(cells: readonly CellFigures[], ratio: typeof toLruCache): string {
  const means = (own: readonly CellFigures[]): string => {
    const mean = meanRatio(own, ratio);
    return mean === undefined ? NOTHING : ratioText(mean);
  };
  const workloads = workloadNames.filter((name) => cells.some((cell) => cell.workload === name));
  const rowOf = (head: string, own: readonly CellFigures[]): string[] => [
    head,
    ...workloads.map((name) => means(own.filter(({ workload }) => workload === name))),
    means(own),
  ];
  const rows = families
    .map((family) => ({ family, own: cells.filter(({ keys }) => familyOf(keys) === family) }))
    .filter(({ own }) => own.length > 0)
    .map(({ family, own }) => rowOf(family, own));
  return table(['keys', ...workloads, 'all'], [...rows, rowOf('all', cells)], 1);
}

/** Rounds of a cell: the fewest and the most. */
function roundsText({ cells, rounds }: Results): string {
  const ours = cells.filter(({ library }) => library === OURS);
  const fewest = Math.min(rounds, ...ours.map(({ samples }) => samples.length));
  const range = fewest === rounds ? `${rounds}` : `${fewest} to ${rounds}`;
  return `${range} ${rounds === 1 ? 'round' : 'rounds'}`;
}

const INTRODUCTION = `# Benchmarks

<!-- Written by npm run bench:documents, from ${DATA}; a test compares the two. -->

This page compares wasm-lru with other caches that do the same work. All times are in nanoseconds
per operation. A ratio is the time of the fastest other exact cache divided by that of wasm-lru:
how many times as fast wasm-lru is. Below 1, wasm-lru is slower. Ratios are rounded down, and have
as many decimals as their spread allows: the last one is uncertain by less than five.`;

/** On what, and against what. */
function measuredOn(results: Results): string {
  const { node, v8, cpu, cores, os, taken, profile, minutes } = results;
  const rows = [
    ['machine', `${cpu}, ${cores} cores, ${os}`],
    ['Node', `${node.replace(/^v/, '')}, V8 ${v8}`],
    ['run', `profile ${profile}, ${roundsText(results)}, ${Math.round(minutes)} minutes`],
    ['exact caches', versions(results, 'exact')],
    ['approximate caches', versions(results, 'approximate')],
    ['baselines', versions(results, 'baseline')],
    ['bounds', versions(results, 'bound')],
  ];
  return `## What was measured

${table(['on', taken.slice(0, 10)], rows, 2)}`;
}

const COLLECTED_ALL = `Time in the collector is what Node reports from the first timed pass to the
  end of the last, between passes too: there, V8 collects much of what they leave.`;
const COLLECTED_WITHIN = `Time in the collector is what Node reports within the timed passes. V8
  collects most of what they leave between two passes, which this run has not counted; the next
  one will.`;

function extraRounds({ spreadMax }: Results): string {
  if (spreadMax === undefined) return 'All cells were measured in as many rounds.';
  return `Cells whose ratio scatters were measured in more rounds, until its spread was at most
  ${(spreadMax * 100).toFixed(0)} % or the time was over. These rounds measured wasm-lru,
  lru-cache, and libraries that may be the fastest other one.`;
}

function method(results: Results, cells: readonly CellFigures[]): string {
  return `## How it was measured

- A cell is a workload with one kind of keys and one size. Every library is measured in a fresh
  process for each cell and round. The libraries take turns, so that a slow minute of the machine
  affects all of them.
- Every library is measured as it is published, wasm-lru too. Each process warms up first. All
  results are checked: each value must belong to its key, and the results of exact libraries must
  equal those of an exact simulator.
- A pass is done in parts of 1,024 operations, by calls of one loop, so that V8 compiles the loop as
  a whole, like a handler of a server, and not while it runs.
- Fresh strings are built within the timed pass, as the requests of a server build them. Each
  process also times the building alone, and subtracts it. All other keys are made beforehand.
- A time is the median of all rounds. A ratio is the median of the ratios within each round, so
  that what slows the machine down for a while cancels out.
- ${extraRounds(results)}
- The spread (±) of a time or ratio is half the length of an interval. With four or more rounds, the
  interval contains the true median with a probability of at least
  ${(CONFIDENCE * 100).toFixed(0)} %, whatever the distribution; with fewer, it reaches from the
  lowest to the highest value.
- "At best" is the ratio of the fastest passes of any round, ours and the other's: those that
  neither other programs nor the garbage collector interrupted.
- Memory is what the filled cache added, after a collection. Keys and values were made beforehand.
- ${results.countsIdleCollections === true ? COLLECTED_ALL : COLLECTED_WITHIN}

What to keep in mind:

- A small virtual machine shares its processor with others, and its times are noisy. Compare
  ratios; times of other machines will differ.
- ${widestSpread(cells)}
- A cell measures one thing in a loop. In a program, the processor's caches are shared with the
  rest, and calls are made from many places.`;
}

const RUN_IT = `## Run it yourself

\`\`\`sh
npm install
npm run bench -- --json ${DATA}
npm run bench:documents
\`\`\`

This needs Node 20.19 or newer. The second command measures; the third writes this page and its
plots from what was measured. \`npm run bench -- --help\` lists the options.`;

/** What is not about the time of an operation. */
function other(results: Results, cells: readonly CellFigures[]): string {
  return `## What failed

${failuresTable(results)}

## Memory

Of a full cache in the largest churn, without keys and values.

${picture('memory', 'benchmarks')}

${memorySection(results, cells)}

## Garbage collection

In the largest churn: milliseconds in the collector per million operations, and in brackets the
longest pause in milliseconds.

${collectorSection(results, cells)}

## Start

Milliseconds in a fresh process, medians.

${startsTable(results)}
`;
}

/** What most readers come for, and what the names in it mean. */
function summarySection(cells: readonly CellFigures[]): string {
  return `## Summary

How many times as fast as lru-cache, geometric means:

${summaryTable(cells, toLruCache)}

And as fast as the best other exact cache of each cell:

${summaryTable(cells, ratioToBest)}

${WORKLOADS}

Each cell by itself, compared with the best other exact cache of it:

${picture('ratios', 'benchmarks')}

${DOTS}

The kinds of keys:

- Numbers: \`int\` counts from 0, \`int32\` is scattered over all 32-bit integers, \`float\` is not
  an integer.
- Reused strings: \`string\` is the same string object each time, whose hash V8 has kept.
- Fresh strings, a new object each time: \`fresh16\` and \`fresh40\` of 16 and 40 characters,
  \`cons\` a concatenation that is not flat yet, and \`prefix-id\`, \`id-suffix\`, \`padded\`,
  \`url\`, \`uuid\` and \`json\` of these shapes.
- Objects: \`object\`. Ints and strings in one cache, reused: \`int+string\`.`;
}

/** docs/benchmarks.md. */
export function benchmarksDocument(results: Results): string {
  const all = cellFigures(results);
  const cells = plainCells(all);
  return `${INTRODUCTION}

${summarySection(cells)}

## Where we lose

Every cell in which another exact cache is faster:

${lossesTable(cells)}

${measuredOn(results)}

${method(results, cells)}

${RUN_IT}

## Times

Nanoseconds per operation; the fastest is bold. Sizes are in entries; several caches share them.

${picture('sizes', 'benchmarks')}

${workloadSections(results, cells)}

${otherGroups(results, cells)}

## With a ttl

Each entry has a time to live, and none reaches its end. The other caches have no ttl, or one with
another meaning.

${ttlTable(results, all)}

## Longest pauses

Every single \`set\` of full caches of a million ints was timed, in the churn and in the
read-through by a Zipf distribution. These times include garbage collection.

${pausesSection(results)}

${other(results, cells)}
## Targets

They were set before this run. Unless something else is said, a ratio is to the best exact cache of
the cell, and is a geometric mean over the cells.

${targetsTable(results, all)}
`;
}

/** What it is worth, and where it is not, in a sentence. */
function verdict(cells: readonly CellFigures[]): string {
  const of = (workload: string): string =>
    ratioText(
      meanRatio(
        cells.filter((cell) => cell.workload === workload),
        toLruCache,
      ),
    );
  const slower = families.filter((family) => {
    const mean = meanRatio(
      cells.filter(({ keys }) => familyOf(keys) === family),
      toLruCache,
    );
    return mean !== undefined && mean.value < 1;
  });
  const loss = slower.length === 0 ? '' : ` Slower with ${listed(slower)} as keys.`;
  return `**${of('churn')} times as fast as lru-cache where entries come and go, ${of('zipf')}
where few keys take most requests, ${of('hit')} where every request is a hit.${loss}
The API is the same.**`;
}

function summary(results: Results, cells: readonly CellFigures[]): string {
  return `How many times as fast wasm-lru is as lru-cache: geometric means over
${grouped(cells.length)} cells, a workload, a kind of keys and a size each.

${summaryTable(cells, toLruCache)}

${WORKLOADS}

Each cell beside the fastest of all other exact caches in it, which is not always lru-cache:

${picture('ratios', PLOTS)}

${DOTS}

On geometric mean, a hand-written \`Map\` with a linked list takes
${ratioText(meanRatio(cells, toLinked))} times as long as wasm-lru,
and the same algorithm in JavaScript, \`wasm-lru/pure\`,
${ratioText(meanRatio(cells, toPure))} times.
Measured on ${setting(results)},
against ${versions(results, 'exact')}.
All figures, how they were measured, and where we lose: [${DOCUMENT}](${DOCUMENT}).`;
}

/** README.md with what is generated of it. */
export function withSummary(readme: string, results: Results): string {
  const cells = plainCells(cellFigures(results));
  const judged = withBlock(readme, 'verdict', verdict(cells));
  return withBlock(judged, 'benchmarks', summary(results, cells));
}

/** Every generated file that is wholly generated, by its path, and README.md as it should be. */
export async function documents(results: Results, readme: string): Promise<Map<string, string>> {
  const files = new Map([
    [DOCUMENT, benchmarksDocument(results)],
    ['README.md', withSummary(readme, results)],
  ]);
  const cells = plainCells(cellFigures(results));
  for (const name of plotNames) {
    for (const theme of themes) {
      files.set(`${PLOTS}/${plotFile(name, theme)}`, await plot(name, cells, theme));
    }
  }
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = (file: string): URL => new URL(file, ownPackage.root);
  const results = JSON.parse(readFileSync(at(DATA), 'utf8')) as Results;
  mkdirSync(at(PLOTS), { recursive: true });
  for (const [file, text] of await documents(results, readFileSync(at('README.md'), 'utf8'))) {
    writeFileSync(at(file), text);
  }
}
