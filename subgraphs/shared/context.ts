import type { Bus } from './bus.ts';
import type { Config } from './config.ts';
import type { Secrets } from './crypto.ts';
import type { Db, Tx } from './db.ts';
import type { MessageDelta } from './deltas.ts';
import { forbidden, unauthenticated } from './errors.ts';
import type { Actor, LoggedEvent } from './events.ts';
import type { Graph } from './graph.ts';
import type { Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import type { Platform } from './platform.ts';

/** What a token may do. First-party sessions have all of them; API keys and derived tokens have some. */
export const scopes = [
  'profile:read',
  'profile:write',
  'account:manage',
  'goals:read',
  'goals:write',
  'chat:read',
  'chat:write',
  'research:read',
  'research:write',
  'integrations:read',
  'integrations:write',
  'schema:read',
] as const;
export type Scope = (typeof scopes)[number];

/** Kinds of tasks of Jarvis's own that work for a person with a task token. */
export type TaskKind = 'assistant' | 'automation' | 'research' | 'webhook';

/** Who is asking, established once by the gateway and handed to subgraphs (signed, when they are remote). */
export interface Viewer {
  userId: string;
  kind: 'session' | 'apiKey' | TaskKind;
  /** Id of the session, of the API key, or of what the task is about. */
  credentialId: string;
  scopes: readonly Scope[];
  roles: readonly ('USER' | 'ADMIN')[];
  /** What a task follows from, such as the run of a rule: the events of what it does name it. */
  causationId?: string;
}

/** What the gateway tells a subgraph about a request. Plain JSON: it travels signed to remote subgraphs. */
export interface RequestInfo {
  requestId: string;
  viewer: Viewer | null;
  /** Of the client, for the audit log and limits per address. */
  ip: string | null;
  userAgent: string | null;
  /** From the header `Idempotency-Key`; it covers the operation's mutation fields that carry no `@idempotent`. */
  idempotencyKey: string | null;
  /** How the account stands once the operation's estimated cost was taken; absent where nothing is counted. */
  rateLimit?: RateLimit;
  /** The trace that the call belongs to, as W3C Trace Context writes it, where it is traced. */
  traceparent?: string;
}

/** A budget of points: `limit` at most, `remaining` after this operation was charged with `cost`. */
export interface RateLimit {
  limit: number;
  cost: number;
  remaining: number;
  /** When all points are back if none is spent until then; RFC 3339. */
  resetAt: string;
}

/** The context of every resolver: plain data and the means of this request. */
export interface Context<Loaders = unknown> {
  request: RequestInfo;
  requestId: string;
  viewer: Viewer | null;
  /** The database; inside a mutation, its transaction. */
  db: Tx;
  log: Log;
  now: () => Date;
  /** DataLoaders of this request; made afresh after each mutation field. */
  loaders: Loaders;
  config: Config;
  secrets: Secrets;
  jobs: Jobs;
  bus: Bus;
  /** The whole graph: how a mutation does something in another domain. Not inside a transaction. */
  graph: Graph;
  /** The whole database handle, for what must not share the mutation's transaction. */
  root: Db;
  /** Runs after the mutation's transaction has committed (at once when there is none): hand over jobs, wake listeners. */
  afterCommit(effect: () => void | Promise<void>): void;
  /** Set while one event of a subscription is being resolved. */
  event?: LoggedEvent | MessageDelta;
}

/** A context with somebody signed in: what domain functions take. It is also a `Publisher`. */
export interface UserContext<Loaders = unknown> extends Context<Loaders> {
  viewer: Viewer;
  userId: string;
  actor: Actor;
  causationId: string | null;
}

/** Makes the context of one request to one subgraph. */
export function createContext<Loaders>(
  platform: Platform,
  request: RequestInfo,
  makeLoaders: (ctx: Context<Loaders>) => Loaders,
): Context<Loaders> {
  const traceId = request.traceparent?.split('-')[1];
  const causationId = request.viewer?.causationId;
  const log = platform.log.child({
    requestId: request.requestId,
    ...(traceId && { traceId }),
    ...(causationId && { causationId }),
  });
  const ctx = {
    request,
    requestId: request.requestId,
    viewer: request.viewer,
    db: platform.db,
    root: platform.db,
    log,
    now: platform.now,
    config: platform.config,
    secrets: platform.secrets,
    jobs: platform.jobs,
    bus: platform.bus,
    graph: platform.graph,
    afterCommit(effect: () => void | Promise<void>) {
      Promise.resolve()
        .then(effect)
        .catch((error) => log.error({ error }, 'an effect after the commit failed'));
    },
    loaders: undefined as unknown as Loaders,
  };
  ctx.loaders = makeLoaders(ctx);
  return ctx;
}

/** A context in a transaction of its own: everything else stays as it was. */
export const within = <Ctx extends Context>(ctx: Ctx, db: Tx): Ctx => Object.assign(Object.create(ctx) as Ctx, { db });

/**
 * The signed-in user's context, optionally with a scope.
 * @throws GraphQLError UNAUTHENTICATED or FORBIDDEN.
 */
export function signedIn<Loaders>(ctx: Context<Loaders>, scope?: Scope): UserContext<Loaders> {
  const { viewer } = ctx;
  if (!viewer) throw unauthenticated();
  if (scope && !viewer.scopes.includes(scope)) throw forbidden(`This needs the scope ${scope}.`);
  const { userId, causationId = null } = viewer;
  return Object.assign(Object.create(ctx) as Context<Loaders>, { viewer, userId, actor: actorOf(viewer), causationId });
}

function actorOf({ kind, userId, credentialId }: Viewer): Actor {
  if (kind === 'session') return { kind: 'user', id: userId };
  // Deliveries only read.
  return { kind: kind === 'webhook' ? 'system' : kind, id: credentialId };
}
