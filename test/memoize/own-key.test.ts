// Functions that use their own memo while they run: what they set, read or forget there. Each call
// gets the result of the run that it made, and hears of its failure; in the first call, by which
// the function is found to be asynchronous, as in any later one.

import { describe, expect, it } from 'vitest';
import { memoize } from '../../src/memoize.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';

expectNothingUnhandled();

interface Story {
  readonly name: string;
  /** What the function does with its own key before its first `await`. */
  use(find: Find, key: string): void;
  /** What is remembered when a run that gives 1 is over. */
  readonly kept: number;
}

type Find = ReturnType<typeof open>['find'];

/** A function that does something with its own key, and then gives 1 or fails. */
function open(use: Story['use'], fails = false) {
  const load = (key: string): Promise<number> => {
    use(find, key);
    return (async () => {
      await drain();
      if (fails) throw new Error('down');
      return 1;
    })();
  };
  const find = memoize(load, { key: (key: string) => key });
  return { find };
}

const stories: readonly Story[] = [
  { name: 'uses nothing', use: () => {}, kept: 1 },
  { name: 'sets its key', use: (find, key) => void find.cache.set(key, 7), kept: 7 },
  { name: 'gets its key', use: (find, key) => void find.cache.get(key), kept: 1 },
  { name: 'sets another', use: (find) => void find.cache.set('other', 7), kept: 1 },
];

const calls = [
  ['first', async (_: Find) => {}],
  ['later', (find: Find) => find('before').catch(() => {})],
] as const;

describe.each(calls)('in the %s call, a function that', (_, prepare) => {
  it.each(stories)('$name: gives its result, and what it did stays', async ({ use, kept }) => {
    const { find } = open(use);
    await prepare(find);
    expect(await find('a')).toBe(1);
    expect(find.cache.peek('a')).toBe(kept);
  });

  it.each(stories)('$name: rejects with its error', async ({ use, kept }) => {
    const { find } = open(use, true);
    await prepare(find);
    await expect(find('a')).rejects.toThrow('down');
    expect(find.cache.peek('a')).toBe(kept === 1 ? undefined : kept);
  });

  it('sets its key and calls itself: both calls get their results', async () => {
    const { find } = open((find, key) => {
      find.cache.set(key, 7);
      inner.push(find(key));
    });
    const inner: Promise<number>[] = [];
    await prepare(find);
    expect(await find('a')).toBe(1);
    expect(await inner.at(-1)).toBe(7);
  });
});

describe('a function that calls itself with the same arguments', () => {
  /** One that does so `depth` times, and whose runs fail or not, the innermost first. */
  function openDeep(depth: number, fails: readonly boolean[]) {
    const inner: Promise<number>[] = [];
    let left = depth;
    let runs = 0;
    const find = memoize((key: string): Promise<number> => {
      left -= 1;
      if (left >= 0) inner.push(find(key));
      const run = runs;
      runs += 1;
      return fails[run] ? Promise.reject(new Error(`down ${run}`)) : Promise.resolve(run);
    });
    return { find, inner };
  }

  it.each([
    [
      [true, false, false],
      ['error down 0', 1, 2],
    ],
    [
      [false, true, false],
      [0, 'error down 1', 2],
    ],
    [
      [false, false, true],
      [0, 1, 'error down 2'],
    ],
    [
      [true, true, true],
      ['error down 0', 'error down 1', 'error down 2'],
    ],
  ])('at first, with failures %j, drops no promise', async (fails, wanted) => {
    const { find, inner } = openDeep(2, fails);
    const outer = find('a');
    expect(await Promise.all([...inner, outer].map(cameTo))).toEqual(wanted);
    expect(await cameTo(find('b'))).toEqual(3);
  });

  it('later, is told that it would never end', async () => {
    let isDeep = false;
    const find = memoize(async (key: string): Promise<number> => {
      if (isDeep) return find(key);
      return 1;
    });
    await find('a');
    isDeep = true;
    expect(await cameTo(find('b'))).toBe('error FETCH_LOOP');
  });
});
