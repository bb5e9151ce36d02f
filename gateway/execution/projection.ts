import {
  type ExecutionResult,
  execute,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import { type Data, isData, own } from './data.ts';
import type { ResponsePath } from './targets.ts';

/**
 * Shapes what subgraphs answered to what the client asked: its fields in its order, type conditions, leaf values checked, nulls carried
 * up as the GraphQL specification says, introspection answered. A null that follows from an error already told is not told again.
 */
export function project(
  plan: PreparedPlan,
  data: Data,
  variables: Readonly<Record<string, unknown>>,
  errors: readonly GraphQLError[],
): ExecutionResult<Data> {
  // All resolvers answer at once, so execution does too.
  const shaped = execute({
    schema: plan.apiSchema,
    document: plan.document,
    operationName: plan.operation.name?.value,
    rootValue: data,
    variableValues: variables,
    fieldResolver: (source: unknown, _args, _context, info) =>
      isData(source) ? own(source, String(info.path.key)) : undefined,
    typeResolver: (value: unknown) => {
      const name = isData(value) && own(value, '__typename');
      return typeof name === 'string' ? name : undefined;
    },
  }) as ExecutionResult<Data>;

  const told = errors.map((error) => withPath(error, selectedPath(plan, error.path ?? [])));
  const causes = [...errors, ...told].flatMap((error) => (error.path ? [error.path] : []));
  const found = (shaped.errors ?? []).filter(
    (error) => !causes.some((cause) => isPrefix(cause, error.path ?? []) || isPrefix(error.path ?? [], cause)),
  );
  const all = [...told, ...found.map(shapeError)];
  return all.length ? { ...shaped, errors: all } : shaped;
}

/** What graphql-js says of a value that does not fit may show the value, which may be one that clients must not see. */
function shapeError(error: GraphQLError): GraphQLError {
  const isNull = error.message.startsWith('Cannot return null for non-nullable field');
  const message = isNull ? error.message : 'A subgraph answered a value that does not fit the type of this field.';
  return new GraphQLError(message, {
    nodes: error.nodes,
    path: error.path,
    extensions: { code: 'UPSTREAM_FAILED' },
  });
}

const withPath = (error: GraphQLError, path: ResponsePath) =>
  path.length === error.path?.length
    ? error
    : new GraphQLError(error.message, { path: path.length ? path : undefined, extensions: error.extensions });

/** The part of a path that the client selected: a subgraph may fail in a field that only another subgraph asked for. */
function selectedPath(plan: PreparedPlan, path: ResponsePath): ResponsePath {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of plan.document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const fieldsNamed = (set: SelectionSetNode, name: string): FieldNode[] =>
    set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value === name ? [selection] : [];
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      return inner ? fieldsNamed(inner.selectionSet, name) : [];
    });

  let sets: SelectionSetNode[] = [plan.operation.selectionSet];
  for (const [index, element] of path.entries()) {
    if (typeof element === 'number') continue;
    const fields = sets.flatMap((set) => fieldsNamed(set, element));
    if (!fields.length) return path.slice(0, index);
    sets = fields.flatMap((field) => field.selectionSet ?? []);
  }
  return path;
}

const isPrefix = (prefix: ResponsePath, path: ResponsePath) =>
  prefix.length <= path.length && prefix.every((element, index) => element === path[index]);
