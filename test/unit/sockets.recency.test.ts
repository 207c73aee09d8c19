// The order of recency of hashes: against an array that is searched.

import { describe, expect, it } from 'vitest';
import { Recency } from '../../src/sockets/recency.js';

/** The same by an array, the most recently used first. */
class Model {
  hashes: number[] = [];

  use(hash: number): number {
    const place = this.hashes.indexOf(hash);
    if (place >= 0) this.hashes = [hash, ...this.hashes.filter((each) => each !== hash)];
    return place;
  }

  remove(hash: number): void {
    this.hashes = this.hashes.filter((each) => each !== hash);
  }
}

/** A sequence that is the same in each run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * below);
  };
}

/** Hashes that meet in few cells of the index, and the largest and smallest that there are. */
const HASHES = [0, 2 ** 31 - 1, ...Array.from({ length: 30 }, (_, i) => (i % 3) + 4096 * i)];

function step(recency: Recency, model: Model, random: (below: number) => number): void {
  const hash = HASHES[random(HASHES.length)] as number;
  const action = random(100);
  if (action < 4) {
    recency.remove(hash);
    model.remove(hash);
  } else if (action < 6 && recency.length > 0) {
    recency.removeLast();
    model.hashes.pop();
  } else if (action === 6) {
    recency.keepBelow(hash);
    model.hashes = model.hashes.filter((each) => each < hash);
  } else if (action === 7) {
    recency.clear();
    model.hashes = [];
  } else {
    const place = recency.use(hash);
    expect(place).toBe(model.use(hash));
    if (place >= 0) return;
    if (recency.length === recency.max) {
      recency.removeLast();
      model.hashes.pop();
    }
    recency.add(hash);
    model.hashes.unshift(hash);
  }
}

describe('the order of recency', () => {
  it.each([1, 2, 3, 8, 20])('is that of an array, with room for %i', (max) => {
    const [recency, model, random] = [new Recency(max), new Model(), createRandom(max)];
    for (let i = 0; i < 5000; i++) {
      step(recency, model, random);
      expect(recency.length).toBe(model.hashes.length);
    }
    const places = model.hashes.toReversed().map((hash) => recency.use(hash));
    expect(places).toEqual(places.map(() => places.length - 1));
  });

  it('has places of the largest number', () => {
    const max = 32_767;
    const recency = new Recency(max);
    for (let hash = 0; hash < max; hash++) recency.add(hash);
    for (let hash = 0; hash < 3 * max; hash++) {
      if (recency.use(hash % max) !== max - 1) expect.fail(`at ${hash}`);
    }
    expect(recency.length).toBe(max);
  });
});
