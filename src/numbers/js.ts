// The JavaScript engine of numbers: the source of their core, compiled to JavaScript.

import { ELSEWHERE, NIL, NO_ROOM, OUTCOME_MASK } from '../../assembly/layout.js';
import * as core from '../../assembly/numbers/index.js';
import { type Table as JsTable, stampOf, wordOf } from '../../assembly/slots.js';
import type { Table } from '../engine/engine.js';
import type { Lease } from '../engine/lifetime.js';
import { engineOf } from './bind.js';
import type { NumberEngine, NumberFunctions } from './engine.js';

const own = (table: Table): JsTable => table as unknown as JsTable;

/** Whether a number is the slot of a live entry with this word. */
function holds(table: Table, slot: number, word: number): boolean {
  const { records, fresh } = own(table);
  return slot < fresh && wordOf(records, slot) === word && stampOf(records, slot) !== 0;
}

/** A new JavaScript engine. It has no state of its own. */
export function createNumberJsEngine(): NumberEngine {
  return engineOf(core as unknown as NumberFunctions, {
    kind: 'pure',
    create: (limit) => core.create(limit) as unknown as Table,
    destroy: (table) => core.destroy(own(table)),
    order: (table) => core.arrange(own(table)).slice(0, own(table).size),
    staleOrder(table, now) {
      const count = core.arrangeStale(own(table), now);
      return core.arranged(own(table)).slice(0, count);
    },
    holds,
    getHeld(table, slot, word) {
      if (!holds(table, slot, word)) return Number.NaN;
      core.touch(own(table), slot);
      return core.valueAt(own(table), slot);
    },
    setHeld(table, slot, word, value) {
      if (!holds(table, slot, word)) return false;
      core.touch(own(table), slot);
      core.setValueAt(own(table), slot, value);
      return true;
    },
    addHeld(table, slot, word, by) {
      if (!holds(table, slot, word)) return Number.NaN;
      core.touch(own(table), slot);
      const sum = core.valueAt(own(table), slot) + by;
      core.setValueAt(own(table), slot, sum);
      return sum;
    },
    isFresh: (table, slot, now) => core.visit(own(table), slot, now, 0) > NIL,
    valueAt: (table, slot) => core.valueAt(own(table), slot),
    touch: (table, slot) => core.touch(own(table), slot),
    noteGrowth() {},
    getMany(table, keys, values, missing) {
      let found = 0;
      for (let i = 0; i < keys.length; i++) {
        const slot = core.use(own(table), keys[i] as number);
        values[i] = slot > ELSEWHERE ? core.valueAt(own(table), slot) : missing;
        if (slot > ELSEWHERE) found += 1;
      }
      return found;
    },
    putMany(table, keys, values, from) {
      for (let i = from; i < keys.length; i++) {
        const code = core.put(own(table), keys[i] as number, values[i] as number);
        if ((code & OUTCOME_MASK) >= NO_ROOM) return i;
      }
      return keys.length;
    },
  });
}

let engine: NumberEngine | undefined;

/** A new table on the JavaScript engine. */
export function openNumberJs(limit: number): Lease<NumberEngine> {
  engine ??= createNumberJsEngine();
  return { engine, table: engine.createTable(limit) as Table };
}
