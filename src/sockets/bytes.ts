// Bytes of text, and copies of bytes.

let encoder: TextEncoder | undefined;

/** @internal The bytes of text in UTF-8. A host without an encoder may import this, not use it. */
export function bytesOfText(text: string): number {
  encoder ??= new TextEncoder();
  return encoder.encode(text).length;
}

/** @internal A copy of bytes, of their class. */
export const copyOfBytes = <T extends Uint8Array>(bytes: T): T =>
  Uint8Array.prototype.slice.call(bytes) as T;
