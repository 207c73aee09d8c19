// The worker of the comparison: passes over one cache, timed.
//
// A worker has a JavaScript heap and compiled code of its own, and serves one contender and one
// kind of keys only, so that what the browser knows of the loop is what it would know in a program.

import { LRUCache as OriginalCache } from 'lru-cache';
import { LRUCache, LRUCacheRangeError } from 'wasm-lru';
import { NaiveLRU } from '../../../bench/adapters/naive.js';
import { createRandom, createZipf, shuffle } from '../../../bench/random.js';
import {
  CAPACITY,
  type ContenderName,
  KEYS_PER_ENTRY,
  type KeyKind,
  type PassAnswer,
  type PassRequest,
  REQUESTS,
} from './contenders.js';

type Key = number | string;

interface Value {
  readonly id: number;
}

interface Cache {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

const create: Readonly<Record<ContenderName, () => Cache>> = {
  wasm: () => new LRUCache<Key, Value>({ max: CAPACITY, engine: 'wasm' }),
  pure: () => new LRUCache<Key, Value>({ max: CAPACITY, engine: 'pure' }),
  'lru-cache': () => new OriginalCache<Key, Value>({ max: CAPACITY }),
  naive: () => new NaiveLRU(CAPACITY),
};

const ZIPF_EXPONENT = 0.99;
const KEYS = CAPACITY * KEYS_PER_ENTRY;

/** Which key is how popular has nothing to do with their order. */
const popular = shuffle(
  Int32Array.from({ length: KEYS }, (_, id) => id),
  createRandom(0),
);

/** The keys of a round. Strings are new ones, as a server builds them from its requests. */
function keysOf(kind: KeyKind, round: number): ArrayLike<Key> {
  const drawRank = createZipf(KEYS, ZIPF_EXPONENT, createRandom(round));
  const ids = Int32Array.from({ length: REQUESTS }, () => popular[drawRank()] as number);
  return kind === 'numbers' ? ids : Array.from(ids, (id) => ['user', id, 'permissions'].join(':'));
}

/** Looks each key up, and stores it if it is not there. */
function readThrough(cache: Cache, keys: ArrayLike<Key>): { hits: number; checksum: number } {
  let hits = 0;
  let checksum = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as Key;
    const value = cache.get(key);
    if (value === undefined) {
      cache.set(key, { id: i });
    } else {
      hits += 1;
      checksum = (checksum + value.id) | 0;
    }
  }
  return { hits, checksum };
}

let cache: Cache | undefined;

function answer({ contender, keys, round }: PassRequest): PassAnswer {
  try {
    cache ??= create[contender]();
  } catch (error) {
    const isRefused = error instanceof LRUCacheRangeError && error.code === 'ENGINE_UNAVAILABLE';
    if (!isRefused) throw error;
    return { isAvailable: false };
  }
  const requests = keysOf(keys, round);
  const startMs = performance.now();
  const outcome = readThrough(cache, requests);
  const nsPerRequest = ((performance.now() - startMs) * 1e6) / REQUESTS;
  return { isAvailable: true, nsPerRequest, ...outcome };
}

addEventListener('message', ({ data }: MessageEvent<PassRequest>) => postMessage(answer(data)));
