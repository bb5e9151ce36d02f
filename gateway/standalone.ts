import type { IncomingMessage, Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { mayReadMetrics } from '../subgraphs/shared/telemetry/access.ts';
import { createMetrics } from '../subgraphs/shared/telemetry/metrics.ts';
import type { AuthorizerOptions } from './admission/authorization.ts';
import type { Caller } from './admission/caller.ts';
import { costModelOf } from './admission/cost.ts';
import { createDemandControl } from './admission/demandControl.ts';
import { closedCodes, toRefusal } from './admission/errors.ts';
import type { JwtIdentity } from './admission/jwt.ts';
import type { Limits } from './admission/limits.ts';
import type { Manifest } from './admission/manifest.ts';
import { createMemoryBudget } from './admission/memoryBudget.ts';
import { createOperations } from './admission/operations.ts';
import { createPersistedOperations } from './admission/persistedOperations.ts';
import { createEndpoint } from './endpoint.ts';
import { createGateway, type Gateway, type SubgraphAddress } from './gateway.ts';
import { overrideByShare } from './planning/overrides.ts';
import { withFinishedAnswers } from './sources/finishedAnswers.ts';
import { createHeaderFilter } from './sources/headers.ts';
import { createHttpSource } from './sources/http.ts';
import { withMaskedErrors } from './sources/maskedErrors.ts';
import { type ResilientSource, withResilience } from './sources/resilience.ts';
import { createWebSocketSource, webSocketAddress } from './sources/websocket.ts';
import { createTelemetry } from './telemetry/observer.ts';
import { watchGateway } from './telemetry/watched.ts';
import { createDoor, isOwnOrigin, sendJson } from './transport/door.ts';
import { createShedder, type ShedderOptions } from './transport/shedding.ts';

export interface StandaloneOptions extends AuthorizerOptions {
  readonly supergraphSdl: string;
  /** Addresses of subgraphs by name, instead of those that the supergraph states. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Headers of clients that subgraphs get. */
  readonly forwardedHeaders?: readonly string[];
  /** Verifies `Authorization`. Without it nobody is signed in, and what `@authenticated` protects is closed. */
  readonly verify?: (authorization: string) => Promise<JwtIdentity>;
  readonly manifests?: readonly Manifest[];
  readonly safelist?: readonly string[];
  /** Whether everybody may read the schema and look at query plans, or only those with the scope `schema:read`. */
  readonly introspection?: 'open' | 'developers';
  /** Whether clients see what subgraphs say when they fail. */
  readonly subgraphErrors?: 'mask' | 'pass';
  readonly demandControl?: 'enforce' | 'measure' | 'off';
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Limits;
  /** Milliseconds that an operation may take. */
  readonly timeout?: number;
  readonly maxBodyBytes?: number;
  readonly metricsToken?: string;
  /** Whether plans are made in a thread of their own, with a time budget. */
  readonly planningThread?: boolean;
  readonly socketsPerAccount?: number;
  /** Subscriptions over HTTP. */
  readonly streamsPerAccount?: number;
  readonly shedding?: ShedderOptions;
  /** Milliseconds for which `drain` lets in who comes all the same, while readiness says 503 already. */
  readonly drainLead?: number;
  log(level: 'warn' | 'error', what: Record<string, unknown>, message: string): void;
}

export interface Standalone {
  readonly server: Server;
  readonly gateway: Gateway;
  /** Plans the persisted operations; resolves when that is done. */
  prepare(): Promise<void>;
  listen(port: number, host: string): Promise<number>;
  /** Says 503 for the lead, then lets nobody in, answers what is running, sends sockets elsewhere, and ends. */
  drain(patience?: number): Promise<void>;
}

/** What sources get with each call. */
interface StandaloneContext {
  /** Headers for the subgraphs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whose request it is, for decisions by share. */
  readonly account: string;
}

/** A gateway over any supergraph, whose subgraphs are asked over HTTP and, for subscriptions, over their own WebSocket. */
export function createStandalone(options: StandaloneOptions): Standalone {
  const { supergraphSdl, overrides, verify, introspection = 'open', subgraphErrors = 'mask', log } = options;
  const { allowedOrigins = [], maxBodyBytes = 256_000, demandControl = 'enforce', timeout = 10_000 } = options;
  const choose = createHeaderFilter(options.forwardedHeaders ?? []);
  const metrics = createMetrics();
  const telemetry = createTelemetry({ metrics });
  const sources = new Map<string, ResilientSource>();
  const closers: (() => Promise<void> | void)[] = [];
  const addressOf = ({ name, url }: SubgraphAddress) => overrides?.get(name) ?? url;

  const gateway = createGateway({
    supergraphSdl,
    budget: timeout,
    planner: {
      thread: options.planningThread ? {} : undefined,
      override: overrideByShare((context) => (context as StandaloneContext).account),
    },
    weighing: (supergraph, apiSchema) => costModelOf(supergraph, apiSchema).weigh,
    onFailure: ({ subgraph, path, cause }) =>
      log('warn', { subgraph, path, error: (cause as Error)?.message }, 'a subgraph failed'),
    buildSource(subgraph) {
      const { name } = subgraph;
      const http = createHttpSource({
        url: addressOf(subgraph),
        headers: ({ context }) => (context as StandaloneContext).headers,
      });
      closers.push(http.close);
      const source = withResilience(http);
      sources.set(name, source);
      const answered = withFinishedAnswers(telemetry.observed(source, name));
      return subgraphErrors === 'mask' ? withMaskedErrors(answered, name) : answered;
    },
    buildSubscriptionSource(subgraph) {
      const source = createWebSocketSource({
        url: webSocketAddress(addressOf(subgraph)),
        connectionParams: (context) => (context as StandaloneContext).headers,
      });
      closers.push(source.close);
      return source;
    },
  });

  const shedder = createShedder(options.shedding);
  // Where subgraphs speak for themselves, their codes are theirs.
  const format = { now: () => new Date(), codes: subgraphErrors === 'mask' ? closedCodes : undefined };
  const onFault = (error: unknown, requestId: string) =>
    log('error', { error: (error as Error)?.message, requestId }, 'an operation met a fault');
  const operations = createOperations({
    gateway,
    format,
    persisted: createPersistedOperations({ manifests: options.manifests, safelist: options.safelist }),
    introspection,
    evaluatePolicies: options.evaluatePolicies,
    limits: options.limits,
    demand:
      demandControl === 'off' ? undefined : createDemandControl({ budget: createMemoryBudget(), mode: demandControl }),
    shedder,
    telemetry,
    onFault,
  });

  const callerOf = async (request: IncomingMessage, authorization: string | undefined): Promise<Caller> => {
    const identity = authorization !== undefined && verify ? await verify(authorization) : null;
    const account = identity ? `subject:${identity.subject}` : `address:${request.socket.remoteAddress}`;
    const isSaidElsewhere = authorization !== undefined && authorization !== request.headers.authorization;
    const headers = choose(isSaidElsewhere ? { ...request.headers, authorization } : request.headers);
    return {
      account,
      sharing: sharedBy(account, headers),
      isAuthenticated: identity !== null,
      scopes: identity?.scopes ?? [],
      isDeveloper: introspection === 'open' || (identity?.scopes.includes('schema:read') ?? false),
      isTrusted: false,
      client: request.headers['apollographql-client-name']?.toString().slice(0, 100) ?? null,
      expiresAt: identity?.expiresAt ?? null,
      // A fresh object: what is followed by telemetry hangs on it.
      contextOf: (): StandaloneContext => ({ headers, account }),
    };
  };

  const endpoint = createEndpoint('/graphql', {
    operations,
    identify: (request) => callerOf(request, request.headers.authorization),
    connect: ({ authorization }, request) =>
      callerOf(request, typeof authorization === 'string' ? authorization : undefined).catch(() => null),
    toRefusal(error, requestId) {
      const refusal = toRefusal(error, requestId, format);
      if (refusal.status === 500 && error !== refusal) onFault(error, requestId);
      return refusal;
    },
    isAllowedOrigin: (origin, request) => allowedOrigins.includes(origin) || isOwnOrigin(origin, request),
    maxBodyBytes,
    limits: options.socketsPerAccount === undefined ? undefined : { socketsPerAccount: options.socketsPerAccount },
    streamsPerAccount: options.streamsPerAccount,
  });

  watchGateway(metrics, { gateway, operations, shedder, sources, endpoint });

  let isDraining = false;
  const door = createDoor({
    routes: {
      '/graphql': endpoint.route,
      '/health/live': (_request, response) => sendJson(response, 200, { status: 'live' }),
      '/health/ready': (_request, response) =>
        sendJson(response, isDraining ? 503 : 200, { status: isDraining ? 'draining' : 'ready' }),
      '/metrics': async (request, response) => {
        if (!mayReadMetrics(request, options.metricsToken)) return sendJson(response, 404, { error: 'Not found.' });
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
      },
    },
    allowedOrigins,
    onAnswer: (route, status, seconds) => metrics.observeRequest(route, status, seconds),
    onError: (path, { message }) => log('error', { path, error: message }, 'a request failed'),
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
    async drain(patience = 20_000) {
      isDraining = true;
      await setTimeout(options.drainLead ?? 0);
      const closed = door.close(patience);
      await endpoint.stop();
      await closed;
      shedder.close();
      await gateway.close();
      for (const close of closers) await close();
    },
  };
}

/** Only those of an account for whom subgraphs get the same headers may share what these answer. */
const sharedBy = (account: string, headers: Readonly<Record<string, string>>): string =>
  Object.keys(headers).length ? `${account} ${JSON.stringify(headers)}` : account;
