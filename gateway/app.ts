import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { addressVariable, type SubgraphName, subgraphNames } from '../subgraphs/shared/config.ts';
import type { Platform } from '../subgraphs/shared/platform.ts';
import { scalars } from '../subgraphs/shared/scalars.ts';
import type { Subgraph } from '../subgraphs/shared/subgraph.ts';
import { jwks } from '../subgraphs/users/signingKeys.ts';
import { supergraphFile } from './compose.ts';
import { createExplorerHandler } from './explorer/serve.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { createEmbeddedSource, type GatewayContext } from './sources/embedded.ts';
import { createEventFeed } from './sources/eventFeed.ts';
import { createRemoteSource } from './sources/remote.ts';
import { mayReadMetrics } from './telemetry/access.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createTelemetry } from './telemetry/observer.ts';
import { createSlowOperations } from './telemetry/slowOperations.ts';
import { watchPlans, watchSubscriptions } from './telemetry/watched.ts';
import { receiveAppleNotification, sendExport } from './transport/account.ts';
import { createHealth } from './transport/health.ts';
import { createGraphqlHttp } from './transport/http.ts';
import { createInterimOperations } from './transport/interimOperations.ts';
import { createSockets } from './transport/sockets.ts';

export interface App {
  server: Server;
  gateway: Gateway;
  /** Starts to listen and returns the port. */
  listen(port: number, host: string): Promise<number>;
  /**
   * Leaves in order: readiness says no, running requests are answered, sockets are sent elsewhere. At most `patience`
   * milliseconds.
   */
  drain(patience?: number): Promise<void>;
}

export interface AppOptions {
  platform: Platform;
  /** The subgraphs of this process, by name; those with an address in the configuration are called there. */
  subgraphs: ReadonlyMap<string, Subgraph>;
  supergraphSdl?: string;
}

/** The gateway with all that it serves, not yet listening. */
export async function createApp({ platform, subgraphs, supergraphSdl }: AppOptions): Promise<App> {
  const { config, log, db, bus } = platform;
  const feed = createEventFeed({ db, bus, log });
  const remotes: { close(): Promise<void> }[] = [];
  const metrics = createMetrics();
  const tracing = await traces(platform);
  const telemetry = createTelemetry({
    metrics,
    tracer: tracing?.tracer,
    slow: config.SLOW_OPERATION_MS > 0 ? createSlowOperations(log, config.SLOW_OPERATION_MS) : undefined,
    trustsClients: config.TRUST_TRACEPARENT === 'yes',
  });
  const gateway = createGateway({
    supergraphSdl: supergraphSdl ?? readFileSync(supergraphFile, 'utf8'),
    scalars,
    budget: config.REQUEST_TIMEOUT_MS,
    waiting: (context) => ({ signal: (context as GatewayContext).signal }),
    onFailure: ({ subgraph, path, cause }) =>
      log.warn({ subgraph, path, error: (cause as Error)?.message }, 'a subgraph failed'),
    buildSource({ name }) {
      const local = subgraphs.get(name);
      if (local) return telemetry.observed(createEmbeddedSource(local), name);
      const source = createRemoteSource(addressOf(platform, name), Buffer.from(config.SUBGRAPH_SECRET!, 'hex'));
      remotes.push(source);
      return telemetry.observed(source, name);
    },
    buildSubscriptionSource: () => feed,
  });
  const graphql = await createGraphqlHttp(gateway, platform);
  const explorer = createExplorerHandler();
  const health = createHealth(platform);

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  server.maxConnections = 20_000;
  const operations = createInterimOperations(gateway, platform.now);
  const sockets = createSockets(server, operations, platform);
  const { fanOut } = operations;
  watchSubscriptions(metrics, () => ({ sockets: sockets.connections, subscriptions: fanOut.subscribers }));
  watchPlans(metrics, () => gateway.engine.planner.statistics);

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void> = {
    '/graphql': (request, response) => graphql.handle(request, response),
    '/apple/notifications': (request, response) => receiveAppleNotification(platform, request, response),
    '/health/live': (_request, response) => sendJson(response, 200, { status: 'live' }),
    '/health/ready': async (_request, response) => {
      const state = await health.ready();
      sendJson(response, state.ready ? 200 : 503, { status: state.ready ? 'ready' : 'not ready', ...state });
    },
    '/metrics': async (request, response) => {
      if (!mayReadMetrics(request, config.METRICS_TOKEN)) return nothingHere(response);
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
    },
    '/.well-known/jwks.json': async (_request, response) => {
      response.setHeader('cache-control', 'public, max-age=300');
      sendJson(response, 200, await jwks(platform));
    },
  };

  server.on('request', async (request, response) => {
    const started = performance.now();
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const route = Object.hasOwn(routes, path) ? path : 'other';
    response.once('finish', () =>
      metrics.observeRequest(route, response.statusCode, (performance.now() - started) / 1_000),
    );
    try {
      allowOrigin(request, response, platform);
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
      const handle = Object.hasOwn(routes, path) ? routes[path] : undefined;
      if (handle) await handle(request, response);
      else if (path.startsWith('/exports/')) await sendExport(platform, request, response);
      else if (!explorer(request, response)) nothingHere(response);
    } catch (error) {
      log.error({ path: route, error: (error as Error).message, stack: (error as Error).stack }, 'a request failed');
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 503, {
          errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
        });
    }
  });

  return {
    server,
    gateway,
    listen: (port, host) =>
      new Promise((done, fail) => {
        server.once('error', fail);
        server.listen(port, host, () => {
          server.off('error', fail);
          done((server.address() as { port: number }).port);
        });
      }),
    async drain(patience = 20_000) {
      health.drain();
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      await sockets.stop();
      feed.close();
      const timer = setTimeout(() => server.closeAllConnections(), patience);
      await closed;
      clearTimeout(timer);
      await graphql.stop();
      await Promise.all(remotes.map((remote) => remote.close()));
      await tracing?.stop();
    },
  };
}

/** Loaded only where there is somebody to send traces to. */
async function traces({ config, log }: Platform) {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const { startTracing } = await import('./telemetry/tracing.ts');
  return startTracing({
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    service: 'jarvis',
    onFailure: (error) => log.warn({ error }, 'spans could not be sent'),
  });
}

function addressOf({ config }: Platform, name: string): string {
  const known = (subgraphNames as readonly string[]).includes(name);
  const address = known && config[addressVariable(name as SubgraphName)];
  if (!address)
    throw new Error(`The supergraph has a subgraph "${name}" that runs neither here nor at a configured address.`);
  return address;
}

/** Strict CORS: only our own and the configured origins, never a wildcard, never credentials. */
function allowOrigin(request: IncomingMessage, response: ServerResponse, { config }: Platform): void {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (!origin || !config.ALLOWED_ORIGINS.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, idempotency-key, apollo-require-preflight, x-request-id',
  );
  response.setHeader('access-control-max-age', '600');
}

function nothingHere(response: ServerResponse): void {
  sendJson(response, 404, { error: 'There is nothing here. The graph is at /graphql.' });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
