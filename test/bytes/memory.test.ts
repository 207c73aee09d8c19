// What a process takes for a ByteLRU: its bound, a fixed amount beside it, and nothing an entry.

import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const MIB = 2 ** 20;
/** Takes 10 s; on a busy machine ten times as long, and in the long run ten times that. */
const OPTIONS = { timeout: 1_200_000 };
const RUNS = process.env.WASM_LRU_RUNS === undefined ? 1_000_000 : 10_000_000;

interface Report {
  readonly grownBytes: number;
  readonly memoryBytes: number;
  readonly size: number;
  readonly heapBytesOfHalf: number;
  readonly heapBytes: number;
}

function churn(sets: number, maxMiB: number, most: number): Report {
  const { status, stderr, report } = runChild<Report>('bytes.mjs', {
    flags: ['--expose-gc'],
    args: [`${sets}`, `${maxMiB}`, `${most}`],
  });
  expect(status, stderr).toBe(0);
  return report as Report;
}

describe('a process', OPTIONS, () => {
  it(`stays within maxBytes and 40 MB over ${RUNS} sets`, () => {
    const { grownBytes, memoryBytes, size } = churn(RUNS, 64, 4096);
    expect(grownBytes).toBeLessThan(64 * MIB + 40_000_000);
    expect(memoryBytes).toBeLessThanOrEqual(64 * MIB + 65_536);
    expect(size).toBeGreaterThan(20_000);
  });

  it(`keeps no heap for an entry, nor for each of ${RUNS} sets`, () => {
    const { size, heapBytesOfHalf, heapBytes } = churn(RUNS, 64, 64);
    expect(size).toBeGreaterThan(300_000);
    // Less than half a byte an entry, where a reference takes four or eight.
    expect(heapBytesOfHalf).toBeLessThan(size / 2);
    expect(heapBytes).toBeLessThan(size / 2);
  });
});
