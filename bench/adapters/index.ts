// The caches that are compared, behind one interface.
//
// All are exact LRU caches. The objects are the libraries' own, without a layer around them, so
// that a call of `get` is a call of the library. A process makes caches of one library only.

import { createLruCache } from './lru-cache.js';
import { NaiveLRU } from './naive.js';
import { createPureLru, createWasmLru } from './wasm-lru.js';

/** Keys of a trace; all of one trace are of one type. */
export type Key = number | string;

/** What is cached: an object of its own for every set, as in a server. */
export interface Value {
  /** Index of the request that set it. */
  readonly id: number;
}

/** The part of a cache that is measured. */
export interface Cache {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

/** Makes an empty cache of each library, by the library's name in reports. */
export const libraries = {
  wasm: createWasmLru,
  pure: createPureLru,
  'lru-cache': createLruCache,
  naive: (max: number): Cache => new NaiveLRU(max),
} as const;

/** Name of a library. */
export type Library = keyof typeof libraries;

/** The names, in the order of the table's columns. */
export const libraryNames = Object.keys(libraries) as Library[];
