// Values that check themselves, for the threads of shared.mjs, and what a thread does with them.

/** Every so many keys one has a value that is longer than what a thread copies at once. */
const LONG_EVERY = 97;
const LONG_BYTES = 70_000;

/** A value that says which key it is of, and by itself whether it is whole. */
function madeOf(key, n) {
  const length = key % LONG_EVERY === 0 ? LONG_BYTES : 8 + (key % 300) + (n % 50);
  const bytes = new Uint8Array(length).fill((key * 31 + n) & 255);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, key);
  view.setUint32(4, n);
  return bytes;
}

/** What is wrong with a value: nothing, or 'foreign' or 'torn'. */
function faultOf(key, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8 || view.getUint32(0) !== key) return 'foreign';
  const expected = madeOf(key, view.getUint32(4));
  const isWhole = bytes.length === expected.length && bytes.every((b, i) => b === expected[i]);
  return isWhole ? undefined : 'torn';
}

/** Numbers below a bound, the same in every host. */
function randomFrom(seed) {
  let state = seed * 7919 + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** Sets, gets and deletes at random; looks at every value that it gets, and counts. */
export function churn(cache, { keys, count, seed, progress }) {
  const report = { gets: 0, hits: 0, torn: 0, foreign: 0 };
  const done = progress && new Int32Array(progress);
  const random = randomFrom(seed);
  for (let i = 0; i < count; i++) {
    const key = random(keys);
    const what = random(10);
    if (what < 4) cache.set(`${key}`, madeOf(key, random(2 ** 30)));
    else if (what === 4) cache.delete(`${key}`);
    else {
      const bytes = cache.get(`${key}`);
      report.gets += 1;
      if (bytes === undefined) continue;
      report.hits += 1;
      const fault = faultOf(key, bytes);
      if (fault !== undefined) report[fault] += 1;
    }
    if (done !== undefined) Atomics.add(done, 0, 1);
  }
  return report;
}
