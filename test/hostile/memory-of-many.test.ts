// Shows that memory follows what is live: of many caches that come and go, of a burst of them, and
// of one that is large.
//
// Each program runs in a process of its own (children/), which looks at its memory when collections
// and finalizers have had their turns. `external` is what V8 accounts for linear memory and typed
// arrays, to the byte; the resident set has the heap in it, and what the allocator keeps.

import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const MIB = 2 ** 20;
/** The programs take up to 15 s; on a busy machine ten times as long. */
const OPTIONS = { timeout: 300_000 };
/** Bytes an entry takes beside its key and value, at most; and the references to those. */
const ENTRY_BYTES = 24;

/** What is there more than before the first cache, in bytes, each time that it was looked at. */
interface Looks {
  readonly isRight: boolean;
  readonly externals: readonly number[];
  readonly residents: readonly number[];
}

interface Amount {
  readonly external: number;
  readonly rss: number;
}

function run<R extends { readonly isRight: boolean }>(script: string, ...args: string[]): R {
  const { status, stderr, report } = runChild<R>(script, { flags: ['--expose-gc'], args });
  expect(status, stderr).toBe(0);
  expect(report?.isRight).toBe(true);
  return report as R;
}

const inMib = (bytes: readonly number[]): number[] => bytes.map((each) => Math.round(each / MIB));

describe('sixty thousand sessions with a cache of 500 entries each', OPTIONS, () => {
  const ALIVE = 6000;
  const ENTRIES = 500;

  it.each(['dispose', 'drop'])('take at most twice what 6,000 alive need: %s', (mode) => {
    const args = ['60000', `${ALIVE}`, `${ENTRIES}`, mode];
    const { externals, residents } = run<Looks>('sessions.mjs', ...args);
    expect(externals).toHaveLength(10);
    const live = ALIVE * ENTRIES * ENTRY_BYTES;
    expect(Math.max(...externals), `MiB: ${inMib(externals)}`).toBeLessThan(2 * live);
    // At the first look, none has ended yet.
    const [first = 0] = residents;
    expect(Math.max(...residents), `resident MiB: ${inMib(residents)}`).toBeLessThan(2 * first);
  });
});

describe('a burst of twenty thousand caches in one job', OPTIONS, () => {
  // Small tables share a memory of 32 MiB at most, which never shrinks; the others are gone.
  const KEPT_MAX = 40 * MIB;

  it('leaves nothing that its survivors hold, and another burst adds nothing', () => {
    const { externals, residents } = run<Looks>('burst.mjs', '20000', '500', '1000');
    const [first = 0, second = 0] = externals;
    const note = `MiB: ${inMib(externals)}, resident: ${inMib(residents)}`;
    expect(first, note).toBeLessThan(KEPT_MAX);
    expect(second, note).toBeLessThan(KEPT_MAX);
  });
});

describe('a cache of four million ints', OPTIONS, () => {
  const ENTRIES = 4_000_000;
  const EXTERNAL_MAX = 8 * MIB;
  /** Where nothing external stays, on the JavaScript engine, the heap keeps up to 27 MiB. */
  const RESIDENT_MAX = 40 * MIB;

  it.each(['dispose', 'drop'])('gives its memory back to the system: %s', (mode) => {
    const { held, kept } = run<{ isRight: boolean; held: Amount; kept: Amount }>(
      'giant.mjs',
      ...[`${ENTRIES}`, mode],
    );
    expect(held.external).toBeGreaterThan(ENTRIES * 8);
    expect(held.external).toBeLessThan(ENTRIES * ENTRY_BYTES);
    const [had, has] = [held, kept].map(({ external, rss }) => inMib([external, rss]));
    const note = `MiB, of them resident: ${had} held, ${has} kept`;
    expect(kept.external, note).toBeLessThan(EXTERNAL_MAX);
    expect(kept.rss, note).toBeLessThan(RESIDENT_MAX);
  });
});
