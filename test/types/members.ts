// Every property and every method of the class, with every option, and the types they have.

import { LRUCache, type Perf } from 'lru-cache';
import type { Proof, Same } from './same.js';

interface Page {
  html: string;
}
interface Context {
  user: string;
}
type Cache = LRUCache<string, Page, Context>;

/** True if a property cannot be assigned to. */
type Frozen<P extends keyof Cache> = Same<Pick<Cache, P>, Readonly<Pick<Cache, P>>>;

export type ReadOnlyMembers = [
  Proof<Frozen<'max'>>,
  Proof<Frozen<'maxSize'>>,
  Proof<Frozen<'calculatedSize'>>,
  Proof<Frozen<'size'>>,
  Proof<Frozen<'fetchMethod'>>,
  Proof<Frozen<'memoMethod'>>,
  Proof<Frozen<'dispose'>>,
  Proof<Frozen<'onInsert'>>,
  Proof<Frozen<'disposeAfter'>>,
  Proof<Frozen<'perf'>>,
];

/** What is read only. */
export function read(cache: Cache): unknown[] {
  const max: LRUCache.Count = cache.max;
  const maxSize: LRUCache.Count = cache.maxSize;
  const calculatedSize: LRUCache.Size = cache.calculatedSize;
  const size: LRUCache.Count = cache.size;
  const fetchMethod: LRUCache.Fetcher<string, Page, Context> | undefined = cache.fetchMethod;
  const memoMethod: LRUCache.Memoizer<string, Page, Context> | undefined = cache.memoMethod;
  const dispose: LRUCache.Disposer<string, Page> | undefined = cache.dispose;
  const onInsert: LRUCache.Inserter<string, Page> | undefined = cache.onInsert;
  const disposeAfter: LRUCache.Disposer<string, Page> | undefined = cache.disposeAfter;
  const perf: Perf = cache.perf;
  const tag: string = cache[Symbol.toStringTag];
  cache.dispose?.({ html: '' }, 'a', 'evict');
  const called = cache.fetchMethod?.('a', undefined, {
    signal: new AbortController().signal,
    options: {},
    context: { user: 'me' },
  });
  const all: unknown[] = [
    max,
    maxSize,
    calculatedSize,
    size,
    fetchMethod,
    memoMethod,
    dispose,
    onInsert,
  ];
  return all.concat(disposeAfter, perf.now(), tag, called);
}
export type ReadTypes = [
  Proof<Same<Cache['max' | 'maxSize' | 'calculatedSize' | 'size'], number>>,
  Proof<Same<Cache['perf'], Perf>>,
  Proof<Same<Cache['dispose'], LRUCache.Disposer<string, Page> | undefined>>,
  Proof<Same<Cache['disposeAfter'], LRUCache.Disposer<string, Page> | undefined>>,
  Proof<Same<Cache[typeof Symbol.toStringTag], string>>,
  Proof<Same<Cache['onInsert'], LRUCache.Inserter<string, Page> | undefined>>,
  Proof<Same<Cache['fetchMethod'], LRUCache.Fetcher<string, Page, Context> | undefined>>,
  Proof<Same<Cache['memoMethod'], LRUCache.Memoizer<string, Page, Context> | undefined>>,
];

