// Besieges a cache with keys of one family, in a process of its own, or climbs to a family.
//
// The job is the first argument, the result goes to standard output as JSON.

import { Failure } from './failure.js';
import { climb, type Genome, keysOf } from './hostile-climb.js';
import { climbed, type HostileKey, hostileFamilies } from './hostile-families.js';
import { type Besieged, besiege, type Effort, type Operation } from './hostile-siege.js';
import { type SiegeJob, siegeOf } from './hostile-sieges.js';
import { importOwn } from './packages.js';
import { createRandom } from './random.js';

const { LRUCache } = await importOwn('index');

/** What to climb, and how long. */
export interface ClimbJob {
  readonly climbMs: number;
  readonly seed: number;
}

/** What came out. */
export type SiegeResult =
  | { readonly ns: Readonly<Record<Operation, number>>; readonly keys: number }
  | { readonly error: string };
/** What a climb came to. */
export type ClimbResult = { readonly genome: Genome } | { readonly error: string };

const effort: Effort = {
  ...{ times: 10_000, passes: 6, passMs: 100, fillMs: 20_000, clock: () => performance.now() },
};

class AskedMap extends Map<HostileKey, number> {
  peek(key: HostileKey): number | undefined {
    return this.get(key);
  }
}

function createBesieged(subject: SiegeJob['subject'], max: number): Besieged {
  return subject === 'map' ? new AskedMap() : new LRUCache<HostileKey, number>({ max });
}

const CLIMBED = { max: 4096, keys: 1000, passes: 3 };

/** The time of lookups of a genome's keys in our cache, in those of a Map. */
function costOf(genome: Genome): number {
  const keys = keysOf(genome, CLIMBED.keys * 2);
  const [present, absent] = [keys.slice(0, CLIMBED.keys), keys.slice(CLIMBED.keys)];
  const bestOf = (cache: Besieged): number => {
    for (const [i, key] of present.entries()) cache.set(key, i);
    let best = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < CLIMBED.passes; pass++) {
      const began = performance.now();
      for (const key of absent) cache.get(key);
      for (const key of present) cache.get(key);
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  return bestOf(createBesieged('hostile', CLIMBED.max)) / bestOf(createBesieged('map', 0));
}

function run(job: SiegeJob | ClimbJob): SiegeResult | ClimbResult {
  if ('climbMs' in job) {
    const end = performance.now() + job.climbMs;
    const isOver = (): boolean => performance.now() >= end;
    return { genome: climb(costOf, createRandom(job.seed), isOver) };
  }
  const { family: which, size, subject } = job;
  const family = typeof which === 'number' ? hostileFamilies[which] : climbed(which);
  if (family === undefined) throw new Failure(`no family ${which}`);
  const siege = siegeOf(family, job);
  globalThis.gc?.();
  return { ns: besiege(createBesieged(subject, size), siege, effort), keys: siege.present.length };
}

function main(): SiegeResult | ClimbResult {
  try {
    return run(JSON.parse(process.argv[2] ?? '') as SiegeJob | ClimbJob);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(main()));
