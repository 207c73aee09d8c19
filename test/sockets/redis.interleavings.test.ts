// Every order in which a command, its reply, a write of somebody else, its invalidation and a lost
// connection can come, up to a length: no value stays that is older than what the server has said.
//
// And every order in which the two connections of ioredis come, go and are answered: in the end
// Redis tracks, and the cache never says so when Redis does not.
//
// The server is simulated. It has one queue to the client (RESP3 on one connection) or two (replies
// on one connection, invalidations on another). What is delivered in one piece is processed before
// any promise goes on, as the chunks of a socket are: `tick` is the end of a chunk.

import * as redis from 'redis';
import { describe, expect, it } from 'vitest';
import {
  clientSideCache,
  type IoredisConnection,
  type TrackedCache,
  trackedCache,
} from 'wasm-lru/redis';

const KEY = 'key';
const STEPS = ['get', 'serve', 'set', 'reply', 'invalidation', 'tick', 'lose'] as const;
type Step = (typeof STEPS)[number];

/** A cache under test. */
interface Subject {
  get(send: () => Promise<number>): Promise<unknown>;
  invalidate(): void;
  /** The connection is lost, and found again. */
  lose(): Promise<void>;
}

interface Request {
  resolve(version: number): void;
  reject(error: Error): void;
}

const settle = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

/** A server, what is on its way to it and from it, and a client. */
class World {
  readonly #isOneQueue: boolean;
  readonly #subject: Subject;
  #version = 0;
  #isTracked = false;
  #requests: Request[] = [];
  #replies: { at: number; deliver(): void }[] = [];
  #invalidations: { at: number }[] = [];
  #sent = 0;

  constructor(subject: Subject, isOneQueue: boolean) {
    this.#subject = subject;
    this.#isOneQueue = isOneQueue;
  }

