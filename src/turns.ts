// The turns: what is done to one key is done in the order it was asked for, one after another.
//
// T1  A task runs when every earlier task of any of its keys is over, whether or not it failed.
// T2  A task that runs alone waits for all earlier ones, and all later ones wait for it.
// T3  A task that has nothing to wait for starts synchronously, before `run` returns.
//
// Nothing can wait for itself, unless a task waits for a later one of its own key: the turns that a
// task needs are taken together, before it begins. A key takes memory only while it has tasks.

/** The tasks of some keys. */
export class Turns<K> {
  /** When the latest task of each key is over; these promises never reject. */
  readonly #last = new Map<K, Promise<void>>();
  /** When the latest task that runs alone is over, if it is not. */
  #alone: Promise<void> | undefined;

  /** Whether a task of a key would begin at once. */
  isFree(key: K): boolean {
    return this.#alone === undefined && !this.#last.has(key);
  }

  /** Runs a task of different keys in its turn. */
  run<T>(keys: readonly K[], task: () => Promise<T>): Promise<T> {
    const earlier = [this.#alone, ...keys.map((key) => this.#last.get(key))];
    const turn = new Turn();
    for (const key of keys) this.#last.set(key, turn.over);
    return turn.run(earlier, task, () => {
      for (const key of keys) if (this.#last.get(key) === turn.over) this.#last.delete(key);
    });
  }

  /** Runs a task when no other does. */
  runAlone<T>(task: () => Promise<T>): Promise<T> {
    const earlier = [this.#alone, ...this.#last.values()];
    const turn = new Turn();
    this.#alone = turn.over;
    return turn.run(earlier, task, () => {
      if (this.#alone === turn.over) this.#alone = undefined;
    });
  }

  /** Resolves when all tasks that there are now are over. */
  async idle(): Promise<void> {
    await Promise.all([this.#alone, ...this.#last.values()]);
  }
}

/** The turn of one task, which others can wait for before the task has begun. */
class Turn {
  #end!: () => void;
  /** Resolves when the task is over. */
  readonly over = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  /** Runs a task when the earlier ones are over, which do not reject, and cleans up after it. */
  run<T>(
    earlier: readonly (Promise<void> | undefined)[],
    task: () => Promise<T>,
    cleanUp: () => void,
  ): Promise<T> {
    const isNext = earlier.every((promise) => promise === undefined);
    const result = isNext ? task() : Promise.all(earlier).then(task);
    const end = () => {
      cleanUp();
      this.#end();
    };
    result.then(end, end);
    return result;
  }
}
