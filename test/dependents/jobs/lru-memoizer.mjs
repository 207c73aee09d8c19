// What lru-memoizer remembers and loads, called with a callback and called synchronously.
//
// Times are far apart: an entry lives for a second or for hours, and a wait is over a second, so a
// slow machine changes nothing.

import { setTimeout as sleep } from 'node:timers/promises';
import memoizer from 'lru-memoizer';

const SHORT_MS = 1000;
const LONG_MS = 3_600_000;
const WAIT_MS = 1500;

const hash = (...args) => args.join('/');

/** Calls a memoized function that takes a callback. */
function call(memoized, ...args) {
  return new Promise((done) => {
    memoized(...args, (error, ...values) => done(error ? { error: error.message } : { values }));
  });
}

/** The loaded value tells which load it is from. */
function makeLoad() {
  const loads = [];
  const load = (...args) => {
    const done = args.pop();
    const number = loads.push(hash(...args));
    setImmediate(() => {
      if (args[0] === 'bad') done(new Error(`load ${number} failed`));
      else done(null, { args, number, inner: { list: [number] } }, `second ${number}`);
    });
  };
  const loadSync = (...args) => {
    const number = loads.push(hash(...args));
    if (args[0] === 'bad') throw new Error(`load ${number} failed`);
    return { args, number, inner: { list: [number] } };
  };
  return { loads, load, loadSync };
}

/** A memoized function of either kind, called in one way, with what happened to it. */
function make(kind, options) {
  const { loads, load, loadSync } = makeLoad();
  const memoized =
    kind === 'sync'
      ? memoizer.sync({ load: loadSync, hash, ...options })
      : memoizer({ load, hash, ...options });
  const events = [];
  for (const name of ['hit', 'miss', 'queue']) {
    memoized.on?.(name, (...args) => events.push(`${name} ${hash(...args)}`));
  }
  const callSync = async (...args) => {
    try {
      return { values: [memoized(...args)] };
    } catch (error) {
      return { error: error.message };
    }
  };
  const callIt = kind === 'sync' ? callSync : (...args) => call(memoized, ...args);
  return { call: callIt, memoized, loads, events };
}

async function callAll(made, keys) {
  const results = [];
  for (const key of keys) results.push(await made.call(...[key].flat()));
  return results;
}

function tell({ memoized, loads, events }, rest) {
  return { keys: memoized.keys?.(), loads, events, ...rest };
}

async function evict(kind) {
  const disposed = [];
  const dispose = (_value, key, reason) => disposed.push(`${key} ${reason}`);
  const made = make(kind, { max: 3, dispose });
  const results = await callAll(made, ['a', 'b', 'c', 'a', 'd', 'b', ['a', 'b'], 'a', 'c', 'a']);
  return tell(made, { results, disposed });
}

async function forget(kind) {
  const made = make(kind, { max: 10 });
  const before = await callAll(made, ['a', 'b', 'c']);
  made.memoized.del('b');
  made.memoized.del('not there');
  const deleted = made.memoized.keys();
  const after = await callAll(made, ['a', 'b', 'c']);
  made.memoized.reset();
  const reset = made.memoized.keys();
  return tell(made, { before, deleted, after, reset, last: await callAll(made, ['c', 'b', 'a']) });
}

async function fail(kind) {
  const made = make(kind, { max: 10 });
  return tell(made, { results: await callAll(made, ['bad', 'good', 'bad', 'good', 'bad']) });
}

async function expire(kind, options) {
  const made = make(kind, options);
  const before = await callAll(made, ['short', 'long', 'short', 'long']);
  const keysBefore = made.memoized.keys();
  await sleep(WAIT_MS);
  const keysAfter = made.memoized.keys();
  const after = await callAll(made, ['short', 'long', 'short']);
  return tell(made, { before, keysBefore, keysAfter, after });
}

const itemTTL = (key) => (key === 'short' ? SHORT_MS : LONG_MS);

const EXPIRING = {
  all: { max: 10, ttl: SHORT_MS },
  'all, without max': { ttl: SHORT_MS, ttlAutopurge: true },
  'all, stale allowed': { max: 10, ttl: SHORT_MS, allowStale: true },
  each: { max: 10, itemTTL },
  'each, without max': { ttl: LONG_MS, ttlAutopurge: true, itemTTL },
  'each and all': { max: 10, ttl: LONG_MS, itemTTL },
};

/** All at once, to wait once only. */
async function expireAll(kind) {
  const expiring = Object.entries(EXPIRING).map(async ([name, options]) => [
    name,
    await expire(kind, options),
  ]);
  return Object.fromEntries(await Promise.all(expiring));
}

