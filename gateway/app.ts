import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { modelsOf } from '../subgraphs/chat/models.ts';
import { addressVariable, type SubgraphName, subgraphNames } from '../subgraphs/shared/config.ts';
import { isDatabaseAway } from '../subgraphs/shared/db.ts';
import { databaseAway } from '../subgraphs/shared/errors.ts';
import { createHealth } from '../subgraphs/shared/health.ts';
import { domainMetrics } from '../subgraphs/shared/metrics.ts';
import type { Platform } from '../subgraphs/shared/platform.ts';
import { scalars } from '../subgraphs/shared/scalars.ts';
import type { Subgraph } from '../subgraphs/shared/subgraph.ts';
import { mayReadMetrics } from '../subgraphs/shared/telemetry/access.ts';
import { createMetrics } from '../subgraphs/shared/telemetry/metrics.ts';
import { watchPlatform } from '../subgraphs/shared/telemetry/platform.ts';
import { jwks } from '../subgraphs/users/signingKeys.ts';
import { costModelOf } from './admission/cost.ts';
import { createDemandControl } from './admission/demandControl.ts';
import { closedCodes, toRefusal } from './admission/errors.ts';
import { identifyCaller, isStillValid, type JarvisCaller } from './admission/identity.ts';
import { manifestFile, readManifest } from './admission/manifest.ts';
import { openBudget } from './admission/openBudget.ts';
import { createOperations } from './admission/operations.ts';
import { createPersistedOperations } from './admission/persistedOperations.ts';
import { sha256 } from './admission/sha256.ts';
import { supergraphFile } from './compose.ts';
import { createEndpoint } from './endpoint.ts';
import { createExplorerHandler } from './explorer/serve.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { createDeltaFeed, deltaField } from './sources/deltaFeed.ts';
import { createEmbeddedSource, type GatewayContext } from './sources/embedded.ts';
import { createEventFeed } from './sources/eventFeed.ts';
import { createRemoteSource } from './sources/remote.ts';
import { type ResilientSource, withResilience } from './sources/resilience.ts';
import { createTelemetry } from './telemetry/observer.ts';
import { createSlowOperations } from './telemetry/slowOperations.ts';
import { watchGateway } from './telemetry/watched.ts';
import { receiveAppleNotification, receiveArchive, sendExport } from './transport/account.ts';
import { receiveConnectionCallback } from './transport/connections.ts';
import { createDoor, isOwnOrigin, type Route, sendJson } from './transport/door.ts';
import { createHooks } from './transport/hooks.ts';
import { createShedder } from './transport/shedding.ts';

export interface App {
  server: Server;
  gateway: Gateway;
  /** Resolves when the persisted operations are planned: from then on the apps' first requests are as fast as all others. */
  prepare(): Promise<void>;
  /** Starts to listen and returns the port. */
  listen(port: number, host: string): Promise<number>;
  /**
   * Leaves in order: readiness says no, and only after the configured lead nobody is let in any more; running requests are answered, sockets
   * are sent elsewhere. At most `patience` milliseconds after the lead.
   * @param work what asks this process meanwhile: the lead lasts at least as long
   */
  drain(patience?: number, work?: Promise<unknown>): Promise<void>;
}

export interface AppOptions {
  platform: Platform;
  /** The subgraphs of this process, by name; those with an address in the configuration are called there. */
  subgraphs: ReadonlyMap<string, Subgraph>;
  supergraphSdl?: string;
  /** Plans in a thread of its own, with a time budget. Tests plan in theirs, which starts sooner. */
  planningThread?: boolean;
}

const graphqlPath = '/graphql';

/** Milliseconds for which a subgraph that mostly fails is left alone: short, so that one that is back is asked again within seconds. */
const breakerRest = 3_000;

