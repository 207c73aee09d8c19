// The surface that is compared, as one structural type, and the libraries that have it.
//
// Everything about one library in particular (how to open it, how to settle it after a command) is
// here, so that the driver treats both alike.

import { LRUCache as TheirCache } from 'lru-cache';
import { LRUCache as OurCache } from '../../src/api/lru.js';
import { openCache, type TestEngine } from '../support/engines.js';
import { expectValid } from '../support/validate.js';
import { publishWithheld } from './differences.js';

type Options = Record<string, unknown>;
type Visit = (value: unknown, key: unknown, cache: Cache) => unknown;

/** An entry as `info` and `dump` give it. */
export interface Entry {
  value: unknown;
  ttl?: number;
  start?: number;
  size?: number;
}

/** What `dump` returns and `load` takes. */
export type Dump = [unknown, Entry][];

/** What is called on both sides. Other properties are read by name. */
export interface Cache {
  readonly size: number;
  readonly maxSize: number;
  readonly noDisposeOnSet: boolean;
  readonly calculatedSize: number;
  sizeCalculation: ((value: unknown, key: unknown) => unknown) | undefined;
  set(key: unknown, value: unknown, options?: Options): unknown;
  get(key: unknown, options?: Options): unknown;
  peek(key: unknown, options?: Options): unknown;
  has(key: unknown, options?: Options): boolean;
  memo(key: unknown, options?: Options): unknown;
  fetch(key: unknown, options?: Options): Promise<unknown>;
  forceFetch(key: unknown, options?: Options): Promise<unknown>;
  find(visit: Visit, options?: Options): unknown;
  forEach(visit: Visit, thisArg?: unknown): void;
  rforEach(visit: Visit, thisArg?: unknown): void;
  delete(key: unknown): boolean;
  pop(): unknown;
  clear(): void;
  purgeStale(): boolean;
  getRemainingTTL(key: unknown): number;
  info(key: unknown): Entry | undefined;
  dump(): Dump;
  load(entries: Dump): void;
  keys(): Iterator<unknown>;
  values(): Iterator<unknown>;
  rkeys(): Iterator<unknown>;
  [Symbol.iterator](): Iterator<[unknown, unknown]>;
}

/** A library under comparison. */
export interface Library {
  /** A cache with these options, or an empty one with the options of an existing cache. */
  open(options: Options | Cache): Cache;
  /** Called after every command, before anything is compared. */
  settle(cache: Cache): void;
  close(cache: Cache): void;
}

/** lru-cache, the oracle. */
export const theirs: Library = {
  open: (options) => new TheirCache<never, never>(options as never) as unknown as Cache,
  settle: publishWithheld,
  close: () => {},
};

/** Ours on an engine; a cache made from another one gets the same engine. */
export function oursOn(engine: TestEngine): Library {
  const fromExisting = (existing: Cache) =>
    new OurCache(
      new Proxy(existing, {
        get: (target, name) =>
          name === 'engine' ? engine.host : Reflect.get(target, name, target),
      }) as never,
    );
  return {
    open: (options) =>
      (options instanceof OurCache
        ? fromExisting(options as unknown as Cache)
        : openCache(engine, options as never)) as unknown as Cache,
    settle: (cache) => expectValid(cache as never),
    close: (cache) => (cache as unknown as Disposable)[Symbol.dispose](),
  };
}
