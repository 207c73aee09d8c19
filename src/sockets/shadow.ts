// Estimates the hit ratio with other sizes from a sample of keys: SHARDS (Waldspurger et al., FAST
// 2015), for four sizes.
//
// SD1  A key is in the sample if its hash is below a limit, so a key is always or never sampled.
//      For the sampled keys alone, a cache of S entries behaves as one of S times their share.
// SD2  The sampled keys are in one order of recency (recency.ts), as 31 bits of their hash. The
//      place of a key is the scaled size from which on its request hits, so one order serves all
//      sizes.
// SD3  At first all keys are in the sample. When there is no more room, the share is halved, and
//      with it everything that was counted, until the largest scaled size fits.
// SD4  A very popular key may or may not be in the sample, which would distort the estimate.
//      Requests that the sample has too many or too few are counted as hits of the smallest size,
//      since such keys are always stored (SHARDS-adj).
// SD5  The only change of the cache is its prototype. While it is watched, that has methods which
//      hide those of the class and call them. At rest it is that of the class again, with which V8
//      of Node 24 and newer gives the cache its earlier shape. The cache itself gets no property:
//      V8 would turn it into a dictionary when that is deleted.
// SD6  A shadow at rest does not keep its cache alive.

/**
 * The hit ratio that a cache would have with another size:
 * `import { shadow } from 'wasm-lru/shadow'`.
 *
 * @module shadow
 */

import { LRUCacheTypeError } from '../common/errors.js';
import { Recency } from './recency.js';
import { shadowsByCache } from './shadows.js';

/** The hit ratio that a cache would have with a size. */
export interface ShadowEstimate {
  /** The size as a multiple of the present one: 0.5, 1, 2 or 4. */
  readonly factor: number;
  /** Number of entries. */
  readonly max: number;
  /** Hits per request, from 0 to 1; undefined before there were requests. */
  readonly hitRatio: number | undefined;
}

/** How an estimator samples. */
export interface EstimatorOptions {
  /** Number of entries that factors refer to. */
  max: number;
  /**
   * The largest number of sampled keys, from 1 to 32,767; each takes 20 bytes while requests are
   * watched, and 4 in between. More keys give a more exact estimate.
   *
   * @default 4096
   */
  samples?: number;
}

/** How a shadow samples. */
export interface ShadowOptions extends Partial<EstimatorOptions> {
  /**
   * Number of entries that factors refer to.
   *
   * @default the `max` of the cache when the shadow begins
   */
  max?: number;
  /**
   * The share of the time in which requests are watched, above 0 and at most 1. A stretch of 64
   * times `max` requests, and at least 65,536, is watched at the beginning and then again after
   * each rest. In between, the cache is as without a shadow.
   *
   * @default 0.001
   */
  share?: number;
}

const FACTORS = [0.5, 1, 2, 4];
const FACTOR_MAX = 4;
const SAMPLES = 4096;
const SAMPLES_MAX = 32_767;
const SHARE = 0.001;
/** The requests of a stretch: this many for each entry, and at least this many in all. */
const STRETCH_PER_ENTRY = 16;
const STRETCH_MIN = 65_536;
/** The longest time that a timer can be set for: hosts count it in 31 bits. */
const DELAY_MS_MAX = 2 ** 31 - 1;
/** Code units that are hashed at each end of a string. */
const ENDS = 16;

/** The bits of a number. Made when first needed: a locked-down realm may forbid it before. */
let bits: DataView | undefined;

/** Stands for the hash of a key that cannot be hashed: an object. */
const NONE = 2 ** 31;