/** The gateway with all that it serves, not yet listening. */
export async function createApp({ platform, subgraphs, supergraphSdl, planningThread }: AppOptions): Promise<App> {
  const { config, log, db, bus, now } = platform;
  const events = createEventFeed({ db, bus, log });
  const deltas = createDeltaFeed({ db, bus, log });
  const remotes: { close(): Promise<void> }[] = [];
  const sources = new Map<string, ResilientSource>();
  const metrics = createMetrics([domainMetrics]);
  const { tracing } = platform;
  // Loaded only where there is somebody to send traces to.
  const tracer = tracing && (await import('./telemetry/tracing.ts')).traceOperations(tracing.spans);
  const manifest = readManifest(readFileSync(manifestFile, 'utf8'));
  const names = new Set(manifest.operations.map(({ name }) => name));
  const telemetry = createTelemetry({
    metrics,
    ...(tracer && { tracer }),
    slow: config.SLOW_OPERATION_MS > 0 ? createSlowOperations(log, config.SLOW_OPERATION_MS) : undefined,
    trustsClients: config.TRUST_TRACEPARENT === 'yes',
    isKnownName: (name) => names.has(name),
  });
  const remote = (name: string) => {
    const source = createRemoteSource(addressOf(platform, name), Buffer.from(config.SUBGRAPH_SECRET!, 'hex'));
    remotes.push(source);
    return source;
  };
  const sdl = supergraphSdl ?? readFileSync(supergraphFile, 'utf8');
  const gateway = createGateway({
    supergraphSdl: sdl,
    scalars,
    budget: config.REQUEST_TIMEOUT_MS,
    planner: planningThread ? { thread: {} } : undefined,
    weighing: (supergraph, apiSchema) => costModelOf(supergraph, apiSchema).weigh,
    onFailure({ subgraph, path, cause, context }) {
      const requestId = (context as GatewayContext | undefined)?.request?.requestId;
      log.warn({ requestId, subgraph, path, error: (cause as Error)?.message }, 'a subgraph failed');
    },
    buildSource({ name }) {
      const local = subgraphs.get(name);
      const source = local
        ? createEmbeddedSource(local)
        : withResilience(remote(name), { breaker: { openFor: breakerRest } });
      sources.set(name, source);
      return telemetry.observed(source, name);
    },
    buildSubscriptionSource: () => ({
      resumesBy: 'after',
      listen: (request, to) => (request.field === deltaField ? deltas : events).listen(request, to),
      // Deltas are kept for a day only, and nobody is sent them later.
      find: async (request, id) => (request.field === deltaField ? null : events.find!(request, id)),
    }),
  });

  const budget = openBudget(config.REDIS_URL, (error) => log.warn({ error: error.message }, 'Redis counts no budgets'));
  const shedder = createShedder();
  const format = { now, codes: closedCodes };
  const onFault = (error: unknown, requestId: string) => log.error({ error, requestId }, 'an operation met a fault');
  const operations = createOperations({
    gateway,
    format,
    persisted: createPersistedOperations({
      manifests: [manifest],
      automatic: { now: () => now().getTime(), store: budget.redis, schema: sha256(sdl).slice(0, 16) },
      safelist: config.SAFELIST_CLIENTS,
    }),
    introspection: config.NODE_ENV === 'production' ? 'developers' : 'open',
    demand: createDemandControl({ budget: budget.budget, mode: config.DEMAND_CONTROL, now: () => now().getTime() }),
    shedder,
    telemetry,
    onFault,
  });

  const endpoint = createEndpoint<JarvisCaller>(graphqlPath, {
    operations,
    identify: (request) => identifyCaller(platform, request, request.headers.authorization),
    async connect({ authorization }, request) {
      if (typeof authorization !== 'string') return null;
      return (await isStillValid(platform, authorization)) ? identifyCaller(platform, request, authorization) : null;
    },
    toRefusal(error, requestId) {
      const refusal = toRefusal(isDatabaseAway(error) ? databaseAway() : error, requestId, format);
      if (refusal.status >= 500 && error !== refusal) onFault(error, requestId);
      return refusal;
    },
    isAllowedOrigin: (origin, request) => isAllowedOrigin(platform, origin, request),
    maxBodyBytes: config.MAX_BODY_BYTES,
    now: () => now().getTime(),
  });
  // Somebody signed out, revoked a session or key, or deleted the account: what that credential holds open ends now.
  const stopListening = bus.listen('identity', async (changed) => {
    await null; // whoever remembers identities must have heard the same message first
    await endpoint
      .recheck(
        ({ viewer }) => changed === '*' || changed === viewer?.credentialId || changed === viewer?.userId,
        async ({ authorization }) => authorization === null || isStillValid(platform, authorization),
      )
      .catch((error: Error) => log.warn({ error: error.message }, 'checking open connections again failed'));
  });

  const health = createHealth(platform, function* () {
    if (budget.redis) yield ['redis', budget.redis.ping().then(() => true)];
    for (const [name, source] of sources) yield [`subgraph ${name}`, source.report().breaker === 'closed'];
    if (!subgraphs.has('chat')) return;
    const models = modelsOf(platform);
    for (const model of models.all) yield [`model ${model.name}`, (models.breaker(model)?.admitsIn ?? 0) === 0];
  });
  const explorer = createExplorerHandler();
  const hooks = createHooks(platform);
  watchPlatform(metrics, platform, [...subgraphs.keys()]);
  watchGateway(metrics, { gateway, operations, shedder, sources, endpoint });

  const routes: Record<string, Route> = {
    [graphqlPath]: endpoint.route,
    '/apple/notifications': (request, response) => receiveAppleNotification(platform, request, response),
    '/connections/callback': (request, response) => receiveConnectionCallback(platform, request, response),
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
  const door = createDoor({
    routes,
    async otherwise(request, response) {
      if (request.url?.startsWith('/hooks/')) await hooks(request, response);
      else if (request.url?.startsWith('/exports/')) await sendExport(platform, request, response);
      else if (request.url?.startsWith('/imports/')) await receiveArchive(platform, request, response);
      else return explorer(request, response);
      return true;
    },
    allowedOrigins: config.ALLOWED_ORIGINS,
    onAnswer: (route, status, seconds) => metrics.observeRequest(route, status, seconds),
    onError: (path, { message, stack }) => log.error({ path, error: message, stack }, 'a request failed'),
  });
  endpoint.attach(door.server);

  return {
    server: door.server,
    gateway,
    async prepare() {
      await gateway.ready();
      await operations.prepare();
    },
    listen: door.listen,
    async drain(patience = 20_000, work) {
      health.drain();
      await Promise.all([setTimeout(config.drainLead), work]);
      stopListening();
      const closed = door.close(patience);
      await endpoint.stop();
      events.close();
      deltas.close();
      await closed;
      shedder.close();
      budget.close();
      await gateway.close();
      await Promise.all(remotes.map((source) => source.close()));
    },
  };
}

/** Browsers send an origin: ours and the configured ones may ask. */
function isAllowedOrigin({ config }: Platform, origin: string, request: IncomingMessage): boolean {
  if (config.ALLOWED_ORIGINS.includes(origin) || origin === new URL(config.publicUrl).origin) return true;
  return isOwnOrigin(origin, request);
}

function addressOf({ config }: Platform, name: string): string {
  const known = (subgraphNames as readonly string[]).includes(name);
  const address = known && config[addressVariable(name as SubgraphName)];
  if (!address)
    throw new Error(`The supergraph has a subgraph "${name}" that runs neither here nor at a configured address.`);
  return address;
}

function nothingHere(response: ServerResponse): void {
  sendJson(response, 404, { error: 'There is nothing here. The graph is at /graphql.' });
}
