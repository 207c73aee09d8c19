// The page of browser.mjs: an elder cache, every memory the browser grants, and a cache after that.
//
// The module is loaded a second time for the late cache, as an instance that has its own engine.

const MEMORIES_MAX = 2000;
const MAX = 1000;

const faults = [];

function check(holds, what) {
  if (!holds) faults.push(what);
}

function use(cache, from) {
  for (let key = from; key < from + 2 * MAX; key++) cache.set(key, -key);
  const keys = [...cache.keys()];
  return keys.length === MAX && keys.every((key, i) => key === from + 2 * MAX - 1 - i);
}

const { LRUCache: Elder } = await import('/index.js');
const elder = new Elder({ max: MAX });
check(use(elder, 0), 'the elder cache does not work');
check(elder.engine === 'wasm', `the elder cache is on ${elder.engine}`);

const memories = [];
let refusal = null;
try {
  while (memories.length < MEMORIES_MAX) memories.push(new WebAssembly.Memory({ initial: 1 }));
} catch (error) {
  refusal = `${error}`;
}

let late;
const { LRUCache: Late } = await import('/index.js?late');
try {
  const cache = new Late({ max: MAX });
  late = cache.engine;
  check(use(cache, 0), 'the late cache does not work');
  check(cache.get(2 * MAX - 1) === 1 - 2 * MAX, 'the late cache has another value');
} catch (error) {
  late = error.code;
  check(typeof error.code === 'string', `the late cache: ${error}`);
}
check(use(elder, 10_000), 'the elder cache does not go on');
check(new Elder({ max: MAX }).engine === 'wasm', 'another cache does not share the elder engine');

const report = { memories: memories.length, refusal, late, faults };
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
