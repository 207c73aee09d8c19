// The table that the demo prints, as cells.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const DEMO = fileURLToPath(new URL('../src/demo/demo.js', import.meta.url));

/** The cells of a table in Markdown, its head and rule first. */
export function cellsOf(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Runs the demo with options, and gives its table. Rejects if the demo does not end well. */
export async function demoTable(...options: string[]): Promise<string[][]> {
  return cellsOf((await exec(process.execPath, [DEMO, ...options])).stdout);
}
