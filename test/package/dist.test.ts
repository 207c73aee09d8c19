// What ships, as its users' tools and hosts meet it: its language, its names, and what its import
// asks of a host. It needs a build.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Context, createContext, runInContext } from 'node:vm';
import { parse } from 'acorn';
import { execaSync } from 'execa';
import { LRUCache as TheirCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

type Main = typeof import('../../src/index.js');
type Stores = typeof import('../../src/stores.js');
type Class = new (...args: never[]) => object;

const require = createRequire(import.meta.url);
const dist = new URL('../../dist/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, dist), 'utf8');
const files = readdirSync(dist).filter((name) => /\.c?js$/.test(name));
const { LRUCache, ...errors } = require('../../dist/index.cjs') as Main;
const stores = require('../../dist/stores.cjs') as Stores;
const sockets = readdirSync(new URL('../../src/sockets/', import.meta.url))
  .map((name) => name.replace('.ts', ''))
  .filter((name) => files.includes(`${name}.cjs`));

/** Characters of the longest line in what ships: terser breaks lines from 400, where it can. */
const LINE_MAX = 800;

describe.each(files)('dist/%s', (file) => {
  const text = read(file);

  it('is ES2022 without static blocks, which React Native cannot read', () => {
    const sourceType = file.endsWith('.cjs') ? 'script' : 'module';
    const types: unknown[] = [];
    JSON.stringify(parse(text, { ecmaVersion: 2022, sourceType }), (name, value) => {
      if (name === 'type') types.push(value);
      return typeof value === 'bigint' ? `${value}` : value;
    });
    expect(types).toContain('Program');
    expect(types).not.toContain('StaticBlock');
  });

  it('has private fields as they are, which would be slow as WeakMaps', () => {
    expect(text).not.toMatch(/private (field|method)/);
  });

  it('has a statement a line, so that Node prints little of it when an error is not caught', () => {
    const long = text.split('\n').filter((line) => line.length > LINE_MAX);
    // The core is one string.
    expect(long.filter((line) => !/^[^'"]*"[0-9a-f]+"$/.test(line))).toEqual([]);
  });

  it('names no global of Node that bundlers replace by one of their own', () => {
    expect(text).not.toMatch(/\b(Buffer|__dirname|setImmediate|process\.env)\b/);
  });

  it('says which types and map it has, and nothing else beside code', () => {
    const comments: string[] = [];
    const onComment = (_: boolean, comment: string) => void comments.push(comment);
    parse(text, { ecmaVersion: 2022, sourceType: 'module', onComment });
    const entries = 'index|stores|memoize|bytes|numbers|shared|sockets/[\\w-]+';
    const types = expect.stringMatching(
      new RegExp(`^ @ts-self-types="\\./types/(${entries})\\.d\\.ts" $`),
    );
    const typed = file.endsWith('.cjs') ? [] : [types];
    expect(comments).toEqual([...typed, `# sourceMappingURL=${file}.map`]);
  });
});

it('has types that need no file but others of theirs', () => {
  const folder = new URL('types/', dist);
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const missing = all
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      const paths = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map(([, path = '']) => path);
      return paths.map((path) => join(file, '..', `${path}.d.ts`));
    })
    .filter((file) => !all.includes(file));
  expect(missing).toEqual([]);
});

const { provideCore: _, ...exported } = { ...errors, ...stores };
const classes = { LRUCache, ...exported } as Record<string, Class>;

describe.each(Object.entries(classes))('%s', (name, given) => {
  it('has its name, also in what the host says of it', () => {
    expect(given.name).toBe(name);
    expect(given.prototype.constructor).toBe(given);
    expect(inspect(given)).toMatch(new RegExp(`^\\[class ${name}( extends \\w+)?\\]$`));
    // The name in the code, which profiles and heap snapshots show, too.
    expect(() => Reflect.apply(given, undefined, [])).toThrow(
      `Class constructor ${name} cannot be invoked without 'new'`,
    );
  });
});

describe('a wrong use', () => {
  it('that nobody catches prints its message and a line of the file', () => {
    const { stderr } = execaSync(
      process.execPath,
      ['--eval', `new (require('./dist/index.cjs').LRUCache)({ max: -1 })`],
      { cwd: new URL('../../', import.meta.url), reject: false },
    );
    expect(stderr).toContain('LRUCacheRangeError: max must be a whole number');
    expect(stderr.length).toBeLessThan(2000);
  });

  it('of a method without its cache is told with the name of the class', async () => {
    const messages: string[] = [];
    for (let { prototype } = LRUCache; prototype !== null; ) {
      const members = Object.values(Object.getOwnPropertyDescriptors(prototype));
      for (const { value, get } of members) {
        const call = async () => Reflect.apply(value ?? get, {}, [[]]);
        if (typeof (value ?? get) !== 'function') continue;
        await call().catch(({ message }: Error) => messages.push(message));
      }
      prototype = Object.getPrototypeOf(prototype);
      if (prototype === Object.prototype) break;
    }
    const ofHost = messages.filter((message) => /private member|Receiver/.test(message));
    expect(ofHost.length).toBeGreaterThan(30);
    for (const message of ofHost) expect(message).toMatch(/#LRUCache_\w|class \w+Cache$/);
  });
});

describe('an object', () => {
  it('is shown under the name of its class, also that of a user', () => {
    class Permissions extends LRUCache<string, number> {}
    expect(inspect(new LRUCache({ max: 1 }))).toMatch(/^LRUCache {/);
    expect(inspect(new Permissions({ max: 1 }))).toMatch(/^Permissions {/);
    const store = new Map<string, number>();
    expect(inspect(new stores.WriteBackCache({ max: 1, store }))).toBe('WriteBackCache {}');
  });

  it('shows size, bounds, engine and the newest entries of a cache, and uses none', () => {
    const cache = new LRUCache<number, object>({ max: 10, maxSize: 50, sizeCalculation: () => 1 });
    expect(inspect(cache)).toBe("LRUCache { size: 0, max: 10, maxSize: 50, engine: 'wasm' }");
    for (let key = 0; key < 12; key++) cache.set(key, { key });
    const order = [...cache.keys()];
    const entries = 'Map(3) { 11 => { key: 11 }, 10 => { key: 10 }, 9 => { key: 9 } }';
    const text = `LRUCache {
  size: 10,
  max: 10,
  maxSize: 50,
  engine: 'wasm',
  newest: ${entries}
}`;
    expect([inspect(cache), [...cache.keys()]]).toEqual([text, order]);
    expect(inspect([[[cache]]])).toBe('[ [ [ [LRUCache] ] ] ]');
    cache[Symbol.dispose]();
    expect(inspect(cache)).toBe('LRUCache (disposed)');
  });

  it.each(['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const)(
    'that iterates over %s is shown as that of lru-cache',
    (name) => {
      const ours = new LRUCache({ max: 1 })[name]();
      const theirs = new TheirCache({ max: 1 })[name]();
      const shown = (iterator: unknown) => [
        inspect(iterator),
        Object.prototype.toString.call(iterator),
        (iterator as object).constructor,
        Reflect.ownKeys(iterator as object),
      ];
      expect(shown(ours)).toEqual(shown(theirs));
      expect(inspect(ours)).toBe('Object [Generator] {}');
    },
  );
});

describe('an ES module and a CommonJS one in the same process', () => {
  it('know each other’s errors, and none of another class', () => {
    const { status, stderr, report } = runChild<Record<string, string[]>>('copies.mjs');
    expect([status, stderr]).toEqual([0, '']);
    expect(report).toEqual({
      LRUCacheError: ['LRUCacheError'],
      LRUCacheTypeError: ['LRUCacheError', 'LRUCacheTypeError'],
      LRUCacheRangeError: ['LRUCacheError', 'LRUCacheRangeError'],
      OwnError: ['LRUCacheError', 'LRUCacheTypeError'],
      Error: [],
    });
  });
});

/** The globals of a Compartment of SES 2.3, which has no floats in arrays, among other things. */
const COMPARTMENT = [
  ...['Infinity', 'NaN', 'undefined', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'globalThis'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape'],
  ...['Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView'],
  ...['Int8Array', 'Int16Array', 'Int32Array', 'Uint8Array', 'Uint8ClampedArray', 'Uint16Array'],
  ...['Uint32Array', 'Map', 'Number', 'Object', 'Promise', 'Proxy', 'Set', 'String', 'WeakMap'],
  ...['WeakSet', 'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError'],
  ...['SyntaxError', 'TypeError', 'URIError', 'JSON', 'Reflect', 'Date', 'RegExp', 'Symbol'],
  ...['Math', 'eval', 'Function'],
];

/** Freezes all that the language brings, as `lockdown()` of SES does. */
const LOCKDOWN = `
  const frozen = new Set();
  const freeze = (value) => {
    if (Object(value) !== value || frozen.has(value)) return;
    frozen.add(value);
    if (value !== globalThis) Object.freeze(value);
    freeze(Object.getPrototypeOf(value));
    for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) {
      for (const part of [property.value, property.get, property.set]) freeze(part);
    }
  };
  freeze(globalThis);
  for (const each of [function* () {}, async () => {}, async function* () {}]) freeze(each);
  freeze([][Symbol.iterator]());`;

/** What forbids all that a Compartment has not, or whose calls it refuses. */
const CONFINE = `
  const allowed = ${JSON.stringify(COMPARTMENT)};
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!allowed.includes(name)) delete globalThis[name];
  }
  const refuse = () => { throw new TypeError('secure mode'); };
  Math.random = refuse;
  Date.now = refuse;`;

/** Loads a CommonJS file into a realm; what it requires is the main entry. */
function loadInto(realm: Context, file: string): Record<string, Class> {
  const module = { exports: {} };
  const wrapper = runInContext(`(function (module, exports, require) {${read(file)}\n})`, realm);
  wrapper(module, module.exports, () => loadInto(realm, 'index.cjs'));
  return module.exports;
}

describe.each(['index', 'pure', 'stores', 'memoize', 'bytes', 'numbers', 'shared', ...sockets])(
  'importing %s',
  (entry) => {
    it.each([
      ['after a lockdown', LOCKDOWN],
      ['in a Compartment', `{${CONFINE}};${LOCKDOWN}`],
    ])('never throws: %s', (_, prepare) => {
      const realm = createContext();
      runInContext(`{${prepare}}`, realm);
      expect(Object.keys(loadInto(realm, `${entry}.cjs`))).not.toEqual([]);
    });
  },
);

describe('a cache after a lockdown', () => {
  it('works, and so do its errors', () => {
    const realm = createContext({ console });
    runInContext(`{${LOCKDOWN}}`, realm);
    Object.assign(realm, loadInto(realm, 'index.cjs'));
    const result = runInContext(
      `
        const cache = new LRUCache({ max: 2 });
        cache.set('a', 1).set('b', 2).set(0.5, 3);
        let thrown;
        try { new LRUCache({ max: 0.5 }); } catch (error) { thrown = error; }
        [[...cache].join(), thrown instanceof LRUCacheError, String(thrown)];`,
      realm,
    );
    expect([...result]).toEqual([
      '0.5,3,b,2',
      true,
      expect.stringMatching(/^LRUCacheRangeError: max must be/),
    ]);
  });
});
