// What the hit ratio would be with another size, from a sample of keys: SHARDS (Waldspurger et al.,
// FAST 2015), for the four sizes that people ask about.
//
// H1  A key is in the sample if its hash is below a limit: always, or never. A cache of S entries
//     then behaves as one of S times the share of such keys does for them alone.
// H2  The sampled keys are in one order of recency (recency.ts), as 31 bits of their hash. The
//     place of a key is the size, scaled, that it takes to hit; so one order stands for all sizes.
// H3  At first all keys are in the sample. When there are more than there is room for, the share
//     is halved, and all that was counted with it; until the largest size, scaled, fits.
// H4  Keys in great demand may be in the sample or not, and would carry the estimate away. What
//     the sample has too few or too many requests is put down as hits of the smallest size, as
//     such keys are always there (SHARDS-adj).
// H5  The cache is not changed but for own methods in front of those of its class, which call them
//     in turn, and which are there only for some stretches of requests: a cache without a shadow,
//     or with one at rest, pays nothing. They go in the reverse of the order in which they came:
//     V8 then has the shape of before, where it would make the cache a dictionary otherwise.
// H6  A shadow at rest keeps no cache alive.

/**
 * The hit ratio that a cache would have with another size:
 * `import { shadow } from 'wasm-lru/shadow'`.
 *
 * @module shadow
 */

import { LRUCacheTypeError } from '../common/errors.js';
import { Recency } from './recency.js';

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
   * Number of keys that are noted at most, from 1 to 32,767, in 20 bytes each while requests are
   * watched, and 4 in between. More are more exact.
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
   * @default `max` of the cache, as it is when the shadow begins
   */
  max?: number;
  /**
   * Share of the time in which requests are watched, above 0 and at most 1: a stretch of 64 times
   * `max` requests, 65,536 at least, at the beginning and again and again. In between, the cache
   * is as without a shadow.
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
/** Requests of a stretch: as many for each entry of the largest size, but not fewer in all. */
const STRETCH_PER_ENTRY = 16;
const STRETCH_MIN = 65_536;
/** The longest time that a timer can be set for: hosts count it in 31 bits. */
const DELAY_MS_MAX = 2 ** 31 - 1;
/** Code units that are hashed at each end of a string. */
const ENDS = 16;

/** The bits of a number. Made when first needed: a locked-down realm may forbid it before. */
let bits: DataView | undefined;

/** The hash of a key that has none: of an object. */
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
 * Estimates the hit ratio of LRU caches of other sizes from the requests that it is told of, in 80
 * KiB whatever the size is. `shadow` tells one of the requests of a cache; use this class for what
 * is no cache yet, as a trace.
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
  /** The share of keys that are sampled, and the hash that they are below. */
  #share = 1;
  #limit = NONE;
  #requests = 0;
  #sampled = 0;
  /** How many should have been sampled when the share was last halved, after so many requests. */
  #expectedBefore = 0;
  #requestsBefore = 0;
  /** Requests that do not count, because it is not known what was used before them. */
  #unknown = 0;

  /** An estimator without requests. Throws `INVALID_MAX` for a `max` or `samples` that is none. */
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
   * @internal Notes that requests were missed, so that the entries are unknown: until all places
   * are taken anew, or so many requests are over, none count.
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
    // Of the last place, a part.
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

  /** Counts a request, unless it is not known what was used before it. */
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

  /** A request of a sampled key, which becomes the first; says whether it was there. */
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
      // It is beyond the largest size; so what is used from here on is known.
      keys.removeLast();
      this.#unknown = 0;
    }
    // It is in the sample no more if the share was halved.
    if (hash < this.#limit) keys.add(hash);
  }

  /** Halves the share of keys that are sampled, and what was counted of them. */
  #halve(): void {
    this.#expectedBefore = this.#expected() / 2;
    this.#requestsBefore = this.#requests;
    this.#sampled /= 2;
    this.#share /= 2;
    this.#limit = NONE * this.#share;
    this.#keys.keepBelow(this.#limit);
    const hits = this.#hits;
    // What a division leaves over goes to the next place.
    let over = 0;
    for (let place = 0; place < hits.length; place++) {
      over += (hits[2 * place] ?? 0) + (hits[2 * place + 1] ?? 0);
      hits[place] = over >>> 1;
      over &= 1;
    }
  }
}

/** What a shadow asks of a cache: an `LRUCache`, or what has these of its methods. */
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

