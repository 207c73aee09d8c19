// Programs that end with all that they started: a test runner has workers, a browser even more.

// @ts-check
import { execa } from 'execa';

/**
 * Starts a program as the head of a group of processes of its own. The group ends with its head,
 * with this process, and by `end`. The promise of `child` is fulfilled however it ended.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('execa').Options} options
 */
export function startGroup(program, args, options) {
  const child = execa(program, args, { ...options, detached: true, reject: false });
  const end = () => {
    process.removeListener('exit', end);
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  };
  process.on('exit', end);
  child.once('exit', end);
  return { child, end };
}
