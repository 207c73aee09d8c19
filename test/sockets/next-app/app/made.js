// The function that the pages and the route show the result of.

import { cacheLife, cacheTag } from 'next/cache';

/** What stays as it is until its tag is revalidated. */
export async function made(what) {
  'use cache';
  cacheTag('posts');
  cacheLife('hours');
  return `${what} ${crypto.randomUUID()}`;
}
