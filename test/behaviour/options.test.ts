// The options and the ends of a life: what a cache refuses, where it falls back, when it is over.
//
// Rows B5 and C2 of docs/reliability.md. What depends on the host runs in a child
// process with the built package, so that a host without WebAssembly is what the child really is.

import { execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { entriesOf } from '../../src/api/lru.js';
import { LRUCache, LRUCacheRangeError, LRUCacheTypeError } from '../../src/index.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { everyOption } from '../support/every-option.js';
import { uses } from '../support/uses.js';
import { expectArena } from '../support/validate.js';

type Thrown = { readonly code: string; readonly name: string; readonly message: string };

/** What a function throws; fails if it throws nothing. */
function thrownBy(run: () => unknown, what = 'this'): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.fail(`${what} threw nothing`);
}

function expectTypeError(run: () => unknown, code: string, what?: string): void {
  const error = thrownBy(run, what);
  expect(error).toBeInstanceOf(LRUCacheTypeError);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ code, name: 'LRUCacheTypeError' });
  expect((error as Thrown).message).not.toBe('');
}

function expectRangeError(run: () => unknown, code: string): void {
  const error = thrownBy(run);
  expect(error).toBeInstanceOf(LRUCacheRangeError);
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({ code, name: 'LRUCacheRangeError' });
}

const construct = (options: unknown) => () => new LRUCache(options as never);

