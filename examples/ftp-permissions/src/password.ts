// Passwords as they are stored: scrypt with its cost and salt, `cost:salt:hash`.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number }, Buffer>(scrypt);
const HASH_BYTES = 32;
const COST = 2 ** 14;

/** A stored password that none matches, which takes as long to find out as of another. */
export const NO_PASSWORD = `${COST}::${Buffer.alloc(HASH_BYTES).toString('base64')}`;

/** The text to store for a password. `cost` is scrypt's N, a power of two. */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, HASH_BYTES, { N: cost });
  return `${cost}:${salt.toString('base64')}:${hash.toString('base64')}`;
}

/** Whether this is the password that `stored` was made of. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [cost, salt = '', hash = ''] = stored.split(':');
  const expected = Buffer.from(hash, 'base64');
  const N = Number(cost);
  const actual = await derive(password, Buffer.from(salt, 'base64'), HASH_BYTES, { N });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
