// The callbacks: calls `dispose`, `onInsert` and `disposeAfter` for what an operation did.
//
// C1  A callback runs after its operation is complete, so it may use the cache freely.
// C2  Callbacks run one after another, never inside one another: the callbacks that a callback
//     causes run after those that are already queued. The stack never grows with the chain of
//     causes.
// C3  A callback that throws stops nothing: the others run, then the first error is thrown.
// C4  A chain of callbacks that cause one another ends: after REENTRANT_CHANGES_MAX changes made
//     from callbacks, or ten for each callback of the first operation if that is more, further
//     changes from a callback throw CALLBACK_LOOP and change nothing.
//
// Within one operation the order is: every `dispose`, then `onInsert`, then every `disposeAfter`.

import { LRUCacheRangeError } from '../common/errors.js';
import type { DisposeReason, Disposer, Inserter, InsertReason } from '../common/types.js';

const REENTRANT_CHANGES_MAX = 10_000;
const REENTRANT_CHANGES_PER_CALLBACK = 10;

/** A value that has left the cache. */
interface Removed<K, V> {
  readonly value: V;
  readonly key: K;
  readonly reason: DisposeReason;
}

/** A value that was stored. */
interface Inserted<K, V> {
  readonly value: V;
  readonly key: K;
  readonly reason: InsertReason;
}

/** The callbacks of one cache and the queue of those still to run. */
export class Callbacks<K, V> {
  readonly dispose: Disposer<K, V> | undefined;
  readonly disposeAfter: Disposer<K, V> | undefined;
  readonly onInsert: Inserter<K, V> | undefined;
  /** What is given of a value that is stored; undefined if that is the same. */
  readonly give: ((value: V) => V) | undefined;
  /** The cache, which callbacks get as `this`. */
  readonly #owner: object;
  /** What the operation in progress removed, and what it added. */
  #removed: Removed<K, V>[] = [];
  #inserted: Inserted<K, V>[] = [];
  #queue: (() => void)[] = [];
  #running = false;
  #changesLeft = 0;

  constructor(
    owner: object,
    dispose: Disposer<K, V> | undefined,
    disposeAfter: Disposer<K, V> | undefined,
    onInsert: Inserter<K, V> | undefined,
    give?: (value: V) => V,
  ) {
    this.#owner = owner;
    this.dispose = dispose;
    this.disposeAfter = disposeAfter;
    this.onInsert = onInsert;
    this.give = give;
  }

  /** Must be called before an operation changes anything. Throws `CALLBACK_LOOP` (C4). */
  begin(): void {
    if (this.#running && this.#changesLeft <= 0) {
      throw new LRUCacheRangeError(
        'CALLBACK_LOOP',
        'Callbacks of this cache keep changing it from inside one another without end',
      );
    }
  }

  /**
   * Notes that a value has left the cache, by one call, so that the host cannot interrupt a note
   * half-way.
   */
  removed(value: V, key: K, reason: DisposeReason): void {
    this.#removed.push({ value, key, reason });
  }

  /** Notes that a value was stored. */
  inserted(value: V, key: K, reason: InsertReason): void {
    if (this.onInsert !== undefined) this.#inserted.push({ value, key, reason });
  }

  /** The values that the operation in progress has noted as removed, by key. */
  get noted(): ReadonlyMap<K, V> {
    return new Map(this.#removed.map(({ key, value }) => [key, value]));
  }

  /**
   * Must be called when the operation is complete: runs the callbacks that it caused, or queues
   * them (C2).
   */
  commit(): void {
    if (this.#removed.length === 0 && this.#inserted.length === 0) return;
    const caused = this.#calls();
    this.#removed = [];
    this.#inserted = [];
    if (caused.length === 0) return;
    if (this.#running) {
      this.#changesLeft -= 1;
      for (const call of caused) this.#queue.push(call);
    } else {
      this.#run(caused);
    }
  }

  /** The callbacks for what was noted, in their order. */
  #calls(): (() => void)[] {
    const { dispose, disposeAfter, onInsert, give } = this;
    const owner = this.#owner;
    const calls: (() => void)[] = [];
    for (const { value, key, reason } of dispose === undefined ? [] : this.#removed) {
      calls.push(() => dispose?.call(owner, value, key, reason));
    }
    for (const { value, key, reason } of this.#inserted) {
      calls.push(() => onInsert?.call(owner, give ? give(value) : value, key, reason));
    }
    for (const { value, key, reason } of disposeAfter === undefined ? [] : this.#removed) {
      calls.push(() => disposeAfter?.call(owner, value, key, reason));
    }
    return calls;
  }

  #run(caused: (() => void)[]): void {
    // First, since a call may overflow the stack, and the queue that is running has to end.
    const changesOfCallbacks = caused.length * REENTRANT_CHANGES_PER_CALLBACK;
    this.#changesLeft = Math.max(REENTRANT_CHANGES_MAX, changesOfCallbacks);
    this.#queue = caused;
    this.#running = true;
    let failed = false;
    let first: unknown;
    try {
      // The queue grows while it is read; C4 bounds it.
      for (const call of this.#queue) {
        try {
          call();
        } catch (error) {
          if (!failed) first = error;
          failed = true;
        }
      }
    } finally {
      // In any case: if the queue still counted as running, no callback would ever run again.
      this.#queue = [];
      this.#running = false;
    }
    if (failed) throw first;
  }
}
