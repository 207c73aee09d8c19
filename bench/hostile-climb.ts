// An adversary who knows nothing but how long lookups take: it makes keys, keeps what is slowest,
// and changes a little of it, again and again (hill climbing).
//
// A genome says how keys are made of a number: which units of a string tell it, or what an int or a
// float is multiplied by. Any two numbers give different keys.

import { MULTIPLIER } from '../assembly/layout.js';
import { below, type Random } from './random.js';

/** How to make keys. */
export interface Genome {
  readonly kind: 'string' | 'int' | 'float';
  /** Units of a string. */
  readonly length: number;
  /** Units that tell the number, the first of them, and how far they are from one another. */
  readonly digits: number;
  readonly place: number;
  readonly stride: number;
  /** Values of such a unit, and the first of them. */
  readonly base: number;
  readonly first: number;
  /** Odd; what ints and floats are multiplied by, and how far they are shifted after that. */
  readonly factor: number;
  readonly shift: number;
}

const KINDS = ['string', 'int', 'float'] as const;
const LENGTHS = [4, 6, 8, 9, 12, 16, 24, 40, 80, 160, 400] as const;
const BASES = [16, 64, 1024, 40_000] as const;
const FIRSTS = [0x20, 0x61, 0x100, 0x4e00] as const;
/** Numbers that every genome makes different keys of. */
export const NUMBERS_MAX = 2 ** 20;

function pick<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)] as T;
}

/** The genome with its digits enough and within the string. */
function mended(genome: Genome): Genome {
  const digits = Math.ceil(Math.log(NUMBERS_MAX) / Math.log(genome.base));
  const stride = Math.max(1, Math.min(genome.stride, Math.floor((genome.length - 1) / digits)));
  const length = Math.max(genome.length, digits);
  const place = Math.min(genome.place, length - 1 - (digits - 1) * stride);
  return { ...genome, digits, stride, length, place };
}

/** A genome to begin with. */
export function randomGenome(random: Random): Genome {
  const length = pick(random, LENGTHS);
  return mended({
    ...{ kind: pick(random, KINDS), length, digits: 0, place: below(random, length) },
    ...{ stride: 1 + below(random, 4), base: pick(random, BASES), first: pick(random, FIRSTS) },
    ...{ factor: random() | 1, shift: 0 },
  });
}

/** A genome that differs in one respect. */
export function mutated(genome: Genome, random: Random): Genome {
  const changes: readonly Partial<Genome>[] = [
    { length: pick(random, LENGTHS) },
    { place: below(random, genome.length) },
    { stride: 1 + below(random, 8) },
    { base: pick(random, BASES) },
    { first: pick(random, FIRSTS) },
    { factor: (genome.factor ^ (1 << below(random, 32))) | 1 },
    { factor: pick(random, [1, MULTIPLIER, Math.imul(genome.factor, genome.factor)]) },
    { shift: below(random, 12) },
  ];
  return mended({ ...genome, ...pick(random, changes) });
}

function textFor(genome: Genome, number: number): string {
  const { length, digits, place, stride, base, first } = genome;
  const units = new Array<number>(length).fill(0x2d);
  let rest = number;
  for (let i = 0; i < digits; i++) {
    units[place + i * stride] = first + (rest % base);
    rest = Math.floor(rest / base);
  }
  return String.fromCharCode(...units);
}

function keyFor(genome: Genome, number: number): number | string {
  // A number has 20 bits, so that what is shifted out of an int are copies of its factor's.
  const int = Math.imul(number, genome.factor) << Math.min(genome.shift, 12);
  if (genome.kind === 'string') return textFor(genome, number);
  return genome.kind === 'int' ? int : int + 0.5;
}

/** The keys of the first numbers. */
export function keysOf(genome: Genome, count: number): (number | string)[] {
  return Array.from({ length: count }, (_, i) => keyFor(genome, i));
}

/**
 * Climbs until `isOver` says that it is: `costOf` is what a genome's keys cost. The second begins
 * anew once it has not got any higher for a while. Returns the slowest of all.
 */
export function climb(
  costOf: (genome: Genome) => number,
  random: Random,
  isOver: () => boolean,
): Genome {
  const PATIENCE = 20;
  let genome = randomGenome(random);
  let cost = costOf(genome);
  let [highest, highestCost] = [genome, cost];
  for (let failures = 0; !isOver(); ) {
    const isAnew = failures === PATIENCE;
    const next = isAnew ? randomGenome(random) : mutated(genome, random);
    const nextCost = costOf(next);
    failures = isAnew || nextCost > cost ? 0 : failures + 1;
    if (failures === 0) [genome, cost] = [next, nextCost];
    if (cost > highestCost) [highest, highestCost] = [genome, cost];
  }
  return highest;
}
