// What the hit ratio would be with another size, from a sample of keys: SHARDS (Waldspurger et al.,
// FAST 2015), for the four sizes that people ask about.
//
// H1  A key is in the sample if its hash is below a limit: always, or never. A cache of S entries
//     then behaves as one of S times the share of such keys does for them alone.
// H2  The sampled keys of the largest size lie in one array, the most recently used first, as 31
//     bits of their hash. The place of a key is the size, scaled, that it takes to hit; so one
//     array stands for all sizes. It is short enough to be searched from the front.
// H3  Keys in great demand may be in the sample or not, and would carry the estimate away. What
//     the sample has too few or too many requests is put down as hits of the smallest size, as
//     such keys are always there (SHARDS-adj).
// H4  The cache is not changed but for own methods in front of those of its class, which call them
//     in turn: a cache without a shadow pays nothing.

/**
 * The hit ratio that a cache would have with another size:
 * `import { shadow } from 'wasm-lru/shadow'`.
 *
 * @module shadow
 */

import { LRUCacheTypeError } from '../common/errors.js';

/** The hit ratio that a cache would have with a size. */
export interface ShadowEstimate {
  /** The size as a multiple of the present one: 0.5, 1, 2 or 4. */
  readonly factor: number;
  /** Number of entries. */
  readonly max: number;
  /** Hits per request, from 0 to 1; undefined before there were requests. */
  readonly hitRatio: number | undefined;
}

/** How a shadow samples. */
export interface ShadowOptions {
  /**
   * Number of entries that factors refer to.
   *
   * @default `max` of the cache, as it is when the shadow begins
   */
  max?: number;
  /**
   * Number of keys that are noted, in 4 bytes each. More are more exact, and take more time.
   *
   * @default 4096
   */
  samples?: number;
}

