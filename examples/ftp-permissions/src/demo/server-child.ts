// The server of a run, in a process of its own so that the clients do not slow it down.
//
// Its argument is a `ChildOptions` in JSON. It sends its port, then a `ServerReport` for each
// message it gets, and ends when its parent does.

import { LruAccountCache } from '../account-cache.js';
import type { AccountCache, AccountStore } from '../accounts.js';
import { connect } from '../connection.js';
import { startService } from '../service.js';
import { NaiveCache, NoCache } from './other-caches.js';

/** What a run is of. */
export interface ChildOptions {
  readonly database: string;
  readonly root: string;
  readonly cache: 'none' | 'naive' | 'wasm-lru';
  /** How many users it holds. */
  readonly max: number;
}

/** What the server has counted. */
export interface ServerReport {
  /** Queries that read a user. */
  readonly queries: number;
  readonly hits: number;
  readonly misses: number;
  /** Users in memory now. */
  readonly held: number;
}

function createCache({ cache, max }: ChildOptions, store: AccountStore): AccountCache {
  switch (cache) {
    case 'none':
      return new NoCache(store);
    case 'naive':
      return new NaiveCache(max, store);
    case 'wasm-lru':
      return new LruAccountCache(max, store);
  }
}

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const service = await startService({
  connection: await connect(options.database),
  root: options.root,
  host: '127.0.0.1',
  port: 0,
  createCache: (store) => createCache(options, store),
  activities: 1_000,
  onError: (error) => console.error(error),
});
// Ctrl+C reaches this process, too, and is for its parent to answer.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
process.on('message', () => {
  const { cache } = service.accounts;
  const { hits, misses } = cache.lookups;
  const queries = service.database.accountReads;
  process.send?.({ queries, hits, misses, held: cache.size } satisfies ServerReport);
});
process.on('disconnect', async () => {
  await service.close();
  process.exit();
});
process.send?.(service.port);