/** What is known of a cache of other sizes. */
export interface Shadow {
  /** The hit ratios with half, once, twice and four times the size. */
  estimates(): ShadowEstimate[];
  /** The hit ratio with so many entries, at most 4 times `max`; undefined before any request. */
  hitRatio(entries: number): number | undefined;
  /** Forgets the requests, as after a change of load; the entries stay. */
  reset(): void;
  /** Ends it: the cache is as it was. */
  stop(): void;
}

/** Where a cache has its shadow. Metrics look there, too, which may be of another bundle. */
const SHADOW = Symbol.for('wasm-lru.shadow');

/** The methods of a cache, as they are called. */
type Method = (this: unknown, ...given: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

/** Calls after which there is an entry, if it was not there before. */
const REQUESTS = ['fetch', 'forceFetch', 'memo'];

/** Notes a `get` that has found this value, or undefined. */
function noteGet(noted: Stretches, key: unknown, value: unknown): void {
  // What is found is there, also if it was stored before anybody watched.
  if (value === undefined) noted.estimator.get(key);
  else noted.estimator.request(key);
  noted.count();
}

/** Notes a call after which there is an entry. */
function noteRequest(noted: Stretches, key: unknown): void {
  noted.estimator.request(key);
  noted.count();
}

/** Methods that note what is asked of them, and then do it. One function each, for V8's sake. */
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

/** What is in a list; undefined if it is none, which the method of the cache will refuse. */
function itemsOf(list: unknown): unknown[] | undefined {
  const isList = typeof list === 'object' && Symbol.iterator in (list ?? {});
  return isList ? [...(list as Iterable<unknown>)] : undefined;
}

/**
 * As `notingMethods`, of those that are given many keys: a cache asks its store for them, and not
 * its own methods. The list is read once, as an iterator can be read only once.
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
      // A key that is given twice is asked for once.
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
  readonly #methods: Methods;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Requests until the end of this one. */
  #left = Number.POSITIVE_INFINITY;
  #beganMs = 0;

  constructor(cache: ShadowedCache, estimator: ShadowEstimator, share: number) {
    this.estimator = estimator;
    this.#cache = new WeakRef(cache);
    this.#share = share;
    this.#length = Math.max(STRETCH_MIN, estimator.max * FACTOR_MAX * STRETCH_PER_ENTRY);
    this.#methods = notingMethods(this, cache as unknown as Methods);
    if (cache.size === 0) this.#begin();
    else this.#goOn();
  }

  /** Counts a request, with which a stretch may end. */
  count(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#rest();
  }

  /** Takes the methods away, and ends it. */
  stop(): void {
    clearTimeout(this.#timer);
    const cache = this.#cache.deref();
    if (cache === undefined) return;
    const names = Object.keys(this.#methods).reverse();
    for (const name of names) delete (cache as unknown as Methods)[name];
  }

  #begin(): void {
    const cache = this.#cache.deref();
    if (cache === undefined) return;
    for (const [name, value] of Object.entries(this.#methods)) {
      Object.defineProperty(cache, name, { value, configurable: true, writable: true });
    }
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
      // A host that allows no timer here lets it rest for good.
    }
  }

  /** Begins though it is not known what was used before: half a stretch counts, at least. */
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
 * While it watches, a hit takes up to ten times as long, and it holds 80 KiB. It does so for a
 * stretch of requests, and then again after a rest, in which it holds 16 KiB and the methods are
 * those of the cache again; by default, a thousandth of the time. With `share: 1` it always
 * watches, which is most exact.
 *
 * It is about the number of entries: sizes and ages count for nothing, and neither do requests of
 * keys that are objects. It sees calls of `get`, `set`, `delete`, `getMany`, `setMany`,
 * `deleteMany`, `clear`, `fetch`, `fetchMany`, `forceFetch` and `memo` from then on. A second
 * shadow takes the place of the first.
 *
 * Throws `INVALID_MAX` if `max` is not given and the cache has none, and `INVALID_OPTIONS` for a
 * `share` that is none.
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
  const own = cache as unknown as Record<PropertyKey, unknown>;
  checkedShare(share);
  (own[SHADOW] as Shadow | undefined)?.stop();
  const held = new WeakRef(own);
  const watched: Shadow = {
    estimates: () => estimator.estimates(),
    hitRatio: (entries) => estimator.hitRatio(entries),
    reset: () => estimator.reset(),
    stop() {
      if (held.deref()?.[SHADOW] !== watched) return;
      stretches.stop();
      delete held.deref()?.[SHADOW];
    },
  };
  // Before the methods, so that it is the last to go.
  Object.defineProperty(cache, SHADOW, { value: watched, configurable: true });
  const stretches = new Stretches(cache, estimator, share);
  return watched;
}
