// A cache whose keys are boxes that are equal by what is in them, in the guise of one whose keys
// are what is in them: whatever holds of the other has to hold of this one.
//
// Each call makes a new box, so that nothing is ever found by identity. Every box that the cache
// shows is checked: it has to be the very one that `keyOf` promises.

import { expect } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { thenable } from '../loads/thenable.js';
import type { TestEngine } from './engines.js';

type Options = LRUCache.OptionsBase<unknown, unknown, unknown>;
type FetchOptions = LRUCache.FetchOptions<unknown, unknown, unknown>;
/** The options of a call, passed on. */
type Rest = [options?: never];

/** A key by value. */
class Box {
  constructor(readonly content: unknown) {}
}

/** What a box is found by: its content, where that can be. */
export function idOf(content: unknown): string | number | bigint | boolean | symbol {
  if (content === null || content === undefined) return `no ${String(content)}`;
  return typeof content === 'object' ? 'an object' : (content as string);
}

// Ids are compared as keys of a Map are.
type Boxes = Map<unknown, Box>;
const contentOf = (key: unknown): unknown => (key as Box).content;

/** The keys of a cache in their boxes, and what has to be shown of them. */
class Shelf {
  /** By id, the box with which the value that is there was set. */
  readonly #stored: Boxes = new Map();
  /** By id, the box of the call that is setting it, or whose load is. */
  readonly #given: Boxes = new Map();

  /** A new box for a call. */
  box(content: unknown): Box {
    return new Box(content === 0 ? 0 : content);
  }

  /** The same, of a call that may set its key. */
  give(content: unknown): Box {
    const box = this.box(content);
    this.#given.set(idOf(content), box);
    return box;
  }

