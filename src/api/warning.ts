// Warnings: what a program should hear of once, and can go on with.

const given = new Set<string>();

interface Host {
  emitWarning?: (message: string, type: string, code: string, from: unknown) => void;
}

/** Warns that a cache has no bound, once in a process, where lru-cache does and as it does. */
export function warnUnbounded(from: unknown): void {
  const code = 'LRU_CACHE_UNBOUNDED';
  if (given.has(code)) return;
  given.add(code);
  const type = 'UnboundedCacheWarning';
  const message =
    'TTL caching without ttlAutopurge, max, or maxSize can result in unbounded memory consumption.';
  const host = (globalThis as { process?: Host }).process;
  if (host?.emitWarning !== undefined) host.emitWarning(message, type, code, from);
  else console.error(`[${code}] ${type}: ${message}`);
}
