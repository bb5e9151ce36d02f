import { type ExecutionResult, type GraphQLError, getVariableValues } from 'graphql';
import { asBadInput } from '../planning/conditions.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import type { LeaveSignal, Sources } from '../sources/source.ts';
import { answeredData } from './answeredNames.ts';
import type { TextResult } from './compiled/executor.ts';
import { type Data, newData } from './data.ts';
import { Deferral, fetchIds } from './deferral.ts';
import type { FailureListener } from './errors.ts';
import { type Execution, operationSignal, rootTarget, runNode } from './execution.ts';
import { runFetch } from './fetch.ts';
import { type IncrementalResult, inParts } from './incremental.ts';
import { shapesOf } from './partProjection.ts';
import { project } from './projection.ts';
import { answerWeight } from './weight.ts';

export interface ExecuteOptions {
  readonly sources: Sources;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  /** Passed on to every source. */
  readonly context?: unknown;
  /** Fires when the client no longer waits. */
  readonly signal?: LeaveSignal;
  /** Milliseconds since the epoch at which the answer is given with what is there. */
  readonly deadline: number;
  readonly now?: () => number;
  readonly onFailure?: FailureListener;
}

/**
 * Runs a query or mutation. Resolves always: what goes wrong is in `errors`, with codes BAD_USER_INPUT for variables that do not fit
 * (then nothing was run), UPSTREAM_FAILED for subgraphs that did not answer, and subgraphs' own.
 */
export async function execute(plan: PreparedPlan, options: ExecuteOptions): Promise<ExecutionResult<Data>> {
  return (await answer(plan, options)).result;
}

/** An answer, and what it weighs where the plan says how. */
export interface Answer {
  readonly result: ExecutionResult<Data>;
  readonly weight?: number;
}

/** As `execute`, weighed. */
export async function answer(plan: PreparedPlan, options: ExecuteOptions): Promise<Answer> {
  return run(plan, options, async (execution) => {
    const { node } = plan.queryPlan;
    if (node?.kind === 'Subscription') throw new Error('A subscription is run event by event.');
    if (node) await runNode(execution, node, [rootTarget(execution)]);
  });
}

/** Runs a subscription's operation once for one event. Resolves always, as `execute` does. */
export async function executeEvent(
  plan: PreparedPlan,
  event: unknown,
  options: ExecuteOptions,
): Promise<ExecutionResult<Data>> {
  return (await answerEvent(plan, event, options)).result;
}

/** As `executeEvent`, weighed. */
export async function answerEvent(plan: PreparedPlan, event: unknown, options: ExecuteOptions): Promise<Answer> {
  return run(plan, options, async (execution) => {
    const { node } = plan.queryPlan;
    if (node?.kind !== 'Subscription') throw new Error('Only a subscription answers events.');
    const root = rootTarget(execution);
    await runFetch(execution, node.primary, [root], event);
    if (node.rest) await runNode(execution, node.rest, [root]);
  });
}

/** Runs a query or mutation whose plan has parts that come later; one that has none, or none after all, as `execute` does. */
export async function executeIncrementally(
  plan: PreparedPlan,
  options: ExecuteOptions,
): Promise<TextResult | IncrementalResult> {
  const { node } = plan.queryPlan;
  if (!plan.deferred) return toText(await execute(plan, options));
  const variables = options.variables ?? {};
  const refused = variableErrors(plan, variables);
  if (refused.length) return { errors: refused };
  const { sources, context, deadline, onFailure } = options;
  const { signal, leave, release } = operationSignal(deadline, options.now ?? Date.now, options.signal);
  const deferral = new Deferral(fetchIds(node), release);
  const data = newData();
  const errors: GraphQLError[] = [];
  const execution = { plan, sources, variables, context, signal, deadline, data, errors, onFailure, deferral };
  await deferral.run(async () => {
    if (node && node.kind !== 'Subscription') await runNode(execution, node, [rootTarget(execution)]);
  });
  return inParts({ plan, deferral, errors, leave, ...shapesOf(plan, data, variables) });
}

/** An answer of objects with its data written. */
export const toText = ({ data, errors }: ExecutionResult): TextResult => ({
  ...(data !== undefined && { data: JSON.stringify(data) }),
  ...(errors && { errors }),
});

/** The errors of variables that do not fit the operation, each with the code BAD_USER_INPUT. */
export function variableErrors(
  plan: PreparedPlan,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const definitions = plan.operation.variableDefinitions ?? [];
  const { errors = [] } = getVariableValues(plan.apiSchema, definitions, variables);
  return errors.map(asBadInput);
}

async function run(
  plan: PreparedPlan,
  { sources, variables: given, context, signal: client, deadline, now = Date.now, onFailure }: ExecuteOptions,
  work: (execution: Execution) => Promise<void>,
): Promise<Answer> {
  const variables = given ?? {};
  // Before anything runs: a mutation must not take effect and then be refused.
  const refused = variableErrors(plan, variables);
  if (refused.length) return { result: { errors: refused }, ...(plan.weigh && { weight: 0 }) };
  const { signal, release } = operationSignal(deadline, now, client);
  const data = newData();
  const errors: GraphQLError[] = [];
  try {
    await work({ plan, sources, variables, context, signal, deadline, data, errors, onFailure });
  } finally {
    release();
  }
  const result = project(plan, data, variables, errors);
  const weight = plan.weigh && { weight: result.data ? answerWeight(plan, result.data, data) : 0 };
  if (!plan.aliases || !result.data) return { result, ...weight };
  return { result: { ...result, data: answeredData(plan, [plan.operation.selectionSet], result.data) }, ...weight };
}
