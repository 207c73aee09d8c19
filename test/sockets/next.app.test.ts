// The handlers in an app of Next: next-app/, built for production and started.

import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, until } from './server.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BUILD_MS = 300_000;
const args = ['node_modules/next/dist/bin/next'];
// Vitest sets NODE_ENV, which would not be that of a build.
const env = { NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: '1' };
const options = { cwd: HERE, env };

let url: string;
let app: Pick<ResultPromise, 'kill'> | undefined;

beforeAll(async () => {
  await execa(process.execPath, [...args, 'build', 'next-app'], options);
  const port = await freePort();
  const start = [...args, 'start', 'next-app', '--port', `${port}`, '--hostname', '127.0.0.1'];
  app = execa(process.execPath, start, { ...options, stdio: 'ignore', reject: false });
  url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${url}/calls`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(answers, 'Next answered');
}, BUILD_MS);

afterAll(() => app?.kill('SIGKILL'));

/** What a page shows: a name, and what changes when it is made anew. */
async function shown(page: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/${page}`)).text();
  return /(dynamic|static|route) [0-9a-f-]{36}/.exec(text)?.[0];
}

const calls = async () => (await (await fetch(`${url}/calls`)).json()) as string[];

async function revalidate(profile: unknown): Promise<void> {
  const body = JSON.stringify({ profile });
  const { ok } = await fetch(`${url}/revalidate`, { method: 'POST', body });
  expect(ok).toBe(true);
}

describe.each([
  ['dynamic', 'use cache'],
  ['static', 'incremental'],
  ['route', 'incremental'],
])('/%s, of which "%s" keeps the value', (page, kind) => {
  it('shows in a second request what it showed in the first', async () => {
    const first = await shown(page);
    await calls();
    expect([first, await shown(page)]).toEqual([expect.any(String), first]);
    expect(await calls()).toContain(`${kind}: get hit`);
  });

  it('shows something else after its tag expired', async () => {
    const first = await shown(page);
    await calls();
    await revalidate({ expire: 0 });
    const second = await shown(page);
    expect([second, await shown(page)]).toEqual([expect.not.stringContaining(`${first}`), second]);
    expect(await calls()).toEqual(
      expect.arrayContaining([
        'use cache: updateTags',
        'incremental: revalidateTag',
        `${kind}: set`,
      ]),
    );
  });

  it('shows the same once more after its tag was marked as stale, and makes another', async () => {
    const first = await shown(page);
    await calls();
    await revalidate('max');
    expect(await shown(page)).toBe(first);
    await until(async () => (await shown(page)) !== first, 'it was made anew');
    expect(await calls()).toContain(`${kind}: set`);
  });
});
