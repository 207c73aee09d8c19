// Scarcity: an engine that has no memory left, and gets it back.

import type { Table } from '../../src/engine/engine.js';
import type { TestEngine } from './engines.js';

/** Takes all the memory that an engine has left, and gives it back. */
export class Scarcity {
  /** Whether the engine may meet a refusal of memory. */
  isActive = false;
  readonly #engine: TestEngine;
  readonly #ballast: Table[] = [];

  constructor(engine: TestEngine) {
    this.#engine = engine;
  }

  /** From now on the engine has no memory left but the blocks its tables free. */
  begin(): void {
    const { engine, debug } = this.#engine;
    this.#engine.refuseGrowthAfter(0);
    this.isActive = engine.kind === 'pure' || debug !== undefined;
    if (debug === undefined) return;
    // Ends when the arena is full, which it is after a page's worth of tables for each page.
    for (let table = engine.createTable(1); table !== undefined; table = engine.createTable(1)) {
      this.#ballast.push(table);
    }
  }

  /** Gives the memory back. */
  end(): void {
    this.#engine.refuseGrowthAfter(-1);
    this.isActive = false;
    for (const table of this.#ballast) this.#engine.engine.destroyTable(table);
    this.#ballast.length = 0;
  }
}
