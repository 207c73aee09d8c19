// The number of bytes of values, and copies of bytes.

let encoder: TextEncoder | undefined;

/**
 * @internal The number of bytes of text in UTF-8. A host without an encoder can import this, but
 * not use it.
 */
export function bytesOfText(text: string): number {
  encoder ??= new TextEncoder();
  return encoder.encode(text).length;
}

/** @internal A copy of bytes, of their class. */
export const copyOfBytes = <T extends Uint8Array>(bytes: T): T =>
  Uint8Array.prototype.slice.call(bytes) as T;

/**
 * @internal The number of bytes of a value made of text, bytes, maps, arrays and objects, including
 * keys. Text counts as in UTF-8, any other value as a number.
 */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return bytesOfText(value);
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  const parts: Iterable<unknown> = value instanceof Map ? value : Object.entries(value);
  let bytes = 0;
  for (const [key, part] of parts as Iterable<[unknown, unknown]>) {
    bytes += bytesOf(key) + bytesOf(part);
  }
  return bytes;
}
