// Shows who waits for whom: TU1 to TU4 of turns.ts, and that keys are forgotten with their tasks.

import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/stores/turns.js';

/** Tasks that the test ends, and a list of those that have begun. */
function openTasks() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const task = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve, reject) => ends.set(name, { resolve, reject }));
  };
  /** Ends a task, and lets those begin that waited for it. */
  const end = async (name: string, error?: Error) => {
    if (error === undefined) ends.get(name)?.resolve();
    else ends.get(name)?.reject(error);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { turns: new Turns<string>(), begun, task, end };
}

const free = (turns: Turns<string>, keys = 'abc') => [...keys].filter((key) => turns.isFree(key));

describe('turns', () => {
  it('begin at once if no earlier task has the key, and else in order', async () => {
    const { turns, begun, task, end } = openTasks();
    const results = [
      turns.run(['a'], task('a1')),
      turns.run(['a', 'b'], task('ab')),
      turns.run(['b'], task('b1')),
      turns.run(['c'], task('c1')),
    ];
    expect([begun, free(turns)]).toEqual([['a1', 'c1'], []]);
    await end('c1');
    expect(free(turns)).toEqual(['c']);
    await end('a1');
    expect([begun, free(turns)]).toEqual([['a1', 'c1', 'ab'], ['c']]);
    await end('ab');
    expect([begun.at(-1), free(turns)]).toEqual(['b1', ['a', 'c']]);
    await end('b1');
    expect(free(turns)).toEqual(['a', 'b', 'c']);
    await Promise.all(results);
  });

  it('go on after a task that fails, which rejects for who asked', async () => {
    const { turns, begun, task, end } = openTasks();
    const failed = turns.run(['a'], task('first'));
    const refused = expect(failed).rejects.toThrow('no');
    const second = turns.run(['a'], task('second'));
    await end('first', new Error('no'));
    await refused;
    expect(begun).toEqual(['first', 'second']);
    await end('second');
    await second;
    expect(free(turns)).toEqual(['a', 'b', 'c']);
  });

  it('end with a task that throws before it gives a promise', () => {
    const { turns } = openTasks();
    const cut = () => {
      throw new RangeError('cut');
    };
    expect(() => turns.run(['a', 'b'], cut)).toThrow('cut');
    expect(() => turns.runAlone(cut)).toThrow('cut');
    expect(free(turns)).toEqual(['a', 'b', 'c']);
  });

  it('of who runs alone come after all earlier ones, and before all later ones', async () => {
    const { turns, begun, task, end } = openTasks();
    const results = [
      turns.run(['a'], task('a')),
      turns.run(['b'], task('b')),
      turns.runAlone(task('alone')),
      turns.run(['c'], task('c')),
      turns.runAlone(task('alone again')),
    ];
    await end('a');
    expect([begun, free(turns)]).toEqual([['a', 'b'], []]);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'alone']);
    await end('alone');
    expect(begun).toEqual(['a', 'b', 'alone', 'c']);
    await end('c');
    expect([begun.at(-1), free(turns)]).toEqual(['alone again', []]);
    await end('alone again');
    expect(free(turns)).toEqual(['a', 'b', 'c']);
    await Promise.all(results);
  });

  it('are idle when the tasks that there are now are over', async () => {
    const { turns, task, end } = openTasks();
    await turns.idle();
    const results = [turns.run(['a'], task('a')), turns.runAlone(task('alone'))];
    let isIdle = false;
    const idle = turns.idle().then(() => {
      isIdle = true;
    });
    await end('a');
    expect(isIdle).toBe(false);
    await end('alone');
    expect(isIdle).toBe(true);
    await Promise.all([idle, ...results]);
  });
});
