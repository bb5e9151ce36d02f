import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { RequestInfo } from '../../subgraphs/shared/context.ts';
import type { ErrorCode } from '../../subgraphs/shared/errors.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { checkAuthorization } from '../admission/authorization.ts';
import { clientAddress, readIdentity } from '../admission/identity.ts';
import type { Gateway } from '../gateway.ts';
import type { GatewayContext } from '../sources/embedded.ts';
import { formatError, toFormatted } from './errors.ts';

export interface GraphqlHttp {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  stop(): Promise<void>;
}

/** `POST /graphql` and `GET /graphql`: GraphQL over HTTP by Apollo Server, on our executor. */
export async function createGraphqlHttp(gateway: Gateway, platform: Platform): Promise<GraphqlHttp> {
  const { config, log, now } = platform;
  const server = new ApolloServer<GatewayContext>({
    gateway: gateway.gatewayInterface,
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    // Registered operations come with the engine; until then nobody can fill our memory with documents of theirs.
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: 10_000 },
    logger: { debug() {}, info() {}, warn: (text) => log.warn({}, text), error: (text) => log.error({}, text) },
    plugins: [
      // It would put resolvers of its own into every field of our schema, which know nothing of aliases.
      ApolloServerPluginCacheControlDisabled(),
      {
        async requestDidStart() {
          return {
            async didResolveOperation({ document, operationName, contextValue }) {
              const denied = checkAuthorization(gateway.engine, document, operationName, {
                isAuthenticated: contextValue.request.viewer !== null,
                scopes: contextValue.request.viewer?.scopes ?? [],
              });
              if (denied[0]) throw denied[0];
            },
            async willSendResponse({ response, contextValue }) {
              if (response.body.kind !== 'single') return;
              const { singleResult } = response.body;
              const { requestId } = contextValue.request;
              if (singleResult.errors) {
                singleResult.errors = singleResult.errors.map((error) => formatError(error, { requestId, now: now() }));
              }
              singleResult.extensions = { ...singleResult.extensions, requestId };
            },
          };
        },
      },
    ],
  });
  await server.start();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = readRequestId(request);
    response.setHeader('x-request-id', requestId);
    response.setHeader('cache-control', 'no-store');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const fail = (status: number, error: unknown) => {
      const errors = [formatError(toFormatted(error), { requestId, now: now() })];
      sendJson(response, status, { errors, extensions: { requestId } });
    };
    /** What Apollo Server refuses before it has a context, in the form of all our errors. */
    const refusal = (text: string) => {
      const { errors = [], ...rest } = text.startsWith('{') ? JSON.parse(text) : { errors: [{ message: text.trim() }] };
      const formatted = errors.map((error: GraphQLFormattedError) => formatError(error, { requestId, now: now() }));
      return JSON.stringify({ ...rest, errors: formatted, extensions: { requestId } });
    };
    const body = await readBody(request, config.MAX_BODY_BYTES);
    if ('status' in body) return fail(body.status, body.error);
    let info: RequestInfo;
    try {
      const identity = await readIdentity(platform, request.headers.authorization);
      const idempotencyKey = request.headers['idempotency-key'];
      info = {
        requestId,
        viewer: identity?.viewer ?? null,
        ip: clientAddress(request),
        userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
        idempotencyKey:
          typeof idempotencyKey === 'string' && idempotencyKey !== '' ? idempotencyKey.slice(0, 255) : null,
      };
    } catch (error) {
      const { extensions } = toFormatted(error);
      if (extensions?.code === 'INTERNAL_SERVER_ERROR') log.error({ error, requestId }, 'reading the identity failed');
      return fail(extensions?.code === 'UNAUTHENTICATED' ? 401 : 503, error);
    }
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers.set(name, String(value));
    const httpGraphQLRequest: HTTPGraphQLRequest = {
      method: request.method!.toUpperCase(),
      headers,
      search: new URL(request.url!, 'http://host').search,
      body: body.value,
    };
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      context: async () => ({ request: info, signal: gone.signal }),
    });
    response.statusCode = answer.status ?? 200;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (answer.body.kind === 'complete') {
      response.end(response.statusCode < 400 ? answer.body.string : refusal(answer.body.string));
      return;
    }
    for await (const chunk of answer.body.asyncIterator) response.write(chunk);
    response.end();
  }
  return { handle, stop: () => server.stop() };
}

/** The client's own request id when it is a plain one (so that a log can be searched for it), else a new one. */
function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
}

type Body = { value: unknown } | { status: number; error: unknown };

async function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (request.method === 'GET' || request.method === 'HEAD') return { value: undefined };
  const refuse = (status: number, code: ErrorCode, message: string): Body => ({
    status,
    error: new GraphQLError(message, { extensions: { code } }),
  });
  const tooLarge = () => refuse(413, 'PAYLOAD_TOO_LARGE', `A request may have at most ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    request.resume();
    return tooLarge();
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= limit) chunks.push(chunk as Buffer);
    else if (size > 10 * limit) request.destroy();
  }
  if (size > limit) return tooLarge();
  const type = String(request.headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
  if (type !== 'application/json') return { value: undefined };
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) };
  } catch {
    return refuse(400, 'BAD_USER_INPUT', 'The body is not JSON in UTF-8.');
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
