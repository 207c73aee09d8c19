// Whether a history of one key is linear: whether there is an order of its operations that agrees
// with their times and that a single thread could have had (Wing and Gong 1993).
//
// Nothing is evicted in these histories, so a value stays until it is replaced or deleted.

/** An operation of a thread, from its begin to its end. */
export interface Operation {
  readonly key: string;
  readonly what: 'set' | 'get' | 'delete';
  /** The value of a `set`. */
  readonly value: number;
  /** The value of a `get`; whether a `delete` removed one. */
  readonly result?: number | boolean | undefined;
  readonly begin: number;
  readonly end: number;
}

type Value = number | undefined;

/** The value after an operation; null if it cannot have had its result then. */
function after(value: Value, { what, value: set, result }: Operation): Value | null {
  if (what === 'set') return set;
  if (what === 'get') return result === value ? value : null;
  return result === (value !== undefined) ? undefined : null;
}

/** Whether a history is linear. */
export function isLinear(history: readonly Operation[]): boolean {
  const operations = [...history].sort((a, b) => a.begin - b.begin);
  const failed = new Set<string>();
  const search = (done: ReadonlySet<number>, value: Value): boolean => {
    if (done.size === operations.length) return true;
    const key = `${[...done].sort((a, b) => a - b).join()} ${value}`;
    if (failed.has(key)) return false;
    const left = operations.flatMap((_, i) => (done.has(i) ? [] : [i]));
    // What begins after another one has ended cannot come before it.
    const firstEnd = Math.min(...left.map((i) => (operations[i] as Operation).end));
    for (const i of left) {
      const operation = operations[i] as Operation;
      if (operation.begin > firstEnd) break;
      const next = after(value, operation);
      if (next !== null && search(new Set([...done, i]), next)) return true;
    }
    failed.add(key);
    return false;
  };
  return search(new Set(), undefined);
}
