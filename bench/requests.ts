// The requests of a cell: which keys are asked for, pass by pass, and what must come of it.
//
// RQ1  Caches go on from pass to pass, full from the start, and every pass has other requests. Only
//      a replay begins each pass with an empty cache and has the same requests.
// RQ2  With several caches, operation i goes to cache i modulo their number, and each cache has
//      keys of its own.
// RQ3  Keys are numbered: ids. A value's id tells the key, and above it the pass that set it.
// RQ4  What exact caches have to come to is worked out here by the oracle, before each pass.

import { isComputed } from './keys.js';
import { ABSENT, ExactLru, type Outcome } from './oracle.js';
import { below, createRandom, createZipf, type Random, shuffle } from './random.js';
import type { Cell } from './results.js';
import type { Trace } from './trace.js';

/** What an operation of a `mix` is. */
export const ACTION_GET = 0;
/** A set. */
export const ACTION_SET = 1;
/** A delete. */
export const ACTION_DELETE = 2;

/** The requests of one pass. */
export interface Batch {
  readonly ids: Int32Array;
  /** Of a mix, what to do with each. */
  readonly actions: Uint8Array;
  /** Bits of a value's id that tell the key. */
  readonly idMask: number;
  /** The other bits, of values set in this pass. */
  tag: number;
}

/** Where passes come from. */
export interface Requests {
  readonly batch: Batch;
  /** Number of keys there are, over all caches. */
  readonly keyCount: number;
  /** Keys the caches hold when the first pass begins, oldest first; one for each cache in turn. */
  readonly fill: Int32Array;
  /** Draws the next pass; what it must come to, unless the caches are not exact. */
  next(): Outcome | undefined;
  /** Entries of exact caches after the last pass drawn; absent unless they are exact. */
  entries(): number | undefined;
  /** Keys that may be in the caches, oldest first if that is known. */
  candidates(): Iterable<number>;
  /** Number of the cache that a key belongs to. */
  cacheOf(id: number): number;
}

const OPERATIONS = 2 ** 17;
const OPERATIONS_LARGE = 2 ** 18;
/** As many as make every library leave garbage that is collected within the pass. */
const OPERATIONS_LARGE_CHURN = 2 ** 20;
/** Entries from which a cache is large: its passes are longer. */
export const LARGE = 1_000_000;
/** What the exponent of YCSB's zipfian distribution is. */
const ZIPF_EXPONENT = 0.99;
const ZIPF_KEYS_PER_ENTRY = 8;
const MIX_KEYS_PER_ENTRY = 2;
/** More than any approximate cache holds, so that a key is gone when it comes again. */
const CHURN_KEYS_PER_ENTRY = 3;
const VALUE_BITS = 30;
/** A mix is 80 % get, 15 % set, 5 % delete. */
const MIX_GET = 80;
const MIX_SET = 95;

function keyCountOf(cell: Cell, trace: Trace | undefined): number {
  switch (cell.workload) {
    case 'hit':
      return cell.size;
    case 'zipf':
      return cell.size * ZIPF_KEYS_PER_ENTRY;
    case 'mix':
      return cell.size * MIX_KEYS_PER_ENTRY;
    case 'churn':
      if (isComputed(cell.keys)) return 2 ** VALUE_BITS;
      return Math.max(cell.size * CHURN_KEYS_PER_ENTRY, OPERATIONS);
    case 'replay':
      return trace?.uniques ?? 0;
  }
}

/** Operations of one pass. */
export function operationsOf(cell: Cell, trace: Trace | undefined): number {
  if (trace !== undefined) return trace.requests;
  if (cell.size < LARGE) return OPERATIONS;
  return cell.workload === 'churn' ? OPERATIONS_LARGE_CHURN : OPERATIONS_LARGE;
}

/** One key for each cache in turn, out of lists that are as long as one another. */
function interleave(lists: readonly Int32Array[], length: number): Int32Array {
  const ids = new Int32Array(length * lists.length);
  for (const [cache, list] of lists.entries()) {
    for (let i = 0; i < length; i++) ids[i * lists.length + cache] = list[i] as number;
  }
  return ids;
}

function ascending(from: number, length: number): Int32Array {
  const ids = new Int32Array(length);
  for (let i = 0; i < length; i++) ids[i] = from + i;
  return ids;
}

/** New keys only, in order; the first again when there are no more. */
class ChurnRequests implements Requests {
  readonly batch: Batch;
  readonly fill: Int32Array;
  readonly keyCount: number;
  readonly #size: number;
  readonly #caches: number;
  readonly #isExact: boolean;
  /** Keys drawn so far. */
  #drawn: number;

  constructor(cell: Cell, isExact: boolean) {
    const ids = new Int32Array(operationsOf(cell, undefined));
    const idMask = 2 ** VALUE_BITS - 1;
    this.batch = { ids, actions: new Uint8Array(0), idMask, tag: 0 };
    this.keyCount = keyCountOf(cell, undefined);
    this.fill = ascending(0, cell.size);
    this.#size = cell.size;
    this.#caches = cell.caches;
    this.#isExact = isExact;
    this.#drawn = cell.size;
  }

