import { type FieldNode, GraphQLError, getArgumentValues, getVariableValues, Kind, visit } from 'graphql';
import { answeredName } from '../planning/aliases.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import { clientName } from '../planning/variableNames.ts';
import type {
  EventFeed,
  EventListener,
  SubscriptionRequest,
  SubscriptionSource,
  SubscriptionSources,
} from '../sources/source.ts';
import { type FailureListener, failedFetch } from './errors.ts';
import { variableErrors } from './executor.ts';

export interface SubscriptionOptions {
  readonly subscriptionSources: SubscriptionSources;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  /** Passed on to the source. */
  readonly context?: unknown;
  readonly onFailure?: FailureListener;
}

/** A planned subscription with its variables, not yet started. */
export interface Subscription {
  /** The variables that decide what an event is answered with: all but the one that only says where to resume. */
  readonly deciding: Readonly<Record<string, unknown>>;
  /** Whether it begins with what came after an event in the past. */
  readonly resumes: boolean;
  /** Whether a subscription of an earlier plan brings the same events: its source need not be started anew. */
  hasEventsOf(earlier: PreparedPlan): boolean;
  /**
   * Starts the source. Resolves to what ends it, at once, even while no event comes. What the listener is told to end with is a
   * `GraphQLError` for clients.
   * @throws GraphQLError when it cannot start.
   */
  listen(listener: EventListener): Promise<() => void>;
  /** One event in the past that it would have brought, or null. */
  find(id: string): Promise<unknown>;
}

/**
 * Reads a subscription's root field and arguments.
 * @throws GraphQLError (BAD_USER_INPUT) when variables or arguments do not fit.
 */
export function openSubscription(plan: PreparedPlan, options: SubscriptionOptions): Subscription {
  const { subscriptionSources, context, onFailure } = options;
  const variables = options.variables ?? {};
  const { subgraph, request } = readRoot(plan, variables);
  const source = subscriptionSources.get(subgraph);
  const resumesBy = source && 'listen' in source ? source.resumesBy : undefined;
  return {
    deciding: resumesBy === undefined ? variables : without(variables, resumeVariable(plan, resumesBy)),
    resumes: resumesBy !== undefined && request.arguments[resumesBy] != null,
    hasEventsOf(earlier) {
      const { node } = earlier.queryPlan;
      if (node?.kind !== 'Subscription' || node.primary.serviceName !== subgraph) return false;
      return resumesBy !== undefined || node.primary.operation === request.query;
    },
    async listen(listener) {
      const told = new Told(listener, plan, subgraph, onFailure);
      try {
        if (!source) throw new Error(`No subscription source for "${subgraph}".`);
        const asked = { ...request, context };
        return 'listen' in source ? await source.listen(asked, told) : await iterate(source, asked, told);
      } catch (cause) {
        throw told.failure(cause);
      }
    },
    async find(id) {
      if (!source || !('find' in source) || !source.find) throw new Error(`"${subgraph}" keeps no events.`);
      return source.find({ ...request, context }, id);
    },
  };
}

/** Passes on what a source tells, and failures as clients may see them. A class, for there is one to every idle subscription. */
class Told implements EventListener {
  readonly #listener: EventListener;
  readonly #plan: PreparedPlan;
  readonly #subgraph: string;
  readonly #onFailure: FailureListener | undefined;

  constructor(listener: EventListener, plan: PreparedPlan, subgraph: string, onFailure: FailureListener | undefined) {
    this.#listener = listener;
    this.#plan = plan;
    this.#subgraph = subgraph;
    this.#onFailure = onFailure;
  }

  event(event: unknown): void {
    this.#listener.event(event);
  }

  caughtUp(): void {
    this.#listener.caughtUp?.();
  }

  settled(): Promise<boolean> {
    return this.#listener.settled?.() ?? Promise.resolve(true);
  }

  end(cause?: unknown): void {
    this.#listener.end(cause === undefined ? undefined : this.failure(cause));
  }

  failure(cause: unknown): GraphQLError {
    if (cause instanceof GraphQLError) return cause;
    const { alias, name } = rootField(this.#plan);
    const path = [answeredName(this.#plan.aliases, (alias ?? name).value)];
    this.#onFailure?.({ subgraph: this.#subgraph, path, cause });
    return failedFetch(this.#subgraph, path, cause);
  }
}

/** Calls a listener with what an iterable source yields. */
async function iterate(
  source: SubscriptionSource,
  request: Omit<SubscriptionRequest, 'signal'>,
  listener: EventListener,
): Promise<() => void> {
  const controller = new AbortController();
  const events = (await source.events({ ...request, signal: controller.signal }))[Symbol.asyncIterator]();
  const stop = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    // Not awaited: a source that is itself a generator answers only after its next event.
    Promise.resolve(events.return?.()).catch(() => undefined);
  };
  const pump = async () => {
    for (;;) {
      const next = await events.next();
      if (controller.signal.aborted) return;
      if (next.done) return listener.end();
      listener.event(next.value);
      // One who asks takes no more than can be worked off: what waits, waits at the source.
      await listener.settled?.();
      if (controller.signal.aborted) return;
    }
  };
  pump().catch((cause) => {
    if (controller.signal.aborted) return;
    stop();
    listener.end(cause);
  });
  return stop;
}

/** Which subgraph feeds a subscription, and what it is asked. */
function readRoot(
  plan: PreparedPlan,
  variables: Readonly<Record<string, unknown>>,
): { subgraph: string; request: Omit<SubscriptionRequest, 'context' | 'signal'> } {
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

const resumeVariables = new WeakMap<PreparedPlan, string | null>();

/** The variable that the document uses for the argument to resume by and for nothing else, or null. */
function resumeVariable(plan: PreparedPlan, argument: EventFeed['resumesBy']): string | null {
  const known = resumeVariables.get(plan);
  if (known !== undefined) return known;
  const value = rootField(plan).arguments?.find(({ name }) => name.value === argument)?.value;
  let found: string | null = null;
  if (value?.kind === Kind.VARIABLE) {
    let uses = 0;
    visit(plan.document, {
      VariableDefinition: () => false,
      Variable: ({ name }) => {
        if (name.value === value.name.value) uses++;
      },
    });
    if (uses === 1) found = value.name.value;
  }
  resumeVariables.set(plan, found);
  return found;
}

function without(variables: Readonly<Record<string, unknown>>, name: string | null) {
  if (name === null || !Object.hasOwn(variables, name)) return variables;
  const { [name]: _, ...rest } = variables;
  return rest;
}
