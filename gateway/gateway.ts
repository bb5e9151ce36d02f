import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { ExecutionResult, GraphQLScalarType, GraphQLSchema } from 'graphql';
import { GraphQLError, isScalarType } from 'graphql';
import { checkAuthorization, type Rights } from './admission/authorization.ts';
import { createSupergraphLife } from './apolloGateway.ts';
import type { TextResult } from './execution/compiled/executor.ts';
import type { FailureListener } from './execution/errors.ts';
import type { ExecuteOptions } from './execution/executor.ts';
import { type ExecutorName, executors, toWritten } from './execution/executors.ts';
import type { IncrementalResult } from './execution/incremental.ts';
import { openSubscription, type Subscription } from './execution/subscriptions.ts';
import { type Authorization, stripSecurityDirectives } from './planning/authorization.ts';
import { createPlanner, type Planner, type PlannerOptions, type PreparedPlan, type Weigh } from './planning/planner.ts';
import type {
  EventFeed,
  LeaveSignal,
  Source,
  Sources,
  SubscriptionSource,
  SubscriptionSources,
} from './sources/source.ts';

export interface SubgraphAddress {
  readonly name: string;
  readonly url: string;
}

export interface GatewayOptions {
  readonly supergraphSdl: string;
  /** Called once for each subgraph and address, again when an update brings new ones. */
  buildSource(subgraph: SubgraphAddress): Source;
  buildSubscriptionSource?(subgraph: SubgraphAddress): SubscriptionSource | EventFeed | undefined;
  /** Milliseconds that an operation, or the answer to one event, may take. */
  readonly budget?: number;
  readonly planner?: Omit<PlannerOptions, 'weighing'>;
  /** How answers of a supergraph are weighed (`TextResult.weight`). Called once for each supergraph. */
  weighing?(supergraphSdl: string, apiSchema: GraphQLSchema): Weigh;
  /** Custom scalars by name, so that wrong values are refused before planning. A supergraph only names its scalars. */
  readonly scalars?: Readonly<Record<string, GraphQLScalarType>>;
  readonly now?: () => number;
  readonly onFailure?: FailureListener;
  /** How plans are run; compiled unless told otherwise. All ways answer the same. */
  readonly executor?: ExecutorName;
  /** What Apollo Server is handed: objects, or finished text, which it must be told to print (`stringifyResult`). */
  readonly answers?: 'objects' | 'text';
  /**
   * What the sender of a request that comes through Apollo Server may do, by its context. Without it nobody is signed in there, and what
   * security directives protect is closed. Those who admit requests themselves check `authorization`.
   */
  rightsOf?(context: unknown): Rights;
  /** What a request's context says about how long its client waits, for requests that come through Apollo Server. */
  waiting?(context: unknown): { signal?: LeaveSignal; deadline?: number };
}

/** How one operation is run. */
export interface RunOptions {
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly context?: unknown;
  readonly signal?: LeaveSignal;
  /** Milliseconds since the epoch; without it the gateway's budget counts from now. */
  readonly deadline?: number;
}

/** One supergraph, ready to run. Requests finish with the one that they were planned for. */
export interface Engine {
  readonly supergraphSdl: string;
  readonly apiSchema: GraphQLSchema;
  readonly authorization: Authorization;
  readonly planner: Planner;
}

export interface Gateway {
  /** For `new ApolloServer({ gateway })`. */
  readonly gatewayInterface: GatewayInterface;
  readonly apiSchema: GraphQLSchema;
  readonly authorization: Authorization;
  /** The supergraph in use, without security directives. */
  readonly engine: Engine;
  /** Resolves when operations can be planned. @throws Error when the planning thread does not start. */
  ready(): Promise<void>;
  cached: Planner['cached'];
  plan: Planner['plan'];
  execute(plan: PreparedPlan, options: RunOptions): Promise<ExecutionResult>;
  /** The answer with its data as JSON: what transports send. */
  executeText(plan: PreparedPlan, options: RunOptions): Promise<TextResult>;
  /**
   * A planned subscription, whose `listen` brings its events.
   * @throws GraphQLError (BAD_USER_INPUT) when variables do not fit.
   */
  subscription(plan: PreparedPlan, options: Pick<RunOptions, 'variables' | 'context'>): Subscription;
  /** The answer in parts, where the plan has some that come later: it was made with `incremental`. */
  executeIncrementally(plan: PreparedPlan, options: RunOptions): Promise<TextResult | IncrementalResult>;
  /** One answer to one event of a subscription: what a fan-out calls once for all that ask the same. */
  executeEvent(plan: PreparedPlan, event: unknown, options: RunOptions): Promise<ExecutionResult>;
  executeEventText(plan: PreparedPlan, event: unknown, options: RunOptions): Promise<TextResult>;
  /**
   * Serves another supergraph from now on. Running operations finish on the old one.
   * @throws Error when it is none, and the old one stays.
   */
  update(supergraphSdl: string): void;
  /** Calls the listener after each update. Returns what ends that. */
  onUpdate(listener: (engine: Engine) => void): () => void;
  /** Ends the planning thread, once running plans are done. Running operations finish. */
  close(): Promise<void>;
}

