// Decodes the text of a core, and says whether the js-string builtins are worth using.

/** The bytes of pairs of hexadecimal digits, decoded in the fastest way that the host has. */
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
 * Whether the host reads strings faster in JavaScript than with its js-string builtins.
 * JavaScriptCore does, since it makes calls of them: without them, a hit of a string in Bun takes a
 * quarter of the time; WebKit has the same engine.
 */
export function isSlowWithBuiltins(): boolean {
  const { process, navigator } = globalThis as Host;
  return process?.versions?.bun !== undefined || navigator?.vendor === 'Apple Computer, Inc.';
}
