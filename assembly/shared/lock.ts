// The lock of a shard: one word, which says who holds it and whether others sleep.
//
// A free lock is taken by one exchange and given up by another. Who finds it held looks at it again
// for a while, and then sleeps until the holder wakes it.
//
// LK1  A thread that was woken may die before it takes the lock, and the others that sleep hear of
//      nothing. So nobody sleeps for longer than SLEEP_MS without a look.
// LK2  Who has slept takes the lock with WAITERS: there may be others.
// LK3  A holder that gives the lock to nobody for SLEEP_MS * SLEEPS_MAX may be dead, or only
//      stopped. Its lock is not taken from it. It is marked by its TURN, and everybody gives up at
//      once until it goes on, or until whoever knows that it is dead seizes the lock. TURN changes
//      before the lock is given up, too: a holder that was marked and goes on does not leave its
//      mark to the next one.
//
// test/shared/explore.ts runs this text, one atomic operation at a time, in every order.

import { LINE_LOCK, LINE_STUCK, LINE_TURN } from './layout.js';
import { atomicGet, atomicSet, exchange, exchangeIf, sleep, wakeOne } from './words.js';

/** What is in a lock besides its holder: whether somebody may sleep. */
const WAITERS: u32 = 1;
/** Looks at a lock that is held before a thread sleeps. */
const LOOKS_MAX: u32 = 100;
const SLEEP_MS: u32 = 50;
/** Sleeps in one turn of the holder after which it counts as stuck. */
const SLEEPS_MAX: u32 = 20;

/** The lock is taken. */
export const HELD: u32 = 0;
/** It is not: others hold it, and this thread may not wait. */
export const REFUSED: u32 = 1;
/** It is not, and its holder does not go on. */
export const GIVEN_UP: u32 = 2;

/** Counts on, while this thread holds the lock: it has just taken it, or is about to give it up. */
function nextTurn(line: u32): void {
  atomicSet(line + LINE_TURN, atomicGet(line + LINE_TURN) + 1);
}

/** Whether the holder was marked in this turn (LK3). */
function isStuck(line: u32): bool {
  return atomicGet(line + LINE_STUCK) == atomicGet(line + LINE_TURN);
}

/** Waits for a lock that is held. */
function queue(line: u32, holding: u32): u32 {
  let turn = atomicGet(line + LINE_TURN);
  let sleeps: u32 = 0;
  // Ends: the holder goes on, and sometime the lock is taken; or it does not, and sleeps are
  // counted.
  while (true) {
    const lock = atomicGet(line + LINE_LOCK);
    if (lock == 0) {
      if (exchangeIf(line + LINE_LOCK, 0, holding | WAITERS) == 0) return HELD;
      continue;
    }
    const latest = atomicGet(line + LINE_TURN);
    if (latest != turn) sleeps = 0;
    turn = latest;
    if (sleeps == SLEEPS_MAX) atomicSet(line + LINE_STUCK, turn);
    if (atomicGet(line + LINE_STUCK) == turn) return GIVEN_UP;
    if ((lock & WAITERS) == 0) {
      if (exchangeIf(line + LINE_LOCK, lock, lock | WAITERS) != lock) continue;
    }
    if (sleep(line + LINE_LOCK, lock | WAITERS, SLEEP_MS)) sleeps++;
  }
}

/** Takes a lock for a thread: HELD, REFUSED or GIVEN_UP. */
export function acquire(line: u32, thread: u32, mayWait: bool): u32 {
  const holding = thread << 1;
  let isHeld = exchangeIf(line + LINE_LOCK, 0, holding) == 0;
  for (let i: u32 = 0; !isHeld && i < LOOKS_MAX; i++) {
    if (atomicGet(line + LINE_LOCK) == 0) isHeld = exchangeIf(line + LINE_LOCK, 0, holding) == 0;
  }
  if (!isHeld && !mayWait) return isStuck(line) ? GIVEN_UP : REFUSED;
  if (!isHeld && queue(line, holding) != HELD) return GIVEN_UP;
  nextTurn(line);
  return HELD;
}

/** Gives up a lock that this thread holds. */
export function release(line: u32): void {
  nextTurn(line);
  if ((exchange(line + LINE_LOCK, 0) & WAITERS) != 0) wakeOne(line + LINE_LOCK);
}

/** Takes the lock of a thread that is dead; false if that does not hold it. */
export function seize(line: u32, dead: u32, thread: u32): bool {
  // Ends: a lock gets WAITERS once while the dead thread holds it.
  while (true) {
    const lock = atomicGet(line + LINE_LOCK);
    if (lock >>> 1 != dead) return false;
    if (exchangeIf(line + LINE_LOCK, lock, (thread << 1) | WAITERS) == lock) break;
  }
  nextTurn(line);
  return true;
}
