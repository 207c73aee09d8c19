// Random programs in which each load ends before the next command, and how a library runs them.
//
// What lru-cache does otherwise on purpose of ours, or by mistake, is kept out of the programs or
// out of what is compared; each place says which.

import fc from 'fast-check';
import type { LRUCache as Peer } from 'lru-cache';
import { thenable } from './thenable.js';
import { drain } from './tools.js';

type Cache = Peer<string, string>;
type FetchOptions = Peer.FetchOptions<string, string, unknown>;
type Status = Peer.Status<string, string>;
/** Makes a cache; `max` is always given. */
export type Library = (options: Peer.Options<string, string, unknown>) => Cache;

interface Plan {
  readonly way: 'promise' | 'sync' | 'thenable';
  readonly end: 'value' | 'same' | 'undefined' | 'error';
  /** What the loader changes in its options. */
  readonly change: { readonly ttl?: number; readonly size?: number };
}

type Command =
  | readonly ['fetch' | 'forceFetch', string, FetchOptions, Plan]
  | readonly ['get' | 'peek' | 'has' | 'memo', string, FetchOptions]
  | readonly ['set', string, FetchOptions]
  | readonly ['delete', string]
  | readonly ['pop' | 'clear' | 'purgeStale']
  | readonly ['advance', number];

export interface Sequence {
  readonly options: Peer.Options<string, string, unknown>;
  /** If not, loads succeed: lru-cache evicts when one begins, ours when it ends. */
  readonly isRoomy: boolean;
  readonly isWeighed: boolean;
  readonly commands: readonly Command[];
}

const KEYS = ['a', 'b', 'c', 'd'];
const TTL = 10;
const SIZE_MAX = 3;

const key = fc.constantFrom(...KEYS);
const flag = fc.boolean();
const rarely = fc.nat(5).map((n) => n === 0);
const ttl = fc.constantFrom(0, TTL, TTL);

const flags = {
  allowStale: flag,
  updateAgeOnGet: flag,
  noDeleteOnStaleGet: flag,
  noUpdateTTL: flag,
  noDisposeOnSet: flag,
  noDeleteOnFetchRejection: flag,
  allowStaleOnFetchRejection: flag,
  allowStaleOnFetchAbort: flag,
  ignoreFetchAbort: flag,
};
const size = fc.integer({ min: 1, max: SIZE_MAX });
const options = fc.record(
  { ...flags, ttl, size, forceRefresh: rarely, context: fc.constant('context') },
  { requiredKeys: [] },
);
const plan: fc.Arbitrary<Plan> = fc.record({
  way: fc.constantFrom('promise', 'sync', 'thenable'),
  end: fc.constantFrom('value', 'value', 'same', 'undefined', 'error'),
  change: fc.oneof(fc.constant({}), fc.record({ ttl, size }, { requiredKeys: [] })),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('fetch', 'forceFetch'), key, options, plan) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom('get', 'peek', 'has', 'memo', 'set'), key, options),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('delete' as const), key) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('pop', 'clear', 'purgeStale')) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constant('advance' as const), fc.constantFrom(1, TTL, TTL + 1)),
  },
);

export const sequence: fc.Arbitrary<Sequence> = fc
  .record({
    options: fc.record({ ...flags, ttl }),
    isRoomy: flag,
    isWeighed: flag,
    max: fc.integer({ min: 1, max: 3 }),
    commands: fc.array(command, { maxLength: 40, size: 'max' }),
  })
  .map(({ options, isRoomy, isWeighed, max, commands }) => ({
    ...{ isRoomy, isWeighed, commands },
    options: {
      ...{ ...options, max: isRoomy ? KEYS.length : max },
      ...(isWeighed && { maxSize: isRoomy ? 100 : 6, sizeCalculation: (value) => value.length }),
    },
  }));

/** A cache and what it did, as text to compare. */
export class Runner {
  readonly log: string[] = [];
  readonly #cache: Cache;
  readonly #sequence: Sequence;
  #now = 1000;
  #values = 0;
  #plan: Plan | undefined;

