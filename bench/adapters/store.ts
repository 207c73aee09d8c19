// What the benchmark calls of a cache, and what it has to know of one to measure it.

import { Failure } from '../failure.js';
import type { Cell, Group, KeyKind } from '../results.js';

/** Keys of all kinds. A cell has keys of one kind. */
export type AnyKey = number | string | object;

/** What is cached: an object of its own for every set, as in a server. */
export interface Value {
  /** Tells the key, and the pass that set it. */
  readonly id: number;
}

/** The part of a cache that is measured. */
export interface Store {
  get(key: AnyKey): Value | undefined;
  set(key: AnyKey, value: Value): unknown;
  delete(key: AnyKey): unknown;
  /** Number of entries; not measured. Of approximate caches it is not what they really hold. */
  readonly size?: number;
  /** Whether a key is there; for counting what approximate caches really hold. */
  has?(key: AnyKey): boolean;
}

/** Makes an empty cache of `max` entries, for keys of a kind; with a ttl, if it is given one. */
export type CreateStore = (max: number, keys: KeyKind, ttlMs?: number) => Store;

/** A library that is compared. */
export interface Contender {
  readonly library: string;
  readonly group: Group;
  /** The package whose version tells the library's; absent if it is of this one. */
  readonly package?: string;
  /** Cells it is measured in; absent if it is in all. */
  readonly suits?: (cell: Cell) => boolean;
  /** Set if it keeps all it gets, so that it has other hits than a cache. */
  readonly neverEvicts?: true;
  /** Set if its ttl means the same as ours: only then it is measured in cells with one. */
  readonly hasTtl?: true;
  /** Imports it. */
  readonly load: () => Promise<CreateStore>;
}

/** A method for caches that have no `delete`. */
export function cannotDelete(library: string): () => never {
  return () => {
    throw new Failure(`${library} has no delete`);
  };
}
