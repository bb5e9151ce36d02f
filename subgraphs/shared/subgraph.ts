import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  getDirectiveValues,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import type { ExportedType, Imports } from './archives.ts';
import { type Context, createContext, type RequestInfo } from './context.ts';
import type { Secrets } from './crypto.ts';
import { type Db, isDatabaseAway, Prisma, type Tx } from './db.ts';
import { findDelta, isDeltaId, type MessageDelta } from './deltas.ts';
import { badInput, databaseAway, errorCodes, notThere, UserErrors } from './errors.ts';
import { findEvent, type LoggedEvent } from './events.ts';
import { type ClaimedKey, claimKey, releaseKey, storeResult } from './idempotency.ts';
import { findNul } from './input.ts';
import type { JobDefinition } from './jobs.ts';
import type { Platform } from './platform.ts';
import { onEveryEvent, type Reactions, runReactions, type Watch } from './reactions.ts';
import { scalars } from './scalars.ts';
import { subgraphSdl } from './sdl.ts';
import type { Usage } from './telemetry/business.ts';

/** Everything a domain brings to the graph. */
export interface SubgraphDefinition<Loaders = unknown> {
  name: string;
  /** Folder of the domain, with its `schema.graphql`. */
  directory: string;
  /** Resolver map as generated types describe it. Mutation fields run inside a transaction. */
  resolvers: object;
  /** What each subscription field answers for one event. */
  subscriptions?: Record<string, (event: LoggedEvent, args: Record<string, unknown>, ctx: Context<Loaders>) => unknown>;
  /** Likewise for subscriptions to the deltas of a reply, which are not in the event log. */
  streams?: Record<string, (delta: MessageDelta, args: Record<string, unknown>, ctx: Context<Loaders>) => unknown>;
  loaders?: (ctx: Context<Loaders>) => Loaders;
  /**
   * Mutations that speak to the outside world or manage their transactions themselves (see `transaction`). With an
   * idempotency key they happen at most once, but not exactly once (see `claimedAside`).
   */
  withoutTransaction?: readonly string[];
  reactions?: Reactions;
  /** Readers of whatever events people's own settings name, by name: each has a place of its own in the log. */
  watches?: (platform: Platform) => Record<string, Watch>;
  jobs?: (platform: Platform) => JobDefinition[];
  /** What is due in tables of the domain and nobody is at, by name: SQL that yields one row of `count` and `since`, when the oldest was due. */
  dueWork?: (now: Date) => Record<string, Prisma.Sql>;
  /** What is counted of how the domain is used, where the installation wants to know. */
  usage?: () => Usage;
  /** The domain's part of a data export. */
  exports?: readonly ExportedType[];
  /** What of an archive the domain takes in again. */
  imports?: Imports;
  /**
   * Gives back what the person granted Jarvis elsewhere, before an account is erased; it may be called again.
   * @throws Error when that cannot be done now.
   */
  release?: (platform: Platform, userId: string) => Promise<void>;
  /** Deletes every row of the user in this domain; part of the erasure of an account. */
  erase?: (tx: Tx, userId: string) => Promise<void>;
  /** The domain's part of the demo account, in one transaction with the others'. */
  demo?: (demo: DemoAccount) => Promise<void>;
}

/** What the demo generators of the domains share: the same seed gives the same life. */
export interface DemoAccount {
  db: Tx;
  userId: string;
  timeZone: string;
  now: Date;
  secrets: Secrets;
  /** Uniform in [0, 1), seeded. */
  random: () => number;
  /** Ids that one domain makes and others refer to, e.g. `goal:run`. */
  ids: Map<string, string>;
}

/** States a subgraph. Its loaders' type matters only inside the domain and is forgotten here. */
export function defineSubgraph<Loaders>(definition: SubgraphDefinition<Loaders>): SubgraphDefinition {
  return definition as unknown as SubgraphDefinition;
}

