// What users did: counted in memory, and written many users at a time.
//
// Every login and every command changes a count, which is why these are written back and the rules
// are written through: a rule that is lost is a hole, a count that is lost is a count. What was
// counted since the last `sync` is lost with the process; a user who falls out of memory is
// written first.
//
// A count is added to what the database has of its user. Until that is read, and as long as there
// is no room for one more count that is to be written, the counts of a user wait as one sum. So the
// memory of an outage is bounded by users, and not by commands: `max` users are cached, the counts
// of at most twice as many are to be written, and those of `max` more wait. What is beyond is lost,
// and the operator is told.

import { WriteBackCache } from 'wasm-lru/stores';
import type { Activity, Database } from './database.js';

/** How long a user's count may wait to be written, in ms. */
const SYNC_MS = 5_000;
const NOTHING: Activity = { logins: 0, commands: 0, lastSeenMs: 0 };

/** The counts of some users are lost: the database has been away for too long. */
export class ActivityLostError extends Error {
  readonly code = 'ACTIVITY_LOST';

  constructor(what: string, cause?: unknown) {
    super(`What users did is lost, as the database is away: ${what}`, { cause });
    this.name = 'ActivityLostError';
  }
}

/** The table of what users did, as a store of the cache. */
const storeOf = (database: Database) => ({
  get: (name: string) => database.readActivity(name),
  set: (name: string, activity: Activity) => database.writeActivities([[name, activity]]),
  setMany: (entries: readonly (readonly [string, Activity])[]) => database.writeActivities(entries),
  delete: (name: string) => database.deleteActivity(name),
});

const sumOf = (before: Activity, after: Activity): Activity => ({
  logins: before.logins + after.logins,
  commands: before.commands + after.commands,
  lastSeenMs: Math.max(before.lastSeenMs, after.lastSeenMs),
});

/** What is on its way into the cache, of one user. */
interface Pending {
  sum: Activity;
  /** Settles when the sum is in the cache; there is none after a failure. */
  adding: Promise<void> | undefined;
}

/** Counts what users did. No count ever fails a login or a command: errors go to the operator. */
export class ActivityLog {
  readonly #cache: WriteBackCache<string, Activity>;
  readonly #max: number;
  readonly #onError: (error: Error) => void;
  readonly #pending = new Map<string, Pending>();
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Holds `max` users, as above. */
  constructor(database: Database, max: number, onError: (error: Error) => void) {
    this.#max = max;
    this.#onError = onError;
    // What fails is tried again by the next sync, and not before.
    const bounds = { max, maxDirty: 2 * max, retries: 0 };
    this.#cache = new WriteBackCache({ store: storeOf(database), ...bounds });
    this.#syncLater();
  }

  /** Counts a login. */
  countLogin(name: string): void {
    this.#count(name, { logins: 1, commands: 0, lastSeenMs: Date.now() });
  }

  /** Counts a command that lists, enters, reads or changes. */
  countCommand(name: string): void {
    this.#count(name, { logins: 0, commands: 1, lastSeenMs: Date.now() });
  }

  /** What a user did so far, written or not. Rejects if the database has it and is away. */
  async read(name: string): Promise<Activity> {
    const pending = this.#pending.get(name);
    if (pending !== undefined) await this.#add(name, pending);
    return (await this.#cache.get(name)) ?? NOTHING;
  }

  /** How many sums the database does not have yet. */
  get dirtySize(): number {
    return this.#cache.dirtySize + this.#pending.size;
  }

  /**
   * Writes all counts. Rejects if the database is away; they are kept then. The operator is told
   * of those that were lost before.
   */
  async sync(): Promise<void> {
    if (this.#lost > 0) this.#onError(new ActivityLostError(`${this.#lost} counts`));
    this.#lost = 0;
    const adding = [...this.#pending].map(([name, pending]) => this.#add(name, pending));
    const results = await Promise.allSettled(adding);
    await this.#cache.sync();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Writes all counts, and ends. If the database is away, they are lost, and the operator told. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.sync().catch((error: unknown) => {
      this.#onError(new ActivityLostError(`of ${this.dirtySize} users`, error));
    });
  }

  /** Writes every so often: one `sync` at a time, however long a database lets it wait. */
  #syncLater(): void {
    const timer = setTimeout(async () => {
      await this.sync().catch(this.#onError);
      if (this.#timer === timer) this.#syncLater();
    }, SYNC_MS);
    this.#timer = timer.unref();
  }

  #count(name: string, more: Activity): void {
    let pending = this.#pending.get(name);
    if (pending === undefined) {
      if (this.#pending.size === this.#max) {
        this.#lost += 1;
        return;
      }
      pending = { sum: NOTHING, adding: undefined };
      this.#pending.set(name, pending);
    }
    pending.sum = sumOf(pending.sum, more);
    if (pending.adding === undefined) this.#add(name, pending).catch(this.#onError);
  }

  #add(name: string, pending: Pending): Promise<void> {
    pending.adding ??= this.#addSum(name, pending);
    return pending.adding;
  }

  /** Adds what waits of a user, and what comes meanwhile. What could not be added waits on. */
  async #addSum(name: string, pending: Pending): Promise<void> {
    try {
      while (pending.sum !== NOTHING) {
        const before = (await this.#cache.get(name)) ?? NOTHING;
        const { sum } = pending;
        pending.sum = NOTHING;
        await this.#cache.set(name, sumOf(before, sum)).catch((error: unknown) => {
          pending.sum = sumOf(sum, pending.sum);
          throw error;
        });
      }
      this.#pending.delete(name);
    } finally {
      pending.adding = undefined;
    }
  }
}
