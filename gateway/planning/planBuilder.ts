import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner, type QueryPlannerConfig } from '@apollo/query-planner';
import { type DocumentNode, parse } from 'graphql';
import { rootFields } from './conditions.ts';
import { correctSupergraph, hasInterfaceObjects } from './corrections.ts';
import { isLimit, tooComplex, unplannable } from './refusals.ts';
import { separateRequiredArguments } from './requiredArguments.ts';

/** A supergraph as the planner sees it. */
export interface ReadSupergraph {
  readonly document: DocumentNode;
  readonly supergraph: Supergraph;
  /** Gives a finished plan the words of its subgraphs. */
  translate(plan: QueryPlan): QueryPlan;
}

/** The values of labels of `@override` that a plan takes for granted. */
export type Overrides = ReadonlyMap<string, boolean>;

/**
 * Reads a supergraph from which security directives have been taken out.
 * @throws Error when the text is none.
 */
export function readSupergraph(supergraphSdl: string): ReadSupergraph {
  const corrected = separateRequiredArguments(correctSupergraph(parse(supergraphSdl, { noLocation: true })));
  const supergraph = Supergraph.build(corrected.supergraph, {
    // Which features are enforced is the gateway's question; the planner knows all of federation's own.
    supportedFeatures: null,
  });
  return { document: corrected.supergraph, supergraph, translate: corrected.translate };
}

/**
 * The planner's bounds. Its own are 10,000 plans and no end of paths: over five subgraphs that share fields, eight levels of them took it
 * 89 seconds. With these such an operation is refused after 30 ms, and what is planned is planned as well, or with one fetch more.
 */
const CONFIG: QueryPlannerConfig = {
  reuseQueryFragments: false,
  exposeDocumentNodeInFetchNode: true,
  incrementalDelivery: { enableDefer: true },
  debug: {
    /** Where fields can come from several subgraphs it compares whole plans, after it has dropped the ways with most jumps until so many are left. */
    maxEvaluatedPlans: 2_000,
    /** Ways to reach one field that it follows at once; an operation with more is refused. */
    pathsLimit: 1_000,
  },
};

/** Most characters of a plan's JSON with its documents: some hundred times what a large operation needs. */
const LARGEST_PLAN = 20_000_000;

/** What to plan. Crosses threads. */
export interface PlanTask {
  /** A folded operation. */
  readonly operation: string;
  readonly overrides: Overrides;
}

/** A plan as JSON, and the milliseconds that it took. */
export interface BuiltPlan {
  readonly plan: string;
  readonly time: number;
}

export interface PlanBuilder {
  /**
   * The plan as JSON: it may come out of another thread, which JSON leaves cheapest, and its length is what it weighs. Takes as long as it takes.
   * @throws GraphQLError: INTERNAL_SERVER_ERROR when there is no plan, COST_LIMIT_EXCEEDED when it would be too large.
   */
  build(task: PlanTask): BuiltPlan;
}

export function createPlanBuilder({ document, supergraph, translate }: ReadSupergraph): PlanBuilder {
  const planner = new QueryPlanner(supergraph, {
    ...CONFIG,
    typeConditionedFetching: hasInterfaceObjects(document),
  });
  const api = supergraph.apiSchema();

  const find = (document: DocumentNode, overrides: Overrides): QueryPlan => {
    try {
      const operation = operationFromDocument(api, document, { validate: false });
      return planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) });
    } catch (error) {
      throw isLimit(error) ? tooComplex(error) : unplannable(rootFields(document), error);
    }
  };

  return {
    build({ operation, overrides }) {
      const started = performance.now();
      const document = parse(operation, { noLocation: true });
      const queryPlan = find(document, overrides);
      // The planner answers "nothing to fetch" where it knows no way, and the client would read null without an error.
      if (!queryPlan.node) throw unplannable(rootFields(document));
      const plan = JSON.stringify(translate(queryPlan));
      if (plan.length > LARGEST_PLAN) throw tooComplex();
      return { plan, time: performance.now() - started };
    },
  };
}
