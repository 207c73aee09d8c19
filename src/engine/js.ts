// The JavaScript engine: the core's own source, compiled to JavaScript (assembly/index.ts).
//
// It is for hosts that refuse WebAssembly, and for caches whose memory the collector should free.
// Each table has arrays of its own, so nothing is shared and nothing has to be freed by hand.

import * as core from '../../assembly/index.js';
import type { Table as JsTable } from '../../assembly/slots.js';
import { bind, type TableAdapter } from './bind.js';
import type { CoreFunctions, Engine, HashString, Table } from './engine.js';

const own = (table: Table): JsTable => table as unknown as JsTable;

/** How the tables of a core are made, used and read. */
export function tablesOf(
  functions: Pick<typeof core, 'create' | 'destroy' | 'arrange' | 'arrangeStale'>,
): TableAdapter {
  const { create, destroy, arrange, arrangeStale } = functions;
  const queued = (table: Table, count: number) => own(table).queue.slice(0, count);
  return {
    create: (limit) => create(limit) as unknown as Table,
    destroy: (table) => destroy(own(table)),
    order(table) {
      arrange(own(table));
      return queued(table, own(table).size);
    },
    staleOrder: (table, now) => queued(table, arrangeStale(own(table), now)),
    refused: (table) => queued(table, own(table).refused),
  };
}

/** A new JavaScript engine. It has no state of its own. `hash` replaces the hash, in tests. */
export function createJsEngine(hash?: HashString): Engine {
  return bind(
    core as unknown as CoreFunctions,
    {
      kind: 'pure',
      readsStrings: true,
      ...tablesOf(core),
      findMany(table, words) {
        for (let i = 0; i < words.length; i++) words[i] = core.find(own(table), words[i] as number);
      },
      touch: (table, slot) => core.touch(own(table), slot),
      visit: (table, slot, now, mode) => core.visit(own(table), slot, now, mode),
      noteGrowth() {},
    },
    hash,
  );
}
