// Responses by address, in a bound of bytes: what the sockets for HTTP have in common.
//
// V1  An address has a list of responses, which differ by what their `Vary` names. The list is one
//     entry of the cache, and is never changed: a change stores another one.
// V2  The size of an entry is the bytes of its address, and of the bodies and headers of its
//     responses. Nothing is stored that is above the bound of one entry.

import { LRUCache } from '../api/lru.js';
import { bytesOfText } from './bytes.js';

/** Bounds of a cache of responses. */
export interface ResponseBounds {
  /**
   * Largest number of bytes of all responses: bodies, headers and addresses.
   *
   * @default 104857600, which are 100 MiB
   */
  maxBytes?: number;
  /**
   * Largest number of bytes of one address. A larger response is not stored.
   *
   * @default 5242880, which are 5 MiB, or `maxBytes` if that is less
   */
  maxEntryBytes?: number;
  /**
   * Largest number of addresses.
   *
   * @default no bound
   */
  max?: number;
}

const MAX_BYTES = 100 * 1024 * 1024;
const MAX_ENTRY_BYTES = 5 * 1024 * 1024;

/** @internal A response as it is kept. */
export interface Variant {
  /** Bytes of body and headers. */
  readonly bytes: number;
  /** When it goes, in ms since 1970. */
  readonly endMs: number;
}

/** @internal Responses by address. */
export class Variants<T extends Variant> {
  /** Largest number of bytes of an address. */
  readonly maxEntryBytes: number;
  readonly #lists: LRUCache<string, readonly T[]>;

  constructor({ maxBytes = MAX_BYTES, maxEntryBytes, max }: ResponseBounds) {
    this.maxEntryBytes = maxEntryBytes ?? Math.min(MAX_ENTRY_BYTES, maxBytes);
    this.#lists = new LRUCache<string, readonly T[]>({
      maxSize: maxBytes,
      maxEntrySize: this.maxEntryBytes,
      ...(max === undefined ? {} : { max }),
      sizeCalculation: (list, address) =>
        list.reduce((sum, { bytes }) => sum + bytes, bytesOfText(address)),
    });
  }

  /** Number of addresses. */
  get size(): number {
    return this.#lists.size;
  }

  /** Number of bytes. */
  get bytes(): number {
    return this.#lists.calculatedSize;
  }

  /** The addresses, the least recently used first. */
  addresses(): string[] {
    return [...this.#lists.rkeys()];
  }

  /** The responses of an address that have not ended. With `use`, it becomes the newest. */
  list(address: string, use: boolean): readonly T[] {
    const list = use ? this.#lists.get(address) : this.#lists.peek(address);
    const nowMs = Date.now();
    return list?.filter(({ endMs }) => endMs > nowMs) ?? [];
  }

  /** Adds a response, in the place of those that it replaces and of those that have ended. */
  put(address: string, variant: T, replaces: (other: T) => boolean): void {
    const kept = this.list(address, false).filter((other) => !replaces(other));
    this.#lists.set(address, [...kept, variant]);
  }

  /** Removes responses of an address; says whether there were any. */
  remove(address: string, isMeant: (variant: T) => boolean): boolean {
    const list = this.list(address, false);
    const kept = list.filter((variant) => !isMeant(variant));
    if (kept.length === list.length) return false;
    if (kept.length === 0) this.#lists.delete(address);
    else this.#lists.set(address, kept);
    return true;
  }
}
