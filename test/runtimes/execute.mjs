// Programs that the runtimes are: found, started, listened to, and ended.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What is installed for this test, and nothing else. */
export const TOOLS = fileURLToPath(new URL('node_modules', import.meta.url));

const MS_MAX = 60_000;

/** Thrown where a runtime is not there. */
export class Missing extends Error {}

/** The path of a file, which must be there. */
export function existing(file) {
  if (!existsSync(file)) throw new Missing(`${file} is not installed`);
  return file;
}

/** A program that npm installed here. */
export const tool = (name) => existing(join(TOOLS, '.bin', name));

/** A program of the system, by the places where it may be. */
export function systemProgram(...places) {
  const found = places.find(existsSync);
  if (found === undefined) throw new Missing(`${places[0]} is not installed`);
  return found;
}

/** Runs a program to its end, and gives back what it printed. */
export async function output(program, args, settings = {}) {
  try {
    const run = promisify(execFile)(program, args, { timeout: MS_MAX, ...settings });
    return (await run).stdout.trim();
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim();
    throw new Error(`${error.killed ? `no end in ${MS_MAX} ms` : error.message} ${said}`);
  }
}

/** Runs a program whose last line is its report. */
export async function report(program, args, settings) {
  const printed = await output(program, args, settings);
  return JSON.parse(printed.split('\n').at(-1));
}

/** Starts a program, does something while it runs, and ends it, with all that it started. */
export async function whileRunning(program, args, use, settings = {}) {
  const child = spawn(program, args, { stdio: 'ignore', detached: true, ...settings });
  const ended = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => reject(new Error(`ended with ${signal ?? code}`)));
  });
  const late = AbortSignal.timeout(MS_MAX);
  const timeout = new Promise((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(`no report in ${MS_MAX} ms`)));
  });
  try {
    return await Promise.race([use(), ended, timeout]);
  } finally {
    ended.catch(() => {});
    timeout.catch(() => {});
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** A port that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
