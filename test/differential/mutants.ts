// Caches with one small fault each, made of lru-cache: the comparison must find every one.

import type { Cache, Library } from './cache.js';
import { theirs } from './cache.js';

type Options = Record<string, unknown>;
type Fn = (...args: unknown[]) => unknown;

/** Replaces one method of a cache; the replacement is given the original. */
function replace(cache: Cache, name: keyof Cache, by: (original: Fn) => Fn): Cache {
  const original = (cache[name] as Fn).bind(cache);
  Object.defineProperty(cache, name, { value: by(original), configurable: true });
  return cache;
}

/** A library whose caches have a fault. */
const faulty = (fault: (cache: Cache) => Cache): Library => ({
  ...theirs,
  open: (options) => fault(theirs.open(options)),
});

/** A library whose caches are given other options than asked for. */
const misled = (change: (options: Options) => Options): Library => ({
  ...theirs,
  open: (options) => theirs.open('dump' in options ? options : change(options as Options)),
});

const withOption = (at: number, change: (options: Options) => Options) => (original: Fn) => {
  return (...args: unknown[]) => {
    args[at] = change((args[at] ?? {}) as Options);
    return original(...args);
  };
};

/** Every fault by what it is. */
export const mutants: Readonly<Record<string, Library>> = {
  'a hit is no use': faulty((cache) =>
    replace(
      cache,
      'get',
      (get) => (key, options) => (options === undefined ? cache.peek(key) : get(key, options)),
    ),
  ),
  'has is a use': faulty((cache) =>
    replace(cache, 'has', (has) => (key, options) => {
      const is = has(key, options);
      if (is) cache.get(key, { updateAgeOnGet: false });
      return is;
    }),
  ),
  'noUpdateTTL of a call is ignored': faulty((cache) =>
    replace(
      cache,
      'set',
      withOption(2, ({ noUpdateTTL: _, ...options }) => options),
    ),
  ),
  'an entry is stale a little late': misled((options) => ({
    ...options,
    perf: { now: () => (options.perf as { now(): number }).now() - 1 },
  })),
  'ttl 0 means the default': faulty((cache) =>
    replace(
      cache,
      'set',
      withOption(2, ({ ttl, ...options }) => (ttl ? { ...options, ttl } : options)),
    ),
  ),
  'dispose is not told why': misled(({ dispose, ...options }) => ({
    ...options,
    ...(dispose !== undefined && {
      dispose: (value: unknown, key: unknown) => (dispose as Fn)(value, key, 'delete'),
    }),
  })),
  'the weight of an entry is one too much': faulty((cache) =>
    replace(
      cache,
      'set',
      withOption(2, (options) =>
        Number.isInteger(options.size) ? { ...options, size: Number(options.size) + 1 } : options,
      ),
    ),
  ),
  'dump forgets the start': faulty((cache) =>
    replace(
      cache,
      'dump',
      (dump) => () =>
        (dump() as [unknown, Options][]).map(([key, { start: _, ...entry }]) => [key, entry]),
    ),
  ),
  'status has no remaining ttl': faulty((cache) =>
    replace(cache, 'get', (get) => (key, options) => {
      const value = get(key, options);
      delete ((options as Options | undefined)?.status as Options | undefined)?.remainingTTL;
      return value;
    }),
  ),
  'purgeStale does not say that it did': faulty((cache) =>
    replace(cache, 'purgeStale', (purge) => () => {
      purge();
      return false;
    }),
  ),
  'memo does not forget its options': faulty((cache) =>
    replace(
      cache,
      'memo',
      withOption(1, ({ forceRefresh: _, ...options }) => options),
    ),
  ),
};
