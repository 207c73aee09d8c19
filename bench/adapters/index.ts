// The caches that are compared, behind one interface.
//
// All are exact LRU caches. The objects are the libraries' own, without a layer around them, so
// that a call of `get` is a call of the library. A process makes caches of one library only.

import type { Columns } from './columns.js';
import { LinkedLRU } from './linked.js';
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
export interface Cache<K = Key> {
  get(key: K): Value | undefined;
  set(key: K, value: Value): unknown;
}

/** Options of this package and of lru-cache that have the same meaning in both. */
export interface ColumnOptions {
  ttl?: number;
  maxSize?: number;
  sizeCalculation?: () => number;
}

/**
 * The options for some columns, so chosen that the entries stay those of a cache without: none
 * gets as old as an hour, and every one has the size 1.
 */
function optionsFor(max: number, columns: Columns): ColumnOptions {
  return {
    ...(columns.includes('ttl') ? { ttl: 3_600_000 } : {}),
    ...(columns.includes('size') ? { maxSize: max, sizeCalculation: () => 1 } : {}),
  };
}

type Create = (max: number, columns: Columns) => Cache;

/** Makes an empty cache of each library, by its name in reports. Those by hand have no columns. */
export const libraries = {
  wasm: ((max, columns) => createWasmLru(max, optionsFor(max, columns))) as Create,
  pure: ((max, columns) => createPureLru(max, optionsFor(max, columns))) as Create,
  'lru-cache': ((max, columns) => createLruCache(max, optionsFor(max, columns))) as Create,
  linked: ((max) => new LinkedLRU(max)) as Create,
  naive: ((max) => new NaiveLRU(max)) as Create,
} as const;

/** Name of a library. */
export type Library = keyof typeof libraries;

/** The names, in the order of the table's columns. */
export const libraryNames = Object.keys(libraries) as Library[];
