// The keys of a cell: one for each id from 0 up, of the kind the cell names.
//
// BK1  Keys are made once and used again (int, int32, float, string, object), or built by every
//      operation, within the pass, as a server's requests build theirs (all other kinds). A string
//      keeps its hash, so only a string that is built costs a cache the hashing.
// BK2  Keys that are built are flat one-byte strings, cut out of a buffer: what a parser of a
//      protocol hands out. `cons` is the exception: a rope, which the cache has to flatten.
// BK3  Building is timed alone as well, over the same ids, and subtracted. `at` keeps every key it
//      builds until the next, so that V8 cannot leave out the building of a key that nobody uses.

import type { AnyKey } from './adapters/contenders.js';
import { mix32 } from './random.js';
import type { KeyKind } from './results.js';

/** The keys of one cell. */
export interface Keys {
  /** Whether keys are built by every operation. */
  readonly isBuilt: boolean;
  /** The key of an id; a new one if keys are built. */
  keyOf(id: number): AnyKey;
  /** Takes the ids of the next pass, and looks up their keys if these are made before. */
  load(ids: Int32Array): void;
  /** The key of a pass's operation. */
  at(index: number): AnyKey;
}

type Slots = { [index: number]: AnyKey; readonly length: number };

/** Keys that are made before. */
class MadeKeys implements Keys {
  readonly isBuilt = false;
  readonly keyOf: (id: number) => AnyKey;
  readonly #requests: Slots;

  constructor(keyOf: (id: number) => AnyKey, requests: Slots) {
    this.keyOf = keyOf;
    this.#requests = requests;
  }

  load(ids: Int32Array): void {
    for (let i = 0; i < ids.length; i++) this.#requests[i] = this.keyOf(ids[i] as number);
  }

  at(index: number): AnyKey {
    return this.#requests[index] as AnyKey;
  }
}

/** Keys that every operation builds. */
class BuiltKeys implements Keys {
  readonly isBuilt = true;
  readonly keyOf: (id: number) => string;
  #ids: Int32Array = new Int32Array(0);
  /** The key built last, see BK3. */
  latest = '';

  constructor(keyOf: (id: number) => string) {
    this.keyOf = keyOf;
  }

  load(ids: Int32Array): void {
    this.#ids = ids;
  }

  at(index: number): string {
    const key = this.keyOf(this.#ids[index] as number);
    this.latest = key;
    return key;
  }
}

/** All numbers of 16 bits in hexadecimal, made on first use: four times as fast as `toString`. */
let hex4: string[] | undefined;

function hex8(value: number): string {
  hex4 ??= Array.from({ length: 2 ** 16 }, (_, i) => i.toString(16).padStart(4, '0'));
  return `${hex4[value >>> 16]}${hex4[value & 0xffff]}`;
}

/** A version 4 UUID, other for every id. */
function uuidOf(id: number): string {
  const words = [1, 2, 3].map((salt) => hex8(mix32(mix32(id) + salt)));
  const [b, c, d] = words as [string, string, string];
  const middle = `${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}`;
  return `${hex8(mix32(id))}-${middle}-${c.slice(4)}${d}`;
}

/** The smallest power of ten, 100,000 at least, that all ids can be added to without a carry. */
function numberBase(count: number): number {
  let base = 100_000;
  while (base * 9 < count) base *= 10;
  return base;
}

type StringKind = Exclude<KeyKind, 'int' | 'int32' | 'float' | 'object' | 'int+string'>;

/** The text of each kind of strings; `number` is the id, with the same digits for all ids. */
const texts: Readonly<Record<StringKind, (id: number, number: number) => string>> = {
  string: (id) => `user${hex8(mix32(id))}`,
  fresh16: (id) => `user:${hex8(mix32(id))}:v1`,
  fresh40: (id) => `session:${hex8(mix32(id))}:${hex8(mix32(id + 1))}:permissions-v1`,
  cons: (_, number) => `user:${number}:permissions`,
  'prefix-id': (_, number) => `user:${number}`,
  'id-suffix': (_, number) => `${number}:user-permissions`,
  padded: (_, number) => `${number}`.padStart(16, '0'),
  url: (_, number) => `https://example.com/api/v1/users/${number}/permissions?page=1`,
  uuid: uuidOf,
  json: (_, number) => `{"user":${number},"scope":"read"}`,
};

/** A method of Node's buffers that its types leave out: the shortest way to a one-byte string. */
interface SlicedBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
}

/** All texts of a kind in one buffer, and a function that cuts a new string out of it. */
function cutFresh(kind: StringKind, count: number): (id: number) => string {
  const text = texts[kind];
  const base = numberBase(count);
  const width = text(0, base).length;
  const buffer = Buffer.allocUnsafeSlow(count * width) as Buffer as SlicedBuffer;
  for (let id = 0; id < count; id++) buffer.write(text(id, base + id), id * width, 'latin1');
  return (id) => buffer.latin1Slice(id * width, id * width + width);
}

/** The strings of a kind, made once. */
function makeStrings(kind: StringKind, count: number): string[] {
  const cut = cutFresh(kind, count);
  return Array.from({ length: count }, (_, id) => cut(id));
}

/**
 * Whether keys of a kind are computed from their id. The others have to be kept for each id, so
 * that there can be only so many.
 */
export function isComputed(kind: KeyKind): boolean {
  return kind === 'int' || kind === 'int32' || kind === 'float' || kind === 'cons';
}

/** An odd multiple of one third, so no integer, and with all its digits in use. */
function floatOf(id: number): number {
  return (mix32(id) + 0.5) / 3;
}

/**
 * The keys of ids 0 to `count` - 1, for passes of so many operations. `known` are the keys
 * themselves, if the cell replays a trace of int32 keys.
 */
export function makeKeys(
  kind: KeyKind,
  count: number,
  operations: number,
  known?: Int32Array,
): Keys {
  switch (kind) {
    case 'int':
      return new MadeKeys((id) => id, new Int32Array(operations));
    case 'int32': {
      const int32Of = known === undefined ? mix32 : (id: number) => known[id] as number;
      return new MadeKeys(int32Of, new Int32Array(operations));
    }
    case 'float':
      return new MadeKeys(floatOf, new Float64Array(operations));
    case 'string': {
      const strings = makeStrings(kind, count);
      return new MadeKeys((id) => strings[id] as string, new Array<AnyKey>(operations));
    }
    case 'int+string': {
      const strings = makeStrings('string', count);
      const keyOf = (id: number): AnyKey => (id & 1 ? (strings[id] as string) : id);
      return new MadeKeys(keyOf, new Array<AnyKey>(operations));
    }
    case 'object': {
      const objects = Array.from({ length: count }, (_, id) => ({ user: id }));
      return new MadeKeys((id) => objects[id] as object, new Array<AnyKey>(operations));
    }
    case 'cons': {
      const base = numberBase(count);
      return new BuiltKeys((id) => `user:${base + id}:permissions`);
    }
    default:
      return new BuiltKeys(cutFresh(kind, count));
  }
}
