// The calls that compute a missing value at once: `memo`, `getOrInsert` and `getOrInsertComputed`.
//
// What computes it is user code, and runs when the `get` is complete and before the `set` begins.

import { type Report, reportFor } from '../cache/status.js';
import type { Store } from '../cache/store.js';
import { checkCallOptions, checkFunction } from '../common/check.js';
import { LRUCacheError } from '../common/errors.js';
import type { Memoizer, MemoOptions } from '../common/types.js';
import { timeSince } from './loads.js';

/** What a call of `memo` asks for. */
interface MemoCall<K, V, FC> {
  readonly memoMethod: Memoizer<K, V, FC> | undefined;
  readonly context: unknown;
  readonly isForced: boolean;
  /** The options of its `get` and `set`, which `memoMethod` may change. */
  readonly rest: object;
}

/** `getOrInsert`. */
export function getOrInsert<K, V, FC>(store: Store<K, V, FC>, key: K, value: V): V {
  const id = store.idOf(key);
  const found = store.get(id, undefined, undefined);
  if (found !== undefined) return found;
  store.set(key, value, undefined, undefined, undefined, id);
  return value;
}

/** `getOrInsertComputed`. */
export function getOrInsertComputed<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  compute: (key: K) => V,
): V {
  checkFunction('compute', compute);
  const id = store.idOf(key);
  const found = store.get(id, undefined, undefined);
  if (found !== undefined) return found;
  // As a Map would have it: -0 is 0.
  const value = compute(key === 0 ? (0 as K) : key);
  store.set(key, value, undefined, undefined, undefined, id);
  return value;
}

/** `memo`. */
export function memo<K, V, FC>(
  store: Store<K, V, FC>,
  memoMethod: Memoizer<K, V, FC> | undefined,
  key: K,
  memoOptions: MemoOptions<K, V, FC> | undefined,
): V {
  // Copied first: V8 may call the getters of what is left out of a rest a second time.
  const given: MemoOptions<K, V, FC> = { ...checkCallOptions(memoOptions) };
  const { context, forceRefresh, status, ...rest } = given;
  const call = { memoMethod, context, isForced: Boolean(forceRefresh), rest };
  const report = reportFor(store.settings, 'memo', key, status);
  if (report === undefined) return find(store, key, call, undefined);
  return report.run(() => find(store, key, call, report));
}

function find<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  call: MemoCall<K, V, FC>,
  report: Report<K, V, FC> | undefined,
): V {
  const { context, isForced, memoMethod, rest } = call;
  if (memoMethod === undefined) {
    throw new LRUCacheError('NO_MEMO_METHOD', 'no memoMethod provided to constructor');
  }
  if (context) report?.add({ context });
  if (isForced) report?.add({ forceRefresh: true });
  const id = store.idOf(key);
  const found = store.get(id, rest, undefined);
  if (found === undefined || isForced) {
    return compute(store, key, id, report, rest, () =>
      memoMethod(key, found, { options: rest, context: context as FC }),
    );
  }
  report?.add({ memo: 'hit', value: found });
  return found;
}

/** Computes a value and stores it, and counts that as a load. */
function compute<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  id: K,
  report: Report<K, V, FC> | undefined,
  options: object,
  run: () => V,
): V {
  const { stats } = store;
  const startedAt = stats === undefined ? 0 : store.readClock();
  if (stats !== undefined) stats.loads += 1;
  report?.add({ memo: 'miss' });
  let isDone = false;
  try {
    const value = run();
    isDone = true;
    report?.add({ value });
    store.set(key, value, options, undefined, undefined, id);
    return value;
  } finally {
    if (stats !== undefined && !isDone) stats.loadFailures += 1;
    if (stats !== undefined) stats.totalLoadTimeMs += timeSince(store, startedAt);
  }
}
