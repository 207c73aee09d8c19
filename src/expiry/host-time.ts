// The host's part in time: its clock, its timers, and the end of the present job.
//
// HT1  Hosts lose timers. A test framework replaces the host's timers, and removes the timers set
//      in the meantime when it is uninstalled. A worker drops the timers of a request when the
//      request ends. So the owner of a timer can ask whether it may still fire.
// HT2  No host loses a microtask: it runs at the end of the job that queued it. A promise queues
//      it, since test frameworks replace `queueMicrotask`, too.
// HT3  A timer does not keep the process alive, and is not set for longer than a host can count.

import type { Perf } from '../common/types.js';

/** The longest time a timer can be set for: hosts count it in 31 bits. */
const DELAY_MS_MAX = 2 ** 31 - 1;
const settled = Promise.resolve();

/** The clock that the host has now: `performance`, or `Date` where there is none. */
export function hostClock(): Perf {
  const host = globalThis.performance as Perf | undefined;
  return typeof host?.now === 'function' ? host : Date;
}

const clockAtImport = hostClock();

/**
 * Whether a clock of the host is a fake one that a test framework installed. Such a clock reads 0
 * when it is installed.
 */
export function isStandIn(clock: Perf): boolean {
  if (clock === clockAtImport || clock === Date) return false;
  // A test framework may have been installed before the import, and the real clock may return
  // later.
  return !(typeof Performance === 'function' && clock instanceof Performance);
}

/** Runs something when the current job ends. What it throws is an unhandled rejection. */
export function afterJob(run: () => void): void {
  void settled.then(run);
}

/** One timer, which the host may lose. */
export class Timer {
  readonly #run: () => void;
  /** What the host calls; undefined if no timer is set. */
  #call: (() => void) | undefined;
  #handle: unknown;
  /** The function of the host when the timer was set. */
  #setTimeout: unknown;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** Whether the timer was last set by the functions that the host has now. */
  get isOfHost(): boolean {
    return this.#setTimeout === globalThis.setTimeout;
  }

  /** Whether the timer is set, and not known to be lost. */
  get isSet(): boolean {
    return this.#call !== undefined && this.isOfHost;
  }

  /** Sets the timer anew. False if the host refuses, as some do at top level. */
  start(ms: number): boolean {
    this.stop();
    const { setTimeout } = globalThis as Partial<typeof globalThis>;
    this.#setTimeout = setTimeout;
    if (typeof setTimeout !== 'function') return false;
    // A stand-in may call it within `setTimeout`, which is no timer, or after it was stopped.
    let isCalled = false;
    const call = (): void => {
      isCalled = true;
      if (this.#call !== call) return;
      this.#call = undefined;
      this.#run();
    };
    try {
      this.#handle = setTimeout(call, Math.min(ms, DELAY_MS_MAX));
      if (this.#handle === undefined || isCalled) return false;
      // Node's timers are objects, those of other hosts are numbers.
      (this.#handle as { unref?: () => void }).unref?.();
    } catch {
      return false;
    }
    this.#call = call;
    return true;
  }

  /**
   * Takes the timer back. One that other functions have set is only forgotten: what they make of
   * a timer when they are not in place any more is not known (node:test loses others then).
   */
  stop(): void {
    const { isSet } = this;
    this.#call = undefined;
    try {
      if (isSet) clearTimeout(this.#handle as number);
    } catch {
      // On a host without clearTimeout it is forgotten, too.
    }
  }
}