/** What the gateway sends to a subgraph. */
export interface SubgraphCall {
  query: string;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
  request: RequestInfo;
  /** For a subscription: the id of the event that its field is to be resolved for. */
  eventId?: string | undefined;
  /** The event itself, where the caller is in the same process and has it: it need not be read again. */
  event?: LoggedEvent | MessageDelta | undefined;
}

export interface Subgraph {
  name: string;
  execute(call: SubgraphCall): Promise<FormattedExecutionResult>;
  /** Starts reactions and jobs. Separate from making the subgraph, so that a process can serve without working. */
  work(): Promise<void>;
  /** Resolves once every event so far has had its reactions: for tests and for orderly shutdown. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a subgraph ready to answer. */
export function createSubgraph<Loaders>(definition: SubgraphDefinition<Loaders>, platform: Platform): Subgraph {
  const makeLoaders = definition.loaders ?? (() => undefined as Loaders);
  const typeDefs = parse(subgraphSdl(definition.directory));
  const resolvers = { ...scalars, ...definition.resolvers, ...subscriptionResolvers(definition) };
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  const withoutTransaction = new Set(definition.withoutTransaction);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const plain = field.args.length === 0 && type.name !== 'Mutation';
      if (plain || !field.resolve || field.name === '_entities') continue;
      const resolve = field.resolve as Resolve<Loaders>;
      field.resolve =
        type.name === 'Mutation'
          ? mutationField(resolve, makeLoaders, !withoutTransaction.has(field.name))
          : storable(resolve);
    }
  }

  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();
  const prepare = (query: string) => {
    let document = documents.get(query);
    if (!document) {
      try {
        const parsed = parse(query);
        const problems = validate(schema, parsed);
        document = problems.length > 0 ? problems : parsed;
      } catch (error) {
        document = [error as GraphQLError];
      }
      if (documents.size >= 2_000) documents.delete(documents.keys().next().value!);
      documents.set(query, document);
    }
    return document;
  };

  async function answer(call: SubgraphCall): Promise<FormattedExecutionResult> {
    const document = prepare(call.query);
    if (!('kind' in document)) return { errors: document.map((problem) => problem.toJSON()) };
    const ctx = createContext(platform, call.request, makeLoaders);
    if (call.eventId !== undefined) {
      const userId = call.request.viewer?.userId;
      const find = isDeltaId(call.eventId) ? findDelta : findEvent;
      const event = call.event ?? (userId && (await find(ctx.db, userId, call.eventId)));
      if (event && event.userId === userId) ctx.event = event;
      // Whoever follows a reply is told that it was deleted meanwhile; an event that is gone is no news.
      else if (!isDeltaId(call.eventId)) return { data: null };
    }
    const result = await execute({
      schema,
      document,
      variableValues: call.variables,
      operationName: call.operationName,
      contextValue: ctx,
      rootValue: ctx.event,
    });
    const errors = result.errors?.map((error) => mask(error, ctx));
    return { data: result.data as never, ...(errors && { errors }) };
  }

  const reactions = definition.reactions ?? {};
  let running: ReturnType<typeof runReactions>[] = [];
  return {
    name: definition.name,
    execute(call) {
      const { tracing } = platform;
      return tracing ? tracing.execute(definition.name, call, () => answer(call)) : answer(call);
    },
    async work() {
      const watches = Object.entries(definition.watches?.(platform) ?? {});
      running = [
        runReactions(definition.name, reactions, platform),
        ...watches.map(([name, { types, react }]) =>
          runReactions(`${definition.name}.${name}`, onEveryEvent(react), platform, types),
        ),
      ];
      const jobs = definition.jobs?.(platform) ?? [];
      if (jobs.length > 0) await platform.jobs.work(jobs);
    },
    async settle() {
      for (const reader of running) await reader.settle();
    },
    async stop() {
      await Promise.all(running.map((reader) => reader.stop()));
    },
  };
}

type Resolve<Loaders> = GraphQLFieldResolver<unknown, Context<Loaders>, Record<string, unknown>>;