  readonly #send = () =>
    new Promise<number>((resolve, reject) => this.#requests.push({ resolve, reject }));

  can(step: Step): boolean {
    const [reply, invalidation] = [this.#replies[0]?.at, this.#invalidations[0]?.at];
    if (step === 'serve') return this.#requests.length > 0;
    if (step === 'reply') return reply !== undefined && !this.#isBehind(reply, invalidation);
    if (step !== 'invalidation') return true;
    return invalidation !== undefined && !this.#isBehind(invalidation, reply);
  }

  #isBehind(own: number, other: number | undefined): boolean {
    return this.#isOneQueue && other !== undefined && other < own;
  }

  /** Does a step; gives a promise only if a chunk ends with it. */
  do(step: Step): Promise<void> | undefined {
    switch (step) {
      case 'get':
        this.#subject.get(this.#send).catch(() => undefined);
        return undefined;
      case 'serve': {
        const { resolve } = this.#requests.shift() as Request;
        const version = this.#version;
        this.#isTracked = true;
        this.#sent += 1;
        this.#replies.push({ at: this.#sent, deliver: () => resolve(version) });
        return undefined;
      }
      case 'set':
        this.#version += 1;
        this.#sent += 1;
        if (this.#isTracked) this.#invalidations.push({ at: this.#sent });
        this.#isTracked = false;
        return undefined;
      case 'reply':
        this.#replies.shift()?.deliver();
        return undefined;
      case 'invalidation':
        this.#invalidations.shift();
        this.#subject.invalidate();
        return undefined;
      case 'tick':
        return settle();
      case 'lose':
        // Replies are lost; requests that were not served are sent again, as by an offline queue.
        this.#replies = [];
        this.#invalidations = [];
        this.#isTracked = false;
        return this.#subject.lose();
    }
  }

  /** Delivers all that is on its way, in one piece, and asks once more: [the answer, the truth]. */
  async end(): Promise<[unknown, number]> {
    const drain = () => {
      for (let i = 0; i < 8; i++) {
        for (const step of ['serve', 'reply', 'invalidation'] as const) {
          if (this.can(step)) void this.do(step);
        }
      }
    };
    drain();
    await settle();
    const answer = this.#subject.get(this.#send);
    await settle();
    drain();
    return [await answer, this.#version];
  }
}

/** Walks through all schedules of a length; gives those that leave an older value, and how many. */
async function explore(make: () => Subject, isOneQueue: boolean, length: number) {
  const wrong: string[] = [];
  let schedules = 0;
  const walk = async (done: readonly Step[]): Promise<void> => {
    const world = new World(make(), isOneQueue);
    for (const step of done) {
      const end = world.do(step);
      if (end !== undefined) await end;
    }
    const next = STEPS.filter(
      (step) => world.can(step) && !(step === 'tick' && done.at(-1) === step),
    );
    const [answer, truth] = await world.end();
    schedules += 1;
    if (answer !== truth) wrong.push(`${done.join(' ')}: ${answer}, not ${truth}`);
    if (done.length < length) for (const step of next) await walk([...done, step]);
  };
  await walk([]);
  return { wrong, schedules };
}

/** A cache of node-redis's kind, given commands as its client gives them. */
function ofNodeRedis(cache: redis.BasicClientSideCache): Subject {
  const client = { isReady: true, socketEpoch: 0, _clientId: 'a' };
  const command = { redisArgs: ['GET', KEY], keys: [KEY], preserve: undefined };
  return {
    get: (send) => cache.handleCache(client as never, command as never, send as never),
    invalidate: () => cache.invalidate(KEY),
    lose: async () => cache.onError(),
  };
}

/** A connection that can be lost. */
class Connection implements IoredisConnection {
  status = 'ready';
  readonly other?: Connection;
  readonly #listeners = new Map<string, (...details: unknown[]) => unknown>();

  constructor(other?: Connection) {
    if (other !== undefined) this.other = other;
  }

  duplicate(): Connection {
    return this.other ?? this;
  }

  async call(): Promise<unknown> {
    return 1;
  }

  async subscribe(): Promise<void> {}

  on(event: string, listener: (...details: unknown[]) => unknown): void {
    this.#listeners.set(event, listener);
  }

  off(): void {}

  disconnect(): void {}

  emit(event: string, ...details: unknown[]): unknown {
    return this.#listeners.get(event)?.(...details);
  }
}

function ofIoredis(): Subject {
  const invalidations = new Connection();
  const data = new Connection(invalidations);
  const cache = trackedCache(data, { max: 10 });
  return {
    get: (send) => cache.get(KEY, send),
    invalidate: () =>
      void invalidations.emit('messageBuffer', '__redis__:invalidate', [Buffer.from(KEY)]),
    lose: async () => {
      invalidations.emit('close');
      await invalidations.emit('ready');
    },
  };
}

const LENGTH = 6;

describe('no order leaves an older value', () => {
  it('in the cache for node-redis, on one connection', async () => {
    const make = () => ofNodeRedis(clientSideCache(redis, { max: 10 }));
    const { wrong, schedules } = await explore(make, true, LENGTH);
    expect(wrong).toEqual([]);
    expect(schedules).toBeGreaterThan(5000);
  });

  it('in the cache for ioredis, on two connections', async () => {
    const { wrong, schedules } = await explore(ofIoredis, false, LENGTH);
    expect(wrong).toEqual([]);
    expect(schedules).toBeGreaterThan(5000);
  });
});

it('an order that does is found in the cache that node-redis brings', async () => {
  const make = () => ofNodeRedis(new redis.BasicClientSideCache({ maxEntries: 10 }));
  const { wrong } = await explore(make, true, 4);
  expect(wrong).not.toEqual([]);
});

const CONNECTING = ['data', 'invalidations', 'answer data', 'answer invalidations'] as const;

/** A command that waits for its answer. */
interface Sent {
  readonly args: readonly string[];
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/** A connection that comes, goes and is answered when the test says so. */
class SlowConnection implements IoredisConnection {
  status = 'connecting';
  /** Which connection it is to the server; 0 if it is none. */
  id = 0;
  readonly other: SlowConnection | undefined;
  readonly #listeners = new Map<string, (...details: unknown[]) => unknown>();
  readonly #waiting: Sent[] = [];
  readonly #serve: (args: readonly string[]) => unknown;
  /** Whether commands without an answer are sent again, after those of `ready`, as in ioredis. */
  readonly #resends: boolean;

  constructor(
    serve: (args: readonly string[]) => unknown,
    resends: boolean,
    other?: SlowConnection,
  ) {
    this.#serve = serve;
    this.#resends = resends;
    this.other = other;
  }

  duplicate(): SlowConnection {
    return this.other ?? this;
  }

  call(...args: string[]): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.push({ args, resolve, reject }));
  }

  subscribe(channel: string): Promise<unknown> {
    return this.call('SUBSCRIBE', channel);
  }

  on(event: string, listener: (...details: unknown[]) => unknown): void {
    this.#listeners.set(event, listener);
  }

  off(event: string): void {
    this.#listeners.delete(event);
  }

  disconnect(): void {}

  open(id: number): void {
    [this.status, this.id] = ['ready', id];
    const unanswered = this.#waiting.splice(0);
    this.#listeners.get('ready')?.();
    this.#waiting.push(...unanswered);
  }

  close(): void {
    [this.status, this.id] = ['close', 0];
    const failed = this.#resends ? [] : this.#waiting.splice(0);
    for (const { reject } of failed) reject(new Error('closed'));
    this.#listeners.get('close')?.();
  }

  get isWaiting(): boolean {
    return this.id > 0 && this.#waiting.length > 0;
  }

  /** Serves the first command that waits, and answers it. */
  answer(): void {
    const { args, resolve, reject } = this.#waiting.shift() as Sent;
    try {
      resolve(this.#serve(args));
    } catch (error) {
      reject(error as Error);
    }
  }
}

/** A server for two connections, and a cache on them. */
class Connections {
  readonly cache: TrackedCache;
  #opened = 0;
  /** The connections that the server has: who listens, and whom messages for the data go to. */
  #listener = 0;
  #target = 0;
  readonly #invalidations: SlowConnection;
  readonly #data: SlowConnection;

  constructor(resends: boolean) {
    this.#invalidations = new SlowConnection((args) => this.#serveListener(args), resends);
    const serve = (args: readonly string[]) => this.#serveData(args);
    this.#data = new SlowConnection(serve, resends, this.#invalidations);
    this.cache = trackedCache(this.#data, { max: 10 });
  }

  #serveListener([command]: readonly string[]): unknown {
    if (command !== 'SUBSCRIBE') return this.#invalidations.id;
    this.#listener = this.#invalidations.id;
    return 1;
  }

  #serveData(args: readonly string[]): unknown {
    const target = Number(args.at(-1));
    if (target !== this.#invalidations.id) throw new Error('ERR The client ID does not exist');
    this.#target = target;
    return 'OK';
  }

  /** Whether the server tells of changes, as far as it knows. */
  get isTracked(): boolean {
    return this.#target > 0 && this.#target === this.#listener;
  }

  can(step: (typeof CONNECTING)[number]): boolean {
    if (!step.startsWith('answer')) return true;
    return (step === 'answer data' ? this.#data : this.#invalidations).isWaiting;
  }

  do(step: (typeof CONNECTING)[number]): Promise<void> {
    const connection = step.endsWith('data') ? this.#data : this.#invalidations;
    if (step.startsWith('answer')) connection.answer();
    else if (connection.id === 0) connection.open(++this.#opened);
    else {
      if (connection === this.#data) this.#target = 0;
      else this.#listener = 0;
      connection.close();
    }
    return settle();
  }

  /** Both connections are there, and everything is answered. */
  async end(): Promise<void> {
    if (this.#data.id === 0) await this.do('data');
    if (this.#invalidations.id === 0) await this.do('invalidations');
    while (this.can('answer data') || this.can('answer invalidations')) {
      await this.do(this.can('answer data') ? 'answer data' : 'answer invalidations');
    }
  }
}

const CONNECTING_LENGTH = 9;

describe.each([false, true])('connections that send again what was not answered: %s', (resends) => {
  it('track in the end, in whatever order they come, go and are answered', async () => {
    const wrong: string[] = [];
    let schedules = 0;
    const walk = async (done: readonly (typeof CONNECTING)[number][]): Promise<void> => {
      const connections = new Connections(resends);
      const { cache } = connections;
      for (const step of done) {
        await connections.do(step);
        if (cache.isTracking && !connections.isTracked) wrong.push(`${done}: untrue`);
      }
      const next = CONNECTING.filter((step) => connections.can(step));
      await connections.end();
      schedules += 1;
      if (!cache.isTracking || !connections.isTracked) wrong.push(`${done}: in vain`);
      if (done.length < CONNECTING_LENGTH) {
        for (const step of next) await walk([...done, step]);
      }
    };
    await walk([]);
    expect(wrong).toEqual([]);
    expect(schedules).toBeGreaterThan(5000);
  });
});
