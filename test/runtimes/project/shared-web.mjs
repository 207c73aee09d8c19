// The conformance test of SharedLRU with workers of the web, as browsers have them; also in Deno
// and Bun. It is given the entry, and whether the main thread may wait.

import { alone, conformance } from './shared.mjs';

function start() {
  const worker = new Worker(new URL('shared-thread.mjs', import.meta.url), { type: 'module' });
  return {
    worker,
    post: (message) => worker.postMessage(message),
    listen: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    fail: (listener) => worker.addEventListener('error', (event) => listener(event.message)),
    terminate: () => worker.terminate(),
  };
}

/** The report of a page, or of a program that has the workers of pages. */
export async function report(entry, mayWait, isAlone) {
  const { SharedLRU } = await import(entry);
  if (isAlone) return alone(SharedLRU);
  return conformance({ SharedLRU, entry, start, mayWait, tellsOfDeath: false });
}
