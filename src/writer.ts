// The writer: the dirty entries of a write-back cache, and how they get into the store.
//
// D1  An entry is dirty from `put` until the store has its value, or its key is forgotten. Failures
//     change nothing about that.
// D2  One batch is written at a time. What is done to a key in the store, by a batch or by who
//     takes a turn, is done in order (turns.ts).
// D3  An entry that is put again while it is being written stays dirty; one that is put again
//     before that is written once, with the later value.
// D4  An error of the store is heard by `onWriteError` and by whoever waits for that entry.
//
// A batch is tried again `retries` times, with pauses that double. If the store has `setMany` and
// still fails, each entry is tried alone: one that it refuses holds up no other. A store of which a
// whole batch was refused is taken to be down, and the batches behind it are tried once; they come
// first the next time, so that what they hold is tried alone sooner or later.

import type { Dict } from './dict.js';
import { Turns } from './turns.js';

/** The longest that a timer can wait. */
const PAUSE_MS_MAX = 2 ** 31 - 1;

/** How the writer writes; each is documented at the options of `WriteBackCache`. */
export interface WriterOptions<K, V> {
  readonly maxDirty: number;
  readonly batchSize: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly onWriteError: ((error: unknown, key: K, value: V) => void) | undefined;
}

/** A promise that is settled from outside. It is never rejected unheard. */
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
  /** Changes with the value. */
  version: number;
  /** The promise of a requested write that has not started; undefined if none was requested. */
  due: Deferred | undefined;
  /** The write under way. */
  writing: Writing | undefined;
}

/** The version that a write writes, and what is settled when that is done. */
interface Writing {
  version: number;
  readonly done: Deferred;
}

interface Failure<K, V> {
  readonly entry: Dirty<K, V>;
  readonly error: unknown;
}

/** The dirty entries. */
export class Writer<K, V> {
  /** The order in which keys are read, deleted and written in the store. */
  readonly turns = new Turns<K>();
  readonly #store: Dict<K, V>;
  readonly #options: WriterOptions<K, V>;
  /** The longest dirty first, but those that were tried in vain are behind the others. */
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

  /** Makes an entry clean without writing it; none of its writes may be under way (`turns`). */
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

  /** Writes every entry that is dirty now. Rejects with the first error when all were tried. */
  async writeAll(): Promise<void> {
    const writes = [...this.#dirty.values()].map((entry) => this.#write(entry));
    for (const result of await Promise.allSettled(writes)) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  /**
   * Whether a key may be put now: always below the bound; at it, if that adds no dirty entry and
   * keeps none from becoming clean.
   */
  hasRoom(key: K): boolean {
    if (this.#dirty.size < this.#options.maxDirty) return true;
    const entry = this.#dirty.get(key);
    return entry !== undefined && entry.writing === undefined;
  }

  /** Writes the entries that have been dirty for longest. Rejects if none can be written. */
  async makeRoom(): Promise<void> {
    const oldest = firstOf(this.#dirty.values(), this.#options.batchSize);
    try {
      await Promise.any(oldest.map((entry) => this.#write(entry)));
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  /** Asks for an entry to be written, with the value it has now or a later one. */
  #write(entry: Dirty<K, V>): Promise<void> {
    const { writing } = entry;
    if (writing?.version === entry.version) return writing.done.promise;
    if (entry.due === undefined) {
      entry.due = new Deferred();
      this.#queue.add(entry);
      if (!this.#isDraining) void this.#drain();
    }
    return entry.due.promise;
  }

  /** Writes what is in the queue, batch by batch. Never rejects. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    // What one operation evicts goes into one batch.
    await undefined;
    let isDown = false;
    while (this.#queue.size > 0) {
      const batch = firstOf(this.#queue, this.#options.batchSize);
      for (const entry of batch) this.#queue.delete(entry);
      const keys = batch.map(({ key }) => key);
      isDown = await this.turns.run(keys, () => this.#writeBatch(batch, isDown));
    }
    this.#isDraining = false;
  }

  /** Writes a batch as best it can; returns whether all of it failed. */
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
    for (let tries = 0; left.length > 0 && tries <= (wasDown ? 0 : retries); tries++) {
      if (tries > 0 && retryDelayMs > 0) await pause(retryDelayMs * 2 ** (tries - 1));
      failures = await (this.#store.setMany ? this.#tryTogether(left) : this.#tryEach(left));
      left = failures.map(({ entry }) => entry);
    }
    const isMixed = this.#store.setMany !== undefined && left.length > 1 && !wasDown;
    if (isMixed) failures = await this.#tryEach(left);
    if (!wasDown) this.#putBehind(failures);
    for (const failure of failures) this.#fail(failure);
    return count > 0 && failures.length === count;
  }

  async #tryTogether(entries: readonly Dirty<K, V>[]): Promise<Failure<K, V>[]> {
    const versions = entries.map(begin);
    try {
      await this.#store.setMany?.(entries.map(({ key, value }) => [key, value] as const));
    } catch (error) {
      return entries.map((entry) => ({ entry, error }));
    }
    entries.forEach((entry, i) => {
      this.#written(entry, versions[i]);
    });
    return [];
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

  /** The store has a version of an entry. */
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

  /** Lets all other entries be tried first when room is needed. */
  #putBehind(failures: readonly Failure<K, V>[]): void {
    for (const { entry } of failures) {
      this.#dirty.delete(entry.key);
      this.#dirty.set(entry.key, entry);
    }
  }

  /** Leaves an entry dirty, and says so. */
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