  /** What is in the box of an entry. */
  unbox(key: unknown): unknown {
    const content = contentOf(key);
    if (key !== this.#stored.get(idOf(content))) expect.fail(`${String(content)}: another box`);
    return content;
  }

  /** A loader was called with this box. */
  noteLoad(key: unknown): unknown {
    this.#given.set(idOf(contentOf(key)), key as Box);
    return contentOf(key);
  }

  /** An entry was stored under this box. */
  noteStored(key: unknown): unknown {
    const content = contentOf(key);
    if (key !== this.#given.get(idOf(content))) expect.fail(`${String(content)}: another box set`);
    this.#stored.set(idOf(content), key as Box);
    return content;
  }
}

/** The options of a cache with boxes, by those of a cache without. */
function boxedOptions(shelf: Shelf, options: Options): Options {
  const { dispose, disposeAfter, onInsert, fetchMethod, fetchManyMethod, memoMethod } = options;
  const { sizeCalculation, ttlCalculation } = options;
  const boxed: Options = {
    ...options,
    keyOf: (key) => idOf(contentOf(key)),
    onInsert(value, key, reason) {
      const content = shelf.noteStored(key);
      onInsert?.call(this, value, content, reason);
    },
  };
  if (dispose) boxed.dispose = (value, key, reason) => dispose(value, shelf.unbox(key), reason);
  if (disposeAfter) {
    // By then, the entry may have been stored anew.
    boxed.disposeAfter = (value, key, reason) => disposeAfter(value, contentOf(key), reason);
  }
  if (sizeCalculation) {
    boxed.sizeCalculation = (value, key) => sizeCalculation(value, contentOf(key));
  }
  if (ttlCalculation) boxed.ttlCalculation = (value, key) => ttlCalculation(value, contentOf(key));
  if (memoMethod) boxed.memoMethod = (key, ...rest) => memoMethod(contentOf(key), ...rest);
  if (fetchMethod) {
    boxed.fetchMethod = (key, ...rest) => fetchMethod(shelf.noteLoad(key), ...rest);
  }
  if (fetchManyMethod) boxed.fetchManyMethod = boxedLoader(shelf, fetchManyMethod);
  return boxed;
}

/** Gives pairs under boxes of its own, as a loader that makes its keys anew. */
function boxedLoader(
  shelf: Shelf,
  load: LRUCache.BatchFetcher<unknown, unknown>,
): LRUCache.BatchFetcher<unknown, unknown> {
  const rebox = (result: LRUCache.BatchResult<unknown, unknown>) => {
    const isPairs = !Array.isArray(result) && typeof result === 'object' && result !== null;
    if (!isPairs) return result;
    const pairs = result as Iterable<readonly [unknown, unknown]>;
    return new Map(Array.from(pairs, ([content, value]) => [new Box(content), value]));
  };
  return (keys, ...rest) => {
    const result: unknown = load(
      keys.map((key) => shelf.noteLoad(key)),
      ...rest,
    );
    if (!isThenable(result)) return rebox(result as never);
    return thenable((resolve, reject) => result.then((pairs) => resolve(rebox(pairs)), reject));
  };
}

function isThenable(result: unknown): result is PromiseLike<never> {
  return typeof (result as PromiseLike<never> | undefined)?.then === 'function';
}

/** The cache. Methods that take or show keys are those of a cache without boxes. */
class BoxedCache extends LRUCache<unknown, unknown> {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf, options: Options) {
    super(boxedOptions(shelf, options) as LRUCache.Options<unknown, unknown, unknown>);
    this.#shelf = shelf;
  }

  override get(key: unknown, ...rest: Rest) {
    return super.get(this.#shelf.box(key), ...rest);
  }
  override set(key: unknown, ...rest: [value: unknown, ...Rest]) {
    return super.set(this.#shelf.give(key), ...rest);
  }
  override setWithEvicted(key: unknown, ...rest: [value: unknown, ...Rest]) {
    const evicted = super.setWithEvicted(this.#shelf.give(key), ...rest);
    return evicted.map(([box, value]): [unknown, unknown] => [contentOf(box), value]);
  }
  override has(key: unknown, ...rest: Rest) {
    return super.has(this.#shelf.box(key), ...rest);
  }
  override peek(key: unknown, ...rest: Rest) {
    return super.peek(this.#shelf.box(key), ...rest);
  }
  override delete(key: unknown) {
    return super.delete(this.#shelf.box(key));
  }
  override info(key: unknown) {
    return super.info(this.#shelf.box(key));
  }
  override getRemainingTTL(key: unknown) {
    return super.getRemainingTTL(this.#shelf.box(key));
  }
  override getOrInsert(key: unknown, value: unknown) {
    return super.getOrInsert(this.#shelf.give(key), value);
  }
  override getOrInsertComputed(key: unknown, compute: (key: unknown) => unknown) {
    return super.getOrInsertComputed(this.#shelf.give(key), (box) => compute(contentOf(box)));
  }
  override memo(key: unknown, options?: LRUCache.MemoOptions<unknown, unknown>) {
    return super.memo(this.#shelf.give(key), options);
  }
  override fetch(key: unknown, options?: FetchOptions) {
    return super.fetch(this.#shelf.box(key), options);
  }
  override forceFetch(key: unknown, options?: FetchOptions) {
    return super.forceFetch(this.#shelf.box(key), options);
  }
  override async fetchMany(keys: Iterable<unknown>, options?: FetchOptions) {
    const found = await super.fetchMany(this.#boxes(keys), options);
    return new Map([...found].map(([box, value]) => [contentOf(box), value]));
  }
  override getMany(keys: Iterable<unknown>, ...rest: Rest) {
    return super.getMany(this.#boxes(keys), ...rest);
  }
  override hasMany(keys: Iterable<unknown>, ...rest: Rest) {
    return super.hasMany(this.#boxes(keys), ...rest);
  }
  override deleteMany(keys: Iterable<unknown>) {
    return super.deleteMany(this.#boxes(keys));
  }
  override setMany(entries: Iterable<readonly [unknown, unknown]>, ...rest: Rest) {
    // One after the other, so that the shelf knows which box is being set.
    for (const [key, value] of entries) super.setMany([[this.#shelf.give(key), value]], ...rest);
    return this;
  }
  override load(dump: Iterable<readonly [unknown, LRUCache.Entry<unknown>]>) {
    super.load(Array.from(dump, ([key, entry]) => [this.#shelf.give(key), entry]));
  }
  override dump() {
    return this.#unboxed(super.dump());
  }
  override deleteWhere(predicate: (value: unknown, key: unknown) => unknown) {
    return super.deleteWhere((value, key) => predicate(value, this.#shelf.unbox(key)));
  }
  override *keys() {
    for (const box of super.keys()) yield this.#shelf.unbox(box);
  }
  override *rkeys() {
    for (const box of super.rkeys()) yield this.#shelf.unbox(box);
  }
  override *entries() {
    yield* this.#unboxed(super.entries());
  }
  override *rentries() {
    yield* this.#unboxed(super.rentries());
  }
  override *[Symbol.iterator]() {
    yield* this.#unboxed(super[Symbol.iterator]());
  }
  override forEach(fn: (value: unknown, key: unknown, cache: this) => unknown) {
    super.forEach((value, key, cache) => void fn(value, this.#shelf.unbox(key), cache));
  }
  override rforEach(fn: (value: unknown, key: unknown, cache: this) => unknown) {
    super.rforEach((value, key, cache) => fn(value, this.#shelf.unbox(key), cache));
  }
  override find(fn: (value: unknown, key: unknown, cache: this) => boolean, ...rest: Rest) {
    return super.find((value, key, cache) => fn(value, this.#shelf.unbox(key), cache), ...rest);
  }

  #boxes(keys: Iterable<unknown>): Box[] {
    return Array.from(keys, (key) => this.#shelf.box(key));
  }

  #unboxed<T>(rows: Iterable<[unknown, T]>): [unknown, T][] {
    return Array.from(rows, ([key, rest]) => [this.#shelf.unbox(key), rest]);
  }
}

/** As `openCache`, with every key in a box. */
export function openBoxed<K, V, FC = unknown>(
  engine: TestEngine,
  options: LRUCache.OptionsBase<K, V, FC>,
): LRUCache<K, V, FC> {
  const forced = { ...options, engine: engine.host } as never as Options;
  return new BoxedCache(new Shelf(), forced) as never;
}
