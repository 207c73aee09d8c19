// A walk over the entries, in order of recency, that survives any change of the cache.
//
// The first step goes to the newest (or oldest) entry and costs O(1). The second copies the order
// of slots as it is then, O(size), and the walk follows that copy. Hence:
//
//   - A walk always ends, and visits no slot twice.
//   - An entry that is there from the first step to the last is visited exactly once, wherever it
//     is moved meanwhile; an entry removed before its turn is not visited.
//   - An entry added meanwhile may be visited, at most once.
//   - Stale entries are passed over, unless the cache has `allowStale`.
//   - A walk holds slot numbers only: given up half-way, it keeps nothing alive that was removed.

import { NIL } from '../../assembly/layout.js';
import { checkFunction } from '../common/check.js';
import { throwDisposed } from '../engine/dead.js';
import type { Entries } from '../entries/entries.js';

/** What a step yields of the entry in a slot. */
type Picker<K, V, T> = (store: Walkable<K, V>, slot: number) => T;

// Gives walks what generators have: their name, and the iterator helpers of hosts that have them.
const GeneratorPrototype = Object.getPrototypeOf(function* () {}.prototype) as object;

/** What a walk needs of a store. */
export interface Walkable<K, V> {
  readonly entries: Entries<K, V>;
  /** Whether the walk yields this slot. False if its entry was removed since the slot was read. */
  isShown(slot: number): boolean;
  /** What is given for the value of a slot. */
  valueAt(slot: number): V | undefined;
}

/** Iterator over one cache. `T` is the key, the value or the pair of both. */
class Walk<K, V, T> implements IterableIterator<T, void, unknown> {
  #store: Walkable<K, V> | undefined;
  readonly #pick: Picker<K, V, T>;
  readonly #newestFirst: boolean;
  #first: number = NIL;
  #order: Int32Array | undefined;
  #next = 0;

  static {
    Object.setPrototypeOf(this.prototype, GeneratorPrototype);
    // Generators are shown without a class, as `Object [Generator] {}`.
    Reflect.deleteProperty(this.prototype, 'constructor');
  }

  constructor(store: Walkable<K, V>, newestFirst: boolean, pick: Picker<K, V, T>) {
    this.#store = store;
    this.#newestFirst = newestFirst;
    this.#pick = pick;
  }

  next(): IteratorResult<T, void> {
    const store = this.#store;
    if (store !== undefined) {
      let slot = this.#first === NIL ? this.#begin(store.entries) : this.#advance(store.entries);
      while (slot !== NIL && !store.isShown(slot)) slot = this.#advance(store.entries);
      if (slot !== NIL) return { value: this.#pick(store, slot), done: false };
      this.#finish();
    }
    return { value: undefined, done: true };
  }

  return(): IteratorReturnResult<void> {
    this.#finish();
    return { value: undefined, done: true };
  }

  /** Ends the walk, as a generator's method would. */
  throw(error: unknown): never {
    this.#finish();
    throw error;
  }

  [Symbol.iterator](): this {
    return this;
  }

  #begin(entries: Entries<K, V>): number {
    this.#first = this.#newestFirst ? entries.newest() : entries.oldest();
    return this.#first;
  }

  #advance(entries: Entries<K, V>): number {
    if (entries.isDisposed) throwDisposed();
    if (this.#order === undefined) {
      this.#order = entries.order();
      if (this.#newestFirst) this.#order.reverse();
    }
    while (this.#next < this.#order.length) {
      const slot = this.#order[this.#next] as number;
      this.#next += 1;
      if (slot !== this.#first && entries.valueAt(slot) !== undefined) return slot;
    }
    return NIL;
  }

  #finish(): void {
    this.#store = undefined;
    this.#order = undefined;
  }
}

/** Goes over the keys, the newest entry first or the oldest. */
export function walkKeys<K, V>(
  store: Walkable<K, V>,
  isNewestFirst: boolean,
): Generator<K, void, unknown> {
  return walk(store, isNewestFirst, ({ entries }, slot) => entries.keyAt(slot));
}

/** Goes over the values. */
export function walkValues<K, V>(
  store: Walkable<K, V>,
  isNewestFirst: boolean,
): Generator<V, void, unknown> {
  return walk(store, isNewestFirst, (own, slot) => own.valueAt(slot) as V);
}

/** Goes over pairs of key and value. */
export function walkEntries<K, V>(
  store: Walkable<K, V>,
  isNewestFirst: boolean,
): Generator<[K, V], void, unknown> {
  return walk(store, isNewestFirst, (own, slot) => [
    own.entries.keyAt(slot),
    // The last: it may be user code.
    own.valueAt(slot) as V,
  ]);
}

/** Goes over what each entry is found by, its key and its value. */
export function walkAll<K, V>(
  store: Walkable<K, V>,
  isNewestFirst: boolean,
): Generator<[id: K, key: K, value: V], void, unknown> {
  return walk(store, isNewestFirst, (own, slot) => [
    own.entries.idAt(slot),
    own.entries.keyAt(slot),
    own.valueAt(slot) as V,
  ]);
}

/** Calls a function of every entry. Throws `INVALID_CALLBACK`, and what the function throws. */
export function visitAll<K, V, C>(
  store: Walkable<K, V>,
  isNewestFirst: boolean,
  fn: (value: V, key: K, cache: C) => unknown,
  thisArg: unknown,
  cache: C,
): void {
  checkFunction('fn', fn);
  for (const [key, value] of walkEntries(store, isNewestFirst)) {
    fn.call(thisArg, value, key, cache);
  }
}

/** A walk behaves as a generator, but is not one: it survives what would end a generator. */
function walk<K, V, T>(
  store: Walkable<K, V>,
  isNewestFirst: boolean,
  pick: Picker<K, V, T>,
): Generator<T, void, unknown> {
  return new Walk(store, isNewestFirst, pick) as unknown as Generator<T, void, unknown>;
}
