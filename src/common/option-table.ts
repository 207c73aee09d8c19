// The table of options: of each, how it is checked, its default, and what it becomes in a cache.
//
// It drives the checks of the constructor (check-options.ts) and of calls, and the types of what a
// cache is made of: the compiler refuses a changeable option that is no property of the class, and
// an option that has no row. What each option means stands in options.ts.
//
// OT1  An option that is `undefined` has its default, and is not checked.
// OT2  The rows are in the order in which options are read and refused: of two that are wrong, the
//      first is thrown for.

import {
  callback,
  checkFreeze,
  checkPart,
  checkPerf,
  checkSpan,
  checkTtl,
  maxOf,
  resolutionOf,
  sizeOf,
} from './check.js';
import type { OptionsBase } from './options.js';

/** What an option becomes: part of what the cache is made of, for good. */
const FIXED = 0;
/** @internal A property of the cache, by which it can be changed. */
export const CHANGEABLE = 1;
/** An option of freshness.ts: a cache that uses none of these has none of that. */
const FRESHNESS = 2;

type Use = typeof FIXED | typeof CHANGEABLE | typeof FRESHNESS;

/** Returns an option as it is used, or throws; the name is for the message. */
type Check = (value: never, name: string) => unknown;

/** The names of all options but `engine`, which says where a cache lives, and not what it does. */
export type OptionName = Exclude<keyof OptionsBase<unknown, unknown, unknown>, 'engine'>;

/** A check, the default, and what the option becomes. */
type Row = readonly [Check, unknown, Use];

const flag = (value: unknown): boolean => !!value;

/** @internal Every option. */
export const OPTION_TABLE = {
  dispose: [callback, undefined, FIXED],
  disposeAfter: [callback, undefined, FIXED],
  onInsert: [callback, undefined, FIXED],
  fetchMethod: [callback, undefined, FIXED],
  fetchManyMethod: [callback, undefined, FIXED],
  memoMethod: [callback, undefined, FIXED],
  keyOf: [callback, undefined, FIXED],
  freeze: [checkFreeze, undefined, FIXED],
  max: [maxOf, 0, FIXED],
  maxSize: [sizeOf, 0, FIXED],
  // From here on the changeable ones are in the order that a cache shows its properties in.
  ttl: [checkTtl, 0, CHANGEABLE],
  ttlResolution: [resolutionOf, 1, CHANGEABLE],
  ttlAutopurge: [flag, false, CHANGEABLE],
  updateAgeOnGet: [flag, false, CHANGEABLE],
  updateAgeOnHas: [flag, false, CHANGEABLE],
  allowStale: [flag, false, CHANGEABLE],
  noDeleteOnStaleGet: [flag, false, CHANGEABLE],
  noUpdateTTL: [flag, false, CHANGEABLE],
  noDisposeOnSet: [flag, false, CHANGEABLE],
  /** Its default is `maxSize`. */
  maxEntrySize: [sizeOf, 0, CHANGEABLE],
  sizeCalculation: [callback, undefined, CHANGEABLE],
  backgroundFetchSize: [(size: number | null) => size ?? 1, 1, CHANGEABLE],
  noDeleteOnFetchRejection: [flag, false, CHANGEABLE],
  allowStaleOnFetchRejection: [flag, false, CHANGEABLE],
  allowStaleOnFetchAbort: [flag, false, CHANGEABLE],
  ignoreFetchAbort: [flag, false, CHANGEABLE],
  perf: [checkPerf, undefined, FIXED],
  recordStats: [flag, false, FIXED],
  ttlCalculation: [callback, undefined, FRESHNESS],
  maxAge: [checkSpan, 0, FRESHNESS],
  staleWhileRevalidate: [checkSpan, 0, FRESHNESS],
  staleIfError: [checkSpan, 0, FRESHNESS],
  refreshAhead: [checkPart, 0, FRESHNESS],
  loadTimeout: [checkSpan, 0, FRESHNESS],
  waitUntil: [callback, undefined, FRESHNESS],
} as const satisfies Record<OptionName, Row>;

type Table = typeof OPTION_TABLE;

/** The names of the options that become this. */
type NameOf<U extends Use> = {
  [Name in OptionName]: Table[Name][2] extends U ? Name : never;
}[OptionName];

const NAMES = Object.keys(OPTION_TABLE) as OptionName[];
const DEFAULTS: Record<string, unknown> = Object.fromEntries(
  NAMES.map((name) => [name, OPTION_TABLE[name][1]]),
);
const FRESHNESS_NAMES = NAMES.filter((name) => OPTION_TABLE[name][2] === FRESHNESS);

/** @internal All options, each checked or by default. */
export type CheckedOptions<K, V, FC> = {
  [Name in OptionName]: Table[Name][1] extends undefined
    ? Required<OptionsBase<K, V, FC>>[Name] | undefined
    : Required<OptionsBase<K, V, FC>>[Name];
};

/** @internal The options of freshness.ts. */
export type Freshness<K, V> = Pick<CheckedOptions<K, V, unknown>, NameOf<typeof FRESHNESS>>;

/** @internal The options that can be changed, as the properties that they are of a cache. */
export type Settings<K, V> = Partial<Pick<CheckedOptions<K, V, unknown>, 'sizeCalculation'>> &
  Omit<Pick<CheckedOptions<K, V, unknown>, NameOf<typeof CHANGEABLE>>, 'sizeCalculation'>;

/** Reads and checks every option (OT1, OT2). */
export function checkEach<K, V, FC>(given: OptionsBase<K, V, FC>): CheckedOptions<K, V, FC> {
  const checked = { ...DEFAULTS };
  for (const name of NAMES) {
    const value = given[name];
    if (value !== undefined) checked[name] = checkOne(name, value);
  }
  return checked as unknown as CheckedOptions<K, V, FC>;
}

/** Checks some options of a call, which may be undefined. */
export function checkSome(given: Partial<Record<OptionName, unknown>>): void {
  for (const name of Object.keys(given) as OptionName[]) {
    if (given[name] !== undefined) checkOne(name, given[name]);
  }
}

function checkOne(name: OptionName, value: unknown): unknown {
  const check: Check = OPTION_TABLE[name][0];
  return check(value as never, name);
}

/** The options of freshness.ts, if any of them is in use. */
export function freshnessIn<K, V, FC>(
  checked: CheckedOptions<K, V, FC>,
): Freshness<K, V> | undefined {
  return FRESHNESS_NAMES.some((name) => checked[name]) ? checked : undefined;
}
