// Re-entrancy of caches with ttls, sizes and loads: whatever calls user code may use the cache.
//
// Every cell of {who calls back} x {what it calls} x {what made it call} runs on every engine. It
// ends; the log of calls, results and errors is the same on all of them; the cache is valid; every
// value that came is disposed of once or still there; and afterwards the cache works. `once` and
// `thrice` say how often it calls; callbacks that never stop are ended by rule C4 of callbacks.ts.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { type Act, calls, type Hook, hooks, Scene, triggers } from '../support/column-scene.js';
import {
  type EngineCase,
  engineCases,
  openCache,
  openJs,
  openRelease,
  plainCases,
  type TestEngine,
} from '../support/engines.js';

const cases = [...plainCases, engineCases.at(-2) as EngineCase];

// `load` asks how old an entry is by now: the wall clock stands still, as that of the scene does.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

/** How many of the triggers run a hook. */
const TRIGGERING: Record<Hook, number> = {
  sizeCalculation: 16,
  clock: 21,
  fetchMethod: 3,
  memoMethod: 2,
  compute: 1,
  'option of set': 1,
  'option of get': 1,
  'entry of load': 1,
  forEach: 1,
  iterator: 1,
  dispose: 25,
  onInsert: 15,
  disposeAfter: 25,
};

/** The triggers that run a hook at all. */
async function triggersOf(hook: Hook): Promise<Act[]> {
  const found: Act[] = [];
  for (const trigger of triggers) {
    const scene = new Scene(openJs(), hook, ['nothing', () => undefined]);
    await scene.play(trigger, 1);
    if (scene.log.includes(`${hook}: nothing`)) found.push(trigger);
  }
  return found;
}

/** Runs one cell on one engine; returns its log. */
async function runCell(engine: TestEngine, hook: Hook, call: Act, trigger: Act, times: number) {
  const scene = new Scene(engine, hook, call);
  await scene.play(trigger, times);
  const log = scene.log.slice();
  scene.expectSound();
  return log;
}

describe.each(hooks)('%s', (hook) => {
  it.each([
    ['once', 1],
    ['thrice', 3],
  ])('calls the cache, %s', async (_, times) => {
    // What engines may differ in, they do the first time.
    const engines = (times === 1 ? cases : cases.slice(-2)).map(({ open }) => open());
    const triggering = await triggersOf(hook);
    expect(triggering).toHaveLength(TRIGGERING[hook]);
    for (const call of calls) {
      for (const trigger of triggering) {
        let first: string[] | undefined;
        for (const [i, engine] of engines.entries()) {
          const label = `${hook} calls ${call[0]} on ${trigger[0]}, engine ${i}`;
          try {
            const log = await runCell(engine, hook, call, trigger, times);
            first ??= log;
            if (log.join() !== first.join()) expect(log).toEqual(first);
          } catch (error) {
            throw new Error(`${label}: ${error}`, { cause: error });
          }
        }
      }
    }
  });
});

describe('callbacks that never stop', () => {
  const endless = ['set heavy', 'set with ttl'];
  const causes = ['add', 'purgeStale', 'resize maxSize'];

  it.each(['dispose', 'onInsert', 'disposeAfter'] as const)('%s is ended', async (hook) => {
    let loops = 0;
    for (const call of calls.filter(([name]) => endless.includes(name))) {
      for (const trigger of triggers.filter(([name]) => causes.includes(name))) {
        const scene = new Scene(openRelease(), hook, call);
        await scene.play(trigger, Number.POSITIVE_INFINITY);
        scene.expectSound();
        if (scene.log.includes('throws CALLBACK_LOOP')) loops += 1;
      }
    }
    expect(loops).toBeGreaterThan(1);
  });
});

describe.each(plainCases)('under way: $name', ({ open }) => {
  it('a stale entry that an option’s getter has set anew is not removed', () => {
    const engine = open();
    let time = 0;
    const removed: unknown[] = [];
    const cache: LRUCache<string, number> = openCache(engine, {
      max: 3,
      ttl: 5,
      perf: { now: () => time },
      ttlResolution: 0,
      dispose: (value, _, reason) => void removed.push(value, reason),
    });
    cache.set('a', 1);
    time = 6;
    const options = {
      get noDeleteOnStaleGet() {
        cache.set('a', 2);
        return false;
      },
    };
    expect(cache.get('a', options)).toBe(undefined);
    expect([cache.get('a'), removed]).toEqual([2, [1, 'set']]);
  });

  it('a stale value is that of its key, whoever has the slot by then', () => {
    let time = 0;
    const perf = { now: () => time };
    const cache = openCache<string, number>(open(), { max: 3, perf, ttlResolution: 0 });
    cache.set('a', 1, { ttl: 5 });
    time = 6;
    const options = {
      get allowStale() {
        cache.delete('a');
        cache.set('b', 2);
        return true;
      },
    };
    expect(cache.get('a', options)).toBe(1);
    expect([...cache]).toEqual([['b', 2]]);
  });

  it('a size that the clock makes too large is stored nowhere', () => {
    const engine = open();
    const told: string[] = [];
    let isShrinking = false;
    const cache: LRUCache<string, number> = openCache(engine, {
      max: 3,
      maxSize: 9,
      perf: {
        now: () => {
          if (isShrinking) cache.resize({ maxSize: 3 });
          return 0;
        },
      },
      dispose: (_, key, reason) => void told.push(`dispose ${key} ${reason}`),
      onInsert: (_, key, reason) => void told.push(`onInsert ${key} ${reason}`),
    });
    cache.set('a', 1, { size: 1 });
    isShrinking = true;
    cache.set('b', 2, { size: 5, ttl: 1 });
    expect([cache.size, cache.calculatedSize, cache.maxSize]).toEqual([0, 0, 3]);
    expect(told.sort()).toEqual(
      ['onInsert a add', 'dispose a evict', 'onInsert b add', 'dispose b evict'].sort(),
    );
  });
});

describe('autopurge', () => {
  /** A cache whose clock does something when the timer is set for the second time. */
  function openPurged(act: (cache: LRUCache<string, number>) => void) {
    vi.useFakeTimers();
    const engine = openJs();
    const removed: string[] = [];
    let reads = Number.NaN;
    const cache: LRUCache<string, number> = openCache(engine, {
      max: 9,
      ttlAutopurge: true,
      ttlResolution: 0,
      perf: {
        now: () => {
          reads -= 1;
          if (reads === 0) act(cache);
          return Date.now();
        },
      },
      dispose: (_, key) => void removed.push(key),
    });
    cache.set('a', 1, { ttl: 10 }).set('b', 2, { ttl: 100 });
    // The first reading is the purge's, the second one is for the next timer.
    reads = 2;
    return { cache, engine, removed };
  }

  it('ends in silence when the clock disposes of the cache', () => {
    const { cache, removed } = openPurged((opened) => opened[Symbol.dispose]());
    expect(() => vi.advanceTimersByTime(11)).not.toThrow();
    expect(removed).toEqual(['a', 'b']);
    expect(vi.getTimerCount()).toBe(0);
    expect(() => cache.size).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  it('keeps a deadline that comes while the clock is read', () => {
    const { cache, removed } = openPurged((opened) => opened.set('c', 3, { ttl: 20 }));
    vi.advanceTimersByTime(11);
    expect([...cache.keys()]).toEqual(['c', 'b']);
    vi.advanceTimersByTime(21);
    expect([removed, [...cache.keys()]]).toEqual([['a', 'c'], ['b']]);
    vi.advanceTimersByTime(100);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
