// Hosts that lack something, or refuse it: the wrapper is loaded anew in each, in this process.
//
// options.test.ts, channels.test.ts and lifecycle.test.ts show the same of what ships, in
// processes of their own, where neither coverage nor mutants of src/ are seen.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const outOfMemory = expect.objectContaining({ code: 'OUT_OF_MEMORY' });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The wrapper, as a process has it that has used nothing of it yet. */
async function load() {
  vi.resetModules();
  const { LRUCache } = await import('../../src/api/lru.js');
  return { LRUCache, ...(await import('../../src/engine/lifetime.js')) };
}

/** This process, but for some of its properties. */
const processWith = (properties: Readonly<Record<string, unknown>>): object => {
  const own = Object.entries(properties).map(([name, value]) => [name, { value }]);
  return Object.create(process, Object.fromEntries(own));
};

/** Whether a cache works. */
function works(cache: { set(key: string, value: number): unknown; get(key: string): unknown }) {
  cache.set('a', 1);
  cache.set('b', 2);
  return cache.get('a') === 1 && cache.get('b') === 2;
}

describe('the core is decoded', () => {
  const ours = Object.getOwnPropertyDescriptor(Uint8Array, 'fromHex');
  const setFromHex = (fromHex: unknown) =>
    Object.defineProperty(Uint8Array, 'fromHex', { value: fromHex, configurable: true });
  afterEach(() => {
    if (ours !== undefined) Object.defineProperty(Uint8Array, 'fromHex', ours);
    else Reflect.deleteProperty(Uint8Array, 'fromHex');
  });

  it('by fromHex, where the host has it', async () => {
    const { LRUCache } = await load();
    const fromHex = vi.fn((text: string) => new Uint8Array(Buffer.from(text, 'hex')));
    setFromHex(fromHex);
    const cache = new LRUCache<string, number>({ max: 2 });
    expect([cache.engine, works(cache)]).toEqual(['wasm', true]);
    expect(fromHex).toHaveBeenCalledTimes(1);
    expect(fromHex.mock.contexts).toEqual([Uint8Array]);
  });

  it('by hand, where it has not, and without a Buffer', async () => {
    const { LRUCache } = await load();
    setFromHex(undefined);
    vi.stubGlobal('Buffer', undefined);
    const cache = new LRUCache<string, number>({ max: 2 });
    expect([cache.engine, works(cache)]).toEqual(['wasm', true]);
  });

  it('by hand, to the last byte', async () => {
    setFromHex(undefined);
    for (const digits of ['00', '0061', '006173', '0061736d', '0061736dff', 'fffefdfcfbfaf9f8']) {
      const { decodeHex } = await import('../../src/engine/hex.js');
      expect(Buffer.from(decodeHex(digits)).toString('hex')).toBe(digits);
    }
  });

  it('once, for all caches', async () => {
    const { LRUCache } = await load();
    const made = watchMade();
    for (let i = 0; i < 3; i++) expect(new LRUCache({ max: 1 }).engine).toBe('wasm');
    expect(made.map(([name]) => name)).toEqual(['module', 'instance']);
  });
});

/** Notes every module and instance that is made, with its options or imports. */
function watchMade(): [name: string, options: unknown][] {
  const made: [string, unknown][] = [];
  const watched = (maker: object, name: string) =>
    new Proxy(maker, {
      construct: (target, given) => {
        made.push([name, given[1]]);
        return Reflect.construct(target as never, given);
      },
    });
  vi.stubGlobal('WebAssembly', {
    Module: watched(WebAssembly.Module, 'module'),
    Instance: watched(WebAssembly.Instance, 'instance'),
  });
  return made;
}

describe('the core reads strings', () => {
  const builtins = { builtins: ['js-string'] };

  it.each([
    ['itself, here', 'process', process, builtins],
    ['itself, without a process', 'process', undefined, builtins],
    ['itself, in a browser', 'navigator', { vendor: 'Google Inc.' }, builtins],
    ['by JavaScript, in Bun', 'process', processWith({ versions: { bun: '1.4.5' } }), {}],
    ['by JavaScript, in WebKit', 'navigator', { vendor: 'Apple Computer, Inc.' }, {}],
  ] as const)('%s', async (_, name, host, options) => {
    const { LRUCache } = await load();
    const made = watchMade();
    vi.stubGlobal(name, host);
    const cache = new LRUCache<string, number>({ max: 2 });
    const seen = [cache.engine, works(cache), made[0]];
    vi.unstubAllGlobals();
    expect(seen).toEqual(['wasm', true, ['module', options]]);
  });
});

