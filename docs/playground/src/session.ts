// A session: one cache, the stream it is fed with, and what came of it.
//
// It owns the cache and knows nothing of the page. Every request goes to the cache and to the
// policies that it is compared with, which hold as many keys.
//
// PS1  The hits, misses and evictions of the cache are its own statistics.
// PS2  Once a key has been typed, the optimal policy is out: nobody knows when it is typed again.

import { LRUCache } from 'wasm-lru';
import { Fifo, Optimal } from './policies.js';
import { createStream, NEVER, nextUses, type StreamName } from './streams.js';
import { Track } from './track.js';

/** What a session begins with. */
export interface SessionOptions {
  readonly capacity: number;
  readonly stream: StreamName;
  readonly keyCount: number;
}

/** What became of a request. */
export interface Outcome {
  readonly key: string;
  readonly isHit: boolean;
  /** The keys that made room: one, or none. */
  readonly evicted: readonly string[];
}

/** Names of the policies. */
export const policyNames = ['lru', 'fifo', 'optimal'] as const;

/** Name of a policy. */
export type PolicyName = (typeof policyNames)[number];

/** A cache at play. */
export class Session {
  readonly cache: LRUCache<string, number>;
  readonly tracks: Readonly<Record<PolicyName, Track>> = {
    lru: new Track(),
    fifo: new Track(),
    optimal: new Track(),
  };
  readonly #stream: readonly string[];
  readonly #nextUses: Float64Array;
  readonly #fifo: Fifo;
  readonly #optimal: Optimal;
  readonly #evicted: string[] = [];
  #position = 0;

  constructor({ capacity, stream, keyCount }: SessionOptions) {
    this.cache = new LRUCache({
      max: capacity,
      recordStats: true,
      // Nothing is deleted or overwritten here, so what goes is evicted.
      dispose: (_, key) => this.#evicted.push(key),
    });
    this.#fifo = new Fifo(capacity);
    this.#optimal = new Optimal(capacity);
    this.#stream = createStream(stream, keyCount);
    this.#nextUses = nextUses(this.#stream);
  }

  /** Requests so far. */
  get requests(): number {
    return this.tracks.lru.ratios.length;
  }

  /** Whether the stream has been played to its end. */
  get isOver(): boolean {
    return this.#position === this.#stream.length;
  }

  /** Requests the next key of the stream; undefined if that is over. */
  next(): Outcome | undefined {
    const key = this.#stream[this.#position];
    if (key === undefined) return undefined;
    const nextUse = this.#nextUses[this.#position] as number;
    this.#position += 1;
    return this.#request(key, nextUse);
  }

  /** Requests a key that somebody typed. */
  type(key: string): Outcome {
    this.tracks.optimal.end();
    return this.#request(key, NEVER);
  }

  /** Changes the capacity, and returns the keys that are evicted at once, the oldest first. */
  resize(capacity: number): string[] {
    this.cache.resize(capacity);
    this.#fifo.resize(capacity);
    this.#optimal.resize(capacity);
    return this.#takeEvicted();
  }

  #request(key: string, nextUse: number): Outcome {
    const isHit = this.cache.get(key) !== undefined;
    // The value is the number of the request that stored it.
    if (!isHit) this.cache.set(key, this.requests + 1);
    this.tracks.lru.add(isHit);
    this.tracks.fifo.add(this.#fifo.request(key));
    this.tracks.optimal.add(this.#optimal.request(key, nextUse));
    return { key, isHit, evicted: this.#takeEvicted() };
  }

  #takeEvicted(): string[] {
    return this.#evicted.splice(0);
  }
}
