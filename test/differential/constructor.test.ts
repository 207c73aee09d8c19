// Shows that the constructor takes and refuses the same options as that of lru-cache, and what the
// properties are then. A run that fails is kept as regressions.ts says.

import fc from 'fast-check';
import { LRUCache as TheirCache } from 'lru-cache';
import { describe, expect, it, vi } from 'vitest';
import { LRUCache as OurCache } from '../../src/api/lru.js';
import { repeatRegressions } from '../support/regressions.js';
import { isInOrder } from './differences.js';
import { properties } from './pair.js';

type Options = Record<string, unknown>;
type Class = new (options: never) => object;

const RUNS = 3000;

function someFunction(): number {
  return 1;
}

const flags = [
  ...['ttlAutopurge', 'updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet'],
  ...['noDisposeOnSet', 'noUpdateTTL', 'noDeleteOnFetchRejection', 'ignoreFetchAbort'],
  ...['allowStaleOnFetchRejection', 'allowStaleOnFetchAbort'],
];
const flag = fc.constantFrom<unknown[]>(true, false, 1, 0, 'yes', '', null, undefined);
const size = fc.constantFrom<unknown[]>(
  ...[1, 2, 3, 4, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', '', null, undefined],
  ...[2 ** 53, Number.MAX_VALUE],
);
const callback = fc.constantFrom(someFunction, undefined);
const anything = fc.constantFrom<unknown[]>(someFunction, undefined, 'text', 5, 0, null);

// Difference 13: lru-cache takes anything falsy for none here.
const entrySize = size.filter((size) => Boolean(size) || size === 0 || size === undefined);
const truthy = fc.constantFrom<unknown[]>(someFunction, undefined, 'text', 5);

const options: fc.Arbitrary<Options> = fc
  .record(
    {
      ...{ max: size, maxSize: size, maxEntrySize: entrySize, sizeCalculation: truthy },
      ttl: fc.constantFrom(0, 1, 5, -1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY, undefined),
      ttlResolution: fc.constantFrom<unknown[]>(
        ...[0, 1, 5, -1, 1.5, 2 ** 53, Number.NaN, '1', undefined],
      ),
      perf: fc.constantFrom<unknown[]>(
        ...[performance, Date, undefined, {}, null, 5, someFunction],
      ),
      ...{ dispose: callback, disposeAfter: callback, onInsert: callback },
      ...{ memoMethod: anything, fetchMethod: anything },
      backgroundFetchSize: fc.constantFrom(1, 3, undefined),
      ...Object.fromEntries(flags.map((name) => [name, flag])),
    },
    { requiredKeys: [] },
  )
  .filter(isInOrder) as fc.Arbitrary<Options>;

/** What the properties of a cache with these options are, or that there is none. */
function madeBy(library: Class, options: object): unknown {
  let cache: Options;
  try {
    cache = new library(options as never) as Options;
  } catch {
    return 'refused';
  }
  return Object.fromEntries(properties.map((name) => [name, cache[name]]));
}

const equalsTheirs = () =>
  fc.property(options, (options) => {
    expect(madeBy(OurCache, options)).toEqual(madeBy(TheirCache, options));
  });

repeatRegressions('differential/constructor', [OurCache], equalsTheirs);

describe('the constructor', () => {
  it('warns once of a cache without bounds', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const told = [TheirCache, OurCache].map((library: Class) => {
      new library({ max: 1, ttl: 1 } as never);
      new library({ ttl: 1, ttlAutopurge: true } as never);
      expect(warn).not.toHaveBeenCalled();
      new library({ ttl: 1 } as never);
      new library({ ttl: 1 } as never);
      const calls = (warn.mock.calls as unknown[][]).map((told) => told.slice(0, 3));
      warn.mockClear();
      return calls;
    });
    expect(told[1]).toEqual(told[0]);
    expect(told[0]).toHaveLength(1);
  });

  it('takes and refuses what lru-cache does', () => {
    fc.assert(equalsTheirs(), { numRuns: RUNS });
  });

  it('takes another cache for its options', () => {
    const given = {
      ...{ max: 5, maxSize: 10, maxEntrySize: 7, sizeCalculation: someFunction, ttl: 9 },
      ...{ ttlResolution: 0, perf: performance, dispose: someFunction, memoMethod: someFunction },
      ...Object.fromEntries(flags.map((name) => [name, true])),
    };
    const [theirs, ours] = [TheirCache, OurCache].map((library: Class) => {
      const existing = new library(given as never) as Options & Map<unknown, unknown>;
      existing.set(1, 2);
      Object.assign(existing, { ttl: 11, allowStale: false, maxEntrySize: 6 });
      return madeBy(library, existing);
    });
    expect(theirs).toMatchObject({
      ...given,
      ttl: 11,
      allowStale: false,
      maxEntrySize: 6,
      size: 0,
    });
    expect(ours).toEqual(theirs);
  });
});
