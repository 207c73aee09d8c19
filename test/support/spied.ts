// A spied engine: one that works as it does, and notes which of its functions are called.

import type { Engine, Table } from '../../src/engine/engine.js';
import { TableHost } from '../../src/engine/lifetime.js';
import type { TestEngine } from './engines.js';
import { cores } from './image.js';

/** The same engine for new caches, and the names of its functions in the order of their calls. */
export function spied(test: TestEngine): { readonly engine: TestEngine; readonly calls: string[] } {
  const calls: string[] = [];
  const fields = Object.entries(test.engine).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const spy = (...args: unknown[]) => {
      calls.push(name);
      return (value as (...args: unknown[]) => unknown)(...args);
    };
    return [name, spy];
  });
  const engine = Object.fromEntries(fields) as Engine;
  const memory = cores.get(test.engine);
  if (memory !== undefined) cores.set(engine, memory);
  const open = (limit: number) => ({ engine, table: engine.createTable(limit) as Table });
  return { engine: { ...test, engine, host: new TableHost(undefined, open) }, calls };
}
