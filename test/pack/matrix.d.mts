// The types of matrix.mjs, for the test that uses it from TypeScript.

import type ts from 'typescript';

/** A kind of program: a language version, and what is known of the host. */
export interface ProgramKind {
  readonly lib: string;
  readonly host: 'no host' | 'DOM' | 'Node' | 'DOM and Node';
}

/** Where a version of TypeScript has its libraries, and where the types of packages are. */
export interface Places {
  readonly libFolder: string;
  readonly typeRoot: string;
}

export const PROGRAMS: readonly ProgramKind[];

export function complaintsInAll(
  compiler: typeof ts,
  places: Places,
  file: string,
  programs?: readonly ProgramKind[],
): string[];
