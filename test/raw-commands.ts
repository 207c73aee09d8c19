// Calls of the raw exports of the debug build (raw-core.ts): what each of them takes, and random
// ones, most of which are nearly right.

import fc from 'fast-check';
import { KIND_HASHED, KIND_INT, MULTIPLIER, WEIGHT_MAX } from '../assembly/layout.js';

type Parameter =
  | ('table' | 'slot' | 'word' | 'kind' | 'text' | 'seed' | 'weight' | 'time' | 'ttl' | 'mode')
  | ('flag' | 'limit' | 'budget' | 'count' | 'words' | 'multiplier' | 'growths');

/**
 * An argument: a number or text as it is, or what stands for one that only the run knows. That is
 * a table of its own, or one that has a model, and bytes beside it; what was freed; a block that
 * was reserved; a live slot of the table that the call is about; the start of a grain of the arena;
 * or the latest result, shifted.
 */
export type Argument =
  | number
  | string
  | readonly ['table' | 'twin', place: number, beside: number]
  | readonly ['freed' | 'block' | 'slot', place: number]
  | readonly ['inside', grains: number]
  | readonly ['result', shift: number];

/** A call of an export. */
export interface RawCall {
  readonly name: string;
  readonly given: readonly Argument[];
}

const CELLS = ['weight', 'time', 'ttl'] as const;

/** What every export takes. */
export const PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  open: ['seed'],
  create: ['limit'],
  destroy: ['table'],
  clear: ['table'],
  grow: ['table'],
  nextSlot: ['table'],
  reserve: ['count'],
  rehash: ['table', 'words', 'multiplier'],
  setLimit: ['table', 'limit'],
  size: ['table'],
  bytesHeld: ['table'],
  newest: ['table'],
  oldest: ['table'],
  wordOf: ['table', 'slot'],
  find: ['table', 'word', 'kind'],
  findString: ['table', 'text', 'seed'],
  findNext: ['table', 'slot'],
  get: ['table', 'word', 'kind'],
  getString: ['table', 'text', 'seed'],
  getHash: ['table', 'word'],
  put: ['table', 'word', 'kind'],
  putString: ['table', 'text', 'seed'],
  putMissed: ['table'],
  insert: ['table', 'word', 'kind'],
  take: ['table', 'word', 'kind'],
  takeString: ['table', 'text', 'seed'],
  touch: ['table', 'slot'],
  untouch: ['table', 'slot'],
  remove: ['table', 'slot'],
  restore: ['table', 'slot'],
  evict: ['table'],
  useAges: ['table'],
  useWeights: ['table'],
  setBudget: ['table', 'budget'],
  total: ['table'],
  startOf: ['table', 'slot'],
  ttlOf: ['table', 'slot'],
  weightOf: ['table', 'slot'],
  visit: ['table', 'slot', 'time', 'mode'],
  seek: ['table', 'word', 'kind', 'time', 'mode'],
  seekString: ['table', 'text', 'seed', 'time', 'mode'],
  seekHash: ['table', 'word', 'time', 'mode'],
  write: ['table', 'slot', ...CELLS, 'flag'],
  unwrite: ['table', 'slot'],
  putWith: ['table', 'word', 'kind', ...CELLS, 'flag'],
  putStringWith: ['table', 'text', 'seed', ...CELLS, 'flag'],
  putMissedWith: ['table', ...CELLS, 'flag'],
  insertWith: ['table', 'word', 'kind', ...CELLS],
  shed: ['table'],
  nextStale: ['table', 'slot', 'time'],
  nextDeadline: ['table'],
  refuseGrowthAfter: ['growths'],
  validateTable: ['table'],
  validateArena: [],
  collide: ['table'],
  relocate: ['table'],
  trap: [],
};

