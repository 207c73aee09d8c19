// Who does what when, drawn beforehand, so that every cache is given the same work.
//
// Users act by Zipf's law. A user without a session logs in first, and logs out after so many
// commands; so there is one session to a user at a time, and many are open. A client has several
// connections, as FTP clients have: each command goes over that to a thread, which a balancer has
// chosen, and the first one there logs in.

import { createZipf } from './zipf.js';

/** What a session does next. */
export type Action = 'list' | 'retrieve' | 'store' | 'denied';

/** One step of a schedule. */
export interface Step {
  readonly user: number;
  /** Of the threads of the server, the one that the connection of this step is to. */
  readonly thread: number;
  readonly action: Action;
  /** Whether the user logs in there before it, and out everywhere after it. */
  readonly login: boolean;
  readonly logout: boolean;
}

/** Every session goes through these in turn. */
const ACTIONS: readonly Action[] = ['list', 'retrieve', 'list', 'store', 'list', 'denied'];

/** What a schedule is drawn from. */
export interface ScheduleOptions {
  readonly users: number;
  readonly sessions: number;
  readonly threads: number;
  readonly seed: number;
}

/** Draws steps until as many sessions as given have begun. */
export function createSchedule(options: ScheduleOptions): Step[] {
  const { users, sessions, threads, seed } = options;
  const draw = createZipf(users, seed);
  const done = new Map<number, number>();
  const open = new Map<number, Set<number>>();
  const steps: Step[] = [];
  for (let begun = 0; begun < sessions; ) {
    const user = draw();
    const before = done.get(user) ?? 0;
    const logout = before === ACTIONS.length - 1;
    const thread = (user + steps.length) % threads;
    const connections = before === 0 ? new Set<number>() : (open.get(user) ?? new Set());
    const login = !connections.has(thread);
    open.set(user, connections.add(thread));
    steps.push({ user, thread, action: ACTIONS[before] as Action, login, logout });
    done.set(user, logout ? 0 : before + 1);
    if (before === 0) begun += 1;
  }
  return steps;
}
