// The sockets for Redis: the client-side cache of node-redis, and one for ioredis, which has none.
//
// replies.ts stores and removes replies. This file connects it to each client.

/**
 * Caches in front of Redis that Redis invalidates:
 * `import { clientSideCache, trackedCache } from 'wasm-lru/redis'`.
 *
 * @module redis
 */

import { Replies, type RepliesOptions } from './replies.js';

export type { RepliesOptions } from './replies.js';

/** What is used of node-redis (`import * as redis from 'redis'`) or `@redis/client`. */
export interface RedisModule {
  /** The class of the caches that clients take. */
  readonly BasicClientSideCache: new (config?: {
    recordStats?: boolean;
  }) => object;
  /** The class of the caches that pools and clusters take. */
  readonly BasicPooledClientSideCache: new (config?: {
    recordStats?: boolean;
  }) => object;
}

/** An argument of a command: text, or bytes as they are. */
type Argument = string | Uint8Array;

/** A command in flight, as node-redis describes it. */
interface Command {
  readonly redisArgs: readonly Argument[];
  readonly keys: readonly Argument[];
  readonly preserve: unknown;
}

type Transform = (reply: unknown, preserve: unknown, typeMapping: unknown) => unknown;

/** The statistics of node-redis, whose class is reached through an instance. */
interface CacheStats {
  readonly hitCount: number;
  readonly missCount: number;
  readonly evictionCount: number;
  readonly constructor: { of(...counts: number[]): CacheStats };
}

/** What is used of the class of node-redis. */
interface Provider {
  emit(event: string, ...details: unknown[]): boolean;
  recordHits(count: number): void;
  recordMisses(count: number): void;
  recordEvictions(count: number): void;
  clear(resetStats?: boolean): void;
  stats(): CacheStats;
}

type ProviderClass = new (config: { recordStats?: boolean }) => Provider;

/** Text that is different for different commands, whatever bytes they contain. */
function idOf(command: readonly Argument[]): string {
  return command.map((each) => `${each.length}${exact(each)}`).join('');
}

const isText = (given: Argument): given is string => typeof given === 'string';
const exact = (given: Argument) => (isText(given) ? `:${given}` : `#${given.join()};`);
const nameOf = (key: Argument): string => (isText(key) ? key : new TextDecoder().decode(key));

/** A copy of a value, which may be changed without changing the original. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  // Of its class, which may be that of Node for bytes.
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return structuredClone(value);
  const copies = Object.entries(value).map(([name, each]) => [name, copyOf(each)]);
  return Object.assign(Object.create(prototype), Object.fromEntries(copies));
}

/** The outcomes of sent commands, which the class of node-redis counts privately. */
class Loads {
  #succeeded = 0;
  #failed = 0;
  #totalMs = 0;

  /** Sends a command at once, and counts its outcome. */
  async count(send: () => Promise<unknown>): Promise<unknown> {
    const startMs = performance.now();
    let isFailure = true;
    try {
      const reply = await send();
      isFailure = false;
      return reply;
    } finally {
      this.#totalMs += performance.now() - startMs;
      if (isFailure) this.#failed += 1;
      else this.#succeeded += 1;
    }
  }

