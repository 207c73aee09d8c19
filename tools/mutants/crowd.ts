// Words that crowd one place of the buckets, put into a core's table that is driven alone.
//
// Which word the index refuses, and which slot goes where, is said before by the rule of B1 to B4,
// from the same buckets.

import { mix } from '../../assembly/hash.js';
import {
  BUCKET_BYTES,
  BUCKET_LANES,
  BUCKET_SLOTS,
  CROWDED,
  ELSEWHERE,
  MAPPED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  PASSES_MAX,
  SLOT_FIRST,
  TAG_MATCHES_MAX,
} from '../../assembly/layout.js';
import { unmix } from '../../bench/hostile-keys.js';
import { below, type Random } from '../../bench/random.js';
import type { Table } from '../../src/engine/engine.js';
import type { WasmEngine } from '../../src/engine/wasm.js';
import { type BucketIndex, type Image, imageOf } from '../../test/support/image.js';
import { expectTable } from '../../test/support/validate.js';
import { check } from './check.js';

/** So many words with one home, the first or the last bucket, and so many tags. */
export function crowdedWords(count: number, isLast: boolean, tags: number): number[] {
  const base = isLast ? 0xff800000 : 0;
  // The tag is of bits 0 to 7 and 15 to 22.
  return Array.from({ length: count }, (_, i) =>
    unmix(base + (i % tags) + (Math.floor(i / tags) << 8)),
  );
}

const tagOf = (mixed: number) => (mixed ^ (mixed >>> 15)) & 0xff || 1;

/** A model of the buckets: the tags of every lane. */
class Buckets {
  readonly #tags: number[][];

  constructor({ count, bytes }: BucketIndex, isEmpty: boolean) {
    this.#tags = Array.from({ length: count }, (_, bucket) =>
      Array.from({ length: BUCKET_LANES }, (_, lane) =>
        isEmpty ? 0 : (bytes[bucket * BUCKET_BYTES + lane] as number),
      ),
    );
  }

  homeOf(word: number): number {
    return Number((BigInt(mix(word) >>> 0) * BigInt(this.#tags.length)) >> 32n);
  }

  /** The bucket and lane of a new word; undefined if it is refused. */
  placeFor(word: number): readonly [bucket: number, lane: number] | undefined {
    const tag = tagOf(mix(word));
    let alike = 0;
    for (let passes = 0; passes < PASSES_MAX; passes++) {
      const bucket = (this.homeOf(word) + passes) % this.#tags.length;
      const tags = this.#tags[bucket] as number[];
      alike += tags.filter((other) => other === tag).length;
      if (alike >= TAG_MATCHES_MAX) return undefined;
      if (tags.includes(0)) return [bucket, tags.indexOf(0)];
    }
    return undefined;
  }

  /** Takes a word in, or says that it is refused. */
  take(word: number): boolean {
    const place = this.placeFor(word);
    if (place === undefined) return false;
    const [bucket, lane] = place;
    (this.#tags[bucket] as number[])[lane] = tagOf(mix(word));
    return true;
  }
}

/** The slot that a bucket has in a lane. */
function slotAt({ bytes }: BucketIndex, [bucket, lane]: readonly [number, number]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(bucket * BUCKET_BYTES + BUCKET_SLOTS + lane * 4, true);
}

const indexOf = (image: Image) => image.index as BucketIndex;

/** A table of a core, and the words of its entries. */
export class Crowd {
  readonly #wasm: WasmEngine;
  readonly #random: Random;
  readonly table: Table;

  constructor(wasm: WasmEngine, random: Random, limit: number) {
    this.#wasm = wasm;
    this.#random = random;
    this.table = wasm.engine.createTable(limit) as Table;
  }

  image(): Image {
    return imageOf({ engine: this.#wasm.engine, table: this.table });
  }

  /** Checks what `find` says of a word. */
  find(word: number): number {
    const image = this.image();
    const { live } = expectTable({ engine: this.#wasm.engine, table: this.table });
    const model = new Buckets(indexOf(image), false);
    const at = (slot: number) => [image.records[slot * 2], image.records[slot * 2 + 1]] as number[];
    const isMapped = (slot: number) => ((at(slot)[1] as number) & MAPPED) !== 0;
    const own = live.find((slot) => at(slot)[0] === word && !isMapped(slot));
    const isAsked = live.some(
      (slot) => isMapped(slot) && model.homeOf(at(slot)[0] as number) === model.homeOf(word),
    );
    const wanted = own ?? (isAsked ? ELSEWHERE : NIL);
    check(this.#wasm.engine.find(this.table, word), wanted, 'find');
    return wanted;
  }

  /** Adds a word, or makes it the newest. */
  put(word: number): void {
    const { engine } = this.#wasm;
    const found = this.find(word);
    if (found > ELSEWHERE) {
      check(engine.put(this.table, word), found << OUTCOME_BITS, 'put');
      return;
    }
    const image = this.image();
    const place = new Buckets(indexOf(image), false).placeFor(word);
    const code = engine.insert(this.table, word);
    const outcome = code & OUTCOME_MASK;
    check(outcome === CROWDED, place === undefined, 'refused');
    if (outcome === NO_ROOM) {
      this.layOut('grow');
      this.put(word);
    } else if (outcome === CROWDED) this.#insertMapped(word);
    else if (image.size < image.limit) {
      const slot = slotAt(indexOf(this.image()), place as [number, number]);
      check(slot, code >> OUTCOME_BITS, 'place');
    }
  }

  #insertMapped(word: number): void {
    const { engine } = this.#wasm;
    if ((engine.insertMapped(this.table, word) & OUTCOME_MASK) !== NO_ROOM) return;
    this.layOut('grow');
    engine.insertMapped(this.table, word);
  }

  /** Removes an entry. */
  remove(): void {
    const { engine } = this.#wasm;
    const order = engine.order(this.table);
    if (order.length === 0) return;
    engine.remove(this.table, order[below(this.#random, order.length)] as number);
  }

  /** Gives an entry another word. */
  reword(word: number): void {
    const { engine } = this.#wasm;
    if (this.find(word) > ELSEWHERE) return;
    const order = engine.order(this.table);
    if (order.length > 0) {
      engine.reword(this.table, order[below(this.#random, order.length)] as number, word);
    }
  }

  /** Lays the table out anew, and checks which entries its index refuses from then on. */
  layOut(name: 'grow' | 'useAges' | 'useWeights'): void {
    const { engine } = this.#wasm;
    const { fresh, records } = this.image();
    check(plainTrue(engine[name](this.table)), true, name);
    const model = new Buckets(indexOf(this.image()), true);
    const refused: number[] = [];
    for (let slot = SLOT_FIRST; slot < fresh; slot++) {
      const [word, stamp] = [records[slot * 2] as number, records[slot * 2 + 1] as number];
      if (stamp !== 0 && (stamp & MAPPED) === 0 && !model.take(word)) refused.push(slot);
    }
    check([...engine.refused(this.table)].join(), refused.join(), 'slots that were refused');
  }
}

const plainTrue = (result: boolean | number): boolean => Boolean(result);
