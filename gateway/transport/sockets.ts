import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Viewer } from '../../subgraphs/shared/context.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import type { Caller } from '../admission/caller.ts';
import { clientAddress, readIdentity } from '../admission/identity.ts';
import type { GatewayContext } from '../sources/embedded.ts';
import { toFormatted } from './errors.ts';
import type { Operations } from './operations.ts';
import { createWebSocketServer } from './websocket.ts';

/** Somebody who has signed in on a socket. */
interface SocketClient extends Caller {
  readonly viewer: Viewer;
  /** What it was let in with, to ask again when something about the identity changes. */
  readonly authorization: string;
}

export interface Sockets {
  readonly connections: number;
  /** Closes every socket with 1001, so that clients connect to another node and resume. */
  stop(): Promise<void>;
}

/**
 * Jarvis's WebSocket at `/graphql`. The token comes in the payload of `ConnectionInit`, `{ "authorization": "Bearer …" }`, never in the
 * address. A socket without a valid one, or whose token ends or is revoked, is closed with 4403.
 */
export function createSockets(server: HttpServer, operations: Operations, platform: Platform): Sockets {
  const { config, log, now, bus } = platform;
  const sockets = createWebSocketServer<SocketClient>({
    operations,
    limits: { messageBytes: config.MAX_BODY_BYTES },
    now: () => now().getTime(),
    onFault: (error) => log.error({ error }, 'a socket met a fault'),
    connect: (payload, request) => signIn(platform, payload.authorization, request),
  });
  // Somebody signed out, revoked a session or key, or deleted the account: the sockets of that credential end now.
  const stopListening = bus.listen('identity', async (changed) => {
    await null; // whoever remembers identities must have heard the same message first
    await sockets.recheck(
      ({ viewer }) => changed === '*' || changed === viewer.credentialId || changed === viewer.userId,
      async ({ authorization }) => (await identityOf(platform, authorization)) !== null,
    );
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== '/graphql') return refuse(socket, '404 Not Found');
    if (!originAllowed(request, platform)) return refuse(socket, '403 Forbidden');
    sockets.upgrade(request, socket, head);
  };
  server.on('upgrade', upgrade);
  return {
    get connections() {
      return sockets.connections;
    },
    async stop() {
      stopListening();
      await sockets.stop();
      server.off('upgrade', upgrade);
    },
  };
}

/** @throws what is not the client's fault. */
async function identityOf(platform: Platform, authorization: string) {
  try {
    return await readIdentity(platform, authorization);
  } catch (error) {
    if (toFormatted(error).extensions?.code === 'UNAUTHENTICATED') return null;
    throw error;
  }
}

async function signIn(
  platform: Platform,
  authorization: unknown,
  request: IncomingMessage,
): Promise<SocketClient | null> {
  const identity = typeof authorization === 'string' ? await identityOf(platform, authorization) : null;
  if (!identity) return null;
  const { viewer, expiresAt } = identity;
  const ip = clientAddress(request);
  const userAgent = request.headers['user-agent']?.slice(0, 300) ?? null;
  return {
    viewer,
    authorization: authorization as string,
    account: viewer.userId,
    isAuthenticated: true,
    scopes: viewer.scopes,
    isDeveloper: false,
    isTrusted: viewer.kind === 'session',
    client: null,
    expiresAt,
    contextOf: ({ requestId, signal }): GatewayContext => ({
      request: { requestId, viewer, ip, userAgent, idempotencyKey: null },
      signal,
    }),
  };
}

/** Browsers send an origin: ours and the configured ones may connect. Programs send none. */
function originAllowed(request: IncomingMessage, { config }: Platform): boolean {
  const { origin, host } = request.headers;
  if (!origin) return true;
  if (config.ALLOWED_ORIGINS.includes(origin) || origin === new URL(config.publicUrl).origin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
