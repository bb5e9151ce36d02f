import { GraphQLError } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { FetchFailure } from '../execution/errors.ts';
import { EventQueue } from './eventQueue.ts';
import type { SubgraphResponse, SubscriptionRequest, SubscriptionSource } from './source.ts';

export interface WebSocketSourceOptions {
  /** Where the subgraph speaks `graphql-transport-ws`. */
  readonly url: string;
  /** What a connection is opened with, such as the caller's authorization. Callers with the same share a connection. */
  connectionParams?(context: unknown): Record<string, unknown> | undefined;
  /** Connections at a time; more callers with credentials of their own are refused. */
  readonly maxConnections?: number;
  /** Answers that may wait for a slow client. */
  readonly queueLimit?: number;
  /** Milliseconds between two signs of life that are asked of the subgraph, and in which one has to come. */
  readonly heartbeat?: { readonly every: number; readonly within: number };
  /** Attempts to connect again before those who wait are told, and what to wait before each. */
  readonly attempts?: number;
  backoff?(attempt: number): Promise<void>;
}

export interface WebSocketSource extends SubscriptionSource {
  readonly connections: number;
  readonly subscriptions: number;
  /** Ends all subscriptions; their clients may go on elsewhere. */
  close(): void;
}

/** Largest message that we read, in bytes. */
const maxPayload = 10_000_000;

/** The address for subscriptions that goes with one for queries. */
export function webSocketAddress(routingUrl: string): string {
  const url = new URL(routingUrl);
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  return url.href;
}

/**
 * Subscriptions that the subgraph runs itself. All callers with the same credentials share one socket. What it sends are finished answers:
 * `withFinishedAnswers` gives them to the executor. When the socket breaks, its subscriptions end and say that they can be started again:
 * nobody knows what was missed. The next ones connect anew, and wait while that takes a few attempts.
 */
export function createWebSocketSource(options: WebSocketSourceOptions): WebSocketSource {
  const { connectionParams, maxConnections = 1_000, queueLimit = 1_000 } = options;
  const connections = new Map<string, Connection>();
  let isClosed = false;

  return {
    events(request) {
      const params = connectionParams?.(request.context);
      const key = JSON.stringify(params ?? null);
      let connection = connections.get(key);
      if (!connection) {
        if (isClosed) throw interrupted();
        if (connections.size >= maxConnections)
          throw new Error(`More than ${maxConnections} connections to a subgraph.`);
        connection = new Connection(options, params, () => connections.delete(key));
        connections.set(key, connection);
      }
      return connection.subscribe(request, queueLimit);
    },
    get connections() {
      return connections.size;
    },
    get subscriptions() {
      return [...connections.values()].reduce((sum, { subscriptions }) => sum + subscriptions, 0);
    },
    close() {
      isClosed = true;
      for (const connection of [...connections.values()]) connection.interrupt();
    },
  };
}

interface Subscription {
  readonly queue: EventQueue<SubgraphResponse>;
  /** Leaves the connection; what comes for it later is lost. */
  leave(): void;
}

/** One socket, opened with the first subscription and closed after the last. */
class Connection {
  readonly #client: Client;
  readonly #subscriptions = new Set<Subscription>();
  readonly #onIdle: () => void;

  constructor(options: WebSocketSourceOptions, params: Record<string, unknown> | undefined, onIdle: () => void) {
    const { url, heartbeat = { every: 15_000, within: 5_000 }, attempts = 5, backoff } = options;
    let isConnected = false;
    let overdue: NodeJS.Timeout | undefined;
    const broken = () => {
      clearTimeout(overdue);
      if (isConnected) this.interrupt();
      isConnected = false;
    };
    this.#onIdle = onIdle;
    this.#client = createClient({
      url,
      connectionParams: params,
      webSocketImpl: BoundedWebSocket,
      connectionAckWaitTimeout: 10_000,
      keepAlive: heartbeat.every,
      retryAttempts: attempts,
      ...(backoff && { retryWait: backoff }),
      // Whoever was refused is refused again.
      shouldRetry: (cause) => (cause as { code?: unknown }).code !== 4403,
      on: {
        connected: () => {
          isConnected = true;
        },
        ping: (received) => {
          if (!received) overdue = setTimeout(() => this.#client.terminate(), heartbeat.within);
        },
        pong: (received) => {
          if (received) clearTimeout(overdue);
        },
        closed: broken,
        error: broken,
      },
    });
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  subscribe(request: SubscriptionRequest, limit: number): AsyncIterable<SubgraphResponse> {
    const { query, operationName, variables, signal } = request;
    let unsubscribe = () => {};
    const subscription: Subscription = {
      queue: new EventQueue({ limit, tooSlow, onReturn: () => subscription.leave() }),
      leave: () => {
        signal.removeEventListener('abort', subscription.leave);
        if (!this.#subscriptions.delete(subscription)) return;
        subscription.queue.end();
        if (!this.#subscriptions.size) this.#onIdle();
        unsubscribe();
      },
    };
    const { queue, leave } = subscription;
    this.#subscriptions.add(subscription);
    unsubscribe = this.#client.subscribe<Record<string, unknown>>(
      { query, operationName, variables: variables as Record<string, unknown> | undefined },
      {
        next: (answer) => queue.push(answer as SubgraphResponse),
        error: (cause) => {
          // The subgraph refused the operation: its answer to the client, as over HTTP.
          if (Array.isArray(cause)) queue.push({ data: null, errors: cause });
          else queue.end(new FetchFailure('could not be reached', { cause }));
          leave();
        },
        complete: leave,
      },
    );
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return queue;
  }

  /** Ends its subscriptions, and with the last of them the socket. */
  interrupt(): void {
    for (const { queue, leave } of [...this.#subscriptions]) {
      queue.end(interrupted());
      leave();
    }
  }
}

class BoundedWebSocket extends WebSocket {
  constructor(address: string, protocols: string) {
    super(address, protocols, { maxPayload, handshakeTimeout: 10_000, perMessageDeflate: false });
  }
}

const interrupted = () =>
  new GraphQLError('The subscription was interrupted at its source. Start it again.', {
    extensions: { code: 'UPSTREAM_FAILED', resumable: true, retryAfter: 1 },
  });

const tooSlow = () =>
  new GraphQLError('The subscription ended because its client reads too slowly. Start it again.', {
    extensions: { code: 'RATE_LIMITED', resumable: true, retryAfter: 1 },
  });
