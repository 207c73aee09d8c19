// One run of a random program against a cache in front of a store, while a scheduler picks which
// call of the store acts or answers next.
//
// The truth about a key is its dirty value, or else what the store has. A read must give what was
// true at some time while it was under way; or, if the key was being written when it began, since
// that write began: until a write is over, the cache may have what was there before. A read of a
// key that is cached or dirty waits for nothing, unless it is to read anew.

import type { Scheduler } from 'fast-check';
import { expect } from 'vitest';
import { cacheBehind, isDirty, WriteBackCache } from '../../src/stores/write-back.js';
import { cacheWithin, WriteThroughCache } from '../../src/stores/write-through.js';
import { same } from '../loads/outcomes.js';
import { drain } from '../loads/tools.js';
import { type Fate, KEYS, ScheduledStore, StoreError } from './scheduled-store.js';
import { Span } from './span.js';
import type { Key, Value } from './store.js';

export type Command =
  | readonly ['get' | 'refresh' | 'has' | 'set' | 'delete', Key]
  | readonly ['getMany', readonly Key[]]
  | readonly ['clear' | 'sync' | 'flush' | 'drain']
  | readonly ['settle', number];

export interface Program {
  readonly max: number;
  readonly maxDirty: number;
  readonly batchSize: number;
  readonly retries: number;
  readonly hasBatches: boolean;
  readonly fates: readonly Fate[];
  readonly commands: readonly Command[];
}

/** A change of a key, and what became of it. */
interface Change {
  /** The value set; nothing if it was deleted. */
  readonly value: Value | undefined;
  outcome: 'pending' | 'done' | 'failed';
}

export class ScheduledRun {
  readonly #cache: WriteThroughCache<Key, Value> | WriteBackCache<Key, Value>;
  readonly #store: ScheduledStore;
  readonly #scheduler: Scheduler;
  readonly #maxDirty: number;
  readonly #seen: Set<string>;
  readonly #reads = new Set<Span>();
  /** Reads that need nothing of the store. */
  readonly #readsAtHand = new Set<Span>();
  readonly #writes = new Set<Span>();
  /** What a `sync` under way must leave in the store: keys that were not changed meanwhile. */
  readonly #syncs = new Set<Map<Key, Value | undefined>>();
  readonly #changes = new Map<Key, Change[]>(KEYS.map((key) => [key, []]));
  /** What `onWriteError` was told. */
  readonly #heard = new Set<unknown>();
  /** What was found wrong inside callbacks. */
  readonly #faults: unknown[] = [];
  #pending = 0;
  #values = 0;

  constructor(scheduler: Scheduler, isBack: boolean, program: Program, seen: Set<string>) {
    const { max, maxDirty, batchSize, retries } = program;
    this.#scheduler = scheduler;
    this.#maxDirty = maxDirty;
    this.#seen = seen;
    const store = new ScheduledStore(scheduler, program, {
      changed: (key) => this.#changed(key),
      deletes: (key) => {
        this.#seen.add('a write deletes its key');
        this.#perform(['delete', key]);
      },
    });
    this.#store = store;
    const bounds = { max, maxDirty, batchSize, retries, retryDelayMs: 0 };
    this.#cache = isBack
      ? new WriteBackCache<Key, Value>({
          ...{ store, ...bounds },
          onWriteError: (error, key) => this.#failed(error, key),
        })
      : new WriteThroughCache<Key, Value>({ store, max });
  }