/** What can be assigned. */
export function assign(cache: Cache): void {
  cache.ttl = 1000;
  cache.ttl += 1;
  cache.ttlResolution = 5;
  cache.ttlAutopurge = true;
  cache.updateAgeOnGet = true;
  cache.updateAgeOnHas = true;
  cache.allowStale = !cache.allowStale;
  cache.noDisposeOnSet = true;
  cache.noUpdateTTL = true;
  cache.maxEntrySize = 100;
  cache.sizeCalculation = ({ html }, key) => html.length + key.length;
  cache.noDeleteOnFetchRejection = true;
  cache.noDeleteOnStaleGet = true;
  cache.allowStaleOnFetchAbort = true;
  cache.allowStaleOnFetchRejection = true;
  cache.ignoreFetchAbort = true;
  cache.backgroundFetchSize = 2;
  cache[Symbol.toStringTag] = 'Pages';
  Object.assign(cache, { ttl: 5 } satisfies Partial<Cache>);
}
type Switches =
  | 'ttlAutopurge'
  | 'updateAgeOnGet'
  | 'updateAgeOnHas'
  | 'allowStale'
  | 'noDisposeOnSet'
  | 'noUpdateTTL'
  | 'noDeleteOnFetchRejection'
  | 'noDeleteOnStaleGet'
  | 'allowStaleOnFetchAbort'
  | 'allowStaleOnFetchRejection'
  | 'ignoreFetchAbort';
export type AssignedTypes = [
  Proof<Same<Cache['ttl' | 'ttlResolution' | 'maxEntrySize' | 'backgroundFetchSize'], number>>,
  Proof<Same<Cache[Switches], boolean>>,
  Proof<
    Same<
      Pick<Cache, 'sizeCalculation'>,
      { sizeCalculation?: LRUCache.SizeCalculator<string, Page> }
    >
  >,
];

/** Iteration. */
export function* iterate(cache: Cache): Generator<unknown> {
  const keys: Generator<string, void, unknown> = cache.keys();
  const rkeys: Generator<string, void, unknown> = cache.rkeys();
  const values: Generator<Page, void, unknown> = cache.values();
  const rvalues: Generator<Page | undefined, void, unknown> = cache.rvalues();
  const entries: Generator<[string, Page], void, unknown> = cache.entries();
  const rentries: Generator<(string | Page)[], void, unknown> = cache.rentries();
  const itself: Generator<[string, Page], void, unknown> = cache[Symbol.iterator]();
  for (const [key, { html }] of cache) yield key + html;
  yield keys.next().value ?? rkeys.return().done;
  yield [...values].map(({ html }) => html).concat([...rvalues].map((page) => page?.html ?? ''));
  yield* entries;
  yield [Array.from(rentries), itself.throw];
}
export type Iteration = [
  Proof<Same<ReturnType<Cache['keys']>, Generator<string, void, unknown>>>,
  Proof<Same<ReturnType<Cache['rkeys']>, Generator<string, void, unknown>>>,
  Proof<Same<ReturnType<Cache['values']>, Generator<Page, void, unknown>>>,
  Proof<Same<ReturnType<Cache['entries']>, Generator<[string, Page], void, unknown>>>,
];

/** Functions called for each. */
export function visit(cache: Cache): Page | undefined {
  cache.forEach((value, key, self) => {
    console.log(value.html, key, self.size);
  });
  cache.forEach(
    function (this: { sum: number }, { html }) {
      this.sum += html.length;
    },
    { sum: 0 },
  );
  cache.rforEach((value: Page, key: string, self: LRUCache<string, Page, Context>) =>
    self.set(key, value),
  );
  cache.rforEach(async () => {}, cache);
  const some: Page | undefined = cache.find(({ html }) => html === '');
  return some ?? cache.find((_v, key, self) => self.has(key), { allowStale: true, status: {} });
}

/** Reading and writing. */
export function use(cache: Cache): unknown[] {
  const status: LRUCache.Status<string, Page, Context> = {};
  const page: Page | undefined = cache.get('a');
  const same: Cache = cache.set('a', { html: '' }).set('b', undefined).set('c', page);
  cache.set('a', { html: '' }, { ttl: 5, start: 1, size: 2, status });
  cache.set('a', { html: '' }, { sizeCalculation: (value, key) => value.html.length + key.length });
  cache.set('a', { html: '' }, { noDisposeOnSet: true, noUpdateTTL: true });
  cache.get('a', { allowStale: true, updateAgeOnGet: true, noDeleteOnStaleGet: true, status });
  const peeked: Page | undefined = cache.peek('a', { allowStale: true, status });
  const there: boolean = cache.has('a', { updateAgeOnHas: true, status }) || cache.has('b');
  const deleted: boolean = cache.delete('a');
  const popped: Page | undefined = cache.pop();
  const purged: boolean = cache.purgeStale();
  cache.clear();
  const rest: number = cache.getRemainingTTL('a');
  const info: LRUCache.Entry<Page> | undefined = cache.info('a');
  const late = (info?.ttl ?? 0) + (info?.start ?? 0) + (info?.size ?? 0) + rest;
  return [same, peeked, there, deleted, popped, purged, late, info?.value.html];
}

