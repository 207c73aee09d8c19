// Which engine a cache gets: the choice, made once, when the first cache is constructed.
//
// WebAssembly is tried first. Whatever the host refuses it with (no WebAssembly object, a content
// security policy, no address space), the pure engine takes over; nothing is thrown. Importing
// this file compiles nothing and reads no clock and no randomness.
//
// One instance of the core serves all caches, as memories are scarce (Chromium allows 124). A
// further one is opened only when caches are created faster than the host reports dropped ones:
// a host reports none within one synchronous job, but it can collect an instance that no living
// cache uses as a whole. So memory stays bounded in a loop that creates and drops caches.

import { openCore } from './core.js';
import type { Engine, Table } from './engine.js';
import { createPureEngine } from './engine-pure.js';
import { LRUCacheRangeError } from './errors.js';
import { isPoisoned, poisonIfTrap } from './poison.js';
import type { EngineKind } from './types.js';

/** Tables, alive or not yet reported dropped, from which a shared engine counts as crowded. */
const CROWDED_TABLES = 4096;
/** Bytes of memory from which a shared engine counts as crowded. */
const CROWDED_BYTES = 1 << 25;

/** How a table is freed whose owner was dropped; undefined once its engine is retired. */
interface Drain {
  free: ((table: Table) => void) | undefined;
}

let dropped: FinalizationRegistry<{ drain: Drain; table: Table }> | undefined;

/**
 * The registry of dropped caches: one, and for good. In the V8 of Node 20 to 24, one that is
 * collected while it has something to report stops every other of the process.
 * Old edge runtimes have none; there, dispose of caches by hand.
 */
function droppedCaches(): typeof dropped {
  if (typeof FinalizationRegistry === 'function') {
    dropped ??= new FinalizationRegistry(({ drain, table }) => drain.free?.(table));
  }
  return dropped;
}

/** An engine that many caches share, and the tables it has to free when they are dropped. */
export class SharedEngine {
  readonly engine: Engine;
  /** Tables made and not yet freed. */
  tables = 0;
  readonly #drain: Drain = { free: (table) => this.#free(table) };

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** A new table for `owner`, freed when the owner is collected; undefined if memory is refused. */
  createTable(owner: object, limit: number): Table | undefined {
    const table = this.#attempt(() => this.engine.createTable(limit));
    if (table === undefined) return undefined;
    this.tables += 1;
    // A pure table is an ordinary object, which a registry would keep alive until it reports.
    if (this.engine.kind === 'wasm') {
      droppedCaches()?.register(owner, { drain: this.#drain, table }, owner);
    }
    return table;
  }

  /** Frees the owner's table now. */
  destroyTable(owner: object, table: Table): void {
    if (this.engine.kind === 'wasm') dropped?.unregister(owner);
    this.#free(table);
  }

  /**
   * Leaves the engine to the caches it has: its memory goes with the last of them, as a whole, and
   * no dropped one keeps it alive until the registry gets to report it.
   */
  retire(): void {
    this.#drain.free = undefined;
  }

  get crowded(): boolean {
    return this.tables >= CROWDED_TABLES && this.engine.memoryBytes() >= CROWDED_BYTES;
  }

  #free(table: Table): void {
    this.tables -= 1;
    this.#attempt(() => this.engine.destroyTable(table));
  }

  #attempt<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw poisonIfTrap(this.engine, error);
    }
  }
}

let wasm: SharedEngine | undefined;
let pure: SharedEngine | undefined;
/** Whether the host has refused WebAssembly, and nobody has got it by name since. */
let isRefused = false;

function wasmEngine(): SharedEngine {
  if (wasm === undefined || isPoisoned(wasm.engine) || wasm.crowded) {
    const next = new SharedEngine(openCore());
    wasm?.retire();
    wasm = next;
  }
  return wasm;
}

/** The pure engine, which every host can run. */
export function pureEngine(): SharedEngine {
  pure ??= new SharedEngine(createPureEngine());
  return pure;
}

/**
 * The engine for the next cache: the host's best, or the one named.
 * Throws `ENGINE_UNAVAILABLE` if the named one cannot run here.
 */
export function sharedEngine(kind?: EngineKind): SharedEngine {
  if (kind === 'pure' || (kind === undefined && isRefused)) return pureEngine();
  try {
    const engine = wasmEngine();
    isRefused = false;
    return engine;
  } catch (cause) {
    // A crowded engine goes on if the host has no memory for another one.
    if (wasm !== undefined && !isPoisoned(wasm.engine)) return wasm;
    if (kind === undefined) {
      isRefused = true;
      return pureEngine();
    }
    throw new LRUCacheRangeError(
      'ENGINE_UNAVAILABLE',
      'The wasm engine was asked for by name, but this host refuses WebAssembly',
      { cause },
    );
  }
}
