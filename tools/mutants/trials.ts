// The trials of a core: what any build has to pass, and what kills a mutant.
//
// Tables in lockstep with the JavaScript engine (pair.ts), tables that are crowded (crowd.ts),
// whole caches beside a model (the subject of the soak), and the arena (heap.ts). trials.test.ts
// runs them on the builds as they are; run.ts, on every mutant. They know no clock and repeat
// exactly.

import { OUTCOME_MASK, STAMP_MAX, STAMP_STEP } from '../../assembly/layout.js';
import { unmix } from '../../bench/hostile-keys.js';
import { below, createRandom } from '../../bench/random.js';
import type { LRUCache } from '../../src/api/lru.js';
import { TableHost } from '../../src/engine/lifetime.js';
import { expectValid } from '../../test/support/validate.js';
import { type Shape, SoakSubject } from '../nightly/soak-subject.js';
import { check } from './check.js';
import { Crowd, crowdedWords } from './crowd.js';
import { Heap } from './heap.js';
import { openCore } from './open.js';
import { Pair } from './pair.js';
import { type Domain, step } from './steps.js';

const SEED = 20260103;

/** A trial throws if the core does not pass. */
export interface Trial {
  readonly name: string;
  /** Whether the memory of the module has to be bounded by its global `pages`. */
  readonly isBounded: boolean;
  run(module: WebAssembly.Module): void;
}

/** Drives a pair, compared after every few steps. */
function drive(pair: Pair, domain: Domain, steps: number, every = 4): void {
  for (let i = 0; i < steps; i++) {
    step(pair, domain);
    if (i % every === 0) pair.compare();
  }
}

/** Small tables, with and without columns, of fresh memory and of used. */
function tables(module: WebAssembly.Module): void {
  for (let run = 0; run < 8; run++) {
    const core = openCore(module).wasm;
    const random = createRandom(SEED + run);
    const before = new Pair(core, random, 40);
    drive(before, { words: 60, offset: 0 }, 30);
    const pair = new Pair(core, random, 1 + below(random, 60));
    if (run & 1) pair.use('useAges');
    if (run & 2) pair.use('useWeights');
    if (run === 3) pair.call('setBudget', 150);
    drive(pair, { words: 80, offset: run * 3 }, 400);
    // Columns that come when entries are there.
    pair.use('useAges');
    drive(pair, { words: 80, offset: 0 }, 40);
    pair.use('useWeights');
    drive(pair, { words: 80, offset: 0 }, 60);
    before.compare();
    pair.move(openCore(module).wasm);
    drive(pair, { words: 80, offset: 0 }, 60);
  }
}

/** Clocks that reach their end again and again. */
function clocks(module: WebAssembly.Module): void {
  for (let run = 0; run < 6; run++) {
    const core = openCore(module).wasm;
    const random = createRandom(SEED + run);
    for (let uses = 0; uses < 8; uses++) {
      const pair = new Pair(core, random, 30, STAMP_MAX - STAMP_STEP * uses * 5);
      if (run & 1) pair.use('useAges');
      drive(pair, { words: 40, offset: 0 }, 60);
    }
    const pair = new Pair(core, random, 30, STAMP_MAX);
    pair.grow();
    pair.call('insertMapped', 1);
    pair.compare();
  }
}

/** Larger tables: many bins, bins of many slots, and growth of all parts. */
function growth(module: WebAssembly.Module): void {
  for (let run = 0; run < 3; run++) {
    const pair = new Pair(openCore(module).wasm, createRandom(SEED + run), 1500);
    if (run > 0) pair.use('useWeights');
    if (run > 1) pair.use('useAges');
    for (let word = 0; word < 1400; word++) {
      while ((pair.call('put', word) & OUTCOME_MASK) > 3) pair.grow();
      if (pair.isWeighed || pair.isAged) pair.call('write', pair.call('newest'), 1, word, 7, false);
    }
    pair.compare();
    for (let i = 0; i < 200; i++) pair.call('touch', 2 + below(pair.random, 1400));
    for (let i = 0; i < 500; i++) pair.call('evict');
    pair.compare();
    drive(pair, { words: 2000, offset: 0 }, 600, 60);
    pair.order();
    while (pair.call('size') > 3) pair.call('remove', pair.anySlot());
    drive(pair, { words: 30, offset: 0 }, 40);
  }
}

