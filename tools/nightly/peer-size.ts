// What lru-cache does at nine million entries and beyond, next to us: shown, and nothing asserted.
//
// Each cache is filled with ints and churned for a while in a process of its own, as the first to
// fail would take the other with it. Without arguments it starts them all; with a name and a max,
// it is one of them.

import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import { LRUCache as Peer } from 'lru-cache';
import { grouped } from '../../bench/report.js';
import { LRUCache } from '../../src/api/lru.js';
import { note } from '../../test/support/figures.js';

/** Entries: nine million, and one more than 2^24. */
const MAXES = [9_000_000, 2 ** 24 + 1];
const MS_MAX = 120_000;
/** Sets between two looks at the clock. */
const BATCH = 2 ** 16;

interface Outcome {
  readonly sets: number;
  readonly seconds: number;
  /** Sets a second, in the slowest batch. */
  readonly slowest: number;
  readonly failure: string | undefined;
}

/** Sets new keys until the time is up, or the cache gives up. */
function churn(cache: { set(key: number, value: number): unknown }, max: number): Outcome {
  const began = performance.now();
  let [sets, slowest, failure] = [0, Number.POSITIVE_INFINITY, undefined as string | undefined];
  try {
    while (sets < 4 * max && performance.now() - began < MS_MAX) {
      const batchBegan = performance.now();
      for (let i = 0; i < BATCH; i++) cache.set(sets + i, i);
      sets += BATCH;
      slowest = Math.min(slowest, BATCH / ((performance.now() - batchBegan) / 1000));
    }
  } catch (error) {
    failure = `${error}`;
  }
  return { sets, seconds: (performance.now() - began) / 1000, slowest, failure };
}

function runOne(name: string, max: number): void {
  const cache = name === 'lru-cache' ? new Peer<number, number>({ max }) : new LRUCache({ max });
  console.log(JSON.stringify(churn(cache, max)));
}

/** What became of one, in words. */
function shown(name: string, max: number): string {
  const args = [fileURLToPath(import.meta.url), name, `${max}`];
  const options = { timeout: 3 * MS_MAX, reject: false } as const;
  const { failed, stdout, stderr } = execaSync(process.execPath, args, options);
  const what = `${name} with max ${grouped(max)}`;
  if (failed) return `${what}: ${stderr.match(/FATAL.*|\w*Error:.*/)?.[0] ?? 'no end'}`;
  const { sets, seconds, slowest, failure } = JSON.parse(stdout) as Outcome;
  const rate = (sets / seconds / 1e6).toFixed(1);
  const end = failure === undefined ? '' : `, then ${failure}`;
  return (
    `${what}: ${grouped(sets)} sets, ${rate} million a second, ` +
    `${(slowest / 1e6).toFixed(2)} in the slowest batch${end}`
  );
}

const [name, max] = process.argv.slice(2);
if (name !== undefined) {
  runOne(name, Number(max));
} else {
  for (const each of MAXES) {
    for (const library of ['lru-cache', 'wasm-lru']) {
      const text = shown(library, each);
      note(text);
      console.log(text);
    }
  }
}
