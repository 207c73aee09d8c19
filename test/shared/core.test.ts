// What the core of shared caches must not have: anything that an instance does to the memory when
// it is made, or that it keeps for itself.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SharedLRU } from '../../src/shared.js';

const bytes = readFileSync(new URL('../../build/shared.wasm', import.meta.url));

/** Numbers of the sections of a module, as the standard has them. */
function sectionsOf(module: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at < module.length; ) {
    found.push(module[at++] as number);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] as number;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += length;
  }
  return found;
}

const [GLOBALS, START, ELEMENTS, DATA, DATA_COUNT] = [6, 8, 9, 11, 12];

describe('the core of shared caches', () => {
  it('has no static data, no globals and no start function', () => {
    const sections = sectionsOf(bytes);
    expect(sections).toContain(10);
    for (const section of [GLOBALS, START, ELEMENTS, DATA, DATA_COUNT]) {
      expect(sections).not.toContain(section);
    }
  });

  it('imports the memory, and exports none', () => {
    const module = new WebAssembly.Module(bytes);
    const imports = WebAssembly.Module.imports(module).filter(({ kind }) => kind !== 'function');
    expect(imports).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(WebAssembly.Module.exports(module).every(({ kind }) => kind === 'function')).toBe(true);
  });
});

describe('two instances on one memory', () => {
  it('leave what is there as it is, to the byte', () => {
    const first = new SharedLRU<string>({ maxBytes: 300_000, shards: 2, codec: 'string' });
    for (let i = 0; i < 3000; i++) first.set(`key ${i}`, `value ${i}`.repeat(i % 9));
    const { memory } = first.handle;
    const framesEnd = memory.buffer.byteLength - 300_000 - 65_536;
    const shards = () => Buffer.from(new Uint8Array(memory.buffer).slice(framesEnd));
    const before = shards();
    const others = [1, 2, 3].map(() => SharedLRU.attach<string>(first.handle, { codec: 'string' }));
    expect(shards().equals(before)).toBe(true);
    for (const other of others) expect([...other.keys()]).toEqual([...first.keys()]);
    others[1]?.set('new', 'one');
    expect(first.get('new')).toBe('one');
    expect(others[2]?.get('new')).toBe('one');
  });

  it('change one order of use', () => {
    const a = new SharedLRU<string>({ maxBytes: 65_536, shards: 1, codec: 'string' });
    const b = SharedLRU.attach<string>(a.handle, { codec: 'string' });
    const value = 'x'.repeat(1000);
    for (let i = 0; i < 1000; i++) {
      (i % 2 === 0 ? a : b).set(`${i}`, value);
      // Used by the other thread, so it stays.
      expect((i % 2 === 0 ? b : a).get('0')).toBe(value);
    }
    expect(a.size).toBeLessThan(60);
    expect(a.stats().evictions).toBe(1000 - a.size);
    const kept = [...b.keys()].map(Number).sort((x, y) => x - y);
    expect(kept).toEqual([
      0,
      ...Array.from({ length: kept.length - 1 }, (_, i) => 1001 - kept.length + i),
    ]);
  });
});
