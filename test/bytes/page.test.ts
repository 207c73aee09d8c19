// The block of docs/bytes.md: made of what was measured, and it says first where ours is slower.

import { expect, it } from 'vitest';
import { type BytesReport, withBytes } from '../../bench/bytes-page.js';

const time = (least: number) => ({ least, median: least * 2 });

it('says first where ByteLRU is slower', () => {
  const report: BytesReport = {
    ...{ taken: '2026-11-30T00:00:00Z', node: 'v24.0.0', cpu: 'a cpu', cores: 2, rounds: 1 },
    load: 3,
    times: [
      { subject: 'ByteLRU', bytes: 32, isFresh: true, getNs: time(30), setNs: time(10) },
      { subject: 'lru-cache, Buffers', bytes: 32, isFresh: true, getNs: time(20), setNs: time(40) },
    ],
    memory: [],
    hits: [
      { subject: 'ByteLRU', budget: 2 ** 26, residentBytes: 0, hitRatio: 0 },
      { subject: 'ByteLRU, read', budget: 2 ** 26, residentBytes: 2 ** 25, hitRatio: 0.9 },
      { subject: 'ByteLRU', budget: 2 ** 27, residentBytes: 2 ** 26, hitRatio: 0.95 },
    ],
  };
  const page = 'before <!-- bytes:begin --> old <!-- bytes:end --> after';
  const text = withBytes(page, report);
  expect(text).toContain('a get: in 1 of 1 cells: 1.5 times with 32 B and fresh keys;');
  expect(text).toContain('a set: in no cell.');
  expect(text).toContain('| ByteLRU | 30 (60) |');
  expect(text).toContain('The machine was busy.');
  expect(text).toContain('| | 64 MiB | 128 MiB |');
  expect(text).toContain('| ByteLRU | no bound fits | 95.0 % (64) |');
  expect(text).toContain('| ByteLRU, read | 90.0 % (32) | – |');
  expect(text).not.toContain('old');
  expect(text.startsWith('before') && text.endsWith('after')).toBe(true);
  expect(() => withBytes('', report)).toThrow();
});
