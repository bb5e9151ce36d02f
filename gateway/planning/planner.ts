import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, print } from 'graphql';
import { BoundedMap } from '../boundedMap.ts';
import { aliasRenamer, type RenamedAliases } from './aliases.ts';
import {
  type ConditionValues,
  conditionValues,
  foldConditions,
  type OperationParts,
  operationParts,
  rootFields,
} from './conditions.ts';
import { type DeferredLabels, labelDefers, withoutDefers } from './deferral.ts';
import { overrideLabels } from './overrideLabels.ts';
import { type OverrideDecision, overrideByShare } from './overrides.ts';
import { createPlanBuilder, type Overrides, type ReadSupergraph, readSupergraph } from './planBuilder.ts';
import { isSound, keepPlanned } from './plannedParts.ts';
import { createPlanThread, type PlanThread, type PlanThreadOptions } from './planThread.ts';
import { isLimit, isRefusal, isTooComplex, isUnplannable, tooComplex, unplannable } from './refusals.ts';

/** A plan with all that is needed to run it and to shape the answer. Shared between requests: never change one. */
export interface PreparedPlan {
  /** Names the plan: equal for equal documents, operation names, condition values and override labels, under one supergraph. */
  readonly key: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The client's document, which shapes the answer; with the `aliases` that the plan knows. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** What the plan takes its `@skip` and `@include` to be. */
  readonly conditions: ConditionValues;
  /** Only of a plan with parts that come later: their labels. `document` has them, and `@defer` nowhere else. */
  readonly deferred?: DeferredLabels;
  /** Only where the plan knows some of the client's aliases by other names: what the client calls them. */
  readonly aliases?: RenamedAliases;
  readonly queryPlan: QueryPlan;
  readonly apiSchema: GraphQLSchema;
  /** With the types and fields that clients do not see: decides type conditions on what subgraphs answer. */
  readonly supergraphSchema: GraphQLSchema;
  /** Where answers are to be weighed. */
  readonly weigh?: Weigh;
}

/** What one value of a type weighs in a field of objects of the parent type. Asked once a plan and field, not once a value. */
export type Weigh = (parent: string, field: string, type: string) => number;

export interface PlannerStatistics {
  /** Plans in the cache. */
  readonly entries: number;
  /** Requests whose plan was there, and whose was not. */
  readonly hits: number;
  readonly misses: number;
  /** Plans that made room for others. */
  readonly evictions: number;
  /** Bytes of the cached plans, as JSON. */
  readonly size: number;
  /** Plans that were built. */
  readonly planned: number;
  /** Milliseconds that building them took, in all. */
  readonly planningTime: number;
  /** Requests whose operation was too complex, or came when too many waited. */
  readonly refused: number;
  /** Operations that wait for the planning thread. */
  readonly waiting: number;
  /** Planning threads that were started: all but the first took the place of one that was ended. */
  readonly threads: number;
}

type Asked = [
  document: DocumentNode,
  operationName?: string | null,
  variables?: Readonly<Record<string, unknown>> | null,
  options?: PlanOptions,
];

export interface PlanOptions {
  /** The request's, for decisions on labels of `@override`. */
  readonly context?: unknown;
  /** Whether the client takes an answer in parts. Without it `@defer` is ignored and everything comes at once. */
  readonly incremental?: boolean;
}

export interface Planner {
  readonly apiSchema: GraphQLSchema;
  /** Addresses as the supergraph states them. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly statistics: PlannerStatistics;
  /** Resolves when plans can be built. @throws Error when the planning thread does not start. */
  ready(): Promise<void>;
  /** The plan of one operation of a validated document, if it is in the cache. @throws GraphQLError as `plan` does. */
  cached(...asked: Asked): PreparedPlan | undefined;
  /**
   * The plan of one operation of a validated document, from the cache where it can be.
   * @throws GraphQLError: BAD_USER_INPUT for an unknown operation or a condition without a value, COST_LIMIT_EXCEEDED when it is too complex
   * to be planned, RATE_LIMITED when too many wait to be planned, INTERNAL_SERVER_ERROR when the planner finds no plan.
   */
  plan(...asked: Asked): Promise<PreparedPlan>;
  /** Ends the planning thread, once the plans that others wait for are done. */
  close(): Promise<void>;
}

