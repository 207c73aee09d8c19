// The JavaScript engine: the core's own source, compiled to JavaScript (assembly/index.ts).
//
// For hosts that refuse WebAssembly, and for caches whose memory the collector should free. Each
// table has arrays of its own, so nothing is shared and nothing has to be freed.

import * as core from '../../assembly/index.js';
import type { Table as JsTable } from '../../assembly/slots.js';
import { bind } from './bind.js';
import type { CoreFunctions, Engine, HashString, Table } from './engine.js';

const own = (table: Table): JsTable => table as unknown as JsTable;

/** A new JavaScript engine. It has no state of its own. `hash` replaces the hash, in tests. */
export function createJsEngine(hash?: HashString): Engine {
  return bind(
    core as unknown as CoreFunctions,
    {
      kind: 'pure',
      readsStrings: true,
      create: (limit) => core.create(limit) as unknown as Table,
      destroy: (table) => core.destroy(own(table)),
      order: (table) => core.arrange(own(table)).slice(0, own(table).size),
      staleOrder(table, now) {
        const count = core.arrangeStale(own(table), now);
        return core.arranged(own(table)).slice(0, count);
      },
      touch: (table, slot) => core.touch(own(table), slot),
      visit: (table, slot, now, mode) => core.visit(own(table), slot, now, mode),
      noteGrowth() {},
    },
    hash,
  );
}
