// Runs a job in a project, in a process of its own, and checks that it ran on the right lru-cache.

import { join } from 'node:path';
import { execa } from 'execa';

/** A job takes a few seconds; one that does not end has left a timer behind. */
const SECONDS_MAX = 60;
const OUTPUT_CHARACTERS_MAX = 2 ** 28;

function reasonOf({ timedOut, stderr, exitCode, signal, message }) {
  if (timedOut) return `the job did not end in ${SECONDS_MAX} s`;
  const line = (stderr ?? message).split('\n').find((text) => /error/i.test(text));
  return `the job ended with ${signal ?? exitCode}: ${line?.trim() ?? 'nothing said'}`;
}

/** `{ results, evidence, inUse }` of the job, or `{ failure }`. */
export async function runJob({ job, asks }, { folder, lruCache }, tree) {
  const child = join(folder, 'dependents', 'child.mjs');
  const limits = { maxBuffer: OUTPUT_CHARACTERS_MAX, timeout: SECONDS_MAX * 1000 };
  try {
    const args = [child, job, asks, tree];
    const { stdout } = await execa(process.execPath, args, { cwd: folder, ...limits });
    const { results, ran } = JSON.parse(stdout);
    const evidence = `${asks} ran on ${ran.on}: ${ran.gets} gets, ${ran.sets} sets`;
    if (ran.on !== lruCache) return { failure: `${evidence}, not on ${lruCache}` };
    return { results, evidence, inUse: ran.gets > 0 && ran.sets > 0 };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}
