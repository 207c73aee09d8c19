// The table of all shadows: one for all bundles of a program, or one for each.

import { afterEach, expect, it, vi } from 'vitest';

/** The table of a new copy of the module, as another bundle has one. */
async function tableOfCopy(): Promise<WeakMap<object, string>> {
  vi.resetModules();
  const { shadowsByCache } = await import('../../src/sockets/shadows.js');
  return shadowsByCache<string>();
}

afterEach(() => vi.restoreAllMocks());

it('is one for each copy if the global object takes no property', async () => {
  vi.spyOn(Reflect, 'defineProperty').mockReturnValue(false);
  const [one, other] = [await tableOfCopy(), await tableOfCopy()];
  const cache = {};
  one.set(cache, 'shadow');
  expect([one.get(cache), other.get(cache)]).toEqual(['shadow', undefined]);
});

it('is one for all copies, and not to be seen among the globals', async () => {
  const names = Object.keys(globalThis);
  const [one, other] = [await tableOfCopy(), await tableOfCopy()];
  expect(other).toBe(one);
  expect(Object.keys(globalThis)).toEqual(names);
});
