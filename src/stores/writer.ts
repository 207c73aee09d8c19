// The writer: it holds the dirty entries of a write-back cache, and writes them to the store.
//
// D1  An entry is dirty from `put` until the store has its value, or its key is forgotten. No
//     failure changes that: neither an error of the store, nor one in the lookup of its methods,
//     nor a stack overflow.
// D2  One batch is written at a time. Changes of a key in the store, by a batch or by a task that
//     takes a turn, are made in order (turns.ts).
// D3  An entry that is put again while it is being written stays dirty; one that is put again
//     before that is written once, with the later value.
// D4  An error of the store is passed to `onWriteError` and to every caller that waits for the
//     entry.
// D5  A stack overflow may interrupt `put` and `writeSoon` at any call: the entry is put or not,
//     and an entry that is to be written is written by the next request at the latest.
//
// A batch is retried `retries` times, with pauses that double. If the store has `setMany` and still
// fails, each entry is tried alone, so that an entry that the store refuses does not hold up
// others. When a whole batch has failed, the store is taken to be down, and the batches behind it
// are tried once; they come first the next time, so that each of their entries is tried alone
// sooner or later.

import type { Dict } from './dict.js';
import { Turns } from './turns.js';

/** The longest that a timer can wait. */
const PAUSE_MS_MAX = 2 ** 31 - 1;

/** Code that awaits it runs with an empty stack. */
const READY = Promise.resolve();

/** How the writer writes. The options of `WriteBackCache` document each field. */
export interface WriterOptions<K, V> {
  readonly maxDirty: number;
  readonly batchSize: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly onWriteError: ((error: unknown, key: K, value: V) => void) | undefined;
}

/** A promise that is settled from outside. Rejecting it is never an unhandled rejection. */
class Deferred {
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}

/** A value that the store does not have yet. */
interface Dirty<K, V> {
  readonly key: K;
  value: V;
  /** A number that changes with the value. */
  version: number;
  /** The promise of a requested write that has not started; undefined if none was requested. */
  due: Deferred | undefined;
  /** The write in flight. */
  writing: Writing | undefined;
}

/** A write that has started: the version it writes, and the promise of its end. */
interface Writing {
  version: number;
  readonly done: Deferred;
}

interface Failure<K, V> {
  readonly entry: Dirty<K, V>;
  readonly error: unknown;
}

/** The outcome of an attempt to write some entries. */
interface Attempt<K, V> {
  readonly failures: Failure<K, V>[];
  /** Whether they were one call of the store, so that one of them may have made the others fail. */
  readonly isJoint: boolean;
}

/** The dirty entries. */
export class Writer<K, V> {
  /** The order in which keys are read, deleted and written in the store. */
  readonly turns = new Turns<K>();
  readonly #store: Dict<K, V>;
  readonly #options: WriterOptions<K, V>;
  /** In the order in which they became dirty; entries that failed are behind the others. */
  readonly #dirty = new Map<K, Dirty<K, V>>();
  readonly #queue = new Set<Dirty<K, V>>();
  #isDraining = false;

  constructor(store: Dict<K, V>, options: WriterOptions<K, V>) {
    this.#store = store;
    this.#options = options;
  }

  /** Number of dirty entries. */
  get size(): number {
    return this.#dirty.size;
  }

  has(key: K): boolean {
    return this.#dirty.has(key);
  }

  /** The value of a dirty entry. */
  get(key: K): V | undefined {
    return this.#dirty.get(key)?.value;
  }

  keys(): Iterable<K> {
    return this.#dirty.keys();
  }

  /** Makes a key dirty with a value. */
  put(key: K, value: V): void {
    const entry = this.#dirty.get(key);
    if (entry === undefined) {
      const fresh = { key, value, version: 0, due: undefined, writing: undefined };
      this.#dirty.set(key, fresh);
    } else {
      entry.value = value;
      entry.version += 1;
    }
  }

  /**
   * Makes an entry clean without writing it. The caller has the turn of the key, so the entry is
   * not being written.
   */
  forget(key: K): void {
    const entry = this.#dirty.get(key);
    if (entry !== undefined) this.#clean(entry);
  }