  /** Runs a command, and checks everything. */
  async step(command: Command): Promise<void> {
    if (command[0] === 'drain') await drain();
    else if (command[0] === 'settle') await this.#settle(command[1]);
    else this.#perform(command);
    this.#check();
    if (command[0] === 'drain') same(this.#readsAtHand.size, 0, 'reads at hand that wait');
  }

  /** Lets all calls end; then nothing may wait, and nothing have been lost. */
  async finish(): Promise<void> {
    await this.#idle();
    this.#store.heal();
    const cache = this.#cache;
    const truths = KEYS.map((key) => this.#truthOf(key));
    if (cache instanceof WriteBackCache) {
      let isDone = false;
      this.#watch(cache.sync(), () => {
        isDone = true;
      });
      await this.#idle();
      same(isDone, true, 'whether all could be written');
      same(cache.dirtySize, 0, 'dirty entries');
    }
    for (const [i, key] of KEYS.entries()) {
      same(this.#store.map.get(key), truths[i], `${key} in the store`);
      oneOf(truths[i], [...this.#possibleOf(key)], `${key} at the end`);
    }
    await cache[Symbol.asyncDispose]();
  }

  /** Lets everything happen; then no promise is pending. */
  async #idle(): Promise<void> {
    do {
      while (this.#scheduler.count() > 0) await this.step(['settle', 1]);
      await this.step(['drain']);
    } while (this.#scheduler.count() > 0);
    same(this.#pending, 0, 'promises that wait for ever');
  }

  /** Lets one call of the store act or answer, and goes on before or after that had effect. */
  async #settle(turns: number): Promise<void> {
    if (this.#scheduler.count() > 0) void this.#scheduler.waitOne();
    for (let turn = 0; turn < turns; turn++) await undefined;
  }

  #perform(command: Exclude<Command, readonly ['settle', number]>): void {
    const cache = this.#cache;
    switch (command[0]) {
      case 'get':
      case 'refresh': {
        const [name, key] = command;
        this.#read(
          [key],
          () => cache[name](key),
          (value, span) => {
            oneOf(value, span.valuesOf(key), `${name} ${key}`);
          },
          name === 'refresh',
        );
        break;
      }
      case 'has': {
        const [, key] = command;
        this.#read(
          [key],
          () => cache.has(key),
          (has, span) => {
            const could = span.valuesOf(key).map((value) => value !== undefined);
            oneOf(has, could, `has ${key}`);
          },
        );
        break;
      }
      case 'getMany': {
        const [, keys] = command;
        this.#read(
          keys,
          () => cache.getMany(keys),
          (found, span) => {
            same(String([...found.keys()]), String(keys.filter((key) => found.has(key))), 'order');
            for (const key of keys) oneOf(found.get(key), span.valuesOf(key), key);
          },
        );
        break;
      }
      case 'set':
        this.#set(command[1], ++this.#values);
        break;
      case 'delete':
        if (this.#isDirty(command[1])) this.#seen.add('a dirty key is deleted');
        this.#write([command[1]], undefined, () => cache.delete(command[1]));
        break;
      case 'clear':
        this.#write(KEYS, undefined, () => cache.clear());
        break;
      case 'sync':
      case 'flush':
        if (cache instanceof WriteBackCache) this.#sync(() => cache[command[0] as 'sync']());
    }
  }

  #set(key: Key, value: Value): void {
    const cache = this.#cache;
    if (cache instanceof WriteBackCache) {
      if (this.#store.busy.has(key)) this.#seen.add('a key is set while it is written');
      const isFull = cache.dirtySize >= this.#maxDirty && !this.#isDirty(key);
      if (isFull) this.#seen.add('a set waits for room');
    }
    this.#write([key], value, () => cache.set(key, value));
  }

  #read<T>(
    keys: readonly Key[],
    call: () => Promise<T>,
    check: (came: T, span: Span) => void,
    isAnew = false,
  ): void {
    const writes = [...this.#writes];
    if (writes.some((write) => keys.some((key) => write.has(key)))) {
      this.#seen.add('a key is read while it changes');
    }
    const span = new Span(keys, (key) => [
      this.#truthOf(key),
      ...writes.flatMap((write) => write.valuesOf(key)),
    ]);
    this.#reads.add(span);
    // Of several keys, one that is dirty may come back in the place of one that is cached.
    const isAtHand = keys.length === 1 && this.#cache.peek(keys[0] as Key) !== undefined;
    if (isAtHand && !isAnew) this.#readsAtHand.add(span);
    const end = () => {
      this.#readsAtHand.delete(span);
      return this.#reads.delete(span);
    };
    this.#watch(call(), (came) => end() && check(came, span), end);
  }

  #write(keys: readonly Key[], value: Value | undefined, call: () => Promise<void>): void {
    const span = new Span(keys, (key) => [this.#truthOf(key), value]);
    const change: Change = { value, outcome: 'pending' };
    for (const key of keys) {
      if ([...this.#reads].some((read) => read.has(key))) {
        this.#seen.add('a key changes while it is read');
      }
      this.#changes.get(key)?.push(change);
      this.#note(key, value);
      for (const wanted of this.#syncs) wanted.delete(key);
    }
    this.#writes.add(span);
    const isLater = call();
    this.#watch(
      isLater,
      () => {
        this.#writes.delete(span);
        change.outcome = 'done';
        const others = [...this.#writes];
        for (const key of keys) {
          if (others.some((other) => other.has(key))) continue;
          same(this.#truthOf(key), value, `${key}, which has been written,`);
        }
      },
      (error) => {
        this.#writes.delete(span);
        change.outcome = 'failed';
        const isSet = value !== undefined && this.#cache instanceof WriteBackCache;
        if (isSet) this.#seen.add('a set finds no room');
        if (isSet) same(this.#heard.has(error), true, 'onWriteError heard what set did');
      },
    );
  }

  #sync(call: () => Promise<void>): void {
    const writes = [...this.#writes];
    const quiet = KEYS.filter((key) => !writes.some((write) => write.has(key)));
    const wanted = new Map(quiet.map((key) => [key, this.#truthOf(key)]));
    this.#syncs.add(wanted);
    this.#watch(
      call(),
      () => {
        this.#syncs.delete(wanted);
        for (const [key, value] of wanted) same(this.#store.map.get(key), value, `${key}, synced,`);
      },
      (error) => {
        this.#syncs.delete(wanted);
        this.#seen.add('a sync fails');
        same(this.#heard.has(error), true, 'onWriteError heard what sync did');
      },
    );
  }

  /** Waits for a promise, which may reject with an error of the store only. */
  #watch<T>(
    promise: Promise<T>,
    onValue: (came: T) => void,
    onError: (error: unknown) => void = () => {},
  ): void {
    this.#pending += 1;
    promise.then(
      (came) => {
        this.#pending -= 1;
        this.#inside(() => onValue(came));
      },
      (error: unknown) => {
        this.#pending -= 1;
        this.#inside(() => {
          if (!(error instanceof StoreError)) throw error;
          onError(error);
        });
      },
    );
  }

  #inside(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#faults.push(error);
    }
  }

  /** The store has changed a key. */
  #changed(key: Key): void {
    this.#note(key, this.#truthOf(key));
    this.#inside(() => this.#checkBound());
  }

  #note(key: Key, value: Value | undefined): void {
    for (const span of [...this.#reads, ...this.#writes]) span.note(key, value);
  }

  /** The `onWriteError`. */
  #failed(error: unknown, key: Key): void {
    this.#heard.add(error);
    this.#inside(() => {
      same(error instanceof StoreError, true, 'an error of the store');
      same(this.#isDirty(key), true, 'whether a failed entry stays dirty');
    });
  }

  #isDirty(key: Key): boolean {
    return this.#cache instanceof WriteBackCache && isDirty(this.#cache, key);
  }

  #truthOf(key: Key): Value | undefined {
    return this.#isDirty(key) ? this.#cache.peek(key) : this.#store.map.get(key);
  }

  /** What a key may be when its changes have come about, or not, in the order of the calls. */
  #possibleOf(key: Key): Set<Value | undefined> {
    let possible = new Set<Value | undefined>([undefined]);
    for (const { value, outcome } of this.#changes.get(key) ?? []) {
      // A set that finds no room changes nothing.
      const isNone = value !== undefined && this.#cache instanceof WriteBackCache;
      if (outcome === 'done') possible = new Set([value]);
      else if (!isNone) possible.add(value);
    }
    return possible;
  }

  #check(): void {
    if (this.#faults.length > 0) throw this.#faults[0];
    same(this.#store.overlaps[0], undefined, 'a write that overlaps with another of its key');
    this.#checkBound();
    const cache = this.#cache;
    const within = cache instanceof WriteBackCache ? cacheBehind(cache) : cacheWithin(cache);
    const writes = [...this.#writes];
    for (const key of KEYS) {
      const cached = within.peek(key);
      if (cached === undefined && this.#isDirty(key)) this.#seen.add('a dirty key is not cached');
      if (cached === undefined || writes.some((write) => write.has(key))) continue;
      same(cached, this.#truthOf(key), `${key} in the cache`);
    }
  }

  #checkBound(): void {
    if (!(this.#cache instanceof WriteBackCache)) return;
    const { dirtySize } = this.#cache;
    same(dirtySize <= this.#maxDirty, true, 'the bound on dirty entries');
  }
}

/** Fails if a value is none of those that are right. `expect` costs more than all else here. */
function oneOf<T>(value: T, right: readonly T[], what: string): void {
  if (!right.includes(value)) expect(right, what).toContain(value);
}
