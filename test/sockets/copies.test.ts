// A program may hold the package as an ES module, as a CommonJS one and as wasm-lru/pure: a socket
// of each format takes a cache of any, makes one of its own format's class, and holds no other.

import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import * as esm from 'wasm-lru';
import * as esmKeyv from 'wasm-lru/keyv';
import * as pure from 'wasm-lru/pure';

const require = createRequire(import.meta.url);
const cjs = require('wasm-lru') as typeof esm;
const cjsKeyv = require('wasm-lru/keyv') as typeof esmKeyv;

it('makes a cache of the class of its format', () => {
  expect(cjs.LRUCache).not.toBe(esm.LRUCache);
  expect(new esmKeyv.KeyvStore({ max: 1 }).cache).toBeInstanceOf(esm.LRUCache);
  expect(new cjsKeyv.KeyvStore({ max: 1 }).cache).toBeInstanceOf(cjs.LRUCache);
});

it.each([
  ['ES module', esm],
  ['CommonJS', cjs],
  ['wasm-lru/pure', pure],
])('takes a cache of the %s', (_, { LRUCache }) => {
  const cache = new LRUCache<string, object>({ max: 1 });
  for (const { KeyvStore } of [esmKeyv, cjsKeyv]) expect(new KeyvStore(cache).cache).toBe(cache);
});