function subscriptionResolvers<Loaders>({ subscriptions, streams }: SubgraphDefinition<Loaders>) {
  if (!subscriptions && !streams) return {};
  const fields = Object.entries({ ...subscriptions, ...streams }).map(([name, resolve]) => [
    name,
    {
      resolve: (event: unknown, args: Record<string, unknown>, ctx: Context<Loaders>) => {
        if (event === undefined) throw notThere('This reply was deleted.');
        return resolve(event as never, args, ctx);
      },
      subscribe: () => {
        throw new Error('Subscriptions are fed by the gateway, one event at a time.');
      },
    },
  ]);
  return { Subscription: Object.fromEntries(fields) };
}

/** Refuses what PostgreSQL cannot store at the door of every field with arguments. */
function storable<Loaders>(resolve: Resolve<Loaders>): Resolve<Loaders> {
  return (source, args, ctx, info) => {
    const path = findNul(args);
    if (path)
      throw badInput(`"${path.join('.')}" holds a NUL character or half a surrogate pair, or is nested too deep.`);
    return resolve(source, args, ctx, info);
  };
}

/**
 * Every mutation field: one transaction for its change, its events and its idempotency record, unless it manages its
 * transactions itself; user errors become the payload's `errors` after a rollback; what waits for the commit runs after it.
 */
function mutationField<Loaders>(
  resolve: Resolve<Loaders>,
  makeLoaders: (ctx: Context<Loaders>) => Loaders,
  transactional: boolean,
): Resolve<Loaders> {
  return async (source, args, ctx, info) => {
    const key = ctx.viewer ? idempotencyKey(ctx, info) : null;
    const userId = ctx.viewer?.userId ?? '';
    const claimed = { userId, key: key ?? '', operation: info.fieldName, input: args };
    const claim = (tx: Tx) => claimKey(tx, ctx.secrets, claimed, ctx.now());
    const remember = (tx: Tx, answer: unknown) => storeResult(tx, ctx.secrets, claimed, answer);
    const effects: (() => void | Promise<void>)[] = [];
    const attempt = (tx: Tx) => {
      const inner: Context<Loaders> = { ...ctx, db: tx, afterCommit: (effect) => void effects.push(effect) };
      inner.loaders = makeLoaders(inner);
      return resolve(source, args, inner, info) as Promise<Record<string, unknown>>;
    };
    let payload: Record<string, unknown>;
    try {
      const nul = findNul(args.input);
      if (nul)
        throw new UserErrors([
          {
            code: 'INVALID',
            path: nul.map(String),
            message:
              'No text may hold a NUL character or half a surrogate pair, and nothing be nested deeper than 64 levels.',
          },
        ]);
      if (transactional) {
        payload = await transaction(ctx.root, async (tx) => {
          effects.length = 0;
          const stored = key && (await claim(tx));
          if (stored) return stored;
          const fresh = { errors: [], ...(await attempt(tx)) };
          if (key) await remember(tx, fresh);
          return fresh;
        });
      } else {
        const run = async () => ({ errors: [], ...(await attempt(ctx.root)) });
        payload = key ? await claimedAside(ctx, claimed, run) : await run();
      }
    } catch (error) {
      if (!(error instanceof UserErrors)) throw error;
      effects.length = 0;
      payload = refusalOf(error);
      if (key && transactional) payload = await rememberRefusal(ctx.root, payload, claim, remember);
    } finally {
      ctx.loaders = makeLoaders(ctx);
    }
    // The change is there, whatever becomes of these: the answer must not say otherwise.
    for (const effect of effects) {
      await Promise.resolve()
        .then(effect)
        .catch((error) => ctx.log.error({ error, field: info.fieldName }, 'an effect after the commit failed'));
    }
    if (ctx.viewer) ctx.bus.publish('events', userId);
    return payload;
  };
}

const refusalOf = ({ payload, errors }: UserErrors): Record<string, unknown> => ({ ...payload, errors });

