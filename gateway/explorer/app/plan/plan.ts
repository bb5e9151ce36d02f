/** One node of a query plan, in the form in which the gateway describes it. */
export interface PlanNode {
  /** `Sequence`, `Parallel`, `Flatten`, `Fetch`, `Subscription`, `Condition`, `Defer`, … */
  readonly kind: string;
  /** Of a fetch: who is asked. */
  readonly subgraph: string;
  /** Of a fetch: the operation's text. */
  readonly operation: string;
  /** Where in the answer the objects are that the node is about, such as `viewer.goals.@`. */
  readonly path: string;
  /** What else the node says of itself, such as the condition of a `Condition`. */
  readonly label: string;
  readonly children: readonly PlanNode[];
}

export interface Plan {
  readonly text: string;
  /** Null when nothing has to be fetched. */
  readonly root: PlanNode | null;
}

/** Reads `extensions.queryPlan`; null when there is none. Forgiving: a plan of a later gateway is drawn as far as it is understood. */
export function readPlan(extensions: unknown): Plan | null {
  const { queryPlan } = fieldsOf(extensions);
  if (typeof queryPlan !== 'object' || queryPlan === null) return null;
  const { text, graph } = fieldsOf(queryPlan);
  const top = readNode(graph);
  const root = top?.kind === 'QueryPlan' ? (top.children[0] ?? null) : top;
  return { text: textOf(text), root };
}

function readNode(value: unknown): PlanNode | null {
  const { kind, subgraph, operation, path, label, condition, children } = fieldsOf(value);
  if (typeof kind !== 'string') return null;
  return {
    kind,
    subgraph: textOf(subgraph),
    operation: textOf(operation),
    path: Array.isArray(path) ? path.join('.') : textOf(path),
    label: textOf(label) || textOf(condition),
    children: (Array.isArray(children) ? children : []).flatMap((child) => readNode(child) ?? []),
  };
}

const fieldsOf = (value: unknown) =>
  (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** How many fetches follow each other at most: what the answer waits for. */
export function roundTrips({ kind, children }: PlanNode): number {
  const each = children.map(roundTrips);
  if (kind === 'Fetch') return 1;
  return kind === 'Parallel' ? Math.max(0, ...each) : each.reduce((sum, trips) => sum + trips, 0);
}
