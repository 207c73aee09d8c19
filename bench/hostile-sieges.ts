// Which keys are in a siege: those of a family, as many as the job says, among innocent ones.

import type { Genome } from './hostile-climb.js';
import type { HostileFamily } from './hostile-families.js';
import { fewOf } from './hostile-keys.js';
import type { Siege } from './hostile-siege.js';
import { mix32 } from './random.js';

/** Who is besieged, by what: our cache by hostile keys or by random ones, or a Map by the first. */
export const subjects = ['hostile', 'random', 'map'] as const;

/** What to do. */
export interface SiegeJob {
  /** Place of the family in the list, or what a climb came to. */
  readonly family: number | Genome;
  readonly size: number;
  readonly isMany: boolean;
  readonly subject: (typeof subjects)[number];
}

/** Share of the entries that are hostile, if many are; innocent ones are beside them. */
const MANY_SHARE = 7 / 8;
/** Innocent keys that are as long as the hostile ones, and so asked for. */
const INNOCENT_MAX = 1000;
const INNOCENT_UNITS_MAX = 4_000_000;

/** How many keys of a family are in a cache at once. */
function countOf(family: HostileFamily, { size, isMany }: SiegeJob): number {
  const many = Math.floor(size * MANY_SHARE);
  return Math.min(isMany ? many : fewOf(size), family.countMax ?? many);
}

/** The keys of a siege; the random ones are the same whoever is besieged. */
export function siegeOf(family: HostileFamily, job: SiegeJob): Siege {
  const { size, subject } = job;
  const count = countOf(family, job);
  const hostile = family.keysOf(count * 2, size);
  const before = family.before?.(size) ?? [];
  const room = Math.max(0, size - count - before.length);
  const units = `${family.randomOf(1)[0]}`.length;
  const isText = typeof hostile[0] === 'string';
  const alike = isText ? Math.min(room, INNOCENT_MAX, Math.ceil(INNOCENT_UNITS_MAX / units)) : room;
  const taken = new Set(hostile);
  const random = family.randomOf(count * 2 + alike).filter((key) => !taken.has(key));
  const rest = Array.from({ length: room - alike }, (_, i) => `innocent${mix32(i)}`);
  const keys = subject === 'random' ? random : hostile;
  const present = keys.slice(0, count);
  return {
    before: subject === 'random' ? [] : before,
    present,
    absent: keys.slice(present.length, present.length * 2),
    innocent: [...random.slice(count * 2), ...rest],
    isFresh: family.isFresh === true,
  };
}
