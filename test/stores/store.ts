// A store to test with: a Map that can be down, refuse a key, and fail before or after it has
// acted.

import type { Dict } from '../../src/stores/dict.js';

export type Key = string;
/** Every value is set once, so that a value tells which `set` it came from. */
export type Value = number;
/** Whether the store works, or at what point it fails. */
export type Mode = 'up' | 'before' | 'after';

/** A key that the store never takes. */
export const REFUSED: Key = 'refused';

/** The store fails whatever it is asked, by its mode, and refuses one key always. */
export class TestStore implements Dict<Key, Value> {
  readonly map = new Map<Key, Value>();
  mode: Mode = 'up';
  /** What was asked of it, as `method key`. */
  readonly calls: string[] = [];
  readonly setMany?: NonNullable<Dict<Key, Value>['setMany']>;
  readonly getMany?: NonNullable<Dict<Key, Value>['getMany']>;

  constructor(hasBatches: boolean) {
    if (!hasBatches) return;
    this.setMany = (entries) => {
      const isRefused = entries.some(([key]) => key === REFUSED);
      return this.#act(`setMany ${entries.map(([key]) => key)}`, isRefused, () => {
        for (const [key, value] of entries) this.map.set(key, value);
      });
    };
    this.getMany = (keys) =>
      this.#act(`getMany ${keys}`, false, () => keys.map((key) => this.map.get(key)));
  }

  get(key: Key): Value | undefined {
    return this.#act(`get ${key}`, false, () => this.map.get(key));
  }

  set(key: Key, value: Value): unknown {
    return this.#act(`set ${key}`, key === REFUSED, () => this.map.set(key, value));
  }

  delete(key: Key): boolean {
    return this.#act(`delete ${key}`, false, () => this.map.delete(key));
  }

  clear(): void {
    this.#act('clear', false, () => this.map.clear());
  }

  keys(): Iterable<Key> {
    return this.map.keys();
  }

  #act<T>(call: string, isRefused: boolean, act: () => T): T {
    this.calls.push(call);
    if (isRefused) throw new Error('refused');
    if (this.mode === 'before') throw new Error('down');
    const result = act();
    if (this.mode === 'after') throw new Error('lost');
    return result;
  }
}
