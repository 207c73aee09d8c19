// Programs that the runtimes are: found, started, listened to, and ended.

import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGroup } from '../../tools/group.mjs';
import { execa } from '../support/command.mjs';

/** What is installed for this test, and nothing else. */
export const TOOLS = fileURLToPath(new URL('node_modules', import.meta.url));

/** Tools that need a newer Node than the package does. */
export const NEWER = fileURLToPath(new URL('newer', import.meta.url));

/** What a runtime may take. */
export const MS_MAX = 60_000;
/** A build may wait for others on a busy machine. */
const BUILD_MS_MAX = 300_000;

/** Thrown where a runtime is not there. */
export class Missing extends Error {}

/** The path of a file, which must be there. */
export function existing(file) {
  if (!existsSync(file)) throw new Missing(`${file} is not installed`);
  return file;
}

/** A Node of that major version. */
export const nodeProgram = (major) => existing(join(TOOLS, `node-${major}/bin/node`));

/** A program that npm installed here. */
export const tool = (name) => existing(join(TOOLS, '.bin', name));

/** A program of the system, by the places where it may be. */
export function systemProgram(...places) {
  const found = places.find(existsSync);
  if (found === undefined) throw new Missing(`${places[0]} is not installed`);
  return found;
}

/** Runs a program to its end, and gives back what it printed. */
export async function output(program, args, settings) {
  const { stdout } = await execa(program, args, { timeout: MS_MAX, ...settings });
  return stdout.trim();
}

/** Runs a program whose last line is its report. */
export async function report(program, args, settings) {
  const printed = await output(program, args, settings);
  return JSON.parse(printed.split('\n').at(-1));
}

/** Runs a program in newer/, or of what is installed there, on a Node that is new enough. */
export function newer(file, args, { env, ...settings } = {}) {
  const program = nodeProgram(24);
  // What it starts itself has to find that Node, too.
  const path = `${dirname(program)}:${process.env.PATH}`;
  const own = { PATH: path, CI: '1', WRANGLER_SEND_METRICS: 'false', ...env };
  return output(program, [existing(join(NEWER, file)), ...args], {
    ...{ cwd: NEWER, timeout: BUILD_MS_MAX, env: own },
    ...settings,
  });
}

/** Starts a program, does something while it runs, and ends it, with all that it started. */
export async function whileRunning(program, args, use, settings) {
  const { child, end } = startGroup(program, args, { timeout: MS_MAX, ...settings });
  const ended = child.then(({ shortMessage }) => {
    throw new Error(shortMessage ?? `${program} has ended`);
  });
  try {
    return await Promise.race([use(), ended]);
  } finally {
    end();
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
