// The engines under test: every build, plain and made hostile, behind one list.
//
// A suite that runs over `engineCases` runs on each of them; a difference is a failure of the
// suite. Engines are made anew for every case, so that one test cannot spoil another.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import type { Engine, Table } from '../src/engine.js';
import { createPureEngine } from '../src/engine-pure.js';
import { bindCore, compileCore, createWasmEngine } from '../src/engine-wasm.js';
import { SharedEngine } from '../src/engines.js';
import { entriesOf, LRUCache } from '../src/lru.js';

/** What the debug build exports beside the core's interface. */
export interface DebugCore extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  validateTable(table: Table): number;
  validateArena(): number;
  refuseGrowthAfter(count: number): void;
  collide(table: Table): void;
  relocate(table: Table): number;
  trap(): void;
}

/** An engine with what tests may ask of it. */
export interface TestEngine {
  readonly shared: SharedEngine;
  /** The debug build's own exports; undefined for any other engine. */
  readonly debug?: DebugCore;
  /** Makes the host's memory grow, which detaches every view; nothing where there is none. */
  growMemory(): void;
  /** Lets `count` more growths pass and refuses the rest; -1 refuses none. */
  refuseGrowthAfter(count: number): void;
}

/** A named way to make an engine. */
export interface EngineCase {
  readonly name: string;
  open(): TestEngine;
}

const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../build/${name}`, import.meta.url)));
const release = compileCore(read('core.wasm'));
const debug = compileCore(read('core.debug.wasm'));

const imports = {
  'wasm:js-string': {
    length: (text: string) => text.length,
    charCodeAt: (text: string, index: number) => text.charCodeAt(index),
  },
};

interface Hostility {
  /** Every hash is 0. */
  readonly constantHash?: boolean;
  /** Every key is in one bucket. */
  readonly oneBucket?: boolean;
}

const constantHash = () => 0;

function hashOption(hostility: Hostility): { hashString?: () => number } {
  return hostility.constantHash === true ? { hashString: constantHash } : {};
}

/** Gives every new table one bucket, and every float the hash that strings have. */
function spoil(engine: Engine, hostility: Hostility, collide?: (table: Table) => void): Engine {
  const { createTable } = engine;
  return {
    ...engine,
    hashFloat: hostility.constantHash === true ? constantHash : engine.hashFloat,
    createTable: (limit) => {
      const table = createTable(limit);
      if (table !== undefined && hostility.oneBucket === true) collide?.(table);
      return table;
    },
  };
}

/** The debug build, driven through the loader, with asserts. */
export function openDebug(hostility: Hostility = {}): TestEngine & { readonly debug: DebugCore } {
  const { exports } = instantiateSync<DebugCore>(debug, imports);
  const jsString = WebAssembly.Module.imports(debug).length === 0;
  const engine = bindCore(exports as never, jsString, { seed: 1, ...hashOption(hostility) });
  return {
    shared: new SharedEngine(spoil(engine, hostility, exports.collide)),
    debug: exports,
    growMemory: () => void exports.memory.grow(1),
    refuseGrowthAfter: exports.refuseGrowthAfter,
  };
}

/** The release build, as it ships. */
export function openRelease(hostility: Hostility = {}): TestEngine {
  const engine = createWasmEngine(release, { seed: 2, ...hashOption(hostility) });
  return {
    shared: new SharedEngine(spoil(engine, hostility)),
    growMemory: () => {},
    refuseGrowthAfter: () => {},
  };
}

/** The pure engine. */
export function openPure(hostility: Hostility = {}): TestEngine {
  let growthsLeft = -1;
  const allocate = (words: number) => {
    if (growthsLeft === 0) throw new RangeError('Array buffer allocation failed');
    if (growthsLeft > 0) growthsLeft -= 1;
    return new Int32Array(words);
  };
  const engine = createPureEngine({ seed: 3, allocate, ...hashOption(hostility) });
  const collide = (table: Table) => {
    Object.assign(table, { multiplier: 0, patience: Number.POSITIVE_INFINITY });
  };
  return {
    shared: new SharedEngine(spoil(engine, hostility, collide)),
    growMemory: () => {},
    refuseGrowthAfter: (count) => {
      growthsLeft = count;
    },
  };
}

/** WASM_LRU_ENGINE=pure leaves the pure engine: for mutants of what is the same on all of them. */
const isWanted = ({ name }: EngineCase) => name.startsWith(process.env.WASM_LRU_ENGINE ?? '');

const plain: readonly EngineCase[] = [
  { name: 'wasm release', open: () => openRelease() },
  { name: 'wasm debug', open: () => openDebug() },
  { name: 'pure', open: () => openPure() },
];
const hostile: readonly EngineCase[] = [
  { name: 'wasm release, constant hash', open: () => openRelease({ constantHash: true }) },
  {
    name: 'wasm debug, one bucket, constant hash',
    open: () => openDebug({ constantHash: true, oneBucket: true }),
  },
  {
    name: 'pure, one bucket, constant hash',
    open: () => openPure({ constantHash: true, oneBucket: true }),
  },
];

/** Every engine and build, as it ships. */
export const plainCases: readonly EngineCase[] = plain.filter(isWanted);

/** Every engine and build, and each made to collide. */
export const engineCases: readonly EngineCase[] = [...plain, ...hostile].filter(isWanted);

const nameOf = ({ name }: EngineCase): string => name;

/** The names of `plainCases`, and those of `engineCases`, whichever are wanted. */
export const plainNames: readonly string[] = plain.map(nameOf);
export const engineNames: readonly string[] = [...plain, ...hostile].map(nameOf);

/** A cache on an engine under test. */
export function openCache<K, V, FC = unknown>(
  engine: TestEngine,
  options: LRUCache.OptionsBase<K, V, FC>,
): LRUCache<K, V, FC> {
  // The constructor takes an engine object, too; that is not in its public type.
  const forced = { ...options, engine: engine.shared as never };
  return new LRUCache<K, V, FC>(forced as LRUCache.Options<K, V, FC>);
}

/** Moves what can be moved between two operations: the memory, and the table's blocks. */
export function shake<K, V>(engine: TestEngine, cache: LRUCache<K, V>): void {
  engine.growMemory();
  engine.debug?.relocate(entriesOf(cache).table);
}