/** Supergraph in, executable graph out. Apollo's gateway keeps the supergraph's life; planning and execution are ours. */
export function createGateway(options: GatewayOptions): Gateway {
  const { budget = 10_000, now = Date.now, onFailure, answers = 'objects' } = options;
  const executor = executors[options.executor ?? 'compiled'];
  const running = new WeakMap<GraphQLSchema, Engine & { sources: Sources; subscriptionSources: SubscriptionSources }>();
  const built = new Map<string, { source: Source; subscriptionSource?: SubscriptionSource | EventFeed }>();
  const listeners = new Set<(engine: Engine) => void>();

  const build = (sdl: string) => {
    const { supergraphSdl, authorization } = stripSecurityDirectives(sdl);
    const weighing = (apiSchema: GraphQLSchema) => options.weighing?.(supergraphSdl, apiSchema);
    const planner = createPlanner(supergraphSdl, { now, ...options.planner, weighing });
    try {
      return start(supergraphSdl, authorization, planner);
    } catch (error) {
      void planner.close();
      throw error;
    }
  };
  const start = (supergraphSdl: string, authorization: Authorization, planner: Planner) => {
    attachScalars(planner.apiSchema, options.scalars ?? {});
    const sources = new Map<string, Source>();
    const subscriptionSources = new Map<string, SubscriptionSource | EventFeed>();
    for (const subgraph of planner.subgraphs) {
      const key = JSON.stringify([subgraph.name, subgraph.url]);
      const known = built.get(key) ?? {
        source: options.buildSource(subgraph),
        subscriptionSource: options.buildSubscriptionSource?.(subgraph),
      };
      built.set(key, known);
      sources.set(subgraph.name, known.source);
      if (known.subscriptionSource) subscriptionSources.set(subgraph.name, known.subscriptionSource);
    }
    const engine = {
      supergraphSdl,
      authorization,
      planner,
      apiSchema: planner.apiSchema,
      sources,
      subscriptionSources,
    };
    running.set(engine.apiSchema, engine);
    return engine;
  };

  let current = build(options.supergraphSdl);
  const engineOf = (plan: PreparedPlan) => running.get(plan.apiSchema) ?? current;
  const executeOptions = (plan: PreparedPlan, run: RunOptions): ExecuteOptions => ({
    sources: engineOf(plan).sources,
    variables: run.variables,
    context: run.context,
    signal: run.signal,
    deadline: run.deadline ?? now() + budget,
    now,
    onFailure,
  });

  const life = createSupergraphLife(
    () => current,
    async ({ document, schema, request, context }) => {
      const engine = running.get(schema) ?? current;
      const rights = options.rightsOf?.(context) ?? nobody;
      const denied = checkAuthorization(engine, document, request.operationName, rights);
      if (denied.length) return { errors: denied };
      let plan: PreparedPlan;
      try {
        plan = await engine.planner.plan(document, request.operationName, request.variables, { context });
      } catch (error) {
        if (error instanceof GraphQLError) return { errors: [error] };
        throw error;
      }
      const run = { variables: request.variables, context, ...options.waiting?.(context) };
      const runOptions = executeOptions(plan, run);
      if (answers === 'objects') return executor.execute(plan, runOptions);
      return toWritten(await executor.executeText(plan, runOptions));
    },
  );
  const gatewayInterface: GatewayInterface = {
    ...life.gatewayInterface,
    async stop() {
      await life.gatewayInterface.stop();
      await current.planner.close();
    },
  };

  return {
    gatewayInterface,
    get apiSchema() {
      return current.apiSchema;
    },
    get authorization() {
      return current.authorization;
    },
    get engine() {
      return current;
    },
    ready: () => current.planner.ready(),
    cached: (document, operationName, variables, asked) =>
      current.planner.cached(document, operationName, variables, asked),
    plan: (document, operationName, variables, asked) =>
      current.planner.plan(document, operationName, variables, asked),
    execute: (plan, run) => executor.execute(plan, executeOptions(plan, run)),
    executeText: (plan, run) => executor.executeText(plan, executeOptions(plan, run)),
    executeIncrementally: (plan, run) => executor.executeIncrementally(plan, executeOptions(plan, run)),
    executeEvent: (plan, event, run) => executor.executeEvent(plan, event, executeOptions(plan, run)),
    executeEventText: (plan, event, run) => executor.executeEventText(plan, event, executeOptions(plan, run)),
    subscription: (plan, { variables, context }) =>
      openSubscription(plan, {
        subscriptionSources: engineOf(plan).subscriptionSources,
        variables,
        context,
        onFailure,
      }),
    update(sdl) {
      const previous = current;
      current = build(sdl);
      try {
        life.update();
      } catch (error) {
        void current.planner.close();
        current = previous;
        throw error;
      }
      void previous.planner.close();
      for (const listener of listeners) listener(current);
    },
    onUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => current.planner.close(),
  };
}

const nobody: Rights = { isAuthenticated: false, scopes: [] };

/** Gives the schema's scalars their input coercion. Output comes from subgraphs as it should be and is passed on. */
function attachScalars(schema: GraphQLSchema, scalars: Readonly<Record<string, GraphQLScalarType>>): void {
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
}
