// Frozen intrinsics: a process in which nobody can change what the language brings.
//
// Row D8 of docs/reliability.md. An assignment to a property that a frozen prototype has
// throws there, if only to shadow it. What ships runs in a process of its own.

import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

describe('frozen intrinsics', () => {
  it.each([
    ['by Node, from the start', 'never', ['--frozen-intrinsics']],
    ['before the package is imported', 'before', []],
    ['after the package is imported', 'after', []],
  ])('%s change nothing', (_, when, flags) => {
    const { status, stderr, report } = runChild('frozen.mjs', { args: [when], flags });
    expect(status, stderr).toBe(0);
    expect(report).toEqual({ frozen: [true, true, true, true], wasm: [], pure: [] });
  });
});
