// Callbacks, walks and consumers of iterators that use the cache they are called by.
//
// Every cell of {who calls back} x {what it calls} x {what made it call} runs against a model in
// which callbacks run from a queue after each operation: the calls, their results, the contents
// and the error must be the same. `once` calls the first time only, `always` every time, which
// the rule C4 of callbacks.ts has to end. Then the cache must still work.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import {
  type EngineCase,
  engineCases,
  openCache,
  plainCases,
  type TestEngine,
} from '../support/engines.js';
import { CacheModel } from '../support/model.js';
import {
  type Call,
  type Callback,
  type Callbacks,
  calls,
  Fresh,
  type Key,
  type Kind,
  kinds,
  outcomeOf,
  QueuedModel,
  type Subject,
} from '../support/queued-model.js';
import { expectValid } from '../support/validate.js';

const firstKeys: Key[] = [1, 'b', 3n];

const triggers: [name: string, act: (subject: Subject) => unknown][] = [
  ['evict', (subject) => void subject.set('d', 'v0')],
  ['overwrite', (subject) => void subject.set(1, 'v0')],
  ['delete', (subject) => subject.delete('b')],
  ['clear', (subject) => subject.clear()],
  ['pop', (subject) => subject.pop()],
  ['resize', (subject) => subject.resize(1)],
];

const cases = [...plainCases, engineCases.at(-2) as EngineCase];
const variants = ['once', 'always'] as const;

interface Recorded<S extends Subject> {
  readonly subject: S;
  readonly log: string[];
  outcome: string;
  inserted: number;
  left: number;
}

type Cell = { kind: Kind; call: Call; trigger: (subject: Subject) => unknown; isOnce: boolean };

/** Runs one cell and records each call of a callback and what its own call came to. */
function runCell<S extends Subject>(make: (callbacks: Callbacks) => S, cell: Cell): Recorded<S> {
  const fresh = new Fresh();
  const log: string[] = [];
  let callsLeft = 0;
  const callback = (kind: Kind): Callback => {
    return (value, key, reason) => {
      if (kind === 'dispose') recorded.left += 1;
      if (kind === 'onInsert' && reason !== 'update') recorded.inserted += 1;
      log.push(`${kind} ${value} ${String(key)} ${reason}`);
      if (kind !== cell.kind || callsLeft === 0) return;
      callsLeft -= 1;
      log.push(String(cell.call(recorded.subject, fresh, key, value)));
    };
  };
  const subject = make({
    dispose: callback('dispose'),
    disposeAfter: callback('disposeAfter'),
    onInsert: callback('onInsert'),
  });
  const recorded: Recorded<S> = { subject, log, outcome: '', inserted: 0, left: 0 };
  for (const key of firstKeys) subject.set(key, fresh.value());
  callsLeft = cell.isOnce ? 1 : Number.POSITIVE_INFINITY;
  recorded.outcome = outcomeOf(() => cell.trigger(subject));
  callsLeft = 0;
  log.push(outcomeOf(() => [...subject.entries()].join()));
  for (let i = 0; i < 5; i++) log.push(outcomeOf(() => void subject.set(i, fresh.value())));
  log.push(
    outcomeOf(() => [...subject.entries()].join()),
    `max ${subject.max}`,
  );
  return recorded;
}

const open3 = (engine: TestEngine, callbacks: Partial<Callbacks>): LRUCache<Key, string> =>
  openCache<Key, string>(engine, { max: 3, ...callbacks });

/** Runs one cell on every engine and on the model; returns what the trigger came to. */
function expectCell(engines: readonly TestEngine[], cell: Cell, label: string): string {
  const expected = runCell((callbacks) => new QueuedModel(3, callbacks), cell);
  engines.forEach((engine, i) => {
    const name = `${label}: ${cases[i]?.name}`;
    const actual = runCell((callbacks) => open3(engine, callbacks), cell);
    expect(actual.outcome, name).toBe(expected.outcome);
    expect(actual.log.length, name).toBe(expected.log.length);
    const wrong = actual.log.findIndex((line, at) => line !== expected.log[at]);
    expect(actual.log[wrong], `${name}, line ${wrong}`).toBe(expected.log[wrong]);
    const isDisposed = actual.log.at(-2) === 'throws DISPOSED';
    const present = isDisposed ? 0 : actual.subject.size;
    expect(actual.inserted, `${name}: each value told once`).toBe(actual.left + present);
    if (!isDisposed) expectValid(actual.subject);
  });
  return expected.outcome;
}

