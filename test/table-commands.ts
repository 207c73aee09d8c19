// Commands for one table with columns (table-twin.ts): what they are, and random ones.

import fc from 'fast-check';
import { VISIT_RENEW, VISIT_TOUCH, WEIGHT_MAX } from '../assembly/layout.js';

/** What an entry is put with. */
export interface Cells {
  readonly weight: number;
  readonly start: number;
  readonly ttl: number;
  readonly isKept: boolean;
}

/** A key as the engine sees it: an int32, a hash, or a string to be hashed. */
export type Road = readonly ['int' | 'hash', word: number] | readonly ['text', text: string];

/** One step of a run; `isUndone` takes it back at once, where the engine can. */
export type TableCommand =
  | readonly ['put', Road, Cells, isUndone: boolean]
  | readonly ['insert', word: number, Cells]
  | readonly ['seek', Road, now: number, mode: number, isUndone: boolean]
  | readonly ['visit', place: number, now: number, mode: number, isUndone: boolean]
  | readonly ['write', place: number, Cells, isUndone: boolean]
  | readonly ['take', Road, isUndone: boolean]
  | readonly ['remove', place: number]
  | readonly ['purge', now: number, isNextFirst: boolean]
  | readonly ['budget', budget: number]
  | readonly ['limit', limit: number]
  | readonly ['evict' | 'useAges' | 'useWeights' | 'clear' | 'relocate'];

const road: fc.Arbitrary<Road> = fc.oneof(
  fc.tuple(fc.constant('int' as const), fc.constantFrom(0, 1, 2, 3, -1, 2 ** 31 - 1)),
  fc.tuple(fc.constant('hash' as const), fc.constantFrom(0, 1, 2, -(2 ** 31))),
  fc.tuple(fc.constant('text' as const), fc.constantFrom('', 'a', 'b', 'ab')),
);
const cells: fc.Arbitrary<Cells> = fc.record({
  weight: fc.oneof(
    { weight: 12, arbitrary: fc.nat(5) },
    { weight: 1, arbitrary: fc.constantFrom(WEIGHT_MAX, WEIGHT_MAX - 1, 20) },
  ),
  start: fc.constantFrom(0, 1, 5, 9, 12, 0.5, -3),
  ttl: fc.constantFrom(0, 0, 1, 5, 7.5, -1, Number.POSITIVE_INFINITY),
  isKept: fc.boolean(),
});
const now = fc.constantFrom(0, 1, 2, 6, 10, 13, 20);
const mode = fc.constantFrom(0, VISIT_TOUCH, VISIT_RENEW, VISIT_TOUCH | VISIT_RENEW);
const place = fc.nat(7);
const named = <N extends string>(...names: N[]) => fc.constantFrom(...names);
const isUndone = fc.oneof(fc.constant(false), fc.constant(false), fc.constant(true));

/** Any command. Columns come into use late, and stay. */
export const tableCommand: fc.Arbitrary<TableCommand> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(named('put'), road, cells, isUndone) },
  { weight: 4, arbitrary: fc.tuple(named('insert'), fc.constantFrom(0, 1), cells) },
  { weight: 6, arbitrary: fc.tuple(named('seek'), road, now, mode, isUndone) },
  { weight: 4, arbitrary: fc.tuple(named('visit'), place, now, mode, isUndone) },
  { weight: 4, arbitrary: fc.tuple(named('write'), place, cells, isUndone) },
  { weight: 3, arbitrary: fc.tuple(named('take'), road, isUndone) },
  { weight: 2, arbitrary: fc.tuple(named('remove'), place) },
  { weight: 2, arbitrary: fc.tuple(named('purge'), now, fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(named('budget'), fc.constantFrom(0, 4, 9, 15, WEIGHT_MAX)) },
  { weight: 1, arbitrary: fc.tuple(named('limit'), fc.integer({ min: 1, max: 40 })) },
  { weight: 3, arbitrary: fc.tuple(named('evict', 'useAges', 'useWeights', 'relocate')) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('clear' as const, 'relocate' as const)) },
);
