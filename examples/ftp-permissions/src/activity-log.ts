// What users did: counted in memory, and written many users at a time.
//
// Every login and every command changes a count, which is why these are written back and the rules
// are not: a rule that is lost is a hole, a count that is lost is a count. What was set since the
// last `sync` is lost with the process; a user who falls out of memory is written first.

import { WriteBackCache } from 'wasm-lru/stores';
import type { Activity, Database } from './database.js';

/** How long a user's count may wait to be written, in ms. */
const SYNC_MS = 5_000;
const NOTHING: Activity = { logins: 0, commands: 0, lastSeenMs: 0 };

/** The table of what users did, as a store of the cache. */
const storeOf = (database: Database) => ({
  get: (name: string) => database.readActivity(name),
  set: (name: string, activity: Activity) => database.writeActivities([[name, activity]]),
  setMany: (entries: readonly (readonly [string, Activity])[]) => database.writeActivities(entries),
  delete: (name: string) => database.deleteActivity(name),
});

/** Counts what users did. No count ever fails a login or a command: errors go to the operator. */
export class ActivityLog {
  readonly #cache: WriteBackCache<string, Activity>;
  readonly #onError: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  /** The last count of each user that is under way: the next one builds on it. */
  readonly #tails = new Map<string, Promise<void>>();

  /** Holds `max` users, and as many more that are still to be written. */
  constructor(database: Database, max: number, onError: (error: Error) => void) {
    this.#onError = onError;
    this.#cache = new WriteBackCache({ store: storeOf(database), max, maxDirty: 2 * max });
    this.#timer = setInterval(() => this.sync().catch(onError), SYNC_MS).unref();
  }

  /** Counts a login. */
  countLogin(name: string): void {
    this.#count(name, (before) => ({ ...before, logins: before.logins + 1 }));
  }

  /** Counts a command that lists, enters, reads or changes. */
  countCommand(name: string): void {
    this.#count(name, (before) => ({ ...before, commands: before.commands + 1 }));
  }

  /** What a user did so far, written or not. Rejects if the database has it and is away. */
  async read(name: string): Promise<Activity> {
    await this.#tails.get(name);
    return (await this.#cache.get(name)) ?? NOTHING;
  }

  /** How many users' counts the database does not have yet. */
  get dirtySize(): number {
    return this.#cache.dirtySize;
  }

  /** Writes all counts. Rejects if the database is away; they are kept then. */
  async sync(): Promise<void> {
    await Promise.all(this.#tails.values());
    await this.#cache.sync();
  }

  /** Writes all counts, and ends. If the database is away, they are lost, and the operator told. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.sync().catch(this.#onError);
  }

  #count(name: string, change: (before: Activity) => Activity): void {
    const lastSeenMs = Date.now();
    const count = async () => {
      const before = (await this.#cache.get(name)) ?? NOTHING;
      await this.#cache.set(name, { ...change(before), lastSeenMs });
    };
    const tail = (this.#tails.get(name) ?? Promise.resolve())
      .then(count)
      .catch(this.#onError)
      .finally(() => {
        if (this.#tails.get(name) === tail) this.#tails.delete(name);
      });
    this.#tails.set(name, tail);
  }
}
