// Words that threads share, by atomic operations, and counts of 64 bits under a lock.
//
// Only this file and the accessors of ../bytes and .. read or write memory. Every atomic operation
// is sequentially consistent: what a thread wrote before it gave a lock up is seen by the next
// holder.

/** The word at an address. */
export function atomicGet(at: u32): u32 {
  return atomic.load<u32>(at);
}

/** Sets it. */
export function atomicSet(at: u32, value: u32): void {
  atomic.store<u32>(at, value);
}

/** Sets it if it is as expected; what it was. */
export function exchangeIf(at: u32, expected: u32, value: u32): u32 {
  return atomic.cmpxchg<u32>(at, expected, value);
}

/** Sets it; what it was. */
export function exchange(at: u32, value: u32): u32 {
  return atomic.xchg<u32>(at, value);
}

/** Adds 1 to it. */
export function addOne(at: u32): void {
  atomic.add<u32>(at, 1);
}

/** Sleeps until somebody wakes this thread; true if nobody did for so many milliseconds. */
export function sleep(at: u32, expected: u32, ms: u32): bool {
  return atomic.wait<i32>(at, expected as i32, (ms as i64) * 1000000) == 2;
}

/** Wakes one thread that sleeps at an address. */
export function wakeOne(at: u32): void {
  atomic.notify(at, 1);
}

/** The number of 64 bits at an address. */
export function numberAt(at: u32): f64 {
  return load<f64>(at);
}

/** Sets it. */
export function setNumber(at: u32, value: f64): void {
  store<f64>(at, value);
}
