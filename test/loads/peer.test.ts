// What is reported of loads, and of what is being loaded, beside what lru-cache reports.
//
// Every lookup of a key that is being loaded, before and after the load is older than its ttl, and
// every end of a load under every option that says what becomes of an aborted one.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import { type Cache, type Open, openPeer, type Status } from '../support/peer.js';
import { cameTo, drain, expectNothingUnhandled } from './tools.js';

type FetchOptions = LRUCache.FetchOptions<string, unknown, unknown>;
/** What there is of the key: a stale value, a fresh one, or none. */
type Entry = 'stale' | 'fresh' | undefined;

expectNothingUnhandled();

const error = new Error('no');
const TTL = 10;

/** A lookup of `k`, which is being loaded. */
type Lookup = (cache: Cache, status: Status) => unknown;
const lookups: readonly (readonly [string, Lookup])[] = [
  ['get', (cache, status) => cache.get('k', { status })],
  ['get of a stale value', (cache, status) => cache.get('k', { status, allowStale: true })],
  ['peek', (cache, status) => cache.peek('k', { status })],
  ['peek of a stale value', (cache, status) => cache.peek('k', { status, allowStale: true })],
  ['fetch', (cache, status) => cache.fetch('k', { status, allowStale: true })],
];

/** What a lookup says before and after the load has taken longer than its ttl. */
function lookedUp(open: Open, lookup: Lookup, entry: Entry, loadTtl: number, ttl: number) {
  const clock = new HandClock(1000);
  const fetchMethod = () => new Promise<unknown>(() => {});
  const cache = open({ max: 3, ttl, ttlResolution: 0, perf: clock, fetchMethod });
  if (entry !== undefined) cache.set('k', 'old', { ttl: TTL });
  if (entry === 'stale') clock.pass(TTL + 1);
  void cache.fetch('k', { ttl: loadTtl, forceRefresh: true });
  return [0, 3, TTL - 3, 1, TTL].map((ms) => {
    clock.pass(ms);
    const status: Status = {};
    const result = lookup(cache, status);
    const { cache: _, ...report } = status;
    return { result: result instanceof Promise ? 'promise' : result, ...report };
  });
}

/** How a load is aborted, and what its loader comes to then. */
type Ending = readonly [name: string, end: (cache: Cache, settle: Settle) => unknown];
interface Settle {
  abort(): void;
  resolve(value: unknown): void;
  reject(): void;
}
const endings: readonly Ending[] = [
  ['a result', (_, { resolve }) => resolve('new')],
  ['a failure', (_, { reject }) => reject()],
  ['an abort', (_, { abort }) => abort()],
  [
    'an abort and a late result',
    async (_, { abort, resolve }) => {
      abort();
      await drain();
      resolve('new');
    },
  ],
  [
    'an abort and a late nothing',
    async (_, { abort, resolve }) => {
      abort();
      await drain();
      resolve(undefined);
    },
  ],
  [
    'an abort and a late failure',
    async (_, { abort, reject }) => {
      abort();
      await drain();
      reject();
    },
  ],
  [
    'a delete and a late result',
    async (cache, { resolve }) => {
      cache.delete('k');
      await drain();
      resolve('new');
    },
  ],
];
const endOptions: readonly FetchOptions[] = [
  {},
  { allowStaleOnFetchAbort: true },
  { ignoreFetchAbort: true },
  { allowStaleOnFetchAbort: true, ignoreFetchAbort: true },
  { allowStaleOnFetchRejection: true },
  { noDeleteOnFetchRejection: true },
];

/** What the status of a fetch of `k` says in the end. */
async function endedAs(
  open: Open,
  end: Ending[1],
  options: FetchOptions,
  entry: Entry,
): Promise<Status> {
  const clock = new HandClock(1000);
  let settle: Omit<Settle, 'abort'> | undefined;
  const fetchMethod = () =>
    new Promise<unknown>((resolve, reject) => {
      settle = { resolve, reject: () => reject(error) };
    });
  const cache = open({ max: 3, ttl: TTL, ttlResolution: 0, perf: clock, fetchMethod });
  if (entry !== undefined) cache.set('k', 'old');
  if (entry === 'stale') clock.pass(TTL + 1);
  const controller = new AbortController();
  const status: Status = {};
  const given = { ...options, status, signal: controller.signal, forceRefresh: true };
  const came = cameTo(cache.fetch('k', given));
  await end(cache, { ...(settle as Settle), abort: () => controller.abort(error) });
  await came;
  await drain();
  const { cache: _, fetchError, ...report } = status;
  return { ...report, ...(fetchError && { fetchError: fetchError.message as never }) };
}

/** The reports of both, without what differs on purpose (docs/differences.md). */
function compared(ours: Status, theirs: Status, { ignoreFetchAbort }: FetchOptions): Status[] {
  const [own, other] = [{ ...ours }, { ...theirs }];
  // Ours stores no late result of a load that has given its stale value, or whose key was deleted.
  if (other.fetchUpdated && !own.fetchUpdated && own.fetchAborted) {
    const stored = ['fetchUpdated', 'set', 'value', 'oldValue'] as const;
    for (const field of [...stored, 'ttl', 'start', 'now', 'remainingTTL'] as const) {
      delete other[field];
    }
  }
  // Ours tells of an abort that is ignored at once; theirs with the result, and only with one.
  if (ignoreFetchAbort && own.fetchAborted && !other.fetchAborted) {
    delete own.fetchAborted;
    if (own.fetchError !== other.fetchError) delete own.fetchError;
    if (other.fetchError === undefined) delete other.fetchError;
  }
  return [own, other];
}

describe.each(plainCases)('reports of loads are as in lru-cache: $name', ({ open }) => {
  const openOurs: Open = (options) => openCache(open(), options);
  const entries: readonly Entry[] = ['stale', 'fresh', undefined];

  it.each(lookups)('of a %s while a load goes on', (_, lookup) => {
    for (const entry of entries) {
      for (const [loadTtl, ttl] of [
        [TTL, TTL],
        [0, TTL],
        [TTL, 0],
        [0, 0],
        [2, TTL],
      ] as const) {
        const ours = lookedUp(openOurs, lookup, entry, loadTtl, ttl);
        const theirs = lookedUp(openPeer, lookup, entry, loadTtl, ttl);
        expect(ours, `${entry} ${loadTtl} ${ttl}`).toStrictEqual(theirs);
      }
    }
  });

  it.each(endings)('of %s', async (_, end) => {
    for (const entry of entries) {
      for (const options of endOptions) {
        const [ours, theirs] = compared(
          await endedAs(openOurs, end, options, entry),
          await endedAs(openPeer, end, options, entry),
          options,
        );
        expect(ours, `${entry} ${JSON.stringify(options)}`).toStrictEqual(theirs);
      }
    }
  });
});
