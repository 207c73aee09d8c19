// Models of the two caches in front of a store, one call at a time: what is cached, in what order
// of use, what is dirty, and what the store has. In pylru's test this is a dict and
// `simplelrucache`.

import { type Key, type Mode, REFUSED, type Value } from './store.js';

/** What both have: an LRU cache of `max` entries and a store that may fail. */
class Model {
  /** Least recently used first. */
  readonly cached = new Map<Key, Value>();
  readonly store = new Map<Key, Value>();
  mode: Mode = 'up';
  readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  protected use(key: Key, value: Value): void {
    this.cached.delete(key);
    this.cached.set(key, value);
    if (this.cached.size <= this.max) return;
    const [oldest] = this.cached.keys();
    this.cached.delete(oldest as Key);
    this.evicted(oldest as Key);
  }

  protected evicted(_key: Key): void {}

  /** Whether the store does what it is asked, and says so. */
  protected act(key: Key | undefined, act: () => void): boolean {
    const isDone = key !== REFUSED && this.mode !== 'before';
    if (isDone) act();
    return isDone && this.mode === 'up';
  }

  /** What reading gives, or false if it fails. */
  protected read(key: Key): Value | undefined | false {
    const cached = this.cached.get(key);
    if (cached !== undefined) {
      this.use(key, cached);
      return cached;
    }
    if (this.mode !== 'up') return false;
    const value = this.store.get(key);
    if (value !== undefined) this.use(key, value);
    return value;
  }
}

/** Each method returns what the cache's must come to; false is a rejection. */
export class WriteThroughModel extends Model {
  get(key: Key): Value | undefined | false {
    return this.read(key);
  }

  set(key: Key, value: Value): boolean {
    const isSet = this.act(key, () => this.store.set(key, value));
    if (isSet) this.use(key, value);
    else this.cached.delete(key);
    return isSet;
  }

  delete(key: Key): boolean {
    this.cached.delete(key);
    return this.act(undefined, () => this.store.delete(key));
  }

  clear(): boolean {
    this.cached.clear();
    return this.act(undefined, () => this.store.clear());
  }
}

/** The same, and what is dirty. */
export class WriteBackModel extends Model {
  /** The longest dirty first, failed ones last. */
  readonly dirty = new Map<Key, Value>();
  readonly maxDirty: number;
  readonly batchSize: number;
  readonly hasBatches: boolean;
  #evicted: Key[] = [];

  constructor(max: number, maxDirty: number, batchSize: number, hasBatches: boolean) {
    super(max);
    this.maxDirty = maxDirty;
    this.batchSize = batchSize;
    this.hasBatches = hasBatches;
  }

  get(key: Key): Value | undefined | false {
    const value = this.dirty.get(key);
    if (value === undefined) return this.#after(this.read(key));
    this.use(key, value);
    return this.#after(value);
  }

  set(key: Key, value: Value): boolean {
    let failed: Key[] = [];
    if (this.dirty.size >= this.maxDirty && !this.dirty.has(key)) {
      const oldest = [...this.dirty.keys()].slice(0, this.batchSize);
      failed = this.#write(oldest);
      if (failed.length === oldest.length) return false;
    }
    this.use(key, value);
    this.dirty.set(key, value);
    // It came in as soon as one was written, before the others had failed for good.
    this.#putBehind(failed);
    return this.#after(true);
  }

  delete(key: Key): boolean {
    this.cached.delete(key);
    const isDeleted = this.act(undefined, () => this.store.delete(key));
    if (isDeleted) this.dirty.delete(key);
    return isDeleted;
  }

  clear(): boolean {
    this.cached.clear();
    const isEmptied = this.act(undefined, () => this.store.clear());
    if (isEmptied) this.dirty.clear();
    return isEmptied;
  }

  sync(): boolean {
    return this.#write([...this.dirty.keys()]).length === 0;
  }

  flush(): boolean {
    const isWritten = this.sync();
    if (isWritten) this.cached.clear();
    return isWritten;
  }

  protected override evicted(key: Key): void {
    if (this.dirty.has(key)) this.#evicted.push(key);
  }

  /** Writes what the operation evicted. */
  #after<T>(result: T): T {
    this.#write(this.#evicted);
    this.#evicted = [];
    return result;
  }

  /** Writes dirty entries batch by batch; returns those that failed. */
  #write(keys: readonly Key[]): Key[] {
    const failed: Key[] = [];
    let isDown = false;
    for (let i = 0; i < keys.length; i += this.batchSize) {
      const batch = keys.slice(i, i + this.batchSize);
      const left = this.#writeBatch(batch, isDown);
      isDown = left.length === batch.length;
      failed.push(...left);
    }
    return failed;
  }

  #writeBatch(batch: readonly Key[], isDown: boolean): Key[] {
    const isRefused = batch.includes(REFUSED);
    const isTogether = this.hasBatches && isRefused && (isDown || batch.length === 1);
    const left = batch.filter((key) => {
      const value = this.dirty.get(key) as Value;
      return isTogether || !this.act(key, () => this.store.set(key, value));
    });
    for (const key of batch) if (!left.includes(key)) this.dirty.delete(key);
    // Those behind a batch that failed whole come first the next time.
    if (!isDown) this.#putBehind(left);
    return left;
  }

  #putBehind(keys: readonly Key[]): void {
    for (const key of keys) {
      const value = this.dirty.get(key) as Value;
      this.dirty.delete(key);
      this.dirty.set(key, value);
    }
  }
}
