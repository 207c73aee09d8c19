// The score of the trials: killed mutants among those that are not equivalent to the original.
//
// An equivalent mutant does the same as the original, to whoever cannot time it. Each that was
// examined is listed in equivalent.json under the reason, by its key.

import type { Verdict } from './verdict.js';

/** A group of equivalent mutants with one reason. */
export interface Equivalents {
  readonly reason: string;
  readonly keys: readonly string[];
}

/** What equivalent.json holds. Keys of the wrapper are `file: survivor`, as source.json has it. */
export interface Listed {
  readonly core: readonly Equivalents[];
  readonly source: readonly Equivalents[];
  /** Survivors of the wrapper that are no equivalents, and why they are left. */
  readonly left: readonly Equivalents[];
}

/** The figures of a run. */
export interface CoreScore {
  /** Digest of the text of the core that was judged. */
  readonly core: string;
  /** Mutants that there are. */
  readonly total: number;
  /** Seed of the sample, if not all of them were judged. */
  readonly seed?: number;
  readonly judged: number;
  readonly killed: number;
  /** Of the killed ones, those whose loops did not end. */
  readonly endless: number;
  readonly equivalent: number;
  readonly equivalents: readonly string[];
  readonly percent: number;
  /** How many each trial killed. */
  readonly byTrial: Readonly<Record<string, number>>;
  readonly survivors: readonly string[];
  /** Listed as equivalent, and killed all the same. */
  readonly killedEquivalents: readonly string[];
}

/** The reason for every key of the core in the text of equivalent.json. */
export function equivalentsIn(json: string): ReadonlyMap<string, string> {
  const { core: groups } = JSON.parse(json) as Listed;
  return new Map(groups.flatMap(({ reason, keys }) => keys.map((key) => [key, reason] as const)));
}

/** Counts the verdicts, by key. */
export function scoreOf(
  verdicts: ReadonlyMap<string, Verdict>,
  equivalents: ReadonlyMap<string, string>,
): Omit<CoreScore, 'core' | 'total' | 'seed'> {
  const byTrial: Record<string, number> = {};
  const survivors: string[] = [];
  const killedEquivalents: string[] = [];
  const equivalent: string[] = [];
  let [killed, endless] = [0, 0];
  for (const [key, { outcome, trial = '' }] of verdicts) {
    if (outcome === 'survived') {
      if (equivalents.has(key)) equivalent.push(key);
      else survivors.push(key);
      continue;
    }
    if (equivalents.has(key)) killedEquivalents.push(key);
    killed += 1;
    if (outcome === 'endless') endless += 1;
    byTrial[trial] = (byTrial[trial] ?? 0) + 1;
  }
  survivors.sort();
  equivalent.sort();
  return {
    judged: verdicts.size,
    killed,
    endless,
    equivalent: equivalent.length,
    percent: percentOf(killed, survivors.length),
    byTrial,
    survivors,
    equivalents: equivalent,
    killedEquivalents,
  };
}

/** Share of the killed, in percent. */
export function percentOf(killed: number, survived: number): number {
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
}