  forgetAll(): void {
    for (const entry of [...this.#dirty.values()]) this.#clean(entry);
  }

  /** Writes an entry soon, if it is dirty. */
  writeSoon(key: K): void {
    const entry = this.#dirty.get(key);
    if (entry !== undefined) void this.#write(entry);
  }

  /**
   * Writes every entry that is dirty now; if some fail, rejects with the first error after all were
   * tried.
   */
  async writeAll(): Promise<void> {
    const writes = [...this.#dirty.values()].map((entry) => this.#write(entry));
    for (const result of await Promise.allSettled(writes)) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  /**
   * Whether a key may be put now: if there are fewer dirty entries than `maxDirty`, or if the key
   * is one of them and is not being written.
   */
  hasRoom(key: K): boolean {
    if (this.#dirty.size < this.#options.maxDirty) return true;
    const entry = this.#dirty.get(key);
    return entry !== undefined && entry.writing === undefined;
  }

  /** Writes the entries that have been dirty longest. Rejects if none of them can be written. */
  async makeRoom(): Promise<void> {
    const oldest = firstOf(this.#dirty.values(), this.#options.batchSize);
    const writes = oldest.map((entry) => this.#write(entry));
    try {
      await Promise.any(writes);
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  /** Asks for an entry to be written, with the value it has now or a later one. */
  #write(entry: Dirty<K, V>): Promise<void> {
    const { writing } = entry;
    if (writing?.version === entry.version) return writing.done.promise;
    if (entry.due === undefined) {
      const due = new Deferred();
      this.#queue.add(entry);
      entry.due = due;
    }
    if (!this.#isDraining) {
      // Later, so that all evictions of one operation go into one batch. The flag is set last, so
      // that it is not set if the call fails (D5).
      void READY.then(() => this.#drain());
      this.#isDraining = true;
    }
    return entry.due.promise;
  }

  /** Writes what is in the queue, batch by batch. Never rejects. */
  async #drain(): Promise<void> {
    let isDown = false;
    while (this.#queue.size > 0) {
      const batch = firstOf(this.#queue, this.#options.batchSize);
      for (const entry of batch) this.#queue.delete(entry);
      const keys = batch.map(({ key }) => key);
      isDown = await this.turns.run(keys, () => this.#writeBatch(batch, isDown));
    }
    this.#isDraining = false;
  }

  /**
   * Writes as much of a batch as the store accepts; returns whether all of it failed. Never
   * rejects.
   */
  async #writeBatch(batch: readonly Dirty<K, V>[], wasDown: boolean): Promise<boolean> {
    // A key may have been deleted while the batch waited for its turn.
    let left = batch.filter((entry) => this.#dirty.get(entry.key) === entry);
    for (const entry of left) {
      entry.writing = { version: entry.version, done: entry.due as Deferred };
      entry.due = undefined;
    }
    const { retries, retryDelayMs } = this.#options;
    const count = left.length;
    let failures: Failure<K, V>[] = [];
    let isJoint = false;
    for (let tries = 0; left.length > 0 && tries <= (wasDown ? 0 : retries); tries++) {
      if (tries > 0 && retryDelayMs > 0) await pause(retryDelayMs * 2 ** (tries - 1));
      ({ failures, isJoint } = await this.#try(left));
      left = failures.map(({ entry }) => entry);
    }
    if (isJoint && left.length > 1 && !wasDown) failures = await this.#tryEach(left);
    if (!wasDown) this.#putBehind(failures);
    for (const failure of failures) this.#fail(failure);
    return count > 0 && failures.length === count;
  }

  /** Tries to write some entries, with one call if the store has `setMany`. */
  async #try(entries: readonly Dirty<K, V>[]): Promise<Attempt<K, V>> {
    const versions = entries.map(begin);
    try {
      const { setMany } = this.#store;
      if (!setMany) return { failures: await this.#tryEach(entries), isJoint: false };
      await setMany.call(
        this.#store,
        entries.map(({ key, value }) => [key, value] as const),
      );
    } catch (error) {
      return { failures: entries.map((entry) => ({ entry, error })), isJoint: true };
    }
    entries.forEach((entry, i) => {
      this.#written(entry, versions[i]);
    });
    return { failures: [], isJoint: true };
  }

  async #tryEach(entries: readonly Dirty<K, V>[]): Promise<Failure<K, V>[]> {
    const failures: Failure<K, V>[] = [];
    const tryOne = async (entry: Dirty<K, V>): Promise<void> => {
      const version = begin(entry);
      try {
        await this.#store.set(entry.key, entry.value);
        this.#written(entry, version);
      } catch (error) {
        failures.push({ entry, error });
      }
    };
    await Promise.all(entries.map(tryOne));
    return failures;
  }

  /** Notes that the store has a version of an entry. */
  #written(entry: Dirty<K, V>, version: number | undefined): void {
    const done = entry.writing?.done;
    entry.writing = undefined;
    if (entry.version === version) this.#clean(entry);
    done?.resolve();
  }

  #clean(entry: Dirty<K, V>): void {
    this.#dirty.delete(entry.key);
    this.#queue.delete(entry);
    entry.due?.resolve();
  }

  /** Moves failed entries behind all others, which are then tried first when room is needed. */
  #putBehind(failures: readonly Failure<K, V>[]): void {
    for (const { entry } of failures) {
      this.#dirty.delete(entry.key);
      this.#dirty.set(entry.key, entry);
    }
  }

  /** Leaves an entry dirty, and reports the error. */
  #fail({ entry, error }: Failure<K, V>): void {
    const { key, value, writing } = entry;
    entry.writing = undefined;
    try {
      this.#options.onWriteError?.(error, key, value);
      writing?.done.reject(error);
    } catch (thrown) {
      writing?.done.reject(thrown);
    }
  }
}

/** Notes which version of an entry is about to be written. */
function begin<K, V>(entry: Dirty<K, V>): number {
  (entry.writing as Writing).version = entry.version;
  return entry.version;
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) === count) break;
  return first;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, PAUSE_MS_MAX)));
}
