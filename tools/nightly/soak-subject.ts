// A cache under the soak: its model, a ledger of its values, and random operations on both.
//
// Every answer and every callback is compared at once; `expectSame` compares what is in the cache.
// The ledger counts values for itself: each that came is there, or was disposed of, once. Half of
// the requests are a reader's, who loads what is missing: of keys that follow a Zipf distribution
// or, in a scan, of keys that come once and not again.

import { below, createZipf, type Random } from '../../bench/random.js';
import { LRUCache } from '../../src/api/lru.js';
import type { TableHost } from '../../src/engine/lifetime.js';
import { type Bounds, SoakModel, type Told, type Value } from './soak-model.js';

const ZIPF_EXPONENT = 0.99;
const KEYS_PER_ENTRY = 8;
const SIZE_MAX = 100;
/** Odds against: a scan, a resize, a clear, a purge. */
const RARE = { scan: 20_000, resize: 50_000, clear: 400_000, purge: 10_000 } as const;

/** What kind of cache it is. */
export interface Shape {
  readonly name: string;
  /** It is resized from one to the other, and begins with the first, the larger. */
  readonly bounds: readonly [Bounds, Bounds];
  /** The largest ttl; 0 is none. Some entries have none all the same. */
  readonly ttlMax: number;
  readonly isRenewed: boolean;
  readonly hasCallbacks: boolean;
  keyOf(number: number): unknown;
}

/** Fails, naming what differs. */
function expectEqual(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) {
    throw new Error(`${what}: ${String(actual)} and not ${String(wanted)}`);
  }
}

/** What the callbacks of a cache were told, and the count of values. */
class Ledger {
  told: Told[] = [];
  /** Values that came, less those that left. */
  balance = 0;
  /** Their numbers, each added or removed. */
  ids = 0;

  readonly callbacks = {
    dispose: (value: Value, key: unknown, reason: string): void => {
      this.told.push([value, key, reason]);
      this.balance -= 1;
      this.ids ^= value.id;
    },
    onInsert: (value: Value, key: unknown, reason: string): void => {
      this.told.push([value, key, reason]);
      if (reason === 'update') return;
      this.balance += 1;
      this.ids ^= value.id;
    },
  };
}

/** A cache and its model, driven together. */
export class SoakSubject {
  readonly cache: LRUCache<unknown, Value>;
  readonly model: SoakModel;
  readonly shape: Shape;
  readonly #ledger = new Ledger();
  readonly #random: Random;
  readonly #drawRank: () => number;
  #values = 0;
  #isLarge = true;
  /** Keys of a scan that are left, and the next of them; scans never come back to a key. */
  #scanLeft = 0;
  #scanNext: number;

