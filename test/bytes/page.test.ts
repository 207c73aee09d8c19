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
    ...{ memory: [], hits: [] },
  };
  const page = 'before <!-- bytes:begin --> old <!-- bytes:end --> after';
  const text = withBytes(page, report);
  expect(text).toContain('a get: in 1 of 1 cells: 1.5 times with 32 B and fresh keys;');
  expect(text).toContain('a set: in no cell.');
  expect(text).toContain('| ByteLRU | 30 (60) |');
  expect(text).toContain('The machine was busy.');
  expect(text).not.toContain('old');
  expect(text.startsWith('before') && text.endsWith('after')).toBe(true);
  expect(() => withBytes('', report)).toThrow();
});
