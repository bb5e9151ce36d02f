import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import type { Checks } from '../shared/input.ts';
import { findEventTypes } from './eventTypes.ts';

const longestDocument = 10_000;
const mostTokens = 3_000;
const longestVariables = 10_000;

type Path = (string | number)[];

/** The operation of a document that holds one. */
export const operationOf = ({ definitions }: DocumentNode): OperationDefinitionNode | undefined =>
  definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);

/**
 * Reads a stored GraphQL document: it must be well-formed and hold exactly one operation, of the kind asked for (fragments
 * may stand beside it). Notes what is wrong under `path`. Whether its fields exist is for the graph to say.
 * @returns the operation, or null when something was wrong.
 */
export function readOperation(
  checks: Checks,
  path: Path,
  document: string,
  kind: `${OperationTypeNode}`,
): OperationDefinitionNode | null {
  if (!checks.text(path, document, longestDocument)) return null;
  try {
    const { definitions } = parse(document, { maxTokens: mostTokens, noLocation: true });
    const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const others = definitions.filter(
      (definition) => definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION,
    );
    const [operation] = operations;
    if (operations.length === 1 && others.length === 0 && operation!.operation === kind) return operation!;
    checks.add('INVALID', path, `The document must hold exactly one ${kind} and nothing else but fragments.`);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    checks.add('INVALID', path, `The document is not GraphQL: ${error.message}`);
  }
  return null;
}

/**
 * The one field that a subscription asks for.
 * @returns its name, or null when there is not exactly one that the graph feeds from events.
 */
export function readSubscriptionField(checks: Checks, path: Path, document: string): string | null {
  const operation = readOperation(checks, path, document, 'subscription');
  if (!operation) return null;
  const [selection, ...more] = operation.selectionSet.selections;
  if (selection?.kind !== Kind.FIELD || more.length > 0 || (selection.directives?.length ?? 0) > 0) {
    checks.add('INVALID', path, 'The subscription must select exactly one field, without a directive.');
    return null;
  }
  const name = selection.name.value;
  if (findEventTypes(name)) return name;
  checks.add('INVALID', path, `There is no subscription "${name}" whose events can be delivered.`);
  return null;
}

/** Variables as they are stored: a JSON object in which every variable that must be given is. @returns whether all is well */
export function checkVariables(
  checks: Checks,
  path: Path,
  variables: unknown,
  definitions: readonly VariableDefinitionNode[] = [],
): boolean {
  if (variables === null || typeof variables !== 'object' || Array.isArray(variables)) {
    return checks.add('INVALID', path, 'Variables must be a JSON object.');
  }
  if (JSON.stringify(variables).length > longestVariables) {
    return checks.add('LIMIT', path, `Variables may have at most ${longestVariables} characters.`);
  }
  let isWell = true;
  const known = new Set(definitions.map(({ variable }) => variable.name.value));
  for (const name of Object.keys(variables)) {
    isWell = checks.that(known.has(name), [...path, name], 'The document has no such variable.') && isWell;
  }
  for (const { variable, type, defaultValue } of definitions) {
    const name = variable.name.value;
    if (type.kind !== Kind.NON_NULL_TYPE || defaultValue) continue;
    const value = Object.hasOwn(variables, name) ? (variables as Record<string, unknown>)[name] : undefined;
    isWell =
      checks.that(value != null, [...path, name], `The document needs the variable "${name}".`, 'REQUIRED') && isWell;
  }
  return isWell;
}
