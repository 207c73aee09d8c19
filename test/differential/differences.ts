// The differences that are meant, in one place: rows of docs/differences.md.
//
// Each is either kept out of the data (then it says by what) or evened out by a function in here.
//
//  1  Callbacks run when the operation is complete; theirs run in the middle of it. No callback of
//     a run looks at the cache. `purgeStale` is one operation, theirs is many: of it, and of what
//     timers remove within one tick, the order is compared for each callback alone. Elsewhere the
//     order is compared as it is: comparableCalls.
//  2  Theirs holds back `disposeAfter` under `noDisposeOnSet` until some later operation publishes
//     it: publishWithheld. In a `load`, which is many operations, the order is then compared for
//     each callback alone: comparableCalls.
//  3  A clock at 0 is a time like any other; in theirs it means none. The clock of a run starts at
//     1000, and no `start` of a command reaches back to 0.
//  4  The same value set again is weighed anew; theirs keeps the weight. In a run, such a `set`
//     gets the size the entry has, and the sizes in its status are not compared: keepsWeight,
//     comparableStatus.
//  5  `maxEntrySize` above `maxSize` is refused; theirs then evicts for ever: isInOrder,
//     entryLimit.
//  6  `ttl` must be a number and not NaN. No run has another.
//  7  undefined, null and -0 as keys. Not among the keys.
//  8  Theirs writes `status` into options and `start` into loaded entries. Both are made anew for
//     each side and call.
//  9  What an iteration shows when the cache is changed meanwhile. No run changes it there.
// 10  Errors have classes, codes and messages of their own; callbacks that are no functions are
//     refused; the largest `max` is 2^25. That both throw is compared, and the state afterwards.
// 11  Iterators are not generator objects. Only `next` is compared.
// 12  In a cache without `max`, theirs dumps an entry that is older than the first ttl with a ttl
//     of undefined and a start of NaN or of its last use; with `max`, ttl is 0 and start the time
//     at which the clock was at 0. Ours does always as theirs does with `max`: evenDump.
// 13  `maxEntrySize` and `sizeCalculation` may be absent, not anything else that is falsy (null,
//     NaN, ''; for a size, 0 is none). Not among the options of constructor.test.ts.

import type { Setup } from './arbitraries.js';
import type { Cache, Dump } from './cache.js';

const isSize = (size: unknown): size is number =>
  typeof size === 'number' && Number.isInteger(size) && size > 0;

/** Whether `maxEntrySize` is not above `maxSize`, where these are sizes. */
export function isInOrder(limits: { maxSize?: unknown; maxEntrySize?: unknown }): boolean {
  const { maxSize, maxEntrySize } = limits;
  return !isSize(maxSize) || !isSize(maxEntrySize) || maxEntrySize <= maxSize;
}

/** Whether both libraries take these options and mean the same by them. */
export function isCompared({ max, maxSize, maxEntrySize, sizeCalculation, ttl }: Setup): boolean {
  const isBounded = Boolean(max || maxSize || ttl);
  const hasSizes = maxSize !== undefined || maxEntrySize !== undefined;
  return (
    isBounded && isInOrder({ maxSize, maxEntrySize }) && (hasSizes || sizeCalculation === undefined)
  );
}

/** What may be assigned to `maxEntrySize` for a wanted limit. */
export function entryLimit(cache: Cache, wanted: number): number {
  if (cache.maxSize === 0) return wanted;
  return wanted === 0 ? cache.maxSize : Math.min(wanted, cache.maxSize);
}

/** A dump in which entries older than the first ttl look as in a cache with `max`. */
export function evenDump(dump: Dump, clockStart: number): Dump {
  return dump.map(([key, entry]) => {
    const isOdd = 'ttl' in entry && entry.ttl === undefined;
    return [key, isOdd ? { ...entry, ttl: 0, start: clockStart } : entry];
  });
}

/** Makes lru-cache call the `disposeAfter` that it held back. */
export function publishWithheld(cache: Cache): void {
  cache.delete(Symbol('not a key'));
}

/**
 * The size to set a value with so that the entry, if it has this value already, keeps its weight;
 * undefined to set it as it would be. `weigh` is the size calculation in force.
 */
export function keepsWeight(
  cache: Cache,
  [key, value]: readonly [unknown, unknown],
  size: unknown,
  weigh: ((value: unknown, key: unknown) => unknown) | undefined,
): number | undefined {
  const current = cache.info(key);
  if (current?.size === undefined || current.value !== value) return undefined;
  try {
    const weight = isSize(size) ? size : weigh?.(value, key);
    return isSize(weight) && weight !== current.size ? current.size : undefined;
  } catch {
    return undefined;
  }
}

/** What a status says that must be the same on both sides. */
export function comparableStatus(status: Record<string, unknown>): Record<string, unknown> {
  if (status.set !== 'update') return status;
  const { entrySize: _, totalCalculatedSize: __, ...rest } = status;
  return rest;
}

/** The calls that a command made, in an order that must be the same on both sides. */
export function comparableCalls(
  calls: readonly unknown[][],
  command: string,
  isWithheld: boolean,
): unknown[][] {
  if (command === 'advance') return calls.toSorted((a, b) => compareText(show(a), show(b)));
  const isPublishedLate = isWithheld && command.startsWith('load');
  if (command !== 'purgeStale' && !isPublishedLate) return [...calls];
  return calls.toSorted(([a], [b]) => compareText(String(a), String(b)));
}

const show = ([name, , key]: readonly unknown[]) => `${name} ${typeof key} ${String(key)}`;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
