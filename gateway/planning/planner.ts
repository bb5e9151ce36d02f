import { createHash } from 'node:crypto';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
} from 'graphql';
import {
  type ConditionValues,
  conditionValues,
  foldConditions,
  type OperationParts,
  operationParts,
  rootFields,
} from './conditions.ts';
import { correctSupergraph, hasInterfaceObjects } from './corrections.ts';
import { type DeferredLabels, labelDefers, withoutDefers } from './deferral.ts';
import { type CacheStatistics, PlanCache } from './planCache.ts';
import { separateRequiredArguments } from './requiredArguments.ts';

/** A plan with all that is needed to run it and to shape the answer. Shared between requests: never change one. */
export interface PreparedPlan {
  /** Names the plan: equal for equal documents, operation names and condition values, under one supergraph. */
  readonly key: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The client's document, which shapes the answer. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** What the plan takes its `@skip` and `@include` to be. */
  readonly conditions: ConditionValues;
  /** Only of a plan with parts that come later: their labels. `document` has them, and `@defer` nowhere else. */
  readonly deferred?: DeferredLabels;
  readonly queryPlan: QueryPlan;
  readonly apiSchema: GraphQLSchema;
  /** With the types and fields that clients do not see: decides type conditions on what subgraphs answer. */
  readonly supergraphSchema: GraphQLSchema;
}

export interface PlannerStatistics extends CacheStatistics {
  /** Milliseconds spent planning, in all. */
  readonly planningTime: number;
}

export interface Planner {
  readonly apiSchema: GraphQLSchema;
  /** Addresses as the supergraph states them. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly statistics: PlannerStatistics;
  /**
   * The plan of one operation of a validated document, from the cache where it can be.
   * @throws GraphQLError: BAD_USER_INPUT for an unknown operation or a condition without a value, INTERNAL_SERVER_ERROR when the
   * planner finds no plan.
   */
  plan(
    document: DocumentNode,
    operationName?: string | null,
    variables?: Readonly<Record<string, unknown>> | null,
    options?: PlanOptions,
  ): PreparedPlan;
}

export interface PlanOptions {
  /** Whether the client takes an answer in parts. Without it `@defer` is ignored and everything comes at once. */
  readonly incremental?: boolean;
}

export interface PlannerOptions {
  /** Plans to keep; the least recently used go first. */
  readonly capacity?: number;
}

/**
 * Makes the planner of one supergraph. Security directives must have been taken out (`stripSecurityDirectives`): the planner would carry
 * them along and nobody would enforce them.
 * @throws Error when the text is not a supergraph.
 */
export function createPlanner(supergraphSdl: string, { capacity = 1000 }: PlannerOptions = {}): Planner {
  const corrected = separateRequiredArguments(correctSupergraph(parse(supergraphSdl, { noLocation: true })));
  const supergraph = Supergraph.build(corrected.supergraph, {
    // Which features are enforced is the gateway's question; the planner knows all of federation's own.
    supportedFeatures: null,
  });
  const planner = new QueryPlanner(supergraph, {
    reuseQueryFragments: false,
    exposeDocumentNodeInFetchNode: true,
    incrementalDelivery: { enableDefer: true },
    typeConditionedFetching: hasInterfaceObjects(corrected.supergraph),
  });
  const api = supergraph.apiSchema();
  const apiSchema = api.toGraphQLJSSchema({ includeDefer: true });
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();

  const cache = new PlanCache<PreparedPlan>(capacity);
  const documents = new WeakMap<DocumentNode, Map<string, { parts: OperationParts; key: string }>>();
  let planningTime = 0;

  const look = (document: DocumentNode, operationName: string) => {
    const operations = documents.get(document) ?? new Map<string, { parts: OperationParts; key: string }>();
    documents.set(document, operations);
    let found = operations.get(operationName);
    if (!found) {
      const parts = operationParts(document, operationName);
      const hash = createHash('sha256').update(print(document)).digest('base64url');
      found = { parts, key: `${hash}:${parts.operation.name?.value ?? ''}` };
      operations.set(operationName, found);
    }
    return found;
  };

  const build = (folded: DocumentNode): QueryPlan => {
    const fields = rootFields(folded);
    if (!fields.length) return { kind: 'QueryPlan' };
    const started = performance.now();
    try {
      const queryPlan = planner.buildQueryPlan(operationFromDocument(api, folded, { validate: false }));
      // The planner answers "nothing to fetch" where it knows no way, and the client would read null without an error.
      if (!queryPlan.node) throw unplannable(fields);
      return corrected.translate(queryPlan);
    } catch (error) {
      throw error instanceof GraphQLError ? error : unplannable(fields, error);
    } finally {
      planningTime += performance.now() - started;
    }
  };

  const toPlan = (document: DocumentNode, parts: OperationParts, values: ConditionValues, isIncremental: boolean) => {
    const whole = () => build(foldConditions(parts.hasDefers ? withoutDefers(parts) : parts, values));
    if (!isIncremental) return { document, operation: parts.operation, queryPlan: whole() };
    const { parts: labelled, labels } = labelDefers(parts, values);
    if (!labels.size) return { document, operation: parts.operation, queryPlan: whole() };
    const { operation, fragments } = labelled;
    const definitions = [operation, ...fragments.values()];
    return {
      document: { kind: Kind.DOCUMENT, definitions } as const,
      operation,
      deferred: labels,
      queryPlan: build(foldConditions(labelled, values)),
    };
  };

  return {
    apiSchema,
    subgraphs: supergraph.subgraphsMetadata(),
    get statistics() {
      return { ...cache.statistics, planningTime };
    },
    plan(document, operationName, variables, { incremental = false } = {}) {
      const { parts, key: operationKey } = look(document, operationName ?? '');
      const isIncremental = incremental && parts.hasDefers;
      const names = isIncremental ? [...parts.conditionVariables, ...parts.deferVariables] : parts.conditionVariables;
      const values = conditionValues(parts, variables ?? {}, apiSchema, names);
      const key = `${operationKey}:${[...values.values()].map(Number).join('')}${isIncremental ? ':defer' : ''}`;
      const cached = cache.get(key);
      if (cached) return cached;
      const prepared: PreparedPlan = {
        key,
        kind: parts.operation.operation,
        conditions: values,
        ...toPlan(document, parts, values, isIncremental),
        apiSchema,
        supergraphSchema,
      };
      cache.set(key, prepared);
      return prepared;
    },
  };
}

const unplannable = (fields: string[], cause?: unknown) =>
  new GraphQLError(`No plan was found for ${fields.map((field) => `"${field}"`).join(', ')}.`, {
    originalError: cause instanceof Error ? cause : undefined,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
