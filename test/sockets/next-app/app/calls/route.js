// The calls of the handlers.

import { connection } from 'next/server';

/** What was asked of the handlers since the last time. */
export async function GET() {
  await connection();
  return Response.json(globalThis.nextHandlerCalls.splice(0));
}
