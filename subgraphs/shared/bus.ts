import { EventEmitter } from 'node:events';
import { Redis } from 'ioredis';
import pg from 'pg';
import { endSilence } from './db.ts';
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

/**
 * `events`: this user's log grew. `identity`: this session or API key changed or ended. `deltas`: this message's reply went on. `stops`:
 * whoever writes this message's reply, or works on this run, must look whether to go on.
 */
export type Topic = 'events' | 'identity' | 'deltas' | 'stops';
const topics: readonly Topic[] = ['events', 'identity', 'deltas', 'stops'];

/** Listeners of this process; delivers in a later microtask so that a publisher never runs a reader's code. */
function createListeners(log: Log) {
  const emitter = new EventEmitter().setMaxListeners(0);
  const failed = (topic: string) => (error: unknown) => log.error({ error, topic }, 'a listener on the bus failed');
  return {
    deliver(topic: string, text: string) {
      queueMicrotask(() => {
        for (const listener of emitter.listeners(topic)) {
          // Also catches listeners that are asynchronous, whose rejection would end the process.
          new Promise((done) => done(listener(text))).catch(failed(topic));
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
  const settings = {
    lazyConnect: true,
    autoResubscribe: false,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
  };
  const out = new Redis(url, {
    ...settings,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_000,
  });
  const incoming = new Redis(url, { ...settings, maxRetriesPerRequest: null });
  let lastError: Error | undefined;
  for (const client of [out, incoming]) {
    client.on('error', (error: Error) => {
      lastError = error;
      log.warn({ error: error.message }, 'the Redis bus is not reachable');
    });
  }
  incoming.on('message', (channel: string, text: string) => deliver(channel.slice('jarvis:'.length), text));
  // Messages sent while we were away are gone: once we hear again, tell every reader to look at everything.
  const subscribe = async () => {
    await incoming.subscribe(...topics.map((topic) => `jarvis:${topic}`));
    for (const topic of topics) deliver(topic, '*');
  };
  const close = async () => {
    out.disconnect();
    incoming.disconnect();
  };
  try {
    await Promise.all([out.connect(), incoming.connect()]);
    await subscribe();
  } catch (error) {
    await close();
    throw lastError ?? error;
  }
  incoming.on('ready', () => void subscribe().catch(() => {})); // Fails only when the connection breaks again.
  return {
    publish(topic, text) {
      out.publish(`jarvis:${topic}`, text).catch(() => {
        // Only a hint was lost: readers also look by themselves.
        deliver(topic, text);
      });
    },
    listen,
    close,
  };
}

/** Several processes without Redis: PostgreSQL's LISTEN and NOTIFY on one connection a process. */
export async function createPostgresBus(url: string, log: Log): Promise<Bus> {
  const { deliver, listen } = createListeners(log);
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  const connect = async () => {
    const fresh = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
    });
    let established = false;
    let lost = false;
    fresh.on('error', (error) => {
      if (lost) return;
      lost = true;
      log.warn({ error: error.message }, 'the PostgreSQL bus lost its connection');
      fresh.end().catch(() => {});
      if (established) reconnect();
    });
    fresh.on('notification', ({ channel, payload }) => deliver(channel.slice('jarvis_'.length), payload ?? '*'));
    try {
      await fresh.connect();
      endSilence(fresh, 1_000);
      await fresh.query(topics.map((topic) => `LISTEN jarvis_${topic}`).join(';'));
    } catch (error) {
      fresh.end().catch(() => {});
      throw error;
    }
    established = true;
    return fresh;
  };
  const reconnect = () => {
    if (closed) return;
    retry = setTimeout(async () => {
      try {
        client = await connect();
      } catch {
        return reconnect();
      }
      if (closed) return void client.end().catch(() => {});
      for (const topic of topics) deliver(topic, '*');
    }, 500);
  };
  let client = await connect();
  let pending: { topic: Topic; text: string }[] = [];
  let sending = false;
  /** One statement at a time; what comes meanwhile goes together in the next. */
  const send = async () => {
    sending = true;
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      const values = [batch.map(({ topic }) => `jarvis_${topic}`), batch.map(({ text }) => text)];
      await client
        .query('SELECT pg_notify(topic, text) FROM unnest($1::text[], $2::text[]) AS message (topic, text)', values)
        .catch(() => {
          for (const { topic, text } of batch) deliver(topic, text);
        });
    }
    sending = false;
  };
  return {
    publish(topic, text) {
      pending.push({ topic, text });
      if (!sending) void send();
    },
    listen,
    async close() {
      closed = true;
      clearTimeout(retry);
      await client.end().catch(() => {});
    },
  };
}
