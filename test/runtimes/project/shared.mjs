// What must hold of SharedLRU in every host: whole values, one load, and no wait where that is
// forbidden, over the main thread and two others. And what it says where there are no threads.
//
// A host says how its threads are started, whether its main thread may wait, and whether it tells
// that a thread has died. test/shared has the rest, in Node.

import { churn } from './shared-values.mjs';

const MIB = 1 << 20;
const OPERATIONS = 20_000;
/** Operations of the main thread before it lets others have a turn. */
const SLICE = 500;
const KILLS = 6;
/** The clocks of threads may differ by so much: they are read apart. */
const CLOCK_MS = 50;
// Words of the memory, as assembly/shared/layout.ts has them.
const SHARDS_AT = 2;
const FRAMES = 16;

function equal(actual, expected) {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${is} is not ${wanted}`);
}

function codeOf(run) {
  try {
    run();
  } catch (error) {
    return error.code ?? `${error}`;
  }
  return 'nothing thrown';
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; the run has a time limit. */
async function until(holds) {
  while (!holds()) await pause(1);
}

/** A thread, which answers one question after another. */
class Thread {
  #waiting = new Map();
  #port;

  constructor(port) {
    this.#port = port;
    port.listen(({ id, result, error }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(`in a thread: ${error}`));
    });
    port.fail((error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  get worker() {
    return this.#port.worker;
  }

  ask(task, how = {}) {
    const id = this.#waiting.size === 0 ? 1 : Math.max(...this.#waiting.keys()) + 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.post({ id, task, ...how });
    });
  }

  terminate() {
    return this.#port.terminate();
  }
}

/** A cache that this thread and others use. */
async function openIn(threads, { SharedLRU, entry }, options) {
  const { codec } = options;
  const cache = new SharedLRU(options);
  const name = `${Math.random()}`;
  const attach = { entry, name, handle: cache.handle, options: { codec, loadWait: 60_000 } };
  await Promise.all(threads.map((thread) => thread.ask('attach', attach)));
  const close = async () => {
    await Promise.all(threads.map((thread) => thread.ask('dispose', { name })));
    cache[Symbol.dispose]();
  };
  return { cache, name, close };
}

function checkValues({ torn, foreign, hits }, hitsLeast = 100) {
  equal({ torn, foreign }, { torn: 0, foreign: 0 });
  if (hits < hitsLeast) throw new Error(`${hits} hits only`);
}

/** Uses a cache in this thread until others are done, with turns for the host between. */
async function churnUntil(done, cache, how) {
  let isDone = false;
  done.finally(() => {
    isDone = true;
  });
  const sum = { gets: 0, hits: 0, torn: 0, foreign: 0 };
  for (let seed = 1000; !isDone; seed++) {
    const report = churn(cache, { ...how, count: SLICE, seed });
    for (const name of Object.keys(sum)) sum[name] += report[name];
    await pause(0);
  }
  return sum;
}

/** The words of a cache's memory, and where the lock of its first shard is. */
function lockOf(cache) {
  const words = new Int32Array(cache.handle.memory.buffer);
  return { words, at: words[SHARDS_AT] >> 2 };
}

/** The tests, by name. */
const TESTS = {
  'what one thread does, the others see': async (host, [one, two]) => {
    const { cache, name, close } = await openIn([one, two], host, { maxBytes: MIB, codec: 'json' });
    const value = { text: 'é € 🙂 \ud800', list: [1, null] };
    cache.set('a', value);
    equal(await one.ask('get', { name, key: 'a' }), value);
    await two.ask('set', { name, key: 'ключ', value });
    equal(cache.get('ключ'), value);
    equal(await one.ask('get', { name, key: 'ключ' }), value);
    equal(cache.delete('ключ'), true);
    equal((await one.ask('get', { name, key: 'ключ' })) ?? 'none', 'none');
    equal([cache.size, cache.stats().sets], [1, 2]);
    await close();
  },

  'values are whole and of their keys, whoever reads and writes': async (host, threads) => {
    const options = { maxBytes: 4 * MIB, shards: 2, maxEntryBytes: MIB / 2 };
    const { cache, name, close } = await openIn(threads, host, options);
    const how = { keys: 8000 };
    const churns = threads.map((thread, i) =>
      thread.ask('churn', { name, ...how, count: OPERATIONS, seed: i + 1 }),
    );
    const all = Promise.all(churns);
    checkValues(await churnUntil(all, cache, how));
    for (const report of await all) checkValues(report);
    if (cache.stats().evictions === 0) throw new Error('nothing was evicted');
    await close();
  },

  'a key is loaded once, for all threads': async (host, threads) => {
    const options = { maxBytes: MIB, codec: 'string', loadWait: 60_000 };
    const { cache, name, close } = await openIn(threads, host, options);
    let loads = 0;
    const asked = threads.map((thread) => thread.ask('load', { name, key: 'k' }));
    const own = await cache.getOrLoad('k', () => {
      loads += 1;
      return pause(50).then(() => 'loaded');
    });
    const reports = await Promise.all(asked);
    for (const report of reports) loads += report.loads;
    equal([own, ...reports.flatMap(({ values }) => values)], Array(7).fill('loaded'));
    equal(loads, 1);
    await close();
  },

  'the threads have one clock': async (_, [one]) => {
    const now = () => performance.timeOrigin + performance.now();
    const before = now();
    const there = await one.ask('now');
    const isBetween = there > before - CLOCK_MS && there < now() + CLOCK_MS;
    if (!isBetween) throw new Error(`${there} is not from ${before} to ${now()}`);
  },

  'a thread that may wait, waits for a lock': async (host, [one]) => {
    const options = { maxBytes: MIB, shards: 1, codec: 'string', threads: 2 };
    const { cache, name, close } = await openIn([one], host, options);
    cache.set('a', 'b');
    const { words, at } = lockOf(cache);
    // This thread holds it, until the other one says in the lock that it waits.
    Atomics.store(words, at, 1 << 1);
    const got = one.ask('get', { name, key: 'a' });
    await until(() => (Atomics.load(words, at) & 1) !== 0);
    Atomics.store(words, at, 0);
    Atomics.notify(words, at);
    equal(await got, 'b');
    equal(cache.stats().contended, 0);
    await close();
  },

  'this thread may wait, or not': ({ mayWait }) => {
    const wait = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    equal(codeOf(wait) === 'nothing thrown', mayWait);
  },

  'a thread that may not wait, does not': async (host, [one]) => {
    const options = { maxBytes: MIB, shards: 1, codec: 'string', threads: 2 };
    const { cache, close } = await openIn([one], host, options);
    cache.set('a', 'b');
    const { words, at } = lockOf(cache);
    await one.ask('hold', { words: words.buffer, at, holder: 2 << 1 });
    equal([cache.get('a') ?? 'none', cache.has('a'), cache.stats().contended], ['none', false, 2]);
    equal([cache.set('a', 'c'), cache.stats().contended], [false, 3]);
    equal(
      codeOf(() => cache.delete('a')),
      'SHARD_STUCK',
    );
    await one.ask('hold', { words: words.buffer, at, holder: 0 });
    equal([cache.get('a'), cache.set('a', 'c'), cache.get('a')], ['b', true, 'c']);
    await close();
  },

  'threads that are killed anywhere leave a whole cache': async (host, [one]) => {
    const options = { maxBytes: 4 * MIB, shards: 2, threads: KILLS + 2, maxEntryBytes: MIB / 2 };
    const { cache, name, close } = await openIn([one], host, options);
    const { words } = lockOf(cache);
    const how = { name, keys: 4000, count: Number.MAX_SAFE_INTEGER };
    for (let i = 0; i < KILLS; i++) {
      const victim = new Thread(host.start());
      const attach = { entry: host.entry, name, handle: cache.handle, options: {} };
      await victim.ask('attach', attach);
      cache.adopt(victim.worker);
      const progress = new SharedArrayBuffer(4);
      victim.ask('churn', { ...how, seed: i, progress }).catch(() => {});
      await until(() => Atomics.load(new Int32Array(progress), 0) > i * 100);
      await victim.terminate();
      const after = one.ask('churn', { ...how, count: OPERATIONS / 10, seed: 100 + i });
      // A shard may be stuck until the dead thread is reaped.
      checkValues(await churnUntil(after, cache, how), 0);
      checkValues(await after, 0);
    }
    // The frames of this thread and of the other one are left.
    await until(() => words.subarray(FRAMES, FRAMES + KILLS + 2).filter(Boolean).length === 2);
    cache.clear();
    equal(cache.size, 0);
    checkValues(churn(cache, { ...how, count: OPERATIONS, seed: 1 }));
    await close();
  },

  'a thread that dies with a lock leaves an empty shard': async (host) => {
    const victim = new Thread(host.start());
    const options = { maxBytes: MIB, shards: 1, codec: 'string', threads: 2 };
    const { cache } = await openIn([victim], host, options);
    cache.adopt(victim.worker);
    cache.set('a', 'b');
    const { words, at } = lockOf(cache);
    await victim.ask('hold', { words: words.buffer, at, holder: 2 << 1 });
    await victim.terminate();
    await until(() => cache.stats().reaped === 1);
    equal([cache.size, cache.set('a', 'c'), cache.get('a')], [0, true, 'c']);
  },

  'a handle of another version is refused': ({ SharedLRU }) => {
    const { handle } = new SharedLRU({ maxBytes: MIB });
    equal(
      codeOf(() => SharedLRU.attach({ ...handle, layout: '0-0' })),
      'INVALID_HANDLE',
    );
  },
};

/** Which hosts a test is for, if not for all. */
const ONLY = {
  'a thread that may not wait, does not': ({ mayWait }) => !mayWait,
  'threads that are killed anywhere leave a whole cache': ({ tellsOfDeath }) => tellsOfDeath,
  'a thread that dies with a lock leaves an empty shard': ({ tellsOfDeath }) => tellsOfDeath,
};

/** Runs the tests for a host; the report that run.mjs makes a row of. */
export async function conformance(host) {
  const failures = [];
  const threads = [1, 2].map(() => new Thread(host.start()));
  const tests = Object.entries(TESTS).filter(([name]) => ONLY[name]?.(host) ?? true);
  for (const [name, test] of tests) {
    try {
      await test(host, threads);
    } catch (error) {
      failures.push(`${name}: ${error.stack ?? error}`);
    }
  }
  for (const thread of threads) await thread.terminate();
  return { outcome: 'shared', passed: tests.length - failures.length, failures };
}

/** Where there are no other threads: what the constructor says, or that the cache works in one. */
export function alone(SharedLRU) {
  let cache;
  const code = codeOf(() => {
    cache = new SharedLRU({ maxBytes: 4 * MIB, shards: 1, maxEntryBytes: MIB / 2 });
  });
  if (cache === undefined) return { outcome: code, passed: 1, failures: [] };
  const { torn, foreign, hits } = churn(cache, { keys: 400, count: OPERATIONS, seed: 1 });
  const isWhole = torn === 0 && foreign === 0 && hits > 100 && cache.stats().contended === 0;
  return { outcome: 'alone', passed: 1, failures: isWhole ? [] : ['values are not whole'] };
}