export type Results = [
  Proof<Same<ReturnType<Cache['set']>, Cache>>,
  Proof<Same<ReturnType<Cache['get' | 'peek' | 'pop' | 'find']>, Page | undefined>>,
  Proof<Same<ReturnType<Cache['has' | 'delete' | 'purgeStale']>, boolean>>,
  Proof<Same<ReturnType<Cache['clear' | 'load' | 'forEach' | 'rforEach']>, void>>,
  Proof<Same<ReturnType<Cache['getRemainingTTL']>, number>>,
  Proof<Same<ReturnType<Cache['info']>, LRUCache.Entry<Page> | undefined>>,
  Proof<Same<ReturnType<Cache['dump']>, [string, LRUCache.Entry<Page>][]>>,
  Proof<Same<ReturnType<Cache['fetch']>, Promise<Page | undefined>>>,
  Proof<Same<ReturnType<Cache['forceFetch']>, Promise<Page>>>,
  Proof<Same<ReturnType<Cache['memo']>, Page>>,
];

/** Moving entries from one cache to another. */
export function move(from: Cache, to: LRUCache<string, Page>): void {
  const dumped: [string, LRUCache.Entry<Page>][] = from.dump();
  to.load(dumped);
  to.load(from.dump().filter(([key, { size }]) => key !== '' && size !== 0));
  to.load([
    ['a', { value: { html: '' } }],
    ['b', { value: { html: '' }, ttl: 1, start: 1 }],
  ]);
  to.load(JSON.parse(JSON.stringify(from.dump())));
}

/** Fetching, with every option. */
export async function load(cache: Cache): Promise<unknown[]> {
  const status: LRUCache.Status<string, Page, Context> = {};
  const store = {
    ttl: 5,
    size: 1,
    sizeCalculation: (value: Page, key: string) => value.html.length + key.length,
    noDisposeOnSet: true,
    noUpdateTTL: true,
    allowStale: true,
    updateAgeOnGet: true,
    noDeleteOnStaleGet: true,
    noDeleteOnFetchRejection: true,
    allowStaleOnFetchRejection: true,
    ignoreFetchAbort: true,
    allowStaleOnFetchAbort: true,
    forceRefresh: true,
    context: { user: 'me' },
    status,
  };
  const signal = AbortSignal.timeout(1);
  const fetched: Promise<Page | undefined> = cache.fetch('a', { ...store, signal });
  const forced: Promise<Page> = cache.forceFetch('a', { ...store, signal });
  const { size: _size, ...memoStore } = store;
  const memoized: Page = cache.memo('a', memoStore);
  return [await fetched, await forced, memoized, status.fetch === 'inflight'];
}

/** The constructor takes options, or a cache in their place. */
export function construct(cache: Cache): LRUCache<string, Page, Context>[] {
  return [
    new LRUCache<string, Page, Context>({ max: 1 }),
    new LRUCache<string, Page, Context>({ maxSize: 1, sizeCalculation: () => 1 }),
    new LRUCache<string, Page, Context>({ ttl: 1, ttlAutopurge: true }),
    new LRUCache<string, Page, Context>({ max: 0, maxSize: 0, ttl: 1, ttlAutopurge: false }),
    new LRUCache<string, Page, Context>(cache),
    new LRUCache(cache),
  ];
}
