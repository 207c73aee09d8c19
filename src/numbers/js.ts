// The JavaScript engine of numbers: the source of the core of numbers, compiled to JavaScript.

import { ELSEWHERE, NIL, NO_ROOM, OUTCOME_MASK } from '../../assembly/layout.js';
import * as core from '../../assembly/numbers/index.js';
import type { Table as JsTable } from '../../assembly/slots.js';
import type { Table } from '../engine/engine.js';
import { tablesOf } from '../engine/js.js';
import type { Lease } from '../engine/lifetime.js';
import { engineOf } from './bind.js';
import type { NumberEngine, NumberFunctions } from './engine.js';

const own = (table: Table): JsTable => table as unknown as JsTable;

/** A new JavaScript engine. It has no state except the batch in use. */
export function createNumberJsEngine(): NumberEngine {
  /** The slots of the keys that were looked up last. */
  let slots = new Int32Array(0);
  return engineOf(core as unknown as NumberFunctions, {
    kind: 'pure',
    ...tablesOf(core),
    findBatch(table, keys) {
      slots = keys.map((key) => core.find(own(table), key));
    },
    useBatch(table, values, first, missing) {
      let found = 0;
      for (let i = first; i < slots.length; i++) {
        const slot = slots[i] as number;
        if (slot === ELSEWHERE) return (i << 16) | found;
        if (slot !== NIL) core.touch(own(table), slot);
        values[i] = slot === NIL ? missing : core.valueAt(own(table), slot);
        if (slot !== NIL) found += 1;
      }
      return (slots.length << 16) | found;
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