describe('callbacks call the cache', () => {
  const looping = { once: [] as string[], always: [] as string[] };

  describe.each(variants)('%s', (variant) => {
    it.each(calls)('%s', (name, call) => {
      const engines = cases.map(({ open }) => open());
      for (const kind of kinds) {
        for (const [why, trigger] of triggers) {
          const label = `${kind} calls ${name} on ${why}`;
          const cell = { kind, call, trigger, isOnce: variant === 'once' };
          const outcome = expectCell(engines, cell, label);
          if (outcome === 'throws CALLBACK_LOOP') looping[variant].push(label);
        }
      }
    });
  });

  it('exactly the cells that never settle end with CALLBACK_LOOP', () => {
    const sets = ['set the same value', 'set the same key', 'set a new key'];
    // In a full cache every set of a key that has left puts another one out, without end; delete,
    // clear and pop leave room for what they removed. A set inside onInsert causes the next one.
    const endless = sets.flatMap((name) => [
      ...['evict', 'overwrite', 'resize'].flatMap((why) => [
        `dispose calls ${name} on ${why}`,
        `disposeAfter calls ${name} on ${why}`,
      ]),
      ...['evict', 'overwrite'].map((why) => `onInsert calls ${name} on ${why}`),
    ]);
    expect(looping.once).toEqual([]);
    expect(looping.always.sort()).toEqual(endless.sort());
  });
});

const walks: [name: string, walk: (cache: LRUCache<Key, string>, visit: Visit) => void][] = [
  ['keys', (cache, visit) => consume(cache.keys(), (key) => visit(key))],
  ['rkeys', (cache, visit) => consume(cache.rkeys(), (key) => visit(key))],
  ['values', (cache, visit) => consume(cache.values(), (value) => visit(undefined, value))],
  ['rvalues', (cache, visit) => consume(cache.rvalues(), (value) => visit(undefined, value))],
  ['entries', (cache, visit) => consume(cache.entries(), (entry) => visit(...entry))],
  ['rentries', (cache, visit) => consume(cache.rentries(), (entry) => visit(...entry))],
  ['Symbol.iterator', (cache, visit) => consume(cache, (entry) => visit(...entry))],
  ['forEach', (cache, visit) => cache.forEach((value, key) => void visit(key, value))],
  ['rforEach', (cache, visit) => cache.rforEach((value, key) => void visit(key, value))],
  ['find', (cache, visit) => void cache.find((value, key) => visit(key, value) === 0)],
];

type Visit = (key?: Key, value?: string) => unknown;

function consume<T>(items: Iterable<T>, visit: (item: T) => unknown): void {
  for (const item of items) visit(item);
}

/** What a walk gives of an entry it comes to, the model has, too; the rest is filled in. */
function entryOf(subject: Subject, key?: Key, value?: string): [Key, string] {
  const given = (entry: [Key, string]) => entry[0] === key || entry[1] === value;
  const entry = [...subject.entries()].find(given);
  if (entry === undefined) throw new Error(`a walk gave ${String(key)}, ${value}: not there`);
  expect([key ?? entry[0], value ?? entry[1]]).toEqual(entry);
  return entry;
}

describe.each(cases)('walks are changed under way: $name', ({ open }) => {
  const cells = variants.flatMap((variant) => walks.map(([name]) => ({ variant, name })));

  it.each(cells)('$name, $variant', ({ variant, name: walkName }) => {
    const [, walk] = walks.find(([name]) => name === walkName) as (typeof walks)[number];
    for (const [name, call] of calls) {
      const engine = open();
      const told: string[] = [];
      const mirrored: string[] = [];
      const note = (log: string[], kind: Kind): Callback => {
        return (...call) => void log.push(`${kind} ${call.map(String).join()}`);
      };
      const noteAll = (log: string[]) =>
        Object.fromEntries(kinds.map((kind) => [kind, note(log, kind)])) as Callbacks;
      const cache = open3(engine, noteAll(told));
      const model = new QueuedModel(3, noteAll(mirrored));
      for (const subject of [cache, model]) {
        for (const key of firstKeys) subject.set(key, `first ${key}`);
      }
      let visits = 0;
      const [fresh, modelFresh] = [new Fresh(), new Fresh()];
      const visit: Visit = (...given) => {
        const [key, value] = entryOf(model, ...given);
        visits += 1;
        if (variant === 'once' && visits > 1) return;
        const result = call(cache, fresh, key, value);
        expect(result, name).toBe(call(model, modelFresh, key, value));
      };
      const outcome = outcomeOf(() => walk(cache, visit));
      const isDisposed = name === 'Symbol.dispose';
      expect(outcome, name).toBe(isDisposed ? 'throws DISPOSED' : 'returns undefined');
      // The first step, then no slot twice.
      expect(visits, name).toBeLessThanOrEqual(1 + 3);
      expect(told, name).toEqual(mirrored);
      if (isDisposed) continue;
      expect([...cache], name).toEqual(model.entries());
      expectValid(cache);
    }
  });
});

