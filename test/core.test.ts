// How each host gets the core: compiled before the program starts, or not at all.
//
// What a host compiles itself is in hosts.test.ts; the hosts themselves are in test/runtimes.

import { describe, expect, it } from 'vitest';
import { openCore as openOnEdge } from '../src/core-edge-light.js';
import { openCore as openNone } from '../src/core-none.js';
import { openCore as openOnWorkerd } from '../src/core-workerd.js';
import { SharedEngine } from '../src/engine/lifetime.js';
import { openCache } from './support.js';

describe.each([
  ['workerd', openOnWorkerd],
  ['edge-light', openOnEdge],
])('the core of %s', (_, openCore) => {
  it('is an instance of its own each time', () => {
    const [first, second] = [openCore(), openCore()].map((engine) => {
      const shared = new SharedEngine(engine);
      const host = { shared, growMemory: () => {}, refuseGrowthAfter: () => {} };
      return openCache<string, number>(host, { max: 2 });
    });
    expect([first?.engine, second?.engine]).toEqual(['wasm', 'wasm']);
    first?.set('a', 1).set('b', 2).set('c', 3);
    expect([[...(first ?? [])], [...(second ?? [])]]).toEqual([
      [
        ['c', 3],
        ['b', 2],
      ],
      [],
    ]);
  });
});

describe('a build without WebAssembly', () => {
  it('has no core, and says so', () => {
    expect(openNone).toThrow('wasm-lru/pure has no WebAssembly');
  });
});
