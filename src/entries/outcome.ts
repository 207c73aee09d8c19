// Outcomes: reads the result of a put (assembly/layout.ts).

import { EVICTED, OUTCOME_BITS, OUTCOME_MASK, UPDATED } from '../../assembly/layout.js';

/** The slot of the entry. */
export function slotOf(code: number): number {
  return code >> OUTCOME_BITS;
}

/** What the put did. */
export function outcomeOf(code: number): number {
  return code & OUTCOME_MASK;
}

/** Whether the key was there already. */
export function isUpdate(code: number): boolean {
  return (code & OUTCOME_MASK) === UPDATED;
}

/** Whether the slot was that of another entry, which was evicted. */
export function isEviction(code: number): boolean {
  // EVICTED or EVICTED_MAPPED.
  return (code & OUTCOME_MASK & ~1) === EVICTED;
}
