// A host whose time a test moves, and whose timers it can drop, as a worker does after a request.

import { vi } from 'vitest';

interface Pending {
  readonly at: number;
  readonly run: () => void;
}

const EPOCH_MS = 1e12;

/** What a host has of time. Stands in for the real one from `install` on. */
export class SimulatedHost {
  /** What its `performance` shows. */
  time = 5000;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** How many timers are set. */
  get timers(): number {
    return this.#pending.size;
  }

  /** `vi.unstubAllGlobals` takes it away again. */
  install(): this {
    const now = () => this.time;
    class HostDate extends Date {
      static override now(): number {
        return EPOCH_MS + now();
      }
    }
    vi.stubGlobal('performance', Object.create(Performance.prototype, { now: { value: now } }));
    vi.stubGlobal('Date', HostDate);
    vi.stubGlobal('setTimeout', (run: () => void, ms: number): number => {
      this.#lastId += 1;
      this.#pending.set(this.#lastId, { at: this.time + ms, run });
      return this.#lastId;
    });
    vi.stubGlobal('clearTimeout', (id: number) => this.#pending.delete(id));
    return this;
  }

  /** Lets time pass, and runs the timers that are due meanwhile, in their order. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.#pending].filter(([, { at }]) => at <= end);
      if (due.length === 0) break;
      const [id, { at, run }] = due.reduce((a, b) => (b[1].at < a[1].at ? b : a));
      this.#pending.delete(id);
      this.time = at;
      run();
    }
    this.time = end;
  }

  /** Forgets every timer. */
  dropTimers(): void {
    this.#pending.clear();
  }
}
