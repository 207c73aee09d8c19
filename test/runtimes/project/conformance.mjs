// What must hold in every runtime: a real part of the suite, in one file that imports nothing.
//
// It is given the class, and what other entries make caches by, so that each runtime loads the
// package in its own way, and it uses nothing but the language and timers. test/ has the rest, on
// the engines; here, it is about the host.

const REQUESTS = 20_000;
const CACHES = 1000;

function equal(actual, expected) {
  const [is, wanted] = [show(actual), show(expected)];
  if (is !== wanted) throw new Error(`${is} is not ${wanted}`);
}

function show(value) {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint' || typeof part === 'symbol') return String(part);
    return part === undefined || Number.isNaN(part) ? `(${part})` : part;
  });
}

function codeOf(run) {
  try {
    run();
  } catch (error) {
    return error.code;
  }
  return 'nothing thrown';
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 to 2^31 - 1, the same in every host. */
function* pseudoRandom() {
  for (let state = 1; ; ) {
    state = Math.imul(state, 48271) & 0x7fffffff;
    yield state;
  }
}

/** A clock that stands still until it is told to go on. */
function handClock() {
  let time = 1000;
  return {
    now: () => time,
    pass: (ms) => {
      time += ms;
    },
  };
}

/** The naive LRU: a Map, whose first key is the oldest. */
class Model {
  constructor(max) {
    this.max = max;
    this.map = new Map();
  }

  get(key) {
    const value = this.map.get(key);
    if (value === undefined) return undefined;
    this.map.delete(key);
    this.map.set(key, value);
    return value;
  }

  set(key, value) {
    this.map.delete(key);
    this.map.set(key, value);
    if (this.map.size > this.max) this.map.delete(this.map.keys().next().value);
  }
}

/** The same random requests to a cache and to the model, with keys made of numbers. */
function drive(LRUCache, keyOf) {
  const cache = new LRUCache({ max: 100 });
  const model = new Model(100);
  const random = pseudoRandom();
  for (let i = 0; i < REQUESTS; i++) {
    const key = keyOf(random.next().value % 300);
    const kind = random.next().value % 10;
    if (kind === 0) {
      equal(cache.delete(key), model.map.delete(key));
    } else if (kind < 5) {
      cache.set(key, i);
      model.set(key, i);
    } else if (cache.get(key) !== model.get(key)) {
      throw new Error(`request ${i}: another value of ${show(key)}`);
    }
  }
  equal([...cache.rentries()], [...model.map]);
}

/** The tests, by name, of the class and satellites. Each may be async, and fails by throwing. */
const TESTS = {
  'is called what it is called': (LRUCache) => {
    equal(LRUCache.name, 'LRUCache');
    equal(Object.prototype.toString.call(new LRUCache({ max: 1 })), '[object LRUCache]');
  },

  'evicts the least recently used': (LRUCache) => {
    const cache = new LRUCache({ max: 3 });
    cache.set('a', 1).set('b', 2).set('c', 3);
    equal([cache.get('a'), cache.has('b'), cache.peek('c')], [1, true, 3]);
    cache.set('d', 4);
    equal([...cache.keys()], ['d', 'a', 'c']);
    equal([...cache.rkeys()], ['c', 'a', 'd']);
    equal([cache.pop(), cache.size], [3, 2]);
  },

  'compares keys as Map does': (LRUCache) => {
    const object = {};
    const symbol = Symbol('s');
    const lone = '\ud800';
    const keys = [0, 1.5, Number.NaN, 2 ** 40, '', '0', 'é', lone, 7n, symbol, object];
    const others = [true, false, null, undefined, () => 1, -(2 ** 31), 2 ** 31, Infinity];
    const cache = new LRUCache({ max: 100 });
    const map = new Map();
    for (const [i, key] of [...keys, ...others, '\ud801', {}, -1, '1.5'].entries()) {
      cache.set(key, i + 1);
      map.set(key, i + 1);
    }
    equal(cache.size, map.size);
    for (const [key, value] of map) equal(cache.get(key), value);
    equal([cache.get(-0), cache.get(Number.NaN), cache.get(Symbol('s'))], [1, 3, undefined]);
  },

  'keeps the order of the model: whole numbers': (LRUCache) => drive(LRUCache, (n) => n),
  'keeps the order of the model: fractions': (LRUCache) => drive(LRUCache, (n) => n + 0.5),
  'keeps the order of the model: strings': (LRUCache) => drive(LRUCache, (n) => `user:${n}`),
  'keeps the order of the model: strings that end alike': (LRUCache) =>
    drive(LRUCache, (n) => `${n * 7919}:permissions`),
  'keeps the order of the model: objects': (LRUCache) => {
    const objects = Array.from({ length: 300 }, (_, id) => ({ id }));
    drive(LRUCache, (n) => objects[n]);
  },

  'grows to its max': (LRUCache) => {
    const cache = new LRUCache({ max: 50_000 });
    for (let i = 0; i < 60_000; i++) cache.set(i, `${i}`);
    equal([cache.size, cache.get(9999), cache.get(10_000)], [50_000, undefined, '10000']);
  },

  'can be changed while it is iterated over': (LRUCache) => {
    const cache = new LRUCache({ max: 10 });
    for (let i = 0; i < 10; i++) cache.set(i, i);
    const seen = [];
    for (const [key] of cache) {
      seen.push(key);
      cache.get(key);
      if (key % 2 === 0) cache.delete(key - 1);
    }
    equal(seen, [9, 8, 6, 4, 2, 0]);
  },

  'resizes, both ways': (LRUCache) => {
    const cache = new LRUCache({ max: 4 });
    for (const key of 'abcd') cache.set(key, key);
    cache.resize(2);
    equal([cache.max, [...cache.keys()]], [2, ['d', 'c']]);
    cache.resize(5);
    for (const key of 'efgh') cache.set(key, key);
    equal([...cache.keys()], ['h', 'g', 'f', 'e', 'd']);
  },

  'lets entries grow old, on a given clock': (LRUCache) => {
    const perf = handClock();
    const cache = new LRUCache({ max: 5, ttl: 100, ttlResolution: 0, perf });
    cache.set('a', 1).set('b', 2, { ttl: 300 });
    perf.pass(100);
    equal([cache.get('a'), cache.getRemainingTTL('b')], [1, 200]);
    perf.pass(1);
    equal([cache.has('a'), cache.get('b'), cache.size], [false, 2, 2]);
    equal([cache.purgeStale(), cache.size], [true, 1]);
  },

  "lets entries grow old, on the host's clock": async (LRUCache) => {
    const cache = new LRUCache({ max: 5, ttl: 1 });
    cache.set('short', 1).set('long', 2, { ttl: 3_600_000 });
    await sleep(50);
    equal([cache.get('short'), cache.get('long')], [undefined, 2]);
  },

  'purges by a timer': async (LRUCache) => {
    const reasons = [];
    const dispose = (_value, key, reason) => reasons.push(`${key} ${reason}`);
    const cache = new LRUCache({ max: 5, ttl: 1, ttlAutopurge: true, dispose });
    cache.set('a', 1);
    for (let i = 0; i < 100 && cache.size > 0; i++) await sleep(20);
    equal(reasons, ['a expire']);
  },

  'tells of every value that leaves, once': (LRUCache) => {
    const told = [];
    const dispose = (value, key, reason) => told.push([value, key, reason]);
    const cache = new LRUCache({ max: 2, dispose });
    cache.set('a', 1).set('b', 2).set('a', 3).set('c', 4).delete('a');
    cache.clear();
    const wanted = [
      [1, 'a', 'set'],
      [2, 'b', 'evict'],
      [3, 'a', 'delete'],
      [4, 'c', 'delete'],
    ];
    equal(told, wanted);
  },

  'is bounded by sizes': (LRUCache) => {
    const cache = new LRUCache({ maxSize: 10, sizeCalculation: (value) => value.length });
    cache.set('a', 'xxxx').set('b', 'xxxx').set('c', 'xxx').set('d', 'x'.repeat(11));
    equal([cache.calculatedSize, [...cache.keys()]], [7, ['c', 'b']]);
  },

  'loads a key once at a time': async (LRUCache) => {
    let loads = 0;
    const fetchMethod = async (key) => {
      loads += 1;
      await sleep(1);
      return `${key}!`;
    };
    const cache = new LRUCache({ max: 3, fetchMethod });
    equal(await Promise.all([cache.fetch('a'), cache.fetch('a')]), ['a!', 'a!']);
    equal([await cache.fetch('a'), cache.peek('a'), loads], ['a!', 'a!', 1]);
  },

  'aborts a load': async (LRUCache) => {
    const fetchMethod = (_key, _stale, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const cache = new LRUCache({ max: 3, fetchMethod });
    const load = cache.fetch('a').catch((error) => error.message);
    cache.delete('a');
    equal([typeof (await load), cache.size], ['string', 0]);
  },

  'computes, counts, dumps and loads': (LRUCache) => {
    const cache = new LRUCache({ max: 3, memoMethod: (key) => key * 2, recordStats: true });
    equal([cache.memo(4), cache.memo(4), cache.get(5)], [8, 8, undefined]);
    equal(cache.stats().sets, 1);
    const copy = new LRUCache({ max: 3 });
    copy.load(cache.dump());
    equal([...copy], [[4, 8]]);
  },

  'refuses what is wrong, with a code': (LRUCache) => {
    equal(
      codeOf(() => new LRUCache({})),
      'INVALID_OPTIONS',
    );
    equal(
      codeOf(() => new LRUCache({ max: -1 })),
      'INVALID_MAX',
    );
    const cache = new LRUCache({ max: 1 });
    if (Symbol.dispose === undefined) return;
    cache[Symbol.dispose]();
    equal(
      codeOf(() => cache.set(1, 1)),
      'DISPOSED',
    );
  },

  'has 1,000 caches alive': (LRUCache) => {
    const caches = Array.from({ length: CACHES }, () => new LRUCache({ max: 50 }));
    for (const [i, cache] of caches.entries()) {
      for (let key = 0; key < 60; key++) cache.set(key, i).set(`${key}`, -i);
    }
    const wrong = caches.filter(
      (cache, i) => cache.size !== 50 || cache.get(59) !== i || cache.get('59') !== -i,
    );
    equal([wrong.length, new Set(caches.map(({ engine }) => engine)).size], [0, 1]);
  },

  'is the class of what memoize makes': (LRUCache, { memoize }) => {
    let calls = 0;
    const double = memoize((n) => {
      calls += 1;
      return n * 2;
    });
    equal([double(2), double(2), calls], [4, 4, 1]);
    equal([double.cache instanceof LRUCache, double.cache.engine], [true, LRUCache.engine]);
  },

  'is in front of a store': async (LRUCache, { WriteThroughCache }) => {
    const store = new Map([['a', 1]]);
    const cache = new WriteThroughCache({ store, max: 2 });
    equal([await cache.get('a'), await cache.get('b')], [1, undefined]);
    await cache.set('b', 2);
    equal([store.get('b'), cache.peek('b')], [2, 2]);
    const refused = await cache.getMany('ab').catch((error) => error);
    equal([refused.code, refused instanceof TypeError], ['INVALID_KEYS', true]);
    equal(
      codeOf(() => new WriteThroughCache({ store, max: 2, engine: LRUCache.engine })),
      'nothing thrown',
    );
  },

  'can be extended': (LRUCache) => {
    class Named extends LRUCache {
      get(key) {
        return `${super.get(key)}!`;
      }
    }
    equal(new Named({ max: 1 }).set('a', 1).get('a'), '1!');
  },
};

/** Whether strings are hashed inside WebAssembly, which asks no `charCodeAt` of this realm. */
function readsStringsInWasm(LRUCache) {
  const { charCodeAt } = String.prototype;
  const cache = new LRUCache({ max: 2 }).set('some key or other', 1);
  let calls = 0;
  try {
    String.prototype.charCodeAt = function count(index) {
      calls += 1;
      return charCodeAt.call(this, index);
    };
    cache.get('some key or other');
  } finally {
    String.prototype.charCodeAt = charCodeAt;
  }
  return calls === 0;
}

/** Runs every test; returns which failed, and how. */
export async function failuresOf(LRUCache, satellites) {
  const failures = [];
  for (const [name, test] of Object.entries(TESTS)) {
    try {
      await test(LRUCache, satellites);
    } catch (error) {
      failures.push(`${name}: ${error.message ?? error}`);
    }
  }
  return failures;
}

/** Runs every test, and finds out what the class runs on. */
export async function conformance(LRUCache, satellites) {
  const failures = await failuresOf(LRUCache, satellites);
  const passed = Object.keys(TESTS).length - failures.length;
  return { engine: LRUCache.engine, jsString: readsStringsInWasm(LRUCache), passed, failures };
}

/** What a program does first: a cache, one entry, and one hit. */
export function firstGet(LRUCache) {
  return new LRUCache({ max: 1000 }).set('first', 1).get('first');
}