const FACTORS = [0.5, 1, 2, 4];
const FACTOR_MAX = 4;
const SAMPLES = 4096;
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
 * Estimates the hit ratio of LRU caches of other sizes from the requests that it is told of, in 16
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
  readonly #limit: number;
  readonly #share: number;
  readonly #stack: Uint32Array;
  /** Hits of sampled keys by their place in the stack. */
  readonly #hits: Uint32Array;
  #length = 0;
  #requests = 0;
  #sampled = 0;

  /** An estimator without requests. Throws `INVALID_MAX` for a `max` or `samples` that is none. */
  constructor({ max, samples = SAMPLES }: ShadowOptions & { max: number }) {
    this.max = checkedSize('max', max);
    const largest = this.max * FACTOR_MAX;
    const length = Math.min(checkedSize('samples', samples), largest);
    this.#share = length / largest;
    this.#limit = Math.floor(this.#share * NONE);
    this.#stack = new Uint32Array(length);
    this.#hits = new Uint32Array(length);
  }

  /** Number of requests. */
  get requests(): number {
    return this.#requests;
  }

  /** Notes a `get`, which uses the entry if there is one. */
  get(key: unknown): void {
    const hash = hashOf(key);
    if (hash === NONE) return;
    this.#requests += 1;
    if (hash < this.#limit) this.#use(hash);
  }

  /** Notes a `set`, after which there is an entry. */
  set(key: unknown): void {
    const hash = hashOf(key);
    if (hash < this.#limit) this.#store(hash);
  }

  /** Notes a `get` that is followed by a `set` if it misses, as in `fetch` and `memo`. */
  request(key: unknown): void {
    const hash = hashOf(key);
    if (hash === NONE) return;
    this.#requests += 1;
    if (hash >= this.#limit) return;
    this.#use(hash);
    this.#store(hash);
  }

  /** Notes a `delete`. */
  delete(key: unknown): void {
    const hash = hashOf(key);
    const place = hash < this.#limit ? this.#placeOf(hash) : -1;
    if (place < 0) return;
    this.#stack.copyWithin(place, place + 1, this.#length);
    this.#length -= 1;
  }

  /** Notes that all entries are gone. The counts stay. */
  clear(): void {
    this.#length = 0;
  }

  /** Forgets the requests; the entries stay. */
  reset(): void {
    this.#hits.fill(0);
    this.#requests = 0;
    this.#sampled = 0;
  }

  /** The hit ratio with so many entries, at most 4 times `max`; undefined before any request. */
  hitRatio(entries: number): number | undefined {
    if (this.#requests === 0) return undefined;
    const expected = this.#requests * this.#share;
    const places = entries * this.#share;
    let hits = expected - this.#sampled;
    for (let place = 0; place < this.#hits.length && place + 0.5 < places; place++) {
      hits += this.#hits[place] as number;
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

  #use(hash: number): void {
    this.#sampled += 1;
    const place = this.#placeOf(hash);
    if (place < 0) return;
    (this.#hits[place] as number) += 1;
    this.#moveToFront(hash, place);
  }

  #store(hash: number): void {
    const place = this.#placeOf(hash);
    if (place < 0 && this.#length < this.#stack.length) this.#length += 1;
    this.#moveToFront(hash, place < 0 ? this.#length - 1 : place);
  }

  #moveToFront(hash: number, place: number): void {
    if (place === 0 && this.#stack[0] === hash) return;
    this.#stack.copyWithin(1, 0, place);
    this.#stack[0] = hash;
  }

  #placeOf(hash: number): number {
    // What lies behind the end was there before: it comes after what is there now.
    const place = this.#stack.indexOf(hash);
    return place < this.#length ? place : -1;
  }
}

/** What a shadow asks of a cache: an `LRUCache`, or what has these of its methods. */
export interface ShadowedCache {
  /** Largest number of entries. */
  readonly max: number;
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

/** Methods that note what is asked of them, and then do it. One function each, for V8's sake. */
function notingMethods(noted: ShadowEstimator, plain: Methods): Methods {
  const { get, set, delete: remove, clear } = plain as Record<string, Method>;
  const noting: Methods = {
    get(key, options) {
      noted.get(key);
      return get?.call(this, key, options);
    },
    set(key, value, options) {
      noted.set(key);
      return set?.call(this, key, value, options);
    },
    delete(key) {
      noted.delete(key);
      return remove?.call(this, key);
    },
    clear() {
      noted.clear();
      return clear?.call(this);
    },
  };
  for (const name of REQUESTS) {
    const method = plain[name];
    if (method === undefined) continue;
    noting[name] = function request(key, options) {
      noted.request(key);
      return method.call(this, key, options);
    };
  }
  return noting;
}

/**
 * Watches a cache, and estimates the hit ratio that it would have with half, twice and four times
 * its size, from a sample of its keys. `wasm-lru/metrics` shows it as `cache_shadow_hit_ratio`. It
 * takes 32 KiB, and some time of each operation until it is stopped: see docs/sockets.md.
 *
 * It is about the number of entries: sizes and ages count for nothing, and neither do requests of
 * keys that are objects. Calls of `get`, `set`, `delete`, `clear`, `fetch`, `forceFetch` and `memo`
 * are seen from then on. A second shadow takes the place of the first.
 *
 * Throws `INVALID_MAX` if `max` is not given and the cache has none.
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
  const estimator = new ShadowEstimator({ ...options, max: options.max ?? cache.max });
  const own = cache as unknown as Record<PropertyKey, unknown>;
  (own[SHADOW] as Shadow | undefined)?.stop();
  const methods = notingMethods(estimator, own as Methods);
  const watched: Shadow = {
    estimates: () => estimator.estimates(),
    hitRatio: (entries) => estimator.hitRatio(entries),
    reset: () => estimator.reset(),
    stop() {
      if (own[SHADOW] !== watched) return;
      for (const name of [...Object.keys(methods), SHADOW]) delete own[name];
    },
  };
  for (const [name, value] of [...Object.entries(methods), [SHADOW, watched] as const]) {
    Object.defineProperty(cache, name, { value, configurable: true, writable: true });
  }
  return watched;
}
