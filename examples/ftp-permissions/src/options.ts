// What the options of the commands mean.

import { InvalidArgumentError } from 'commander';

/** Reads a whole number from `least` on. Throws commander's error, which names the option. */
export const atLeast = (least: number) => (text: string) => {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new InvalidArgumentError(`Not a whole number from ${least} on.`);
};
