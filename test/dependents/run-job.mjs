// Runs a job in a project, in a process of its own, and checks that it ran on the right lru-cache.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A job takes a few seconds; one that does not end has left a timer behind. */
const SECONDS_MAX = 60;
const OUTPUT_BYTES_MAX = 2 ** 28;

function reasonOf({ killed, stderr, code, signal, message }) {
  if (killed) return `the job did not end in ${SECONDS_MAX} s`;
  const line = (stderr ?? message).split('\n').find((text) => /error/i.test(text));
  return `the job ended with ${signal ?? code}: ${line?.trim() ?? 'nothing said'}`;
}

/** `{ results, evidence, inUse }` of the job, or `{ failure }`. */
export async function runJob({ job, asks }, { folder, lruCache }, tree) {
  const child = join(folder, 'dependents', 'child.mjs');
  const settings = { cwd: folder, maxBuffer: OUTPUT_BYTES_MAX, timeout: SECONDS_MAX * 1000 };
  try {
    const run = promisify(execFile)(process.execPath, [child, job, asks, tree], settings);
    const { results, ran } = JSON.parse((await run).stdout);
    const evidence = `${asks} ran on ${ran.on}: ${ran.gets} gets, ${ran.sets} sets`;
    if (ran.on !== lruCache) return { failure: `${evidence}, not on ${lruCache}` };
    return { results, evidence, inUse: ran.gets > 0 && ran.sets > 0 };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}
