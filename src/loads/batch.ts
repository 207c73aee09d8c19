// The batch: one call of `fetchManyMethod` for many loads, and its result shared out among them.
//
// The loads have begun, and are in flight like any other: `fetch` joins them, and each can be
// aborted by itself. What is here never ends one that is over, and no load ends another: a value
// that cannot be stored fails its own key.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { BatchFetcher, BatchFetcherOptions, BatchResult } from '../common/types.js';
import type { Load } from './load.js';
import type { Loads } from './loads.js';

/** `fetchManyMethod` with the cache and the context filled in. */
type BatchCall<K, V, FC> = (
  keys: readonly K[],
  staleValues: readonly (V | undefined)[],
  options: Omit<BatchFetcherOptions<K, V, FC>, 'context'>,
) => ReturnType<BatchFetcher<K, V, FC>>;

/** Calls the loader once for all loads of a batch that are not over. Does not throw. */
export function callTogether<K, V, FC>(
  loads: Loads<K, V, FC>,
  batch: readonly Load<K, V, FC>[],
  call: BatchCall<K, V, FC>,
): void {
  const isWanted = ({ isOver }: Load<K, V, FC>): boolean => !isOver;
  share(loads, batch.filter(isWanted), (load) => loads.noteDispatch(load));
  const members = batch.filter(isWanted);
  if (members.length === 0) return;
  const failAll = (error: unknown): void =>
    share(loads, members, (load) => loads.reject(load, error));
  try {
    const signal = jointSignal(members);
    new Promise<BatchResult<K, V>>((resolve) => {
      for (const load of members) load.isStarting = true;
      try {
        const staleValues = members.map(({ staleValue }) => loads.give(staleValue));
        const keys = members.map(({ key }) => key);
        resolve(call(keys, staleValues, { signal, options: members.map((m) => m.options) }));
      } finally {
        for (const load of members) load.isStarting = false;
      }
    })
      .then((result) => {
        const values = valuesOf(loads, members, result);
        share(loads, members, (load, i) => loads.resolve(load, values[i]));
      })
      .catch(failAll);
  } catch (error) {
    // The stack is full: nothing would ever end the loads.
    failAll(error);
  }
}

/** Ends each load in turn. What user code throws meanwhile rejects the load that was ending. */
function share<K, V, FC>(
  loads: Loads<K, V, FC>,
  members: readonly Load<K, V, FC>[],
  end: (load: Load<K, V, FC>, index: number) => void,
): void {
  members.forEach((load, i) => {
    try {
      end(load, i);
    } catch (error) {
      loads.abandon(load, error);
    }
  });
}

/** A signal that is aborted when all of some loads are, with the reason of the last. */
function jointSignal<K, V, FC>(members: readonly Load<K, V, FC>[]): AbortSignal {
  const joint = new AbortController();
  let wanted = members.length;
  const lose = ({ reason }: AbortSignal): void => {
    wanted -= 1;
    if (wanted === 0) joint.abort(reason);
  };
  for (const { signal } of members.map(({ controller }) => controller)) {
    if (signal.aborted) lose(signal);
    else signal.addEventListener('abort', () => lose(signal), { once: true });
  }
  return joint.signal;
}

/**
 * The values of a result, in the order of the loads. Throws `INVALID_BATCH`, or what `keyOf` throws
 * for a key in it.
 */
function valuesOf<K, V, FC>(
  loads: Loads<K, V, FC>,
  members: readonly Load<K, V, FC>[],
  result: BatchResult<K, V>,
): (V | undefined)[] {
  if (Array.isArray(result)) {
    if (result.length === members.length) return [...result];
    throw invalid(`an array of ${result.length} for ${members.length} keys`);
  }
  const isIterable = typeof result === 'object' && typeof result?.[Symbol.iterator] === 'function';
  if (!isIterable) throw invalid(show(result));
  const found = new Map<K, V | undefined>();
  for (const pair of result as Iterable<unknown>) {
    // `new Map` would take any object for a pair: a Set of values would seem to have none.
    if (!Array.isArray(pair)) throw invalid(`what has ${show(pair)} in it where a pair should be`);
    found.set(loads.idOf(pair[0]), pair[1]);
  }
  return members.map(({ id }) => found.get(id));
}

function invalid(got: string): LRUCacheTypeError {
  return new LRUCacheTypeError(
    'INVALID_BATCH',
    `What loads many keys must give a Map, pairs, or an array with a value for each, not ${got}`,
  );
}
