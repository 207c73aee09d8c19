// The turns: tasks of one key run one after another, in the order in which they were requested.
//
// TU1  A task runs when every earlier task of any of its keys has ended, whether or not it failed.
// TU2  A task that runs alone waits for all earlier ones, and all later ones wait for it.
// TU3  A task that has nothing to wait for starts synchronously, before `run` returns.
// TU4  Every task ends, including one that throws before it returns a promise. If the stack is
//      nearly used up, `run` and `runAlone` throw and do nothing: an interrupted turn would never
//      end.
//
// No task can wait for itself, unless it waits for a later task of its own key: a task takes all
// its turns together, before it begins. A key takes memory only while it has tasks.

import { needHeadroom } from './headroom.js';

/** The tasks of some keys. */
export class Turns<K> {
  /** Promises that the latest task of each key has ended; they never reject. */
  readonly #last = new Map<K, Promise<void>>();
  /** A promise that the latest task that runs alone has ended; undefined if it has. */
  #alone: Promise<void> | undefined;

  /** Whether a task of a key would begin at once. */
  isFree(key: K): boolean {
    return this.#alone === undefined && !this.#last.has(key);
  }

  /** Runs a task of different keys in its turn. */
  run<T>(keys: readonly K[], task: () => Promise<T>): Promise<T> {
    needHeadroom();
    const earlier = [this.#alone, ...keys.map((key) => this.#last.get(key))];
    const turn = new Turn();
    for (const key of keys) this.#last.set(key, turn.over);
    return turn.run(earlier, task, () => {
      for (const key of keys) if (this.#last.get(key) === turn.over) this.#last.delete(key);
    });
  }

  /** Runs a task when no other task runs. */
  runAlone<T>(task: () => Promise<T>): Promise<T> {
    needHeadroom();
    const earlier = [this.#alone, ...this.#last.values()];
    const turn = new Turn();
    this.#alone = turn.over;
    return turn.run(earlier, task, () => {
      if (this.#alone === turn.over) this.#alone = undefined;
    });
  }

  /** Resolves when every task that was requested so far has ended. */
  async idle(): Promise<void> {
    await Promise.all([this.#alone, ...this.#last.values()]);
  }
}

/** The turn of one task. Other tasks can wait for its end before it has begun. */
class Turn {
  #end!: () => void;
  /** Resolves when the task has ended. */
  readonly over = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  /**
   * Runs a task when the earlier ones have ended, and cleans up after it. `earlier` never reject.
   */
  run<T>(
    earlier: readonly (Promise<void> | undefined)[],
    task: () => Promise<T>,
    cleanUp: () => void,
  ): Promise<T> {
    const end = () => {
      cleanUp();
      this.#end();
    };
    const isNext = earlier.every((promise) => promise === undefined);
    if (!isNext) return ending(Promise.all(earlier).then(task), end);
    try {
      return ending(task(), end);
    } catch (error) {
      end();
      throw error;
    }
  }
}

function ending<T>(result: Promise<T>, end: () => void): Promise<T> {
  result.then(end, end);
  return result;
}
