// The freshness of values, beyond a ttl: the options that say how long a value may still be given,
// when it is loaded anew, and for how long a load is waited for.
//
// A cache that uses none of these options has none of this: the store has them behind one field.
//
// W1  A value is fresh up to its deadline: the start of its age and its ttl. A window begins there.
// W2  An entry is kept for as long as a window of the cache may give its value: `get`, a purge, and
//     a load that fails or is aborted leave it there until then.
// W3  With `maxAge`, no deadline is later than the time at which the value was stored and `maxAge`.

import { NIL } from '../../assembly/layout.js';
import { pick } from '../common/check.js';
import { checkSome, type Freshness, type Settings } from '../common/option-table.js';
import type { FetchOptions } from '../common/types.js';
import type { Store } from './store.js';

/** What one `fetch` goes by. */
export interface Windows {
  /** Whether a value that is there may be given though its key is being loaded. */
  readonly isOpen: boolean;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly refreshAhead: number;
  /** Infinity if the load may take as long as it likes. */
  readonly loadTimeout: number;
  readonly waitUntil: ((promise: Promise<void>) => void) | undefined;
}

/** What a call goes by: its options, each read once, or those of the cache. Throws as above. */
export function windowsOf<K, V, FC>(
  store: Store<K, V, FC>,
  options: FetchOptions<K, V, FC>,
): Windows | undefined {
  const { staleWhileRevalidate, staleIfError, refreshAhead, loadTimeout, waitUntil } = options;
  const isNone =
    staleWhileRevalidate === undefined &&
    staleIfError === undefined &&
    refreshAhead === undefined &&
    loadTimeout === undefined &&
    waitUntil === undefined;
  if (!isNone)
    checkSome({ staleWhileRevalidate, staleIfError, refreshAhead, loadTimeout, waitUntil });
  else if (store.freshness === undefined) return undefined;
  const own = store.freshness;
  const revalidated = pick(staleWhileRevalidate, own?.staleWhileRevalidate ?? 0);
  const ahead = pick(refreshAhead, own?.refreshAhead ?? 0);
  return {
    isOpen: revalidated > 0 || ahead > 0,
    staleWhileRevalidate: revalidated,
    staleIfError: pick(staleIfError, own?.staleIfError ?? 0),
    refreshAhead: ahead,
    loadTimeout: pick(loadTimeout, own?.loadTimeout) || Number.POSITIVE_INFINITY,
    waitUntil: pick(waitUntil, own?.waitUntil),
  };
}

/** The time up to which the entry of a slot is fresh. */
export function deadlineAt<K, V, FC>(store: Store<K, V, FC>, slot: number): number {
  const { entries } = store;
  const ttl = entries.isTimed && slot !== NIL ? entries.ttlAt(slot) : 0;
  return ttl === 0 ? Number.POSITIVE_INFINITY : entries.startAt(slot) + ttl;
}

/** Whether the entry of an id is fresh, but in the last part of its ttl. Throws as the clock. */
export function isAlmostStale<K, V, FC>(store: Store<K, V, FC>, id: K, part: number): boolean {
  if (part === 0 || !store.entries.isTimed) return false;
  const now = store.now();
  const slot = store.entries.findAt(id, now);
  if (slot <= NIL) return false;
  const ttl = store.entries.ttlAt(slot);
  return ttl !== 0 && now - store.entries.startAt(slot) >= ttl * (1 - part);
}

/** The ttl of a value that is to be stored; 0 for none. What it is may be anything but checked. */
export function ttlFor<K, V>(
  settings: Settings<K, V>,
  { maxAge, ttlCalculation }: Freshness<K, V>,
  key: K,
  value: V,
  given: unknown,
): unknown {
  const ttl = given ?? ttlCalculation?.(value, key) ?? settings.ttl;
  if (maxAge === 0 || typeof ttl !== 'number') return ttl;
  return ttl === 0 ? maxAge : Math.min(ttl, maxAge);
}
