// What table.mjs has for tests.

interface Socket {
  readonly entry: string;
  readonly packages: Readonly<Record<string, string>>;
}
/** The rows of the table. */
export const sockets: readonly Socket[];
/** The versions of the packages of an entry, as they are locked. */
export function versionsOf(socket: Socket): string;