/**
 * Claims a key, runs the attempt and stores its answer, each for itself: no connection is held meanwhile, so the attempt
 * may take some of its own. The guarantee is weaker than inside one transaction: a call that comes while the first is
 * under way gets a CONFLICT rather than its answer, and after a crash between effect and answer the key stays claimed
 * without one, so that the effect does not happen again.
 * @throws UserErrors of the claim, and of the attempt once they are stored; whatever else the attempt throws, and then the
 * key is free again.
 */
async function claimedAside<Loaders>(
  ctx: Context<Loaders>,
  claimed: ClaimedKey,
  run: () => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { root, secrets, log } = ctx;
  const stored = await claimKey(root, secrets, claimed, ctx.now());
  if (stored) return stored;
  const remember = (answer: unknown) =>
    // What was done is done, whether its record could be written or not.
    storeResult(root, secrets, claimed, answer).catch((error) => log.error({ error }, 'an answer was not stored'));
  try {
    const payload = await run();
    await remember(payload);
    return payload;
  } catch (error) {
    if (error instanceof UserErrors) await remember(refusalOf(error));
    else await releaseKey(root, claimed);
    throw error;
  }
}

/** A refusal is an answer too: the same key gets it again. A key that was already used with other input stays as it is. */
async function rememberRefusal(
  root: Db,
  payload: Record<string, unknown>,
  claim: (tx: Tx) => Promise<Record<string, unknown> | null>,
  remember: (tx: Tx, answer: unknown) => Promise<void>,
) {
  try {
    return await transaction(root, async (tx) => {
      const stored = await claim(tx);
      if (stored) return stored;
      await remember(tx, payload);
      return payload;
    });
  } catch (error) {
    if (error instanceof UserErrors) return { errors: error.errors };
    throw error;
  }
}

function idempotencyKey<Loaders>(ctx: Context<Loaders>, info: GraphQLResolveInfo): string | null {
  const directive = info.schema.getDirective('idempotent');
  const values = directive && getDirectiveValues(directive, info.fieldNodes[0]!, info.variableValues);
  const explicit = values?.key as string | undefined;
  const given = explicit ?? ctx.request.idempotencyKey;
  if (given === null) return null;
  if (given.length === 0 || given.length > 255 || given.includes('\0')) {
    throw badInput('An idempotency key has 1 to 255 characters.');
  }
  return explicit ?? `${given}:${info.path.key}`;
}

/**
 * Runs `work` in a transaction, again (at most twice) when PostgreSQL gave it up for a deadlock or a serialization conflict.
 * @throws whatever `work` throws, after the rollback.
 */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.$transaction(work);
    } catch (error) {
      if (attempt === 3 || !isTransient(error)) throw error;
    }
  }
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  // P2028 also means that no connection came free in time: nothing has begun, so a burst may wait once more.
  if (error.code === 'P2028' && /Unable to start a transaction/.test(error.message)) return true;
  return error.code === 'P2034' || /\b(40001|40P01)\b/.test(error.message);
}

/** Errors of the closed list pass; everything else is logged under the request id and masked. */
function mask(error: GraphQLError, ctx: Context<unknown>) {
  const code = error.extensions?.code; // graphql-js also hands out what is no GraphQLError, such as a RangeError
  const base = { message: error.message, ...(error.path && { path: error.path }) };
  if ((errorCodes as readonly unknown[]).includes(code) && code !== 'INTERNAL_SERVER_ERROR') {
    return { ...base, extensions: error.extensions };
  }
  // Before any resolver, or about an argument, it is graphql-js itself speaking: something does not fit the schema.
  if (!error.path || isArgumentError(error.originalError)) return { ...base, extensions: { code: 'BAD_USER_INPUT' } };
  const cause = error.originalError ?? error;
  ctx.log.error({ path: error.path, error: cause }, 'a resolver failed');
  if (isDatabaseAway(cause)) {
    const { message, extensions } = databaseAway();
    return { ...base, message, extensions: { code: extensions.code, retryAfter: extensions.retryAfter } };
  }
  return { ...base, message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

const isArgumentError = (cause: unknown) => cause instanceof GraphQLError && /^Argument "/.test(cause.message);
