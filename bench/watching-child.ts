// What a hit takes in a cache that is watched in one way, in a process of its own: so that what V8
// knows of its calls is what it would know in a program with such a cache.
//
// The job is the first argument, the result goes to standard output as JSON.

import type { LRUCache } from '../src/index.js';
import { importOwn } from './packages.js';
import { mix32 } from './random.js';

const own = await importOwn('index');
const { shadow } = await importOwn('shadow');

/** Ways to watch: not at all, by `recordStats`, by a shadow, and by one that rests. */
export type Watching = 'none' | 'stats' | 'shadow' | 'rest';

/** A cell. */
export interface WatchingJob {
  readonly watching: Watching;
  readonly keys: 'int' | 'string';
  readonly max: number;
}

/** What came out. */
export type WatchingResult = { readonly ns: number } | { readonly error: string };

const GETS = 2 ** 16;
const PASSES = 20;
const WARM_UP_PASSES = 10;

/** So small that it rests for longer than this takes. */
const REST_SHARE = 1e-6;

type Key = number | string;

function pass(cache: LRUCache<Key, number>, asked: readonly Key[]): number {
  let hits = 0;
  for (let i = 0; i < asked.length; i++) hits += cache.get(asked[i] as Key) ?? 0;
  return hits;
}

/** A cache with all keys, watched; at rest if that is the way. */
function makeCache({ watching, max }: WatchingJob, keys: readonly Key[]): LRUCache<Key, number> {
  const cache = new own.LRUCache<Key, number>({ max, recordStats: watching === 'stats' });
  for (const key of keys) cache.set(key, 1);
  if (watching === 'shadow') shadow(cache, { share: 1 });
  if (watching === 'rest') shadow(cache, { share: REST_SHARE });
  // Until the shadow has seen enough, and gives the cache its own `get` back.
  const { get } = own.LRUCache.prototype;
  while (watching === 'rest' && cache.get !== get) pass(cache, keys);
  return cache;
}

/** Time of a hit: that of the fastest pass, which was disturbed least. */
function measure(job: WatchingJob): WatchingResult {
  const keys = Array.from({ length: job.max }, (_, id) =>
    job.keys === 'int' ? id : `user:${id}:profile`,
  );
  const cache = makeCache(job, keys);
  const asked = Array.from({ length: GETS }, (_, i) => keys[(mix32(i) >>> 0) % job.max] as Key);
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = -WARM_UP_PASSES; i < PASSES; i++) {
    const begin = performance.now();
    const hits = pass(cache, asked);
    const tookMs = performance.now() - begin;
    if (hits !== GETS) return { error: `${hits} hits of ${GETS}` };
    if (i >= 0) fastest = Math.min(fastest, tookMs);
  }
  return { ns: (fastest * 1e6) / GETS };
}

process.stdout.write(JSON.stringify(measure(JSON.parse(process.argv[2] ?? '') as WatchingJob)));
