// What a differential run is made of: constructor options and commands, as plain data.
//
// Nothing here is an object of a cache, so that a failing run shrinks, prints and can be replayed.
// Keys, values and size calculations are places in the lists below. What the two caches are known
// to differ in is kept out of the data here or in differences.ts.

import fc from 'fast-check';
import { isCompared } from './differences.js';

/** A value or key with an identity. A class, so that only the same object compares as equal. */
class Item {
  constructor(readonly name: string) {
    Object.freeze(this);
  }
}

/** Keys of every kind. */
export const keys: readonly unknown[] = [
  ...['a', 'b', '', '1', 0, 1, -7, 2 ** 31, 1.5, Number.NaN, 9n, true],
  Symbol('key'),
  new Item('key'),
];

const weights: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ...[1, 2, 3, 4, 5].map((weight): [Item, number] => [new Item(`weighs ${weight}`), weight]),
  ...([0, '', false, null, Number.NaN] as const).map((value, i): [unknown, number] => [
    value,
    i + 1,
  ]),
]);

/** Values, half of them falsy. Each has a weight from 1 to 5. */
export const values: readonly unknown[] = [...weights.keys()];

/** What may be given as `sizeCalculation`; the later ones make `set` throw. */
export const calculations = {
  weight: (value: unknown): unknown => weights.get(value),
  one: (): unknown => 1,
  byKey: (_value: unknown, key: unknown): unknown => (keys.indexOf(key) % 4) + 1,
  zero: (): unknown => 0,
  negative: (): unknown => -1,
  fraction: (): unknown => 1.5,
  notANumber: (): unknown => Number.NaN,
  text: (): unknown => '3',
  throws: (): unknown => {
    throw new Error('sizeCalculation throws');
  },
};

/** A name in `calculations`, or something that is no function. */
export type CalculationName = keyof typeof calculations | 'not a function';

const goodCalculations = ['weight', 'weight', 'weight', 'one', 'byKey'] as const;
const badNames = ['zero', 'negative', 'fraction', 'notANumber', 'text', 'throws'] as const;

/** The options that are flags, each also a mutable property. */
const flagNames = [
  ...(['updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet'] as const),
  ...(['noDisposeOnSet', 'noUpdateTTL'] as const),
];

/** Constructor options. Callbacks are there or not; the driver makes them. */
export interface Setup {
  readonly max?: number;
  readonly maxSize?: number;
  readonly maxEntrySize?: number;
  readonly sizeCalculation?: CalculationName | undefined;
  readonly ttl?: number;
  readonly ttlAutopurge?: boolean;
  readonly flags: { readonly [name in (typeof flagNames)[number]]?: boolean | undefined };
  readonly callbacks: readonly ('dispose' | 'disposeAfter' | 'onInsert' | 'memoMethod')[];
}

/** An object of data, of which some fields are always there. */
function record(
  always: Record<string, fc.Arbitrary<unknown>>,
  sometimes: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = Object.keys(always) as never[];
  return fc.record({ ...always, ...sometimes }, { requiredKeys, noNullPrototype: true });
}

const flag = fc.constantFrom(true, false, undefined);
const key = fc.nat({ max: keys.length - 1 });
const value = fc.nat({ max: values.length - 1 });
const valueOrNone = fc.oneof({ weight: 9, arbitrary: value }, fc.constant(undefined));

const bounds = { max: fc.integer({ min: 0, max: 6 }), ttl: fc.integer({ min: 0, max: 20 }) };
const sizeBounds = {
  maxSize: fc.integer({ min: 1, max: 16 }),
  maxEntrySize: fc.integer({ min: 1, max: 16 }),
};
const rest = {
  flags: record({}, Object.fromEntries(flagNames.map((name) => [name, flag]))),
  callbacks: fc.subarray(['dispose', 'disposeAfter', 'onInsert', 'memoMethod'] as const),
};
const calculationIfAny = fc.constantFrom(...goodCalculations, undefined);

/** Any constructor options that both libraries take. */
export const setup = fc
  .oneof(
    record(rest, bounds),
    record({ ...rest, sizeCalculation: calculationIfAny }, { ...bounds, ...sizeBounds }),
  )
  .filter((options) => isCompared(options as unknown as Setup)) as unknown as fc.Arbitrary<Setup>;

/** An entry for `load`; `start` counts from the time of the command. */
export interface EntryData {
  readonly key: number;
  readonly value?: number | undefined;
  readonly ttl?: number;
  readonly start?: number;
  readonly size?: unknown;
}

