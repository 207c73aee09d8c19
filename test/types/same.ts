// Type equality for the type tests: `any` equals only `any`, and optional is not `| undefined`.

/** True if two types are identical to the compiler, false otherwise. */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
export type Proof<T extends true> = T;

/** An intersection of object types as one object type. */
export type Flat<T> = { [P in keyof T]: T[P] };
