// The LRU cache of those who measured: a Map to slot numbers, and links in typed arrays.
//
// Slot 0 is the sentinel of a circle: `newer[0]` is the oldest slot, `older[0]` the newest. Free
// slots hang together by `newer`. Keys and values are columns beside them.

import type { AnyKey, Store, Value } from './store.js';

const END = 0;

/** A Map and typed arrays. */
export class ColumnLRU implements Store {
  readonly #max: number;
  readonly #slots = new Map<AnyKey, number>();
  readonly #keys: (AnyKey | undefined)[];
  readonly #values: (Value | undefined)[];
  readonly #older: Uint32Array;
  readonly #newer: Uint32Array;
  /** First of the slots that were in use, or 0. */
  #free = END;
  /** Slots that were ever in use. */
  #used = 0;

  constructor(max: number) {
    this.#max = max;
    this.#keys = new Array<AnyKey | undefined>(max + 1).fill(undefined);
    this.#values = new Array<Value | undefined>(max + 1).fill(undefined);
    this.#older = new Uint32Array(max + 1);
    this.#newer = new Uint32Array(max + 1);
  }

  /** The value of a key, which is the newest from now on. */
  get(key: AnyKey): Value | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#touch(slot);
    return this.#values[slot];
  }

  /** Stores a value, as the newest; the oldest makes room. */
  set(key: AnyKey, value: Value): void {
    const found = this.#slots.get(key);
    if (found !== undefined) {
      this.#values[found] = value;
      this.#touch(found);
      return;
    }
    const slot = this.#takeSlot();
    this.#keys[slot] = key;
    this.#values[slot] = value;
    this.#slots.set(key, slot);
    this.#linkNewest(slot);
  }

  /** Number of entries. */
  get size(): number {
    return this.#slots.size;
  }

  /** Removes a key; whether it was there. */
  delete(key: AnyKey): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    this.#unlink(slot);
    this.#newer[slot] = this.#free;
    this.#free = slot;
    return true;
  }

  /** A slot that is in no list: a free one, a fresh one, or the oldest. */
  #takeSlot(): number {
    const free = this.#free;
    if (free !== END) {
      this.#free = this.#newer[free] as number;
      return free;
    }
    if (this.#used < this.#max) {
      this.#used += 1;
      return this.#used;
    }
    const oldest = this.#newer[END] as number;
    this.#slots.delete(this.#keys[oldest] as AnyKey);
    this.#unlink(oldest);
    return oldest;
  }

  #touch(slot: number): void {
    if (this.#older[END] === slot) return;
    this.#unlink(slot);
    this.#linkNewest(slot);
  }

  #unlink(slot: number): void {
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }

  #linkNewest(slot: number): void {
    const older = this.#older[END] as number;
    this.#older[slot] = older;
    this.#newer[slot] = END;
    this.#newer[older] = slot;
    this.#older[END] = slot;
  }
}
