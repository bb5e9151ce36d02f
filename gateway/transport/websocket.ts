import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, parse, validate } from 'graphql';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RequestInfo } from '../../subgraphs/shared/context.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { checkAuthorization } from '../admission/authorization.ts';
import { clientAddress, type Identity, readIdentity } from '../admission/identity.ts';
import type { Gateway } from '../gateway.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import type { GatewayContext } from '../sources/embedded.ts';
import { formatError, toFormatted } from './errors.ts';
import { shareAnswers } from './fanOut.ts';

/** Operations at once on one socket. */
const operationsPerSocket = 20;
/** Most milliseconds that setTimeout can wait. */
const longestTimer = 2 ** 31 - 1;

/** Close codes of graphql-ws and ours. A client that gets 4403 connects again with a fresh token. */
const closeCodes = { forbidden: 4403, goingAway: 1001 } as const;

/** A socket that has been let in. */
interface Session {
  identity: Identity;
  /** What it was let in with, to ask again when something about the identity changes. */
  authorization: string;
  request: Omit<RequestInfo, 'requestId'>;
}

export interface GraphqlWebSocket {
  readonly connections: number;
  /** Closes every socket with 1001, so that clients connect to another node and resume. */
  stop(): Promise<void>;
}

/**
 * The WebSocket at `/graphql`: graphql-transport-ws by the package graphql-ws. The token comes in the payload of
 * `ConnectionInit`, `{ "authorization": "Bearer …" }`, never in the address. A socket without a valid one, or whose token
 * ends or is revoked, is closed with 4403.
 */
export function createGraphqlWebSocket(server: HttpServer, gateway: Gateway, platform: Platform): GraphqlWebSocket {
  const { config, log, now, bus } = platform;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: config.MAX_BODY_BYTES,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const sessions = new Map<WebSocket, Session>();
  const answers = shareAnswers(gateway);

  const disposable = useServer<{ authorization?: unknown }>(
    {
      connectionInitWaitTimeout: 5_000,
      async onConnect({ connectionParams, extra }) {
        const { socket, request } = extra as Extra;
        try {
          const { authorization } = connectionParams ?? {};
          if (typeof authorization !== 'string') return false;
          const identity = await readIdentity(platform, authorization);
          if (!identity) return false;
          admit(socket, request, identity, authorization);
          return true;
        } catch (error) {
          // Not a wrong token but a fault of ours: let the client try again.
          if (toFormatted(error).extensions?.code !== 'UNAUTHENTICATED') throw error;
          return false; // closes with 4403
        }
      },
      async onSubscribe(context, _id, payload) {
        const session = sessions.get((context.extra as Extra).socket);
        if (!session)
          return [new GraphQLError('The connection is not signed in.', { extensions: { code: 'UNAUTHENTICATED' } })];
        if (Object.keys(context.subscriptions).length > operationsPerSocket) {
          return [
            new GraphQLError(`A socket may run ${operationsPerSocket} operations at once.`, {
              extensions: { code: 'RATE_LIMITED' },
            }),
          ];
        }
        return prepare(gateway, payload.query, payload.operationName, payload.variables ?? {}, session);
      },
      execute: async (args) => {
        const { plan, context } = args.contextValue as Prepared;
        return gateway.execute(plan, { variables: args.variableValues, context });
      },
      subscribe: async (args) => {
        const { plan, context } = args.contextValue as Prepared;
        return answers.subscribe(plan, { variables: args.variableValues, context });
      },
      onNext: (_context, _id, _payload, args, result) =>
        withFormattedErrors(result, (args.contextValue as Prepared).context.request.requestId),
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => formatError(error.toJSON?.() ?? error, { requestId: randomUUID(), now: now() })),
    },
    sockets,
    15_000,
  );

  function withFormattedErrors(result: ExecutionResult, requestId: string) {
    if (!result.errors) return { data: result.data, extensions: { ...result.extensions, requestId } };
    const errors = result.errors.map((error) => formatError(toFormatted(error), { requestId, now: now() }));
    return { data: result.data, errors, extensions: { ...result.extensions, requestId } };
  }

  // A message that is too large closes its socket with 1009; that is the client's fault and no line on our console.
  sockets.on('connection', (socket) =>
    socket.on('error', (error) => log.debug({ error: error.message }, 'a socket broke')),
  );

  function admit(socket: WebSocket, request: IncomingMessage, identity: Identity, authorization: string): void {
    const { viewer, expiresAt } = identity;
    const userAgent = request.headers['user-agent']?.slice(0, 300) ?? null;
    sessions.set(socket, {
      identity,
      authorization,
      request: { viewer, ip: clientAddress(request), userAgent, idempotencyKey: null },
    });
    const timer =
      expiresAt &&
      setTimeout(
        () => socket.close(closeCodes.forbidden, 'Token expired'),
        Math.min(Math.max(0, expiresAt.getTime() - now().getTime()), longestTimer),
      );
    socket.once('close', () => {
      sessions.delete(socket);
      if (timer) clearTimeout(timer);
    });
  }

  // Somebody signed out, revoked a session or key, or deleted the account: the sockets of that credential end now.
  const stopListening = bus.listen('identity', (changed) => {
    for (const [socket, { identity, authorization }] of sessions) {
      const { viewer } = identity;
      if (changed !== '*' && changed !== viewer.credentialId && changed !== viewer.userId) continue;
      recheck(socket, authorization).catch((error: Error) =>
        log.warn({ error: error.message }, 'checking a socket again failed'),
      );
    }
  });
  async function recheck(socket: WebSocket, authorization: string): Promise<void> {
    await null; // whoever remembers identities must have heard the same message first
    try {
      if (await readIdentity(platform, authorization)) return;
    } catch (error) {
      if (toFormatted(error).extensions?.code !== 'UNAUTHENTICATED') throw error;
    }
    socket.close(closeCodes.forbidden, 'Signed out');
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    if (path !== '/graphql') return refuse(socket, '404 Not Found');
    if (!originAllowed(request, platform)) return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  };
  server.on('upgrade', upgrade);

  return {
    get connections() {
      return sockets.clients.size;
    },
    async stop() {
      stopListening();
      server.off('upgrade', upgrade);
      for (const client of sockets.clients) client.close(closeCodes.goingAway, 'The server is going away');
      await disposable.dispose();
    },
  };
}

interface Prepared {
  plan: PreparedPlan;
  context: GatewayContext;
}

/** The same way as over HTTP: parse, validate, check what the viewer may do, plan. */
async function prepare(
  gateway: Gateway,
  query: string,
  operationName: string | null | undefined,
  variables: Record<string, unknown>,
  session: Session,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  try {
    const document: DocumentNode = parse(query, { maxTokens: 10_000 });
    const problems = validate(gateway.apiSchema, document);
    if (problems.length > 0) return problems;
    const denied = checkAuthorization(gateway.engine, document, operationName, session.request.viewer);
    if (denied.length > 0) return denied;
    const context: GatewayContext = { request: { ...session.request, requestId: randomUUID() } };
    const plan = await gateway.plan(document, operationName, variables, context);
    return {
      schema: plan.apiSchema,
      document,
      operationName,
      variableValues: variables,
      contextValue: { plan, context } satisfies Prepared,
    };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
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
