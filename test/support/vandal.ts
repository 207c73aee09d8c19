// A cache with `freeze` whose values are objects, in the guise of one whose values are what is in
// them. Whoever gets a value tries to change all of it, and so do those who gave it: the cache has
// to go on as if nothing had happened.

import { LRUCache } from '../../src/api/lru.js';
import { thenable } from '../loads/thenable.js';
import type { TestEngine } from './engines.js';

type Options = LRUCache.OptionsBase<unknown, unknown, unknown>;
type FetchOptions = LRUCache.FetchOptions<unknown, unknown, unknown>;
/** The options of a call, passed on. */
type Rest = [options?: never];

/** What is stored for a content. */
interface Wrapped {
  content: unknown;
  held: { content: unknown };
  list: unknown[];
}

const wrap = (content: unknown): unknown =>
  content === undefined ? undefined : { content, held: { content }, list: [[content]] };

const isWrapped = (value: unknown): value is Wrapped =>
  typeof value === 'object' && value !== null && 'held' in value;

/** Whether nobody has changed a value. */
const isWhole = (value: Wrapped): boolean =>
  JSON.stringify(value) === JSON.stringify(wrap(value.content));

/** Changes whatever can be changed. */
function vandalize(value: unknown): void {
  if (!isWrapped(value)) return;
  const acts = [
    () => Object.assign(value, { content: 'changed' }),
    () => Object.assign(value.held, { content: 'changed' }),
    () => (value.list[0] as unknown[]).push('changed'),
    () => value.list.push('changed'),
  ];
  for (const act of acts) {
    try {
      act();
    } catch {
      // It is frozen.
    }
  }
}

/** What is in a value, as far as it is whole; it is changed then. */
function unwrap(value: unknown): unknown {
  if (!isWrapped(value)) return value;
  const content = isWhole(value) ? value.content : 'vandalized';
  vandalize(value);
  return content;
}

const GONE_MAX = 16;
const gone: unknown[] = [];

/** The same of a value that has left, which goes to several: it is changed a little later. */
function unwrapGone(value: unknown): unknown {
  if (!isWrapped(value)) return value;
  gone.push(value);
  if (gone.length > GONE_MAX) vandalize(gone.shift());
  return isWhole(value) ? value.content : 'vandalized';
}

const isThenable = (result: unknown): result is PromiseLike<unknown> =>
  typeof (result as PromiseLike<unknown> | undefined)?.then === 'function';

/** A result of `fetchManyMethod` with its values wrapped; one that is none stays as it is. */
function wrapBatch(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(wrap);
  if (typeof result !== 'object' || result === null) return result;
  const pairs = result as Iterable<readonly [unknown, unknown]>;
  return new Map(Array.from(pairs, ([key, value]) => [key, wrap(value)]));
}

/** What a loader gives, wrapped; the loader changes it later, more than once. */
function load(result: unknown, wrapAll: (came: unknown) => unknown): never {
  const give = (came: unknown): unknown => {
    const wrapped = wrapAll(came);
    const isMany = wrapAll === wrapBatch && typeof wrapped === 'object';
    const values = isMany ? [...(wrapped as Map<unknown, unknown>).values()] : [wrapped];
    void vandalizeLater(values);
    return wrapped;
  };
  if (!isThenable(result)) return give(result) as never;
  return thenable((resolve, reject) => result.then((came) => resolve(give(came)), reject)) as never;
}

const TURNS = 12;

/** The cache takes some turns to store a result, and to tell those who wait for it. */
async function vandalizeLater(values: readonly unknown[]): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await undefined;
  values.forEach(vandalize);
}

/** The options of a cache of objects, by those of a cache of what is in them. */
function wrappedOptions(options: Options): Options {
  const { dispose, disposeAfter, onInsert, fetchMethod, fetchManyMethod, memoMethod } = options;
  const wrapped: Options = { ...options };
  if (dispose) wrapped.dispose = (value, ...rest) => dispose(unwrapGone(value), ...rest);
  if (disposeAfter) {
    wrapped.disposeAfter = (value, ...rest) => disposeAfter(unwrapGone(value), ...rest);
  }
  if (onInsert) wrapped.onInsert = (value, ...rest) => onInsert(unwrap(value), ...rest);
  if (memoMethod) {
    wrapped.memoMethod = (key, stale, rest) => wrap(memoMethod(key, unwrap(stale), rest));
  }
  if (fetchMethod) {
    wrapped.fetchMethod = (key, stale, rest) => load(fetchMethod(key, unwrap(stale), rest), wrap);
  }
  if (fetchManyMethod) {
    wrapped.fetchManyMethod = (keys, stale, rest) =>
      load(fetchManyMethod(keys, stale.map(unwrap), rest), wrapBatch);
  }
  return wrapped;
}

const unwrapEntry = (entry: LRUCache.Entry<unknown>): LRUCache.Entry<unknown> => ({
  ...entry,
  value: unwrap(entry.value),
});

