// The binding: makes an engine of numbers from the functions of the core, of either compiler.
//
// As in engine/bind.ts, functions that move blocks or allocate reserve stack before they begin.

import type { EngineKind } from '../common/types.js';
import { withStack } from '../engine/bind.js';
import type { Table } from '../engine/engine.js';
import type { NumberEngine, NumberFunctions } from './engine.js';

/** What differs between the two cores. */
export interface NumberAdapter
  extends Pick<
    NumberEngine,
    'order' | 'staleOrder' | 'refused' | 'findBatch' | 'useBatch' | 'putMany'
  > {
  readonly kind: EngineKind;
  create(limit: number): Table | undefined;
  destroy(table: Table): void;
}

/** An engine over a core. */
export function engineOf(core: NumberFunctions, adapter: NumberAdapter): NumberEngine {
  // One literal without a spread: V8 then stores all fields in the object itself, which saves a
  // load per call.
  return {
    kind: adapter.kind,
    createTable: withStack(adapter.create),
    destroyTable: withStack(adapter.destroy),
    order: adapter.order,
    staleOrder: adapter.staleOrder,
    findBatch: adapter.findBatch,
    useBatch: adapter.useBatch,
    putMany: adapter.putMany,
    clear: withStack(core.clear),
    grow: withStack(core.grow),
    useAges: withStack(core.useAges),
    get: core.get,
    add: core.add,
    put: core.put,
    find: core.find,
    use: core.use,
    seek: core.seek,
    visit: core.visit,
    touch: core.touch,
    insert: core.insert,
    insertMapped: core.insertMapped,
    nextSlot: core.nextSlot,
    oldest: core.oldest,
    remove: core.remove,
    wordAt: core.wordAt,
    valueAt: core.valueAt,
    setValueAt: core.setValueAt,
    startOf: core.startOf,
    ttlOf: core.ttlOf,
    setAgeAt: core.setAgeAt,
    refused: adapter.refused,
    setLimit: core.setLimit,
    size: core.size,
    bytesHeld: core.bytesHeld,
  };
}