/** Spreads the bits of a number over 31 bits (the finalizer of MurmurHash3). */
function mixed(word: number): number {
  let hash = word ^ (word >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 1;
}

function hashOfText(text: string): number {
  const { length } = text;
  let hash = length;
  const head = Math.min(length, ENDS);
  for (let i = 0; i < head; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  for (let i = Math.max(head, length - ENDS); i < length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mixed(hash);
}

function hashOfFloat(key: number): number {
  bits ??= new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, key);
  return mixed(bits.getInt32(4) ^ Math.imul(bits.getInt32(0), 0x9e3779b1));
}

/** The hash of a key, or `NONE`. */
function hashOf(key: unknown): number {
  if (typeof key === 'number') return (key | 0) === key ? mixed(key) : hashOfFloat(key);
  if (typeof key === 'string') return hashOfText(key);
  const hasHash = key === null || (typeof key !== 'object' && typeof key !== 'function');
  return hasHash ? hashOfText(`${typeof key} ${String(key)}`) : NONE;
}

function checkedSize(name: string, given: unknown): number {
  if (Number.isSafeInteger(given) && (given as number) > 0) return given as number;
  throw new LRUCacheTypeError(
    'INVALID_MAX',
    `${name} must be a positive integer, not ${String(given)}`,
  );
}

/**
 * Estimates the hit ratio of LRU caches of other sizes from the requests that it is given. It takes
 * 80 KiB, whatever the size is. `shadow` gives it the requests of a cache; use this class for
 * requests without a cache, such as a trace.
 *
 * @example
 * ```ts
 * import { ShadowEstimator } from 'wasm-lru/shadow';
 *
 * const estimator = new ShadowEstimator({ max: 100 });
 * for (let i = 0; i < 10_000; i++) estimator.request(i % 150);
 * console.log(estimator.hitRatio(100), estimator.hitRatio(200)); // 0 0.985
 * ```
 */
export class ShadowEstimator {
  /** Number of entries that factors refer to. */
  readonly max: number;
  /** Number of entries of the largest size. */
  readonly #largest: number;
  /** Hits of sampled keys by their place. */
  readonly #hits: Uint32Array;
  /** The sampled keys; undefined if there are none. */
  #recency: Recency | undefined;
  /** The share of sampled keys, and the limit of their hashes. */
  #share = 1;
  #limit = NONE;
  #requests = 0;
  #sampled = 0;
  /**
   * How many requests should have been sampled when the share was last halved, and the number of
   * requests then.
   */
  #expectedBefore = 0;
  #requestsBefore = 0;
  /** The number of requests that do not count, because the uses before them are not known. */
  #unknown = 0;

  /** An estimator without requests. Throws `INVALID_MAX` for an invalid `max` or `samples`. */
  constructor(options: EstimatorOptions) {
    const { max, samples = SAMPLES } = options;
    this.max = checkedSize('max', max);
    this.#largest = this.max * FACTOR_MAX;
    const places = Math.min(checkedSize('samples', samples), SAMPLES_MAX, this.#largest);
    this.#hits = new Uint32Array(places);
  }

  /** Number of requests that count. */
  get requests(): number {
    return this.#requests;
  }

  /** Notes a `get`, which uses the entry if there is one. */
  get(key: unknown): void {
    const hash = hashOf(key);
    if (hash === NONE) return;
    const isCounted = this.#isCounted();
    if (hash < this.#limit) this.#use(hash, isCounted);
  }

  /** Notes a `set`, after which there is an entry. */
  set(key: unknown): void {
    const hash = hashOf(key);
    if (hash < this.#limit && this.#keys.use(hash) < 0) this.#add(hash);
  }

  /** Notes a `get` that is followed by a `set` if it misses, as in `fetch` and `memo`. */
  request(key: unknown): void {
    const hash = hashOf(key);
    if (hash === NONE) return;
    const isCounted = this.#isCounted();
    if (hash < this.#limit && !this.#use(hash, isCounted)) this.#add(hash);
  }

  /** Notes a `delete`. */
  delete(key: unknown): void {
    const hash = hashOf(key);
    if (hash < this.#limit) this.#recency?.remove(hash);
  }

  /** Notes that all entries are gone. The counts stay. */
  clear(): void {
    this.#recency?.clear();
  }

  /**
   * @internal Notes that requests were missed, so that the entries are unknown: no request counts
   * until all places are filled again, or a number of requests has passed.
   */
  skip(requests: number): void {
    this.#recency = undefined;
    this.#unknown = requests;
  }

  /** Forgets the requests; the entries stay. */
  reset(): void {
    this.#hits.fill(0);
    this.#requests = 0;
    this.#requestsBefore = 0;
    this.#expectedBefore = 0;
    this.#sampled = 0;
  }

  /** The hit ratio with so many entries, at most 4 times `max`; undefined before any request. */
  hitRatio(entries: number): number | undefined {
    if (this.#requests === 0) return undefined;
    const expected = this.#expected();
    const places = Math.min(entries * this.#share, this.#hits.length);
    let hits = expected - this.#sampled;
    // The last place counts in part.
    for (let place = 0; place < places; place++) {
      hits += (this.#hits[place] as number) * Math.min(1, places - place);
    }
    return Math.min(1, Math.max(0, hits / expected));
  }

  /** The hit ratios with half, once, twice and four times the size. */
  estimates(): ShadowEstimate[] {
    return FACTORS.map((factor) => {
      const max = Math.max(1, Math.round(this.max * factor));
      return { factor, max, hitRatio: this.hitRatio(max) };
    });
  }

  /** How many of the requests should have been of sampled keys. */
  #expected(): number {
    return this.#expectedBefore + (this.#requests - this.#requestsBefore) * this.#share;
  }

  /** Counts a request, unless the uses before it are not known. */
  #isCounted(): boolean {
    const isCounted = this.#unknown === 0;
    if (isCounted) this.#requests += 1;
    else this.#unknown -= 1;
    return isCounted;
  }

  get #keys(): Recency {
    this.#recency ??= new Recency(this.#hits.length);
    return this.#recency;
  }

  /** A request of a sampled key, which becomes the first. Returns whether it was there. */
  #use(hash: number, isCounted: boolean): boolean {
    const place = this.#keys.use(hash);
    if (isCounted) {
      this.#sampled += 1;
      if (place >= 0) (this.#hits[place] as number) += 1;
    }
    return place >= 0;
  }

  /** Adds a sampled key that is not there. */
  #add(hash: number): void {
    const keys = this.#keys;
    const places = Math.ceil(this.#largest * this.#share);
    if (keys.length === keys.max && places > keys.max) this.#halve();
    else if (keys.length === Math.min(keys.max, places)) {
      // It is beyond the largest size, so the uses from here on are known.
      keys.removeLast();
      this.#unknown = 0;
    }
    // It may have left the sample when the share was halved.
    if (hash < this.#limit) keys.add(hash);
  }

  /** Halves the share of sampled keys, and their counts. */
  #halve(): void {
    this.#expectedBefore = this.#expected() / 2;
    this.#requestsBefore = this.#requests;
    this.#sampled /= 2;
    this.#share /= 2;
    this.#limit = NONE * this.#share;
    this.#keys.keepBelow(this.#limit);
    const hits = this.#hits;
    // The remainder of a division goes to the next place.
    let over = 0;
    for (let place = 0; place < hits.length; place++) {
      over += (hits[2 * place] ?? 0) + (hits[2 * place + 1] ?? 0);
      hits[place] = over >>> 1;
      over &= 1;
    }
  }
}

/** What a shadow needs of a cache: an `LRUCache`, or an object with these of its methods. */
export interface ShadowedCache {
  /** Largest number of entries. */
  readonly max: number;
  /** Number of entries. */
  readonly size: number;
  /** The value of a key, which becomes the most recently used. */
  get(key: never): unknown;
  /** Stores a value. */
  set(key: never, value: never): unknown;
  /** Removes a key. */
  delete(key: never): unknown;
  /** Removes all keys. */
  clear(): void;
}

/** The estimates for other sizes of a cache. */
export interface Shadow {
  /** The hit ratios with half, once, twice and four times the size. */
  estimates(): ShadowEstimate[];
  /** The hit ratio with so many entries, at most 4 times `max`; undefined before any request. */
  hitRatio(entries: number): number | undefined;
  /** Forgets the requests, as after a change of load; the entries stay. */
  reset(): void;
  /** Ends the shadow: the cache is as it was before. */
  stop(): void;
}

/** The methods of a cache, as they are called. */
type Method = (this: unknown, ...given: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

/** Calls after which there is an entry, if it was not there before. */
const REQUESTS = ['fetch', 'forceFetch', 'memo'];

/** Notes a `get` that has found this value, or undefined. */
function noteGet(noted: Stretches, key: unknown, value: unknown): void {
  // A found entry exists, even if it was stored before the shadow watched.
  if (value === undefined) noted.estimator.get(key);
  else noted.estimator.request(key);
  noted.count();
}

/** Notes a call after which there is an entry. */
function noteRequest(noted: Stretches, key: unknown): void {
  noted.estimator.request(key);
  noted.count();
}

/**
 * Methods that note the request and then call the method of the class. Each is a function of its
 * own, so that V8 can optimize it.
 */
function notingMethods(noted: Stretches, plain: Methods): Methods {
  const { get, set, delete: remove, clear } = plain as Record<string, Method>;
  const { estimator } = noted;
  const noting: Methods = {
    get(key, options) {
      const value = get?.call(this, key, options);
      noteGet(noted, key, value);
      return value;
    },
    set(key, value, options) {
      estimator.set(key);
      return set?.call(this, key, value, options);
    },
    delete(key) {
      estimator.delete(key);
      return remove?.call(this, key);
    },
    clear() {
      estimator.clear();
      return clear?.call(this);
    },
  };
  for (const name of REQUESTS) {
    const method = plain[name];
    if (method === undefined) continue;
    noting[name] = function request(key, options) {
      noteRequest(noted, key);
      return method.call(this, key, options);
    };
  }
  return Object.assign(noting, notingManyMethods(noted, plain));
}

/**
 * The items of a list; undefined if the argument is not a list, which the method of the cache will
 * refuse.
 */
function itemsOf(list: unknown): unknown[] | undefined {
  const isList = typeof list === 'object' && Symbol.iterator in (list ?? {});
  return isList ? [...(list as Iterable<unknown>)] : undefined;
}

/**
 * As `notingMethods`, for the methods that take many keys: they do not call the other methods of
 * the cache. The list is read once, since an iterator can be read only once.
 */
function notingManyMethods(noted: Stretches, plain: Methods): Methods {
  const { getMany, setMany, deleteMany, fetchMany } = plain;
  const { estimator } = noted;
  const noting: Methods = {
    getMany(keys, options) {
      const list = itemsOf(keys);
      const values = getMany?.call(this, list ?? keys, options) as unknown[];
      for (const [i, key] of (list ?? []).entries()) noteGet(noted, key, values[i]);
      return values;
    },
    setMany(entries, options) {
      const list = itemsOf(entries);
      const result = setMany?.call(this, list ?? entries, options);
      for (const [key] of (list ?? []) as [unknown, unknown][]) estimator.set(key);
      return result;
    },
    deleteMany(keys) {
      const list = itemsOf(keys);
      for (const key of list ?? []) estimator.delete(key);
      return deleteMany?.call(this, list ?? keys);
    },
    fetchMany(keys, options) {
      const list = itemsOf(keys);
      // A key that is given twice is requested once.
      for (const key of new Set(list)) noteRequest(noted, key);
      return fetchMany?.call(this, list ?? keys, options);
    },
  };
  for (const name of Object.keys(noting)) if (plain[name] === undefined) delete noting[name];
  return noting;
}

/** The stretches of requests in which a cache is watched. */
class Stretches {
  readonly estimator: ShadowEstimator;
  readonly #cache: WeakRef<ShadowedCache>;
  readonly #share: number;
  readonly #length: number;
  /** The prototype of the cache at rest, and the one of the methods that note. */
  readonly #plain: object;
  readonly #noting: object;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Requests until the end of this one. */
  #left = Number.POSITIVE_INFINITY;
  #beganMs = 0;

  constructor(cache: ShadowedCache, estimator: ShadowEstimator, share: number) {
    this.estimator = estimator;
    this.#cache = new WeakRef(cache);
    this.#share = share;
    this.#length = Math.max(STRETCH_MIN, estimator.max * FACTOR_MAX * STRETCH_PER_ENTRY);
    this.#plain = Object.getPrototypeOf(cache) as object;
    const methods = notingMethods(this, cache as unknown as Methods);
    this.#noting = Object.create(this.#plain, Object.getOwnPropertyDescriptors(methods));
    if (cache.size === 0) this.#begin();
    else this.#goOn();
  }

  /** Counts a request, with which a stretch may end. */
  count(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#rest();
  }

  /** Ends the stretch, and no other one begins. */
  stop(): void {
    clearTimeout(this.#timer);
    const cache = this.#cache.deref();
    if (cache !== undefined) Object.setPrototypeOf(cache, this.#plain);
  }

  #begin(): void {
    const cache = this.#cache.deref();
    if (cache === undefined) return;
    Object.setPrototypeOf(cache, this.#noting);
    if (this.#share === 1) return;
    this.#left = this.#length;
    this.#beganMs = performance.now();
  }

  #rest(): void {
    const tookMs = performance.now() - this.#beganMs;
    this.stop();
    const restMs = Math.max(1, tookMs * (1 / this.#share - 1));
    try {
      this.#timer = setTimeout(() => this.#goOn(), Math.min(restMs, DELAY_MS_MAX));
      // Node's timers are objects, those of other hosts are numbers.
      (this.#timer as { unref?(): void }).unref?.();
    } catch {
      // On a host that allows no timer here, it rests for good.
    }
  }

  /** Begins although the earlier uses are not known: at least half a stretch counts. */
  #goOn(): void {
    this.estimator.skip(this.#length / 2);
    this.#begin();
  }
}

function checkedShare(given: number): number {
  if (given > 0 && given <= 1) return given;
  throw new LRUCacheTypeError('INVALID_OPTIONS', `share must be from 0 to 1, not ${String(given)}`);
}

/**
 * Watches a cache, and estimates the hit ratio that it would have with half, twice and four times
 * its size, from a sample of its keys. `wasm-lru/metrics` shows it as `cache_shadow_hit_ratio`.
 *
 * While it watches, a hit takes up to ten times as long, and the shadow takes 80 KiB. It watches a
 * stretch of requests, and another one after a rest, in which it takes 16 KiB and the cache has its
 * own methods again; by default, it watches for a thousandth of the time. With `share: 1` it always
 * watches, which gives the most exact estimate.
 *
 * It estimates by the number of entries: it ignores sizes, ages, and requests of keys that are
 * objects. It sees calls of `get`, `set`, `delete`, `getMany`, `setMany`, `deleteMany`, `clear`,
 * `fetch`, `fetchMany`, `forceFetch` and `memo` from then on. A second shadow takes the place of
 * the first.
 *
 * Throws `INVALID_MAX` if neither the options nor the cache have a `max`, and `INVALID_OPTIONS` for
 * an invalid `share`, or a cache with `keyOf`.
 *
 * @example
 * ```ts
 * import { LRUCache } from 'wasm-lru';
 * import { shadow } from 'wasm-lru/shadow';
 *
 * const cache = new LRUCache<number, number>({ max: 100 });
 * const watched = shadow(cache);
 * for (let i = 0; i < 10_000; i++) {
 *   const key = i % 150;
 *   if (cache.get(key) === undefined) cache.set(key, i);
 * }
 * console.log(watched.hitRatio(100), watched.hitRatio(200)); // 0 0.985
 * watched.stop();
 * ```
 */
export function shadow(cache: ShadowedCache, options: ShadowOptions = {}): Shadow {
  const { share = SHARE, ...given } = options;
  const estimator = new ShadowEstimator({ ...given, max: options.max ?? cache.max });
  checkedShare(share);
  if ((cache as { readonly keyOf?: unknown }).keyOf !== undefined) {
    const message = 'A shadow cannot watch a cache with keyOf, as it knows keys, and no ids';
    throw new LRUCacheTypeError('INVALID_OPTIONS', message);
  }
  const shadows = shadowsByCache<Shadow>();
  shadows.get(cache)?.stop();
  const held = new WeakRef(cache);
  const watched: Shadow = {
    estimates: () => estimator.estimates(),
    hitRatio: (entries) => estimator.hitRatio(entries),
    reset: () => estimator.reset(),
    stop() {
      const seen = held.deref();
      if (seen === undefined || shadows.get(seen) !== watched) return;
      shadows.delete(seen);
      stretches.stop();
    },
  };
  const stretches = new Stretches(cache, estimator, share);
  shadows.set(cache, watched);
  return watched;
}
