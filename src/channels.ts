// The diagnostics channels: what a cache publishes for subscribers, under lru-cache's names.
//
// `lru-cache:metrics` gets a status object for each get, set, has, peek, memo and delete;
// `lru-cache` traces each fetch. Without a subscriber nothing is made, and an operation pays for
// one look at `hasSubscribers`. A host without diagnostics channels has silent ones.
//
// The module is asked for by name at run time (`process.getBuiltinModule`), when the first cache is
// made: no import that a bundler or a browser would stumble over, and nothing happens on import.

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
  channel(name: string): Channel;
  tracingChannel?(name: string): TracingChannel;
}

/** Gets a status object for every synchronous operation. */
export let metrics: Channel = { hasSubscribers: false, publish: () => {} };
/** Traces loads. */
export let tracing: TracingChannel = { hasSubscribers: false, tracePromise: (run) => run() };
let isOpen = false;

/** Binds the channels to the host's, where it has any. */
export function openChannels(): void {
  if (isOpen) return;
  isOpen = true;
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } })
    .process;
  const diagnostics = host?.getBuiltinModule?.('node:diagnostics_channel') as
    | DiagnosticsChannel
    | undefined;
  if (diagnostics === undefined) return;
  metrics = diagnostics.channel('lru-cache:metrics');
  if (diagnostics.tracingChannel !== undefined) {
    tracing = diagnostics.tracingChannel('lru-cache');
  }
}
