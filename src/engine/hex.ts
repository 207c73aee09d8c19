// What every core needs of its host: its bytes from a text, and whether builtins are of use.

/** The bytes that pairs of hexadecimal digits stand for, by the host's best means. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  const { fromHex } = Uint8Array as unknown as {
    fromHex?: (text: string) => Uint8Array<ArrayBuffer>;
  };
  if (fromHex !== undefined) return fromHex.call(Uint8Array, text);
  // By words, as what is run but once is slow: by digits it takes ten times as long. Node's Buffer
  // is faster still, but a bundler that sees its name adds 26 kB of another one.
  const length = text.length >> 1;
  const words = new DataView(new ArrayBuffer((length + 3) & ~3));
  for (let i = 0; i < length; i += 4) {
    const digits = text.slice(i * 2, i * 2 + 8).padEnd(8, '0');
    words.setUint32(i, Number.parseInt(digits, 16));
  }
  return new Uint8Array(words.buffer as ArrayBuffer, 0, length);
}

interface Host {
  readonly process?: { readonly versions?: { readonly bun?: string } };
  readonly navigator?: { readonly vendor?: string };
}

/**
 * Whether the host reads strings faster in JavaScript than by the js-string builtins that it has:
 * JavaScriptCore does, for which they are calls. In Bun, a hit of a string takes a quarter of the
 * time that it takes with them; WebKit is the same engine.
 */
export function isSlowWithBuiltins(): boolean {
  const { process, navigator } = globalThis as Host;
  return process?.versions?.bun !== undefined || navigator?.vendor === 'Apple Computer, Inc.';
}
