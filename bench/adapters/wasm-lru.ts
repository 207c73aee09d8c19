// This package, with the engine named, so that a host without it is an error and not a fallback.

import { importOwn } from '../packages.js';
import type { Cache, ColumnOptions, Key, Value } from './index.js';

const { LRUCache } = await importOwn('index');

/** A cache over linear memory. */
export function createWasmLru(max: number, columns: ColumnOptions): Cache {
  return new LRUCache<Key, Value>({ max, ...columns, engine: 'wasm' });
}

/** A cache over typed arrays, with the same algorithm. */
export function createPureLru(max: number, columns: ColumnOptions): Cache {
  return new LRUCache<Key, Value>({ max, ...columns, engine: 'pure' });
}
