// Objects that are promises by their `then` only, as loaders may return them.

type Then = (resolve: (value: unknown) => void, reject: (why: unknown) => void) => void;

/** An object with this `then`. */
export function thenable<T>(then: Then): Promise<T> {
  return { then } as unknown as Promise<T>;
}