  next(): Outcome | undefined {
    const { ids } = this.batch;
    for (let i = 0; i < ids.length; i++) ids[i] = (this.#drawn + i) % this.keyCount;
    this.#drawn += ids.length;
    return this.#isExact ? { hits: 0, checksum: 0 } : undefined;
  }

  entries(): number | undefined {
    return this.#isExact ? this.#size : undefined;
  }

  *candidates(): Iterable<number> {
    const most = this.#isExact ? this.#size : this.#size * CHURN_KEYS_PER_ENTRY;
    const first = Math.max(0, this.#drawn - most);
    for (let i = first; i < this.#drawn; i++) yield i % this.keyCount;
  }

  cacheOf(id: number): number {
    return id & (this.#caches - 1);
  }
}

/** Keys out of a set: every other workload. */
class DrawnRequests implements Requests {
  readonly batch: Batch;
  readonly fill: Int32Array;
  readonly keyCount: number;
  readonly #cell: Cell;
  readonly #random: Random;
  readonly #keysPerCache: number;
  readonly #draw: (index: number) => number;
  readonly #tags: number;
  readonly #tagShift: number;
  #oracles: ExactLru[] = [];
  #passes = 0;

  constructor(cell: Cell, seed: number, isExact: boolean, trace: Trace | undefined) {
    const operations = operationsOf(cell, trace);
    this.#cell = cell;
    this.#random = createRandom(seed);
    this.keyCount = keyCountOf(cell, trace);
    this.#keysPerCache = this.keyCount / cell.caches;
    this.#tagShift = 32 - Math.clz32(this.keyCount);
    this.#tags = 2 ** (VALUE_BITS - this.#tagShift);
    const actions = new Uint8Array(cell.workload === 'mix' ? operations : 0);
    const idMask = 2 ** this.#tagShift - 1;
    this.batch = { ids: new Int32Array(operations), actions, idMask, tag: 0 };

    // Which keys are popular has nothing to do with their order, in any cache.
    const popular = Array.from({ length: cell.caches }, (_, cache) =>
      shuffle(ascending(cache * this.#keysPerCache, this.#keysPerCache), this.#random),
    );
    this.#draw = this.#createDraw(popular, trace);
    const filled = popular.map((ids) => ids.slice(0, cell.size / cell.caches).reverse());
    this.fill = interleave(filled, Math.min(cell.size / cell.caches, this.#keysPerCache));
    if (isExact) this.#fillOracles();
  }

  #createDraw(popular: readonly Int32Array[], trace: Trace | undefined): (i: number) => number {
    const mask = this.#cell.caches - 1;
    if (trace !== undefined) {
      const [order] = popular as [Int32Array];
      return (i) => order[trace.ids[i] as number] as number;
    }
    if (this.#cell.workload === 'zipf') {
      const rank = createZipf(this.#keysPerCache, ZIPF_EXPONENT, this.#random);
      return (i) => (popular[i & mask] as Int32Array)[rank()] as number;
    }
    return (i) => (i & mask) * this.#keysPerCache + below(this.#random, this.#keysPerCache);
  }

  #fillOracles(): void {
    const { caches, size, workload } = this.#cell;
    this.#oracles = Array.from(
      { length: caches },
      () => new ExactLru(this.#keysPerCache, size / caches),
    );
    if (workload === 'replay') return;
    for (const [i, id] of this.fill.entries()) this.#oracleOf(i).set(this.#localId(i, id), id);
  }

  #oracleOf(index: number): ExactLru {
    return this.#oracles[index & (this.#cell.caches - 1)] as ExactLru;
  }

  #localId(index: number, id: number): number {
    return id - (index & (this.#cell.caches - 1)) * this.#keysPerCache;
  }

  next(): Outcome | undefined {
    const { batch } = this;
    const { ids, actions } = batch;
    const isReplay = this.#cell.workload === 'replay';
    if (!isReplay || this.#passes === 0) {
      for (let i = 0; i < ids.length; i++) ids[i] = this.#draw(i);
    }
    for (let i = 0; i < actions.length; i++) {
      const share = below(this.#random, 100);
      actions[i] = share < MIX_GET ? ACTION_GET : share < MIX_SET ? ACTION_SET : ACTION_DELETE;
    }
    this.#passes += 1;
    batch.tag = (this.#passes % this.#tags) << this.#tagShift;
    if (this.#oracles.length === 0) return undefined;
    if (isReplay) this.#fillOracles();
    return this.#foretell();
  }

  /** What exact caches come to, and the oracles with them. */
  #foretell(): Outcome {
    const { ids, actions, tag } = this.batch;
    const isReadThrough = this.#cell.workload === 'zipf' || this.#cell.workload === 'replay';
    let hits = 0;
    let checksum = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const oracle = this.#oracleOf(i);
      const local = this.#localId(i, id);
      const action = actions.length === 0 ? ACTION_GET : actions[i];
      if (action === ACTION_SET) oracle.set(local, id | tag);
      if (action === ACTION_DELETE) oracle.delete(local);
      if (action !== ACTION_GET) continue;
      const value = oracle.get(local);
      if (value !== ABSENT) {
        hits += 1;
        checksum = (checksum + value) | 0;
      } else if (isReadThrough) {
        oracle.set(local, id | tag);
      }
    }
    return { hits, checksum };
  }

  entries(): number | undefined {
    if (this.#oracles.length === 0) return undefined;
    return this.#oracles.reduce((sum, oracle) => sum + oracle.size, 0);
  }

  *candidates(): Iterable<number> {
    for (let id = 0; id < this.keyCount; id++) yield id;
  }

  cacheOf(id: number): number {
    return Math.floor(id / this.#keysPerCache);
  }
}

/** The requests of a cell; the same for the same seed. `trace` is what a replay replays. */
export function createRequests(
  cell: Cell,
  seed: number,
  isExact: boolean,
  trace?: Trace,
): Requests {
  if (cell.workload === 'churn') return new ChurnRequests(cell, isExact);
  return new DrawnRequests(cell, seed, isExact, trace);
}
