// Lays siege to a cache: fills it with hostile and with innocent keys, does to both all that one
// does to a key, and checks what comes of it.
//
// What a siege costs is told by the clock that is given; without one it only checks.

import { Failure } from './failure.js';
import type { HostileKey } from './hostile-families.js';

/** What is besieged: a cache, or a Map that is asked likewise. */
export interface Besieged {
  get(key: HostileKey): number | undefined;
  peek(key: HostileKey): number | undefined;
  has(key: HostileKey): boolean;
  set(key: HostileKey, value: number): unknown;
  delete(key: HostileKey): boolean;
  readonly size: number;
}

/** The keys of a siege. All are different; the value of a key is its place. */
export interface Siege {
  readonly before: readonly HostileKey[];
  readonly present: readonly HostileKey[];
  readonly absent: readonly HostileKey[];
  /** Fill the rest of the cache. */
  readonly innocent: readonly HostileKey[];
  readonly isFresh: boolean;
}

/** What is timed, in the order of the tables. */
export const operations = [
  ...['get', 'get absent', 'peek', 'peek absent', 'has', 'has absent', 'set', 'set absent'],
  ...['innocent get', 'innocent set'],
] as const;

/** Name of an operation. */
export type Operation = (typeof operations)[number];

/** How long to do it. */
export interface Effort {
  /** Times that each operation is done in a pass, at most; and passes, of which the last count. */
  readonly times: number;
  readonly passes: number;
  readonly passMs: number;
  readonly fillMs: number;
  readonly clock: () => number;
}

/** Keys between two looks at the clock. */
const STEP = 64;
/** Code units of the copies that a pass needs if it has a string of its own for every lookup. */
const COPIED_UNITS_MAX = 4_000_000;

/** A flat string of its own, whose hash V8 does not know. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** One operation on the key that has this place; throws if the answer is wrong. */
type Act = (key: HostileKey, place: number) => void;

function actsOn(cache: Besieged): Readonly<Record<Exclude<Operation, 'set absent'>, Act>> {
  const equal = (value: number | undefined, place: number): void => {
    if (value !== place) throw new Failure(`the value of key ${place} is ${value}`);
  };
  const none = (value: unknown): void => {
    if (value !== undefined && value !== false) throw new Failure(`an absent key has ${value}`);
  };
  const get: Act = (key, place) => equal(cache.get(key), place);
  const set: Act = (key, place) => void cache.set(key, place);
  return {
    get,
    'get absent': (key) => none(cache.get(key)),
    peek: (key, place) => equal(cache.peek(key), place),
    'peek absent': (key) => none(cache.peek(key)),
    has: (key, place) => equal(cache.has(key) ? place : undefined, place),
    'has absent': (key) => none(cache.has(key)),
    set,
    'innocent get': get,
    'innocent set': set,
  };
}

/** The time of an act on each of the keys in turn, in ns; the fastest pass of the later half. */
function timeOf(act: Act, keys: readonly HostileKey[], isFresh: boolean, effort: Effort): number {
  const { clock, passes, passMs } = effort;
  const units = `${keys[0]}`.length;
  const times = Math.min(effort.times, isFresh ? Math.ceil(COPIED_UNITS_MAX / units) : Infinity);
  const order = Array.from({ length: times }, (_, i) => i % keys.length);
  const each: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const asked = order.map((place) => {
      const key = keys[place] as HostileKey;
      return isFresh && typeof key === 'string' ? copyOf(key) : key;
    });
    const began = clock();
    let done = 0;
    while (done < times && clock() - began < passMs) {
      const end = Math.min(done + STEP, times);
      for (; done < end; done++) act(asked[done] as HostileKey, order[done] as number);
    }
    each.push(((clock() - began) * 1e6) / done);
  }
  return fastestOf(each);
}

/** Of the later half, the first one warming up: what it is about costs as much in every pass. */
function fastestOf(passes: readonly number[]): number {
  return Math.min(...passes.slice(passes.length >> 1));
}

/** The time of a set of keys that are absent, in ns; they are deleted after each pass. */
function timeInsertions(cache: Besieged, keys: readonly HostileKey[], effort: Effort): number {
  const { clock, times, passes, passMs } = effort;
  const each: number[] = [];
  const added = keys.slice(0, times);
  for (let pass = 0; pass < passes; pass++) {
    let [done, ms] = [0, 0];
    while (done < times && ms < passMs) {
      const began = clock();
      for (let i = 0; i < added.length; i++) cache.set(added[i] as HostileKey, i);
      ms += clock() - began;
      done += added.length;
      for (const [i, key] of added.entries()) {
        if (cache.peek(key) !== i || !cache.delete(key)) throw new Failure(`key ${i} is lost`);
      }
    }
    each.push((ms * 1e6) / done);
  }
  return fastestOf(each);
}

function fill(cache: Besieged, keys: readonly HostileKey[], { clock, fillMs }: Effort): void {
  const began = clock();
  for (let i = 0; i < keys.length; i++) {
    cache.set(keys[i] as HostileKey, i);
    if (i % STEP === 0 && clock() - began > fillMs) {
      throw new Failure(`more than ${fillMs} ms for ${i} of ${keys.length} keys`);
    }
  }
}

/**
 * Besieges a cache that is empty, and returns what each operation takes, in ns. Throws `Failure` if
 * an answer is wrong, or if it cannot even be filled within the time.
 */
export function besiege(cache: Besieged, siege: Siege, effort: Effort): Record<Operation, number> {
  const { before, present, absent, innocent, isFresh } = siege;
  fill(cache, before, effort);
  fill(cache, innocent, effort);
  fill(cache, present, effort);
  const acts = actsOn(cache);
  // What was put before may have been evicted since, and of a Map it never is.
  const time = (name: keyof typeof acts): number => {
    const keys = name.startsWith('innocent')
      ? innocent
      : name.endsWith('absent')
        ? absent
        : present;
    return keys.length === 0 ? 0 : timeOf(acts[name], keys, isFresh, effort);
  };
  const lookups = operations.filter((name) => name !== 'set absent');
  const times = Object.fromEntries(lookups.map((name) => [name, time(name)]));
  const insertion = timeInsertions(cache, absent, effort);
  return { ...times, 'set absent': insertion } as Record<Operation, number>;
}

/** A siege without a clock, for its checks. */
export const untimed: Effort = {
  ...{ times: 400, passes: 2, passMs: 1, fillMs: 1, clock: () => 0 },
};
