// Whether the garbage collector frees something. Needs --expose-gc, which vitest.config.ts gives.

/** Collects garbage, in a job of its own. */
export async function collectGarbage(): Promise<void> {
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
