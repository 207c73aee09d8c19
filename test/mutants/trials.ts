// The trials of a core: what any build has to pass, and what kills a mutant.
//
// Each runs the core and the pure engine in lockstep (pair.ts) and reads the arena (arena.ts).
// trials.test.ts runs them on the builds as they are; mutants.ts, on every mutant. They know no
// clock and repeat exactly.

import {
  INSERTED,
  KIND_HASHED,
  KIND_INT,
  MULTIPLIER,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
} from '../../assembly/layout.js';
import { below, createRandom, type Random } from '../../bench/random.js';
import type { Table } from '../../src/engine/engine.js';
import { bindCore } from '../../src/engine/wasm.js';
import { createPureEngine } from '../../src/engine-pure.js';
import { hashString } from '../../src/hash.js';
import { blockBytes, checkArena } from './arena.js';
import { check } from './check.js';
import { blocksOfAll, fillHeap } from './heap.js';
import { type Core, Pair } from './pair.js';
import { placeAtEnd, placeBehind, placeFirst, placeLast, refuseAll } from './refusals.js';
import { type Keys, step, useColumns } from './steps.js';

const SEED = 20260103;
const RUNS = 60;

/** A trial throws if the core does not pass. */
export interface Trial {
  readonly name: string;
  /** Whether the memory of the module has to be bounded by its global `pages`. */
  readonly isBounded: boolean;
  run(module: WebAssembly.Module): void;
}

/** As strict as the builtins: a place outside of the string traps there. */
const IMPORTS = {
  'wasm:js-string': {
    length: (text: string) => text.length,
    charCodeAt: (text: string, i: number) => {
      check(i >= 0 && i < text.length, true, `charCodeAt ${i}`);
      return text.charCodeAt(i);
    },
  },
};

/** Instances made in this thread. */
let opened = 0;
/** Instances whose memory a host may have to reserve addresses for at a time: 10 GB each. */
const OPEN_MAX = 32;

/** A new instance, with strings hashed in it or outside; nothing was ever called of a fresh one. */
function openCore(module: WebAssembly.Module, jsString: boolean, isFresh = false): Core {
  opened += 1;
  if (opened % OPEN_MAX === 0) (globalThis as { gc?: () => void }).gc?.();
  const { exports } = new WebAssembly.Instance(module, IMPORTS);
  const { pages, reserve, rehash } = exports as unknown as {
    pages: WebAssembly.Global<'i32'>;
    reserve(words: number): number;
    rehash(table: Table, words: number, multiplier: number): void;
  };
  const engine = bindCore(exports, jsString, { seed: SEED });
  // Memory is rarely as fresh as that of a new instance.
  const first = isFresh ? undefined : engine.createTable(1);
  if (first !== undefined) {
    engine.rehash(first, new Int32Array(5000).fill(-1), MULTIPLIER);
    engine.destroyTable(first);
  }
  return {
    engine,
    oracle: createPureEngine({ seed: SEED }),
    memory: exports.memory as WebAssembly.Memory,
    pages,
    reserve: (words) => reserve(words) >>> 0,
    rehashFrom: rehash,
  };
}

/** The x with x times the odd factor = 1, modulo 2^32 (Newton). */
function inverse(factor: number): number {
  let x = factor;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(factor, x));
  return x;
}

/** So many words that are all in the first bucket, under this multiplier. */
function crowdedWords(count: number, multiplier: number): number[] {
  const back = inverse(multiplier);
  return Array.from({ length: count }, (_, i) => Math.imul(i, back));
}

const TEXTS = ['', 'a', 'b', 'ab', 'abcdefg', 'abcdefgh', 'abcdefghi', 'abcdefgh-12', '\ud800é€'];
const KEYS: readonly Keys[] = [
  { words: [0, 1, 2, 3, -1, 2 ** 31 - 1, -(2 ** 31)], texts: TEXTS },
  { words: Array.from({ length: 60 }, (_, i) => i * 7), texts: TEXTS },
  { words: crowdedWords(60, MULTIPLIER), texts: TEXTS.slice(0, 3) },
];
const LIMITS = [1, 2, 3, 8, 15, 16, 16, 17, 40, 100];

function newPair(core: Core, random: Random): Pair {
  const pair = new Pair(core, random, LIMITS[below(random, LIMITS.length)] as number);
  pair.compare();
  return pair;
}

/** Three tables of one core; they come and go, and columns come into use at any time. */
function runSteps(module: WebAssembly.Module, run: number): void {
  const random = createRandom(SEED + run);
  const core = openCore(module, run % 2 === 0);
  const keys = KEYS[run % KEYS.length] as Keys;
  const pairs = [newPair(core, random), newPair(core, random), newPair(core, random)];
  for (let i = 0; i < 150; i++) {
    const at = below(random, pairs.length);
    const pair = pairs[at] as Pair;
    if (below(random, 30) === 0) useColumns(pair);
    if (below(random, 60) === 0) {
      pair.destroy();
      pairs[at] = newPair(core, random);
    } else {
      step(pair, keys);
    }
    checkArena(core.memory, blocksOfAll(pairs));
  }
  for (const pair of pairs) pair.destroy();
  checkArena(core.memory, new Map());
}

