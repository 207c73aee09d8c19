// Codecs: from values to bytes and back.
//
// Q1  A string comes back as it was. ASCII and well-formed strings are kept in UTF-8, one with a
//     lone surrogate in UTF-16, and the kind of a value says which.
// Q2  The codec of a user sees a copy of the bytes, so it may do anything with the cache.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';

// What the bytes of a value are. Snapshots have these numbers in them.
/** Bytes. */
export const KIND_BYTES = 0;
/** A string in ASCII. */
export const KIND_ASCII = 1;
/** A string in UTF-8. */
export const KIND_UTF8 = 2;
/** A string in UTF-16, the low byte first. */
export const KIND_UTF16 = 3;

/**
 * A codec of your own: how values of a `ByteLRU` become bytes, and bytes values.
 *
 * @example
 * ```ts
 * import { ByteLRU } from 'wasm-lru/bytes';
 *
 * const dates = new ByteLRU<Date>({
 *   maxBytes: 1_000_000,
 *   codec: {
 *     encode: (date) => date.toISOString(),
 *     decode: (bytes) => new Date(new TextDecoder().decode(bytes)),
 *   },
 * });
 * dates.set('birth', new Date(0));
 * console.log(dates.get('birth')?.getTime()); // 0
 * ```
 */
export interface Codec<V> {
  /** The bytes of a value, or a string, which stands for its bytes in UTF-8. */
  encode(value: V): Uint8Array | string;
  /** The value of these bytes, which are a copy of its own. */
  decode(bytes: Uint8Array): V;
}

/**
 * A codec that is there: for `Uint8Array`, for the host's `Buffer`, for strings, or for what JSON
 * can say.
 */
export type CodecName = 'bytes' | 'buffer' | 'string' | 'json';

/** A codec as the cache uses it. */
export interface Packer<V> {
  /** Throws what a codec throws, and `INVALID_VALUE` if the value is not what the codec takes. */
  pack(value: V): Uint8Array | string;
  /** The value of the bytes from `start` to `end`. */
  unpack(source: Source, start: number, end: number, kind: number): V;
}

// Looked up when they are first needed: importing this file needs no typed arrays.
let getters: { tag: () => unknown; length: () => number } | undefined;

function gettersOf() {
  const { prototype } = Object.getPrototypeOf(Uint8Array) as { prototype: object };
  const getter = (name: PropertyKey) => Object.getOwnPropertyDescriptor(prototype, name)?.get;
  getters ??= {
    tag: getter(Symbol.toStringTag) as () => unknown,
    length: getter('length') as () => number,
  };
  return getters;
}

/** Whether something is a `Uint8Array`, of any realm, whatever it says of itself. */
export function isBytes(value: unknown): value is Uint8Array {
  return (getters ?? gettersOf()).tag.call(value) === 'Uint8Array';
}

/** The length that a `Uint8Array` really has. */
export function lengthOf(bytes: Uint8Array): number {
  return (getters ?? gettersOf()).length.call(bytes);
}

interface HostBuffer extends Uint8Array {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, start: number, length: number): number;
}

interface HostBuffers {
  allocUnsafe(length: number): HostBuffer;
  from(buffer: ArrayBufferLike, start: number, length: number): HostBuffer;
}

/** Node's class, whose name makes bundlers add 26 kB of another one. */
function hostBuffers(): HostBuffers | undefined {
  return Reflect.get(globalThis, ['Buf', 'fer'].join('')) as HostBuffers | undefined;
}

let decoder: TextDecoder | undefined;
let encoder: TextEncoder | undefined;

/** The host's encoder of UTF-8. */
export function utf8(): TextEncoder {
  encoder ??= new TextEncoder();
  return encoder;
}

/** The units of a text, two bytes each, the low one first. */
export function unitsOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[i * 2] = unit;
    bytes[i * 2 + 1] = unit >> 8;
  }
  return bytes;
}

/** Units to a call of `fromCharCode`, whose arguments lie on the stack. */
const UNITS_MAX = 4096;

/** The text whose units are these bytes, one or two to a unit. */
export function textOfUnits(bytes: Uint8Array, isWide: boolean): string {
  const count = isWide ? bytes.length >> 1 : bytes.length;
  let text = '';
  for (let from = 0; from < count; from += UNITS_MAX) {
    const units: number[] = [];
    for (let i = from; i < Math.min(count, from + UNITS_MAX); i++) {
      const low = bytes[isWide ? i * 2 : i] as number;
      units.push(isWide ? low | ((bytes[i * 2 + 1] as number) << 8) : low);
    }
    text += String.fromCharCode(...units);
  }
  return text;
}

/** Bytes and units that a loop copies: the host's functions take longer to be called. */
const LOOP_MAX = 64;

