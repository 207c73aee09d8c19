// One run of a random program against a cache and its model, step by step.
//
// When a loader has settled, the cache deals with it some turns of the microtask queue later, and
// a command may come between. The model is told by the cache itself: by `onInsert` of a result
// that was stored, and of any other end by the load being in flight no more.

import type { Scheduler } from 'fast-check';
import { expect } from 'vitest';
import { storeOf } from '../../src/iterable.js';
import type { LRUCache } from '../../src/lru.js';
import { openCache, type TestEngine } from '../support.js';
import { expectValid } from '../validate.js';
import { type Key, type LoadOptions, LoadsModel, ModelLoad, type Outcome } from './model.js';
import { type Command, type Fetch, KEYS, type Plan, type Program, SIGNALS } from './program.js';
import { thenable } from './thenable.js';

type Value = number;
/** The rare events that a run came to. */
export type Seen = Set<string>;

/** A promise that was handed out, and what it must come to. */
interface Waiting {
  readonly isForced: boolean;
  readonly wanted: Outcome | ModelLoad;
  came: Outcome[];
}

/** Lets everything happen that is about to, and a macrotask more: rejections are reported then. */
export const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Run {
  readonly cache: LRUCache<Key, Value>;
  readonly #model: LoadsModel;
  readonly #engine: TestEngine;
  readonly #scheduler: Scheduler;
  readonly #signals = Array.from({ length: SIGNALS }, () => new AbortController());
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<ModelLoad>();
  /** Plan of the load that the cache is about to begin. */
  #plan: Plan | undefined;
  #disposed: [Value, Key, string][] = [];
  /** What was found wrong inside callbacks. */
  readonly #faults: unknown[] = [];
  #isSetting = false;
  #values = 0;
  #calls = 0;

  constructor(engine: TestEngine, scheduler: Scheduler, { max, options }: Program, seen: Seen) {
    this.#engine = engine;
    this.#scheduler = scheduler;
    this.#model = new LoadsModel(max, options, seen);
    this.cache = openCache<Key, Value>(engine, {
      ...options,
      max,
      ttlResolution: 0,
      recordStats: true,
      perf: { now: () => this.#model.now },
      fetchMethod: (key, staleValue, { signal }) => this.#load(key, staleValue, signal),
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
    expect({ loads, loadFailures }).toEqual({
      loads: this.#calls,
      loadFailures: this.#model.failures,
    });
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
        this.#fetch(command[1], command[2]);
        if (command[2].plan.inner.length === 0)
          same(cache.size, Math.min(cache.size, before), 'size');
        break;
    }
  }

  #set(key: Key, given: { ttl?: number; noUpdateTTL?: boolean }): void {
    const { ttl, noUpdateTTL } = { ...this.#model.options, ...given };
    const value = ++this.#values;
    this.#isSetting = true;
    this.cache.set(key, value, { ...given });
    this.#isSetting = false;
    this.#model.set(key, value, ttl, noUpdateTTL);
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

  #fetch(key: Key, { isForced, forceRefresh, signal: index, options: given, plan }: Fetch): void {
    const model = this.#model;
    const options: LoadOptions = { ...model.options, ...given };
    const signal = index === undefined ? undefined : this.#signals[index]?.signal;
    let wanted = model.found(key, options, forceRefresh);
    let load: ModelLoad | undefined;
    if (wanted === undefined) {
      load = model.begin(key, options, signal);
      wanted = options.allowStale && load.stale !== undefined ? { value: load.stale } : load;
      if (!load.isOver) this.#plan = plan;
    }
    const all = { ...given, forceRefresh, ...(signal !== undefined && { signal }) };
    const promise = isForced ? this.cache.forceFetch(key, all) : this.cache.fetch(key, all);
    same(this.#plan, undefined, 'a load that had to begin has begun');
    const waiting: Waiting = { isForced, wanted, came: [] };
    this.#waiting.push(waiting);
    promise.then(
      (value) => waiting.came.push({ value }),
      (error: unknown) => waiting.came.push({ error }),
    );
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
  #load(key: Key, staleValue: Value | undefined, signal: AbortSignal) {
    const load = this.#model.loads.get(key);
    const plan = this.#plan;
    if (load === undefined || plan === undefined) {
      this.#faults.push(new Error(`${key} is not to be loaded now`));
      return undefined;
    }
    this.#plan = undefined;
    this.#inside(() => {
      for (const { key: other, aborted } of this.#running) {
        same(other === key && aborted === undefined, false, 'another load of the key is running');
      }
      same(staleValue, load.stale, 'the stale value');
      same(signal.aborted, load.aborted !== undefined, 'whether it is aborted already');
    });
    this.#calls += 1;
    load.isDispatched = true;
    load.isStarting = true;
    this.#running.add(load);
    this.#inside(() => {
      for (const command of plan.inner) this.#perform(command);
    });
    load.isStarting = false;
    return this.#deliver(load, plan);
  }

  #deliver(load: ModelLoad, { way, end }: Plan): Promise<Value | undefined> | Value | undefined {
    const error = new Error(`load ${this.#calls}`);
    const value = end === 'value' ? ++this.#values : undefined;
    const settle = (): Value | undefined => {
      this.#running.delete(load);
      load.settled = end === 'error' ? { error } : { value };
      if (end === 'error') throw error;
      return value;
    };
    if (way === 'sync') return settle();
    const later = this.#scheduler.schedule(Promise.resolve(), load.key);
    if (way === 'promise') return later.then(settle);
    const isHostile = way === 'hostile';
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
      if (isHostile && end === 'error') settle();
    });
  }

  /** Tells the model of the loads that the cache has dealt with, but for one just being stored. */
  #sync(stored?: ModelLoad): void {
    const loads = storeOf(this.cache).loads;
    for (const load of this.#model.loads.values()) {
      if (load.settled === undefined || load === stored || loads?.has(load.key) === true) continue;
      const isStored = 'value' in load.settled && load.settled.value !== undefined;
      same(isStored, false, 'a wanted result was not stored');
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
    expectValid(cache, this.#engine);
  }

  #checkDrained(): void {
    for (const load of this.#model.loads.values()) {
      same(load.settled, undefined, 'a load has settled and is not over');
    }
    for (const { came, wanted, isForced } of this.#waiting) {
      const outcome = wanted instanceof ModelLoad ? wanted.outcome : wanted;
      same(came.length, outcome === undefined ? 0 : 1, 'outcomes of a promise');
      if (outcome !== undefined) expectOutcome(came[0] as Outcome, outcome, isForced);
    }
  }
}

// `expect` costs more than all else here; it is called only to fail.
function same(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) expect(actual, what).toBe(wanted);
}

function expectOutcome(came: Outcome, outcome: Outcome, isForced: boolean): void {
  const isNothing = isForced && 'value' in outcome && outcome.value === undefined;
  const wanted = isNothing ? { code: 'FETCH_UNDEFINED' } : outcome;
  if ('code' in wanted) {
    expect(came).toHaveProperty('error.code', wanted.code);
  } else if ('error' in wanted) {
    same('error' in came && came.error, wanted.error, 'error');
  } else {
    same('value' in came && came.value, wanted.value, 'value');
  }
}
