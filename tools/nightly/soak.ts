// The soak: caches of every kind on one engine, used for minutes, and compared all the time.
//
// `soak.js --engine wasm --minutes 5 --seed 1`; run it with --expose-gc. Every operation is
// compared with a model, and the whole content every 2^16 operations. Once every cache has been at
// its largest and smallest many times, linear memory must not grow by more than an eighth, since
// the holes between blocks lie worse at some times than at others, and the heap not by more than a
// tenth. A failure names the seed and the operation, which are the same in every run.
// `--collect 200` collects garbage after so many operations, too.

import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { below, createRandom } from '../../bench/random.js';
import { TableHost } from '../../src/engine/lifetime.js';
import { compileCore, createWasmEngine, type WasmEngine } from '../../src/engine/wasm.js';
import { figure, note } from '../../test/support/figures.js';
import { shapes } from './soak-shapes.js';
import { SoakSubject } from './soak-subject.js';

const PERIOD = 2 ** 16;
/** Periods after which memory must be flat, and between two looks at the heap from then on. */
const WARM_PERIODS = 64;
const HEAP_PERIODS = 64;
const LINEAR_RATIO_MAX = 1.125;
const HEAP_RATIO_MAX = 1.1;
const HEAP_BYTES_MORE_MAX = 4 * 2 ** 20;
const PAGE_BYTES = 2 ** 16;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'wasm' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    collect: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed);
const collectInterval = Number(values.collect);
const endMs = performance.now() + Number(values.minutes) * 60_000;

const core = compileCore(new Uint8Array(readFileSync('build/core.wasm')));
const instances: WasmEngine[] = [];
const openWasm = () => {
  const wasm = createWasmEngine(core);
  instances.push(wasm);
  return wasm;
};
const host = new TableHost(values.engine === 'pure' ? undefined : openWasm);
host.prepare();
/** Bytes of linear memory: the caches here are small, and share one. */
const linearBytes = () =>
  instances.reduce((sum, { core: { memory } }) => sum + memory.buffer.byteLength, 0);
const random = createRandom(seed);
const subjects = shapes.map((shape) => new SoakSubject(host, shape, random));

let collections = 0;
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length;
});
observer.observe({ entryTypes: ['gc'] });

function heapBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** Uses the caches in turn, at random; returns the digest of what is then in them. */
function runPeriod(period: number): number {
  let name = '';
  let operation = 0;
  try {
    for (; operation < PERIOD; operation++) {
      const subject = subjects[below(random, subjects.length)] as SoakSubject;
      name = subject.shape.name;
      subject.step();
      if (collectInterval > 0 && operation % collectInterval === 0) globalThis.gc?.();
    }
    return subjects.reduce((digest, subject) => {
      name = subject.shape.name;
      return Math.imul(digest, 31) ^ subject.expectSame();
    }, 0);
  } catch (error) {
    const place = period * PERIOD + operation;
    throw new Error(`seed ${seed}, operation ${place}, cache '${name}'`, { cause: error });
  }
}

let digest = 0;
let period = 0;
let warm = { heap: 0, linear: 0 };
for (; performance.now() < endMs; period++) {
  digest = Math.imul(digest, 31) ^ runPeriod(period);
  await turn();
  if (period < WARM_PERIODS) continue;
  const linear = linearBytes();
  if (period === WARM_PERIODS) warm = { heap: heapBytes(), linear };
  if (linear > warm.linear * LINEAR_RATIO_MAX) {
    throw new Error(`linear memory: ${warm.linear} bytes when warm, now ${linear}`);
  }
  if (period % HEAP_PERIODS !== 0) continue;
  const heap = heapBytes();
  if (heap > warm.heap * HEAP_RATIO_MAX + HEAP_BYTES_MORE_MAX) {
    throw new Error(`heap: ${warm.heap} bytes when warm, now ${heap}`);
  }
}

// The observer is told of collections some turns later.
for (let i = 0; i < 5; i++) await turn();
figure(`operations on ${values.engine}`, period * PERIOD);
figure('collections', collections);
if (warm.linear > 0) {
  const pages = [warm.linear, linearBytes()].map((bytes) => bytes / PAGE_BYTES);
  note(`${pages[0]} pages when warm, and ${pages[1]} at the end`);
}
console.log(`${period} periods, seed ${seed}, digest ${digest >>> 0}`);
