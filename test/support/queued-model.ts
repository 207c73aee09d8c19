// The model of a cache whose callbacks use it: they run from a queue, after each operation.
//
// Beside it, what both the cache and the model can be asked to do from inside a callback or a walk.

import { CacheModel, type Told } from './model.js';

/** Keys of all the roads to a slot. */
export type Key = string | number | bigint;
/** Any of the three callbacks. */
export type Callback = (value: string, key: Key, reason: string) => void;
/** The names of the callbacks. */
export const kinds = ['dispose', 'disposeAfter', 'onInsert'] as const;
export type Kind = (typeof kinds)[number];
/** All three callbacks. */
export type Callbacks = Record<Kind, Callback>;

/** What callbacks do, on the cache and on the model. */
export interface Subject {
  readonly size: number;
  readonly max: number;
  get(key: Key): string | undefined;
  has(key: Key): boolean;
  peek(key: Key): string | undefined;
  set(key: Key, value: string | undefined): unknown;
  delete(key: Key): boolean;
  clear(): void;
  pop(): string | undefined;
  resize(max: number): void;
  entries(): Iterable<[Key, string]>;
  [Symbol.dispose](): void;
}

const coded = (code: string) => Object.assign(new Error(code), { code });

/** The model with callbacks, told from a queue after the operation that caused them. */
export class QueuedModel implements Subject {
  readonly #model: CacheModel<Key, string>;
  readonly #callbacks: Callbacks;
  #queue: Told<Key, string>[] = [];
  #isRunning = false;
  #isDisposed = false;
  #changesLeft = 0;

  constructor(max: number, callbacks: Callbacks) {
    this.#model = new CacheModel({ max });
    this.#callbacks = callbacks;
  }

  get size(): number {
    return this.#alive().size;
  }
  get max(): number {
    return this.#model.max;
  }
  get(key: Key): string | undefined {
    return this.#alive().get(key);
  }
  has(key: Key): boolean {
    return this.#alive().has(key);
  }
  peek(key: Key): string | undefined {
    return this.#alive().peek(key);
  }
  entries(): [Key, string][] {
    return this.#alive().entries();
  }
  set(key: Key, value: string | undefined): void {
    this.#change((model) => model.set(key, value));
  }
  delete(key: Key): boolean {
    return this.#change((model) => model.delete(key));
  }
  clear(): void {
    this.#change((model) => model.clear());
  }
  pop(): string | undefined {
    return this.#change((model) => model.pop());
  }
  resize(max: number): void {
    this.#change((model) => model.resize(max));
  }
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#change((model) => {
      model.clear();
      this.#isDisposed = true;
    });
  }

  #alive(): CacheModel<Key, string> {
    if (this.#isDisposed) throw coded('DISPOSED');
    return this.#model;
  }

  #change<T>(change: (model: CacheModel<Key, string>) => T): T {
    if (this.#isRunning && this.#changesLeft <= 0) throw coded('CALLBACK_LOOP');
    const result = change(this.#alive());
    const told = this.#model.told.splice(0);
    if (told.length === 0) return result;
    if (this.#isRunning) {
      this.#changesLeft -= 1;
      for (const call of told) this.#queue.push(call);
      return result;
    }
    this.#changesLeft = Math.max(10_000, told.length * 10);
    this.#queue = told;
    this.#isRunning = true;
    const errors: unknown[] = [];
    for (const [kind, value, key, reason] of this.#queue) {
      try {
        this.#callbacks[kind](value, key, reason);
      } catch (error) {
        errors.push(error);
      }
    }
    this.#isRunning = false;
    if (errors.length > 0) throw errors[0];
    return result;
  }
}

/** Numbers that never repeat, for new keys (of all the roads to a slot) and new values. */
export class Fresh {
  #count = 10;
  key(): Key {
    this.#count += 1;
    const made = [this.#count, `k${this.#count}`, BigInt(this.#count), this.#count + 0.5];
    return made[this.#count % made.length] as Key;
  }
  value(): string {
    this.#count += 1;
    return `v${this.#count}`;
  }
}

/** A use of the cache from inside; `key` and `value` are those told or visited. */
export type Call = (subject: Subject, fresh: Fresh, key: Key, value: string) => unknown;

const otherKey = (subject: Subject, key: Key): Key | undefined =>
  [...subject.entries()].map(([other]) => other).find((other) => other !== key);

/** Every use of a cache there is. */
export const calls: [name: string, call: Call][] = [
  ['get', (subject, _, key) => subject.get(key)],
  ['has', (subject, _, key) => subject.has(key)],
  ['peek', (subject, _, key) => subject.peek(key)],
  ['set the same value', (subject, _, key, value) => void subject.set(key, value)],
  ['set the same key', (subject, fresh, key) => void subject.set(key, fresh.value())],
  ['set a new key', (subject, fresh) => void subject.set(fresh.key(), fresh.value())],
  ['set undefined', (subject, _, key) => void subject.set(key, undefined)],
  ['delete the same', (subject, _, key) => subject.delete(key)],
  ['delete another', (subject, _, key) => subject.delete(otherKey(subject, key) ?? 'none')],
  ['clear', (subject) => subject.clear()],
  ['resize to fewer', (subject) => subject.resize(Math.max(1, subject.max - 1))],
  ['resize to more', (subject) => subject.resize(subject.max + 1)],
  ['pop', (subject) => subject.pop()],
  ['iterate', (subject) => [...subject.entries()].join()],
  ['Symbol.dispose', (subject) => subject[Symbol.dispose]()],
];

/** What a call comes to: its result, or the code of its error. */
export function outcomeOf(act: () => unknown): string {
  try {
    return `returns ${String(act())}`;
  } catch (error) {
    return `throws ${(error as { code?: string }).code ?? String(error)}`;
  }
}
