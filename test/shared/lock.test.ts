// The lock, in every order of the atomic operations of its threads (explore.ts).
//
// TURN counts on without end, so states differ that go on alike. Where no sleep ends by its time,
// its value decides nothing: waiters compare it to forget how often they slept, which is never, and
// with STUCK, which nobody sets. There TURN stays as it is (`frozen`), and three threads have three
// turns each; WASM_LRU_LENGTH=2 gives them four, two with TURN as it is, and more elsewhere.

import { describe, expect, it } from 'vitest';
import { LINE_LOCK, LINE_STUCK, LINE_TURN } from '../../assembly/shared/layout.js';
import { figure } from '../support/figures.js';
import { type Exploration, explore, type Lock, loadLock, type Program } from './explore.js';

const LENGTH = Number(process.env.WASM_LRU_LENGTH ?? 1);
const HELD = 0;
/** What the lock protects: who is inside. */
const INSIDE = 32;

/** A memory in which the lock is free. */
const words = Array.from({ length: 9 }, (_, i) => (i === LINE_TURN >> 2 ? 1 : 0));
const LINE = 0;

/** Takes the lock, is alone, and gives it up; 1 if it had it. */
const turn = (lock: Lock, thread: number, mayWait = true): Program[number] =>
  function* () {
    if ((yield* lock.acquire(LINE, thread, mayWait)) !== HELD) return 0;
    const inside = yield ['exchange', INSIDE, thread];
    if (inside !== 0) throw new Error(`${thread} is inside together with ${inside}`);
    yield ['atomicSet', INSIDE, 0];
    yield* lock.release(LINE);
    return 1;
  };

/** Takes the lock of a dead thread, if it holds it, and makes what it protects as new. */
const reap = (lock: Lock, dead: number, thread: number): Program[number] =>
  function* () {
    if (!(yield* lock.seize(LINE, dead, thread))) return 0;
    yield ['atomicSet', INSIDE, 0];
    yield* lock.release(LINE);
    return 0;
  };

const repeat = (times: number, operation: Program[number]): Program =>
  Array.from({ length: times }, () => operation);

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Explores threads that do as many turns as they are told, without deaths. */
function exploreTurns(lock: Lock, turns: readonly number[], how: Partial<Exploration> = {}) {
  const ends = { all: 0, most: 0, least: Number.POSITIVE_INFINITY };
  const states = explore({
    programs: turns.map((times, i) => repeat(times, turn(lock, i + 1))),
    words,
    timeouts: 0,
    sleepsEnd: false,
    onEnd(after, held, isComplete) {
      expect(isComplete).toBe(true);
      expect(after[LINE_LOCK >> 2]).toBe(0);
      ends.all += 1;
      ends.most = Math.max(ends.most, sum(held));
      ends.least = Math.min(ends.least, sum(held));
    },
    ...how,
  });
  return { states, ...ends };
}

