// Memory that is refused, at every growth that there is: the store goes on with the size it has.

import { describe, expect, it } from 'vitest';
import { FRAME_BUFFER, REFUSED } from '../../assembly/bytes/layout.js';
import { scarceCases } from './regions.js';
import { validate } from './validate.js';

const KEY_AT = FRAME_BUFFER + 32_768;

describe.each(scarceCases)('memory refused on $name', ({ open, refuseAfter }) => {
  it.each([0, 1, 2, 3, 5, 8])('after %i growths loses and tears nothing', (growths) => {
    const region = open({ chunkBytes: 64, maxBytes: 1 << 21, seed: 1 });
    const { core, store } = region;
    refuseAfter?.(growths);
    const put = (i: number) => {
      const key = Buffer.from(`key ${i}`);
      const { bytes } = region;
      bytes.set(key, KEY_AT);
      bytes.fill(i & 255, FRAME_BUFFER, FRAME_BUFFER + (i % 500));
      return core.put(store, 0, '', KEY_AT, key.length, 0, FRAME_BUFFER, i % 500, 0, 0, 0);
    };
    for (let i = 0; i < 6000; i++) {
      expect(put(i)).not.toBe(REFUSED);
      if (i % 500 === 0) validate(region);
    }
    const { entries } = validate(region);
    // The newest are there, without a gap.
    const numbers = entries.map(({ key }) => Number(Buffer.from(key).toString().slice(4)));
    expect(Math.min(...numbers)).toBe(6000 - entries.length);
    expect(entries.length).toBeGreaterThan(50);
    const full = region.memoryBytes;
    refuseAfter?.(-1);
    for (let i = 0; i < 100; i++) put(i);
    expect(region.memoryBytes).toBe(full);
    validate(region);
  });

  it('evicts for the room that ages take, or refuses the entry', () => {
    const region = open({ chunkBytes: 64, maxBytes: 1 << 16, seed: 1 });
    const { core, store } = region;
    refuseAfter?.(0);
    for (let i = 0; i < 900; i++) {
      region.bytes.set(Buffer.from(`key ${i}`.padEnd(8)), KEY_AT);
      core.put(store, 0, '', KEY_AT, 8, 0, FRAME_BUFFER, 40, 0, 0, i === 899 ? 1000 : 0);
    }
    const { entries } = validate(region);
    expect(entries.length).toBeGreaterThan(100);
    region.bytes.set(Buffer.from('key 899 '), KEY_AT);
    expect(core.get(store, 0, '', KEY_AT, 8, 0, 2000, 1)).toBe(3);
    refuseAfter?.(-1);
  });
});
