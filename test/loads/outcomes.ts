// What a promise of `fetch` or `fetchMany` must come to, by the model, and what it came to.

import { expect } from 'vitest';
import { type Key, ModelCaller, type Outcome } from './model.js';

/** What a promise waits for: it is known already, or as a caller of a load. */
export type Wanted = Outcome | ModelCaller;
/** What a promise may come to by now; nothing if it must be pending. */
type Outcomes = () => readonly Outcome<unknown>[];

const outcomeOf = (wanted: Wanted) => (wanted instanceof ModelCaller ? wanted.outcome : wanted);
const isValue = <T>(outcome: Outcome<T> | undefined) => outcome !== undefined && 'value' in outcome;

/** Of a `fetch`, or of a `forceFetch`. */
export function ofOne(wanted: Wanted, isForced: boolean): Outcomes {
  return () => {
    const outcome = outcomeOf(wanted);
    if (outcome === undefined) return [];
    const isNothing = isForced && 'value' in outcome && outcome.value === undefined;
    return [isNothing ? { code: 'FETCH_UNDEFINED' } : outcome];
  };
}

/** Of a `fetchMany`, as `textOf` has it: if some keys fail, it may be any of their errors. */
export function ofMany(keys: readonly Key[], wanted: readonly Wanted[]): Outcomes {
  return () => {
    const outcomes = wanted.map(outcomeOf);
    const failures = outcomes.filter((outcome) => outcome !== undefined && !isValue(outcome));
    if (failures.length > 0) return failures as Outcome[];
    if (outcomes.includes(undefined)) return [];
    const found = new Map<Key, unknown>();
    for (const [i, key] of keys.entries()) {
      const { value } = outcomes[i] as { value: unknown };
      if (value !== undefined) found.set(key, value);
    }
    return [{ value: textOf(found) }];
  };
}

/** A Map, to compare: its keys and values in order. */
export const textOf = (found: ReadonlyMap<Key, unknown>): string => [...found].join('; ');

/** A promise that was handed out. */
export class Waiting {
  readonly came: Outcome<unknown>[] = [];
  readonly #wanted: Outcomes;

  constructor(promise: Promise<unknown>, wanted: Outcomes) {
    this.#wanted = wanted;
    promise.then(
      (value) => this.came.push({ value }),
      (error: unknown) => this.came.push({ error }),
    );
  }

  /** Fails if it came to something else, once everything has happened. */
  check(): void {
    const wanted = this.#wanted();
    same(this.came.length, wanted.length === 0 ? 0 : 1, 'outcomes of a promise');
    const [came] = this.came;
    const isRight = came === undefined || wanted.some((outcome) => isSame(came, outcome));
    if (!isRight) expect(came).toBe(wanted);
  }
}

function isSame(came: Outcome<unknown>, wanted: Outcome<unknown>): boolean {
  if ('value' in wanted) return 'value' in came && Object.is(came.value, wanted.value);
  if (!('error' in came)) return false;
  if ('error' in wanted) return came.error === wanted.error;
  return (came.error as { code?: string }).code === wanted.code;
}

/** Fails if two values are not the same. `expect` costs more than all else here. */
export function same(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) expect(actual, what).toBe(wanted);
}
