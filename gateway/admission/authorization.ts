import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Viewer } from '../../subgraphs/shared/context.ts';
import type { Authorization } from '../planning/authorization.ts';
import type { Requirement } from '../planning/requirement.ts';

/** What an operation asks of its viewer: the places that need something, with what they need. */
interface Demand {
  path: string[];
  coordinate: string;
  requirement: Requirement;
}

const cache = new WeakMap<DocumentNode, Map<string, Demand[]>>();

/**
 * Whether this viewer may run this operation: `@authenticated` and `@requiresScopes` of every selected field and type
 * condition. The walk is done once a document; a request only compares scopes. An operation with one forbidden field is
 * refused whole, before any subgraph is called.
 * @returns one error a forbidden place, or nothing.
 */
export function checkAuthorization(
  engine: { apiSchema: GraphQLSchema; authorization: Authorization },
  document: DocumentNode,
  operationName: string | undefined | null,
  viewer: Viewer | null,
): GraphQLError[] {
  if (engine.authorization.size === 0) return [];
  const byOperation = cache.get(document) ?? new Map<string, Demand[]>();
  cache.set(document, byOperation);
  let demands = byOperation.get(operationName ?? '');
  if (!demands) {
    demands = collectDemands(engine, document, operationName);
    byOperation.set(operationName ?? '', demands);
  }
  const errors: GraphQLError[] = [];
  for (const { path, coordinate, requirement } of demands) {
    if (!viewer) {
      const message = `${coordinate} needs somebody signed in: send "Authorization: Bearer …".`;
      errors.push(new GraphQLError(message, { path, extensions: { code: 'UNAUTHENTICATED' } }));
    } else if (!hasOneOf(viewer.scopes, requirement.scopes) || requirement.policies.length > 0) {
      const scopes = requirement.scopes.map((all) => all.join(' and ')).join(', or ');
      const message = `${coordinate} needs the scope ${scopes || 'of a policy that nobody has'}.`;
      errors.push(new GraphQLError(message, { path, extensions: { code: 'FORBIDDEN' } }));
    }
    if (errors.length === 10) break;
  }
  return errors;
}

const hasOneOf = (had: readonly string[], alternatives: readonly (readonly string[])[]) =>
  alternatives.length === 0 || alternatives.some((all) => all.every((scope) => had.includes(scope)));

function collectDemands(
  { apiSchema, authorization }: { apiSchema: GraphQLSchema; authorization: Authorization },
  document: DocumentNode,
  operationName: string | undefined | null,
): Demand[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const operation = operationName ? operations.find((o) => o.name?.value === operationName) : operations[0];
  const rootType = operation && apiSchema.getRootType(operation.operation);
  if (!operation || !rootType) return [];
  const demands = new Map<string, Demand>();
  const note = (coordinate: string, path: string[]) => {
    const requirement = authorization.get(coordinate);
    if (requirement && !demands.has(coordinate)) demands.set(coordinate, { path, coordinate, requirement });
  };
  const seen = new Set<string>();
  const walk = (set: SelectionSetNode, typeName: string, path: string[]): void => {
    const type = apiSchema.getType(typeName);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
        const field = type.getFields()[name];
        if (!field) continue;
        const below = [...path, (selection.alias ?? selection.name).value];
        note(`${typeName}.${name}`, below);
        const inner = getNamedType(field.type);
        if (selection.selectionSet && isCompositeType(inner)) walk(selection.selectionSet, inner.name, below);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? typeName;
        note(condition, path);
        walk(selection.selectionSet, condition, path);
      } else {
        const fragment = fragments.get(selection.name.value);
        // A fragment asks for the same wherever it is spread: once is enough, and a fragment bomb stays small.
        if (!fragment || seen.has(fragment.name.value)) continue;
        seen.add(fragment.name.value);
        note(fragment.typeCondition.name.value, path);
        walk(fragment.selectionSet, fragment.typeCondition.name.value, path);
      }
    }
  };
  walk(operation.selectionSet, rootType.name, []);
  return [...demands.values()];
}