  /** The number of commands that succeeded and that failed, and the ms that they took. */
  counts(): readonly [number, number, number] {
    return [this.#succeeded, this.#failed, this.#totalMs];
  }

  reset(): void {
    this.#succeeded = 0;
    this.#failed = 0;
    this.#totalMs = 0;
  }
}

/** Makes the cache of a class of node-redis. */
function providerOf(Base: ProviderClass, options: RepliesOptions): Provider {
  return new (class ClientSideCache extends Base {
    readonly #replies = new Replies(options, () => this.recordEvictions(1));
    #isDisabled = false;
    readonly #loads = new Loads();

    async handleCache(
      _client: unknown,
      { redisArgs, keys, preserve }: Command,
      send: () => Promise<unknown>,
      transform?: Transform,
      typeMapping?: unknown,
    ): Promise<unknown> {
      const load = async () => {
        const reply = await this.#loads.count(send);
        return transform === undefined ? reply : transform(reply, preserve, typeMapping);
      };
      const id = idOf(redisArgs);
      const found = this.#isDisabled ? undefined : this.#replies.find(id);
      if (found !== undefined) {
        this.recordHits(1);
        return copyOf(found.value);
      }
      this.recordMisses(1);
      if (this.#isDisabled) return load();
      return copyOf(await this.#replies.load(id, keys.map(nameOf), load));
    }

    invalidate(key: Argument | null): void {
      if (key === null) this.clear(false);
      else this.#replies.invalidate(nameOf(key));
      this.emit('invalidate', key);
    }

    override clear(resetStats = true): void {
      super.clear(resetStats);
      if (resetStats) this.#loads.reset();
      this.#replies.clear();
    }

    size(): number {
      return this.#replies.size;
    }

    keySetEntries(): IterableIterator<[string, Set<string>]> {
      return this.#replies.readers();
    }

    override stats(): CacheStats {
      const { hitCount, missCount, evictionCount, constructor: Stats } = super.stats();
      if (options.recordStats === false) return Stats.of();
      return Stats.of(hitCount, missCount, ...this.#loads.counts(), evictionCount);
    }

    enable(): void {
      this.#isDisabled = false;
    }

    disable(): void {
      this.#isDisabled = true;
    }
  })({ recordStats: options.recordStats !== false });
}

/**
 * A client-side cache for `createClient` of node-redis 5 and 6: replies to commands that only read
 * are kept until Redis says that a key changed, the connection is lost, or there is no more room.
 *
 * Unlike the cache of node-redis, it bounds everything that it stores, including its index of keys;
 * it does not clone text, numbers or null at a hit; after a lost connection, or when Redis
 * invalidates everything, it stores no reply that was in flight; and it distinguishes keys in
 * bytes.
 *
 * Pass the module of the client, because node-redis recognises only its own classes. Throws what
 * `new LRUCache` throws.
 *
 * @example
 * ```ts
 * // with node-redis
 * import * as redis from 'redis';
 * import { clientSideCache } from 'wasm-lru/redis';
 *
 * const cache = clientSideCache(redis, { max: 10_000, ttl: 60_000 });
 * const client = redis.createClient({ RESP: 3, clientSideCache: cache });
 * console.log(cache.size(), client.isOpen); // 0 false
 * ```
 */
export function clientSideCache<M extends RedisModule>(
  redis: M,
  options: RepliesOptions,
): InstanceType<M['BasicClientSideCache']> {
  const Base = redis.BasicClientSideCache as unknown as ProviderClass;
  return providerOf(Base, options) as InstanceType<M['BasicClientSideCache']>;
}

/**
 * Like `clientSideCache`, for `createClientPool` and `createCluster` of node-redis: one cache for
 * all connections, which is emptied when one of them is lost.
 *
 * @example
 * ```ts
 * // with node-redis
 * import * as redis from 'redis';
 * import { pooledClientSideCache } from 'wasm-lru/redis';
 *
 * const cache = pooledClientSideCache(redis, { max: 10_000 });
 * const pool = redis.createClientPool({ RESP: 3 }, { clientSideCache: cache });
 * console.log(cache.size(), pool.isOpen); // 0 false
 * ```
 */
export function pooledClientSideCache<M extends RedisModule>(
  redis: M,
  options: RepliesOptions,
): InstanceType<M['BasicPooledClientSideCache']> {
  const Base = redis.BasicPooledClientSideCache as unknown as ProviderClass;
  return providerOf(Base, options) as InstanceType<M['BasicPooledClientSideCache']>;
}

/** What is used of a connection of ioredis. */
export interface IoredisConnection {
  /** `ready` while commands are sent at once. */
  readonly status: string;
  /** Another connection, with these options changed. */
  duplicate(options: { protocol: 2; autoResubscribe: false }): IoredisConnection;
  /** Sends a command. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Listens to a channel. */
  subscribe(channel: string): Promise<unknown>;
  /** Calls a function at each event with a name. */
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  /** Stops calling a function. */
  off(event: string, listener: (...details: unknown[]) => void): unknown;
  /** Ends the connection. */
  disconnect(): void;
}

const CHANNEL = '__redis__:invalidate';

/**
 * The result of a command, or undefined if it failed: the connection was lost, and `ready` will be
 * emitted again; or Redis refuses, and nothing is stored.
 */
const ignored = (reply: Promise<unknown>): Promise<unknown> => reply.catch(() => undefined);

/**
 * Replies of Redis for ioredis, which Redis invalidates over a second connection. Made by
 * `trackedCache`.
 */
export class TrackedCache {
  readonly #replies: Replies;
  readonly #data: IoredisConnection;
  readonly #invalidations: IoredisConnection;
  /**
   * The number of the connection that Redis sends invalidations to: the second connection, while it
   * listens.
   */
  #target: string | undefined;
  /**
   * The current attempts to listen and to track: an older attempt changes nothing. There are two
   * because the connections get ready in any order, and listening must not stop when the data
   * connection gets ready in the meantime.
   */
  #listening = 0;
  #tracking = 0;
  #isTracking = false;

  /** @internal */
  constructor(connection: IoredisConnection, options: RepliesOptions) {
    this.#replies = new Replies(options);
    this.#data = connection;
    // In version 3 of the protocol, Redis would not send messages, but push replies that ioredis
    // does not read.
    this.#invalidations = connection.duplicate({ protocol: 2, autoResubscribe: false });
    this.#data.on('ready', this.#track);
    this.#data.on('close', this.#lost);
    this.#invalidations.on('ready', this.#listen);
    this.#invalidations.on('close', this.#lostTarget);
    this.#invalidations.on('messageBuffer', this.#receive);
    // ioredis connects again by itself; without a listener it would print each failure.
    this.#invalidations.on('error', () => {});
    if (this.#invalidations.status === 'ready') void this.#listen();
  }

  /** Whether Redis reports changes now. If not, `get` stores nothing and finds nothing. */
  get isTracking(): boolean {
    return this.#isTracking;
  }

  /** Number of stored replies. */
  get size(): number {
    return this.#replies.size;
  }

  /** Number of keys of Redis whose change would remove a reply. */
  get keyCount(): number {
    return [...this.#replies.readers()].length;
  }

  /**
   * Resolves to the stored reply for a key of Redis, or to the result of `load`, which has to read
   * that key, and no other, on the connection that was passed to `trackedCache`. Calls made while a
   * load is in flight wait for it. The value is not copied.
   *
   * Rejects with the error of `load`.
   */
  async get<V>(key: string, load: () => Promise<V>): Promise<V> {
    if (!this.#isTracking) return load();
    const found = this.#replies.find(key);
    return (found === undefined ? this.#replies.load(key, [key], load) : found.value) as V;
  }

  /** Ends the second connection, and removes all replies. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#data.off('ready', this.#track);
    this.#data.off('close', this.#lost);
    this.#invalidations.off('ready', this.#listen);
    this.#invalidations.disconnect();
    this.#lostTarget();
    // If the connection is lost in the meantime, Redis tracks nothing for it.
    if (this.#data.status === 'ready') await ignored(this.#data.call('CLIENT', 'TRACKING', 'OFF'));
  }

  /** The second connection is ready: it has to listen before anything is tracked. */
  readonly #listen = async (): Promise<void> => {
    this.#lostTarget();
    const attempt = this.#listening;
    // A connection that listens must not ask for its number any more.
    const id = await ignored(this.#invalidations.call('CLIENT', 'ID'));
    if (id === undefined || (await ignored(this.#invalidations.subscribe(CHANNEL))) === undefined) {
      return;
    }
    if (attempt !== this.#listening) return;
    this.#target = `${id}`;
    await this.#track();
  };

  readonly #track = async (): Promise<void> => {
    this.#lost();
    if (this.#data.status !== 'ready' || this.#target === undefined) return;
    const attempt = this.#tracking;
    const tracking = ['CLIENT', 'TRACKING', 'ON', 'REDIRECT', this.#target] as const;
    const reply = await ignored(this.#data.call(...tracking));
    if (attempt === this.#tracking) this.#isTracking = reply !== undefined;
  };

  readonly #lostTarget = (): void => {
    this.#listening += 1;
    this.#target = undefined;
    this.#lost();
  };

  readonly #lost = (): void => {
    this.#tracking += 1;
    this.#isTracking = false;
    this.#replies.clear();
  };

  readonly #receive = (_channel: unknown, keys: unknown): void => {
    if (keys === null) this.#replies.clear();
    else for (const key of keys as Uint8Array[]) this.#replies.invalidate(nameOf(key));
  };
}

/**
 * Creates a cache for reads over a connection of ioredis. Redis tracks what is read there, and
 * reports changes over a second connection, which this function opens. While one of the connections
 * is lost, everything is read from Redis.
 *
 * Throws what `new LRUCache` throws.
 *
 * @example
 * ```ts
 * // with ioredis
 * import { Redis } from 'ioredis';
 * import { trackedCache } from 'wasm-lru/redis';
 *
 * const redis = new Redis({ lazyConnect: true });
 * const cache = trackedCache(redis, { max: 10_000, ttl: 60_000 });
 * const nameOf = (id: number) => cache.get(`user:${id}`, () => redis.get(`user:${id}`));
 * console.log(typeof nameOf, cache.isTracking); // function false
 * await cache[Symbol.asyncDispose]();
 * ```
 */
export function trackedCache(connection: IoredisConnection, options: RepliesOptions): TrackedCache {
  return new TrackedCache(connection, options);
}
