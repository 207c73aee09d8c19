// What is left of a cache whose core was cut short: by a trap, or for want of stack, anywhere.
//
// The release build has no instruction that traps on purpose, and no call of it is known to. Here
// the functions of one region trap in place of what they do, and calls run on every last bit of the
// stack.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Region } from '../../src/bytes/region.js';
import type * as regions from '../../src/bytes/region-wasm.js';
import { ByteLRU } from '../../src/bytes.js';
import { isOverflow, PADDINGS, probe, runAt } from '../support/stack.js';
import { validate } from './validate.js';

let latest: Region | undefined;
vi.mock('../../src/bytes/region-wasm.js', async (original) => {
  const real = await original<typeof regions>();
  return {
    ...real,
    openWasmRegion(...args: Parameters<typeof real.openWasmRegion>) {
      const region = real.openWasmRegion(...args);
      // A copy, whose functions a test may replace.
      if (region !== undefined) Object.assign(region, { core: { ...region.core } });
      latest = region;
      return region;
    },
  };
});

/** A function of WebAssembly that traps: a module of `(func (export "trap") unreachable)`. */
const { trap } = new WebAssembly.Instance(
  new WebAssembly.Module(
    Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4],
      ...[0x74, 0x72, 0x61, 0x70, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b],
    ),
  ),
).exports as { trap: () => void };

const value = new Uint8Array(300).fill(1);
const long = new Uint8Array(100_000).fill(2);
const operations: readonly (readonly [string, (cache: ByteLRU) => unknown, string])[] = [
  ['get', (cache) => cache.get('1'), 'get'],
  ['peek', (cache) => cache.peek('1'), 'get'],
  ['has', (cache) => cache.has('1'), 'get'],
  ['getInto', (cache) => cache.getInto('1', new Uint8Array(300)), 'get'],
  ['read', (cache) => cache.read('19', () => 1), 'pin'],
  ['the end of a read', (cache) => cache.read('19', () => 1), 'unpin'],
  ['set', (cache) => cache.set('2', value), 'put'],
  ['a set of a long value', (cache) => cache.set('2', long), 'finish'],
  ['delete', (cache) => cache.delete('1'), 'remove'],
  ['pop', (cache) => cache.pop(), 'evict'],
  ['clear', (cache) => cache.clear(), 'dropSlot'],
  ['resize', (cache) => cache.resize({ max: 2 }), 'evict'],
  ['keys', (cache) => [...cache.keys()], 'size'],
  ['snapshot', (cache) => cache.snapshot(), 'size'],
];

function filled(onEvict?: () => void): ByteLRU {
  const cache = new ByteLRU({
    maxBytes: 1 << 21,
    maxEntryBytes: 1 << 20,
    engine: 'wasm',
    ...(onEvict && { onEvict }),
  });
  for (let i = 0; i < 20; i++) cache.set(`${i}`, value);
  return cache;
}

function expectUsable(cache: ByteLRU): void {
  cache.set('after', value);
  expect(cache.get('after')).toEqual(value);
  expect(cache.size).toBe([...cache.keys()].length);
  validate(latest as Region);
}

afterEach(() => {
  latest = undefined;
});

describe.each(operations)('%s', (_, act, name) => {
  it.each([undefined, () => {}])('that traps loses the entries, and says so (%#)', (onEvict) => {
    const cache = filled(onEvict);
    Object.assign((latest as Region).core, { [name]: trap });
    let error: unknown;
    try {
      act(cache);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'ENGINE_POISONED' });
    expect(cache.size).toBe(0);
    expectUsable(cache);
    cache[Symbol.dispose]();
    expect(() => cache.size).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  it('on what is left of the stack happens, or fails, and leaves a valid cache', () => {
    const cache = filled();
    act(cache);
    let failures = 0;
    for (let padding = 0; padding < PADDINGS; padding += 5) {
      const deepest = probe(padding);
      for (let depth = deepest; depth > deepest - 40; depth--) {
        const error = runAt(depth, padding, () => act(cache));
        if (error !== undefined) {
          expect(isOverflow(error)).toBe(true);
          failures += 1;
        }
        expectUsable(cache);
        for (let i = 0; i < 20; i++) cache.set(`${i}`, value);
      }
    }
    expect(failures).toBeGreaterThan(0);
  });
});
