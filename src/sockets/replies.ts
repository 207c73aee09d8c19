// Replies of Redis in an LRUCache, removed when Redis reports that their keys have changed.
//
// RP1  A load is recorded before its command is sent, and its reply is stored only if the record is
//      still there: in whichever order reply and invalidation arrive, no older value stays.
// RP2  The index leads from a key of Redis to the stored replies and the loads in flight that read
//      it, and contains nothing else. It shrinks with them.
// RP3  A command has a stored reply or a load in flight, never both.

import { LRUCache } from '../api/lru.js';

/**
 * The options of a cache of replies: those of `new LRUCache` that bound it, and its clock.
 *
 * @example
 * ```ts
 * import type { RepliesOptions } from 'wasm-lru/redis';
 *
 * const options: RepliesOptions = { max: 10_000, ttl: 60_000 };
 * console.log(options.max); // 10000
 * ```
 */
export interface RepliesOptions {
  /**
   * Largest number of replies.
   *
   * @default no bound
   */
  max?: number;
  /**
   * The largest sum of sizes, which `sizeCalculation` returns.
   *
   * @default no bound
   */
  maxSize?: number;
  /**
   * Returns the size of a reply: a whole number above 0.
   *
   * @default none
   */
  sizeCalculation?: (reply: unknown, id: string) => number;
  /**
   * How long a reply is used at most, in milliseconds, in case an invalidation is lost.
   *
   * @default 0, for ever
   */
  ttl?: number;
  /**
   * Whether the cache counts hits and misses.
   *
   * @default true
   */
  recordStats?: boolean;
  /**
   * The clock of `ttl`.
   *
   * @default performance
   */
  perf?: { now(): number };
}

/** A reply, and the keys of Redis that it was read from. */
interface Reply {
  readonly value: unknown;
  readonly keys: readonly string[];
}

/** A command in flight. */
interface Load {
  readonly keys: readonly string[];
  result: Promise<unknown> | undefined;
}

function cacheOptions(options: RepliesOptions) {
  const { sizeCalculation: sizeOf, recordStats: _, ...bounds } = options;
  if (sizeOf === undefined) return bounds;
  return { ...bounds, sizeCalculation: ({ value }: Reply, id: string) => sizeOf(value, id) };
}

/** @internal Replies by commands, and what invalidates them. */
export class Replies {
  readonly #stored: LRUCache<string, Reply>;
  readonly #loads = new Map<string, Load>();
  /** The commands whose replies depend on a key. */
  readonly #readers = new Map<string, Set<string>>();

  /**
   * Calls `onEvict` for each reply that is removed because the cache is full or the reply too old.
   */
  constructor(options: RepliesOptions, onEvict: () => void = () => {}) {
    this.#stored = new LRUCache<string, Reply>({
      ...(cacheOptions(options) as LRUCache.Options<string, Reply, unknown>),
      dispose: ({ keys }, id, reason) => {
        this.#unlink(id, keys);
        if (reason === 'evict' || reason === 'expire') onEvict();
      },
    });
  }

  /** Number of stored replies. */
  get size(): number {
    return this.#stored.size;
  }

  /** The keys of Redis that replies or loads depend on, each with its commands. */
  readers(): IterableIterator<[string, Set<string>]> {
    return this.#readers.entries();
  }

  /** The stored reply to a command, in an object because it may be null. */
  find(id: string): { readonly value: unknown } | undefined {
    return this.#stored.get(id);
  }

  /**
   * Joins the load of a command, or begins one, whose command is sent before this returns. The
   * result is stored, unless RP1 forbids it.
   */
  load(id: string, keys: readonly string[], send: () => Promise<unknown>): Promise<unknown> {
    const known = this.#loads.get(id);
    // There is no result yet only if the function that sends the command asks for the same command.
    if (known !== undefined) return known.result ?? send();
    this.#stored.delete(id);
    const load: Load = { keys, result: undefined };
    this.#loads.set(id, load);
    for (const key of keys) {
      const readers = this.#readers.get(key);
      if (readers === undefined) this.#readers.set(key, new Set([id]));
      else readers.add(id);
    }
    load.result = this.#finish(id, load, send);
    return load.result;
  }

  async #finish(id: string, load: Load, send: () => Promise<unknown>): Promise<unknown> {
    try {
      const value = await send();
      this.#settle(id, load, value);
      return value;
    } catch (error) {
      if (this.#loads.get(id) === load) this.#forget(id, load);
      throw error;
    }
  }

  /** Removes what was read from a key, and prevents loads from storing what they read before. */
  invalidate(key: string): number {
    let taken = 0;
    for (const id of this.#readers.get(key) ?? []) {
      const load = this.#loads.get(id);
      if (load !== undefined) this.#forget(id, load);
      if (this.#stored.delete(id)) taken += 1;
    }
    return taken;
  }

  /** Removes everything, and prevents loads in flight from storing anything. */
  clear(): void {
    this.#stored.clear();
    this.#loads.clear();
    this.#readers.clear();
  }

  #settle(id: string, load: Load, value: unknown): void {
    if (this.#loads.get(id) !== load) return;
    this.#loads.delete(id);
    const { keys } = load;
    this.#stored.set(id, { value, keys });
    if (!this.#stored.has(id)) this.#unlink(id, keys);
  }

  #forget(id: string, { keys }: Load): void {
    this.#loads.delete(id);
    this.#unlink(id, keys);
  }

  #unlink(id: string, keys: readonly string[]): void {
    for (const key of keys) {
      const readers = this.#readers.get(key);
      if (readers?.delete(id) === true && readers.size === 0) this.#readers.delete(key);
    }
  }
}