describe('in every order', () => {
  const lock = loadLock(1);
  /** One that sleeps at once, of which there are fewer states. */
  const sleepy = loadLock(0);

  const isLong = LENGTH > 1;
  const frozen = LINE_TURN;
  type Case = [turns: number[], of: Lock, how?: Partial<Exploration>];
  const longer: Case[] = [
    [[3, 3, 3], lock, { frozen }],
    [[4, 4, 4], sleepy, { frozen }],
  ];
  const cases: Case[] = [
    [[4, 4], lock],
    [[LENGTH, LENGTH, LENGTH], sleepy],
    [[3, 3, 3], sleepy, { frozen }],
    ...(isLong ? longer : []),
  ];
  it.each(cases)('threads with %j turns all come in, one at a time', (turns, of, how) => {
    // No sleep ends by its time: whoever sleeps is woken.
    const { states, least } = exploreTurns(of, turns, how);
    figure('states of threads at a lock', states);
    expect(states).toBeGreaterThan(10_000);
    expect(least).toBe(sum(turns));
  });

  it('threads whose sleeps end at any time come in one at a time, or give up', () => {
    const { least, most } = exploreTurns(sleepy, isLong ? [2, 2] : [2, 1], { timeouts: 3 });
    expect(most).toBe(isLong ? 4 : 3);
    // Two sleeps in one turn of the holder are as many as there may be here.
    expect(least).toBeLessThan(most);
  });

  it('as many ways to end are there with TURN as it is, and with it as it was', () => {
    for (const turns of [
      [1, 1, 1],
      [3, 2],
    ]) {
      const { states: _, ...ends } = exploreTurns(sleepy, turns);
      expect(exploreTurns(sleepy, turns, { frozen })).toMatchObject(ends);
    }
  });

  it('a holder that was marked and goes on leaves no mark to the next one (LK3)', () => {
    const memory: number[] = [...words];
    const act = ([name, at, a = 0, b = 0]: readonly [string, number, number?, number?]) => {
      const word = memory[at >> 2] as number;
      if (name === 'exchangeIf' && word === a) memory[at >> 2] = b;
      if (name === 'exchange' || name === 'atomicSet') memory[at >> 2] = a;
      return word;
    };
    const run = (steps: ReturnType<Lock['acquire'] | Lock['release']>, check: () => void) => {
      for (let step = steps.next(); !step.done; check()) step = steps.next(act(step.value));
    };
    run(lock.acquire(LINE, 1, true), () => {});
    memory[LINE_STUCK >> 2] = memory[LINE_TURN >> 2] as number;
    // From the moment on at which it can be taken.
    run(lock.release(LINE), () => {
      const isMarked = memory[LINE_STUCK >> 2] === memory[LINE_TURN >> 2];
      expect(memory[LINE_LOCK >> 2] === 0 && isMarked).toBe(false);
    });
    expect(memory[LINE_LOCK >> 2]).toBe(0);
  });

  it('a thread that may not wait never sleeps', () => {
    const patient = repeat(2, turn(lock, 1));
    const hasty = repeat(3, turn(lock, 2, false));
    const { least, most } = exploreTurns(lock, [], { programs: [patient, hasty] });
    expect([least, most]).toEqual([2, 5]);
  });

  it('the others go on when a thread dies anywhere, and is reaped', () => {
    const programs = [
      repeat(1, turn(sleepy, 1)),
      repeat(1, turn(sleepy, 2)),
      repeat(Number(isLong), turn(sleepy, 3)),
      [reap(sleepy, 1, 4)],
    ];
    let ends = 0;
    explore({
      programs,
      words,
      timeouts: 0,
      sleepsEnd: true,
      mortal: 0,
      reaper: 3,
      onEnd(after, _, isComplete) {
        ends += 1;
        expect(isComplete).toBe(true);
        expect([after[LINE_LOCK >> 2], after[INSIDE >> 2]]).toEqual([0, 0]);
      },
    });
    expect(ends).toBeGreaterThan(10);
  });

  it('nobody waits for ever for a thread that is dead and is not reaped', () => {
    const programs = [repeat(1, turn(sleepy, 1)), repeat(2, turn(sleepy, 2))];
    const marks = new Set<boolean>();
    explore({
      programs,
      words,
      timeouts: 0,
      sleepsEnd: true,
      mortal: 0,
      onEnd(after, _, isComplete) {
        expect(isComplete).toBe(true);
        if (after[LINE_LOCK >> 2] !== 0)
          marks.add(after[LINE_STUCK >> 2] === after[LINE_TURN >> 2]);
      },
    });
    // Unless the others had their turns before.
    expect([...marks].sort()).toEqual([false, true]);
  });
});

describe('the explorer finds', () => {
  const broken: [what: string, from: string, to: string][] = [
    [
      'a waiter that takes a lock which is held',
      'if (lock == 0) {',
      'exchange(line + LINE_LOCK, holding | WAITERS);\n    if (lock >= 0) {\n      return HELD;',
    ],
    ['a holder that wakes nobody', 'wakeOne(line + LINE_LOCK)', '0'],
    ['a thread that was woken and forgets the others (LK2)', 'holding | WAITERS)', 'holding)'],
  ];
  it.each(broken)('%s', (_, from, to) => {
    const lock = loadLock(0, (text) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    });
    expect(() => exploreTurns(lock, [1, 1, 1])).toThrow();
    expect(() => exploreTurns(lock, [3, 3, 3], { frozen: LINE_TURN })).toThrow();
  });
});