describe('a host that refuses WebAssembly', () => {
  it('gets the pure engine, for good', async () => {
    const { LRUCache } = await load();
    vi.stubGlobal('WebAssembly', undefined);
    const cache = new LRUCache<string, number>({ max: 2 });
    expect([cache.engine, works(cache)]).toEqual(['pure', true]);
    vi.unstubAllGlobals();
    expect(new LRUCache({ max: 2 }).engine).toBe('pure');
    expect(new LRUCache({ max: 2, engine: 'wasm' }).engine).toBe('wasm');
    expect(new LRUCache({ max: 2 }).engine, 'after one by name').toBe('wasm');
  });

  it('cannot be asked for it by name, and says why', async () => {
    const { LRUCache } = await load();
    const cause = new Error('policy');
    vi.stubGlobal('WebAssembly', {
      Module: function refuse() {
        throw cause;
      },
    });
    expect(() => new LRUCache({ max: 2, engine: 'wasm' })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', name: 'LRUCacheRangeError', cause }),
    );
    expect(new LRUCache({ max: 2, engine: 'pure' }).engine).toBe('pure');
  });
});

describe('a big-endian host', () => {
  it('gets the pure engine, as views of the memory would swap its bytes', async () => {
    const { LRUCache } = await load();
    // What little-endian hosts show as 1, 0.
    vi.stubGlobal('Uint16Array', { of: () => Uint8Array.of(0, 1) });
    const cache = new LRUCache<string, number>({ max: 2 });
    expect([cache.engine, works(cache)]).toEqual(['pure', true]);
    const cause = expect.objectContaining({ message: expect.stringContaining('little-endian') });
    expect(() => new LRUCache({ max: 2, engine: 'wasm' })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', cause }),
    );
  });
});

describe('a host without SIMD', () => {
  it('refuses the module, and gets the pure engine', async () => {
    const { LRUCache } = await load();
    const { CompileError } = WebAssembly;
    const cause = new CompileError('invalid opcode 0xfd');
    vi.stubGlobal('WebAssembly', {
      Module: function refuse() {
        throw cause;
      },
    });
    expect(new LRUCache({ max: 2 }).engine).toBe('pure');
    expect(() => new LRUCache({ max: 2, engine: 'wasm' })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', cause }),
    );
  });
});

describe('a host without FinalizationRegistry', () => {
  it('frees what is disposed of, and nothing else', async () => {
    const { LRUCache, hostFor } = await load();
    vi.stubGlobal('FinalizationRegistry', undefined);
    const caches = [1, 2, 3].map(() => new LRUCache<string, number>({ max: 2 }));
    expect(caches.every(works)).toBe(true);
    expect(hostFor().tables).toBe(3);
    for (const cache of caches) cache[Symbol.dispose]();
    expect(hostFor().tables).toBe(0);
  });
});

/** A registry that reports what the test says was dropped. */
class Registry {
  static readonly made: Registry[] = [];
  readonly registered: [owner: object, held: unknown, token: object][] = [];
  readonly unregistered: object[] = [];
  readonly report: (held: unknown) => void;

  constructor(report: (held: unknown) => void) {
    this.report = report;
    Registry.made.push(this);
  }

  register(...args: [object, unknown, object]): void {
    this.registered.push(args);
  }

  unregister(token: object): void {
    this.unregistered.push(token);
  }
}

describe('the registry of dropped caches', () => {
  const { made } = Registry;
  beforeEach(() => {
    made.length = 0;
    vi.stubGlobal('FinalizationRegistry', Registry);
  });

  it('is one, frees each table once, and has nothing of the pure engine', async () => {
    const { LRUCache, hostFor } = await load();
    const [first] = Array.from({ length: 4 }, () => new LRUCache<string, number>({ max: 2 }));
    const pure = new LRUCache<string, number>({ max: 2, engine: 'pure' });
    const [{ registered, unregistered, report } = expect.fail('no registry')] = made;
    expect([made.length, registered.length, hostFor().tables]).toEqual([1, 4, 4]);
    expect(registered.every(([owner, , token]) => owner === token)).toBe(true);
    expect(hostFor('pure').tables).toBe(0);

    pure[Symbol.dispose]();
    expect(unregistered).toEqual([]);
    first?.[Symbol.dispose]();
    expect(unregistered).toHaveLength(1);
    expect(unregistered[0]).toBe(registered[0]?.[2]);
    expect(hostFor().tables).toBe(3);
    report(registered[1]?.[1]);
    expect(hostFor().tables).toBe(2);
  });

  it('frees an instance that holds one table, for another one', async () => {
    const { LRUCache, hostFor } = await load();
    const { entriesOf } = await import('../../src/api/lru.js');
    const { engine: shared } = entriesOf(new LRUCache<number, number>({ max: 2 })).lease;
    const [{ registered, report } = expect.fail('no registry')] = made;
    // Every table says that it is large.
    Object.assign(shared, { bytesHeld: () => 2 ** 22 });
    const fill = () => {
      const cache = new LRUCache<number, number>({ max: 50 });
      for (let key = 0; key < 50; key++) cache.set(key, key);
      return entriesOf(cache).lease.engine !== shared;
    };
    const before = registered.length;
    expect(Array.from({ length: 65 }, fill)).toEqual([...Array(64).fill(true), false]);
    expect(hostFor().tables).toBe(2);
    // Each was registered twice: where it was small, and where it is large.
    report(registered[before + 1]?.[1]);
    expect([fill(), fill()]).toEqual([true, false]);
  });

  it('has nothing to free in an engine that trapped, and does not fail for it', async () => {
    const { LRUCache, hostFor } = await load();
    const { killIfTrap } = await import('../../src/engine/dead.js');
    const { entriesOf } = await import('../../src/api/lru.js');
    const cache = new LRUCache<string, number>({ max: 2 });
    const { engine } = entriesOf(cache).lease;
    killIfTrap(engine, new WebAssembly.RuntimeError('unreachable'));
    expect(() => cache.size).toThrow(expect.objectContaining({ code: 'ENGINE_POISONED' }));
    const [{ registered, report } = expect.fail('no registry')] = made;
    expect(works(new LRUCache<string, number>({ max: 2 }))).toBe(true);
    report(registered[0]?.[1]);
    expect(hostFor().tables, 'of the instance that took its place').toBe(1);
  });
});

