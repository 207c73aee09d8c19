// The policies of the playground, against the plainest possible statement of what they are.

import { describe, expect, it } from 'vitest';
import { replayExactly } from '../../bench/oracle.js';
import { below, createRandom } from '../../bench/random.js';
import { Fifo, Optimal } from '../../docs/playground/src/policies.js';
import {
  createStream,
  NEVER,
  nextUses,
  STREAM_LENGTH,
  streamNames,
} from '../../docs/playground/src/streams.js';

/** The most hits there can be, by trying every choice of what goes. */
function mostHits(stream: readonly string[], max: number, held: readonly string[] = []): number {
  const [key, ...rest] = stream;
  if (key === undefined) return 0;
  if (held.includes(key)) return 1 + mostHits(rest, max, held);
  if (held.length < max) return mostHits(rest, max, [...held, key]);
  const choices = held.map((_, i) => mostHits(rest, max, [...held.toSpliced(i, 1), key]));
  return Math.max(...choices);
}

function optimalHits(stream: readonly string[], max: number): number {
  const optimal = new Optimal(max);
  const next = nextUses(stream);
  return stream.filter((key, i) => optimal.request(key, next[i] as number)).length;
}

describe('the optimal policy', () => {
  it('has as many hits as any choice of evictions gives', () => {
    const random = createRandom(1);
    for (let run = 0; run < 200; run++) {
      const stream = Array.from({ length: 11 }, () => `${below(random, 5)}`);
      const max = 1 + below(random, 3);
      expect(optimalHits(stream, max), `${stream}, room for ${max}`).toBe(mostHits(stream, max));
    }
  });

  it('keeps what is used soonest when it shrinks', () => {
    const optimal = new Optimal(3);
    optimal.request('far', 30);
    optimal.request('near', 10);
    optimal.request('never', NEVER);
    optimal.resize(1);
    expect(optimal.request('near', NEVER)).toBe(true);
  });
});

describe('first in, first out', () => {
  it('evicts what came first, used or not', () => {
    const fifo = new Fifo(2);
    const hits = ['a', 'b', 'a', 'c', 'b', 'a'].map((key) => fifo.request(key));
    expect(hits).toEqual([false, false, true, false, true, false]);
  });

  it('evicts what came first when it shrinks', () => {
    const fifo = new Fifo(3);
    for (const key of ['a', 'b', 'c']) fifo.request(key);
    fifo.resize(1);
    expect(fifo.request('c')).toBe(true);
    expect(fifo.request('b')).toBe(false);
  });
});

describe('the streams', () => {
  it('are as long as they say, and the same each time', () => {
    for (const name of streamNames) {
      expect(createStream(name, 48)).toHaveLength(STREAM_LENGTH);
      expect(createStream(name, 48)).toEqual(createStream(name, 48));
    }
  });

  it('loop through all keys in turn', () => {
    expect(createStream('loop', 3).slice(0, 7)).toEqual(['1', '2', '3', '1', '2', '3', '1']);
  });

  it('ask most often for the first keys, and once only for those of a sweep', () => {
    const counts = new Map<string, number>();
    for (const key of createStream('scan', 20)) counts.set(key, (counts.get(key) ?? 0) + 1);
    const ranked = [...counts].filter(([key]) => !key.startsWith('s'));
    const swept = [...counts].filter(([key]) => key.startsWith('s'));
    expect(ranked).toHaveLength(20);
    const [first = 0, second = 0] = [counts.get('1'), counts.get('2')];
    expect(first / second).toBeCloseTo(2, 0);
    expect(swept.length).toBe(STREAM_LENGTH / 5);
    expect(swept.every(([, count]) => count === 1)).toBe(true);
  });

  it('show what LRU is bad at: a loop one key longer than the cache', () => {
    const ids = Int32Array.from(createStream('loop', 17), (key) => Number(key) - 1);
    expect(replayExactly(ids, 17, 16).hits).toBe(0);
    expect(replayExactly(ids, 17, 17).hits).toBe(STREAM_LENGTH - 17);
  });
});