  constructor(library: Library, sequence: Sequence) {
    this.#sequence = sequence;
    this.#cache = library({
      ...sequence.options,
      ttlResolution: 0,
      perf: { now: () => this.#now },
      fetchMethod: (key, stale, { options, context }) => {
        this.log.push(`load ${key} ${stale} ${context}`);
        return this.#load(stale, options);
      },
      memoMethod: (key, stale, { context }) => {
        this.log.push(`memo ${key} ${stale} ${context}`);
        return this.#value();
      },
      onInsert: (value, key, reason) => this.log.push(`insert ${key} ${value} ${reason}`),
      dispose: (value, key, reason) => {
        // Only ours tells of a stale value that is dropped since its refresh failed.
        if (reason !== 'fetch') this.log.push(`dispose ${key} ${value} ${reason}`);
      },
    });
  }

  /** Texts of one to three characters, each a few times at most. */
  #value(): string {
    this.#values += 1;
    return 'v'.repeat(this.#values % SIZE_MAX) + String.fromCharCode(0x100 + this.#values);
  }

  #load(stale: string | undefined, options: Peer.FetcherFetchOptions<string, string>) {
    const { way, end, change } = this.#plan as Plan;
    const { isRoomy, isWeighed } = this.#sequence;
    if (change.ttl !== undefined) options.ttl = change.ttl;
    if (change.size !== undefined && isWeighed) options.size = change.size;
    const canFail = isRoomy || stale !== undefined;
    const value = end === 'same' && stale !== undefined ? stale : this.#value();
    const given = end === 'undefined' && canFail ? undefined : value;
    const error = end === 'error' && canFail ? new Error(`no ${value}`) : undefined;
    // In lru-cache, a load whose loader returns undefined at once never settles.
    if (way === 'promise' || (way === 'sync' && given === undefined && error === undefined)) {
      return error === undefined ? Promise.resolve(given) : Promise.reject(error);
    }
    if (way === 'thenable') {
      return thenable<string | undefined>((resolve, reject) => {
        if (error === undefined) resolve(given);
        else reject(error);
      });
    }
    if (error !== undefined) throw error;
    return given;
  }

  async step(command: Command): Promise<void> {
    const status: Status = {};
    const came = await this.#perform(command, status);
    this.log.push(`${command[0]} gave ${came}`, `status ${describe(status)}`);
    const cache = this.#cache;
    const entries = cache.dump().map(([key, { value, ttl, size }]) => {
      // In lru-cache, the ttl of a load that failed puts ttls in use: all others have one of 0.
      return `${key}=${value} ttl ${ttl || 'none'} left ${cache.getRemainingTTL(key)} size ${size}`;
    });
    this.log.push(`${cache.size} of ${cache.calculatedSize}: ${entries.join('; ')}`);
  }

  async #perform(command: Command, status: Status): Promise<unknown> {
    const cache = this.#cache;
    switch (command[0]) {
      case 'advance':
        this.#now += command[1];
        return undefined;
      case 'pop':
      case 'clear':
      case 'purgeStale':
        return cache[command[0]]();
      case 'delete':
        return cache.delete(command[1]);
      case 'get':
      case 'peek':
      case 'has':
        return cache[command[0]](command[1], { ...command[2], status });
      case 'memo':
        return cache.memo(command[1], { ...this.#sized(command[2]), status });
      case 'set':
        cache.set(command[1], this.#value(), { ...this.#sized(command[2]), status });
        return undefined;
      default:
        this.#plan = command[3];
        return outcomeOf(cache[command[0]](command[1], { ...this.#sized(command[2]), status }));
    }
  }

  #sized({ size, ...options }: FetchOptions): FetchOptions {
    return size !== undefined && this.#sequence.isWeighed ? { ...options, size } : options;
  }
}

/** What a load came to, once all has happened. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  let came: unknown = 'never settled';
  promise.then(
    (value) => {
      came = value;
    },
    (error: Error) => {
      came = error.message;
    },
  );
  await drain();
  return came;
}

function describe({ cache: _, ...status }: Status): string {
  // lru-cache reports the old value also if the result of a load is that very value.
  if (status.set === 'update') delete status.oldValue;
  const fields = Object.entries(status).map(([name, field]) => `${name} ${field}`);
  return fields.sort().join(', ');
}
