// The warning of a cache without a bound. It is given once in a process, so each test has a process
// of its own, with the package as it is built.

import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

describe('a cache without a bound', () => {
  it('is warned of, once in a process, and no other', () => {
    const { status, stderr, report } = runChild<string[][]>('unbounded.mjs');
    expect(status).toBe(0);
    expect(report).toEqual([[], ['UnboundedCacheWarning LRU_CACHE_UNBOUNDED'], []]);
    expect(stderr.match(/LRU_CACHE_UNBOUNDED/g)).toHaveLength(1);
  });

  it('is warned of on the console of a host without warnings', () => {
    const { status, stderr } = runChild('unbounded.mjs', { args: ['bare'] });
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^\[LRU_CACHE_UNBOUNDED\] UnboundedCacheWarning: TTL caching without.*$/,
    );
  });
});