/** What undoes a call; the slot is in its result. */
const UNDONE_BY: Readonly<Record<string, string>> = {
  ...{ get: 'untouch', getString: 'untouch', getHash: 'untouch', seek: 'untouch' },
  ...{ put: 'untouch', putString: 'untouch', putMissed: 'untouch', visit: 'unwrite' },
  ...{ putWith: 'unwrite', putStringWith: 'unwrite', write: 'unwrite', seekHash: 'unwrite' },
  ...{ take: 'restore', takeString: 'restore' },
};

const edge = fc.constantFrom(
  ...[0, 1, 2, 3, 4, 15, 16, 17, -1, -16, 0.5, 2 ** 16, 2 ** 17, 2 ** 25, 2 ** 25 + 1, 2 ** 30],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 16, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 63)],
  ...[WEIGHT_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
);
const place = fc.nat(7);
const beside = fc.constantFrom(-16, -8, -4, -1, 1, 4, 8, 16, 72, 80);
const named = <Name extends string>(...names: Name[]) => fc.constantFrom(...names);

const wrong: fc.Arbitrary<Argument> = fc.oneof(
  { weight: 4, arbitrary: edge },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.tuple(named('table', 'twin'), place, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(named('table', 'twin'), place, beside) },
  { weight: 2, arbitrary: fc.tuple(named('freed', 'block', 'slot'), place) },
  { weight: 2, arbitrary: fc.tuple(named('inside'), fc.nat(2 ** 13)) },
  { weight: 1, arbitrary: fc.tuple(named('result'), fc.constantFrom(0, 3)) },
);

/** What an argument is most often: in most cases right. */
const likely: Readonly<Record<Parameter, fc.Arbitrary<Argument>>> = {
  table: fc.tuple(named('table'), place, fc.constant(0)),
  slot: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(named('slot'), place) },
    { weight: 1, arbitrary: fc.nat(17) },
  ),
  word: fc.constantFrom(0, 1, 2, 3, -1, 2 ** 31 - 1, -(2 ** 31)),
  kind: fc.constantFrom(KIND_INT, KIND_HASHED),
  text: fc.constantFrom('', 'a', 'ab', '\ud800', 'longer than a sample'),
  seed: fc.constantFrom(0, 0, -1, -40, 77),
  weight: fc.oneof(fc.nat(5), fc.nat(5), fc.constantFrom(20, WEIGHT_MAX)),
  time: fc.constantFrom(0, 1, 5, 9.5, -3, 20),
  ttl: fc.constantFrom(0, 1, 5, 7.5, -1, Number.POSITIVE_INFINITY),
  mode: fc.nat(3),
  flag: fc.nat(1),
  limit: fc.integer({ min: 1, max: 40 }),
  budget: fc.constantFrom(0, 4, 9, 15, WEIGHT_MAX),
  count: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 ** 15 })),
  words: fc.oneof(fc.constant(0), fc.tuple(named('block'), place)),
  multiplier: fc.constantFrom(1, MULTIPLIER, -1),
  growths: fc.constantFrom(-1, 0, 5),
};

function argument(parameter: Parameter): fc.Arbitrary<Argument> {
  return fc.oneof({ weight: 6, arbitrary: likely[parameter] }, { weight: 1, arbitrary: wrong });
}

function callOf(name: string): fc.Arbitrary<RawCall> {
  const given = (PARAMETERS[name] ?? []).map(argument);
  return fc.record({ name: fc.constant(name), given: fc.tuple(...given) });
}

/** Any call of any export. */
export const rawCall: fc.Arbitrary<RawCall> = fc.oneof(...Object.keys(PARAMETERS).map(callOf));

/** A call, and the one that may undo it. */
export const undoneCalls: fc.Arbitrary<readonly RawCall[]> = fc
  .oneof(...Object.keys(UNDONE_BY).map(callOf))
  .map((call) => {
    const isCode = /^(put|write)/.test(call.name);
    const given = [call.given[0] as Argument, ['result', isCode ? 3 : 0] as const];
    return [call, { name: UNDONE_BY[call.name] as string, given }];
  });
