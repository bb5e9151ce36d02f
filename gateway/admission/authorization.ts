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
import type { ErrorCode } from '../../subgraphs/shared/errors.ts';
import type { Authorization } from '../planning/authorization.ts';
import type { Requirement } from '../planning/requirement.ts';
import type { Caller } from './caller.ts';

/** What somebody may do: a caller, and the policies that hold for them. */
export interface Rights extends Pick<Caller, 'isAuthenticated' | 'scopes'> {
  readonly policies?: ReadonlySet<string>;
}

export interface AuthorizerOptions {
  /** Which of the named policies (`@policy`) hold for the caller. Without it none holds for anybody. */
  readonly evaluatePolicies?: (caller: Caller, names: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** The errors of what a caller may not do in an operation; none when all of it is allowed. */
export type Authorizer = (
  engine: Protected,
  document: DocumentNode,
  operationName: string | undefined | null,
  caller: Caller,
) => readonly GraphQLError[] | Promise<readonly GraphQLError[]>;

/** A schema with what its coordinates ask of callers. */
interface Protected {
  readonly apiSchema: GraphQLSchema;
  readonly authorization: Authorization;
}

/** What an operation asks of its caller: the places that need something, with what they need. */
interface Demand {
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly requirement: Requirement;
}

/** Demands by schema, document and operation: a document may outlive the schema that it was checked against. */
const known = new WeakMap<Authorization, WeakMap<DocumentNode, Map<string, readonly Demand[]>>>();

/**
 * Checks operations, policies included. Policies are evaluated at once for a whole operation, and only where it needs some and nothing else
 * forbids it.
 */
export function createAuthorizer({ evaluatePolicies }: AuthorizerOptions = {}): Authorizer {
  return (engine, document, operationName, caller) => {
    const demands = demandsOf(engine, document, operationName);
    const names = [...new Set(demands.flatMap(({ requirement }) => requirement.policies.flat()))];
    if (!names.length || !evaluatePolicies) return refusals(demands, caller);
    const forbidden = refusals(demands, { ...rightsOf(caller), policies: new Set(names) });
    if (forbidden.length) return forbidden;
    return evaluatePolicies(caller, names).then((policies) => refusals(demands, { ...rightsOf(caller), policies }));
  };
}

/**
 * Whether somebody may run this operation: `@authenticated`, `@requiresScopes` and `@policy` of every selected field and type condition. The
 * walk is done once a document; a request only compares. An operation with one forbidden field is refused whole, before any subgraph is
 * called.
 * @returns one error a forbidden place, ten at most, or nothing.
 */
export function checkAuthorization(
  engine: Protected,
  document: DocumentNode,
  operationName: string | undefined | null,
  rights: Rights,
): readonly GraphQLError[] {
  return refusals(demandsOf(engine, document, operationName), rights);
}

const rightsOf = ({ isAuthenticated, scopes }: Caller): Rights => ({ isAuthenticated, scopes });

function refusals(demands: readonly Demand[], rights: Rights): readonly GraphQLError[] {
  const errors: GraphQLError[] = [];
  for (const { path, coordinate, requirement } of demands) {
    const { authenticated, scopes, policies } = requirement;
    const refuse = (code: ErrorCode, status: number, need: string) =>
      errors.push(new GraphQLError(`${coordinate} needs ${need}.`, { path, extensions: { code, http: { status } } }));
    if (authenticated && !rights.isAuthenticated)
      refuse('UNAUTHENTICATED', 401, 'somebody signed in: send "Authorization: Bearer …"');
    else if (!hasOneOf(rights.scopes, scopes)) refuse('FORBIDDEN', 403, `the scope ${inWords(scopes)}`);
    else if (!hasOneOf([...(rights.policies ?? [])], policies))
      refuse('FORBIDDEN', 403, `the policy ${inWords(policies)}`);
    if (errors.length === 10) break;
  }
  return errors;
}

const hasOneOf = (had: readonly string[], alternatives: readonly (readonly string[])[]) =>
  alternatives.length === 0 || alternatives.some((all) => all.every((name) => had.includes(name)));

const inWords = (alternatives: readonly (readonly string[])[]) =>
  alternatives.map((all) => all.join(' and ')).join(', or ');

function demandsOf(
  engine: Protected,
  document: DocumentNode,
  operationName: string | undefined | null,
): readonly Demand[] {
  const { authorization } = engine;
  if (authorization.size === 0) return [];
  const documents = known.get(authorization) ?? new WeakMap<DocumentNode, Map<string, readonly Demand[]>>();
  known.set(authorization, documents);
  const operations = documents.get(document) ?? new Map<string, readonly Demand[]>();
  documents.set(document, operations);
  let demands = operations.get(operationName ?? '');
  if (!demands) {
    demands = collectDemands(engine, document, operationName);
    // Names that clients make up are not remembered; whoever plans the operation refuses them.
    if (demands) operations.set(operationName ?? '', demands);
  }
  return demands ?? [];
}

function collectDemands(
  { apiSchema, authorization }: Protected,
  document: DocumentNode,
  operationName: string | undefined | null,
): readonly Demand[] | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const operation = operationName ? operations.find((o) => o.name?.value === operationName) : operations[0];
  const rootType = operation && apiSchema.getRootType(operation.operation);
  if (!operation || !rootType) return undefined;
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