  constructor(host: TableHost, shape: Shape, random: Random) {
    const [bounds] = shape.bounds;
    this.shape = shape;
    this.model = new SoakModel(bounds);
    this.#random = random;
    const keys = bounds.max * KEYS_PER_ENTRY;
    this.#drawRank = createZipf(keys, ZIPF_EXPONENT, random);
    this.#scanNext = keys;
    // The constructor takes an engine object, too; that is not in its public type.
    const options = {
      max: bounds.max,
      ...(bounds.maxSize !== 0 && { maxSize: bounds.maxSize }),
      ...(shape.ttlMax !== 0 && { perf: { now: () => this.model.now }, ttlResolution: 0 }),
      ...(shape.hasCallbacks && this.#ledger.callbacks),
      updateAgeOnGet: shape.isRenewed,
      engine: host as never,
    };
    this.cache = new LRUCache<unknown, Value>(options);
  }

  /** Does something to both, and compares what they say to it. */
  step(): void {
    const { cache, model, shape } = this;
    if (shape.ttlMax !== 0) model.now += below(this.#random, 2);
    const key = shape.keyOf(this.#number());
    const dice = below(this.#random, 100);
    if (dice < 60) this.#read(key);
    else if (dice < 75) this.#set(key);
    else if (dice < 82) expectEqual(cache.delete(key), model.delete(key), 'delete');
    else if (dice < 88) expectEqual(cache.has(key), model.peek(key) !== undefined, 'has');
    else if (dice < 94) expectEqual(cache.peek(key), model.peek(key), 'peek');
    else if (dice < 98) {
      expectEqual(cache.getRemainingTTL(key), model.remainingTtl(key), 'getRemainingTTL');
    } else if (dice < 99) expectEqual(cache.pop(), model.pop(), 'pop');
    else this.#stepRarely();
    expectEqual(cache.size, model.rows.size, 'size');
    this.#expectTold();
  }

  /** Compares the entries, their order and ages, the sum of sizes, and the ledger. */
  expectSame(): number {
    const { cache, model } = this;
    expectEqual(cache.calculatedSize, model.total, 'calculatedSize');
    const entries = cache.rentries();
    let digest = 0;
    let ids = 0;
    for (const [key, row] of model.rows) {
      ids ^= row.value.id;
      if (model.isStale(row)) continue;
      const [ourKey, value] = entries.next().value ?? [];
      expectEqual(ourKey, key, 'order');
      expectEqual(value, row.value, 'value');
      expectEqual(cache.getRemainingTTL(key), model.remainingTtl(key), 'age');
      digest = Math.imul(digest ^ row.value.id, 0x01000193);
    }
    expectEqual(entries.next().done, true, 'the end of the order');
    if (this.shape.hasCallbacks) {
      expectEqual(this.#ledger.balance, cache.size, 'values that came and did not leave');
      expectEqual(this.#ledger.ids, ids, 'which they are');
    }
    return digest;
  }

  #number(): number {
    if (this.#scanLeft === 0) return this.#drawRank();
    this.#scanLeft -= 1;
    this.#scanNext += 1;
    return this.#scanNext;
  }

  #read(key: unknown): void {
    const { cache, model, shape } = this;
    const value = cache.get(key);
    expectEqual(value, model.get(key, shape.isRenewed), 'get');
    if (value === undefined) this.#set(key);
  }

  #set(key: unknown): void {
    const { cache, model, shape } = this;
    this.#values += 1;
    const value = { id: this.#values };
    const ttl = shape.ttlMax === 0 ? 0 : below(this.#random, shape.ttlMax);
    const size = model.bounds.maxSize === 0 ? 0 : 1 + below(this.#random, SIZE_MAX);
    if (ttl === 0 && size === 0) cache.set(key, value);
    else cache.set(key, value, size === 0 ? { ttl } : { ttl, size });
    model.set(key, value, ttl, size);
  }

  #stepRarely(): void {
    const { cache, model, shape } = this;
    const isDrawn = (odds: number) => below(this.#random, odds / 100) === 0;
    if (isDrawn(RARE.scan)) this.#scanLeft = 2 * model.bounds.max;
    if (isDrawn(RARE.purge)) expectEqual(cache.purgeStale(), model.purge(), 'purgeStale');
    if (isDrawn(RARE.clear)) {
      cache.clear();
      model.clear();
    }
    if (!isDrawn(RARE.resize)) return;
    this.#isLarge = !this.#isLarge;
    const { max, maxSize } = shape.bounds[this.#isLarge ? 0 : 1];
    cache.resize(maxSize === 0 ? { max } : { max, maxSize });
    model.resize({ max, maxSize });
  }

  #expectTold(): void {
    const { told: wanted } = this.model;
    this.model.told = [];
    if (!this.shape.hasCallbacks) return;
    const { told } = this.#ledger;
    this.#ledger.told = [];
    expectEqual(told.length, wanted.length, 'callbacks');
    for (const [i, each] of told.entries()) {
      for (const part of [0, 1, 2]) expectEqual(each[part], wanted[i]?.[part], `callback ${i}`);
    }
  }
}
