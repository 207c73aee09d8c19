// The shelf: the entries of the cache in recency order, newest first, as a list of boxes.
//
// It shows what `cache.keys()` gives, and nothing that it remembers itself: a box that moves has
// moved in the cache. Animations are only a way from one such state to the next.

import { make } from './elements.js';

/** Duration of a move, in ms. */
const MOVE_MS = 260;

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

function placeOf({ offsetLeft, offsetTop, offsetWidth }: HTMLElement): Place {
  return { left: offsetLeft, top: offsetTop, width: offsetWidth };
}

/** What to show. */
export interface ShelfState {
  /** Keys, newest first. */
  readonly keys: readonly string[];
  readonly capacity: number;
  /** Whether the newest key was there before it was requested; undefined if nothing was. */
  readonly isHit: boolean | undefined;
}

/** The boxes in a list element. */
export class Shelf {
  readonly #list: HTMLElement;
  #boxes = new Map<string, HTMLElement>();

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  /** Shows a state; boxes move to their places if `isAnimated`. O(capacity). */
  show({ keys, capacity, isHit }: ShelfState, isAnimated: boolean): void {
    const before = this.#boxes;
    const places = new Map<HTMLElement, Place>();
    if (isAnimated) for (const box of before.values()) places.set(box, placeOf(box));

    this.#boxes = new Map(keys.map((key) => [key, before.get(key) ?? boxOf(key)]));
    const boxes = [...this.#boxes.values()];
    const isFull = boxes.length === capacity;
    for (const [i, box] of boxes.entries()) {
      box.classList.toggle('hit', i === 0 && isHit === true);
      box.classList.toggle('miss', i === 0 && isHit === false);
      box.classList.toggle('oldest', isFull && i === boxes.length - 1);
    }
    this.#list.replaceChildren(...boxes, ...roomFor(capacity - boxes.length));
    if (!isAnimated) return;

    for (const [key, box] of before) {
      if (!this.#boxes.has(key)) this.#drop(box, places.get(box) as Place);
    }
    for (const box of boxes) move(box, places.get(box));
  }

  /** Lets a box fall out of the list. */
  #drop(box: HTMLElement, { left, top, width }: Place): void {
    const { style } = box;
    box.className = 'falling';
    box.ariaHidden = 'true';
    [style.left, style.top, style.width] = [`${left}px`, `${top}px`, `${width}px`];
    this.#list.append(box);
    const fall = box.animate({ transform: 'translateY(2.5rem)', opacity: 0 }, MOVE_MS * 1.5);
    fall.onfinish = () => box.remove();
  }
}

function boxOf(key: string): HTMLElement {
  const box = make('li', key);
  box.title = key;
  return box;
}

/** Empty places. */
function roomFor(count: number): HTMLElement[] {
  return Array.from({ length: count }, () => {
    const room = make('li');
    room.className = 'room';
    room.ariaHidden = 'true';
    return room;
  });
}

/** Animates a box from the place that it had; a new one appears. */
function move(box: HTMLElement, from: Place | undefined): void {
  const timing = { duration: MOVE_MS, easing: 'ease-out' };
  if (from === undefined) {
    box.animate({ transform: ['translateY(-0.6rem)', 'none'], opacity: [0, 1] }, timing);
    return;
  }
  const to = placeOf(box);
  const [x, y] = [from.left - to.left, from.top - to.top];
  if (x === 0 && y === 0) return;
  box.animate({ transform: [`translate(${x}px, ${y}px)`, 'none'] }, timing);
}
