// The LRU cache of the textbooks: a Map to the nodes of a doubly linked list.
//
// The list is a circle through a sentinel, so that no node is a special case: `newer` of the
// sentinel is the oldest node, `older` of it the newest. A full cache uses the oldest node again.

import type { AnyKey, Store, Value } from './store.js';

/** A node of the list; the sentinel has neither a key nor a value that is ever read. */
interface Node {
  key: AnyKey;
  value: Value;
  older: Node;
  newer: Node;
}

/** A Map and linked objects. */
export class LinkedLRU implements Store {
  readonly #max: number;
  readonly #map = new Map<AnyKey, Node>();
  readonly #end: Node;

  constructor(max: number) {
    this.#max = max;
    const end = { key: 0, value: { id: 0 } } as Node;
    end.older = end;
    end.newer = end;
    this.#end = end;
  }

  /** The value of a key, which is the newest from now on. */
  get(key: AnyKey): Value | undefined {
    const node = this.#map.get(key);
    if (node === undefined) return undefined;
    this.#touch(node);
    return node.value;
  }

  /** Stores a value, as the newest; the oldest makes room. */
  set(key: AnyKey, value: Value): void {
    const found = this.#map.get(key);
    if (found !== undefined) {
      found.value = value;
      this.#touch(found);
      return;
    }
    if (this.#map.size < this.#max) {
      const older = this.#end.older;
      const node: Node = { key, value, older, newer: this.#end };
      older.newer = node;
      this.#end.older = node;
      this.#map.set(key, node);
      return;
    }
    const node = this.#end.newer;
    this.#map.delete(node.key);
    node.key = key;
    node.value = value;
    this.#touch(node);
    this.#map.set(key, node);
  }

  /** Number of entries. */
  get size(): number {
    return this.#map.size;
  }

  /** Removes a key; whether it was there. */
  delete(key: AnyKey): boolean {
    const node = this.#map.get(key);
    if (node === undefined) return false;
    this.#map.delete(key);
    node.older.newer = node.newer;
    node.newer.older = node.older;
    return true;
  }

  #touch(node: Node): void {
    const end = this.#end;
    if (end.older === node) return;
    node.older.newer = node.newer;
    node.newer.older = node.older;
    const older = end.older;
    node.older = older;
    node.newer = end;
    older.newer = node;
    end.older = node;
  }
}