/** Bytes, and what the host reads and writes texts with; as long as they are the same memory. */
export class Source {
  readonly bytes: Uint8Array;
  readonly #host: HostBuffer | undefined;
  /** Browsers neither decode nor encode in memory that threads share. */
  readonly #isShared: boolean;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#isShared = !(bytes.buffer instanceof ArrayBuffer);
    this.#host = hostBuffers()?.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Copies bytes to an offset of a target that has room for them. */
  copy(target: Uint8Array, offset: number, start: number, end: number): void {
    if (end - start <= LOOP_MAX) {
      const { bytes } = this;
      for (let i = start; i < end; i++) target[offset + i - start] = bytes[i] as number;
    } else {
      // Not the target's own method: its class may be anybody's.
      Uint8Array.prototype.set.call(target, this.bytes.subarray(start, end), offset);
    }
  }

  /** Writes a text in UTF-8, to where there are three bytes for each unit; returns how many. */
  write(text: string, start: number): number {
    const { bytes } = this;
    const { length } = text;
    if (length <= LOOP_MAX) {
      let all = 0;
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        all |= unit;
        bytes[start + i] = unit;
      }
      if (all < 128) return length;
    }
    if (this.#host !== undefined) return this.#host.utf8Write(text, start, length * 3);
    if (this.#isShared) {
      const encoded = utf8().encode(text);
      bytes.set(encoded, start);
      return encoded.length;
    }
    return utf8().encodeInto(text, bytes.subarray(start, start + length * 3)).written;
  }

  /** The text of the bytes of a kind, from `start` to `end`. */
  text(start: number, end: number, kind: number): string {
    if (kind === KIND_UTF16) return textOfUnits(this.bytes.subarray(start, end), true);
    const host = this.#host;
    if (host !== undefined) {
      return kind === KIND_ASCII ? host.latin1Slice(start, end) : host.utf8Slice(start, end);
    }
    decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    const { bytes } = this;
    return decoder.decode(this.#isShared ? sliceOf(bytes, start, end) : bytes.subarray(start, end));
  }
}

/** A copy of bytes; also of a `Buffer`, whose own `slice` is a view. */
export function sliceOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}

/** Whether a text has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function invalid(wanted: string, value: unknown): LRUCacheTypeError {
  return new LRUCacheTypeError('INVALID_VALUE', `The value must be ${wanted}, not ${show(value)}`);
}

const bytesPacker: Packer<Uint8Array> = {
  pack(value) {
    if (isBytes(value)) return value;
    throw invalid('a Uint8Array', value);
  },
  unpack: ({ bytes }, start, end) => sliceOf(bytes, start, end),
};

// A pool of small arrays, as the host has one, saves most of the time that a copy takes. Its arrays
// share their `buffer`, which users of this class expect and users of Uint8Array do not.
function bufferPacker(): Packer<Uint8Array> {
  const buffers = hostBuffers();
  if (buffers === undefined) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `codec 'buffer' needs the buffers of Node, which this host lacks`,
    );
  }
  return {
    pack: bytesPacker.pack,
    unpack(source, start, end) {
      const copy = buffers.allocUnsafe(end - start);
      source.copy(copy, 0, start, end);
      return copy;
    },
  };
}

const stringPacker: Packer<string> = {
  pack(value) {
    if (typeof value === 'string') return value;
    throw invalid('a string', value);
  },
  unpack: (source, start, end, kind) => source.text(start, end, kind),
};

const jsonPacker: Packer<unknown> = {
  pack(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
    throw invalid('something that JSON can say', value);
  },
  unpack: (source, start, end, kind) => JSON.parse(source.text(start, end, kind)),
};

function userPacker<V>(codec: Codec<V>): Packer<V> {
  return {
    pack(value) {
      const encoded: unknown = codec.encode(value);
      if (typeof encoded === 'string') return utf8().encode(encoded);
      if (isBytes(encoded)) return encoded;
      throw invalid('encoded as a Uint8Array or a string', encoded);
    },
    unpack: ({ bytes }, start, end) => codec.decode(sliceOf(bytes, start, end)),
  };
}

/** The packer of a codec. Throws `INVALID_OPTIONS` if it is none. */
export function packerFor<V>(codec: CodecName | Codec<V>): Packer<V> {
  if (codec === 'buffer') return bufferPacker() as unknown as Packer<V>;
  const named = { bytes: bytesPacker, string: stringPacker, json: jsonPacker };
  if (typeof codec === 'string' && Object.hasOwn(named, codec)) {
    return named[codec] as unknown as Packer<V>;
  }
  const own = codec as Partial<Codec<V>> | null;
  if (typeof own === 'object' && own !== null) {
    if (typeof own.encode === 'function' && typeof own.decode === 'function') {
      return userPacker(own as Codec<V>);
    }
  }
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `codec must be 'bytes', 'buffer', 'string', 'json' or an object with encode and decode`,
  );
}
