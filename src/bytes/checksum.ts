// The checksum of snapshots: CRC-32 as in zlib and PNG (polynomial 0xedb88320), eight bytes at a
// time (Kounavis and Berry 2005).

let tables: Int32Array | undefined;

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    made[i] = value;
  }
  for (let i = 256; i < made.length; i++) {
    const before = made[i - 256] as number;
    made[i] = (made[before & 255] as number) ^ (before >>> 8);
  }
  return made;
}

/** A checksum of bytes that come in pieces. */
export class Checksum {
  #state = -1;

  /** The checksum of all bytes so far, from 0 to 2^32 - 1. */
  get value(): number {
    return ~this.#state >>> 0;
  }

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    tables ??= makeTables();
    const table = tables;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const whole = bytes.length & ~7;
    let state = this.#state;
    for (let i = 0; i < whole; i += 8) {
      const low = state ^ view.getInt32(i, true);
      const high = view.getInt32(i + 4, true);
      state =
        (table[1792 + (low & 255)] as number) ^
        (table[1536 + ((low >>> 8) & 255)] as number) ^
        (table[1280 + ((low >>> 16) & 255)] as number) ^
        (table[1024 + (low >>> 24)] as number) ^
        (table[768 + (high & 255)] as number) ^
        (table[512 + ((high >>> 8) & 255)] as number) ^
        (table[256 + ((high >>> 16) & 255)] as number) ^
        (table[high >>> 24] as number);
    }
    for (let i = whole; i < bytes.length; i++) {
      state = (table[(state ^ (bytes[i] as number)) & 255] as number) ^ (state >>> 8);
    }
    this.#state = state;
  }
}
