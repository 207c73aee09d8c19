// A core that somebody else has compiled: given by `provideCore`, by `wasm-lru/edge`, or refused.
//
// What a host compiles itself is in hosts.test.ts; the hosts themselves are in test/runtimes.

import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { acceptCore, openCore } from '../../src/engine/core-none.js';
import coreModule from '../support/core-module.js';

/** What stands in the place of the file that `wasm-lru/edge` imports (vitest.config.ts). */
const COMPILED = '../support/core-module.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock(COMPILED);
});

/** The package, as a process has it that has used nothing of it yet. */
async function load() {
  vi.resetModules();
  return import('../../src/index.js');
}

/** Makes a host that compiles nothing, and counts the instances that are made of a module. */
function refuseBytes() {
  const { Instance, Module } = WebAssembly;
  const made = vi.fn(function instantiate(...given: ConstructorParameters<typeof Instance>) {
    return new Instance(...given);
  });
  const construct = () => {
    throw new Error('code generation disallowed');
  };
  vi.stubGlobal('WebAssembly', { Module: new Proxy(Module, { construct }), Instance: made });
  return made;
}

describe('provideCore', () => {
  it('gives later caches the wasm engine on a host that compiles nothing', async () => {
    const { LRUCache, provideCore } = await load();
    refuseBytes();
    provideCore(coreModule);
    const cache = new LRUCache<string, number>({ max: 2 }).set('a', 1).set('b', 2).set('c', 3);
    expect([LRUCache.engine, cache.engine, [...cache.keys()]]).toEqual([
      'wasm',
      'wasm',
      ['c', 'b'],
    ]);
  });

  it('does so after the host has refused, and leaves what was made before', async () => {
    const { LRUCache, provideCore } = await load();
    refuseBytes();
    const before = new LRUCache<string, number>({ max: 2 }).set('a', 1);
    expect(before.engine).toBe('pure');
    provideCore(coreModule);
    const after = new LRUCache<string, number>({ max: 2 });
    expect([before.engine, before.get('a'), after.engine]).toEqual(['pure', 1, 'wasm']);
  });

  it('opens nothing before there is a cache, and one core for all caches', async () => {
    const { LRUCache, provideCore } = await load();
    const made = refuseBytes();
    provideCore(coreModule);
    expect(made).toHaveBeenCalledTimes(0);
    for (let i = 0; i < 3; i++) new LRUCache({ max: 1 });
    expect(made).toHaveBeenCalledTimes(1);
    provideCore(coreModule);
    expect(made, 'nothing was refused').toHaveBeenCalledTimes(1);
  });

  it('takes a module of another realm', async () => {
    const { LRUCache, provideCore } = await load();
    // The smallest module there is: it shows that it was taken by what is refused then.
    const foreign = runInNewContext(
      'new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))',
    );
    expect(foreign instanceof WebAssembly.Module).toBe(false);
    provideCore(foreign);
    expect(LRUCache.engine).toBe('pure');
  });

  it('throws nothing where the host refuses that, too', async () => {
    const { LRUCache, provideCore } = await load();
    vi.stubGlobal('WebAssembly', undefined);
    expect(LRUCache.engine).toBe('pure');
    provideCore(coreModule);
    expect(LRUCache.engine).toBe('pure');
  });

  it.each([undefined, null, {}, './core.wasm', new Uint8Array(8)])('refuses %o', async (core) => {
    const { LRUCache, provideCore } = await load();
    const wanted = expect.objectContaining({ name: 'LRUCacheTypeError', code: 'INVALID_CORE' });
    expect(() => provideCore(core as never)).toThrow(wanted);
    expect(LRUCache.engine, 'nothing is changed').toBe('wasm');
  });
});

describe('wasm-lru/edge', () => {
  it('gives the core that the tools have compiled, and exports what the package does', async () => {
    vi.doMock(COMPILED, () => ({ default: coreModule }));
    const main = await load();
    refuseBytes();
    expect(main.LRUCache.engine).toBe('pure');
    const edge = await import('../../src/edge.js');
    expect({ ...edge }).toEqual({ ...main });
    expect(main.LRUCache.engine).toBe('wasm');
  });

  it('is imported without an error where the tools make something else of the file', async () => {
    vi.doMock(COMPILED, () => ({ default: '/assets/core.wasm' }));
    const { LRUCache } = await load();
    refuseBytes();
    await import('../../src/edge.js');
    expect(LRUCache.engine).toBe('pure');
  });
});

describe('a build without WebAssembly', () => {
  const reason = 'wasm-lru/pure has no WebAssembly';

  it('has no core, and says so', () => {
    expect(openCore).toThrow(reason);
  });

  it('takes none', () => {
    const wanted = expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', message: reason });
    expect(acceptCore).toThrow(wanted);
  });
});
