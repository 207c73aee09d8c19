// Warnings: problems that a program should be told once, and that do not stop it.

const given = new Set<string>();

interface Host {
  emitWarning?: (message: string, type: string, code: string, from: unknown) => void;
}

/** Warns once per process or thread, in the same cases and the same way as lru-cache. */
export function warn(code: string, type: string, message: string, from: unknown): void {
  if (given.has(code)) return;
  given.add(code);
  const host = (globalThis as { process?: Host }).process;
  if (host?.emitWarning !== undefined) host.emitWarning(message, type, code, from);
  else console.error(`[${code}] ${type}: ${message}`);
}

/** Warns that a cache has no bound. */
export function warnUnbounded(from: unknown): void {
  warn(
    'LRU_CACHE_UNBOUNDED',
    'UnboundedCacheWarning',
    'TTL caching without ttlAutopurge, max, or maxSize can result in unbounded memory consumption.',
    from,
  );
}
