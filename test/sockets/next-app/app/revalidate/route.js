// The revalidation of the tag that all pages have.

import { revalidateTag } from 'next/cache';

/** Marks the tag: as expired after so many seconds, or with a profile. */
export async function POST(request) {
  const { profile } = await request.json();
  revalidateTag('posts', profile);
  return new Response('done');
}
