// The items: the array that holds the keys and values of a cache by slot (entries.ts, N1).
//
// It grows by assignments beyond its end. These ask the prototypes of an array for a setter, so
// that one planted on Object.prototype[2] would get a key in the array's place, and the entry would
// be lost. So this array has no prototype, and none of the methods that come by it.

/** Items of no entry: those of slot 0, which is none. */
export function noItems<T>(): (T | undefined)[] {
  return Object.setPrototypeOf([undefined, undefined], null) as (T | undefined)[];
}
