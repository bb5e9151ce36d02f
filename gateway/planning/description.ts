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
