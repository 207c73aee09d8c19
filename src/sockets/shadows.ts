// The shadows of all caches in a program, by cache.
//
// A program may have several bundles of this package: shadows and the metrics that show them are
// two, and an ES module and a CommonJS one may meet. So the table is found by way of the global
// object. A cache itself gets no property, by which V8 would give it another shape.

const TABLE = Symbol.for('wasm-lru.shadows');

type Table<S> = WeakMap<object, S>;

const own: Table<unknown> = new WeakMap();

/** The table, of shadows of whatever type the caller knows. */
export function shadowsByCache<S>(): Table<S> {
  const host = globalThis as unknown as Record<symbol, Table<S> | undefined>;
  // If the global object is frozen, each bundle has a table of its own.
  if (host[TABLE] === undefined) Reflect.defineProperty(globalThis, TABLE, { value: own });
  return host[TABLE] ?? (own as Table<S>);
}
