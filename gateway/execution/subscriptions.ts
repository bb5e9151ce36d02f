import {
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  getArgumentValues,
  getVariableValues,
  Kind,
} from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import { clientName } from '../planning/variableNames.ts';
import type { SubscriptionRequest, SubscriptionSources } from '../sources/source.ts';
import type { Data } from './data.ts';
import { failedFetch } from './errors.ts';
import { type ExecuteOptions, executeEvent, variableErrors } from './executor.ts';

export interface SubscribeOptions extends Omit<ExecuteOptions, 'deadline'> {
  readonly subscriptionSources: SubscriptionSources;
  /** Milliseconds that the answer to one event may take. */
  readonly budget: number;
  /** Lets subscriptions that ask the same of one event share an answer: returns what `run` returns, or an earlier one. */
  readonly executeOnce?: ExecuteOnce;
  /** What answers one event; the interpreted executor without it. */
  readonly executeEvent?: typeof executeEvent;
}

export type ExecuteOnce = (event: unknown, run: () => Promise<ExecutionResult>) => Promise<ExecutionResult>;

/** Which subgraph feeds a subscription, and what it is asked. A fan-out subscribes once to what is equal here for one viewer. */
export interface SubscriptionRoot {
  readonly subgraph: string;
  readonly request: Omit<SubscriptionRequest, 'context' | 'signal'>;
}

/**
 * The root of a planned subscription with its arguments.
 * @throws GraphQLError (BAD_USER_INPUT) when variables or arguments do not fit.
 */
export function subscriptionRoot(
  plan: PreparedPlan,
  variables: Readonly<Record<string, unknown>> = {},
): SubscriptionRoot {
  const { node } = plan.queryPlan;
  if (node?.kind !== 'Subscription') throw new Error('The plan is not one of a subscription.');
  const [refused] = variableErrors(plan, variables);
  if (refused) throw refused;
  const { primary } = node;
  const field = rootField(plan);
  const definition = plan.apiSchema.getSubscriptionType()?.getFields()[field.name.value];
  if (!definition) throw new Error(`Subscription.${field.name.value} is not in the schema.`);
  const coerced = getVariableValues(plan.apiSchema, plan.operation.variableDefinitions ?? [], variables).coerced;
  const used = (primary.variableUsages ?? []).filter((name) => Object.hasOwn(variables, clientName(name)));
  return {
    subgraph: primary.serviceName,
    request: {
      field: field.name.value,
      arguments: getArgumentValues(definition, field, coerced),
      query: primary.operation,
      document: primary.operationDocumentNode,
      operationName: primary.operationName,
      variables: Object.fromEntries(used.map((name) => [name, variables[clientName(name)]])),
    },
  };
}

/**
 * Starts a subscription: one answer for each event of its source. Resolves to errors when it cannot start. Ending the generator ends the
 * source, at once even while no event comes.
 */
export async function subscribe(
  plan: PreparedPlan,
  options: SubscribeOptions,
): Promise<AsyncGenerator<ExecutionResult<Data>, void> | ExecutionResult<Data>> {
  const { subscriptionSources, budget, executeOnce, now = Date.now, signal: client, ...rest } = options;
  const answer = options.executeEvent ?? executeEvent;
  let root: SubscriptionRoot;
  const controller = new AbortController();
  const leave = () => controller.abort();
  try {
    root = subscriptionRoot(plan, options.variables ?? {});
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
  const failure = (cause: unknown): ExecutionResult<Data> => {
    if (cause instanceof GraphQLError) return { errors: [cause] };
    const path = [(rootField(plan).alias ?? rootField(plan).name).value];
    rest.onFailure?.({ subgraph: root.subgraph, path, cause });
    return { errors: [failedFetch(root.subgraph, path, cause)] };
  };

  let events: AsyncIterator<unknown>;
  try {
    const source = subscriptionSources.get(root.subgraph);
    if (!source) throw new Error(`No subscription source for "${root.subgraph}".`);
    if (client?.aborted) leave();
    client?.addEventListener('abort', leave, { once: true });
    const request = { ...root.request, context: options.context, signal: controller.signal };
    events = (await source.events(request))[Symbol.asyncIterator]();
  } catch (cause) {
    client?.removeEventListener('abort', leave);
    return failure(cause);
  }

  const end = { done: true, value: undefined } as const;
  let ended = false;
  const stop = () => {
    if (ended) return;
    ended = true;
    client?.removeEventListener('abort', leave);
    controller.abort();
    // Not awaited: a source that is itself a generator answers only after its next event.
    Promise.resolve(events.return?.()).catch(() => undefined);
  };
  const answers: AsyncGenerator<ExecutionResult<Data>, void> = {
    async next() {
      if (ended) return end;
      try {
        const next = await aborted(events.next(), controller.signal);
        if (!next || next.done || ended) {
          stop();
          return end;
        }
        const deadline = now() + budget;
        // A shared answer must outlive the one who happened to ask first.
        const signal = executeOnce ? undefined : controller.signal;
        const run = () => answer(plan, next.value, { ...rest, now, signal, deadline });
        return { done: false, value: (await (executeOnce?.(next.value, run) ?? run())) as ExecutionResult<Data> };
      } catch (cause) {
        stop();
        return { done: false, value: failure(cause) };
      }
    },
    async return() {
      stop();
      return end;
    },
    async throw(error) {
      stop();
      throw error;
    },
    [Symbol.asyncIterator]: () => answers,
    async [Symbol.asyncDispose]() {
      stop();
    },
  };
  return answers;
}

/** The promise's value, or undefined once the signal fires. */
function aborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Validation allows a subscription one root field, directly or in fragments. */
function rootField(plan: PreparedPlan): FieldNode {
  const pending = [plan.operation.selectionSet];
  for (const set of pending)
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (!selection.name.value.startsWith('__')) return selection;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        pending.push(selection.selectionSet);
      } else {
        const fragment = plan.document.definitions.find(
          (definition) =>
            definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) pending.push(fragment.selectionSet);
      }
    }
  throw new Error('A subscription without a root field.');
}
