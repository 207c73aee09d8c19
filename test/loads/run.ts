// One run of a random program against a cache and its model, step by step.
//
// When a loader has settled, the cache deals with it some turns of the microtask queue later, and
// a command may come between. The model is told by the cache itself: by `onInsert` of a result
// that was stored, and of any other end by the load being in flight no more.

import type { Scheduler } from 'fast-check';
import type { LRUCache } from '../../src/api/lru.js';
import { storeOf } from '../../src/api/lru.js';
import { openCache, type TestEngine } from '../support/engines.js';
import { expectValid } from '../support/validate.js';
import { type Key, LoadsModel, type ModelLoad, type Outcome, type Value } from './model.js';
import { ofMany, ofOne, same, textOf, Waiting, type Wanted } from './outcomes.js';
import {
  type Command,
  type Fetch,
  KEYS,
  type Plan,
  type Program,
  type SetGiven,
  SIGNALS,
  TAG,
} from './program.js';
import { thenable } from './thenable.js';

/** The rare events that a run came to. */
export type Seen = Set<string>;

/** A call of a loader: `fetchMethod` with one load, or `fetchManyMethod`. */
interface Call {
  readonly loads: readonly ModelLoad[];
  readonly plan: Plan;
  readonly signal: AbortSignal;
}

type FetcherOptions = LRUCache.FetcherFetchOptions<Key, Value>;

