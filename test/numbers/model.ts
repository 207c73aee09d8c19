// The engines of NumberLRU under test, and a model of it: a plain Map, the newest key last.

import { readFileSync } from 'node:fs';
import { setGrant } from '../../assembly/storage.js';
import { TableHost } from '../../src/engine/lifetime.js';
import { compileCore, instantiate } from '../../src/engine/wasm.js';
import type { NumberEngine } from '../../src/numbers/engine.js';
import { openNumberJs } from '../../src/numbers/js.js';
import { NumberLRU } from '../../src/numbers/number-lru.js';
import type { NumberLRUOptions } from '../../src/numbers/options.js';
import { bindNumbers, openNumberCore } from '../../src/numbers/wasm.js';

/** What the debug build exports beside the core's interface. */
interface DebugExports {
  refuseGrowthAfter(count: number): void;
  trap(): void;
}

/** An engine under test. */
export interface NumberCase {
  readonly name: string;
  open(): {
    readonly host: TableHost<NumberEngine>;
    /** Lets `count` more growths pass and refuses the rest; -1 refuses none. */
    refuseGrowthAfter(count: number): void;
    /** Makes the core trap; undefined if it cannot. */
    readonly trap?: () => void;
  };
}

const debug = compileCore(
  new Uint8Array(readFileSync(new URL('../../build/numbers.debug.wasm', import.meta.url))),
);

function refuseArraysAfter(count: number): void {
  let growthsLeft = count;
  setGrant(() => {
    if (growthsLeft === 0) throw new RangeError('Array buffer allocation failed');
    if (growthsLeft > 0) growthsLeft -= 1;
  });
}

function prepared(open: ConstructorParameters<typeof TableHost<NumberEngine>>[0]) {
  const host = new TableHost<NumberEngine>(open, openNumberJs);
  host.prepare();
  return host;
}

/** The release build, the debug build with its asserts, and the JavaScript engine. */
export const numberCases: readonly NumberCase[] = [
  {
    name: 'wasm release',
    open: () => ({ host: prepared(openNumberCore), refuseGrowthAfter: () => {} }),
  },
  {
    name: 'wasm debug',
    open: () => {
      const instances: DebugExports[] = [];
      const host = prepared(() => {
        const exports = instantiate(debug);
        instances.push(exports as unknown as DebugExports);
        return bindNumbers(exports);
      });
      const core = instances[0] as DebugExports;
      return { host, refuseGrowthAfter: core.refuseGrowthAfter, trap: core.trap };
    },
  },
  {
    name: 'js',
    open: () => {
      refuseArraysAfter(-1);
      return { host: prepared(undefined), refuseGrowthAfter: refuseArraysAfter };
    },
  },
];

/** An engine that works as it does, and the names of its functions in the order of their calls. */
export function spiedNumbers({ open }: NumberCase) {
  const calls: string[] = [];
  const opened = open();
  const { host } = opened;
  const openTable = host.open.bind(host);
  host.open = (owner, limit) => {
    const lease = openTable(owner, limit);
    const engine = new Proxy(lease.engine, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value === 'function') calls.push(String(name));
        return value;
      },
    });
    return { ...lease, engine };
  };
  return { engine: opened, calls };
}

/** A cache on an engine under test. */
export function openNumbers(
  { host }: { readonly host: TableHost<NumberEngine> },
  options: NumberLRUOptions,
): NumberLRU {
  return new NumberLRU({ ...options, engine: host as never });
}

interface Cell {
  value: number;
  readonly start: number;
  readonly ttl: number;
}

/** What NumberLRU does, by a Map. The time is the caller's. */
export class NumberModel {
  readonly cells = new Map<number, Cell>();
  max: number;
  now = 0;
  readonly ttl: number;

  constructor(max: number, ttl: number) {
    this.max = max;
    this.ttl = ttl;
  }

  isFresh({ start, ttl }: Cell): boolean {
    return ttl === 0 || this.now - start <= ttl;
  }

  /** The cell of a key, now the newest; a stale one is removed. */
  use(key: number): Cell | undefined {
    const cell = this.cells.get(key);
    if (cell === undefined) return undefined;
    this.cells.delete(key);
    if (!this.isFresh(cell)) return undefined;
    this.cells.set(key, cell);
    return cell;
  }

  set(key: number, value: number, ttl = this.ttl): void {
    const isNew = !this.cells.delete(key);
    if (isNew && this.cells.size >= this.max) this.pop();
    this.cells.set(key, { value, start: this.now, ttl });
  }

  increment(key: number, by: number, ttl?: number): number {
    const cell = this.use(key);
    if (cell === undefined) {
      this.set(key, by, ttl);
      return by;
    }
    cell.value += by;
    return cell.value;
  }

  peek(key: number): number | undefined {
    const cell = this.cells.get(key);
    return cell !== undefined && this.isFresh(cell) ? cell.value : undefined;
  }

  pop(): number | undefined {
    const [oldest] = this.cells;
    if (oldest === undefined) return undefined;
    this.cells.delete(oldest[0]);
    return oldest[1].value;
  }

  resize(max: number): void {
    this.max = max;
    while (this.cells.size > max) this.pop();
  }

  purge(): boolean {
    const stale = [...this.cells].filter(([, cell]) => !this.isFresh(cell));
    for (const [key] of stale) this.cells.delete(key);
    return stale.length > 0;
  }

  /** The fresh entries, the newest first. */
  entries(): [number, number][] {
    const fresh = [...this.cells].filter(([, cell]) => this.isFresh(cell));
    return fresh.map(([key, { value }]): [number, number] => [key, value]).reverse();
  }
}
