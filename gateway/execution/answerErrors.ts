import { type FieldNode, GraphQLError, type SelectionSetNode } from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import { answeredError } from './answeredNames.ts';
import { type ClientDocument, clientDocument } from './runtimeType.ts';
import { fieldsNamed } from './selections.ts';
import type { ResponsePath } from './targets.ts';

/** What an answer was asked for, or one part of it that comes by itself. */
export interface Asked {
  readonly sets: readonly SelectionSetNode[];
  /** Where its object is in the response. */
  readonly path: ResponsePath;
}

/**
 * The errors of an answer: what subgraphs told, at places that the client selected, and what was found while shaping. What follows from an
 * error already told is not told again.
 */
export function answerErrors(
  plan: PreparedPlan,
  told: readonly GraphQLError[],
  found: readonly GraphQLError[],
  asked: Asked = whole(plan),
): readonly GraphQLError[] {
  const errors = told.length ? withoutConsequences(plan, told, found, asked) : found;
  return plan.aliases ? errors.map((error) => answeredError(plan, error)) : errors;
}

function withoutConsequences(
  plan: PreparedPlan,
  told: readonly GraphQLError[],
  found: readonly GraphQLError[],
  asked: Asked,
): readonly GraphQLError[] {
  const document = clientDocument(plan);
  const selected = told.map((error) => withPath(error, selectedPath(document, asked, error.path ?? [])));
  if (!found.length) return selected;

  // Texts of paths, so that thousands of errors are matched in one pass.
  const causes = new Set<string>();
  const above = new Set<string>();
  for (const { path } of [...told, ...selected]) {
    if (!path) continue;
    const steps = prefixes(path);
    causes.add(steps.at(-1) as string);
    for (const step of steps) above.add(step);
  }
  const isTold = (path: ResponsePath) => {
    const steps = prefixes(path);
    return above.has(steps.at(-1) as string) || steps.some((step) => causes.has(step));
  };
  return [...selected, ...found.filter((error) => !isTold(error.path ?? []))];
}

/** Those of the errors that belong to what comes later, inside of what was asked for. */
export function laterErrors(
  plan: PreparedPlan,
  told: readonly GraphQLError[],
  asked: Asked = whole(plan),
): readonly GraphQLError[] {
  if (!told.length) return told;
  const document = clientDocument(plan);
  const all = { ...document, deferred: undefined };
  return told.filter(
    ({ path = [] }) => selectedPath(document, asked, path).length < selectedPath(all, asked, path).length,
  );
}

/** Whether it was here, now or later, that the field was asked for in which an error lies, and not a field above it only. */
export function isAskedFor(plan: PreparedPlan, { path = [] }: GraphQLError, asked: Asked): boolean {
  const document = { ...clientDocument(plan), deferred: undefined };
  const { length } = selectedPath(document, asked, path);
  return length > asked.path.length && length === selectedPath(document, whole(plan), path).length;
}

const whole = ({ operation }: PreparedPlan): Asked => ({ sets: [operation.selectionSet], path: [] });

/** What is said of a value that does not fit, without the value, which may be one that clients must not see. */
export const MISFIT = 'A subgraph answered a value that does not fit the type of this field.';

/** An error that was found while shaping the answer. */
export const foundError = (message: string, nodes: readonly FieldNode[] | undefined, path: ResponsePath) =>
  new GraphQLError(message, { nodes, path, extensions: { code: 'UPSTREAM_FAILED' } });

const prefixes = (path: ResponsePath): string[] => {
  let text = '';
  return ['', ...path.map((element) => (text += `${typeof element === 'number' ? '/' : '.'}${element}`))];
};

const withPath = (error: GraphQLError, path: ResponsePath) =>
  path.length && path.length === error.path?.length
    ? error
    : new GraphQLError(error.message, { path: path.length ? path : undefined, extensions: error.extensions });

/** The part of a path that the client selected: a subgraph may fail in a field that only another subgraph asked for. */
function selectedPath(document: ClientDocument, asked: Asked, path: ResponsePath): ResponsePath {
  let { sets } = asked;
  for (const [index, element] of path.entries()) {
    if (typeof element === 'number' || index < asked.path.length) continue;
    const fields = sets.flatMap((set) => fieldsNamed(document, set, element));
    if (!fields.length) return path.slice(0, index);
    sets = fields.flatMap((field) => field.selectionSet ?? []);
  }
  return path;
}
