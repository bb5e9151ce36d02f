import { GraphQLError } from 'graphql';
import { badInput, type ErrorCode, forbidden } from '../../subgraphs/shared/errors.ts';
import { responseText } from '../execution/compiled/executor.ts';
import type { Engine, Gateway } from '../gateway.ts';
import { isTooComplex } from '../planning/refusals.ts';
import type { Observation } from '../telemetry/observation.ts';
import type { Telemetry } from '../telemetry/observer.ts';
import { createFanOut, type FanOut } from '../transport/fanOut.ts';
import type { Release, Shedder } from '../transport/shedding.ts';
import { AdmittedOperation, codesOf, namedEvent, type Prepared, type RunningOptions } from './admittedOperation.ts';
import { type AuthorizerOptions, createAuthorizer } from './authorization.ts';
import type { Caller, RequestFacts } from './caller.ts';
import { costModelOf, type OperationCost } from './cost.ts';
import type { DemandControl } from './demandControl.ts';
import {
  type CheckedDocument,
  createDocuments,
  type Documents,
  type DocumentsStatistics,
  type Operation,
  type RefusedDocument,
} from './documents.ts';
import { type ErrorFormat, formatError, toRefusal } from './errors.ts';
import { checkIntrospection, concealing, errorsFor, type IntrospectionPolicy } from './introspection.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { InvalidOperation, type OperationRequest, type Operations, Refusal } from './operation.ts';
import type { PersistedOperations } from './persistedOperations.ts';
import { checkVariables } from './variables.ts';

export interface OperationsOptions extends AuthorizerOptions {
  readonly gateway: Gateway;
  readonly format: ErrorFormat;
  readonly persisted: PersistedOperations;
  readonly introspection: IntrospectionPolicy;
  readonly limits?: Limits;
  /** Charges what operations cost. Without it nothing is counted. */
  readonly demand?: DemandControl;
  /** Turns away what is too much. Without it everything runs at once. */
  readonly shedder?: Shedder;
  readonly telemetry?: Telemetry;
  /** Told of what nobody expected, for the log. */
  onFault(error: unknown, requestId: string): void;
}

export interface AdmittedOperations extends Operations {
  readonly fanOut: FanOut;
  readonly documents: DocumentsStatistics;
  /** Checks and plans all persisted operations, so that their first users need not wait. Resolves when that is done. */
  prepare(): Promise<void>;
}

/** What admission goes by under one supergraph. */
interface Rules {
  readonly engine: Engine;
  readonly documents: Documents;
  costOf(operation: Operation): OperationCost;
}

/** What a subscription asked, and who. */
interface Asked {
  readonly caller: Caller;
  readonly text: string;
  readonly requestId: string;
}

/**
 * The one way in for operations, whichever way they come: a place to run in, the document (persisted or sent) within its limits and valid,
 * introspection, scopes and policies, cost, plan. Nothing is planned, and no subgraph called, before all of that has said yes.
 */