/** The cache. Methods that take or give values are those of a cache of what is in them. */
class VandalizedCache extends LRUCache<unknown, unknown> {
  constructor(options: Options) {
    super(wrappedOptions(options) as LRUCache.Options<unknown, unknown, unknown>);
  }

  override get(key: unknown, ...rest: Rest) {
    return unwrap(super.get(key, ...rest));
  }
  override peek(key: unknown, ...rest: Rest) {
    return unwrap(super.peek(key, ...rest));
  }
  override getMany(keys: Iterable<unknown>, ...rest: Rest) {
    return super.getMany(keys, ...rest).map(unwrap);
  }
  override set(key: unknown, content: unknown, ...rest: Rest) {
    const value = wrap(content);
    super.set(key, value, ...rest);
    vandalize(value);
    return this;
  }
  override setWithEvicted(key: unknown, content: unknown, ...rest: Rest) {
    const value = wrap(content);
    const evicted = super.setWithEvicted(key, value, ...rest);
    vandalize(value);
    return evicted.map(([other, left]): [unknown, unknown] => [other, unwrapGone(left)]);
  }
  override setMany(entries: Iterable<readonly [unknown, unknown]>, ...rest: Rest) {
    const wrapped = Array.from(entries, ([key, content]) => [key, wrap(content)] as const);
    super.setMany(wrapped, ...rest);
    for (const [, value] of wrapped) vandalize(value);
    return this;
  }
  override getOrInsert(key: unknown, content: unknown) {
    return unwrap(super.getOrInsert(key, wrap(content)));
  }
  override getOrInsertComputed(key: unknown, compute: (key: unknown) => unknown) {
    return unwrap(super.getOrInsertComputed(key, (given) => wrap(compute(given))));
  }
  override memo(key: unknown, options?: LRUCache.MemoOptions<unknown, unknown>) {
    return unwrap(super.memo(key, options));
  }
  override async fetch(key: unknown, options?: FetchOptions) {
    return unwrap(await super.fetch(key, options));
  }
  override async forceFetch(key: unknown, options?: FetchOptions) {
    return unwrap(await super.forceFetch(key, options));
  }
  override async fetchMany(keys: Iterable<unknown>, options?: FetchOptions) {
    const found = await super.fetchMany(keys, options);
    return new Map([...found].map(([key, value]) => [key, unwrap(value)]));
  }
  override pop() {
    return unwrapGone(super.pop());
  }
  override info(key: unknown) {
    const entry = super.info(key);
    return entry && unwrapEntry(entry);
  }
  override dump() {
    const dump = super.dump();
    return dump.map(([key, entry]): [unknown, LRUCache.Entry<unknown>] => [
      key,
      unwrapEntry(entry),
    ]);
  }
  override load(dump: Iterable<readonly [unknown, LRUCache.Entry<unknown>]>) {
    const wrapped = Array.from(
      dump,
      ([key, entry]) => [key, { ...entry, value: wrap(entry.value) }] as const,
    );
    super.load(wrapped);
    for (const [, { value }] of wrapped) vandalize(value);
  }
  override deleteWhere(predicate: (value: unknown, key: unknown) => unknown) {
    return super.deleteWhere((value, key) => predicate(unwrap(value), key));
  }
  override *values() {
    for (const value of super.values()) yield unwrap(value);
  }
  override *rvalues() {
    for (const value of super.rvalues()) yield unwrap(value);
  }
  override *entries() {
    for (const [key, value] of super.entries()) yield [key, unwrap(value)] as [unknown, unknown];
  }
  override *rentries() {
    for (const [key, value] of super.rentries()) yield [key, unwrap(value)] as [unknown, unknown];
  }
  override *[Symbol.iterator]() {
    for (const [key, value] of super[Symbol.iterator]()) {
      yield [key, unwrap(value)] as [unknown, unknown];
    }
  }
  override forEach(fn: (value: unknown, key: unknown, cache: this) => unknown) {
    super.forEach((value, key, cache) => void fn(unwrap(value), key, cache));
  }
  override rforEach(fn: (value: unknown, key: unknown, cache: this) => unknown) {
    super.rforEach((value, key, cache) => void fn(unwrap(value), key, cache));
  }
  override find(fn: (value: unknown, key: unknown, cache: this) => boolean, ...rest: Rest) {
    return unwrap(super.find((value, key, cache) => fn(unwrap(value), key, cache), ...rest));
  }
}

/** What opens such a cache, as `openCache` does. */
export function vandalizedBy(freeze: LRUCache.Freeze<unknown>) {
  return <K, V, FC = unknown>(
    engine: TestEngine,
    options: LRUCache.OptionsBase<K, V, FC>,
  ): LRUCache<K, V, FC> => {
    const forced = { ...options, freeze, engine: engine.host } as never as Options;
    return new VandalizedCache(forced) as never;
  };
}
