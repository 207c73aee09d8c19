// Responses by address, with a bound of bytes: the common part of the sockets for HTTP.
//
// VA1  An address has a list of responses, which differ in the headers that their `Vary` names. The
//      list is one entry of the cache, and is never changed: a change stores a new list.
// VA2  The size of an entry is the bytes of its address, and of the bodies and headers of its
//      responses. An entry above the bound for one entry is not stored.

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

/** @internal A stored response. */
export interface Variant {
  /** Bytes of body and headers. */
  readonly bytes: number;
  /** The time at which it is deleted, in ms since 1970. */
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

  /**
   * The responses of an address that are not yet to be deleted. With `use`, the address becomes the
   * newest.
   */
  list(address: string, use: boolean): readonly T[] {
    const list = use ? this.#lists.get(address) : this.#lists.peek(address);
    const nowMs = Date.now();
    return list?.filter(({ endMs }) => endMs > nowMs) ?? [];
  }

  /** Adds a response, and drops those that it replaces and those that are to be deleted. */
  put(address: string, variant: T, replaces: (other: T) => boolean): void {
    const kept = this.list(address, false).filter((other) => !replaces(other));
    this.#lists.set(address, [...kept, variant]);
  }

  /** Removes responses of an address; returns whether there were any. */
  remove(address: string, isMeant: (variant: T) => boolean): boolean {
    const list = this.list(address, false);
    const kept = list.filter((variant) => !isMeant(variant));
    if (kept.length === list.length) return false;
    if (kept.length === 0) this.#lists.delete(address);
    else this.#lists.set(address, kept);
    return true;
  }
}
