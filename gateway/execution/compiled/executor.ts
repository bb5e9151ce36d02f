import type { ExecutionResult, GraphQLError, InlineFragmentNode } from 'graphql';
import type { PreparedPlan } from '../../planning/planner.ts';
import { answerErrors } from '../answerErrors.ts';
import type { Data } from '../data.ts';
import { Deferral } from '../deferral.ts';
import { type ExecuteOptions, variableErrors } from '../executor.ts';
import { type IncrementalResult, inParts } from '../incremental.ts';
import { asSet, partsOf, valueAt } from '../parts.ts';
import { compiledPlan } from './plan.ts';
import { Projection } from './projection.ts';
import { Run } from './run.ts';

/** An answer whose data is written already. Without data, nothing was run. */
export interface TextResult {
  /** JSON, of an object or null. */
  readonly data?: string;
  readonly errors?: readonly GraphQLError[];
  /** Of the data, where the plan says how to weigh. */
  readonly weight?: number;
}

/**
 * Runs a query or mutation, as the interpreted `execute` does, and writes the answer's data as JSON. What sources answer becomes the
 * executor's: it is changed.
 */
export async function executeText(plan: PreparedPlan, options: ExecuteOptions): Promise<TextResult> {
  if (plan.kind === 'subscription') throw new Error('A subscription is run event by event.');
  return run(plan, options);
}

/** Runs a subscription's operation once for one event. */
export async function executeEventText(
  plan: PreparedPlan,
  event: unknown,
  options: ExecuteOptions,
): Promise<TextResult> {
  if (plan.kind !== 'subscription') throw new Error('Only a subscription answers events.');
  return run(plan, options, event);
}

/** Runs a query or mutation whose plan has parts that come later; one that has none, or none after all, as `executeText` does. */
export async function executeIncrementally(
  plan: PreparedPlan,
  options: ExecuteOptions,
): Promise<TextResult | IncrementalResult> {
  if (!plan.deferred) return executeText(plan, options);
  const variables = options.variables ?? {};
  const refused = variableErrors(plan, variables);
  if (refused.length) return { errors: refused };
  const { run, write, writePart, fetchIds } = compiledPlan(plan);
  const work = new Run(plan, options);
  const deferral = new Deferral(fetchIds, () => work.release());
  work.deferral = deferral;
  await deferral.run(() => run(work));
  const parts = partsOf(plan);
  return inParts({
    plan,
    deferral,
    errors: work.errors,
    leave: work.leave,
    shapeFirst() {
      const projection = new Projection(variables, work.isPlain);
      const data = write(work.root, projection);
      return { data, found: projection.errors, pending: projection.pending };
    },
    shapePart(part) {
      const projection = new Projection(variables, work.isPlain);
      const data = writePart(part, valueAt(work.root, part.path), projection);
      if (data === undefined) return undefined;
      for (const key of part.path.toReversed()) {
        projection.under(0, key);
        projection.postponedUnder(0, key);
      }
      return { data, found: projection.errors, pending: projection.pending };
    },
    askedOf: ({ label, path }) => ({ sets: [asSet(parts.get(label) as InlineFragmentNode)], path }),
  });
}

/** As `executeText`, for those who want objects. */
export const execute = async (plan: PreparedPlan, options: ExecuteOptions): Promise<ExecutionResult<Data>> =>
  toObjects(await executeText(plan, options));

/** As `executeEventText`, for those who want objects. */
export const executeEvent = async (
  plan: PreparedPlan,
  event: unknown,
  options: ExecuteOptions,
): Promise<ExecutionResult<Data>> => toObjects(await executeEventText(plan, event, options));

/** The whole response as JSON. */
export function responseText({ data, errors }: TextResult, extensions?: Readonly<Record<string, unknown>>): string {
  let text = '{';
  if (errors?.length) text += `"errors":${JSON.stringify(errors)}`;
  if (data !== undefined) text += `${text.length > 1 ? ',' : ''}"data":${data}`;
  if (extensions) text += `${text.length > 1 ? ',' : ''}"extensions":${JSON.stringify(extensions)}`;
  return `${text}}`;
}

async function run(plan: PreparedPlan, options: ExecuteOptions, event?: unknown): Promise<TextResult> {
  const variables = options.variables ?? {};
  // Before anything runs: a mutation must not take effect and then be refused.
  const refused = plan.operation.variableDefinitions?.length ? variableErrors(plan, variables) : [];
  if (refused.length) return { errors: refused, ...(plan.weigh && { weight: 0 }) };
  const compiled = compiledPlan(plan);
  const work = new Run(plan, options);
  try {
    await compiled.run(work, event);
  } finally {
    work.release();
  }
  const projection = new Projection(variables, work.isPlain, work.shared);
  const data = compiled.write(work.root, projection);
  const written: TextResult = plan.weigh ? { data, weight: projection.weight } : { data };
  if (!work.errors.length && !projection.findings.length) return written;
  const errors = answerErrors(plan, work.errors, projection.errors);
  return errors.length ? { ...written, errors } : written;
}

function toObjects({ data, errors }: TextResult): ExecutionResult<Data> {
  return {
    ...(errors && { errors }),
    ...(data !== undefined && { data: JSON.parse(data) as Data | null }),
  };
}
