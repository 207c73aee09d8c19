// The status objects: what an operation reports to a caller who asked, and to subscribers.

import { NIL } from '../assembly/layout.js';
import { metrics } from './channels.js';
import { ageAt } from './clock.js';
import { type IterableCache, storeOf } from './iterable.js';
import type { LRUCache } from './lru.js';
import type { Store } from './store.js';
import type { DisposeReason, GetOptions, SetOptions, Status } from './types.js';

type Operation = NonNullable<Status<unknown, unknown>['op']>;

/** Begins the report of an operation. */
export function fill<K, V, FC>(
  status: Status<K, V, FC>,
  cache: object,
  op: Operation,
  key: K,
): void {
  status.op = op;
  status.key = key;
  status.cache = cache as LRUCache<K & {}, V & {}, FC>;
}

/** The report to fill in: the caller's, or a new one if somebody subscribed, or none. */
export function statusFor<K, V, FC>(
  cache: object,
  op: Operation,
  key: K,
  given: Status<K, V, FC> | undefined,
): Status<K, V, FC> | undefined {
  const status = given ?? (metrics.hasSubscribers ? {} : undefined);
  if (status !== undefined) fill(status, cache, op, key);
  return status;
}

/** Publishes a report, if there is one, and gives the result of its operation back. */
export function publish<T>(status: object | undefined, result: T): T {
  if (status !== undefined && metrics.hasSubscribers) metrics.publish(status);
  return result;
}

/** `get` by way of the store, reported. */
export function getByStore<K, V, FC>(
  cache: IterableCache<K, V, FC>,
  key: K,
  options: GetOptions<K, V, FC> | undefined,
): V | undefined {
  const status = statusFor(cache, 'get', key, options?.status);
  const value = storeOf(cache).get(key, options, status);
  if (status !== undefined && value !== undefined) status.value = value;
  return publish(status, value);
}

/** `set` by way of the store, which publishes the report. */
export function setByStore<K, V, FC>(
  cache: IterableCache<K, V, FC>,
  key: K,
  value: V | undefined,
  options: SetOptions<K, V, FC> | undefined,
): void {
  const status = statusFor(cache, 'set', key, options?.status);
  storeOf(cache).set(key, value, options, status);
}

/** Publishes the report of a set; a load, which stores its result, is traced instead. */
export function publishSet(status: Pick<Status<unknown, unknown>, 'op'> | undefined): void {
  if (status?.op === 'set') publish(status, undefined);
}

/** Reports the age that a slot has at `now`, if it has one. */
export function noteAge<K, V, FC>(
  store: Store<K, V, FC>,
  status: Status<K, V, FC>,
  slot: number,
  now: number,
): void {
  const { entries, clock } = store;
  if (!entries.isTimed || slot === NIL) return;
  const ttl = entries.ttlAt(slot);
  if (ttl === 0) return;
  const start = entries.startAt(slot);
  status.ttl = ttl;
  status.start = clock.toHost(start);
  status.now = clock.toHost(now);
  status.remainingTTL = ttl - ageAt(now, start);
}

/** Reports what an entry weighs, and all of them, if that is kept. */
export function noteSize<K, V, FC>(
  store: Store<K, V, FC>,
  status: Status<K, V, FC>,
  weight: number,
): void {
  if (!store.entries.isWeighed) return;
  status.entrySize = weight;
  status.totalCalculatedSize = store.entries.total;
}

/** Publishes that a key was removed. */
export function publishDelete(cache: object, key: unknown, reason: DisposeReason): void {
  if (!metrics.hasSubscribers) return;
  metrics.publish({ op: 'delete', delete: reason, key, cache });
}
