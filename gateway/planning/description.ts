import { type PlanNode, prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import type { PreparedPlan } from './planner.ts';

/** A step of a plan, as plain JSON. */
export interface DescribedNode {
  readonly kind: NonNullable<QueryPlan['node']>['kind'];
  readonly children: readonly DescribedNode[];
  /** Of a fetch: whom it asks, and for what. */
  readonly subgraph?: string;
  readonly operation?: string;
  /** Of a fetch of entities: what their subgraph is told about them, as a selection. */
  readonly requires?: string;
  /** Of a flatten: where in the answer its step takes place, as in `products.@.reviews`, where "@" is each item of a list. */
  readonly path?: string;
  /** Of a condition: the variable that decides it. Its children are what is done, and what is done otherwise. */
  readonly condition?: string;
  /** Of a part that is answered later: its label. */
  readonly label?: string;
}

/** A plan for people. */
export interface PlanDescription {
  readonly text: string;
  /** The same as a tree to draw; null for a plan that asks no subgraph. */
  readonly graph: DescribedNode | null;
}

/** Describes a plan. Subgraphs go by their names: addresses are no business of whoever reads this. */
export function describePlan({ queryPlan }: PreparedPlan): PlanDescription {
  return { text: prettyFormatQueryPlan(queryPlan), graph: queryPlan.node ? describe(queryPlan.node) : null };
}

function describe(node: NonNullable<QueryPlan['node']>): DescribedNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, children: node.nodes.map(describe) };
    case 'Flatten':
      return { kind: node.kind, path: node.path.join('.'), children: [describe(node.node)] };
    case 'Condition':
      return { kind: node.kind, condition: node.condition, children: described(node.ifClause, node.elseClause) };
    case 'Subscription':
      return { kind: node.kind, children: described(node.primary, node.rest) };
    case 'Defer':
      return {
        kind: node.kind,
        children: [
          ...described(node.primary.node),
          ...node.deferred.map(
            ({ label, node: later }): DescribedNode => ({
              kind: 'Defer',
              children: described(later),
              ...(label !== undefined && { label }),
            }),
          ),
        ],
      };
    case 'Fetch':
      return {
        kind: node.kind,
        subgraph: node.serviceName,
        operation: print(parse(node.operation, { noLocation: true })),
        ...(node.requires && { requires: selection(node.requires) }),
        children: [],
      };
  }
}

const described = (...nodes: readonly (PlanNode | undefined)[]): DescribedNode[] =>
  nodes.filter((node) => node !== undefined).map(describe);

/** What an entity fetch requires, as GraphQL writes it. */
function selection(selections: NonNullable<Extract<PlanNode, { kind: 'Fetch' }>['requires']>): string {
  const parts = selections.map((one): string => {
    if (one.kind === 'InlineFragment')
      return `...${one.typeCondition ? ` on ${one.typeCondition}` : ''} ${selection(one.selections)}`;
    return one.selections ? `${one.name} ${selection(one.selections)}` : one.name;
  });
  return `{ ${parts.join(' ')} }`;
}