/** The steps of many runs, each with a seed of its own. */
function steps(module: WebAssembly.Module): void {
  for (let run = 0; run < RUNS; run++) runSteps(module, run);
}

/** Every length, offset and gear, with units of one and of two bytes. */
function hashes(module: WebAssembly.Module): void {
  const random = createRandom(SEED);
  const core = openCore(module, true);
  const table = core.engine.createTable(1) as Table;
  core.engine.grow(table);
  const seeds = [0, -1, -2, -7, -8, -9, -40, 1, 77, 0x3fffffff];
  for (let length = 0; length < 40; length++) {
    const units = Array.from({ length }, () => below(random, length % 3 === 0 ? 65_536 : 256));
    const text = String.fromCharCode(...units);
    for (const seed of seeds) {
      const slot = core.engine.putString(table, text, seed) >> OUTCOME_BITS;
      check(core.engine.wordOf(table, slot), hashString(text, seed, SEED), `hash of ${length}`);
    }
  }
}

/**
 * Tables that double until their memory does, moved, cleared and filled again. With a few entries
 * more or less, the first two would have half or twice as many buckets.
 */
function growth(module: WebAssembly.Module): void {
  const random = createRandom(SEED);
  const core = openCore(module, true);
  const pairs = [1093, 1070, 2500].map((limit) => new Pair(core, random, limit));
  // The weights of 15 entries and of 16 are as long, and there is a block behind them.
  const small = new Pair(core, random, 16);
  small.useWeights();
  for (let i = 0; i < 15; i++) small.add(i);
  pairs[0]?.useAges();
  pairs[1]?.useWeights();
  for (const pair of pairs) {
    for (let i = 0; i < 3000; i++) {
      pair.add(random() | 0);
      if (i % 100 === 0) pair.compare();
    }
    pair.compare();
    checkArena(core.memory, blocksOfAll([...pairs, small]));
  }
  small.add(15);
  small.compare();
  checkArena(core.memory, blocksOfAll([...pairs, small]));
  small.destroy();
  for (const pair of [...pairs, ...pairs.reverse()]) {
    pair.call('clear');
    pair.compare();
    checkArena(core.memory, blocksOfAll(pairs));
    for (let i = 0; i < 40; i++) pair.add(i);
    pair.compare();
  }
  for (const pair of pairs) pair.destroy();
  checkArena(core.memory, new Map());
}

/** A bucket that is crowded again after every rehash, under whatever multiplier. */
function patience(module: WebAssembly.Module): void {
  for (const isWeighed of [false, true]) {
    const pair = new Pair(openCore(module, false), createRandom(SEED), 400);
    if (isWeighed) pair.call('useWeights');
    let next = 0;
    for (const multiplier of [MULTIPLIER, 0x1000193, 0x2c1b3c6d, 0x297a2d39]) {
      const words = crowdedWords(1000, multiplier);
      if (multiplier !== MULTIPLIER)
        pair.rehashBy(multiplier, Int32Array.from(words.slice(0, 401)));
      for (let tries = 0; tries < 400; tries++) {
        const word = words[next] as number;
        const code = isWeighed
          ? pair.call('putWith', word, KIND_HASHED, 1, 0, 0, 0)
          : pair.call('put', word, KIND_HASHED);
        if ((code & OUTCOME_MASK) !== NO_ROOM) next += 1;
        else if (pair.call('nextSlot') !== NIL) break;
        else pair.call('grow');
      }
      pair.compare();
      // The words of entries are the first ones again; those after them are not there yet.
      next = 401;
    }
  }
}

/** Long chains, of words that are there twice as hashes and once as keys, and of strings. */
function chains(module: WebAssembly.Module): void {
  for (const jsString of [true, false]) {
    for (const isTimed of [false, true]) {
      // From the ends of chains, which steps lead to; and from their heads, which lead on.
      for (const isFromHeads of [false, true]) {
        const pair = new Pair(openCore(module, jsString), createRandom(SEED), 200);
        if (isTimed) pair.useAges();
        const words = crowdedWords(15, MULTIPLIER);
        const texts = Array.from({ length: 90 }, (_, i) => `text ${i}`);
        fillChains(pair, words, texts.slice(0, 60));
        pair.compare();
        walkChains(pair, words, isFromHeads ? texts.reverse() : texts);
        for (let now = 0; now < 40 && isTimed; now++) pair.stale(now);
      }
    }
  }
}