export function createOperations(options: OperationsOptions): AdmittedOperations {
  const { gateway, format, persisted, introspection, limits = DEFAULT_LIMITS, demand, shedder, telemetry } = options;
  const authorize = createAuthorizer(options);
  let rules = rulesOf(gateway.engine);
  // Before the fan-out's own listener, which asks the new rules.
  gateway.onUpdate((engine) => {
    rules = rulesOf(engine);
  });

  function rulesOf(engine: Engine): Rules {
    const { apiSchema, supergraphSdl } = engine;
    const model = costModelOf(supergraphSdl, apiSchema);
    const costs = new WeakMap<Operation, OperationCost>();
    return {
      engine,
      documents: createDocuments({ schema: apiSchema, limits, suggestions: introspection === 'open' }),
      costOf(operation) {
        let cost = costs.get(operation);
        if (!cost) {
          cost = model.operation(operation.document.document, operation.name);
          costs.set(operation, cost);
        }
        return cost;
      },
    };
  }

  const refusalOf = (error: unknown, requestId: string): Refusal => {
    const isExpected = error instanceof Refusal || (error instanceof GraphQLError && !error.originalError);
    if (!isExpected) options.onFault(error, requestId);
    return toRefusal(error, requestId, format);
  };
  const invalid = (errors: readonly GraphQLError[], requestId: string): Refusal => {
    const [first] = errors;
    const { http, limit } = first?.extensions ?? {};
    // A limit is ours, and no fault of the operation's grammar: it has its own status.
    if (first && (http || limit)) return toRefusal(first, requestId, format);
    return new InvalidOperation(errors.map((error) => formatError(error.toJSON(), requestId, format)));
  };

  /** @throws Refusal */
  function operationOf(checked: CheckedDocument | RefusedDocument, caller: Caller, name: unknown, requestId: string) {
    if (checked.errors) throw invalid(errorsFor(introspection, caller, checked), requestId);
    try {
      return checked.operation(name as string | null | undefined);
    } catch (error) {
      throw error instanceof GraphQLError ? invalid([error], requestId) : error;
    }
  }

  async function mayRun(engine: Engine, operation: Operation, caller: Caller): Promise<void> {
    const closed = checkIntrospection(introspection, caller, operation);
    if (closed) throw closed;
    const denied = authorize(engine, operation.document.document, operation.name, caller);
    const [error] = denied instanceof Promise ? await denied : denied;
    if (!error) return;
    // Where the schema is closed, what is missing would tell what it has.
    throw introspection === 'open' || caller.isAuthenticated ? error : concealing();
  }

  async function prepare(
    caller: Caller,
    request: OperationRequest,
    facts: RequestFacts,
    observation: Observation | undefined,
  ): Promise<Prepared> {
    checkShape(request);
    const found = persisted.resolve(request, caller);
    const resolved = found instanceof Promise ? await found : found;
    const { engine, documents, costOf } = rules;
    const operation = operationOf(documents.get(resolved.text), caller, request.operationName, facts.requestId);
    observation?.identify(operation.kind, operation.name, operation.document.hash);
    if (facts.isReadOnly && operation.kind === 'mutation') throw notByGet();
    const event = operation.kind === 'subscription' ? namedEvent(request) : undefined;
    if ((caller.isDelivery ?? false) !== (event !== undefined)) throw notThisWay(caller);
    const variables = checkVariables(request.variables, limits);
    observation?.phase('authorize');
    await mayRun(engine, operation, caller);
    if (facts.wantsPlan && !caller.isDeveloper) throw forbidden('Query plans are for developers.');
    observation?.phase('cost');
    // Looking at a plan costs nothing that anybody else would miss.
    const charge = facts.wantsPlan === 'only' ? undefined : await demand?.admit(caller, costOf(operation), variables);
    observation?.phase('plan');
    const context = caller.contextOf(facts, charge);
    observation?.follow(context);
    const { document } = operation.document;
    const planOptions = { context, incremental: facts.takesParts };
    const plan =
      gateway.cached(document, operation.name, variables, planOptions) ??
      (await gateway.plan(document, operation.name, variables, planOptions).catch((error) => {
        // What is too complex has had its time; for everything else nothing was done.
        if (!isTooComplex(error)) charge?.settle(0);
        throw error;
      }));
    persisted.remember(resolved);
    return { operation, variables, charge, plan, context, event };
  }

  const fanOut = createFanOut({
    gateway,
    respond(result, context) {
      telemetry?.delivered(1);
      const requestId = requestIdOf(context);
      return responseText(formatted(result, requestId), { requestId });
    },
    format: (error, context) => formatError(error.toJSON(), requestIdOf(context), format),
    async replan({ plan: { operation }, variables, context }) {
      const { engine, documents } = rules;
      const { caller, text, requestId } = asked.get(context as object) as Asked;
      const checked = operationOf(documents.get(text), caller, operation.name?.value, requestId);
      await mayRun(engine, checked, caller);
      return gateway.plan(checked.document.document, checked.name, variables, { context });
    },
  });
  /** What subscriptions asked, by their contexts: to ask it again under another supergraph. */
  const asked = new WeakMap<object, Asked>();
  const requestIdOf = (context: unknown) => asked.get(context as object)?.requestId ?? '';

  const formatted: RunningOptions['formatted'] = (result, requestId) => {
    const { data, errors } = result;
    if (!errors) return result;
    return { ...result, data, errors: errors.map((error) => formatError(error.toJSON(), requestId, format)) as never };
  };
  const running: RunningOptions = {
    gateway,
    formatted,
    refusalOf,
    listen({ operation, plan, variables, context }, caller, requestId, sink) {
      const { sharing, scopes } = caller;
      asked.set(context as object, { caller, text: operation.document.text, requestId });
      return fanOut.listen({ sharing, scopes, plan, variables, context }, sink);
    },
  };

  return {
    fanOut,
    get documents() {
      return rules.documents.statistics;
    },
    async prepare() {
      for (const body of persisted.bodies) {
        const checked = rules.documents.prepare(body);
        if (checked.errors) continue;
        // What depends on variables is planned when they come.
        for (const { name, document } of checked.operations)
          await gateway.plan(document.document, name).catch(() => undefined);
      }
    },
    async admit(caller, request, facts) {
      const { requestId, traceparent } = facts;
      const observation = telemetry?.begin({ requestId, traceparent });
      let release: Release | undefined;
      try {
        const entered = shedder?.enter(caller.account);
        release = entered instanceof Promise ? await entered : entered;
        const prepared = await prepare(caller, request, facts, observation);
        return new AdmittedOperation(running, prepared, { caller, request, facts, observation, release });
      } catch (error) {
        release?.();
        const refusal = refusalOf(error, requestId);
        observation?.end({ codes: codesOf(refusal.errors), status: refusal.status });
        throw refusal;
      }
    },
  };
}

/** @throws GraphQLError (BAD_USER_INPUT) for members of the wrong kind. */
function checkShape({ operationName, extensions }: OperationRequest): void {
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw badInput('"operationName" must be a string.');
  const isObject = typeof extensions === 'object' && !Array.isArray(extensions);
  if (extensions !== undefined && !isObject) throw badInput('"extensions" must be an object.');
}

const notThisWay = ({ isDelivery }: Caller) =>
  forbidden(
    isDelivery
      ? 'Deliveries only ask what a subscription says of one event.'
      : 'Only deliveries ask by "extensions.event". Listen to the subscription instead; "after" brings what was missed.',
  );

const notByGet = () =>
  new GraphQLError('A mutation must be sent by POST.', {
    extensions: { code: 'BAD_USER_INPUT' satisfies ErrorCode, http: { status: 405 } },
  });
