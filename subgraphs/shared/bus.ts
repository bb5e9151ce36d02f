import { EventEmitter } from 'node:events';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Log } from './log.ts';

/**
 * The bus says "look again": a topic and a short text (usually a user id), never the news itself. A message may be lost
 * or come twice; whoever listens reads the event log, which is the truth.
 */
export interface Bus {
  publish(topic: Topic, text: string): void;
  /** Returns the function that stops listening. */
  listen(topic: Topic, listener: (text: string) => void): () => void;
  close(): Promise<void>;
}

/** `events`: this user's log grew. `identity`: this session or API key changed or ended. */
export type Topic = 'events' | 'identity';

/** Listeners of this process; delivers in a later microtask so that a publisher never runs a reader's code. */
function createListeners(log: Log) {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    deliver(topic: string, text: string) {
      queueMicrotask(() => {
        for (const listener of emitter.listeners(topic)) {
          try {
            listener(text);
          } catch (error) {
            log.error({ error, topic }, 'a listener on the bus failed');
          }
        }
      });
    },
    listen(topic: string, listener: (text: string) => void) {
      emitter.on(topic, listener);
      return () => void emitter.off(topic, listener);
    },
  };
}

/** Everything in one process: the default. */
export function createMemoryBus(log: Log): Bus {
  const { deliver, listen } = createListeners(log);
  return { publish: deliver, listen, close: async () => {} };
}

/** Several processes over one Redis (publish/subscribe). */
export async function createRedisBus(url: string, log: Log): Promise<Bus> {
  const { deliver, listen } = createListeners(log);
  const settings = { lazyConnect: true, retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000) };
  const out = new Redis(url, {
    ...settings,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_000,
  });
  const incoming = new Redis(url, { ...settings, maxRetriesPerRequest: null });
  for (const client of [out, incoming]) {
    client.on('error', (error: Error) => log.warn({ error: error.message }, 'the Redis bus is not reachable'));
  }
  incoming.on('message', (channel: string, text: string) => deliver(channel.slice('jarvis:'.length), text));
  // Messages sent while we were away are gone: tell every reader to look at everything.
  incoming.on('ready', () => {
    for (const topic of ['events', 'identity']) deliver(topic, '*');
  });
  await Promise.all([out.connect(), incoming.connect()]);
  await incoming.subscribe('jarvis:events', 'jarvis:identity');
  return {
    publish(topic, text) {
      out.publish(`jarvis:${topic}`, text).catch(() => {
        // Only a hint was lost: readers also look by themselves.
        deliver(topic, text);
      });
    },
    listen,
    async close() {
      out.disconnect();
      incoming.disconnect();
    },
  };
}

/** Several processes without Redis: PostgreSQL's LISTEN and NOTIFY on one connection a process. */
export async function createPostgresBus(url: string, log: Log): Promise<Bus> {
  const { deliver, listen } = createListeners(log);
  let client: pg.Client;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  const connect = async () => {
    client = new pg.Client({ connectionString: url });
    client.on('error', (error) => {
      log.warn({ error: error.message }, 'the PostgreSQL bus lost its connection');
      client.end().catch(() => {});
      reconnect();
    });
    client.on('notification', ({ channel, payload }) => deliver(channel.slice('jarvis_'.length), payload ?? '*'));
    await client.connect();
    await client.query('LISTEN jarvis_events; LISTEN jarvis_identity');
  };
  const reconnect = () => {
    if (closed || retry) return;
    retry = setTimeout(() => {
      retry = undefined;
      connect().then(
        () => ['events', 'identity'].forEach((topic) => void deliver(topic, '*')),
        () => reconnect(),
      );
    }, 500);
  };
  await connect();
  return {
    publish(topic, text) {
      client.query('SELECT pg_notify($1, $2)', [`jarvis_${topic}`, text]).catch(() => deliver(topic, text));
    },
    listen,
    async close() {
      closed = true;
      clearTimeout(retry);
      await client.end().catch(() => {});
    },
  };
}
