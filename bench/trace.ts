// Traces: requests for keys, read from whatever the user has, checked and made ready to replay.
//
// A trace is held in the form the measuring processes are sent, next to the numbered form the
// oracle wants. Nothing here knows a cache.

import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Failure } from './failure.js';

/** The type of a trace's keys. */
export type KeyKind = 'int' | 'string';

/** A trace, ready to replay. */
export interface Trace {
  readonly label: string;
  readonly keys: KeyKind;
  readonly requests: number;
  readonly uniques: number;
  /** The keys: native int32, or UTF-8 with a newline after each. */
  readonly bytes: Uint8Array;
  /** The keys by number: 0 to `uniques` - 1, as they first come. */
  readonly ids: Int32Array;
  /** Capacities on record, to replay it at unless the user names others. */
  readonly capacities: readonly number[];
  /** Exact LRU hits by capacity, where they are on record. */
  readonly knownHits: KnownHits;
}

const NEWLINE = 0x0a;

/** Hits by capacity. */
export type KnownHits = Readonly<Record<string, number>>;

function number<K>(keys: ArrayLike<K>): { ids: Int32Array; uniques: number } {
  const numbers = new Map<K, number>();
  const ids = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as K;
    let id = numbers.get(key);
    if (id === undefined) {
      id = numbers.size;
      numbers.set(key, id);
    }
    ids[i] = id;
  }
  return { ids, uniques: numbers.size };
}

/** A trace of int32 keys. */
export function traceOfInts(label: string, keys: Int32Array): Trace {
  const bytes = new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength);
  return traceOf(label, 'int', keys, bytes);
}

/** Lines as UTF-8. Never as one text, which may be longer than V8 allows. */
function joinLines(lines: readonly string[]): Buffer {
  const length = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const bytes = Buffer.allocUnsafe(length);
  let end = 0;
  for (const line of lines) {
    end += bytes.write(line, end);
    end = bytes.writeUInt8(NEWLINE, end);
  }
  return bytes;
}

/** A trace of string keys, none of which has a newline in it. */
export function traceOfStrings(label: string, keys: readonly string[]): Trace {
  return traceOf(label, 'string', keys, joinLines(keys));
}

function traceOf<K>(label: string, kind: KeyKind, keys: ArrayLike<K>, bytes: Uint8Array): Trace {
  const { ids, uniques } = number(keys);
  const requests = keys.length;
  return { label, keys: kind, requests, uniques, bytes, ids, capacities: [], knownHits: {} };
}

/** The content of a file, or of standard input if it is called '-'; unpacked if it is gzip. */
export async function readUnpacked(file: string): Promise<Buffer> {
  const name = file === '-' ? 'standard input' : file;
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : readFileSync(file);
  } catch (error) {
    throw new Failure(`cannot read ${name}: ${(error as Error).message}`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new Failure(`cannot unpack ${name}: ${(error as Error).message}`);
  }
}

/** The lines, at most `limit`. A newline at the end begins no line; CRLF counts as a newline. */
export function splitLines(bytes: Buffer, limit: number): string[] {
  const lines: string[] = [];
  let start = 0;
  while (start < bytes.length && lines.length < limit) {
    const newline = bytes.indexOf('\n', start);
    const next = newline < 0 ? bytes.length : newline;
    const end = next > start && bytes[next - 1] === 0x0d ? next - 1 : next;
    lines.push(bytes.toString('utf8', start, end));
    start = next + 1;
  }
  return lines;
}

/** As `splitLines`; throws `Failure` where a line is longer than a string can be. */
function linesOf(bytes: Buffer, label: string, limit: number): string[] {
  try {
    return splitLines(bytes, limit);
  } catch (error) {
    throw new Failure(`a line of ${label} is no key: ${(error as Error).message}`);
  }
}

/** Whether a text is an int32 in decimal, written as JavaScript writes it. */
function isInt(text: string): boolean {
  return String(Number(text) | 0) === text;
}

/**
 * The trace in a file, gzip or plain, with one key per line, cut to its first `limit` requests.
 * Its keys are ints if every line is one, unless said otherwise. Throws `Failure`.
 */
export async function readTrace(
  file: string,
  keys: KeyKind | 'auto',
  limit: number,
): Promise<Trace> {
  const label = file === '-' ? 'stdin' : file.replace(/^.*[\\/]/, '').replace(/\.gz$/, '');
  const lines = linesOf(await readUnpacked(file), label, limit);
  if (lines.length === 0) throw new Failure(`no requests in ${file}: a key per line is wanted`);
  const odd = keys === 'string' ? 0 : lines.findIndex((line) => !isInt(line));
  if (odd < 0) return traceOfInts(label, Int32Array.from(lines, Number));
  if (keys !== 'int') return traceOfStrings(label, lines);
  throw new Failure(
    `line ${odd + 1} of ${label} is no int32 in decimal: '${lines[odd]?.slice(0, 80)}'`,
  );
}
