// A store whose calls act and answer when a scheduler says so, or at once, or fail.

import type { Scheduler } from 'fast-check';
import type { Dict } from '../../src/stores/dict.js';
import type { Key, Value } from './store.js';

/**
 * How a call goes. It is answered `later` or `now`; or it fails, by a `throw` at once, or by a
 * rejection `before` or `after` it has acted. One that `deletes` what it writes asks the cache in
 * front of it to, before it is answered later.
 */
export type Fate = 'later' | 'now' | 'throw' | 'before' | 'after' | 'deletes';

/** What a store tells of. */
export interface StoreEvents {
  /** The store has changed a key. */
  changed(key: Key): void;
  /** A key is to be deleted, by the cache. */
  deletes(key: Key): void;
}

export const KEYS: readonly Key[] = ['a', 'b', 'c'];

/** What the store fails with. */
export class StoreError extends Error {}

/** Goes through a list of fates, and works from then on. */
export class ScheduledStore implements Dict<Key, Value> {
  readonly map = new Map<Key, Value>();
  /** Keys of which a write is under way. */
  readonly busy = new Set<Key>();
  /** Writes that overlapped with others of their keys. */
  readonly overlaps: string[] = [];
  readonly setMany?: NonNullable<Dict<Key, Value>['setMany']>;
  readonly getMany?: NonNullable<Dict<Key, Value>['getMany']>;
  readonly #scheduler: Scheduler;
  readonly #fates: Fate[];
  readonly #events: StoreEvents;

  constructor(
    scheduler: Scheduler,
    { fates, hasBatches }: { readonly fates: readonly Fate[]; readonly hasBatches: boolean },
    events: StoreEvents,
  ) {
    this.#scheduler = scheduler;
    this.#fates = [...fates];
    this.#events = events;
    if (!hasBatches) return;
    this.getMany = (keys) =>
      this.#call(`getMany ${keys}`, [], () => keys.map((key) => this.map.get(key)));
    this.setMany = (entries) => {
      const keys = entries.map(([key]) => key);
      return this.#call(`setMany ${keys}`, keys, () => {
        for (const [key, value] of entries) this.map.set(key, value);
      });
    };
  }

  /** Lets every further call succeed. */
  heal(): void {
    this.#fates.length = 0;
  }

  get(key: Key) {
    return this.#call(`get ${key}`, [], () => this.map.get(key));
  }

  has(key: Key) {
    return this.#call(`has ${key}`, [], () => this.map.has(key));
  }

  set(key: Key, value: Value) {
    return this.#call(`set ${key}`, [key], () => this.map.set(key, value));
  }

  delete(key: Key) {
    return this.#call(`delete ${key}`, [key], () => this.map.delete(key));
  }

  clear() {
    return this.#call('clear', KEYS, () => this.map.clear());
  }

  #call<T>(name: string, written: readonly Key[], act: () => T): T | Promise<T> {
    const fate = this.#fates.pop() ?? 'later';
    const error = new StoreError(`${name}: ${fate}`);
    if (written.some((key) => this.busy.has(key))) this.overlaps.push(name);
    if (fate === 'throw') throw error;
    const change = (): T => {
      const result = act();
      for (const key of written) this.#events.changed(key);
      return result;
    };
    if (fate === 'now') return change();
    for (const key of written) this.busy.add(key);
    if (fate === 'deletes') for (const key of written) this.#events.deletes(key);
    return this.#answer(name, fate, change, error).finally(() => {
      for (const key of written) this.busy.delete(key);
    });
  }

  async #answer<T>(name: string, fate: Fate, change: () => T, error: StoreError): Promise<T> {
    await this.#scheduler.schedule(Promise.resolve(), `${name} acts`);
    if (fate === 'before') throw error;
    const result = change();
    await this.#scheduler.schedule(Promise.resolve(), `${name} answers`);
    if (fate === 'after') throw error;
    return result;
  }
}
