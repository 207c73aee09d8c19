// The garbage collector: whether it frees something, and times for it to. Needs --expose-gc, which
// vitest.config.ts gives. Before it is asked, all caches of the test are checked and let go.

import { checkOpened } from './opened.js';

/** Collects garbage, in a job of its own. */
export async function collectGarbage(): Promise<void> {
  checkOpened();
  // Within the job that made or read it, a WeakRef keeps its target alive.
  await new Promise((done) => setTimeout(done));
  globalThis.gc?.();
}

/** Which of some named targets are still alive after up to ten collections. */
export async function stillAlive(refs: Record<string, WeakRef<WeakKey>>): Promise<string[]> {
  let alive = Object.keys(refs);
  for (let round = 0; round < 10 && alive.length > 0; round++) {
    await collectGarbage();
    alive = alive.filter((name) => refs[name]?.deref() !== undefined);
  }
  return alive;
}

const RUNS_BETWEEN = 256;
let runs = 0;

/**
 * To be awaited after each of many runs that open an engine: now and then, it lets the collector
 * and the finalizers take those of earlier runs. Within one turn no finalizer runs, and some 12,000
 * memories fill the address space, of which V8 reserves 10 GB for each.
 */
export async function engineIsOver(): Promise<void> {
  runs += 1;
  if (runs % RUNS_BETWEEN !== 0) return;
  checkOpened();
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
}
