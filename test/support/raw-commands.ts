// Calls of the raw exports of the debug build (raw-core.ts): random ones, most of them nearly
// right.
//
// What an export takes is read off the sources: the names of parameters mean the same everywhere.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { CAPACITY_MAX, STAMP_MAX, WEIGHT_MAX } from '../../assembly/layout.js';
import { unmix } from '../../bench/hostile-keys.js';
import { sameTag } from './words.js';

/**
 * An argument: a number or text as it is, or what stands for one that only the run knows. That is
 * a table, and bytes beside it; a table that was freed; a live slot of the table that the call is
 * about; the start of a grain of the arena; or the latest result, shifted.
 */
export type Argument =
  | number
  | string
  | readonly ['table', place: number, beside: number]
  | readonly ['freed' | 'slot', place: number]
  | readonly ['inside', grains: number]
  | readonly ['result', shift: number];

/** A call of an export. */
export interface RawCall {
  readonly name: string;
  readonly given: readonly Argument[];
}

const sources = ['index.ts', 'core.wasm.ts', 'debug/index.wasm.ts', 'debug/fault.wasm.ts'];

function parametersIn(file: string): [name: string, parameters: string[]][] {
  const source = readFileSync(new URL(`../../assembly/${file}`, import.meta.url), 'utf8');
  return [...source.matchAll(/^export function (\w+)\(([^)]*)\)/gm)].map(([, name, list]) => [
    name as string,
    [...(list as string).matchAll(/(\w+):/g)].map(([, parameter]) => parameter as string),
  ]);
}

/** The names of what every export takes. */
export const PARAMETERS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  sources.flatMap(parametersIn).filter(([name]) => name !== 'growthRefused'),
);

const edge = fc.constantFrom(
  ...[0, 1, 2, 3, 4, 15, 16, 17, -1, -16, 0.5, 2 ** 16, 2 ** 17, 2 ** 25, 2 ** 25 + 1, 2 ** 30],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 16, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 63)],
  ...[WEIGHT_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
);
const place = fc.nat(7);
const beside = fc.constantFrom(-16, -8, -4, -1, 1, 4, 8, 16, 128, 144);
const named = <Name extends string>(...names: Name[]) => fc.constantFrom(...names);

const wrong: fc.Arbitrary<Argument> = fc.oneof(
  { weight: 4, arbitrary: edge },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.tuple(named('table'), place, fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(named('table'), place, beside) },
  { weight: 2, arbitrary: fc.tuple(named('freed', 'slot'), place) },
  { weight: 2, arbitrary: fc.tuple(named('inside'), fc.nat(2 ** 13)) },
  { weight: 1, arbitrary: fc.tuple(named('result'), fc.constantFrom(0, 3)) },
);

const flag = fc.nat(1);
/** What an argument is most often: in most cases right. */
const likely: Readonly<Record<string, fc.Arbitrary<Argument>>> = {
  table: fc.tuple(named('table'), place, fc.constant(0)),
  slot: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(named('slot'), place) },
    { weight: 2, arbitrary: fc.tuple(named('result'), fc.constantFrom(0, 3)) },
    { weight: 1, arbitrary: fc.nat(17) },
  ),
  word: fc.oneof(
    fc.constantFrom(0, 1, 2, 3, -1, 2 ** 31 - 1, -(2 ** 31)),
    fc.nat(6).map((i) => unmix(sameTag(i))),
  ),
  text: fc.constantFrom('', 'a', 'ab', '\ud800', 'longer than a sample', 'x'.repeat(513)),
  offset: fc.constantFrom(0, 0, 1, 64),
  weight: fc.oneof(fc.nat(5), fc.nat(5), fc.constantFrom(20, WEIGHT_MAX)),
  now: fc.constantFrom(0, 1, 5, 9.5, -3, 20),
  start: fc.constantFrom(0, 1, 5, 9.5, -3, 20),
  ttl: fc.constantFrom(0, 1, 5, 7.5, -1, Number.POSITIVE_INFINITY),
  mode: fc.nat(3),
  ...{ isKept: flag, isAged: flag, isWeighed: flag, i: flag },
  limit: fc.integer({ min: 1, max: 40 }),
  budget: fc.constantFrom(0, 4, 9, 15, WEIGHT_MAX),
  capacity: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(3000, CAPACITY_MAX)),
  clock: fc.constantFrom(0, 2, 100, STAMP_MAX - 4, STAMP_MAX),
  count: fc.constantFrom(-1, 0, 5),
};

function argument(parameter: string): fc.Arbitrary<Argument> {
  const arbitrary = likely[parameter];
  if (arbitrary === undefined) throw new Error(`nothing is known of ${parameter}`);
  return fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: wrong });
}

function callOf(name: string): fc.Arbitrary<RawCall> {
  const given = (PARAMETERS[name] ?? []).map(argument);
  return fc.record({ name: fc.constant(name), given: fc.tuple(...given) });
}

/** Any call of any export. */
export const rawCall: fc.Arbitrary<RawCall> = fc.oneof(...Object.keys(PARAMETERS).map(callOf));

const touches = ['get', 'getString', 'put', 'putString', 'putMissed', 'seek', 'touch', 'visit'];

/** A call that may touch a slot, and the one that undoes it. */
export const undoneCalls: fc.Arbitrary<readonly RawCall[]> = fc
  .oneof(...touches.map(callOf))
  .map((call) => {
    const slot =
      call.name === 'touch'
        ? (call.given[1] as Argument)
        : (['result', call.name.startsWith('put') ? 3 : 0] as const);
    return [call, { name: 'untouch', given: [call.given[0] as Argument, slot] }];
  });