describe('an engine that has trapped', () => {
  it('is given to no cache, also where the host refuses another one', async () => {
    const { LRUCache } = await load();
    const { killIfTrap } = await import('../../src/engine/dead.js');
    const { entriesOf } = await import('../../src/api/lru.js');
    const { engine } = entriesOf(new LRUCache({ max: 2 })).lease;
    const { RuntimeError } = WebAssembly;
    killIfTrap(engine, new RuntimeError('unreachable'));
    vi.stubGlobal('WebAssembly', {
      RuntimeError,
      Instance: function refuse() {
        throw new RangeError('no address space');
      },
    });
    const cache = new LRUCache<string, number>({ max: 2 });
    expect([cache.engine, works(cache)]).toEqual(['pure', true]);
  });
});

describe('a host without memory', () => {
  it('for an empty table: the pure engine takes over, and no table is counted', async () => {
    const { LRUCache, hostFor } = await load();
    const { entriesOf } = await import('../../src/api/lru.js');
    const registry = vi.fn();
    const { engine } = entriesOf(new LRUCache({ max: 2 })).lease;
    vi.stubGlobal('FinalizationRegistry', registry);
    Object.assign(engine, { createTable: () => undefined });
    const cache = new LRUCache<string, number>({ max: 2 });
    expect([cache.engine, works(cache), hostFor().tables]).toEqual(['pure', true, 1]);
    expect(registry).not.toHaveBeenCalled();
  });

  it('for weights: the constructor throws', async () => {
    const { LRUCache, TableHost } = await load();
    const { createJsEngine } = await import('../../src/engine/js.js');
    const engine = { ...createJsEngine(), useWeights: () => false };
    const open = (limit: number) => ({ engine, table: engine.createTable(limit) as never });
    const options = { maxSize: 5, engine: new TableHost(undefined, open) as never };
    expect(() => new LRUCache(options)).toThrow(outOfMemory);
  });
});

describe('a host that lacks something of its process', () => {
  it.each([
    ['a process', undefined],
    ['getBuiltinModule', processWith({ getBuiltinModule: undefined })],
    ['the module', processWith({ getBuiltinModule: () => undefined })],
    ['what should be in it', processWith({ getBuiltinModule: () => ({}) })],
    [
      'a process that works',
      processWith({
        getBuiltinModule: () => {
          throw new Error('not this one');
        },
      }),
    ],
  ])('publishes nothing, without %s', async (_, host) => {
    vi.resetModules();
    vi.stubGlobal('process', host);
    const { metrics, tracing } = await import('../../src/cache/channels.js');
    vi.unstubAllGlobals();
    expect([metrics.hasSubscribers, tracing.hasSubscribers]).toEqual([false, false]);
    expect(metrics.publish({})).toBeUndefined();
    const promise = Promise.resolve(3);
    expect(tracing.tracePromise(() => promise, {})).toBe(promise);
  });

  it.each([
    ['emitWarning', processWith({ emitWarning: undefined })],
    ['a process', undefined],
  ])('prints its warnings, each once, without %s', async (_, host) => {
    vi.resetModules();
    const { warnUnbounded } = await import('../../src/common/warning.js');
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.stubGlobal('process', host);
    warnUnbounded(Array);
    warnUnbounded(Array);
    vi.unstubAllGlobals();
    const message = '[LRU_CACHE_UNBOUNDED] UnboundedCacheWarning: TTL caching without';
    expect(print.mock.calls).toEqual([[expect.stringContaining(message)]]);
  });
});

describe('a warning', () => {
  it.each([
    [{ ttl: 5 }, 1],
    [{ ttl: 5, max: 1 }, 0],
    [{ ttl: 5, maxSize: 1 }, 0],
    [{ ttl: 5, ttlAutopurge: true }, 0],
  ] as const)('is given, once, for a cache without a bound: %o', async (options, count) => {
    const { LRUCache } = await load();
    const emitWarning = vi.fn();
    vi.stubGlobal('process', processWith({ emitWarning }));
    for (let i = 0; i < 2; i++) new LRUCache<string, number>(options as never);
    vi.unstubAllGlobals();
    const warning = [expect.stringContaining('TTL caching without'), 'UnboundedCacheWarning'];
    const wanted = [...warning, 'LRU_CACHE_UNBOUNDED', LRUCache];
    expect(emitWarning.mock.calls).toEqual(Array(count).fill(wanted));
  });
});
