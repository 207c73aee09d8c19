// The largest cache there is: filled, churned, and compared with what arithmetic says is in it.
//
// `size.js release 1`: the build, and the seed of the spot checks. Keys are 0, 1, 2, … in the order
// in which they are set, twice as many as there is room for. The first thousand are read again and
// again, so that they stay; the rest is a queue. One more than the maximum is refused.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import { CAPACITY_MAX } from '../../assembly/layout.js';
import { below, createRandom } from '../../bench/random.js';
import { grouped } from '../../bench/report.js';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import { TableHost } from '../../src/engine/lifetime.js';
import { bindWasm, compileCore, createWasmEngine, type WasmEngine } from '../../src/engine/wasm.js';
import { figure, note } from '../../test/support/figures.js';

const COUNT = CAPACITY_MAX;
const KEYS = 2 * COUNT;
/** Keys that are read so often that they stay. */
const PINNED = 1000;
/** A key of them is read after so many sets. */
const PIN_INTERVAL = 1024;
const CHECKS = 1e6;
const MB = 2 ** 20;

const [build = 'release', seed = '1'] = process.argv.slice(2);

const read = (name: string) => compileCore(new Uint8Array(readFileSync(`build/${name}`)));

function openDebug(): WasmEngine {
  const jsString = {
    length: (text: string) => text.length,
    charCodeAt: (text: string, index: number) => text.charCodeAt(index),
  };
  const core = read('core.debug.wasm');
  const { exports } = instantiateSync(core, { 'wasm:js-string': jsString });
  return bindWasm(exports as never, WebAssembly.Module.imports(core).length === 0);
}

/** Instances that were made: the cache moves into the last one. */
const instances: WasmEngine[] = [];
const host = new TableHost(() => {
  const wasm = build === 'debug' ? openDebug() : createWasmEngine(read('core.wasm'));
  instances.push(wasm);
  return wasm;
});
host.prepare();

function open(max: number): LRUCache<number, number> {
  // The constructor takes an engine object, too; that is not in its public type.
  return new LRUCache<number, number>({ max, engine: host as never });
}

function fail(what: string): never {
  throw new Error(`at ${COUNT} entries: ${what}`);
}

const valueFor = (key: number): number => (key * 7 + 3) | 0;

/** What is in the cache when every key was set: those read all the time, and the last ones. */
const isThere = (key: number): boolean => key < PINNED || key >= COUNT + PINNED;

let began = performance.now();
function seconds(): string {
  const took = (performance.now() - began) / 1000;
  began = performance.now();
  return `${took.toFixed(1)} s`;
}

function readPinned(cache: LRUCache<number, number>): void {
  for (let key = 0; key < PINNED; key++) {
    if (cache.get(key) !== valueFor(key)) fail(`key ${key} is gone`);
  }
}

function churn(cache: LRUCache<number, number>): void {
  readPinned(cache);
  let pin = 0;
  for (let key = COUNT; key < KEYS; key++) {
    cache.set(key, valueFor(key));
    if (key % PIN_INTERVAL !== 0) continue;
    if (cache.get(pin) !== valueFor(pin)) fail(`key ${pin} is gone`);
    pin = (pin + 1) % PINNED;
  }
  readPinned(cache);
}

function spotCheck(cache: LRUCache<number, number>): void {
  const random = createRandom(Number(seed));
  for (let check = 0; check < CHECKS; check++) {
    const key = below(random, KEYS);
    const wanted = isThere(key) ? valueFor(key) : undefined;
    if (cache.peek(key) !== wanted) fail(`key ${key} is not what it should be`);
  }
}

/** Compares every entry, from the newest to the oldest. */
function checkOrder(cache: LRUCache<number, number>): void {
  let wanted = PINNED - 1;
  let count = 0;
  for (const [key, value] of cache) {
    if (key !== wanted || value !== valueFor(key)) fail(`${key} is where ${wanted} should be`);
    count += 1;
    wanted = wanted === 0 ? KEYS - 1 : wanted - 1;
  }
  if (count !== COUNT) fail(`a walk over ${count}`);
}

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

const cache = open(COUNT);
for (let key = 0; key < COUNT; key++) cache.set(key, valueFor(key));
if (cache.size !== COUNT) fail(`${cache.size} after filling`);
const filled = seconds();
churn(cache);
if (cache.size !== COUNT) fail(`${cache.size} after churn`);
const churned = seconds();
spotCheck(cache);
checkOrder(cache);
const { engine, table } = entriesOf(cache).lease;
const own = instances.find((instance) => instance.engine === engine);
if (own === undefined || own === instances[0]) fail('the cache has no instance of its own');
if (codeOf(() => open(COUNT + 1)) !== 'INVALID_MAX') fail('one more is not refused');
if (codeOf(() => cache.resize(COUNT + 1)) !== 'INVALID_MAX') fail('resize takes one more');
const heap = process.memoryUsage().heapUsed;
figure('spot checks', CHECKS);
note(
  `${build} build: ${grouped(COUNT)} entries in ${filled}, as many again in ${churned}, ` +
    `${grouped(Math.round(engine.bytesHeld(table) / MB))} MiB linear memory held, ` +
    `${grouped(Math.round(own.core.memory.buffer.byteLength / MB))} taken, ` +
    `${grouped(Math.round(heap / MB))} MiB heap`,
);