/** Words of one home and of few tags, at both ends of the buckets, laid out anew in the end. */
function crowds(module: WebAssembly.Module): void {
  for (const [isLast, tags] of [
    [false, 100],
    [true, 8],
    [true, 1],
    [false, 6],
  ] as const) {
    const random = createRandom(SEED);
    const crowd = new Crowd(openCore(module).wasm, random, 260);
    const words = [
      ...crowdedWords(120, isLast, tags),
      ...Array.from({ length: 60 }, (_, i) => unmix(Math.imul(i, 0x1f3d5b79))),
    ];
    for (const word of words) crowd.put(word);
    for (const column of ['useAges', 'useWeights'] as const) {
      for (let i = 0; i < 80; i++) {
        const word = words[below(random, words.length)] as number;
        const dice = below(random, 8);
        if (dice < 3) crowd.remove();
        else if (dice < 4) crowd.reword(word);
        else crowd.put(word);
      }
      crowd.layOut(column);
    }
  }
}

const plain = { ttlMax: 0, isRenewed: false, hasCallbacks: true } as const;
const bounds = (large: number, small: number, size = 0): Shape['bounds'] => [
  { max: large, maxSize: large * size },
  { max: small, maxSize: small * size },
];

/** Caches of all kinds of keys and columns. */
const shapes: readonly Shape[] = [
  { ...plain, name: 'ints', bounds: bounds(60, 20), keyOf: (n) => n },
  { ...plain, name: 'strings', bounds: bounds(90, 5), keyOf: (n) => `user:${n}` },
  { ...plain, name: 'crowded', bounds: bounds(80, 70), keyOf: (n) => unmix(n << 8) },
  {
    ...{ ...plain, name: 'ages and sizes', ttlMax: 60, isRenewed: true },
    ...{ bounds: bounds(50, 10, 40), keyOf: (n: number) => (n % 2 === 0 ? n : `${n}`) },
  },
  { ...plain, name: 'far', bounds: bounds(40, 30), keyOf: (n) => `${n}: the end is the same` },
  { ...plain, name: 'floats', bounds: bounds(20, 3), keyOf: (n) => n / 2 },
];

/** Many caches on one instance, each beside its model. */
function caches(module: WebAssembly.Module): void {
  const host = new TableHost(() => openCore(module).wasm);
  host.prepare();
  const random = createRandom(SEED);
  const subjects = shapes.map((shape) => new SoakSubject(host, shape, random));
  for (let i = 0; i < 6000; i++) {
    const subject = subjects[i % subjects.length] as SoakSubject;
    subject.step();
    if (i % 97 !== 0) continue;
    subject.expectSame();
    expectValid(subject.cache as LRUCache<unknown, unknown>);
  }
  for (const { cache } of subjects) {
    cache.clear();
    expectValid(cache);
    check(cache.engine, 'wasm', 'engine');
    cache[Symbol.dispose]();
  }
}

/** Tables in an arena that is full half of the time. */
function heaps(module: WebAssembly.Module): void {
  for (let run = 0; run < 6; run++) {
    const heap = new Heap(openCore(module), 2 + run, createRandom(SEED + run));
    for (let i = 0; i < 80; i++) heap.step();
    heap.end();
    for (let i = 0; i < 20; i++) heap.step();
    heap.end();
  }
}

/** All trials; those that find most come first. */
export const trials: readonly Trial[] = [
  { name: 'tables', isBounded: false, run: tables },
  { name: 'crowds', isBounded: false, run: crowds },
  { name: 'growth', isBounded: false, run: growth },
  { name: 'heaps', isBounded: true, run: heaps },
  { name: 'clocks', isBounded: false, run: clocks },
  { name: 'caches', isBounded: false, run: caches },
];
