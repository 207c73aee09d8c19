// The traces of the tests: which there are, and how their files are read.
//
// The full set is shared between working copies and never published; where it is absent, the two
// traces that are vendored with the benchmarks take its place. Both have a manifest.json with the
// format, the checksum and exact LRU hit counts of every trace.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A trace, as its manifest describes it. */
export interface Trace {
  readonly name: string;
  readonly format: string;
  readonly requests: number;
  readonly uniques: number;
  readonly sha256: string;
  readonly lruHitsByCapacity: Readonly<Record<string, number>>;
}

const sharedFolder = new URL('../../../shared/traces/', import.meta.url);
const vendoredFolder = new URL('../../bench/traces/', import.meta.url);

/** Whether all traces are here, and not the vendored ones only. */
export const isFullSet = existsSync(new URL('manifest.json', sharedFolder));
const folder = isFullSet ? sharedFolder : vendoredFolder;

/** Every trace of the manifest. */
export function listTraces(): Trace[] {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
    traces: Record<string, Omit<Trace, 'name'>>;
  };
  return Object.entries(manifest.traces).map(([name, trace]) => ({ ...trace, name }));
}

/** The file of a trace, as it lies on the disk. */
export function readTraceFile({ name }: Trace): Uint8Array {
  return readFileSync(new URL(name, folder));
}

/** SHA-256 of a file, in hexadecimal. */
export function sha256Of(file: Uint8Array): string {
  return createHash('sha256').update(file).digest('hex');
}

function linesOf(bytes: Uint8Array): string[] {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  return lines.filter((line) => line !== '');
}

/** The number in column `column` of every line; the columns are separated by `separator`. */
function columnOf(lines: readonly string[], separator: string, column: number): number[] {
  return lines.map((line) => Number(line.split(separator)[column]));
}

/** Each line `start count …` stands for `count` requests from `start` up. */
function expandRanges(lines: readonly string[]): number[] {
  const keys: number[] = [];
  for (const line of lines) {
    const [start, count] = line.split(' ', 2).map(Number) as [number, number];
    for (let key = start; key < start + count; key++) keys.push(key);
  }
  return keys;
}

function readInts(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(i * 4, true));
}

/** The requested keys of a trace's file, in order. */
export function keysOf({ name, format }: Trace, file: Uint8Array): (number | string)[] {
  const bytes = gunzipSync(file);
  if (format === 'i32le') return readInts(bytes);
  const lines = linesOf(bytes);
  if (format === 'text') return lines.filter((line) => line !== '*').map(Number);
  if (format === 'arc') return expandRanges(lines);
  if (format === 'lines') return lines;
  if (format === 'csv') return columnOf(lines.slice(1), ',', 4);
  if (format === 'text3') return columnOf(lines, ' ', 1);
  throw new Error(`${name} has an unknown format: ${format}`);
}
