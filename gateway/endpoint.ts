import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Caller } from './admission/caller.ts';
import type { Operations, Refusal } from './admission/operation.ts';
import type { Route } from './transport/door.ts';
import { createGraphqlHttp } from './transport/http.ts';
import { createResponseStreams } from './transport/responseStreams.ts';
import { createWebSocketServer, type WebSocketOptions } from './transport/websocket.ts';

export interface EndpointOptions<Client extends Caller> {
  readonly operations: Operations;
  /**
   * Who sends an HTTP request.
   * @throws GraphQLError UNAUTHENTICATED when what was sent to prove it is not valid.
   */
  identify(request: IncomingMessage): Promise<Client>;
  /** Whose socket it is, by the payload of `ConnectionInit`; null closes it with 4403. */
  connect: WebSocketOptions<Client>['connect'];
  toRefusal(error: unknown, requestId: string): Refusal;
  /** Whether pages of this origin may ask by GET and open sockets. */
  isAllowedOrigin(origin: string, request: IncomingMessage): boolean;
  /** Largest body and largest message of a socket, in bytes. */
  readonly maxBodyBytes: number;
  readonly limits?: WebSocketOptions<Client>['limits'];
  /** Subscriptions of one account that may stay open over HTTP. */
  readonly streamsPerAccount?: number;
  readonly now?: () => number;
}

/** One graph behind one path: over HTTP, in parts and as streams, and over WebSocket. */
export interface Endpoint<Client extends Caller> {
  readonly route: Route;
  /** Takes the server's WebSocket upgrades. */
  attach(server: Server): void;
  readonly sockets: number;
  /** Responses that stay open for subscriptions. */
  readonly streams: number;
  /** Looks at clients again, and closes the sockets and streams of those that are not valid any more. */
  recheck(concerns: (client: Client) => boolean, isValid: (client: Client) => Promise<boolean>): Promise<void>;
  /** Sends sockets and streams elsewhere. Requests that run are not touched. */
  stop(): Promise<void>;
}

/** @param path where the graph is; the WebSocket is at the same */
export function createEndpoint<Client extends Caller>(
  path: string,
  options: EndpointOptions<Client>,
): Endpoint<Client> {
  const { operations, identify, connect, toRefusal, isAllowedOrigin, maxBodyBytes, streamsPerAccount, now } = options;
  const streams = createResponseStreams<Client>({ streamsPerAccount, now });
  const sockets = createWebSocketServer<Client>({
    operations,
    connect,
    toRefusal,
    now,
    limits: { ...options.limits, messageBytes: maxBodyBytes },
  });
  const route = createGraphqlHttp<Client>({ operations, streams, identify, toRefusal, isAllowedOrigin, maxBodyBytes });

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url = '/', headers } = request;
    if ((url.includes('?') ? url.slice(0, url.indexOf('?')) : url) !== path) return refuse(socket, '404 Not Found');
    // Browsers send an origin, programs none.
    if (headers.origin !== undefined && !isAllowedOrigin(headers.origin, request))
      return refuse(socket, '403 Forbidden');
    sockets.upgrade(request, socket, head);
  };

  return {
    route,
    attach: (server) => void server.on('upgrade', upgrade),
    get sockets() {
      return sockets.connections;
    },
    get streams() {
      return streams.size;
    },
    async recheck(concerns, isValid) {
      await Promise.all([sockets.recheck(concerns, isValid), streams.recheck(concerns, isValid)]);
    },
    async stop() {
      streams.stop();
      await sockets.stop();
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
