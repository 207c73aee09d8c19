// The span of a call: what each of its keys has been since the call began.
//
// A read that takes time may give any of these values, and no other.

import type { Key, Value } from './store.js';

export class Span {
  readonly #values: ReadonlyMap<Key, Set<Value | undefined>>;

  constructor(keys: readonly Key[], valuesOf: (key: Key) => Iterable<Value | undefined>) {
    this.#values = new Map(keys.map((key) => [key, new Set(valuesOf(key))]));
  }

  /** Whether the call is about a key. */
  has(key: Key): boolean {
    return this.#values.has(key);
  }

  /** Notes that a key has a value now, or may have it. */
  note(key: Key, value: Value | undefined): void {
    this.#values.get(key)?.add(value);
  }

  /** What a key has been. */
  valuesOf(key: Key): readonly (Value | undefined)[] {
    return [...(this.#values.get(key) ?? [])];
  }
}
