// What Apollo's key-value caches keep: sizes of strings, times to live, prefixes, errors as misses.
//
// Times are far apart: an entry lives for a second or for hours, and a wait is over a second, so a
// slow machine changes nothing.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  ErrorsAreMissesCache,
  InMemoryLRUCache,
  PrefixingKeyValueCache,
} from '@apollo/utils.keyvaluecache';

const SHORT_S = 1;
const LONG_S = 3600;
const WAIT_MS = 1500;

const getAll = (cache, keys) => Promise.all(keys.map((key) => cache.get(key)));

/** Whether an action throws; names and messages of errors are not part of the interface. */
async function isRefused(action) {
  try {
    await action();
    return false;
  } catch (error) {
    return error instanceof TypeError || error instanceof RangeError;
  }
}

async function useDefaults() {
  const cache = new InMemoryLRUCache();
  const answers = [];
  for (const key of ['a', 'b', 'a', '', '__proto__', 'ключ', '\ud800']) {
    answers.push(await cache.set(key, `value of ${key}`), await cache.get(key));
  }
  answers.push(await cache.get('not there'), await cache.delete('a'), await cache.delete('a'));
  const keys = cache.keys();
  cache.clear();
  return { answers, keys, cleared: cache.keys(), after: await cache.get('b') };
}

/** 30 MiB hold three strings of 10 MiB, and no string longer than all of it. */
async function fillDefaults() {
  const cache = new InMemoryLRUCache();
  const large = 'x'.repeat(10 * 2 ** 20);
  const keys = [];
  for (const key of ['a', 'b', 'c', 'd']) {
    await cache.set(key, large);
    keys.push(cache.keys());
  }
  await cache.set('e', large.repeat(4));
  keys.push(cache.keys());
  return keys;
}

/** Every kind of value has a size: strings their length, objects their JSON, the rest 1. */
async function evictBySize() {
  const disposed = [];
  const dispose = (_value, key, reason) => disposed.push(`${key} ${reason}`);
  const cache = new InMemoryLRUCache({ maxSize: 20, dispose });
  const steps = [];
  const values = { a: 'x'.repeat(8), b: 'y'.repeat(8), c: { z: 'ä' }, d: 5, e: true, f: [1, 2] };
  for (const [key, value] of Object.entries(values)) {
    await cache.set(key, value);
    steps.push({ key, found: await cache.get('a'), keys: cache.keys() });
  }
  await cache.set('a', 'x'.repeat(16));
  steps.push({ keys: cache.keys() });
  await cache.set('too long', 'x'.repeat(21));
  steps.push({ keys: cache.keys(), found: await cache.get('too long') });
  await cache.set('a', 'x'.repeat(21));
  steps.push({ keys: cache.keys(), found: await cache.get('a') });
  return { steps, disposed };
}

/** What has no size of at least 1 is refused: the empty string, a circular object. */
async function refuse() {
  const circular = {};
  circular.self = circular;
  const cache = new InMemoryLRUCache({ maxSize: 100 });
  await cache.set('kept', 'value');
  const outcomes = [];
  for (const value of ['', circular, null, undefined, 1n]) {
    const refused = await isRefused(() => cache.set('key', value));
    outcomes.push({ refused, found: await cache.get('key'), keys: cache.keys() });
  }
  return outcomes;
}

async function useOptions() {
  const made = {
    max: new InMemoryLRUCache({ max: 3 }),
    'max alone': new InMemoryLRUCache({ max: 3, maxSize: 0, sizeCalculation: undefined }),
    'own sizes': new InMemoryLRUCache({ maxSize: 10, sizeCalculation: (_, key) => key.length }),
    'largest entry': new InMemoryLRUCache({ maxSize: 100, maxEntrySize: 5 }),
    'no renewal': new InMemoryLRUCache({ max: 2, updateAgeOnGet: false, noUpdateTTL: true }),
  };
  const keys = {};
  for (const [name, cache] of Object.entries(made)) {
    keys[name] = [];
    for (const key of ['a', 'bb', 'ccc', 'a', 'dddd', 'bb', 'eeeee', 'ffffff']) {
      if ((await cache.get(key)) === undefined) await cache.set(key, `${key}${key}`);
      keys[name].push(cache.keys());
    }
  }
  return keys;
}

async function badOptions() {
  const bad = [{ maxSize: -1 }, { maxSize: 1.5 }, { maxSize: '9' }, { max: -1 }, { maxSize: 0 }];
  const worse = [{ sizeCalculation: 'length' }, { maxEntrySize: -1 }, { ttl: -1 }];
  const outcomes = [];
  for (const options of [...bad, ...worse]) {
    outcomes.push(await isRefused(() => new InMemoryLRUCache(options)));
  }
  return outcomes;
}

