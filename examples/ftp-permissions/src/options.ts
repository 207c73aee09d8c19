// What the options of the commands mean.

import { InvalidArgumentError } from 'commander';

/** A whole number from 1 on. Throws commander's error, which names the option. */
export function whole(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('Not a number from 1 on.');
  return Number(text);
}
