// A route that can be rendered by the build.

import { made } from '../made.js';

export async function GET() {
  return new Response(await made('route'));
}