export interface PlannerOptions {
  /** Plans to keep; the least recently used go first. */
  readonly capacity?: number;
  /** Plans together may have so many characters of JSON. */
  readonly room?: number;
  /** Plans in a thread of its own and refuses what takes too long. Without it plans are built in this thread. */
  readonly thread?: PlanThreadOptions;
  /** Decides labels of `@override`. */
  readonly override?: OverrideDecision;
  /** Called once with the schema; plans carry what it returns, and answers are weighed with it. */
  readonly weighing?: (apiSchema: GraphQLSchema) => Weigh | undefined;
  readonly now?: () => number;
}

/** Milliseconds for which an operation that was too complex is refused without another try. */
const REMEMBERED = 60_000;

/** What is known of an operation of a document. */
interface Known {
  readonly parts: OperationParts;
  readonly key: string;
  readonly labels: readonly string[];
}

/** An operation with the values that its plan depends on. */
interface Case {
  readonly key: string;
  readonly document: DocumentNode;
  readonly parts: OperationParts;
  readonly conditions: ConditionValues;
  readonly overrides: Overrides;
  readonly isIncremental: boolean;
}

/**
 * Makes the planner of one supergraph. Security directives must have been taken out (`stripSecurityDirectives`): the planner would carry
 * them along and nobody would enforce them.
 * @throws Error when the text is not a supergraph.
 */
export function createPlanner(supergraphSdl: string, options: PlannerOptions = {}): Planner {
  const { capacity = 1000, room = 50_000_000, override = overrideByShare(), now = Date.now } = options;
  const thread = options.thread && createPlanThread(supergraphSdl, { now, ...options.thread });
  const read = readOrClose(supergraphSdl, thread);
  const builder = thread ?? createPlanBuilder(read);
  const apiSchema = read.supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true });
  const supergraphSchema = read.supergraph.schema.toGraphQLJSSchema();
  const weigh = options.weighing?.(apiSchema);
  const renameAliases = aliasRenamer(read.document);
  const labelsOf = overrideLabels(read.document, supergraphSchema);

  const cache = new BoundedMap<PreparedPlan>({ entries: capacity, weight: room });
  const documents = new WeakMap<DocumentNode, Map<string, Known>>();
  /** What is being planned: requests for one plan share it. */
  const pending = new Map<string, Promise<PreparedPlan>>();
  /** Until when an operation is too complex. */
  const complex = new BoundedMap<number>({ entries: capacity });
  let planned = 0;
  let planningTime = 0;
  let refused = 0;
  let hits = 0;
  let misses = 0;

  const known = ({ key }: Case): PreparedPlan | undefined => {
    const plan = cache.get(key);
    if (plan) hits++;
    return plan;
  };

  const look = (document: DocumentNode, operationName: string): Known => {
    let operations = documents.get(document);
    if (!operations) {
      operations = new Map();
      documents.set(document, operations);
    }
    let known = operations.get(operationName);
    if (!known) {
      const parts = operationParts(document, operationName);
      const hash = createHash('sha256').update(print(document)).digest('base64url');
      const labels = labelsOf({ kind: Kind.DOCUMENT, definitions: [parts.operation, ...parts.fragments.values()] });
      known = { parts, key: `${hash}:${parts.operation.name?.value ?? ''}`, labels };
      operations.set(operationName, known);
    }
    return known;
  };

  const caseOf = (...[document, operationName, variables, options]: Asked): Case => {
    const { parts, key, labels } = look(document, operationName ?? '');
    const isIncremental = parts.hasDefers && (options?.incremental ?? false);
    if (!isIncremental && !parts.conditionVariables.length && !labels.length)
      return { document, parts, conditions: NO_CONDITIONS, isIncremental, key, overrides: NO_OVERRIDES };
    const names = isIncremental ? [...parts.conditionVariables, ...parts.deferVariables] : parts.conditionVariables;
    const conditions = conditionValues(parts, variables ?? {}, apiSchema, names);
    const overrides = new Map(labels.map((label) => [label, override(label, options?.context)]));
    const cases = `${bits(conditions)}:${bits(overrides)}${isIncremental ? ':defer' : ''}`;
    return { document, parts, conditions, isIncremental, key: `${key}:${cases}`, overrides };
  };

  const prepare = async (wanted: Case): Promise<PreparedPlan> => {
    const shape = shapeOf(wanted);
    if (!shape.deferred) return prepareAs(wanted, shape);
    try {
      return await prepareAs(wanted, shape);
    } catch (error) {
      // The planner has faults with `@defer` that it does not have without, one of which has no end; nobody is promised parts.
      if (!isUnplannable(error) && !isTooComplex(error) && !isLimit(error)) throw error;
      return prepareAs(wanted, shapeOf({ ...wanted, isIncremental: false }));
    }
  };

  /** The shape with other aliases where a client's are names that the planner needs. */
  const withoutClashes = (shape: Shape): Shape => {
    const { parts, aliases } = renameAliases(shape.parts);
    return aliases ? { ...shape, parts, document: documentOf(parts), aliases } : shape;
  };

  const prepareAs = async ({ key, conditions, overrides }: Case, shape: Shape): Promise<PreparedPlan> => {
    const renamed = withoutClashes(shape);
    const folded = foldConditions(renamed.parts, conditions);
    let queryPlan: QueryPlan = { kind: 'QueryPlan' };
    let size = 0;
    if (rootFields(folded).length) {
      const { plan, time } = await builder.build({ operation: print(folded), overrides });
      queryPlan = JSON.parse(plan);
      size = plan.length;
      planningTime += time;
      planned++;
      if (shape.deferred && !isSound(renamed.parts, shape.deferred, conditions, queryPlan, plan))
        throw unplannable(rootFields(folded));
    }
    const { parts, document, deferred, aliases } = withPlanned(renamed, queryPlan);
    const { operation } = parts;
    const kind = operation.operation;
    const about = {
      key,
      kind,
      document,
      operation,
      conditions,
      ...(deferred && { deferred }),
      ...(aliases && { aliases }),
    };
    const prepared = { ...about, queryPlan, apiSchema, supergraphSchema, weigh };
    cache.set(key, prepared, size);
    return prepared;
  };

  const prepareOnce = (wanted: Case): Promise<PreparedPlan> => {
    const { key } = wanted;
    const begun = pending.get(key);
    if (begun) return begun;
    if ((complex.get(key) ?? 0) > now()) throw tooComplex();
    const preparing = prepare(wanted)
      .catch((cause) => {
        // Folding may meet the end of the stack, too.
        const error = isLimit(cause) ? tooComplex(cause) : cause;
        if (isTooComplex(error)) complex.set(key, now() + REMEMBERED);
        throw error;
      })
      .finally(() => pending.delete(key));
    pending.set(key, preparing);
    return preparing;
  };

  return {
    apiSchema,
    subgraphs: read.supergraph.subgraphsMetadata(),
    get statistics() {
      const { waiting = 0, started = 0 } = thread ?? {};
      const { size: entries, weight: size, evictions } = cache;
      return { entries, size, evictions, hits, misses, planned, planningTime, refused, waiting, threads: started };
    },
    ready: async () => thread?.ready(),
    cached: (document, operationName, variables, options) => known(caseOf(document, operationName, variables, options)),
    async plan(...asked) {
      const wanted = caseOf(...asked);
      const plan = known(wanted);
      if (plan) return plan;
      misses++;
      try {
        return await prepareOnce(wanted);
      } catch (error) {
        if (isRefusal(error)) refused++;
        throw error;
      }
    },
    close: async () => thread?.close(),
  };
}