/** Adds strings, and every word three times; the newest is the head of its chain. */
function fillChains(pair: Pair, words: readonly number[], texts: readonly string[]): void {
  for (const text of texts) {
    pair.put(() =>
      pair.isTimed
        ? pair.call('putStringWith', text, 0, 1, 2, 5, 0)
        : pair.call('putString', text, 0),
    );
  }
  // An insertion is never refused for a crowd, and nothing is spread anew.
  for (const [i, word] of [...words, ...words, ...words].entries()) {
    const kind = i < 2 * words.length ? KIND_HASHED : KIND_INT;
    pair.put(() =>
      pair.isTimed ? pair.call('insertWith', word, kind, 1, i, 5) : pair.call('insert', word, kind),
    );
  }
}

/** Looks for every word and string in every way, takes it, and puts it back. */
function walkChains(pair: Pair, words: readonly number[], texts: readonly string[]): void {
  for (const word of words) {
    for (const kind of [KIND_HASHED, KIND_INT]) {
      let slot = pair.call('find', word, kind);
      while (slot !== NIL) slot = pair.call('findNext', slot);
      if (pair.isTimed) pair.call('seek', word, kind, 8, 3);
      else pair.call('get', word, kind);
      slot = pair.call('take', word, kind);
      if (kind === KIND_HASHED && slot !== NIL) pair.call('restore', slot);
      pair.compare();
    }
  }
  for (const text of [...texts, ...texts]) {
    pair.call('findString', text, 0);
    if (pair.isTimed) pair.call('seekString', text, 0, 8, 3);
    else pair.call('getString', text, 0);
    const slot = pair.call('takeString', text, 0);
    if (slot !== NIL && text.length % 2 === 0) pair.call('restore', slot);
    pair.compare();
  }
}

/** After so many rehashes, no insertion is refused, however crowded the bucket. */
function patienceWithoutEnd(module: WebAssembly.Module): void {
  const pair = new Pair(openCore(module, false), createRandom(SEED), 100);
  for (let i = 0; i < 40; i++) pair.rehashBy(MULTIPLIER);
  for (const word of crowdedWords(60, MULTIPLIER)) {
    if (pair.call('put', word, KIND_INT) !== NO_ROOM) continue;
    pair.call('grow');
    check(pair.call('put', word, KIND_INT) & OUTCOME_MASK, INSERTED, 'put');
  }
}

/** Tables and other blocks in an arena that is full half of the time. */
function heaps(module: WebAssembly.Module): void {
  for (let run = 0; run < 8; run++) {
    fillHeap(openCore(module, true), 2 + (run % 4), createRandom(SEED + run));
  }
}

/** Where blocks are put, at the edges of the rules. */
function places(module: WebAssembly.Module): void {
  for (let count = 5; count < 12; count++) {
    for (const hasLarger of [false, true]) placeBehind(openCore(module, true), count, hasLarger);
  }
  placeFirst(openCore(module, true, true));
  placeAtEnd(openCore(module, true));
  placeLast(openCore(module, true));
}

/** Every way in which memory is refused half-way. */
function refusals(module: WebAssembly.Module): void {
  refuseAll(() => openCore(module, true));
}

/** Tables whose every address is past 2^31, which an int32 has as a negative number. */
function pastTwoGib(module: WebAssembly.Module): void {
  const core = openCore(module, true);
  const random = createRandom(SEED);
  core.pages.value = 65_535;
  const words = 2 ** 29;
  const payload = core.reserve(words);
  const pairs = [newPair(core, random), newPair(core, random)];
  for (const [i, pair] of pairs.entries()) {
    check((pair.table as unknown as number) < 0, true, 'a table past 2 GiB');
    if (i > 0) useColumns(pair);
    for (let n = 0; n < 150; n++) step(pair, KEYS[1] as Keys);
  }
  const held = blocksOfAll(pairs);
  checkArena(core.memory, new Map([...held, [payload - 8, blockBytes(words * 4)]]));
  const valve = newPair(core, random);
  core.rehashFrom(valve.table, payload, MULTIPLIER);
  checkArena(core.memory, blocksOfAll([...pairs, valve]));
  for (const pair of [...pairs, valve]) pair.destroy();
  checkArena(core.memory, new Map());
  check(core.reserve(words), payload, 'the same place again');
}

/** All trials; those that find most come first. */
export const trials: readonly Trial[] = [
  { name: 'hashes', isBounded: false, run: hashes },
  { name: 'steps', isBounded: false, run: steps },
  { name: 'chains', isBounded: false, run: chains },
  { name: 'patience', isBounded: false, run: patience },
  { name: 'patience without end', isBounded: false, run: patienceWithoutEnd },
  { name: 'growth', isBounded: false, run: growth },
  { name: 'places', isBounded: true, run: places },
  { name: 'heaps', isBounded: true, run: heaps },
  { name: 'past 2 GiB', isBounded: true, run: pastTwoGib },
  { name: 'refusals', isBounded: true, run: refusals },
];
