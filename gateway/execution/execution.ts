import { setMaxListeners } from 'node:events';
import type { PlanNode } from '@apollo/query-planner';
import type { GraphQLError } from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import type { LeaveSignal, Sources } from '../sources/source.ts';
import type { Data } from './data.ts';
import { type Deferral, laterParts } from './deferral.ts';
import { type FailureListener, FetchFailure } from './errors.ts';
import { runFetch } from './fetch.ts';
import { type Target, targetsAt } from './targets.ts';

/** One operation while it runs. */
export interface Execution {
  readonly plan: PreparedPlan;
  readonly sources: Sources;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: unknown;
  readonly signal: AbortSignal;
  readonly deadline: number;
  /** What the subgraphs answered, merged. */
  readonly data: Data;
  /** Errors so far, with paths in the client's response. */
  readonly errors: GraphQLError[];
  readonly onFailure?: FailureListener;
  /** What comes later, in an operation that answers in parts. */
  readonly deferral?: Deferral;
}

/** Runs a part of a plan for the objects that it starts from. */
export async function runNode(execution: Execution, node: PlanNode, targets: readonly Target[]): Promise<void> {
  switch (node.kind) {
    case 'Sequence':
      for (const child of node.nodes) await runNode(execution, child, targets);
      return;
    case 'Parallel':
      await Promise.all(node.nodes.map((child) => runNode(execution, child, targets)));
      return;
    case 'Flatten':
      return runNode(execution, node.node, targetsAt(targets, node.path));
    case 'Fetch':
      await runFetch(execution, node, targets);
      if (node.id !== undefined) execution.deferral?.fetched(node.id);
      return;
    case 'Condition': {
      const branch = execution.variables[node.condition] === true ? node.ifClause : node.elseClause;
      if (branch) await runNode(execution, branch, targets);
      return;
    }
    case 'Defer': {
      const { deferral } = execution;
      if (!deferral) throw new Error('An answer in parts is run by "executeIncrementally".');
      for (const { label, depends, node: later } of laterParts(node))
        deferral.start(label, depends, async () => {
          if (later) await runNode({ ...execution, errors: deferral.errorsOf(label) }, later, targets);
        });
      if (node.primary.node) await runNode(execution, node.primary.node, targets);
    }
  }
}

/** The root of the answer as the target of a plan's first fetches. */
export const rootTarget = (execution: Execution): Target => ({ data: execution.data, path: [], ancestors: [] });

/**
 * A signal that fires at the deadline or when the client goes away, whichever is first. Call `release` when the work is done.
 * @param deadline milliseconds since the epoch
 */
export function operationSignal(deadline: number, now: () => number, client?: LeaveSignal) {
  const controller = new AbortController();
  // Every fetch that runs listens; a plan may have many.
  setMaxListeners(0, controller.signal);
  const leave = () => controller.abort(new FetchFailure('was not waited for'));
  // setTimeout takes at most 2^31 - 1 ms and would fire at once beyond.
  const delay = Math.min(Math.max(0, deadline - now()), 2 ** 31 - 1);
  const timer = setTimeout(() => controller.abort(new FetchFailure('did not answer in time')), delay);
  if (client?.aborted) leave();
  client?.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    leave,
    release() {
      clearTimeout(timer);
      client?.removeEventListener('abort', leave);
    },
  };
}