describe.each(cases)('what breaks lru-cache: $name', ({ open }) => {
  /** The cache works, and holds what the model holds after the same sets. */
  function expectWorking(cache: LRUCache<Key, string>): void {
    const model = new CacheModel<Key, string>({ max: cache.max });
    for (const [key, value] of cache.rentries()) model.set(key, value);
    for (const key of ['x', 7, 8n, 'y']) {
      cache.set(key, 'later');
      model.set(key, 'later');
      expect([...cache.keys()]).toEqual(model.entries().map(([modelKey]) => modelKey));
      expect(cache.size).toBe(model.size);
      expectValid(cache);
    }
  }

  const fill = (cache: LRUCache<Key, string>) => {
    for (const key of ['a', 'b', 'c']) cache.set(key, `value of ${key}`);
  };

  it('1: dispose gets the key that is evicted', () => {
    const engine = open();
    const seen: unknown[] = [];
    const cache = open3(engine, { dispose: (_, key) => void seen.push(cache.get(key)) });
    fill(cache);
    cache.set('d', 'value of d');
    expect(seen).toEqual([undefined]);
    expect([...cache.keys()]).toEqual(['d', 'c', 'b']);
    expectWorking(cache);
  });

  it('2: dispose sets a new key, once', () => {
    const engine = open();
    let setsLeft = 1;
    const cache = open3(engine, {
      dispose: () => {
        if (setsLeft-- > 0) cache.set('e', 'value of e');
      },
    });
    fill(cache);
    cache.set('d', 'value of d');
    expect([...cache.keys()]).toEqual(['e', 'd', 'c']);
    expect(cache.size).toBe(3);
    expectWorking(cache);
  });

  it('2: dispose puts back what was evicted, always: an error, and no stack overflow', () => {
    const engine = open();
    let isStubborn = true;
    let disposed = 0;
    const cache = open3(engine, {
      dispose: (value, key) => {
        disposed += 1;
        if (isStubborn) cache.set(key, value);
      },
    });
    fill(cache);
    const act = () => cache.set('d', 'value of d');
    expect(act).toThrow(expect.objectContaining({ code: 'CALLBACK_LOOP' }));
    expect(disposed).toBe(10_001);
    expect(cache.size).toBe(3);
    isStubborn = false;
    expectWorking(cache);
  });

  it('3: dispose clears', () => {
    const engine = open();
    const cache = open3(engine, { dispose: () => cache.clear() });
    fill(cache);
    cache.set('d', 'value of d');
    expect([cache.size, cache.has('d'), [...cache]]).toEqual([0, false, []]);
    fill(cache);
    expect([...cache.keys()]).toEqual(['c', 'b', 'a']);
  });

  it('4: dispose throws for one key: that set is done, and later ones, too', () => {
    const engine = open();
    const cache = open3(engine, {
      dispose: (_, key) => {
        if (key === 'a') throw new Error('not a');
      },
    });
    fill(cache);
    expect(() => cache.set('d', 'value of d')).toThrow('not a');
    expect([...cache.keys()]).toEqual(['d', 'c', 'b']);
    expectWorking(cache);
  });

  it('5: dispose throws when a value is overwritten: the new value is there', () => {
    const engine = open();
    const disposed: string[] = [];
    const cache = open3(engine, {
      dispose: (value, _, reason) => {
        disposed.push(value);
        if (reason === 'set') throw new Error('not over');
      },
    });
    fill(cache);
    expect(() => cache.set('a', 'new')).toThrow('not over');
    expect([cache.peek('a'), disposed]).toEqual(['new', ['value of a']]);
    expectWorking(cache);
  });
});

describe.each(plainCases)('disposed from inside: $name', ({ open }) => {
  const uses: [name: string, use: (cache: LRUCache<unknown, string>, key: unknown) => unknown][] = [
    ['get', (cache, key) => cache.get(key)],
    ['has', (cache, key) => cache.has(key)],
    ['peek', (cache, key) => cache.peek(key)],
    ['set', (cache, key) => cache.set(key, 'value')],
    ['set undefined', (cache, key) => cache.set(key, undefined)],
    ['delete', (cache, key) => cache.delete(key)],
  ];

  it.each(uses)('%s throws DISPOSED for a key of every kind', (_, use) => {
    const keys = [1, 1.5, 'a', 2n, Symbol('s'), {}, null, undefined, true];
    const outcomes: string[] = [];
    const cache = openCache<unknown, string>(open(), {
      max: 3,
      dispose: () => {
        cache[Symbol.dispose]();
        for (const key of keys) outcomes.push(`${String(key)} ${outcomeOf(() => use(cache, key))}`);
      },
    });
    cache.set(1, 'one').delete(1);
    expect(outcomes).toEqual(keys.map((key) => `${String(key)} throws DISPOSED`));
  });
});

// Engines that put all keys into one bucket are left out: their time would be quadratic.
describe.each(plainCases)('what breaks lru-cache, with many keys: $name', ({ open }) => {
  it('2: dispose sets new keys, which cause no callback, more often than a loop may', () => {
    const engine = open();
    let keysLeft = 20_000;
    const cache = openCache<Key, string>(engine, {
      max: keysLeft + 1,
      dispose: () => {
        while (keysLeft > 0) cache.set(`key ${keysLeft--}`, 'new');
      },
    });
    cache.set('a', 'old').set('a', 'new');
    expect([cache.size, cache.get('a'), cache.get('key 1')]).toEqual([20_001, 'new', 'new']);
  });
});