async function protect(kind, options) {
  const made = make(kind, { max: 10, ...options });
  const [first] = (await made.call('a')).values;
  const frozen = [Object.isFrozen(first), Object.isFrozen(first.inner.list)];
  const changed = Reflect.set(first.inner, 'list', 'changed');
  const [second] = (await made.call('a')).values;
  return tell(made, { frozen, changed, same: first === second, second });
}

async function bypass(kind) {
  const made = make(kind, { max: 10, bypass: (key) => key === 'around' });
  return tell(made, { results: await callAll(made, ['around', 'a', 'around', 'a']) });
}

async function disable(kind) {
  const made = make(kind, { max: 10, disable: true });
  return tell(made, { results: await callAll(made, ['a', 'a']) });
}

/** Which options make no cache at all; the messages are not part of the interface. */
async function badOptions(kind) {
  const options = [{}, { max: 0 }, { max: -1 }, { max: 1.5 }, { max: '3' }, { max: 3, ttl: -1 }];
  return [...options, { max: 1 }, { ttl: LONG_MS, ttlAutopurge: true }].map((bad) => {
    try {
      return make(kind, bad).memoized.keys();
    } catch (error) {
      return error instanceof TypeError || error instanceof RangeError;
    }
  });
}

async function loadSizes(kind) {
  const sizeCalculation = (_value, key) => key.length;
  const made = make(kind, { maxSize: 10, maxEntrySize: 6, sizeCalculation });
  const keys = ['aaa', 'bbb', 'ccc', 'aaa', 'dddd', 'too long', 'bbb', 'too long', 'ccc'];
  return tell(made, { results: await callAll(made, keys) });
}

/** Concurrent calls for one key wait for one load. */
async function loadOnce() {
  const made = make('async', { max: 2 });
  const keys = ['a', 'a', 'b', 'bad', 'a', 'c', 'bad', 'b'];
  const first = await Promise.all(keys.map((key) => made.call(key)));
  const second = await Promise.all(keys.map((key) => made.call(key)));
  return tell(made, { first, second });
}

/** Without a hash function there is one entry. */
async function loadWithoutArguments() {
  const { loads, load } = makeLoad();
  const memoized = memoizer({ load, max: 10 });
  const results = [await call(memoized), await call(memoized)];
  return { results, loads, keys: memoized.keys() };
}

/** A sync memoizer remembers promises, also those that will be rejected. */
async function loadPromises() {
  let loads = 0;
  const load = async (key) => {
    loads += 1;
    if (key === 'bad') throw new Error('no');
    return { key, loads };
  };
  const memoized = memoizer.sync({ load, hash, max: 2, clone: true, freeze: true });
  const results = [];
  for (const key of ['a', 'a', 'bad', 'bad', 'b', 'a']) {
    const [outcome] = await Promise.allSettled([memoized(key)]);
    results.push(outcome.value ?? outcome.reason.message, Object.isFrozen(outcome.value));
  }
  return { results, loads, keys: memoized.keys() };
}

const nextRandom = (random) => (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;

/** 5000 calls for keys of a small set that moves, with hits and evictions mixed. */
function churn({ counted }) {
  const { loads, loadSync } = makeLoad();
  const memoized = memoizer.sync({ load: loadSync, hash, max: 100 });
  return counted(() => {
    for (let i = 0, random = 1; i < 5000; i++) {
      random = nextRandom(random);
      const key = (random >>> 8) % 150;
      memoized(key + (i >> 6));
      if (i % 50 === 0) memoized.del(key);
    }
    return { loads, keys: memoized.keys() };
  });
}

const ofBothKinds = {
  evict,
  forget,
  fail,
  ttl: expireAll,
  freeze: (kind) => protect(kind, { freeze: true }),
  clone: (kind) => protect(kind, { clone: true }),
  'freeze and clone': (kind) => protect(kind, { freeze: true, clone: true }),
  'neither freeze nor clone': (kind) => protect(kind, {}),
  bypass,
  disable,
  'bad options': badOptions,
  sizes: loadSizes,
};

const both = ['sync', 'async'].flatMap((kind) =>
  Object.entries(ofBothKinds).map(([name, scenario]) => [`${kind}, ${name}`, () => scenario(kind)]),
);

/** The scenarios of this job, by name. */
export const scenarios = {
  ...Object.fromEntries(both),
  'async, load once': loadOnce,
  'async, no arguments': loadWithoutArguments,
  'sync, promises': loadPromises,
  'sync, churn': churn,
};