/** Lets everything happen that is about to, and a macrotask more: rejections are reported then. */
export const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Run {
  readonly cache: LRUCache<Key, Value>;
  readonly #model: LoadsModel;
  readonly #scheduler: Scheduler;
  readonly #signals = Array.from({ length: SIGNALS }, () => new AbortController());
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<ModelLoad>();
  /** All calls of loaders. */
  readonly #called: Call[] = [];
  /** Plan of the loader that the cache is about to call. */
  #plan: Plan | undefined;
  #disposed: [Value, Key, string][] = [];
  /** What was found wrong inside callbacks. */
  readonly #faults: unknown[] = [];
  #isSetting = false;
  #values = 0;

  constructor(
    engine: TestEngine,
    scheduler: Scheduler,
    program: Program,
    seen: Seen,
    open: typeof openCache = openCache,
  ) {
    const { max, options, hasFetchMethod } = program;
    const fetchMethod: LRUCache.Fetcher<Key, Value> = (key, staleValue, given) =>
      this.#load(key, staleValue, given.signal, given.options);
    this.#scheduler = scheduler;
    this.#model = new LoadsModel(max, options, seen);
    this.cache = open<Key, Value>(engine, {
      ...options,
      max,
      ttlResolution: 0,
      recordStats: true,
      perf: { now: () => this.#model.now },
      ...(hasFetchMethod && { fetchMethod }),
      fetchManyMethod: (keys, staleValues, { signal, options }) =>
        this.#loadMany(keys, staleValues, signal, options),
      onInsert: (value, key) => this.#inserted(value, key),
      dispose: (value, key, reason) => this.#disposed.push([value, key, reason]),
    });
  }

  /** Runs a command, and checks everything. */
  async step(command: Command): Promise<void> {
    if (command[0] === 'drain') await drain();
    else if (command[0] === 'settle') await this.#settle(command[1]);
    else this.#perform(command);
    this.#check();
    if (command[0] === 'drain') this.#checkDrained();
  }

  /** Lets every loader settle; then every promise must have. */
  async finish(): Promise<void> {
    while (this.#scheduler.count() > 0) await this.step(['settle', 0]);
    await this.step(['drain']);
    for (const { came } of this.#waiting) same(came.length, 1, 'outcomes of a promise');
    same(this.#model.loads.size, 0, 'loads in flight');
    const { loads, loadFailures } = this.cache.stats();
    same(loads, this.#called.flatMap((call) => call.loads).length, 'loads');
    same(loadFailures, this.#model.failures, 'load failures');
  }

  /** Lets one loader settle, and goes on before or after the cache has dealt with it. */
  async #settle(turns: number): Promise<void> {
    // `waitNext` would let 50 turns pass, in which everything happens that is interesting here.
    if (this.#scheduler.count() > 0) void this.#scheduler.waitOne();
    for (let turn = 0; turn < turns; turn++) await undefined;
  }

  #perform(command: Command): void {
    this.#sync();
    const model = this.#model;
    const { cache } = this;
    const before = cache.size;
    switch (command[0]) {
      case 'get':
        same(cache.get(command[1]), model.get(command[1]), 'get');
        break;
      case 'has': {
        const entry = model.entries.get(command[1]);
        same(cache.has(command[1]), entry !== undefined && !model.isStale(entry), 'has');
        break;
      }
      case 'delete':
        same(cache.delete(command[1]), model.delete(command[1]), 'delete');
        break;
      case 'clear':
        cache.clear();
        model.clear();
        break;
      case 'pop':
        same(cache.pop(), model.pop(), 'pop');
        break;
      case 'purgeStale':
        same(cache.purgeStale(), model.purgeStale(), 'purgeStale');
        break;
      case 'invalidate':
        same(cache.invalidateTag(TAG), model.invalidate(), 'invalidateTag');
        break;
      case 'advance':
        model.now += command[1];
        break;
      case 'abort':
        this.#abort(command[1]);
        break;
      case 'set':
        this.#set(command[1], command[2]);
        break;
      case 'fetch':
      case 'fetchMany':
        if (command[0] === 'fetch') this.#fetch(command[1], command[2]);
        else this.#fetchMany(command[1], command[2]);
        if (command[2].plan.inner.length === 0)
          same(cache.size, Math.min(cache.size, before), 'size');
        break;
    }
  }

  #set(key: Key, given: SetGiven): void {
    const { ttl, noUpdateTTL } = { ...this.#model.options, ...given };
    const value = ++this.#values;
    this.#isSetting = true;
    this.cache.set(key, value, { ...given });
    this.#isSetting = false;
    this.#model.set(key, value, ttl, noUpdateTTL, given.tags !== undefined);
  }

  #abort(index: number): void {
    const controller = this.#signals[index] as AbortController;
    if (controller.signal.aborted) {
      this.#signals[index] = new AbortController();
      return;
    }
    controller.abort(new Error(`signal ${index}`));
    this.#model.signalled(controller.signal);
  }

  #fetch(key: Key, fetch: Fetch): void {
    const [wanted, load] = this.#want(key, fetch);
    if (load?.isOver === false) this.#plan = fetch.plan;
    const options = this.#optionsOf(fetch);
    const { cache } = this;
    const promise = fetch.isForced ? cache.forceFetch(key, options) : cache.fetch(key, options);
    same(this.#plan, undefined, 'a load that had to begin has begun');
    this.#waiting.push(new Waiting(promise, ofOne(wanted, fetch.isForced)));
  }

  #fetchMany(keys: readonly Key[], fetch: Fetch): void {
    const asked = [...new Set(keys)];
    const wants = asked.map((key) => this.#want(key, fetch));
    const batch = wants.filter(([, load]) => load?.isOver === false);
    if (batch.length > 0) this.#plan = fetch.plan;
    const { seen } = this.#model;
    if (batch.length > 1) seen.add('a batch of several');
    if (batch.length > 0 && batch.length < wants.length) seen.add('a batch of some of the keys');
    const promise = this.cache.fetchMany(keys, this.#optionsOf(fetch)).then(textOf);
    same(this.#plan, undefined, 'a batch that had to be loaded is');
    const wanted = wants.map(([one]) => one);
    this.#waiting.push(new Waiting(promise, ofMany(asked, wanted)));
  }

  /** What a fetch of a key must come to, and the load that it begins. */
  #want(key: Key, fetch: Fetch): readonly [Wanted, ModelLoad | undefined] {
    const model = this.#model;
    const options = { ...model.options, ...fetch.options };
    const signal = this.#signalOf(fetch);
    return model.fetch(key, options, fetch.forceRefresh, signal, fetch.tagged);
  }

  #signalOf({ signal }: Fetch): AbortSignal | undefined {
    return signal === undefined ? undefined : this.#signals[signal]?.signal;
  }

  #optionsOf(fetch: Fetch) {
    const signal = this.#signalOf(fetch);
    const { forceRefresh, tagged } = fetch;
    const tags = tagged === 'early' && { tags: [TAG] };
    return { ...tags, ...fetch.options, forceRefresh, ...(signal !== undefined && { signal }) };
  }

  /** Runs what a callback checks: the cache would hand an error on to whoever waits. */
  #inside(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#faults.push(error);
    }
  }

  /** The `fetchMethod`. */
  #load(key: Key, staleValue: Value | undefined, signal: AbortSignal, options: FetcherOptions) {
    const call = this.#enter([key], [staleValue], signal, [options]);
    if (call === undefined) return undefined;
    const { end } = call.plan;
    const error = new Error(`load of ${key}`);
    const value = end === 'value' ? ++this.#values : undefined;
    return this.#deliver(call, [end === 'error' ? { error } : { value }], () => {
      if (end === 'error') throw error;
      return value;
    });
  }

  /** The `fetchManyMethod`. */
  #loadMany(
    keys: readonly Key[],
    staleValues: readonly (Value | undefined)[],
    signal: AbortSignal,
    options: readonly FetcherOptions[],
  ): LRUCache.BatchResult<Key, Value> | Promise<LRUCache.BatchResult<Key, Value>> {
    const call = this.#enter(keys, staleValues, signal, options);
    if (call === undefined) return [];
    const { end, shape, gaps } = call.plan;
    const error = new Error(`load of ${keys}`);
    const values = keys.map((_, i) => ((gaps >> i) & 1 ? undefined : ++this.#values));
    const isList = end === 'value' && shape !== 'short';
    const failure: Outcome = end === 'error' ? { error } : { code: 'INVALID_BATCH' };
    const ends = values.map((value) => (isList ? { value } : failure));
    return this.#deliver(call, ends, () => {
      if (end === 'error') throw error;
      if (end === 'undefined') return undefined as never;
      if (shape === 'array') return values;
      if (shape === 'short') return values.slice(1);
      const pairs = keys.map((key, i) => [key, values[i]] as const).reverse();
      const found = new Map<Key, Value | undefined>([...pairs, ['of no one', -1]]);
      return shape === 'map' ? found : found.entries();
    });
  }

  /** Notes that a loader was called, and does what it does before it returns. */
  #enter(
    keys: readonly Key[],
    staleValues: readonly (Value | undefined)[],
    signal: AbortSignal,
    options: readonly FetcherOptions[],
  ): Call | undefined {
    const plan = this.#plan;
    const loads = keys.map((key) => this.#model.loads.get(key) as ModelLoad);
    if (plan === undefined || loads.includes(undefined as never)) {
      this.#faults.push(new Error(`${keys} are not to be loaded now`));
      return undefined;
    }
    this.#plan = undefined;
    this.#inside(() => {
      for (const { key: other, aborted } of this.#running) {
        const isSecond = keys.includes(other) && aborted === undefined;
        same(isSecond, false, 'another load of the key is running');
      }
      same(String(staleValues), String(loads.map(({ stale }) => stale)), 'the stale values');
    });
    const call = { loads, plan, signal };
    this.#called.push(call);
    for (const [i, load] of loads.entries()) {
      if (load.tagged === 'late') (options[i] as FetcherOptions).tags = [TAG];
      load.isDispatched = true;
      load.isStarting = true;
      this.#running.add(load);
    }
    this.#inside(() => {
      this.#checkSignals();
      for (const command of plan.inner) this.#perform(command);
    });
    for (const load of loads) load.isStarting = false;
    return call;
  }

  #deliver<T>({ loads, plan }: Call, ends: readonly Outcome[], give: () => T): Promise<T> | T {
    const settle = (): T => {
      loads.forEach((load, i) => {
        this.#running.delete(load);
        load.settled = ends[i];
      });
      return give();
    };
    if (plan.way === 'sync') return settle();
    const later = this.#scheduler.schedule(Promise.resolve(), String(loads.map(({ key }) => key)));
    if (plan.way === 'promise') return later.then(settle);
    const isHostile = plan.way === 'hostile';
    return thenable((resolve, reject) => {
      later.then(() => {
        try {
          resolve(settle());
        } catch (why) {
          reject(why);
        }
        if (isHostile) {
          resolve(-1);
          reject(new Error('twice'));
        }
      });
      // Fails at once by throwing, and again later.
      if (isHostile && plan.end === 'error') settle();
    });
  }

  /** Tells the model of the loads that the cache has dealt with, but for one just being stored. */
  #sync(stored?: ModelLoad): void {
    const loads = storeOf(this.cache).loads;
    for (const load of this.#model.loads.values()) {
      if (load.settled === undefined || load === stored || loads?.has(load.key) === true) continue;
      const isStored = 'value' in load.settled && load.settled.value !== undefined;
      same(isStored && !load.isRefused, false, 'a wanted result was not stored');
      this.#model.finish(load);
    }
    for (const load of this.#model.unwanted) this.#model.finish(load);
  }

  #inserted(value: Value, key: Key): void {
    if (this.#isSetting) return;
    const load = this.#model.loads.get(key);
    this.#inside(() => {
      const settled = load?.settled as { value?: Value } | undefined;
      same(settled?.value, value, 'only a wanted result is stored');
      this.#sync(load);
      this.#model.finish(load as ModelLoad);
    });
  }

  #check(): void {
    if (this.#faults.length > 0) throw this.#faults[0];
    this.#sync();
    const { cache } = this;
    const model = this.#model;
    const order = cache.dump().map(([key, { value }]) => `${key} ${value}`);
    same(
      order.join(),
      [...model.entries].map(([key, { value }]) => `${key} ${value}`).join(),
      'order',
    );
    same(cache.size, model.entries.size, 'size');
    for (const key of KEYS) {
      same(storeOf(cache).loads?.has(key), model.loads.has(key), `${key} is being loaded`);
      const entry = model.entries.get(key);
      const isTimed = entry !== undefined && entry.ttl !== 0;
      const left = isTimed ? entry.start + entry.ttl - model.now : Number.POSITIVE_INFINITY;
      same(cache.getRemainingTTL(key), entry === undefined ? 0 : left, 'remaining ttl');
    }
    same(
      this.#disposed.map(String).sort().join(),
      model.disposed.map(String).sort().join(),
      'disposed',
    );
    this.#disposed = [];
    model.disposed = [];
    this.#checkSignals();
    expectValid(cache);
  }

  /** A loader's signal is aborted when all of its loads are. */
  #checkSignals(): void {
    for (const { loads, signal } of this.#called) {
      const aborted = loads.filter((load) => load.aborted !== undefined).length;
      same(signal.aborted, aborted === loads.length, 'whether a loader is aborted');
      if (loads.length === 1 || aborted === 0) continue;
      const isWhole = aborted === loads.length;
      this.#model.seen.add(isWhole ? 'a batch aborted whole' : 'a batch aborted in part');
    }
  }

  #checkDrained(): void {
    for (const load of this.#model.loads.values()) {
      same(load.settled, undefined, 'a load has settled and is not over');
    }
    for (const waiting of this.#waiting) waiting.check();
  }
}
