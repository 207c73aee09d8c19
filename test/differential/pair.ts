// Two caches of two libraries, driven by the same commands and compared after every one.
//
// A command becomes calls on each side with objects of its own; what it returned, what it threw,
// what it wrote into its status, whom it called, and everything that can be read from the cache
// afterwards must be the same.

import fc from 'fast-check';
import { type Args, type Command, calculations, keys, type Setup, values } from './arbitraries.js';
import type { Cache, Dump, Entry, Library } from './cache.js';
import {
  comparableCalls,
  comparableStatus,
  entryLimit,
  evenDump,
  keepsWeight,
} from './differences.js';

type Options = Record<string, unknown>;
type Fn = (...args: unknown[]) => unknown;

/** Every property that both caches have. */
export const properties = [
  ...['max', 'maxSize', 'maxEntrySize', 'calculatedSize', 'size', 'ttl', 'ttlResolution'],
  ...['ttlAutopurge', 'updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet'],
  ...['noDisposeOnSet', 'noUpdateTTL', 'sizeCalculation', 'dispose', 'disposeAfter', 'onInsert'],
  ...['memoMethod', 'fetchMethod', 'perf', 'noDeleteOnFetchRejection', 'ignoreFetchAbort'],
  ...['allowStaleOnFetchRejection', 'allowStaleOnFetchAbort', 'backgroundFetchSize'],
];

/** The fields of a status that say how an operation went. */
const outcomes = ['set', 'get', 'has', 'peek', 'memo', 'fetch'];

const CLOCK_START = 1000;
/** `Date.now()` when the clock is at 0. Jumps of a million keep every time apart from 0. */
const EPOCH = 1e12;
const DATE_JUMP = 1e6;

/** The time of the run that is on. `fakeDate` makes `Date.now` show it. */
const clock = { now: CLOCK_START, date: EPOCH + CLOCK_START };
const perf = { now: () => clock.now };

/** Makes `Date.now` follow the runs until the function it returns is called. */
export function fakeDate(): () => void {
  const { now } = Date;
  Date.now = () => clock.date;
  return () => {
    Date.now = now;
  };
}

const isPlain = (it: unknown): it is Options =>
  typeof it === 'object' && it !== null && Object.getPrototypeOf(it) === Object.prototype;

/** Whether two results are the same: arrays and plain objects by content, else by identity. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

/** What a command did on one side. */
interface Outcome {
  readonly returned?: unknown;
  readonly threw?: boolean;
  readonly status: unknown;
}

/** One cache, with the callbacks it was given and what they were told. */
class Side {
  readonly log: unknown[][] = [];
  cache: Cache;
  readonly #library: Library;
  /** Caches that `rebuild` took the options of. */
  readonly #former: Cache[] = [];
  #memoized: { value: unknown; ttl: unknown } = { value: undefined, ttl: undefined };

  constructor(library: Library, setup: Setup) {
    this.#library = library;
    this.cache = library.open(this.#constructorOptions(setup));
  }

  #constructorOptions(setup: Setup): Options {
    const { flags, callbacks, sizeCalculation, ...bounds } = setup;
    const options: Options = { ...bounds, ...flags, perf, ttlResolution: 0 };
    if (sizeCalculation !== undefined) {
      options.sizeCalculation = this.calculation(sizeCalculation);
    }
    for (const name of callbacks) {
      options[name] = name === 'memoMethod' ? this.#memoMethod() : this.#logged(name);
    }
    return options;
  }