async function badSizes() {
  const outcomes = [];
  for (const size of [0, -1, 1.5, Number.NaN, '3', undefined, null, 3]) {
    const cache = new InMemoryLRUCache({ maxSize: 10, sizeCalculation: () => size });
    const refused = await isRefused(() => cache.set('key', 'value'));
    outcomes.push({ size: String(size), refused, keys: cache.keys() });
  }
  return outcomes;
}

/** Seconds to live, as options of set and as a default of the cache, in milliseconds there. */
async function expire(options) {
  const cache = new InMemoryLRUCache(options);
  await cache.set('short', 'a', { ttl: SHORT_S });
  await cache.set('long', 'b', { ttl: LONG_S });
  await cache.set('none', 'c');
  await cache.set('zero', 'd', { ttl: 0 });
  await cache.set('null', 'e', { ttl: null });
  await cache.set('options', 'f', {});
  await cache.set('shortened', 'g', { ttl: LONG_S });
  await cache.set('shortened', 'h', { ttl: SHORT_S });
  await cache.set('prolonged', 'i', { ttl: SHORT_S });
  await cache.set('prolonged', 'j', { ttl: LONG_S });
  await cache.set('sized', 'k', { ttl: SHORT_S, size: 7 });
  const all = cache.keys();
  const before = await getAll(cache, all);
  await sleep(WAIT_MS);
  const keysAfterWait = cache.keys();
  const after = await getAll(cache, all);
  const again = await getAll(cache, all);
  return { all, before, keysAfterWait, after, again, keysAfterGet: cache.keys() };
}

const EXPIRING = {
  each: undefined,
  all: { ttl: SHORT_S * 1000 },
  'stale allowed': { allowStale: true, noDeleteOnStaleGet: true },
  'age renewed': { updateAgeOnGet: true, ttlResolution: 0 },
  'with max': { max: 5 },
};

/** All at once, to wait once only. */
async function expireAll() {
  const expiring = Object.entries(EXPIRING).map(async ([name, options]) => [
    name,
    await expire(options),
  ]);
  return Object.fromEntries(await Promise.all(expiring));
}

async function prefix() {
  const shared = new InMemoryLRUCache({ maxSize: 30 });
  const one = new PrefixingKeyValueCache(shared, 'one:');
  const two = new PrefixingKeyValueCache(one, 'two:');
  const free = PrefixingKeyValueCache.cacheDangerouslyDoesNotNeedPrefixesForIsolation(shared);
  const bare = new PrefixingKeyValueCache(free, 'never:');
  const steps = [];
  for (const [i, cache] of [shared, one, two, bare, one].entries()) {
    await cache.set('key', 'v'.repeat(i + 4));
    await cache.set(`key ${i}`, 'w'.repeat(i + 1), { ttl: LONG_S });
    const found = await Promise.all([shared, one, two, bare].map((each) => each.get('key')));
    steps.push({ found, keys: shared.keys(), deleted: await cache.delete(`key ${i - 1}`) });
  }
  return { steps, keys: shared.keys() };
}

async function missOnErrors() {
  const told = [];
  const logger = { error: (text) => told.push(String(text)) };
  const inner = new InMemoryLRUCache({ maxSize: 20 });
  const good = new ErrorsAreMissesCache(inner, logger);
  await good.set('key', 'value', { ttl: LONG_S });
  const answers = [await good.get('key'), await good.delete('key'), await good.get('key')];
  const broken = Object.assign(new InMemoryLRUCache(), {
    get: () => Promise.reject(new Error('the network is down')),
  });
  const lenient = new ErrorsAreMissesCache(new PrefixingKeyValueCache(broken, 'p:'), logger);
  await lenient.set('key', 'value');
  answers.push(await lenient.get('key'), await new ErrorsAreMissesCache(broken).get('key'));
  const refused = await isRefused(() => good.set('empty', ''));
  return { answers, told, refused, keys: [inner.keys(), broken.keys()] };
}

const nextRandom = (random) => (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;

/** 5000 sets and gets of strings of many sizes in a cache that holds some 50. */
async function churn() {
  const cache = new InMemoryLRUCache({ maxSize: 1000 });
  let hits = 0;
  for (let i = 0, random = 1; i < 5000; i++) {
    random = nextRandom(random);
    const key = `key ${(random >>> 8) % 120}`;
    if ((await cache.get(key)) !== undefined) hits += 1;
    else await cache.set(key, 'x'.repeat(1 + ((random >>> 16) % 40)), { ttl: LONG_S });
    if (i % 70 === 0) await cache.delete(`key ${i % 120}`);
  }
  return { hits, keys: cache.keys() };
}

/** The scenarios of this job, by name. */
export const scenarios = {
  defaults: useDefaults,
  'default size': fillDefaults,
  'evict by size': evictBySize,
  refuse,
  options: useOptions,
  'bad options': badOptions,
  'bad sizes': badSizes,
  ttl: expireAll,
  prefix,
  'errors are misses': missOnErrors,
  churn,
};