/** What a command is given; which fields there are depends on its name. */
export interface Args {
  readonly key?: number;
  /** Place in `values`; undefined stands for itself. */
  readonly value?: number | undefined;
  readonly ms?: number;
  readonly iterator?: (typeof iterators)[number];
  readonly thisArg?: boolean;
  readonly property?: string;
  readonly to?: unknown;
  readonly snapshot?: number;
  readonly from?: number;
  readonly entries?: readonly EntryData[];
  /** The ttl that `memoMethod` writes into its options. */
  readonly memoTtl?: number | undefined;
  /** Options of the call; `start` counts from now, `sizeCalculation` is a name. */
  readonly options?: { readonly [name: string]: unknown };
}

/** One step of a run. */
export type Command = readonly [name: string, args: Args];

/** Every method that returns an iterator. */
export const iterators = [
  ...(['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const),
  'iterator',
] as const;

const size = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown[]>(0, -1, 1.5, Number.NaN, '3', 99) },
);
const calculation = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constantFrom(...goodCalculations) },
  { weight: 1, arbitrary: fc.constantFrom(...badNames, 'not a function' as const) },
);
const ttl = fc.constantFrom(
  ...[undefined, undefined, 0, 0, 1, 1, 5, 5, 5, 5, 12, 12, 12, 12],
  ...[0.5, -1, Number.POSITIVE_INFINITY],
);
/** When the entry came, from the time of the command; not before the time of a run began. */
const start = fc.option(fc.integer({ min: -30, max: 10 }), { nil: undefined });
const status = fc.constant(true);

const getOptions = { allowStale: flag, updateAgeOnGet: flag, noDeleteOnStaleGet: flag, status };
const setOptions = {
  ...{ ttl, start, size, sizeCalculation: calculation },
  ...{ noDisposeOnSet: flag, noUpdateTTL: flag, status },
};
const loadOptions = {
  ...getOptions,
  ...setOptions,
  forceRefresh: flag,
  context: fc.constantFrom<unknown[]>('context', 0, undefined),
};

/** A command; its options are often absent. */
function call(
  name: string,
  args: Record<string, fc.Arbitrary<unknown>> = {},
  options?: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Command> {
  const sometimes = options === undefined ? {} : { options: record({}, options) };
  return fc.tuple(fc.constant(name), record(args, sometimes)) as fc.Arbitrary<Command>;
}

const assign = (property: string, to: fc.Arbitrary<unknown>) =>
  call('assign', { property: fc.constant(property), to });
const assignment = fc.oneof(
  ...flagNames.map((name) => assign(name, fc.boolean())),
  assign('ttl', fc.constantFrom(0, 1, 5, 12, 0.5, -1, Number.POSITIVE_INFINITY)),
  assign('maxEntrySize', fc.integer({ min: 0, max: 8 })),
  assign('sizeCalculation', calculation),
);

const entries = fc.uniqueArray(record({ key, value: valueOrNone }, { ttl, start, size }), {
  maxLength: 8,
  selector: (entry) => entry.key,
});

const commands: readonly [weight: number, arbitrary: fc.Arbitrary<Command>][] = [
  [40, call('set', { key, value: valueOrNone }, setOptions)],
  [15, call('get', { key }, getOptions)],
  [12, call('advance', { ms: fc.integer({ min: 1, max: 12 }) })],
  [8, call('memo', { key, value: valueOrNone, memoTtl: ttl }, loadOptions)],
  [6, call('peek', { key }, { allowStale: flag, status })],
  [6, call('has', { key }, { updateAgeOnHas: flag, status })],
  [5, call('delete', { key })],
  [4, assignment],
  [4, call('find', { value: valueOrNone }, getOptions)],
  [3, call('iterate', { iterator: fc.constantFrom(...iterators) })],
  [3, call('pop')],
  [3, call('purgeStale')],
  [2, call('info', { key })],
  [2, call('fetch', { key }, loadOptions)],
  [2, call('load', { snapshot: fc.nat({ max: 2 }), from: fc.nat({ max: 1 }) })],
  [1, call('loadEntries', { entries })],
  [1, call('dump', { snapshot: fc.nat({ max: 1 }) })],
  [1, call('forceFetch', { key }, loadOptions)],
  [1, call('forEach', { thisArg: fc.boolean() })],
  [1, call('rforEach', { thisArg: fc.boolean() })],
  [1, call('clear')],
  [1, call('setDateForward')],
  [1, call('rebuild')],
];

/** Any command. `set` is frequent enough that caches are full most of the time. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  ...commands.map(([weight, arbitrary]) => ({ weight, arbitrary })),
);
