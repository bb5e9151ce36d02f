import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** Answers the requests of one path. What it throws is answered for it. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface DoorOptions {
  /** By exact path. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Asked for all other paths; says whether it answered. */
  otherwise?(request: IncomingMessage, response: ServerResponse): Promise<boolean> | boolean;
  /** Web origins, besides our own, whose pages may read answers. */
  readonly allowedOrigins?: readonly string[];
  /** Told of each answered request. The route is one of `routes`, or "other": never what a client made up. */
  onAnswer?(route: string, status: number, seconds: number): void;
  onError?(route: string, error: Error): void;
}

/** Milliseconds that a request may be on its way from a client that does not know yet that the door closes. */
const onTheWay = 250;

/** An HTTP server with few paths, bounded patience, and a way to leave in order. */
export interface Door {
  readonly server: Server;
  /** Starts to listen and returns the port. */
  listen(port: number, host: string): Promise<number>;
  /** Lets running requests end, for at most `patience` milliseconds, and takes no new connections. */
  close(patience: number): Promise<void>;
}

/** Makes a door, not yet open. Headers and bodies that drip in are cut off: 10 s for headers, 30 s for a request. */
export function createDoor(options: DoorOptions): Door {
  const { routes, otherwise, allowedOrigins = [], onAnswer, onError } = options;
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  server.maxConnections = 20_000;
  /**
   * What each connection is waiting for: once the door closes, nothing comes after it. By connection, because a Set that is added to with
   * every request grows tables into the old generation of the heap, and what hangs on them.
   */
  const answering = new Map<Socket, ServerResponse | null>();
  let isClosing = false;

  server.on('connection', (socket) => {
    answering.set(socket, null);
    socket.on('close', () => answering.delete(socket));
  });
  server.on('request', async (request, response) => {
    const { url = '/' } = request;
    const path = url.includes('?') ? url.slice(0, url.indexOf('?')) : url;
    const handle = Object.hasOwn(routes, path) ? routes[path] : undefined;
    const route = handle ? path : 'other';
    const started = performance.now();
    const { socket } = request;
    answering.set(socket, response);
    response.on('close', () => {
      if (answering.get(socket) === response) answering.set(socket, null);
      if (response.writableFinished) onAnswer?.(route, response.statusCode, (performance.now() - started) / 1_000);
      // Unless there is a pipelined one behind it.
      if (isClosing && !answering.get(socket)) socket.destroySoon();
    });
    // Whoever keeps the connection would find it closed: better to say so.
    if (isClosing) response.shouldKeepAlive = false;
    try {
      allowOrigin(request, response, allowedOrigins);
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else if (handle) await handle(request, response);
      else if (!(await otherwise?.(request, response)))
        sendJson(response, 404, { error: 'There is nothing here. The graph is at /graphql.' });
    } catch (error) {
      onError?.(route, error as Error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 503, { errors: [OUR_FAULT] });
    }
  });

  return {
    server,
    listen: (port, host) =>
      new Promise((done, fail) => {
        server.once('error', fail);
        server.listen(port, host, () => {
          server.off('error', fail);
          done((server.address() as { port: number }).port);
        });
      }),
    async close(patience) {
      isClosing = true;
      const closed = new Promise((done) => server.once('close', done));
      // Not the HTTP server's own `close`, which cuts idle connections at once: a request may be on its way over one.
      NetServer.prototype.close.call(server);
      const cutIdle = setTimeout(() => server.closeIdleConnections(), Math.min(onTheWay, patience));
      for (const response of answering.values())
        if (response && !response.headersSent) response.shouldKeepAlive = false;
      const timer = setTimeout(() => server.closeAllConnections(), patience);
      await closed;
      clearTimeout(cutIdle);
      clearTimeout(timer);
    },
  };
}

const OUR_FAULT = { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };

/** Whether a web origin is that of the address the request was sent to. */
export function isOwnOrigin(origin: string, { headers }: IncomingMessage): boolean {
  try {
    // Not `URL.canParse`: Node 20's answers falsely once V8 has optimised its caller.
    return new URL(origin).host === headers.host;
  } catch {
    return false;
  }
}

/** Strict CORS: only our own and the configured origins, never a wildcard, never credentials. */
function allowOrigin(request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (!origin || !allowed.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'x-request-id, retry-after, ratelimit, ratelimit-policy');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, x-cost, idempotency-key, apollo-require-preflight, apollographql-client-name, apollographql-client-version, x-request-id',
  );
  response.setHeader('access-control-max-age', '600');
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
