// Everything that `npm run bench` compares, each at its best and behind as little as possible.
//
// A library is imported only in the processes that measure it, so that its code and its memory are
// all that is there. Its own object is what is called: where a name differs, the library's own
// function is added under the other name.

import { importOwn } from '../packages.js';
import type { KeyKind } from '../results.js';
import { type Contender, type CreateStore, cannotDelete, type Store, type Value } from './store.js';

export type { AnyKey, Contender, CreateStore, Store, Value } from './store.js';

function loadOwn(engine: 'wasm' | 'pure'): () => Promise<CreateStore> {
  return async () => {
    const { LRUCache } = await importOwn('index');
    return (max, _, ttl) => new LRUCache({ max, engine, ...(ttl === undefined ? {} : { ttl }) });
  };
}

/** The array that mnemonist's documentation names for keys of a kind; undefined is any. */
function keyArrayOf(keys: KeyKind): Int32ArrayConstructor | Float64ArrayConstructor | undefined {
  if (keys === 'int' || keys === 'int32') return Int32Array;
  return keys === 'float' ? Float64Array : undefined;
}

const exact: readonly Omit<Contender, 'group'>[] = [
  {
    library: 'lru-cache',
    hasTtl: true,
    load: async () => {
      const { LRUCache } = await import('lru-cache');
      return (max, _, ttl) => new LRUCache({ max, ...(ttl === undefined ? {} : { ttl }) });
    },
  },
  {
    library: 'mnemonist',
    load: async () => {
      const { LRUMapWithDelete } = await import('mnemonist');
      return (max, keys) => {
        const KeyArray = keyArrayOf(keys);
        if (KeyArray === undefined) return new LRUMapWithDelete(max) as Store;
        return new LRUMapWithDelete(KeyArray, Array, max) as Store;
      };
    },
  },
  {
    library: 'lru.min',
    load: async () => {
      const { createLRU } = await import('lru.min');
      return (max) => createLRU({ max }) as Store;
    },
  },
  {
    library: 'tiny-lru',
    load: async () => {
      const { LRU } = await import('tiny-lru');
      return (max) => new LRU<Value>(max);
    },
  },
  {
    library: 'toad-cache',
    load: async () => {
      const { LruMap } = await import('toad-cache');
      // Its default, over an object, is faster for small ints that hit; this is for all else, up
      // to seven times, and tells objects apart.
      return (max) => new LruMap<Value>(max, 0);
    },
  },
  {
    library: 'lru_map',
    load: async () => {
      const { LRUMap } = (await import('lru_map')).default;
      return (max) => new LRUMap(max) as Store;
    },
  },
];

const baselines: readonly Contender[] = [
  {
    library: 'naive Map',
    group: 'baseline',
    // Where it evicts all the time it takes up to 200 us for it, see naive.ts.
    suits: ({ workload, size }) =>
      !(workload === 'churn' && size > 1000) && !(workload === 'zipf' && size > 10_000),
    load: async () => {
      const { NaiveLRU } = await import('./naive.js');
      return (max) => new NaiveLRU(max);
    },
  },
  {
    library: 'Map + linked objects',
    group: 'baseline',
    load: async () => {
      const { LinkedLRU } = await import('./linked.js');
      return (max) => new LinkedLRU(max);
    },
  },
  {
    library: 'Map + typed arrays',
    group: 'baseline',
    load: async () => {
      const { ColumnLRU } = await import('./column.js');
      return (max) => new ColumnLRU(max);
    },
  },
];

type CreateFlru = (max: number) => Omit<Store, 'delete'>;
type CreateHashlru = (max: number) => Omit<Store, 'delete'> & { remove: Store['delete'] };

const approximate: readonly Contender[] = [
  {
    library: 'quick-lru',
    group: 'approximate',
    package: 'quick-lru',
    load: async () => {
      const { default: QuickLRU } = await import('quick-lru');
      return (max) => new QuickLRU({ maxSize: max });
    },
  },
  {
    library: 'flru',
    group: 'approximate',
    package: 'flru',
    load: async () => {
      // Both are CommonJS functions, which their types take for ES modules.
      const flru = (await import('flru')).default as unknown as CreateFlru;
      return (max) => Object.assign(flru(max), { delete: cannotDelete('flru') });
    },
  },
  {
    library: 'hashlru',
    group: 'approximate',
    package: 'hashlru',
    load: async () => {
      const hashlru = (await import('hashlru')).default as unknown as CreateHashlru;
      return (max) => {
        const cache = hashlru(max);
        return Object.assign(cache, { delete: cache.remove });
      };
    },
  },
];

const bounds: readonly Contender[] = [
  {
    library: 'bare Map',
    group: 'bound',
    neverEvicts: true,
    // A Map never evicts. Where keys come from a set, it ends with all of them; with new keys
    // only, it would have to be emptied now and then, and would do other work than a cache.
    suits: (cell) => cell.workload !== 'churn',
    load: async () => () => new Map() as Store,
  },
];

/** All contenders, in the order of the tables. */
export const contenders: readonly Contender[] = [
  { library: 'wasm-lru', group: 'ours', hasTtl: true, load: loadOwn('wasm') },
  { library: 'wasm-lru pure', group: 'ours', hasTtl: true, load: loadOwn('pure') },
  ...exact.map((one): Contender => ({ ...one, group: 'exact', package: one.library })),
  ...baselines,
  ...approximate,
  ...bounds,
];

/** The contender of this name. */
export function contenderOf(library: string): Contender {
  const contender = contenders.find((one) => one.library === library);
  if (contender === undefined) throw new Error(`no library is called ${library}`);
  return contender;
}
