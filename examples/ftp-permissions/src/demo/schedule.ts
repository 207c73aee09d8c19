// Who does what when, drawn beforehand, so that every cache is given the same work.
//
// Users act by Zipf's law. A user without a session logs in first, and logs out after so many
// commands; so there is one session to a user at a time, and many are open.

import { createZipf } from './zipf.js';

/** What a session does next. */
export type Action = 'list' | 'retrieve' | 'store' | 'denied';

/** One step of a schedule. */
export interface Step {
  readonly user: number;
  readonly action: Action;
  /** Whether the user logs in before, or out after it. */
  readonly login: boolean;
  readonly logout: boolean;
}

/** Every session goes through these in turn. */
const ACTIONS: readonly Action[] = ['list', 'retrieve', 'list', 'store', 'list', 'denied'];

/** What a schedule is drawn from. */
export interface ScheduleOptions {
  readonly users: number;
  readonly sessions: number;
  readonly seed: number;
}

/** Draws steps until as many sessions as given have begun. */
export function createSchedule({ users, sessions, seed }: ScheduleOptions): Step[] {
  const draw = createZipf(users, seed);
  const done = new Map<number, number>();
  const steps: Step[] = [];
  for (let begun = 0; begun < sessions; ) {
    const user = draw();
    const before = done.get(user) ?? 0;
    const logout = before === ACTIONS.length - 1;
    steps.push({ user, action: ACTIONS[before] as Action, login: before === 0, logout });
    done.set(user, logout ? 0 : before + 1);
    if (before === 0) begun += 1;
  }
  return steps;
}