  #logged(name: string): Fn {
    return (...args) => void this.log.push([name, ...args]);
  }

  #memoMethod(): Fn {
    return (key, stale, context) => {
      const { options, ...others } = context as { options: Options };
      this.log.push(['memoMethod', key, stale, this.#shown(options), others]);
      if (this.#memoized.ttl !== undefined) options.ttl = this.#memoized.ttl;
      return this.#memoized.value;
    };
  }

  /** A size calculation by its name. */
  calculation(name: unknown): unknown {
    if (name === undefined || name === 'not a function') return name;
    const calculate = calculations[name as keyof typeof calculations] as Fn;
    return (...args: unknown[]) => {
      this.log.push(['sizeCalculation', ...args]);
      return calculate(...args);
    };
  }

  /** Own things in a form that is the same on both sides. */
  #shown(it: unknown): unknown {
    if (it === this.cache) return 'the cache';
    if (typeof it === 'function') return 'a function';
    if (!isPlain(it)) return it;
    return Object.fromEntries(Object.entries(it).map(([name, at]) => [name, this.#shown(at)]));
  }

  /** Options for a call, from their data; a fresh status if there is to be one. */
  #callOptions(data: Options | undefined): Options | undefined {
    if (data === undefined) return undefined;
    const options: Options = { ...data };
    if (typeof data.start === 'number') options.start = clock.now + data.start;
    if ('sizeCalculation' in data) options.sizeCalculation = this.calculation(data.sizeCalculation);
    if (data.status === true) options.status = {};
    return options;
  }

  async run(name: string, args: Args, loaded: Dump): Promise<Outcome> {
    const options = this.#callOptions(args.options);
    const status = () => this.#shown(comparableStatus((options?.status ?? {}) as Options));
    try {
      const returned = this.#call(name, args, options, loaded);
      const settled = returned instanceof Promise ? await returned : returned;
      return { returned: this.#shown(settled), status: status() };
    } catch {
      return { threw: true, status: undefined };
    }
  }

  #call(name: string, args: Args, options: Options | undefined, loaded: Dump): unknown {
    const { cache } = this;
    const key = keys[args.key ?? -1];
    const value = values[args.value ?? -1];
    switch (name) {
      case 'set':
        return options === undefined ? cache.set(key, value) : cache.set(key, value, options);
      case 'get':
      case 'peek':
      case 'has':
      case 'fetch':
      case 'forceFetch':
        return options === undefined ? cache[name](key) : cache[name](key, options);
      case 'memo':
        this.#memoized = { value, ttl: args.memoTtl };
        return options === undefined ? cache.memo(key) : cache.memo(key, options);
      case 'delete':
      case 'info':
        return cache[name](key);
      case 'pop':
      case 'clear':
      case 'purgeStale':
        return cache[name]();
      case 'dump':
        return this.dump();
      case 'find':
        return cache.find(this.#finder(value), options);
      case 'forEach':
      case 'rforEach':
        return this.#visitAll(name, args.thisArg === true);
      case 'iterate':
        return this.#iterate(args.iterator ?? 'keys');
      case 'load':
        return cache.load(loaded.map(([key, entry]) => [key, { ...entry }]));
      case 'assign':
        return this.#assign(args.property ?? '', args.to);
      case 'rebuild':
        this.cache = this.#library.open(cache);
        this.#former.push(cache);
        return undefined;
      default:
        throw new Error(`no command ${name}`);
    }
  }

  #finder(wanted: unknown) {
    return (value: unknown, key: unknown, cache: Cache) => {
      this.log.push(['find', value, key, cache === this.cache]);
      return Object.is(value, wanted) ? 'yes' : '';
    };
  }

  #visitAll(name: 'forEach' | 'rforEach', hasThis: boolean): void {
    const { log, cache: owner } = this;
    const thisArg = { name: 'this' };
    function visit(this: unknown, value: unknown, key: unknown, cache: Cache): void {
      log.push([name, value, key, cache === owner, this === (hasThis ? thisArg : owner)]);
    }
    if (hasThis) owner[name](visit, thisArg);
    else owner[name](visit);
  }

  #iterate(name: string): unknown {
    const method = name === 'iterator' ? Symbol.iterator : (name as 'keys');
    const iterator = this.cache[method]();
    const steps: unknown[] = [];
    for (let step = iterator.next(); ; step = iterator.next()) {
      steps.push({ value: step.value, done: step.done });
      if (step.done === true) break;
    }
    return [...steps, iterator.next()];
  }

  #assign(property: string, to: unknown): void {
    const value = property === 'sizeCalculation' ? this.calculation(to) : to;
    (this.cache as unknown as Options)[property] = value;
  }

  dump(): Dump {
    return evenDump(this.cache.dump(), clock.date - clock.now);
  }

  settle(): void {
    this.#library.settle(this.cache);
  }

  /** Everything that can be read from the cache. */
  state(): Options {
    const { cache } = this;
    const read = cache as unknown as Options;
    return {
      properties: properties.map((name) => this.#shown(read[name])),
      dump: this.dump(),
      entries: [...(cache as Iterable<unknown>)],
      rkeys: [...({ [Symbol.iterator]: () => cache.rkeys() } as Iterable<unknown>)],
      remainingTTL: keys.map((key) => cache.getRemainingTTL(key)),
      name: String(cache),
    };
  }

  close(): void {
    for (const cache of [...this.#former, this.cache]) this.#library.close(cache);
  }
}

/** The oracle and a cache that must equal it. */
export class Pair {
  /** What has happened so far, so that a test can tell what runs reach. */
  readonly seen: [kind: string, what: string][] = [];
  readonly #oracle: Side;
  readonly #subject: Side;
  readonly #onTick: () => void;
  readonly #snapshots: [Dump, Dump][] = [];

  /** `onTick` is called whenever the clock of the run has gone on by a millisecond. */
  constructor(oracle: Library, subject: Library, setup: Setup, onTick = () => {}) {
    this.#onTick = onTick;
    clock.now = CLOCK_START;
    clock.date = EPOCH + CLOCK_START;
    if (Date.now() !== clock.date) throw new Error('a Pair needs fakeDate');
    this.#oracle = new Side(oracle, setup);
    this.#subject = new Side(subject, setup);
    this.#expectSameState('new');
  }

  /** Runs one command on both sides and compares everything. */
  async step([name, args]: Command): Promise<void> {
    if (name === 'advance') {
      for (let ms = args.ms ?? 1; ms > 0; ms--) this.#advance();
    } else if (name === 'setDateForward') {
      clock.date += DATE_JUMP;
    } else {
      await this.#runBoth(name === 'loadEntries' ? 'load' : name, this.#adapted(name, args));
    }
    this.#expectSameState(name);
  }

  #advance(): void {
    clock.now += 1;
    clock.date += 1;
    this.#onTick();
    this.#expectSameCalls('advance');
  }

  close(): void {
    this.#oracle.close();
    this.#subject.close();
  }

  async #runBoth(name: string, args: Args): Promise<void> {
    const loaded = name === 'load' ? this.#entriesToLoad(args) : [];
    const oracle = await this.#oracle.run(name, args, loaded);
    const subject = await this.#subject.run(name, args, loaded);
    expectSame(subject.threw, oracle.threw, `${name} throws`);
    expectSame(subject.returned, oracle.returned, `${name} returns`);
    expectSame(subject.status, oracle.status, `status of ${name}`);
    this.#note(name, oracle);
    if (name === 'dump') {
      this.#snapshots[args.snapshot ?? 0] = [oracle.returned as Dump, subject.returned as Dump];
    }
  }

  #note(name: string, { threw, status }: Outcome): void {
    this.seen.push([threw === true ? 'throws' : 'returns', name]);
    for (const [field, value] of Object.entries(status ?? {})) {
      this.seen.push(['status', field]);
      if (outcomes.includes(field)) this.seen.push([`status.${field}`, `${value}`]);
    }
    for (const [kind, , , reason] of this.#oracle.log) {
      this.seen.push([`${kind}`, typeof reason === 'string' ? reason : 'called']);
    }
  }

  /** Arguments that steer clear of what is known to differ. */
  #adapted(name: string, args: Args): Args {
    const { cache, log } = this.#oracle;
    if (name === 'assign' && args.property === 'maxEntrySize') {
      return { ...args, to: entryLimit(cache, args.to as number) };
    }
    if (name !== 'set' && name !== 'memo') return args;
    const options = args.options ?? {};
    const length = log.length;
    const calculation = this.#oracle.calculation(options.sizeCalculation);
    const weigh = (calculation ?? cache.sizeCalculation) as Cache['sizeCalculation'];
    const entry = [keys[args.key ?? -1], values[args.value ?? -1]] as const;
    const size = keepsWeight(cache, entry, options.size, weigh);
    log.length = length;
    return size === undefined ? args : { ...args, options: { ...options, size } };
  }

  #entriesToLoad({ snapshot = 0, from = 0, entries }: Args): Dump {
    if (entries === undefined) {
      return (
        this.#snapshots[snapshot]?.[from === 0 ? 0 : 1] ??
        (from === 0 ? this.#oracle : this.#subject).dump()
      );
    }
    return entries.map(({ key, value, start, ...rest }) => [
      keys[key],
      {
        value: values[value ?? -1],
        ...(start === undefined ? {} : { start: clock.date + start }),
        ...(rest as Omit<Entry, 'value' | 'start'>),
      },
    ]);
  }

  #expectSameState(after: string): void {
    const oracle = this.#oracle;
    const subject = this.#subject;
    oracle.settle();
    subject.settle();
    this.#expectSameCalls(after);
    const expected = oracle.state();
    const actual = subject.state();
    for (const name of Object.keys(expected)) {
      expectSame(actual[name], expected[name], `${name} after ${after}`);
    }
  }

  #expectSameCalls(of: string): void {
    const oracle = this.#oracle.log;
    const subject = this.#subject.log;
    const isWithheld = this.#oracle.cache.noDisposeOnSet;
    expectSame(
      comparableCalls(subject, of, isWithheld),
      comparableCalls(oracle, of, isWithheld),
      `callbacks of ${of}`,
    );
    oracle.length = 0;
    subject.length = 0;
  }
}

function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (isSame(actual, expected)) return;
  throw new Error(
    `${what}\n  ours:   ${fc.stringify(actual)}\n  theirs: ${fc.stringify(expected)}`,
  );
}