const badNumbers = [
  ...[0, -0, -1, 1.5, 0.999, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...[2 ** 25 + 1, 2 ** 25 + 0.5, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, -(2 ** 31)],
];
const badTypes = [
  ...['10', '', 'max', {}, [5], null, undefined, true, false, 10n, Symbol('max'), () => 5],
  ...[new Date(5), Object(5), { valueOf: () => 5 }],
];
const notObjects = [undefined, null, 5, '5', true, 5n, Symbol('o'), () => 5];
const notFunctions = [null, 0, 1, '', 'dispose', true, {}, [], Symbol('dispose'), 1n];

describe.each(plainCases)('options on $name', ({ open }) => {
  /** Runs something that must throw, and checks that the engine gave nothing to it. */
  function allocatesNothing(engine: TestEngine, run: () => void): void {
    const before = [engine.host.tables, engine.memoryBytes()];
    run();
    expect([engine.host.tables, engine.memoryBytes()]).toEqual(before);
  }

  it.each([
    ...badNumbers.map((max) => [max, expectRangeError] as const),
    ...badTypes.map((max) => [max, expectTypeError] as const),
  ])('%o is no max, neither to construct nor to resize', (max, expectError) => {
    const engine = open();
    allocatesNothing(engine, () => {
      const construct = () => openCache(engine, { max: max as number });
      // Neither 0 nor nothing is a max, but both leave the bound to others.
      if (max === 0 || max === undefined) expectTypeError(construct, 'INVALID_OPTIONS');
      else expectError(construct, 'INVALID_MAX');
    });
    const told: unknown[] = [];
    const cache = openCache<number, number>(engine, { max: 3, dispose: (v) => told.push(v) });
    cache.set(1, 1).set(2, 2).set(3, 3);
    allocatesNothing(engine, () => {
      expectError(() => cache.resize(max as number), 'INVALID_MAX');
    });
    expect([cache.max, cache.size, [...cache.keys()], told]).toEqual([3, 3, [3, 2, 1], []]);
    expect([cache.set(4, 4).size, told]).toEqual([3, [1]]);
  });

  it.each([1, 2, 2 ** 25 - 1, 2 ** 25])('%i is a max', (max) => {
    const engine = open();
    const cache = openCache<number, number>(engine, { max });
    expect(cache.max).toBe(max);
    cache.resize(1);
    cache.resize(max);
    cache.set(1, 1);
    expect([cache.max, cache.size]).toEqual([max, 1]);
  });

  it.each(['dispose', 'disposeAfter', 'onInsert'])('%s must be a function', (name) => {
    for (const callback of notFunctions) {
      const engine = open();
      allocatesNothing(engine, () => {
        const options = { max: 5, [name]: callback };
        expectTypeError(() => openCache(engine, options), 'INVALID_CALLBACK');
        expect((thrownBy(() => openCache(engine, options)) as Thrown).message).toContain(name);
      });
      expect(openCache(engine, { max: 5, [name]: undefined }).size).toBe(0);
    }
  });

  it('reads every option once, and nothing else', () => {
    const engine = open();
    const reads: PropertyKey[] = [];
    const target = { max: 2, engine: engine.host, dispose: () => {} };
    const watched = new Proxy(Object.freeze(target), {
      get: (object, name) => {
        reads.push(name);
        return Reflect.get(object, name);
      },
      has: () => expect.fail('has'),
      ownKeys: () => expect.fail('ownKeys'),
      getOwnPropertyDescriptor: () => expect.fail('getOwnPropertyDescriptor'),
    });
    const cache = new LRUCache<number, number>(watched as never);
    cache.set(1, 1).set(2, 2);
    const names = Object.keys({ ...everyOption, engine: true });
    expect([...reads].sort()).toEqual([...names].sort());
  });

  it('passes on what the getter of an option throws', () => {
    for (const name of Object.keys({ ...everyOption, engine: true })) {
      const engine = open();
      const error = new Error(`no ${name}`);
      const get = () => {
        throw error;
      };
      const options = Object.defineProperty({ max: 5, engine: engine.host }, name, { get });
      allocatesNothing(engine, () => expect(thrownBy(construct(options))).toBe(error));
    }
  });

  it('forgets the options object', () => {
    const engine = open();
    const told: string[] = [];
    const options = { max: 1, dispose: () => void told.push('first') };
    const cache = openCache<number, number>(engine, options);
    options.max = 100;
    options.dispose = () => void told.push('second');
    cache.set(1, 1).set(2, 2);
    expect([cache.size, cache.max, told]).toEqual([1, 1, ['first']]);
  });
});

describe('options', () => {
  it.each(notObjects)('must be an object, not %o', (options) => {
    expectTypeError(construct(options), 'INVALID_OPTIONS');
  });

  it('must have a bound', () => {
    for (const none of [{}, [], { max: 0, maxSize: 0, ttl: 0 }, { maxEntrySize: 5 }]) {
      expectTypeError(construct(none), 'INVALID_OPTIONS');
    }
    expect(new LRUCache(Object.create({ max: 3 }) as { max: number }).max).toBe(3);
    expect(new LRUCache({ ttl: 5, ttlAutopurge: true })).toMatchObject({
      max: 0,
      maxSize: 0,
      ttl: 5,
    });
  });

  it('name an engine that there is', () => {
    for (const engine of ['', 'WASM', 'js', 'constructor', null, 0, true, {}, Symbol('wasm')]) {
      expectTypeError(construct({ max: 5, engine }), 'INVALID_OPTIONS');
    }
  });

  it('choose the engine', () => {
    for (const engine of [undefined, 'wasm', 'pure', undefined] as const) {
      expect([LRUCache.engine, new LRUCache({ max: 1 }).engine]).toEqual(['wasm', 'wasm']);
      const options = { max: 1, engine } as LRUCache.Options<unknown, unknown, unknown>;
      expect(new LRUCache(options).engine).toBe(engine ?? 'wasm');
    }
  });
});

const built = new URL('../../dist/src/index.js', import.meta.url).href;

/** Runs a module in a child process; returns the JSON it prints. */
function inChild(flags: readonly string[], source: string): Record<string, unknown> {
  const args = [...flags, '--input-type=module', '-e', source];
  return JSON.parse(execaSync(process.execPath, args).stdout) as Record<string, unknown>;
}

/** Tells what LRUCache does where this runs: the default engine at work, and wasm by name. */
const REPORT = `
  function report(LRUCache) {
    const before = LRUCache.engine;
    const cache = new LRUCache({ max: 3 });
    const keys = [1, 'a', 2.5, 'b', 4n];
    keys.forEach((key, i) => cache.set(key, i));
    let forced = {};
    try {
      forced = { engine: new LRUCache({ max: 1, engine: 'wasm' }).set(1, 'x').engine };
    } catch (error) {
      const { code, name, cause } = error;
      forced = { code, name, caused: cause instanceof Error || typeof cause?.message === 'string' };
    }
    const got = [cache.get('a'), cache.get('b'), cache.size, [...cache.values()].join()];
    return { engine: [before, cache.engine, LRUCache.engine], got, forced };
  }`;

const refused = {
  engine: ['pure', 'pure', 'pure'],
  got: [null, 3, 3, '3,4,2'],
  forced: { code: 'ENGINE_UNAVAILABLE', name: 'LRUCacheRangeError', caused: true },
};
const granted = { ...refused, engine: ['wasm', 'wasm', 'wasm'], forced: { engine: 'wasm' } };

describe('a host', () => {
  const inHost = (flags: readonly string[], prelude: string) =>
    inChild(
      flags,
      `${REPORT}; ${prelude};
      const { LRUCache } = await import(${JSON.stringify(built)});
      process.stdout.write(JSON.stringify(report(LRUCache)));`,
    );

  it.each([
    ['runs without a JIT', ['--jitless'], ''],
    ['has no WebAssembly', [], 'delete globalThis.WebAssembly'],
    ['has an undefined WebAssembly', [], 'globalThis.WebAssembly = undefined'],
    ['refuses to compile', [], `WebAssembly.Module = function () { throw new Error('policy') }`],
    ['refuses to instantiate', [], `WebAssembly.Instance = function () { throw RangeError() }`],
  ] as const)('that %s gets the pure engine', (_, flags, prelude) => {
    expect(inHost(flags, prelude)).toEqual(refused);
  });

  it.each([
    ['nothing', ''],
    ['Buffer and fromHex', 'delete globalThis.Buffer; delete Uint8Array.fromHex'],
    ['FinalizationRegistry', 'delete globalThis.FinalizationRegistry'],
    ['crypto', `Object.defineProperty(globalThis, 'crypto', { value: undefined })`],
  ])('that lacks %s gets the wasm engine', (_, prelude) => {
    expect(inHost([], prelude)).toEqual(granted);
  });

  it.each([
    [false, refused],
    [true, granted],
  ])('context whose policy on wasm is %s gets what it allows', (wasm, expected) => {
    const source = `
      import { readFileSync } from 'node:fs';
      import vm from 'node:vm';
      const context = vm.createContext({}, { codeGeneration: { wasm: ${wasm} } });
      vm.runInContext('globalThis.atob = undefined', context);
      context.Buffer = Buffer;
      const modules = new Map();
      const load = (url) => {
        if (!modules.has(url)) {
          const text = readFileSync(new URL(url), 'utf8');
          modules.set(url, new vm.SourceTextModule(text, { identifier: url, context }));
        }
        return modules.get(url);
      };
      const index = load(${JSON.stringify(built)});
      await index.link((name, from) => load(new URL(name, from.identifier).href));
      await index.evaluate();
      const report = vm.runInContext(${JSON.stringify(`(${REPORT})`)}, context);
      process.stdout.write(JSON.stringify(report(index.namespace.LRUCache)));`;
    expect(inChild(['--experimental-vm-modules', '--no-warnings'], source)).toEqual(expected);
  });

  it('compiles nothing and draws nothing until the first cache', () => {
    const result = inChild(
      [],
      `const calls = [];
      const spy = (object, name) => {
        const original = object[name];
        object[name] = new Proxy(original, {
          construct: (...all) => (calls.push(name), Reflect.construct(...all)),
          apply: (...all) => (calls.push(name), Reflect.apply(...all)),
        });
      };
      for (const name of ['Module', 'Instance', 'compile', 'instantiate']) spy(WebAssembly, name);
      spy(crypto, 'getRandomValues');
      spy(Math, 'random');
      spy(Date, 'now');
      spy(performance, 'now');
      const { LRUCache } = await import(${JSON.stringify(built)});
      const imported = [...calls];
      new LRUCache({ max: 1, engine: 'pure' });
      const pure = [...calls];
      new LRUCache({ max: 1 });
      new LRUCache({ max: 1 });
      process.stdout.write(JSON.stringify({ imported, pure, wasm: calls }));`,
    );
    expect(result.imported).toEqual([]);
    expect(result.pure).toEqual([]);
    expect(result.wasm).toEqual(['Module', 'Instance']);
  });
});

const keyKinds: readonly unknown[] = [1, 'a', 2.5, { an: 'object' }, Symbol('a'), 1n, null, true];

describe.each(plainCases)('a disposed cache on $name', ({ open }) => {
  it.each(uses)('throws DISPOSED from %s', (_, use) => {
    for (const key of keyKinds) {
      for (const callbacks of [{}, { dispose: () => {} }]) {
        const cache = openCache<unknown, number>(open(), {
          ...{ max: 9, memoMethod: () => 1, ...callbacks },
        });
        for (const one of keyKinds) cache.set(one, 1);
        cache[Symbol.dispose]();
        expectTypeError(() => use(cache, key), 'DISPOSED', `key ${String(key)}`);
      }
    }
  });

  it('tells dispose of every entry once, oldest first, and frees its table', () => {
    const engine = open();
    const told: unknown[] = [];
    const refusals: unknown[] = [];
    const cache = openCache<string, number>(engine, {
      max: 3,
      dispose: (...args) => {
        told.push(['dispose', ...args]);
        refusals.push((thrownBy(() => cache.set('z', 0)) as Thrown).code);
      },
      disposeAfter: (...args) => void told.push(['disposeAfter', ...args]),
    });
    cache.set('a', 1).set('b', 2);
    expect(engine.host.tables).toBe(engine.engine.kind === 'wasm' ? 1 : 0);
    cache[Symbol.dispose]();
    cache[Symbol.dispose]();
    expect(told.map(String)).toEqual(
      ['dispose', 'disposeAfter'].flatMap((kind) => [`${kind},1,a,delete`, `${kind},2,b,delete`]),
    );
    expect(refusals).toEqual(['DISPOSED', 'DISPOSED']);
    expect(engine.host.tables).toBe(0);
    expect(entriesOf(cache).items.length).toBe(4);
    if (engine.debug !== undefined) expectArena(engine.debug.memory);
  });
});
