// Random programs for a cache with loads: what is called, in what order, and how loaders behave.

import fc from 'fast-check';
import type { Key, LoadOptions } from './model.js';

/** How a loader gives what it comes to. */
export type Way = 'promise' | 'sync' | 'thenable' | 'hostile';
/** What it comes to; a hostile thenable adds to it, in vain. */
export type End = 'value' | 'undefined' | 'error';
/** What the values of a batch come in; a short array is none. */
export type Shape = 'map' | 'pairs' | 'array' | 'short';

/** One loader: what it does before it returns, and how it ends. */
export interface Plan {
  readonly way: Way;
  readonly end: End;
  readonly inner: readonly Command[];
  readonly shape: Shape;
  /** The keys of a batch that have no value: a bit for each. */
  readonly gaps: number;
}

/** What a `fetch` or a `fetchMany` is given. */
export interface Fetch {
  /** Whether it is a `forceFetch`. */
  readonly isForced: boolean;
  readonly forceRefresh: boolean;
  /** Number of the signal, if it has one. */
  readonly signal: number | undefined;
  readonly options: Partial<LoadOptions>;
  /** When the load gets the tag: as it begins, or from its loader. */
  readonly tagged: 'early' | 'late' | undefined;
  readonly plan: Plan;
}

/** What a `set` is given. */
export interface SetGiven {
  readonly ttl?: number;
  readonly noUpdateTTL?: boolean;
  readonly tags?: readonly string[];
}

/** The tag that there is. */
export const TAG = 'tag';

export type Command =
  | readonly ['fetch', Key, Fetch]
  | readonly ['fetchMany', readonly Key[], Fetch]
  | readonly ['get' | 'has' | 'delete', Key]
  | readonly ['set', Key, SetGiven]
  | readonly ['clear' | 'pop' | 'purgeStale' | 'invalidate' | 'drain']
  | readonly ['abort' | 'advance' | 'settle', number];

export interface Program {
  readonly max: number;
  readonly options: LoadOptions;
  /** Whether there is a `fetchMethod` beside the `fetchManyMethod`. */
  readonly hasFetchMethod: boolean;
  readonly commands: readonly Command[];
}

export const KEYS: readonly Key[] = ['a', 'b', 'c'];
/** Signals in use at a time; one that was aborted is replaced when it is aborted again. */
export const SIGNALS = 2;
const TTL = 10;
/** Time on the cache's clock that no timer of the host will see pass. */
const LONG = 1_000_000;
/** A loader's end is dealt with within so many turns of the microtask queue. */
const TURNS_MAX = 8;

const key = fc.constantFrom(...KEYS);
const keys = fc.array(key, { maxLength: 4 });
const flag = fc.boolean();
const rarely = fc.nat(5).map((n) => n === 0);
const ttl = fc.constantFrom(0, TTL, TTL);

const flags = {
  allowStale: flag,
  updateAgeOnGet: flag,
  noDeleteOnStaleGet: flag,
  noUpdateTTL: rarely,
  noDeleteOnFetchRejection: flag,
  allowStaleOnFetchRejection: rarely,
  allowStaleOnFetchAbort: flag,
  ignoreFetchAbort: flag,
};

const windows = {
  staleWhileRevalidate: fc.constantFrom(0, 0, TTL / 2),
  staleIfError: fc.constantFrom(0, 0, TTL),
  refreshAhead: fc.constantFrom(0, 0, 0.5),
  loadTimeout: fc.constantFrom(0, LONG),
};

const simple: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.constantFrom('get', 'has', 'delete'), key),
  fc.tuple(
    fc.constant('set' as const),
    key,
    fc.record({ ttl, noUpdateTTL: flag, tags: fc.constant([TAG]) }, { requiredKeys: [] }),
  ),
  fc.tuple(
    fc.constantFrom('clear', 'pop', 'pop', 'purgeStale', 'purgeStale', 'invalidate', 'invalidate'),
  ),
  fc.tuple(fc.constant('abort' as const), fc.nat(SIGNALS - 1)),
  fc.tuple(fc.constant('advance' as const), fc.constantFrom(1, TTL / 2, TTL, TTL + 1, LONG)),
);

const fetchWith = (inner: fc.Arbitrary<readonly Command[]>): fc.Arbitrary<Command> => {
  const fetch = fc.record({
    isForced: rarely,
    tagged: fc.constantFrom(undefined, undefined, 'early' as const, 'late' as const),
    forceRefresh: rarely,
    signal: fc.option(fc.nat(SIGNALS - 1), { nil: undefined }),
    options: fc.record({ ...flags, ...windows, ttl }, { requiredKeys: [] }),
    plan: fc.record({
      way: fc.constantFrom<Way>('promise', 'promise', 'promise', 'sync', 'thenable', 'hostile'),
      end: fc.constantFrom<End>('value', 'value', 'undefined', 'error'),
      inner,
      shape: fc.constantFrom<Shape>('map', 'pairs', 'array', 'array', 'short'),
      gaps: fc.nat(2 ** KEYS.length - 1),
    }),
  });
  return fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant('fetch' as const), key, fetch) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('fetchMany' as const), keys, fetch) },
  );
};

const plainFetch = fetchWith(fc.constant([]));
/** A loader that uses the cache before it returns; what it fetches in turn is loaded plainly. */
const busyFetch = fetchWith(fc.array(fc.oneof(simple, plainFetch), { minLength: 1, maxLength: 3 }));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: plainFetch },
  { weight: 1, arbitrary: busyFetch },
  { weight: 5, arbitrary: simple },
  { weight: 5, arbitrary: fc.tuple(fc.constant('settle' as const), fc.nat(TURNS_MAX)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('drain' as const)) },
);

export const program: fc.Arbitrary<Program> = fc.record({
  max: fc.integer({ min: 1, max: KEYS.length }),
  options: fc
    .tuple(fc.record({ ...flags, ttl }), fc.option(fc.record(windows), { nil: {} }))
    .map(([own, more]) => ({ ...own, ...more })),
  hasFetchMethod: flag,
  commands: fc.array(command, { maxLength: 60, size: 'max' }),
});
