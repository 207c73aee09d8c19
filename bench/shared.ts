// One cache for all threads, or one in each thread, with the same bytes in all: hits and entries.
//
// Each request of a trace goes to a thread at random, as connections do. What is counted does not
// depend on when a thread runs, so all of them are played in one: the figures are exact, and the
// same on every machine. Nothing is timed.
//
//   npm run bench:shared                prints the table
//   npm run bench:shared -- --write     writes it into docs/shared.md

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ByteLRU } from '../src/bytes.js';
import { SharedLRU } from '../src/shared.js';
import { ownPackage } from './packages.js';
import type { Trace } from './trace.js';
import { readVendored } from './vendored.js';

const BEGIN = '<!-- shared:begin -->';
const END = '<!-- shared:end -->';
const VALUE_BYTES = 300;
const REQUESTS_MAX = 200_000;
const MIB = 1 << 20;

/** Total bytes of the caches, and the threads among which they are divided. */
const CASES = [
  { threads: 2, bytes: MIB },
  { threads: 4, bytes: MIB },
  { threads: 8, bytes: MIB },
  { threads: 4, bytes: 4 * MIB },
];

interface Cache {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): boolean;
}

interface Outcome {
  readonly hits: number;
  /** Different entries that are there at the end. */
  readonly distinct: number;
}

/** Replays a trace: a miss is loaded and stored. */
function replay(
  { ids }: Trace,
  caches: readonly (Cache & { keys(): Iterable<string> })[],
): Outcome {
  const value = new Uint8Array(VALUE_BYTES);
  let hits = 0;
  let random = 1;
  for (const id of ids) {
    random = Math.imul(random, 1664525) + 1013904223;
    const cache = caches[(random >>> 8) % caches.length] as Cache;
    const key = `item:${id}`;
    if (cache.get(key) !== undefined) hits += 1;
    else cache.set(key, value);
  }
  return { hits, distinct: new Set(caches.flatMap((cache) => [...cache.keys()])).size };
}

function rowOf(trace: Trace, threads: number, bytes: number): string {
  const own = Array.from({ length: threads }, () => new ByteLRU({ maxBytes: bytes / threads }));
  const apart = replay(trace, own);
  const together = replay(trace, [new SharedLRU({ maxBytes: bytes, shards: 1, threads: 1 })]);
  const sharded = replay(trace, [new SharedLRU({ maxBytes: bytes, shards: 4, threads: 1 })]);
  const percent = ({ hits }: Outcome) => `${((hits / trace.requests) * 100).toFixed(1)} %`;
  const loads = ((trace.requests - apart.hits) / (trace.requests - sharded.hits)).toFixed(1);
  const cells = [
    ...[trace.label, threads, `${bytes / MIB} MiB`],
    ...[percent(apart), percent(together), percent(sharded), `${loads} ×`],
    ...[apart.distinct, sharded.distinct],
  ];
  return `| ${cells.join(' | ')} |`;
}

async function table(): Promise<string> {
  const rows: string[] = [];
  const traces = await readVendored(REQUESTS_MAX);
  for (const trace of traces.filter(({ keys }) => keys === 'int')) {
    for (const { threads, bytes } of CASES) rows.push(rowOf(trace, threads, bytes));
  }
  const heads = [
    ...['trace', 'threads', 'in all', 'a cache each', 'shared, 1 shard', 'shared, 4 shards'],
    ...['loads, each : shared', 'entries, each', 'entries, shared'],
  ];
  return [
    `| ${heads.join(' | ')} |`,
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

const made = await table();
console.log(made);
if (process.argv.includes('--write')) {
  const file = fileURLToPath(new URL('docs/shared.md', ownPackage.root));
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeFileSync(file, `${text.slice(0, from)}\n${made}\n${text.slice(to)}`);
}
