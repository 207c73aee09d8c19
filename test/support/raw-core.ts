// Raw calls: the debug build's exports as they are, with whatever arguments, and what may become of
// such a call.
//
// It returns, or an assert refuses it, and then not one byte of the memory is another than before.
// Nothing is ever written outside of the arena: what is below it holds a pattern, and so does a
// page above it, which the arena knows nothing of and never gets.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ARENA_MAP, BATCH_VALUES } from '../../assembly/layout.js';
import type { Engine } from '../../src/engine/engine.js';
import { type DebugCore, openDebug } from './engines.js';

const PAGE_BYTES = 65_536;
const ARENA_PAGES = 2;
/** Entries whose storage takes more than the page that there is. */
const ENTRIES_OF_A_PAGE = 3000;
const CANARY = 0xa5;
/** What hosts say of an assert, and of a text that is no string. */
const REFUSAL = /unreachable|illegal cast|reading 'length'/;

const bytes = new Uint8Array(readFileSync(new URL('../../build/core.debug.wasm', import.meta.url)));
const unreached = () => expect.fail('a text was read');

/** The functions of an instance that was never opened. */
export function closedCore(): readonly (readonly [
  name: string,
  run: (...all: unknown[]) => void,
])[] {
  const imports = { 'wasm:js-string': { length: unreached, charCodeAt: unreached } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function');
  return functions as [string, () => void][];
}

/** What became of a call: its result, or the error that refused it. */
export type Outcome =
  | { readonly result: number; readonly refusal?: undefined }
  | { readonly refusal: Error };

/** An instance of the debug build whose arena has two pages, and gets no more. */
export class RawCore {
  readonly debug: DebugCore;
  readonly engine: Engine;
  /** Address just past the arena. */
  readonly end = ARENA_PAGES * PAGE_BYTES;
  readonly #memory: Buffer;
  readonly #before: Buffer;

  constructor() {
    const { engine, debug } = openDebug();
    this.debug = debug;
    this.engine = engine;
    this.#extend();
    debug.memory.grow(1);
    debug.refuseGrowthAfter(0);
    this.#memory = Buffer.from(debug.memory.buffer);
    this.#memory.fill(CANARY, 0, ARENA_MAP);
    this.#memory.fill(CANARY, this.end);
    this.#before = Buffer.from(this.#memory);
  }

  /** Calls an export. Fails the test if the call does what none may do. */
  call(name: string, ...given: unknown[]): Outcome {
    this.#memory.copy(this.#before);
    const run = this.debug[name] as (...all: unknown[]) => number;
    try {
      const result = run(...given);
      this.#expectCanaries(name);
      return { result };
    } catch (error) {
      this.#expectRefusal(name, error);
      return { refusal: error as Error };
    }
  }

  /** The result of a call that has to be made. */
  expectResult(name: string, ...given: unknown[]): number {
    const outcome = this.call(name, ...given);
    if (outcome.refusal !== undefined) throw outcome.refusal;
    return outcome.result;
  }

  /** Gives the arena its pages, all of them free. */
  #extend(): void {
    const table = this.#run('create', 1);
    this.#run('reserve', table, ENTRIES_OF_A_PAGE, 0, 0);
    this.#run('destroy', table);
    expect(this.debug.memory.buffer.byteLength).toBe(this.end);
  }

  #run(name: string, ...given: number[]): number {
    return (this.debug[name] as (...all: number[]) => number)(...given);
  }

  #expectCanaries(name: string): void {
    const [memory, before, end] = [this.#memory, this.#before, this.end];
    // The batch is there to be written.
    const from = name === 'findMany' ? BATCH_VALUES : 0;
    const isBelow = memory.compare(before, from, ARENA_MAP, from, ARENA_MAP) !== 0;
    const isAbove = memory.compare(before, end, before.length, end) !== 0;
    if (isBelow || isAbove) expect.fail(`${name} wrote ${isBelow ? 'below' : 'above'} the arena`);
  }

  #expectRefusal(name: string, error: unknown): void {
    if (!(error instanceof Error) || !REFUSAL.test(error.message)) throw error;
    if (!this.#memory.equals(this.#before)) expect.fail(`${name} was refused half-way`);
  }
}
