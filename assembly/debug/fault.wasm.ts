// Faults the debug build injects on request, so that tests can walk every refusal.
//
// Compiled out of the release build, which never refuses anything itself. Owns no state of a cache,
// and must never be asked after an operation has begun to change something.

let growthsUntilRefusal: i32 = -1;

/** Lets `count` growths of memory pass and refuses all later ones; -1 refuses none. */
export function refuseGrowthAfter(count: i32): void {
  growthsUntilRefusal = count;
}

/** Whether the growth that is about to happen is to be refused. */
export function growthRefused(): bool {
  if (ASC_NO_ASSERT || growthsUntilRefusal < 0) return false;
  if (growthsUntilRefusal == 0) return true;
  growthsUntilRefusal -= 1;
  return false;
}
