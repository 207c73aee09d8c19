// A spied engine: one that works as it does, and notes which of its functions are called.

import type { Engine } from '../src/engine/engine.js';
import { SharedEngine } from '../src/engine/lifetime.js';
import type { TestEngine } from './support.js';

/** The same engine for new caches, and the names of its functions in the order of their calls. */
export function spied(test: TestEngine): { readonly engine: TestEngine; readonly calls: string[] } {
  const calls: string[] = [];
  const fields = Object.entries(test.shared.engine).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const spy = (...args: unknown[]) => {
      calls.push(name);
      return (value as (...args: unknown[]) => unknown)(...args);
    };
    return [name, spy];
  });
  const shared = new SharedEngine(Object.fromEntries(fields) as Engine);
  return { engine: { ...test, shared }, calls };
}
