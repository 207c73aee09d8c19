// The engines under test: every build, plain and made hostile, behind one list.
//
// A suite that runs over `engineCases` runs on each of them; a difference is a failure of the
// suite. Engines are made anew for every case, so that one test cannot spoil another.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import { STAMP_MAX, STAMP_STEP } from '../../assembly/layout.js';
import { setGrant } from '../../assembly/storage.js';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import type { Engine, HashString, Table } from '../../src/engine/engine.js';
import { createJsEngine } from '../../src/engine/js.js';
import { type Lease, TableHost } from '../../src/engine/lifetime.js';
import { bindWasm, compileCore, createWasmEngine, type WasmEngine } from '../../src/engine/wasm.js';
import { cores, setClock } from './image.js';
import { cacheOf } from './opened.js';

/** What the debug build exports beside the core's interface. */
export interface DebugCore extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  bytesInUse(): number;
  refuseGrowthAfter(count: number): void;
  startClock(table: Table, clock: number): void;
  relocate(table: Table): number;
  trap(): void;
}

/** An engine with what tests may ask of it. */
export interface TestEngine {
  readonly host: TableHost;
  /** The engine that small tables share. */
  readonly engine: Engine;
  /** The debug build's own exports; undefined for any other engine. */
  readonly debug?: DebugCore;
  /** Bytes of the linear memory; 0 where there is none. */
  memoryBytes(): number;
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
  new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
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
  /** The clocks of new tables start at most this many uses before their end. */
  readonly clockEnd?: number;
}

const constantHash: HashString = () => 0;

function hashOf({ constantHash: isConstant }: Hostility): HashString | undefined {
  return isConstant === true ? constantHash : undefined;
}

/** Gives every float the hash that strings have, and every new table a clock near its end. */
function spoil(engine: Engine, { constantHash: isConstant, clockEnd }: Hostility): Engine {
  const { createTable } = engine;
  let uses = 0;
  const open = (limit: number) => {
    const table = createTable(limit);
    if (table !== undefined && clockEnd !== undefined) {
      setClock({ engine: spoiled, table }, STAMP_MAX - STAMP_STEP * (uses++ % (clockEnd + 1)));
    }
    return table;
  };
  const hashFloat = isConstant === true ? () => 0 : engine.hashFloat;
  const spoiled: Engine = { ...engine, hashFloat, createTable: open };
  return spoiled;
}

/** A host whose instances are made by `open`; the first, which small tables share, is there. */
function hostOf(open: () => WasmEngine, hostility: Hostility) {
  const openSpoiled = (): WasmEngine => {
    const wasm = open();
    const engine = spoil(wasm.engine, hostility);
    cores.set(engine, wasm.core.memory);
    return { ...wasm, engine };
  };
  const first = openSpoiled();
  let isOpen = false;
  const host = new TableHost(() => {
    if (isOpen) return openSpoiled();
    isOpen = true;
    return first;
  });
  host.prepare();
  return { host, engine: first.engine, memory: first.core.memory };
}

/** The debug build, driven through the loader, with asserts. */
export function openDebug(hostility: Hostility = {}): TestEngine & { readonly debug: DebugCore } {
  const readsStrings = WebAssembly.Module.imports(debug).length === 0;
  const instances: DebugCore[] = [];
  const open = () => {
    const { exports } = instantiateSync<DebugCore>(debug, imports);
    instances.push(exports);
    return bindWasm(exports as never, readsStrings, hashOf(hostility));
  };
  const { host, engine, memory } = hostOf(open, hostility);
  const core = instances[0] as DebugCore;
  return {
    host,
    engine,
    debug: core,
    memoryBytes: () => memory.buffer.byteLength,
    growMemory: () => void memory.grow(1),
    refuseGrowthAfter: core.refuseGrowthAfter,
  };
}

/** The release build, as it ships. */
export function openRelease(hostility: Hostility = {}): TestEngine {
  const open = () => createWasmEngine(release, hashOf(hostility));
  const { host, engine, memory } = hostOf(open, hostility);
  return {
    host,
    engine,
    memoryBytes: () => memory.buffer.byteLength,
    growMemory: () => void memory.grow(1),
    refuseGrowthAfter: () => {},
  };
}

/** The JavaScript engine. */
export function openJs(hostility: Hostility = {}): TestEngine {
  refuseArraysAfter(-1);
  const engine = spoil(createJsEngine(hashOf(hostility)), hostility);
  const open = (limit: number): Lease => ({ engine, table: engine.createTable(limit) as Table });
  return {
    host: new TableHost(undefined, open),
    engine,
    memoryBytes: () => 0,
    growMemory: () => {},
    refuseGrowthAfter: refuseArraysAfter,
  };
}

/** All JavaScript engines are one source, and so is what grants them memory. */
function refuseArraysAfter(count: number): void {
  let growthsLeft = count;
  setGrant(() => {
    if (growthsLeft === 0) throw new RangeError('Array buffer allocation failed');
    if (growthsLeft > 0) growthsLeft -= 1;
  });
}

/** WASM_LRU_ENGINE=js leaves the JavaScript engine: for mutants of what is the same on all. */
const isWanted = ({ name }: EngineCase) => name.startsWith(process.env.WASM_LRU_ENGINE ?? '');

const plain: readonly EngineCase[] = [
  { name: 'wasm release', open: () => openRelease() },
  { name: 'wasm debug', open: () => openDebug() },
  { name: 'js', open: () => openJs() },
];
const CLOCK_END = 40;
const hostile: readonly EngineCase[] = [
  { name: 'wasm release, constant hash', open: () => openRelease({ constantHash: true }) },
  {
    name: 'wasm debug, constant hash, end of the clock',
    open: () => openDebug({ constantHash: true, clockEnd: CLOCK_END }),
  },
  { name: 'wasm release, end of the clock', open: () => openRelease({ clockEnd: CLOCK_END }) },
  {
    name: 'js, constant hash, end of the clock',
    open: () => openJs({ constantHash: true, clockEnd: CLOCK_END }),
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
  const forced = { ...options, engine: engine.host as never };
  const cache = new LRUCache<K, V, FC>(forced as LRUCache.Options<K, V, FC>);
  cacheOf.set(entriesOf(cache), cache as unknown as LRUCache<unknown, unknown>);
  return cache;
}

/** Moves what can be moved between two operations: the memory, and the table's blocks. */
export function shake<K, V>(engine: TestEngine, cache: LRUCache<K, V>): void {
  engine.growMemory();
  engine.debug?.relocate(entriesOf(cache).lease.table);
}
