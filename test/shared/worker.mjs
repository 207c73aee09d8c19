// A thread of the tests: it uses a shared cache as it is told, and reports.

import { parentPort, threadId, workerData } from 'node:worker_threads';
import { SharedLRU } from '../../dist/shared.js';

const { handle, task, count = 0, rounds = 1, keys = 1, place = 1, seed = threadId } = workerData;
const cache = SharedLRU.attach(
  handle,
  task === 'load' ? { codec: 'string', ...workerData.options } : {},
);

let state = seed * 7919 + 1;
const random = (below) => {
  state = (state * 48271) % 2147483647;
  return state % below;
};

/** A value that says which key it is of, and by itself whether it is whole. */
function madeOf(key, n) {
  const length = key % 97 === 0 ? 70_000 : 8 + (key % 300) + (n % 50);
  const bytes = new Uint8Array(length).fill((key * 31 + n) & 255);
  new DataView(bytes.buffer).setUint32(0, key, true);
  new DataView(bytes.buffer).setUint32(4, n, true);
  return bytes;
}

/** What is wrong with a value; nothing, or 'foreign' or 'torn'. */
function faultOf(key, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8 || view.getUint32(0, true) !== key) return 'foreign';
  const expected = madeOf(key, view.getUint32(4, true));
  return Buffer.compare(bytes, expected) === 0 ? undefined : 'torn';
}

/**
 * Sets, gets and deletes at random, and looks at every value: so many times, or until it is told to
 * stop. It counts what it does, where it is told.
 */
function churn() {
  const report = { gets: 0, hits: 0, torn: 0, foreign: 0 };
  const progress = new Int32Array(workerData.progress ?? new SharedArrayBuffer(12));
  for (let i = 0; count > 0 ? i < count : Atomics.load(progress, 0) === 0; i++) {
    Atomics.add(progress, place, 1);
    const key = random(keys);
    const what = random(10);
    if (what < 4) cache.set(`${key}`, madeOf(key, random(2 ** 30)));
    else if (what === 4) cache.delete(`${key}`);
    else {
      report.gets += 1;
      const bytes = cache.get(`${key}`);
      if (bytes === undefined) continue;
      report.hits += 1;
      const fault = faultOf(key, bytes);
      if (fault !== undefined) report[fault] += 1;
    }
  }
  return report;
}

/** All threads begin together, in each round anew. */
function meet(clock, round) {
  Atomics.add(clock, 1, 1);
  while (Atomics.load(clock, 1) < workerData.threads * (round + 1));
}

/** Histories: each operation on a few keys, with the times of its begin and its end. */
function history() {
  const clock = new Int32Array(workerData.clock);
  const operations = [];
  for (let round = 0; round < rounds; round++) {
    meet(clock, round);
    playRound(clock, round, operations);
  }
  return operations;
}

function playRound(clock, round, operations) {
  for (let i = 0; i < count; i++) {
    const key = `${round}/${random(keys)}`;
    const what = ['set', 'get', 'delete', 'get'][random(4)];
    const value = what === 'set' ? threadId * 1000 + i : 0;
    const begin = Atomics.add(clock, 0, 1);
    let result;
    if (what === 'set') cache.set(key, new Uint8Array(new Uint32Array([value]).buffer));
    else if (what === 'delete') result = cache.delete(key);
    else {
      const bytes = cache.get(key);
      result = bytes === undefined ? undefined : new Uint32Array(bytes.buffer)[0];
    }
    operations.push({ key, what, value, result, begin, end: Atomics.add(clock, 0, 1) });
  }
}

/** Loads a key, and says how often its loader ran. */
async function load() {
  let loads = 0;
  meet(new Int32Array(workerData.clock), 0);
  const loader = async () => {
    loads += 1;
    if (workerData.hangs) await new Promise(() => setInterval(() => {}, 1000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    return `from ${threadId}`;
  };
  const values = await Promise.all([1, 2, 3].map(() => cache.getOrLoad('key', loader)));
  return { loads, values };
}

const tasks = { churn, history, load };
parentPort.postMessage('ready');
parentPort.postMessage(await tasks[task]());
