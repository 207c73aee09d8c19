// The diagnostics channels: what a cache publishes for subscribers, under lru-cache's names.
//
// `lru-cache:metrics` gets a status object for each get, set, has, peek, memo and delete;
// `lru-cache` traces each fetch. Without a subscriber, no object is made, and an operation pays
// nothing: both channels are constants, so that optimized code stays valid until there is a
// subscriber. On a host without diagnostics channels, they do nothing.
//
// The module is looked up by name at run time (`process.getBuiltinModule`), without an import that
// would fail in a bundler or a browser.

/** What is used of a `Channel` of node:diagnostics_channel. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** What is used of a `TracingChannel` of node:diagnostics_channel. */
export interface TracingChannel {
  readonly hasSubscribers: boolean;
  tracePromise<T>(run: () => Promise<T>, context: object): Promise<T>;
}

interface DiagnosticsChannel {
  channel?(name: string): Channel;
  tracingChannel?(name: string): TracingChannel;
}

interface Host {
  getBuiltinModule?(name: string): unknown;
}

function findDiagnostics(): DiagnosticsChannel | undefined {
  try {
    const host = (globalThis as { process?: Host }).process;
    return host?.getBuiltinModule?.('node:diagnostics_channel') as DiagnosticsChannel | undefined;
  } catch {
    // Importing this package must not fail, whatever object is named `process`.
    return undefined;
  }
}

const diagnostics = findDiagnostics();

/** Gets a status object for every synchronous operation. */
export const metrics: Channel = diagnostics?.channel?.('lru-cache:metrics') ?? {
  hasSubscribers: false,
  publish: () => {},
};

/** Traces loads. */
export const tracing: TracingChannel = diagnostics?.tracingChannel?.('lru-cache') ?? {
  hasSubscribers: false,
  tracePromise: (run) => run(),
};
