// The reports: what an operation did, for a caller that passed a status and for subscribers.
//
// ST1  While an operation runs, it collects what it does in a report of ours, as values at that
//      time. Between a change and its completion, it touches no object of the caller.
// ST2  A caller's status is written before the operation begins (`op`, `key` and `cache`), so that
//      if it cannot be written, nothing is changed; and again when the operation is complete and
//      every callback has run. Its setters are user code: they may use the cache, and their errors
//      are thrown although the operation is done.
// ST3  Reports are published last: of operations that returned, of operations in which only the
//      status threw, and of a set that is done although a callback threw. Of several errors, the
//      first is thrown.

import { NIL } from '../../assembly/layout.js';
import { checkCallOptions } from '../common/check.js';
import type {
  DisposeReason,
  GetOptions,
  HasOptions,
  PeekOptions,
  SetOptions,
  Status,
} from '../common/types.js';
import { ageAt, type Clock } from '../expiry/clock.js';
import { metrics } from './channels.js';
import { has, peek } from './lookups.js';
import type { Store } from './store.js';

type Operation = NonNullable<Status<unknown, unknown>['op']>;

/** What one operation did so far; made only if there is a status or a subscriber. */
export class Report<K, V, FC> {
  /** The caller's status, or one for subscribers. */
  readonly status: Status<K, V, FC>;
  readonly #op: Operation | undefined;
  /** The fields that are not written to the status yet. */
  #unwritten: Status<K, V, FC> = {};

  /**
   * Begins the report of an operation; without `op`, the report of a part of an operation, which is
   * not published.
   */
  constructor(cache: object, op: Operation | undefined, key: K, status: Status<K, V, FC>) {
    this.status = status;
    this.#op = op;
    if (op === undefined) return;
    status.op = op;
    status.key = key;
    status.cache = cache as NonNullable<Status<K, V, FC>['cache']>;
  }

  /** Collects what the operation did, for now. */
  add(part: Status<K, V, FC>): void {
    Object.assign(this.#unwritten, part);
  }

  /** Collects the age that the entry of a slot has at `now`, if it has one. */
  addAge(store: Store<K, V, FC>, slot: number, now: number): void {
    const { entries, clock } = store;
    if (!entries.isTimed || slot === NIL) return;
    this.addAgeSince(clock, entries.startAt(slot), entries.ttlAt(slot), now);
  }

  /** Collects an age; a ttl of 0 means that there is none. */
  addAgeSince(clock: Clock, start: number, ttl: number, now: number): void {
    if (ttl === 0) return;
    const remainingTTL = ttl - ageAt(now, start);
    this.add({ ttl, start: clock.toHost(start), now: clock.toHost(now), remainingTTL });
  }

  /** Collects the weight of an entry and the sum of all, if weights are in use. */
  addSize(store: Store<K, V, FC>, weight: number): void {
    const { isWeighed, total } = store.entries;
    if (isWeighed) this.add({ entrySize: weight, totalCalculatedSize: total });
  }

  /** Writes what was collected since the last time. Throws what the status throws. */
  write(): void {
    const part = this.#unwritten;
    this.#unwritten = {};
    Object.assign(this.status, part);
  }

  /** Runs an operation, then writes and publishes its report (ST2, ST3). */
  run<T>(operate: () => T): T {
    let result: T;
    try {
      result = operate();
    } catch (error) {
      // A set has an outcome once it is done; then a callback threw.
      const isDone = this.#op === 'set' && this.#unwritten.set !== undefined;
      try {
        this.#tell(isDone);
      } catch {
        // The first error is thrown.
      }
      throw error;
    }
    // Loads are traced instead.
    this.#tell(this.#op !== undefined && this.#op !== 'fetch');
    return result;
  }

  #tell(isPublished: boolean): void {
    try {
      this.write();
    } finally {
      if (isPublished && metrics.hasSubscribers) metrics.publish(this.status);
    }
  }
}

/** The report of a call, if its options have a status or somebody subscribed. */
export function reportFor<K, V, FC>(
  cache: object,
  op: Operation,
  key: K,
  status: Status<K, V, FC> | null | undefined,
): Report<K, V, FC> | undefined {
  const isAsked = (status !== undefined && status !== null) || metrics.hasSubscribers;
  return isAsked ? new Report(cache, op, key, status ?? {}) : undefined;
}

/** `get` by way of the store, reported. Throws `INVALID_OPTIONS`, as those below. */
export function getByStore<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  given: GetOptions<K, V, FC> | undefined,
): V | undefined {
  const options = checkCallOptions(given);
  const report = reportFor(store.settings, 'get', key, options?.status);
  if (report === undefined) return store.get(store.idOf(key), options, undefined);
  return getReported(store, key, options, report);
}

// Closures are in functions of their own, since one would cost every call its context.
function getReported<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  options: GetOptions<K, V, FC> | undefined,
  report: Report<K, V, FC>,
): V | undefined {
  return report.run(() => {
    const value = store.get(store.idOf(key), options, report);
    if (value !== undefined) report.add({ value });
    return value;
  });
}

/** The `get` with which a `find` ends; as in lru-cache, its report does not name the operation. */
export function getFound<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  id: K,
  options: GetOptions<K, V, FC> | undefined,
): V | undefined {
  const status = options?.status ?? undefined;
  if (status === undefined) return store.get(id, options, undefined);
  const report = new Report(store.settings, undefined, key, status);
  return report.run(() => store.get(id, options, report));
}

/** `has`, reported. */
export function hasByStore<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  given: HasOptions<K, V, FC> | undefined,
): boolean {
  const options = checkCallOptions(given);
  const report = reportFor(store.settings, 'has', key, options?.status);
  if (report === undefined) return has(store, key, options, undefined);
  return hasReported(store, key, options, report);
}

function hasReported<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  options: HasOptions<K, V, FC> | undefined,
  report: Report<K, V, FC>,
): boolean {
  return report.run(() => has(store, key, options, report));
}

/** `peek`, reported. */
export function peekByStore<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  given: PeekOptions<K, V, FC> | undefined,
): V | undefined {
  const options = checkCallOptions(given);
  const report = reportFor(store.settings, 'peek', key, options?.status);
  if (report === undefined) return peek(store, key, options, undefined);
  return peekReported(store, key, options, report);
}

function peekReported<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  options: PeekOptions<K, V, FC> | undefined,
  report: Report<K, V, FC>,
): V | undefined {
  return report.run(() => peek(store, key, options, report));
}

/**
 * `set` by way of the store, reported; `evicted` collects the entries that had to go. A number for
 * the options is a ttl: caches with a method like a Map's get one there (Keyv, cacheable-lookup).
 */
export function setByStore<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  value: V | undefined,
  given: SetOptions<K, V, FC> | number | undefined,
  evicted?: [K, V][],
): void {
  const options = typeof given === 'number' ? { ttl: given } : checkCallOptions(given);
  const report = reportFor(store.settings, 'set', key, options?.status);
  if (report === undefined) store.set(key, value, options, undefined, evicted);
  else setReported(store, key, value, options, report, evicted);
}

function setReported<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  value: V | undefined,
  options: SetOptions<K, V, FC> | undefined,
  report: Report<K, V, FC>,
  evicted: [K, V][] | undefined,
): void {
  report.run(() => store.set(key, value, options, report, evicted));
}

/** Publishes that a key was removed. */
export function publishDelete(cache: object, key: unknown, reason: DisposeReason): void {
  if (!metrics.hasSubscribers) return;
  metrics.publish({ op: 'delete', delete: reason, key, cache });
}