/** The supergraph, or no thread that plans for it. */
function readOrClose(supergraphSdl: string, thread: PlanThread | undefined): ReadSupergraph {
  try {
    return readSupergraph(supergraphSdl);
  } catch (error) {
    void thread?.close();
    throw error;
  }
}

/** The operation that is planned, and the document by which its answer is shaped. */
interface Shape {
  readonly parts: OperationParts;
  readonly document: DocumentNode;
  readonly deferred?: DeferredLabels;
  readonly aliases?: RenamedAliases;
}

function shapeOf({ document, parts, conditions, isIncremental }: Case): Shape {
  if (isIncremental) {
    const { parts: labelled, labels: deferred } = labelDefers(parts, conditions);
    if (deferred.size) return { parts: labelled, document: documentOf(labelled), deferred };
  }
  return { parts: parts.hasDefers ? withoutDefers(parts) : parts, document };
}

/** The shape of an answer in parts, as the plan has them. */
function withPlanned(shape: Shape, plan: QueryPlan): Shape {
  if (!shape.deferred) return shape;
  const { parts, labels: deferred } = keepPlanned(shape.parts, shape.deferred, plan);
  return { ...shape, parts, document: documentOf(parts), deferred: deferred.size ? deferred : undefined };
}

const documentOf = ({ operation, fragments }: OperationParts): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [operation, ...fragments.values()],
});

const NO_OVERRIDES: Overrides = new Map();
const NO_CONDITIONS: ConditionValues = new Map();

const bits = (values: ReadonlyMap<string, boolean>) => [...values.values()].map(Number).join('');
