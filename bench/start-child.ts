// What a fresh process needs of a library before its first entry: the job is the library's name.

import { contenderOf } from './adapters/contenders.js';

/** What came out, in ms. */
export type StartJobResult =
  | { readonly importMs: number; readonly constructMs: number }
  | { readonly error: string };

const ENTRIES = 1000;

async function measure(library: string): Promise<StartJobResult> {
  const { load } = contenderOf(library);
  const began = performance.now();
  const create = await load();
  const imported = performance.now();
  create(ENTRIES, 'string').set('first', { id: 1 });
  const constructed = performance.now();
  return { importMs: imported - began, constructMs: constructed - imported };
}

async function main(): Promise<StartJobResult> {
  try {
    return await measure(JSON.parse(process.argv[2] ?? '') as string);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await main()));
