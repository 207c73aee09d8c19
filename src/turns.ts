// The turns: what is done to one key is done in the order it was asked for, one after another.
//
// T1  A task runs when every earlier task of any of its keys is over, whether or not it failed.
// T2  A task that runs alone waits for all earlier ones, and all later ones wait for it.
// T3  A task whose turn it is already begins at once, before `run` returns.
//
// Nothing can wait for itself: the turns that a task needs are taken together. A key takes memory
// only while it has tasks.

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
    const result = runAfter(earlier, task);
    const over = whenOver(result, () => {
      for (const key of keys) if (this.#last.get(key) === over) this.#last.delete(key);
    });
    for (const key of keys) this.#last.set(key, over);
    return result;
  }

  /** Runs a task when no other does. */
  runAlone<T>(task: () => Promise<T>): Promise<T> {
    const result = runAfter([this.#alone, ...this.#last.values()], task);
    const over = whenOver(result, () => {
      if (this.#alone === over) this.#alone = undefined;
    });
    this.#alone = over;
    return result;
  }

  /** Resolves when all tasks that there are now are over. */
  async idle(): Promise<void> {
    await Promise.all([this.#alone, ...this.#last.values()]);
  }
}

function runAfter<T>(
  earlier: readonly (Promise<void> | undefined)[],
  task: () => Promise<T>,
): Promise<T> {
  return earlier.every((promise) => promise === undefined)
    ? task()
    : Promise.all(earlier).then(task);
}

function whenOver(result: Promise<unknown>, rest: () => void): Promise<void> {
  return result.then(rest, rest);
}
