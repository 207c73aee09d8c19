// The boundary of bytes: one region on either engine, and the views of its memory.
//
// V1  `bytes` and `words` are valid until the next call of the core that may let the memory grow
//     (`put`, `begin`, `victim`, `age`): read them anew from the region after it.
// V2  The frame is at address 0, the region behind it. Addresses that the core returns are made
//     unsigned by whoever uses them.
// V3  The core is not re-entered: it calls nothing, and no function here calls user code.

import type * as core from '../../assembly/bytes/index.js';
import { FRAME_SIZE } from '../../assembly/bytes/layout.js';
import type { EngineKind } from '../common/types.js';

declare const storeBrand: unique symbol;
/** Handle of a store; only its engine knows what it is. */
export type Store = { readonly [storeBrand]: true };

type Arguments<A> = { [I in keyof A]: A[I] extends boolean ? boolean | number : A[I] };
type Bound<F> = F extends (store: infer _, ...args: infer A) => infer R
  ? (store: Store, ...args: Arguments<A>) => R extends boolean ? boolean | number : R
  : never;

/** The functions of the core, from either compiler. */
export type BytesCore = {
  readonly [N in Exclude<keyof typeof core, 'arrange'>]: Bound<(typeof core)[N]>;
};

/** One store with a memory of its own. */
export interface Region {
  readonly kind: EngineKind;
  readonly core: BytesCore;
  readonly store: Store;
  /** Address of the frame. */
  readonly frame: number;
  /** Whether the core reads JavaScript's strings. */
  readonly readsText: boolean;
  /** All of the memory, by bytes and by words. */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** Bytes of the memory, with the frame. */
  readonly memoryBytes: number;
  /** A copy of the order of the slots, the oldest first. O(size). */
  order(): Int32Array;
}

/** How a region is to be made. */
export interface RegionOptions {
  readonly chunkBytes: number;
  /** Bytes that the memory may have, but for the frame. */
  readonly maxBytes: number;
  readonly seed: number;
}

/** Bytes of a page of linear memory, in which both engines count. */
export const PAGE = 65536;

/** The region that a memory of so many bytes beside the frame has at most. */
export function regionBytesFor(maxBytes: number): number {
  return Math.floor((maxBytes + PAGE) / PAGE) * PAGE - FRAME_SIZE;
}

/** The region that a memory begins with. */
export const REGION_BYTES_FIRST: number = 2 * PAGE - FRAME_SIZE;
