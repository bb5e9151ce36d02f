import { type DocumentNode, type ExecutionResult, execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import { answerErrors, foundError, MISFIT } from './answerErrors.ts';
import { type Data, isData, own } from './data.ts';
import { clientDocument, runtimeType } from './runtimeType.ts';

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
  const shaped = shape(plan, plan.apiSchema, plan.document, data, variables);
  const all = answerErrors(plan, errors, shaped.errors ?? []);
  return all.length ? { ...shaped, errors: all } : shaped;
}

/** The same for any document of the plan's, before errors are put together. */
export function shape(
  plan: PreparedPlan,
  schema: GraphQLSchema,
  document: DocumentNode,
  data: Data,
  variables: Readonly<Record<string, unknown>>,
): ExecutionResult<Data> {
  const client = clientDocument(plan);
  // All resolvers answer at once, so execution does too.
  const shaped = execute({
    schema,
    document,
    operationName: plan.operation.name?.value,
    rootValue: data,
    variableValues: variables,
    fieldResolver: (source: unknown, _args, _context, info) =>
      isData(source) ? own(source, String(info.path.key)) : undefined,
    typeResolver: (value: unknown, _context, { fieldNodes }, type) => {
      const sets = fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      return runtimeType(client, type, sets, value)?.name;
    },
  }) as ExecutionResult<Data>;
  return shaped.errors ? { ...shaped, errors: shaped.errors.map(shapeError) } : shaped;
}

/** graphql-js may show the value that does not fit. */
function shapeError({ message, nodes, path }: GraphQLError): GraphQLError {
  const isNull = message.startsWith('Cannot return null for non-nullable field');
  return foundError(isNull ? message : MISFIT, nodes as never, path ?? []);
}
