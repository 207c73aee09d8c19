// Figures: what a run did, kept for whoever asked to know.
//
// WASM_LRU_FIGURES names the file that they are added to, a line of JSON each. Without it, as in
// `npm test`, nothing is kept. `npm run test:nightly` sums them up.

import { appendFileSync } from 'node:fs';

/** One line of the file: so many of something, or what else there is to say. */
export type FigureLine =
  | { readonly name: string; readonly count: number }
  | { readonly note: string };

function add(line: FigureLine): void {
  const file = process.env.WASM_LRU_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Counts so many more of something, named in the plural. */
export function figure(name: string, count: number): void {
  add({ name, count });
}

/** Keeps a sentence, without its full stop. */
export function note(text: string): void {
  add({ note: text });
}
