// Snapshots of an LRUCache: functions, and not methods, so that programs without them do not carry
// the format and its checksum.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { Entry as DumpEntry } from '../common/types.js';
import { type Codec, KIND_BYTES, Source, textOfUnits, utf8 } from './codec.js';
import { keyBytesOf, keyTooLong } from './frame.js';
import { joined, type RecordOf, readSnapshot, recordsOf, snapshotOf } from './snapshot.js';

/** What is needed of an `LRUCache`. */
interface Dumpable<K, V> {
  dump(): [K, DumpEntry<V>][];
  load(entries: Iterable<readonly [K, DumpEntry<V>]>): void;
}

/** The text that stands for a key: a letter for its type, and itself. */
function textOfKey(key: unknown): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'number') return `n${Object.is(key, -0) ? 0 : key}`;
  throw new LRUCacheTypeError(
    'INVALID_KEY',
    `Only strings and numbers can be keys in a snapshot, not ${show(key)}`,
  );
}

function keyOfText(text: string): string | number {
  return text[0] === 'n' ? Number(text.slice(1)) : text.slice(1);
}

function* dumped<K, V>(cache: Dumpable<K, V>, encode: Codec<V>['encode']): Generator<RecordOf> {
  for (const [key, { value, ttl, start, size }] of cache.dump()) {
    const left = ttl === undefined || ttl === 0 ? 0 : ttl - (Date.now() - (start ?? Date.now()));
    if (left < 0) continue;
    const keyBytes = keyBytesOf(textOfKey(key));
    if (keyBytes === undefined) throw keyTooLong();
    const encoded = encode(value);
    const bytes = typeof encoded === 'string' ? utf8().encode(encoded) : encoded;
    const base = { key: keyBytes, value: bytes, kind: KIND_BYTES, ttl: left };
    yield size === undefined ? base : { ...base, size };
  }
}

/**
 * The entries of an `LRUCache` as bytes, for `loadBytes`. Its keys have to be strings or numbers.
 * `encode` makes bytes of a value, or a string, which stands for its bytes in UTF-8; without it,
 * values are kept as JSON.
 *
 * Throws `INVALID_KEY` and `KEY_TOO_LONG`, and what `encode` throws.
 *
 * @example
 * ```ts
 * import { LRUCache } from 'wasm-lru';
 * import { dumpBytes, loadBytes } from 'wasm-lru/bytes';
 *
 * const before = new LRUCache<string, number>({ max: 10 });
 * before.set('a', 1);
 * const after = new LRUCache<string, number>({ max: 10 });
 * loadBytes(after, dumpBytes(before));
 * console.log(after.get('a')); // 1
 * ```
 */
export function dumpBytes<K, V>(
  cache: Dumpable<K, V>,
  encode: Codec<V>['encode'] = (value) => JSON.stringify(value),
): Uint8Array {
  return joined(snapshotOf(dumped(cache, encode), 1 << 20));
}

/**
 * Replaces the entries of an `LRUCache` by those that `dumpBytes` made, less the time that has
 * passed by the wall clock. `decode` makes values of bytes; without it, they are JSON.
 *
 * Throws `SNAPSHOT_VERSION`, `SNAPSHOT_CORRUPT`, and what `decode` throws; the cache is as it was
 * then.
 */
export function loadBytes<K, V>(
  cache: Dumpable<K, V>,
  source: Uint8Array | Iterable<Uint8Array>,
  decode: Codec<V>['decode'] = (bytes) =>
    JSON.parse(new Source(bytes).text(0, bytes.length, 2)) as V,
): void {
  const snapshot = readSnapshot(source);
  const dump: [K, DumpEntry<V>][] = [];
  for (const { key, value, ttl, size } of recordsOf(snapshot)) {
    const text = textOfUnits(key.bytes, key.isWide);
    const entry: DumpEntry<V> = { value: decode(value.slice()) };
    if (ttl > 0) {
      entry.ttl = Math.ceil(ttl);
      entry.start = Date.now();
    }
    if (size !== undefined) entry.size = size;
    dump.push([keyOfText(text) as K, entry]);
  }
  cache.load(dump);
}
