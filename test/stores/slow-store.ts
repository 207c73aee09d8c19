// A store whose calls wait until the test lets them act, or fail.

import type { Dict } from '../../src/stores/dict.js';

/** A call of the store that has not ended. */
export interface StoreCall {
  /** What was asked, as `method key` or `method key,key`. */
  readonly name: string;
  /** Acts, and answers. */
  go(): void;
  fail(error: Error): void;
}

/** A table of numbers, slow to act. */
export class SlowStore implements Dict<string, number> {
  readonly map: Map<string, number>;
  /** All calls, the earliest first. */
  readonly calls: StoreCall[] = [];

  constructor(entries: Iterable<readonly [string, number]> = []) {
    this.map = new Map(entries);
  }

  /** The names of all calls. */
  get names(): string[] {
    return this.calls.map(({ name }) => name);
  }

  /** The latest call. */
  get last(): StoreCall {
    return this.calls.at(-1) as StoreCall;
  }

  get(key: string) {
    return this.wait(`get ${key}`, () => this.map.get(key));
  }

  set(key: string, value: number) {
    return this.wait(`set ${key}`, () => this.map.set(key, value));
  }

  delete(key: string) {
    return this.wait(`delete ${key}`, () => this.map.delete(key));
  }

  protected wait<T>(name: string, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.calls.push({ name, go: () => resolve(act()), fail: reject });
    });
  }
}

/** The same, with batches. */
export class SlowBatchStore extends SlowStore {
  getMany(keys: readonly string[]) {
    return this.wait(`getMany ${keys}`, () => keys.map((key) => this.map.get(key)));
  }

  setMany(entries: readonly (readonly [string, number])[]) {
    return this.wait(`setMany ${entries.map(([key]) => key)}`, () => {
      for (const [key, value] of entries) this.map.set(key, value);
    });
  }
}
